"""What takes too long for ``make test`` must have passed before anything is promoted.

The heavy tests run every week on the main branch, and whenever somebody asks. A release or plan is of one
commit, so the run that counts for it is the last one that began at this commit or before it.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import RefusedError, SurroundingsError
from infra.design import BRANCH
from infra.pipeline.github import GitHub, Run
from infra.pipeline.records import require_commit

WORKFLOW: Final = "test-heavy.yml"
REACH_DAYS: Final = 8
"""How long before a commit its heavy tests may have run: the week between two, and a day for a late one."""

_BRANCH: Final = BRANCH.removeprefix("refs/heads/")
_SEEN: Final = 100
"""Runs that are looked at, the newest: two years of weekly ones. GitHub gives no more at once."""


def require_heavy_tests(github: GitHub, commit: str, *, repository: Path = Path()) -> Run:
    """The last run of the heavy tests at ``commit`` or at one that it came from, if that run succeeded.

    Only the last one counts, whatever those before it found: whoever repeats a run that failed has no verdict
    until it ends. A run at an older commit counts for ``REACH_DAYS``; one at ``commit`` itself for ever.

    Raises:
        RefusedError: there is none, it has not succeeded or goes on, or too much was merged since.
        SurroundingsError: GitHub or git does not know, because not all of the history was fetched, say.
    """
    history = _history(commit, repository)
    found = _last(github, history)
    again = f"`gh workflow run {WORKFLOW} --ref {_BRANCH}` runs them"
    if found is None:
        if _git(repository, "rev-parse", "--is-shallow-repository").strip() != "false":
            raise SurroundingsError("Not all of the history is here: fetch it (git fetch --unshallow).")
        raise RefusedError(
            f"The heavy tests have not run at {commit[:12]} or before: {again}; promote what is built then."
        )
    run, state, began = found
    at = "it" if run.commit == commit else f"{run.commit[:12]}, before it"
    if state != "success":
        remedy = "mend what it found" if state == "failure" else "wait for its end, or run it again"
        raise RefusedError(
            f"Run {run.number} of {WORKFLOW}, the last for {commit[:12]} (at {at}), is {state}: {remedy}."
        )
    if run.commit != commit and history[commit] - began > timedelta(days=REACH_DAYS):
        raise RefusedError(
            f"Run {run.number} of {WORKFLOW}, the last for {commit[:12]}, began {began:%Y-%m-%d}, more than "
            f"{REACH_DAYS} days before that commit: {again}; promote what is built then."
        )
    return run


@dataclass(frozen=True)
class _Listed:
    """A run as GitHub lists it, as far as it is asked about here."""

    number: str
    commit: str
    state: str
    began: datetime
    ours: bool


def _last(github: GitHub, history: dict[str, datetime]) -> tuple[Run, str, datetime] | None:
    """The newest run at a commit of ``history``, what became of it, and when it began."""
    path = f"actions/workflows/{WORKFLOW}/runs?branch={_BRANCH}&per_page={_SEEN}"
    try:
        listed = [_listed(entry) for entry in github.get(path)["workflow_runs"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SurroundingsError(
            f"GitHub's list of the runs of {WORKFLOW} cannot be read: {error!r}."
        ) from error
    known = [run for run in listed if run.ours and run.commit in history]
    if not known:
        return None
    last = max(known, key=lambda run: (run.began, int(run.number)))
    return Run(last.number, last.commit), last.state, last.began


def _listed(entry: dict[str, Any]) -> _Listed:
    ended = entry["status"] == "completed"
    return _Listed(
        number=str(int(entry["id"])),
        commit=str(entry["head_sha"]),
        state=str((entry["conclusion"] if ended else None) or entry["status"]),
        began=datetime.fromisoformat(entry["created_at"]).astimezone(UTC),
        ours=entry["head_branch"] == _BRANCH
        and entry["event"] != "pull_request"
        and entry["head_repository"]["full_name"] == entry["repository"]["full_name"],
    )


def _history(commit: str, repository: Path) -> dict[str, datetime]:
    """``commit`` and all that it came from, each with the instant of its merge."""
    require_commit(commit)
    lines = _git(repository, "log", "--format=%H %ct", commit, "--").splitlines()
    pairs = (line.split() for line in lines)
    return {name: datetime.fromtimestamp(int(seconds), UTC) for name, seconds in pairs}


def _git(repository: Path, *words: str) -> str:
    answer = subprocess.run(  # noqa: S603
        ["git", "-C", str(repository), *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SurroundingsError(f"git cannot say what was tested: {answer.stderr.strip()}")
    return answer.stdout
