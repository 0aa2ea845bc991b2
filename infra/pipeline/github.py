"""What the pipeline asks of GitHub by its REST API: a run, and the comments of a pull request."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

from infra.deploy.errors import RefusedError, SurroundingsError
from infra.design import BRANCH

_PATIENCE: Final = 30
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,19}")


class GitHub:
    """One repository of GitHub, or of whatever answers at ``GITHUB_API_URL``."""

    def __init__(self, repository: str, token: str, url: str = "https://api.github.com") -> None:
        self._base = f"{url.rstrip('/')}/repos/{repository}"
        self._token = token

    @classmethod
    def of_this_run(cls) -> GitHub:
        """The repository of the workflow that this runs in.

        Raises:
            SurroundingsError: this is no workflow.
        """
        repository, token = os.environ.get("GITHUB_REPOSITORY"), os.environ.get("GITHUB_TOKEN")
        if not repository or not token:
            raise SurroundingsError(
                "GITHUB_REPOSITORY and GITHUB_TOKEN say which repository to ask and as whom: set both "
                "(in a workflow: env: GITHUB_TOKEN: ${{ github.token }})."
            )
        return cls(repository, token, os.environ.get("GITHUB_API_URL", "https://api.github.com"))

    def get(self, path: str) -> Any:
        """The answer to a GET below the repository."""
        return self.call("GET", path)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of GitHub as JSON.

        Raises:
            RefusedError: there is no such thing, or the token may not have it.
            SurroundingsError: GitHub does not answer, or fails.
        """
        request = urllib.request.Request(  # noqa: S310  the address is GitHub's, or the operator's own
            f"{self._base}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            sentence = f"GitHub answers {error.code} to {method} {path}"
            if error.code in {401, 403, 404}:
                raise RefusedError(f"{sentence}: look at the number, and at the token's rights.") from error
            raise SurroundingsError(f"{sentence}: try again later.") from error
        except (OSError, ValueError) as error:
            raise SurroundingsError(f"GitHub does not answer: {error}.") from error


@dataclass(frozen=True)
class Run:
    """A finished run of a workflow on the main branch."""

    number: str
    commit: str


def finished_run(github: GitHub, number: str, workflow: str) -> Run:
    """The run ``number``, if it is one of ``workflow`` (a file name), on main, and succeeded.

    A run whose approval is still awaited has not succeeded, so a plan of one that did was approved.

    Raises:
        RefusedError: it is another workflow's or branch's, failed, or waits.
    """
    if not _NUMBER.fullmatch(number):
        raise RefusedError(f"{number!r} is no number of a run: it stands in the address of the run.")
    found = github.get(f"actions/runs/{number}")
    path = str(found.get("path", "")).partition("@")[0]
    if path != f".github/workflows/{workflow}":
        raise RefusedError(f"Run {number} is one of {path or 'nothing'}, not of {workflow}.")
    if found.get("head_branch") != BRANCH.removeprefix("refs/heads/") or found.get("event") == "pull_request":
        raise RefusedError(f"Run {number} is of {found.get('head_branch')}, not of main.")
    if found.get("head_repository", {}).get("full_name") != found.get("repository", {}).get("full_name"):
        raise RefusedError(f"Run {number} comes from a fork.")
    if found.get("conclusion") != "success":
        state = found.get("conclusion") or found.get("status")
        raise RefusedError(
            f"Run {number} of {workflow} is {state}: only what a finished, approved run made goes further."
        )
    return Run(number, str(found["head_sha"]))
