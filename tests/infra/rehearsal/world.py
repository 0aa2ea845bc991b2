"""What the stages of a rehearsal share: repository, accounts, GitHub with its reviewers, journal."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Final

from infra.design import ENVIRONMENTS, REPOSITORY
from infra.pipeline.environments import GATES, SECRETS, UNGATED
from tests.infra.rehearsal.artifacts import STAND_INS
from tests.infra.rehearsal.checkouts import Checkouts
from tests.infra.rehearsal.estates import Estates, StageFailedError
from tests.infra.rehearsal.hub import Hub
from tests.infra.rehearsal.journal import Journal
from tests.infra.rehearsal.repository import Repository
from tests.infra.rehearsal.runner import Runner, Surroundings
from tests.infra.rehearsal.runs import SUCCESS, Event, NotPlayedError, Run
from tests.infra.rehearsal.work import clean_environment
from tests.infra.terraform import ROOT

NARROW: Final = {
    # The suites have a place of their own; here it is enough that the steps call them and hear what they say.
    "make test": {"ARGS": "-q tests/repository"},
    "make infra-test-fast": {"ARGS": "-q -k schemas"},
}
"""Command to the variables that keep it short in a rehearsal; WHOLE=yes leaves them out."""

ROLES: Final = {
    "AWS_ROLE": "deployer",
    "AWS_PLAN_ROLE": "planner",
    "AWS_AUDIT_ROLE": "auditor",
    "AWS_PRUNE_ROLE": "pruner",
}


class Reviewers:
    """Who is asked before a job of an environment begins; those of ``refusing`` say no."""

    def __init__(self, journal: Journal) -> None:
        self.refusing: set[str] = set()
        self._journal = journal

    def approve(self, environment: str, run: Run) -> bool:
        """The answer of the environment's team, which is noted with its name."""
        if environment in UNGATED:
            return True
        if environment not in GATES:
            raise NotPlayedError(f"Nobody knows an environment {environment}.")
        agreed = environment not in self.refusing
        self._journal.approvals.append(
            {"run": run.number, "environment": environment, "by": GATES[environment], "approved": agreed}
        )
        return agreed


class World:
    """Everything around the stages. ``resumed``: the present stage was cut off before."""

    def __init__(self, home: Path, journal: Journal, *, whole: bool = False, at_once: int = 2) -> None:
        self.home, self.journal = home, journal
        self.name = REPOSITORY
        self.repository = Repository(home / "repository")
        self.estates = Estates(home, self.repository.folder)
        self.hub = Hub(REPOSITORY, home)
        self.reviewers = Reviewers(journal)
        self.resumed = False
        self._killed: set[str] = set()
        self._saying = threading.Lock()
        self.runner = Runner(
            Surroundings(
                home=home,
                checkouts=Checkouts(self.repository.folder, ROOT, home / "workflows"),
                repository=REPOSITORY,
                environment={
                    **clean_environment(),
                    **self.estates.accounts.terraform,
                    "GITHUB_API_URL": self.hub.url,
                    # Jobs begin with nothing; what is looked at twice need not be looked at anew.
                    "MYPY_CACHE_DIR": str(home / "caches" / "mypy"),
                    "RUFF_CACHE_DIR": str(home / "caches" / "ruff"),
                    "PATH": f"{self.hub.programs()}:{os.environ['PATH']}",
                },
                secrets=_secrets(self.hub),
                approve=self._approve,
                assume=self.estates.accounts.assume,
                attest=self.hub.attest,
                narrow={} if whole else NARROW,
                stand_ins=STAND_INS,
                say=self.say,
                at_once=at_once,
            )
        )
        for run in journal.runs.values():
            self.hub.announce(run)

    def resume(self) -> None:
        """End what a killed rehearsal left running, and take the locks of Terraform off that nobody holds."""
        self.resumed = True
        if left := self.runner.around.processes.end_leftovers():
            self.say(f"   ended      {len(left)} command(s) that the interruption had left running")
        for name in ENVIRONMENTS:
            if self.estates.locked(name):
                self._killed.add(name)
                self.estates.unlock(name)
                self.say(f"   unlocked   the states of {name}: Terraform was killed there")

    def killed(self, name: str) -> bool:
        """Whether Terraform was killed in ``name`` by the interruption: its state may lack what is there."""
        return name in self._killed

    def run(self, event: Event) -> Run:
        """Run a workflow to its end, and let GitHub know of it."""
        run = self.runner.run(self.journal.number(), event)
        self.journal.keep(run)
        self.hub.announce(run)
        return run

    def expect(self, run: Run, *, conclusion: str = SUCCESS, **results: str) -> Run:
        """Pass only if the run, and those jobs of it, ended so; ``_`` in a job's name stands for ``-``.

        Raises:
            StageFailedError: they did not.
        """
        wanted = {name.replace("_", "-"): result for name, result in results.items()}
        found = {name: run.result(name) for name in wanted}
        if results and conclusion == SUCCESS and found == wanted:
            return run
        if run.conclusion != conclusion or found != wanted:
            raise StageFailedError(
                f"{run.event.file} ended as {run.conclusion} {found or run.jobs}, not as {conclusion} "
                f"{wanted}: look at {self.log(run)}"
            )
        return run

    def last(self, workflow: str) -> str:
        """The number of the newest run of ``workflow`` that succeeded.

        Raises:
            StageFailedError: none did.
        """
        found = [
            run.number
            for run in self.journal.runs.values()
            if run.event.file == workflow and run.conclusion == SUCCESS
        ]
        if not found:
            raise StageFailedError(f"No run of {workflow} has succeeded.")
        return str(max(found))

    def log(self, run: Run) -> Path:
        """The folder of the run's logs, one a job."""
        return self.home / "logs" / f"{run.number:03}-{run.event.file.removesuffix('.yml')}"

    def text(self, run: Run, job: str) -> str:
        """What a job of the run said."""
        return (self.log(run) / f"{job}.log").read_text(encoding="utf-8", errors="replace")

    def say(self, line: str) -> None:
        """One line about the progress."""
        with self._saying:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Let nothing of this process go on; the emulated accounts do."""
        self.runner.around.processes.stop()
        self.hub.close()

    def _approve(self, environment: str, run: Run) -> bool:
        if environment == "prod-audit":
            self.estates.accounts.protect_replicas("prod")  # before anybody looks: see Repository.clone
        return self.reviewers.approve(environment, run)


def _secrets(hub: Hub) -> dict[str, dict[str, str]]:
    """The secrets that the set-up of GitHub asks for, by environment, with the ARNs of the roles."""
    values = {"SLACK_WEBHOOK_URL": f"{hub.url}/slack"}
    for kind, role in ROLES.items():
        for name, environment in ENVIRONMENTS.items():
            values[f"{kind}_{name.upper()}"] = getattr(environment, role)
    return {where: {name: values[name] for name in names} for where, names in SECRETS.items()}
