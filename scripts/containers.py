"""Engines that build and run the image of the Dockerfile: docker or podman where one answers, else buildah.

However it is run here, a container has no right of root, a root file system that cannot be written, and a
/tmp that can.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

ROOT: Final = Path(__file__).resolve().parents[1]
NAME: Final = "bbws-templates"
PORT: Final = 8025
_ARGUMENTS: Final = ("NODE_EXTRA_CA_CERTS",)
"""Arguments of the Dockerfile that are taken from the environment, where they are set."""


class EngineError(Exception):
    """No engine can be had on this machine, or it does not build."""


class Container(Protocol):
    """A container that runs. ``url`` is where its server can be reached from this machine."""

    url: str

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run ``command`` beside what runs in it, as the same user."""

    def log(self) -> str:
        """What it has written to its standard output and error."""

    def stop(self, grace: int) -> int:
        """End it by SIGTERM, after ``grace`` seconds by SIGKILL; its exit status, 137 for the second."""

    def remove(self) -> None:
        """End it, however it is, and leave nothing of it."""


class Engine(Protocol):
    """What builds and runs images."""

    name: str

    def build(self, tag: str) -> None:
        """Build the Dockerfile of this repository.

        Raises:
            EngineError: it does not build.
        """

    def size(self, tag: str) -> int:
        """Bytes of the image's files, unpacked."""

    def start(self, tag: str, variables: Mapping[str, str]) -> Container:
        """Start it with ``variables`` in its environment."""

    def identity(self, tag: str) -> str:
        """The digest of the image's settings and layers, ``sha256:…``: the same for the same image."""

    def save(self, tag: str, file: Path) -> None:
        """Write the image as an archive that docker loads and scanners read."""

    def push(self, tag: str, target: str) -> str:
        """Push it to ``target`` in a registry and return the digest that it has there, ``sha256:…``.

        Raises:
            EngineError: the registry refuses, or cannot be reached.
        """


def find_engine() -> Engine:
    """The first that can be had; ``ENGINE`` names one.

    Raises:
        EngineError: there is none.
    """
    wanted = os.environ.get("ENGINE", "")
    if wanted not in ("", "docker", "podman", "buildah"):
        raise EngineError(f"'{wanted}' is no engine: ENGINE is docker, podman or buildah.")
    for name in ("docker", "podman"):
        if wanted in ("", name) and shutil.which(name) and _answers(name):
            return Daemon(name)
    if wanted in ("", "buildah") and os.geteuid() == 0 and shutil.which("apt-get"):
        from scripts.rootfs import Buildah  # which takes from here what all engines need

        return Buildah()
    raise EngineError(
        f"{wanted or 'No engine of containers'} cannot be had here. Start docker or podman; or be root on "
        "Debian or Ubuntu, where buildah is installed for it."
    )


def _answers(name: str) -> bool:
    try:
        return subprocess.run([name, "info"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def said(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """What ``command`` prints.

    Raises:
        EngineError: it fails; with the end of what it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise EngineError(f"{' '.join(command[:3])} … failed ({done.returncode}):\n{done.stderr[-3000:]}")
    return done.stdout.strip()


def build_arguments() -> list[str]:
    """Arguments of the Dockerfile that the environment has a value for, as words of a command."""
    given = [name for name in _ARGUMENTS if os.environ.get(name)]
    return [word for name in given for word in ("--build-arg", f"{name}={os.environ[name]}")]


class Daemon:
    """docker or podman."""

    def __init__(self, name: str) -> None:
        self.name = name

    def build(self, tag: str) -> None:
        """Build on the Dockerfile's own base."""
        command = [self.name, "build", *build_arguments(), "--tag", tag, "."]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise EngineError(f"{self.name} could not build the image; it has said why above.")

    def size(self, tag: str) -> int:
        """The sum of its layers."""
        return int(said(self.name, "image", "inspect", "--format", "{{.Size}}", tag))

    def start(self, tag: str, variables: Mapping[str, str]) -> Container:
        """Start it on a port of this machine's own choice."""
        given = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        held = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        number = said(self.name, "run", "--detach", *held, *given, "--publish", f"127.0.0.1::{PORT}", tag)
        address = said(self.name, "port", number, str(PORT)).splitlines()[0]
        return _Run(self.name, number, f"http://{address}")

    def identity(self, tag: str) -> str:
        """As ``docker images --no-trunc`` shows it."""
        found = said(self.name, "image", "inspect", "--format", "{{.Id}}", tag)
        return f"sha256:{found.removeprefix('sha256:')}"

    def save(self, tag: str, file: Path) -> None:
        """``docker save``."""
        said(self.name, "save", "--output", str(file), tag)

    def push(self, tag: str, target: str) -> str:
        """The registry says the digest, and the engine keeps it."""
        said(self.name, "tag", tag, target)
        said(self.name, "push", target)
        known = json.loads(said(self.name, "image", "inspect", "--format", "{{json .RepoDigests}}", target))
        repository = target.rpartition(":")[0]
        return str(next(each for each in known if each.startswith(f"{repository}@")).partition("@")[2])


class _Run:
    """A container of docker or podman."""

    def __init__(self, engine: str, number: str, url: str) -> None:
        self._engine = engine
        self._number = number
        self.url = url

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._engine, "exec", self._number, *command], capture_output=True, text=True, check=False
        )

    def log(self) -> str:
        done = subprocess.run(
            [self._engine, "logs", self._number], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    def stop(self, grace: int) -> int:
        said(self._engine, "stop", "--time", str(grace), self._number)
        return int(said(self._engine, "inspect", "--format", "{{.State.ExitCode}}", self._number))

    def remove(self) -> None:
        said(self._engine, "rm", "--force", "--volumes", self._number)
