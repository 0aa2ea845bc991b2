"""How GitHub's settings are asked for and changed: by the program ``gh``, logged in as who does this."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.deploy.errors import SurroundingsError

Api = Callable[[str, str, Any], Any]
"""Method, path and body of a call to the answer; None where GitHub says that there is no such thing."""


@dataclass(frozen=True)
class Change:
    """One call that would bring GitHub in line, and why; ``body`` None where a person has to do it."""

    why: str
    method: str = ""
    path: str = ""
    body: Any = None


def gh(method: str, path: str, body: Any) -> Any:
    """A call by the program ``gh``.

    Raises:
        SurroundingsError: it is not there, is not logged in, or GitHub fails.
    """
    program = shutil.which("gh")
    if program is None:
        raise SurroundingsError(
            "gh was not found: install it (https://cli.github.com) and run gh auth login."
        )
    answer = subprocess.run(  # noqa: S603
        [program, "api", "--method", method, path, *(["--input", "-"] if body is not None else [])],
        input=None if body is None else json.dumps(body),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        if "HTTP 404" in answer.stderr:
            return None
        raise SurroundingsError(f"gh api {method} {path}: {answer.stderr.strip()}")
    return json.loads(answer.stdout) if answer.stdout.strip() else {}
