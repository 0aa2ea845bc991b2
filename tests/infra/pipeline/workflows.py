"""The workflows as data: jobs with their steps, and what one environment makes of their expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.infra.terraform import ROOT

FOLDER: Final = ROOT / ".github" / "workflows"
ACTIONS: Final = ROOT / ".github" / "actions"
FILES: Final = sorted(FOLDER.glob("*.yml"))
ENVIRONMENTS: Final = ("dev", "sit", "prod")


def load(file: Path) -> dict[str, Any]:
    """A workflow or an action; ``on`` under that name, which YAML 1.1 takes for true."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    if True in document:
        document["on"] = document.pop(True)
    return document


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    file: Path
    name: str
    members: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.file.name}/{self.name}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.members.get("steps", [])
        return found

    @property
    def needs(self) -> tuple[str, ...]:
        needs = self.members.get("needs", [])
        return (needs,) if isinstance(needs, str) else tuple(needs)

    @property
    def environment(self) -> str:
        found = self.members.get("environment", "")
        return found if isinstance(found, str) else str(found["name"])

    def environments(self) -> dict[str, str]:
        """GitHub environment of the job by environment of the estate that it is for."""
        return {name: evaluate(self.environment, name) for name in self.estates()}

    def estates(self) -> tuple[str, ...]:
        """The environments that this job can be for."""
        matrix = self.members.get("strategy", {}).get("matrix", {}).get("environment")
        if matrix:
            return tuple(matrix)
        inputs = (load(self.file)["on"].get("workflow_dispatch") or {}).get("inputs", {})
        if "environment" in inputs:
            return tuple(inputs["environment"]["options"])
        return ("dev",) if "dev" in load(self.file).get("concurrency", {}).get("group", "") else ENVIRONMENTS


def jobs(file: Path) -> list[Job]:
    """The jobs of a workflow."""
    return [Job(file, name, members) for name, members in load(file)["jobs"].items()]


def all_jobs() -> Iterator[Job]:
    """Every job of every workflow."""
    for file in FILES:
        yield from jobs(file)


def before(job: Job) -> set[str]:
    """Every job of the same workflow that must have succeeded before ``job`` begins."""
    known = {other.name: other for other in jobs(job.file)}
    found: set[str] = set()
    waiting = list(job.needs)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += known[name].needs
    return found


def evaluate(text: str, environment: str) -> str:
    """``text`` with the expressions of an environment put in: its name, and a choice by it.

    Raises:
        ValueError: there is another expression in it.
    """

    def value(match: re.Match[str]) -> str:
        expression = match[1].strip()
        if expression in {"inputs.environment", "matrix.environment"}:
            return environment
        # a == 'x' && 'y' || … || 'z': the only other form that the workflows use.
        *choices, last = [part.strip() for part in expression.split("||")]
        for choice in choices:
            found = re.fullmatch(r"(?:inputs|matrix)\.environment == '(\w+)' && '([\w-]*)'", choice)
            if found is None:
                raise ValueError(expression)
            if found[1] == environment:
                return found[2]
        literal = re.fullmatch(r"'([\w-]*)'", last)
        if literal is None:
            raise ValueError(expression)
        return literal[1]

    return re.sub(r"\$\{\{(.*?)\}\}", value, text)


def strings(value: Any) -> Iterator[str]:
    """Every text in a part of a workflow."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


JOBS = list(all_jobs())


COMPOSITES = sorted(ACTIONS.glob("*/action.yml"))


TOUCHES = {
    "apply-infrastructure.yml", "publish-templates.yml", "promote-templates.yml", "rollback-templates.yml",
    "rollback-infrastructure.yml", "prune-templates.yml",
}  # fmt: skip
"""The workflows that change an account; each takes a typed word."""


def role_steps(job: Job) -> list[dict[str, Any]]:
    return [step for step in job.steps if step.get("uses") == "./.github/actions/assume-role"]


def all_steps() -> list[tuple[str, dict[str, Any]]]:
    found = [(job.id, step) for job in JOBS for step in job.steps]
    return found + [(file.parent.name, step) for file in COMPOSITES for step in load(file)["runs"]["steps"]]


OUTPUTS = {
    "pipeline-check-plan": {"commit", "digest"},
    "pipeline-record-plan": {"digest"},
    "pipeline-check-release": {"release", "commit", "digest"},
    "pipeline-check-run": {"commit"},
    "pipeline-check-artifacts": {"commit", "digest"},
    "image-push": {"name", "digest"},
}
"""What a command writes to GITHUB_OUTPUT; ``test_commands.py`` holds the commands to it."""
