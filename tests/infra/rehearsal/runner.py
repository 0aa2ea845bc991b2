"""Runs workflows on this machine as GitHub does: jobs by needs, conditions and matrices, called workflows.

Source: GitHub, "Workflow syntax for GitHub Actions" and "Reuse workflows". Where GitHub was seen to do
differently in different cases, the case that lets less through is played: a job within a called workflow that
was skipped counts as skipped for all that wait for the caller (actions/runner, issue 2205).
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.infra.pipeline.expressions import Expressions, Status
from tests.infra.pipeline.workflows import Job, jobs, load
from tests.infra.rehearsal.checkouts import Checkouts
from tests.infra.rehearsal.processes import Processes
from tests.infra.rehearsal.queues import Queues
from tests.infra.rehearsal.runs import (
    CANCELLED,
    FAILURE,
    SKIPPED,
    SUCCESS,
    Event,
    NotPlayedError,
    Outcome,
    RefusedByGitHubError,
    Run,
    together,
)
from tests.infra.rehearsal.work import Work

JOB_KEYS: Final = frozenset(
    {
        *("name", "if", "needs", "runs-on", "timeout-minutes", "permissions", "environment", "env"),
        *("outputs", "steps", "uses", "with", "secrets", "strategy"),
    }
)
FILE_KEYS: Final = frozenset({"name", "on", "permissions", "concurrency", "jobs", "env"})


@dataclass
class Surroundings:
    """What a run has around it.

    ``home`` is where runs leave their files, ``checkouts`` the repository. ``environment`` holds the
    variables of every step and nothing of this process's own, ``narrow`` those of some commands;
    ``stand_ins`` maps a command to what is executed in its place, which counts for nothing. ``secrets`` maps
    an environment of GitHub ("" for the repository) to its secrets. ``approve`` says whether the
    reviewers of an environment let a run pass; ``assume`` gives the variables of a session to the ARN of a
    role and the claims of a token, or raises PermissionError; ``attest`` hears of the digests that a job
    vouches for.
    """

    home: Path
    checkouts: Checkouts
    repository: str
    environment: Mapping[str, str]
    secrets: Mapping[str, Mapping[str, str]]
    approve: Callable[[str, Run], bool]
    assume: Callable[[str, Mapping[str, str]], Mapping[str, str]]
    attest: Callable[[Mapping[str, str], Mapping[str, str]], None]
    narrow: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = print
    at_once: int = 2

    def __post_init__(self) -> None:
        self.processes = Processes(self.home / "processes")
        self.slots = threading.BoundedSemaphore(self.at_once)


class Runner:
    """Runs workflows; each run ends, whether it succeeds or not."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._queues = Queues()

    def run(self, number: int, event: Event) -> Run:
        """Run the workflow that ``event`` asks for to its end.

        Raises:
            RefusedByGitHubError: GitHub would not begin it.
            NotPlayedError: it asks for something that is not played here.
        """
        file = self.around.checkouts.workflows(event.commit) / event.file
        if not file.is_file():
            raise RefusedByGitHubError(f"There is no workflow {event.file} at {event.commit[:12]}.")
        run = Run(number, event)
        inputs = _dispatched(file, event)
        secrets = {} if event.fork else self.around.secrets.get("", {})
        level = _Level(self.around, run, file, inputs, secrets, rights=None, path="")
        with self._turn(level) as began:
            if not began:
                run.conclusion = CANCELLED
                return run
            outcomes = level.play()
        run.conclusion = together([outcome.result for outcome in outcomes.values()])
        return run

    @contextmanager
    def _turn(self, level: _Level) -> Iterator[bool]:
        """Wait for the run's turn in its group; no turn comes when a later run has taken its place."""
        concurrency = load(level.file).get("concurrency")
        if concurrency is None:
            yield True
            return
        expressions = Expressions(level.contexts({}), status=Status())
        group = expressions.fill(concurrency["group"])
        cancels = expressions.fill(str(concurrency.get("cancel-in-progress", False)))
        if cancels.lower() == "true" and self._queues.busy(group):
            raise NotPlayedError(f"{level.file.name}: the end of a run by a later one is not played here.")
        with self._queues.turn(group) as began:
            yield began


