"""Every command of every workflow, and whether a rehearsal executes it: none is left out without a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.infra.pipeline.workflows import ACTIONS, FOLDER, jobs, load
from tests.infra.rehearsal.artifacts import STAND_INS
from tests.infra.rehearsal.runs import Run

Command = tuple[str, str, str]
"""File of the workflow (or ``actions/NAME``), job ("" in an action), and the text of ``run``."""

_IMAGE: Final = (
    "an image takes an engine of containers and the network: a record stands in for it, and "
    "`make image-test` builds, runs and tries one"
)
NOT_EXECUTED: Final[Mapping[str, str]] = {
    "test-heavy.yml": "hours of tests, which are the same commands on a laptop and touch no account",
    "test-clients.yml": "mail clients that have to be installed; the same on a laptop, and no account",
    **dict.fromkeys((f"publish-artifacts.yml/build: {command}" for command in STAND_INS), _IMAGE),
}
"""Workflow, or workflow and job and command, to why a rehearsal does not execute it."""


def commands(workflows: Path = FOLDER, actions: Path = ACTIONS) -> list[Command]:
    """Every ``run`` there is, in the order of the files."""
    found: list[Command] = []
    for file in sorted(workflows.glob("*.yml")):
        for job in jobs(file):
            found += [(file.name, job.name, str(step["run"])) for step in job.steps if "run" in step]
    for file in sorted(actions.glob("*/action.yml")):
        steps = load(file)["runs"]["steps"]
        found += [(f"actions/{file.parent.name}", "", str(step["run"])) for step in steps if "run" in step]
    return found


def reason(command: Command) -> str:
    """Why a rehearsal does not execute ``command``; "" when it does."""
    file, job, text = command
    return NOT_EXECUTED.get(f"{file}/{job}: {text}", NOT_EXECUTED.get(file, ""))


def executed(runs: Iterable[Run]) -> dict[Command, int]:
    """How often each command was executed."""
    found: dict[Command, int] = {}
    for run in runs:
        for step in run.steps:
            command = (step.file, step.job, step.command)
            found[command] = found.get(command, 0) + 1
    return found


def left_out(runs: Iterable[Run], expected: Iterable[Command]) -> list[Command]:
    """Those of ``expected`` that were not executed, although nothing says why."""
    done = executed(runs)
    return [command for command in expected if command not in done and not reason(command)]


def table(runs: Iterable[Run], expected: Iterable[Command]) -> list[dict[str, str | int]]:
    """One row a command: where it stands, what it is, how often it was executed, and why never."""
    done = executed(runs)
    return [
        {
            "workflow": command[0],
            "job": command[1],
            "run": command[2],
            "executed": done.get(command, 0),
            "reason": reason(command),
        }
        for command in expected
    ]
