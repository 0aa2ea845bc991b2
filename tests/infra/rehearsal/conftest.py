"""A repository of small workflows, and a GitHub that runs them here."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.infra.rehearsal.checkouts import Checkouts
from tests.infra.rehearsal.runner import Runner, Surroundings
from tests.infra.rehearsal.runs import Event, Run
from tests.infra.rehearsal.work import clean_environment
from tests.publishing.conftest import aws, bucket, s3_server

__all__ = ["NAME", "Small", "aws", "bucket", "s3_server"]

NAME = "owner/mails"


class Small:
    """A repository of workflows that a test writes. ``refusing``: environments whose reviewers say no."""

    def __init__(self, home: Path) -> None:
        self.home, self.repository = home, home / "repository"
        self.refusing: set[str] = set()
        self.assumed: list[tuple[str, Mapping[str, str]]] = []
        self.attested: dict[str, str] = {}
        self.said: list[str] = []
        self.numbers = iter(range(1, 100))
        self.git("init", "--quiet", "--initial-branch=main", str(self.repository), folder=home)
        self.around = Surroundings(
            home=home,
            checkouts=Checkouts(self.repository, None, home / "workflows"),
            repository=NAME,
            environment=clean_environment(),
            secrets={"": {"COMMON": "common"}, "prod": {"OWN": "own"}},
            approve=lambda environment, run: environment not in self.refusing,
            assume=self._assume,
            attest=lambda digests, claims: self.attested.update(digests),
            say=self.said.append,
        )
        self.runner = Runner(self.around)

    def write(self, **files: str) -> str:
        """Commit files to main, ``a__b__c_yml`` for ``a/b/c.yml`` below .github; the commit."""
        for name, text in files.items():
            file = self.repository / ".github" / name.replace("__", "/").replace("_yml", ".yml")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        self.git(*who, "commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def run(
        self,
        workflow: str,
        *,
        event: str = "push",
        fork: bool = False,
        inputs: Mapping[str, str] | None = None,
    ) -> Run:
        """Commit ``workflow`` as main's only one, and run it."""
        commit = self.write(workflows__one_yml=workflow)
        begun = Event("one.yml", event, commit, inputs=inputs or {}, fork=fork)
        return self.runner.run(next(self.numbers), begun)

    def text(self, run: Run, job: str) -> str:
        """What a job said."""
        folder = self.home / "logs" / f"{run.number:03}-{run.event.file.removesuffix('.yml')}"
        return (folder / f"{job}.log").read_text(encoding="utf-8")

    def git(self, *words: str, folder: Path | None = None) -> str:
        answer = subprocess.run(
            ["git", *words], cwd=folder or self.repository, capture_output=True, text=True, check=True
        )
        return answer.stdout.strip()

    def _assume(self, role: str, claims: Mapping[str, str]) -> Mapping[str, str]:
        if role != "trusted":
            raise PermissionError(f"{role} does not trust this")
        self.assumed.append((role, claims))
        return {"AWS_SESSION_TOKEN": "session"}


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path)


@pytest.fixture
def workflow() -> Callable[..., str]:
    """The text of a workflow with these jobs; each is a command, or the lines of a job."""

    def make(*, on: str = "push", **made: str) -> str:
        lines = [f"on: {on}", "permissions: {}", "jobs:"]
        for name, body in made.items():
            lines.append(f"  {name.replace('_', '-')}:")
            text = body if "\n" in body or ": " in body else f"steps:\n  - run: {json.dumps(body)}"
            lines += [f"    {line}" for line in text.splitlines()]
        return "\n".join(lines) + "\n"

    return make