@dataclass
class _Level:
    """The jobs of one workflow file within a run: the run's own, or one that a job calls.

    ``rights`` are those of the caller, which no job of a called workflow may exceed.
    """

    around: Surroundings
    run: Run
    file: Path
    inputs: Mapping[str, str]
    secrets: Mapping[str, str]
    rights: Mapping[str, str] | None
    path: str

    def play(self) -> dict[str, Outcome]:
        """Run every job once what it needs has ended, side by side where they may."""
        _require_played(load(self.file), FILE_KEYS, self.file.name)
        waiting = {job.name: job for job in jobs(self.file)}
        outcomes: dict[str, Outcome] = {}
        running: dict[Future[Outcome], str] = {}
        with ThreadPoolExecutor(len(waiting)) as pool:
            while waiting or running:
                for job in [job for job in waiting.values() if set(job.needs) <= set(outcomes)]:
                    needs = {name: outcomes[name] for name in job.needs}
                    running[pool.submit(self._job, job, needs)] = job.name
                    del waiting[job.name]
                if not running:
                    raise RefusedByGitHubError(f"{self.file.name}: {', '.join(waiting)} wait for each other.")
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    outcomes[name] = future.result()
                    self.run.jobs[self.path + name] = outcomes[name].result
        return outcomes

    def contexts(self, needs: Mapping[str, Outcome]) -> dict[str, Any]:
        """The contexts of a job's expressions, without those that its steps add."""
        event = self.run.event
        return {
            "github": {
                "ref": event.ref,
                "ref_name": event.ref.removeprefix("refs/heads/"),
                "sha": event.commit,
                "event_name": event.name,
                "run_id": str(self.run.number),
                "actor": event.actor,
                "repository": self.around.repository,
                "workflow": self.run.event.file,
                "event": event.payload,
            },
            "inputs": dict(self.inputs),
            "secrets": dict(self.secrets),
            "matrix": {},
            "needs": {
                name: {"result": outcome.result, "outputs": dict(outcome.outputs)}
                for name, outcome in needs.items()
            },
        }

    def _job(self, job: Job, needs: Mapping[str, Outcome]) -> Outcome:
        _require_played(job.members, JOB_KEYS, job.id)
        clean = all(outcome.clean for outcome in needs.values())
        failed = any(outcome.failed for outcome in needs.values())
        cancelled = any(outcome.result == CANCELLED for outcome in needs.values())
        contexts = self.contexts(needs)
        status = Status(success=clean, failure=failed, cancelled=cancelled)
        if not Expressions(contexts, status=status).condition(job.members.get("if")):
            return Outcome(SKIPPED, failed=failed)
        rights = self._rights(job)
        legs = list(_legs(job))
        if "uses" in job.members:
            own = self._called(job, contexts, rights)
        elif len(legs) == 1:
            own = self._leg(job, contexts, legs[0], rights)
        else:
            with ThreadPoolExecutor(len(legs)) as pool:
                ended = list(pool.map(lambda leg: self._leg(job, contexts, leg, rights), legs))
            own = Outcome(
                together([leg.result for leg in ended]),
                ended[-1].outputs,
                all(leg.clean for leg in ended),
                any(leg.failed for leg in ended),
            )
        return Outcome(own.result, own.outputs, own.clean and clean, own.failed or failed)

    def _leg(
        self, job: Job, contexts: Mapping[str, Any], leg: Mapping[str, str], rights: Mapping[str, str]
    ) -> Outcome:
        contexts = {**contexts, "matrix": leg}
        environment = Expressions(contexts, status=Status()).fill(job.environment)
        title = f"{self.path}{job.name}{f' ({next(iter(leg.values()))})' if leg else ''}"
        if environment and not self.around.approve(environment, self.run):
            self._say(FAILURE, title, 0)
            return Outcome(FAILURE, failed=True)
        secrets = dict(self.secrets)
        if environment and not self.run.event.fork:
            secrets |= self.around.secrets.get(environment, {})
        with self.around.slots:
            began = time.monotonic()
            work = Work(
                self.around, self.run, job, environment, {**contexts, "secrets": secrets}, rights, title
            )
            try:
                result = work.steps(job.steps)
                outputs = work.outputs() if result == SUCCESS else {}
            finally:
                work.close()
        self._say(result, title, time.monotonic() - began)
        return Outcome(result, outputs, result == SUCCESS, result == FAILURE)

    def _called(self, job: Job, contexts: Mapping[str, Any], rights: Mapping[str, str]) -> Outcome:
        expressions = Expressions(contexts, status=Status())
        file = self.file.parent / Path(job.members["uses"]).name
        declared = load(file)["on"].get("workflow_call")
        if declared is None and "workflow_call" not in load(file)["on"]:
            raise RefusedByGitHubError(f"{job.id} calls {file.name}, which is not to be called.")
        declared = declared or {}
        given = {name: expressions.fill(str(value)) for name, value in job.members.get("with", {}).items()}
        inputs = _declared(declared.get("inputs", {}), given, f"{job.id} calls {file.name}")
        handed = {name: expressions.fill(text) for name, text in job.members.get("secrets", {}).items()}
        secrets = _declared(declared.get("secrets", {}), handed, f"{job.id} calls {file.name}")
        level = _Level(self.around, self.run, file, inputs, secrets, rights, f"{self.path}{job.name}/")
        outcomes = level.play().values()
        return Outcome(
            together([outcome.result for outcome in outcomes]),
            clean=all(outcome.clean for outcome in outcomes),
            failed=any(outcome.failed for outcome in outcomes),
        )

    def _rights(self, job: Job) -> Mapping[str, str]:
        """What the token of ``job`` may do: in a called workflow no more than the caller's."""
        wanted: Mapping[str, str] = job.members.get("permissions", load(self.file).get("permissions") or {})
        order = ("none", "read", "write")
        if self.rights is not None:
            for name, right in wanted.items():
                if order.index(right) > order.index(self.rights.get(name, "none")):
                    raise RefusedByGitHubError(
                        f"{job.id} asks for {name}: {right}, which its caller has not."
                    )
        if self.run.event.fork:
            return {name: "read" for name in wanted if name != "id-token"}
        return wanted

    def _say(self, result: str, title: str, seconds: float) -> None:
        file = self.run.event.file.removesuffix(".yml")
        self.around.say(f"   {result:<9} {seconds:>5.0f} s  {file} · {title}")


