"""Finding Terraform and running it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import DeployError, SurroundingsError
from infra.deploy.plan import read_plan

NEEDED: Final = (1, 11)
WHERE: Final = (
    "Install Terraform 1.11 or a later 1.x from https://developer.hashicorp.com/terraform/install "
    "and put it on the PATH, or name the program in the variable TERRAFORM."
)


def find_terraform(environment: Mapping[str, str] | None = None) -> str:
    """Path of a Terraform that is new enough, by the variables of ``environment``, else of this process.

    Raises:
        SurroundingsError: there is none.
    """
    given = os.environ if environment is None else environment
    program = shutil.which(given.get("TERRAFORM", "terraform"), path=given.get("PATH"))
    if program is None:
        raise SurroundingsError(f"Terraform was not found. {WHERE}")
    answer = subprocess.run(  # noqa: S603
        [program, "version", "-json"],
        capture_output=True,
        text=True,
        check=False,
        env={**given, "CHECKPOINT_DISABLE": "1"},
    )
    found = re.search(r'"terraform_version":\s*"((\d+)\.(\d+)[^"]*)"', answer.stdout)
    if found is None:
        raise SurroundingsError(f"{program} does not say its version. {WHERE}")
    if not NEEDED <= (int(found[2]), int(found[3])) < (2, 0):
        raise SurroundingsError(f"{program} is Terraform {found[1]}. {WHERE}")
    return program


@contextmanager
def _interrupts_left_to_terraform() -> Iterator[list[int]]:
    """Wait for Terraform however often Ctrl-C is pressed: it is told as well, and gives back its lock.

    Python would kill it a quarter of a second later, with what it has made unknown to its state. The list
    holds the interrupts that came. Only the main thread hears of them.
    """
    interrupts: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, before)


class Terraform:
    """One root module and the program that works on it.

    ``data`` is where Terraform keeps its providers and the choice of backend, apart for each environment, so
    that a plan for dev can never meet the backend of prod.
    """

    def __init__(self, program: str, folder: Path, data: Path) -> None:
        self.folder = folder
        self._program = program
        self._environment = {
            **os.environ,
            "TF_DATA_DIR": str(data),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def run(
        self, *arguments: str, accept: Sequence[int] = (0,), extra: Mapping[str, str] | None = None
    ) -> int:
        """Run Terraform with its output on the terminal; the exit code.

        Raises:
            DeployError: the exit code is none of ``accept``, or somebody interrupted it.
        """
        with _interrupts_left_to_terraform() as interrupts:
            finished = subprocess.run(  # noqa: S603
                [self._program, *arguments],
                cwd=self.folder,
                env={**self._environment, **(extra or {})},
                check=False,
            )
        if interrupts:
            raise DeployError(
                f"terraform {arguments[0]} was interrupted in {self.folder.name}. It has ended what it was "
                "at; plan again to see what is left to do."
            )
        if finished.returncode not in accept:
            raise DeployError(
                f"terraform {arguments[0]} failed in {self.folder.name}; what it says above names the place."
            )
        return finished.returncode

    def answer(self, *arguments: str, accept: Sequence[int] = (0,)) -> int:
        """Run Terraform without a word on the terminal; the exit code.

        Raises:
            DeployError: the exit code is none of ``accept``; the message holds what Terraform said.
        """
        finished = subprocess.run(  # noqa: S603
            [self._program, *arguments],
            cwd=self.folder,
            env={**self._environment, "TF_CLI_ARGS": "-no-color"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if finished.returncode not in accept:
            said = " ".join(finished.stdout.replace("│", " ").partition("Error:")[2].split())
            raise DeployError(
                f"terraform {arguments[0]} failed in {self.folder.name}: {said or finished.stdout}"
            )
        return finished.returncode

    def outputs(self) -> dict[str, Any]:
        """The values that the root module gives out, as Terraform's JSON.

        Raises:
            DeployError: they cannot be read.
        """
        finished = subprocess.run(  # noqa: S603
            [self._program, "output", "-json"],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            raise DeployError(f"The outputs of {self.folder.name} cannot be read: {finished.stderr.strip()}")
        document: dict[str, Any] = json.loads(finished.stdout)
        return document

    def show(self, plan: Path) -> dict[str, Any]:
        """The saved plan as Terraform's JSON.

        Raises:
            DeployError: the plan cannot be read.
        """
        return read_plan(self._shown("plan", str(plan)))

    def stored(self) -> dict[str, Any]:
        """The state as Terraform's JSON.

        Raises:
            DeployError: the state cannot be read.
        """
        document: dict[str, Any] = json.loads(self._shown("state"))
        return document

    def _shown(self, what: str, *file: str) -> str:
        finished = subprocess.run(  # noqa: S603
            [self._program, "show", "-json", *file],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            raise DeployError(f"The {what} of {self.folder.name} cannot be read: {finished.stderr.strip()}")
        return finished.stdout
