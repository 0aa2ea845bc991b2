"""What begins a run of a workflow, and what is known of it when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MAIN: Final = "refs/heads/main"

SUCCESS: Final = "success"
FAILURE: Final = "failure"
CANCELLED: Final = "cancelled"
SKIPPED: Final = "skipped"


class NotPlayedError(Exception):
    """A workflow asks for something that is not played here; left out silently, nothing would be proven."""


class RefusedByGitHubError(Exception):
    """GitHub would not begin this run at all; the message says why."""


@dataclass(frozen=True)
class Event:
    """What GitHub tells a run of what began it.

    ``file`` is the workflow's name, ``commit`` what it runs at, ``payload`` the context ``github.event``.
    ``fork``: a pull request from somebody's own copy, which meets no secret and may write nothing.
    """

    file: str
    name: str
    commit: str
    ref: str = MAIN
    inputs: Mapping[str, str] = field(default_factory=dict)
    actor: str = "operator"
    payload: Mapping[str, Any] = field(default_factory=dict)
    fork: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    ``clean``: it, all that it waited for, and all jobs within it succeeded. ``failed``: one of those failed.
    """

    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    clean: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Step:
    """A command of a workflow that was executed, with the status it ended with."""

    file: str
    job: str
    command: str
    status: int


@dataclass
class Run:
    """One run; ``jobs`` maps the path of each job (``approve/ask``) to its result."""

    number: int
    event: Event
    jobs: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    conclusion: str = ""

    def result(self, job: str) -> str:
        """The result of ``job``; ``skipped`` also for one that the run never came to."""
        return self.jobs.get(job, SKIPPED)


def together(results: list[str]) -> str:
    """What several results come to, as GitHub shows them: the gravest, and skipped if nothing ran."""
    return next((result for result in (FAILURE, CANCELLED, SUCCESS) if result in results), SKIPPED)