def _legs(job: Job) -> Iterator[Mapping[str, str]]:
    """Every combination of a job's matrix; one empty one where there is none."""
    strategy = job.members.get("strategy", {})
    matrix = strategy.get("matrix", {})
    if matrix and strategy.get("fail-fast", True):
        raise NotPlayedError(f"{job.id}: a matrix whose first failure cancels the others is not played here.")
    if {"include", "exclude"} & set(matrix):
        raise NotPlayedError(f"{job.id}: include and exclude of a matrix are not played here.")
    for values in itertools.product(*matrix.values()):
        yield dict(zip(matrix, map(str, values), strict=True))


def _dispatched(file: Path, event: Event) -> Mapping[str, str]:
    """The inputs of the run, as GitHub takes them from who dispatches it."""
    on = load(file)["on"]
    if event.name not in on:
        raise RefusedByGitHubError(f"{file.name} does not begin by {event.name}.")
    if event.name != "workflow_dispatch":
        return {}
    return _declared((on[event.name] or {}).get("inputs", {}), event.inputs, file.name)


def _declared(declared: Mapping[str, Any], given: Mapping[str, str], who: str) -> dict[str, str]:
    """``given`` and the defaults of the rest, if they are what is ``declared``."""
    if unknown := set(given) - set(declared):
        raise RefusedByGitHubError(f"{who} with {', '.join(sorted(unknown))}, which it does not take.")
    values = {}
    for name, entry in declared.items():
        value = given.get(name, str((entry or {}).get("default", "")))
        if (entry or {}).get("required") and name not in given:
            raise RefusedByGitHubError(f"{who} without {name}.")
        if (entry or {}).get("type") == "choice" and value not in entry["options"]:
            raise RefusedByGitHubError(f"{who}: {value!r} is none of {', '.join(entry['options'])}.")
        values[name] = value
    return values


def _require_played(members: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    if unknown := set(members) - known:
        raise NotPlayedError(f"{where}: {', '.join(sorted(unknown))} is not played here.")
