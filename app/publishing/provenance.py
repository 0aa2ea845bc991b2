"""Where a release comes from and who asks for it; for people, outside of every digest."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
from pathlib import Path
from typing import Final

from app.core.release import Provenance
from app.publishing.clock import Clock, utc_now
from bbws_templates.printable import encodable

LONGEST_NAME: Final = 200
"""How many characters may say who: up to 64 such names stay in the pointer, as messages do."""


def shortened(text: str, longest: int) -> str:
    """``text``, cut to ``longest`` characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def gather_provenance(templates: Path, *, clock: Clock = utc_now) -> Provenance:
    """What is known of a build of ``templates`` here and now."""
    from importlib.metadata import version  # Publishing what was built before need not wait for it.

    return Provenance(
        engine=f"bbws-templates {version('bbws-templates')}",
        commit=_commit(templates),
        built=clock().isoformat(timespec="seconds").replace("+00:00", "Z"),
        builder=_builder(),
    )


def current_actor() -> str:
    """Who asks: ``BBWS_ACTOR``, else the actor of the CI run, else git's e-mail address, else the login.

    Cut to ``LONGEST_NAME``, as it goes into the pointer again and again.
    """
    named = os.environ.get("BBWS_ACTOR") or os.environ.get("GITHUB_ACTOR")
    return shortened(encodable(named or _git(Path.cwd(), "config", "user.email") or _login()), LONGEST_NAME)


def _builder() -> str:
    run = os.environ.get("GITHUB_RUN_ID")
    if run:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    return f"{_login()}@{platform.node()}"


def _commit(folder: Path) -> str:
    commit = os.environ.get("GITHUB_SHA") or _git(folder, "rev-parse", "HEAD")
    changed = commit and _git(folder, "status", "--porcelain", "--", ".")
    return f"{commit}+" if changed else commit


def _git(folder: Path, *arguments: str) -> str:
    """What git says, "" when there is no git or no repository."""
    try:
        answer = subprocess.run(  # noqa: S603  fixed words, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607  git is wherever the user has it
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # the last where there is no pwd, before Python 3.13
        return "unknown"
