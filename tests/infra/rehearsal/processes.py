"""The programs that steps start, noted on disk: whoever goes on after a kill ends what it left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

GRACE_SECONDS: Final = 90
"""Terraform, interrupted, ends what it is at, saves its state and gives back the lock."""


class Processes:
    """Groups of processes, one a command; each has a note while it runs."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes
        self._stopping = False

    def run(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> int:
        """Run ``command`` in a group of its own; its exit status."""
        if self._stopping:
            return 130
        self._notes.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        note = self._notes / str(process.pid)
        note.write_text(_began(process.pid), encoding="utf-8")
        try:
            return process.wait()
        finally:
            note.unlink(missing_ok=True)

    def interrupt(self) -> None:
        """Tell all that runs to end, and start nothing more; nothing is waited for."""
        self._stopping = True
        for group in self._groups()[1]:
            _signal(group, signal.SIGINT)

    def stop(self) -> None:
        """End all that runs, and start nothing more."""
        self._stopping = True
        self.end_leftovers()

    def end_leftovers(self) -> list[str]:
        """Interrupt every group that has a note, wait, and kill what does not end; the notes there were."""
        notes, groups = self._groups()
        for group in groups:
            _signal(group, signal.SIGINT)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(_alive(group) for group in groups) and time.monotonic() < deadline:
            time.sleep(0.2)
        for group in groups:
            _signal(group, signal.SIGKILL)
        for note in notes:
            note.unlink(missing_ok=True)
        return [note.name for note in notes]

    def _groups(self) -> tuple[list[Path], list[int]]:
        notes = sorted(self._notes.glob("*")) if self._notes.is_dir() else []
        return notes, [int(note.name) for note in notes if _is_ours(int(note.name), note)]


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _alive(group: int) -> bool:
    """Whether anything of the group runs; what has ended and waits to be asked for its status does not."""
    answer = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=False
    ).stdout
    rows = (line.split() for line in answer.splitlines())
    return any(int(pgid) == group and not stat.startswith("Z") for pgid, stat in rows)


def _began(pid: int) -> str:
    """When the process ``pid`` began, as ps says: a number is used again for another process one day."""
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def _is_ours(group: int, note: Path) -> bool:
    """A leader that began at another time is somebody else's; one that is gone may have left others."""
    try:
        return _began(group) in ("", note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False  # it has ended meanwhile
