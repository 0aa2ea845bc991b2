"""One job: its folder, its variables, its steps; each ``run`` is executed as the workflow has it."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tests.infra.pipeline.expressions import Expressions, Status
from tests.infra.pipeline.workflows import Job, load
from tests.infra.rehearsal import actions
from tests.infra.rehearsal.runs import FAILURE, SUCCESS, NotPlayedError, Run, Step

if TYPE_CHECKING:
    from tests.infra.rehearsal.runner import Surroundings

STEP_KEYS: Final = frozenset({"name", "id", "if", "uses", "with", "env", "run", "shell", "continue-on-error"})
SHELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
}
"""How GitHub calls the shell of a step, by its name. Source: "Workflow syntax", ``steps[*].shell``."""


class StepFailedError(Exception):
    """A step failed, and with it its job unless it goes on in spite of errors."""


class Work:
    """The work of one job. ``folder`` is its working copy; ``credentials`` what a role gave to its steps."""

    def __init__(
        self,
        around: Surroundings,
        run: Run,
        job: Job,
        environment: str,
        contexts: Mapping[str, Any],
        rights: Mapping[str, str],
        title: str,
    ) -> None:
        self.around, self.run, self.job, self.rights = around, run, job, rights
        self.environment = environment
        self._home = around.home / "jobs" / f"{run.number:03}-{re.sub(r'[^a-z-]+', '-', title)}"
        shutil.rmtree(self._home, ignore_errors=True)
        self.folder = self._home / "work"
        self.folder.mkdir(parents=True)
        self.log = around.home / "logs" / f"{run.number:03}-{run.event.file.removesuffix('.yml')}" / (
            re.sub(r"[^a-z0-9-]+", "-", title).strip("-") + ".log"
        )  # fmt: skip
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.credentials: Mapping[str, str] = {}
        token = ",".join(f"{name}={right}" for name, right in sorted(rights.items()))
        github = {**contexts["github"], "token": token, "job": job.name, "workspace": str(self.folder)}
        self._contexts = {**contexts, "github": github, "steps": {}}
        expressions = Expressions(self._contexts, status=Status())
        variables = {**load(job.file).get("env", {}), **job.members.get("env", {})}
        self._env = {name: expressions.fill(str(value)) for name, value in variables.items()}
        self._failed = False

    def steps(self, steps: list[dict[str, Any]]) -> str:
        """Every step in its turn; the result of the job."""
        for step in steps:
            try:
                self._step(step, self._contexts, self.job.file.name)
            except StepFailedError:
                self._failed = True
        return FAILURE if self._failed else SUCCESS

    def outputs(self) -> dict[str, str]:
        """What the job gives to those that need it."""
        expressions = Expressions(self._contexts, status=Status())
        return {name: expressions.fill(text) for name, text in self.job.members.get("outputs", {}).items()}

    def close(self) -> None:
        """Leave nothing but the log."""
        shutil.rmtree(self._home, ignore_errors=True)

    def write(self, text: str) -> None:
        """Put a line into the job's log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{text}\n")

    def claims(self) -> dict[str, str]:
        """What GitHub's token says of this job."""
        repository, event = self.around.repository, self.run.event
        own = f"environment:{self.environment}" if self.environment else f"ref:{event.ref}"
        return {
            "aud": "sts.amazonaws.com",
            "sub": f"repo:{repository}:{own}",
            "ref": event.ref,
            "repository": repository,
            "workflow_ref": f"{repository}/.github/workflows/{event.file}@{event.ref}",
            "job_workflow_ref": f"{repository}/.github/workflows/{self.job.file.name}@{event.ref}",
        }

    def _step(self, step: Mapping[str, Any], contexts: Mapping[str, Any], origin: str) -> None:
        """Do a step of ``origin``, a workflow's file or a composite action, where its condition holds."""
        if unknown := set(step) - STEP_KEYS:
            raise NotPlayedError(f"{self.job.id}: a step's {', '.join(sorted(unknown))} is not played here.")
        status = Status(success=not self._failed, failure=self._failed)
        expressions = Expressions({**contexts, "env": self._env}, status=status)
        if not expressions.condition(step.get("if")):
            return
        try:
            self._do(step, expressions, contexts, origin)
        except StepFailedError:
            if not step.get("continue-on-error", False):
                raise

    def _do(
        self, step: Mapping[str, Any], expressions: Expressions, contexts: Mapping[str, Any], origin: str
    ) -> None:
        given = {name: expressions.fill(str(value)) for name, value in step.get("with", {}).items()}
        uses = step.get("uses", "")
        if uses.startswith("./"):
            self._composite(uses, given, contexts)
        elif uses:
            self.write(f"> {uses} {given}")
            try:
                actions.act(uses.partition("@")[0], self, given)
            except actions.ActionFailedError as error:
                self.write(f"Error: {error}")
                raise StepFailedError from error
        else:
            own = {name: expressions.fill(str(value)) for name, value in step.get("env", {}).items()}
            outputs = self._command(str(step["run"]), {**self._env, **own}, step.get("shell", ""), origin)
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}

    def _composite(self, uses: str, given: Mapping[str, str], contexts: Mapping[str, Any]) -> None:
        file = self.folder / uses / "action.yml"
        if not file.is_file():
            self.write(f"Error: there is no {uses} in what is checked out")
            raise StepFailedError
        declared = load(file).get("inputs", {})
        inputs = {name: given.get(name, str(entry.get("default", ""))) for name, entry in declared.items()}
        if missing := [
            name for name, entry in declared.items() if entry.get("required") and not inputs[name]
        ]:
            self.write(f"Warning: {uses} lacks {', '.join(missing)}")
        inner = {**contexts, "inputs": inputs, "steps": {}, "secrets": {}}
        for step in load(file)["runs"]["steps"]:
            self._step(step, inner, uses.removeprefix("./.github/"))

    def _command(self, command: str, variables: Mapping[str, str], shell: str, origin: str) -> dict[str, str]:
        files = {name: self._home / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        script = self._home / "script.sh"
        stand_in = self.around.stand_ins.get(command)
        script.write_text(command if stand_in is None else stand_in, encoding="utf-8")
        event = self.run.event
        environment = {
            **self.around.environment,
            **self.credentials,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": event.actor,
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_JOB": self.job.name,
            "GITHUB_REF": event.ref,
            "GITHUB_REPOSITORY": self.around.repository,
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(self.run.number),
            "GITHUB_SHA": event.commit,
            "GITHUB_STEP_SUMMARY": str(self.log.with_suffix(".md")),
            "GITHUB_WORKFLOW": event.file,
            "GITHUB_WORKSPACE": str(self.folder),
            "PYTHONPATH": str(self.folder),  # the tools are those of another working copy
            **{name: str(file) for name, file in files.items()},
            **variables,
            **self.around.narrow.get(command, {}),
        }
        self.write(f"$ {command}" if stand_in is None else f"~ {stand_in} (in the place of {command})")
        began = time.monotonic()
        with self.log.open("ab") as log:
            status = self.around.processes.run(
                [*SHELLS[shell], str(script)], folder=self.folder, environment=environment, output=log
            )
        self.write(f"= {status} after {time.monotonic() - began:.0f} s")
        job = "" if "/" in origin else self.job.name
        if stand_in is None:
            self.run.steps.append(Step(origin, job, command, status))
        if files["GITHUB_ENV"].stat().st_size or files["GITHUB_PATH"].stat().st_size:
            raise NotPlayedError(f"{self.job.id}: GITHUB_ENV and GITHUB_PATH are not played here.")
        if status:
            raise StepFailedError
        return _assignments(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))


def _assignments(text: str) -> dict[str, str]:
    """What a step wrote to GITHUB_OUTPUT: ``name=value``, or ``name<<END`` and lines up to END."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, end = re.match(r"([^=<]*)(<<|=)?(.*)", line).groups()  # type: ignore[union-attr]
        if sign == "=":
            found[name] = end
        elif sign == "<<":
            found[name] = "\n".join(iter(lambda: next(lines), end))
        elif line.strip():
            raise NotPlayedError(f"{line!r} is no line of GITHUB_OUTPUT")
    return found


def clean_environment() -> dict[str, str]:
    """What a step has of this machine's environment: where programs and people are, and no credentials."""
    kept = ("PATH", "HOME", "USER", "TMPDIR", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "TERRAFORM")
    return {name: os.environ[name] for name in kept if name in os.environ}
