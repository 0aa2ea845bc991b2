"""How far a rehearsal has come, on disk: whoever goes on after an interruption finds it there."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.deploy.errors import RefusedError
from tests.infra.rehearsal.runs import Event, Run, Step


class Journal:
    """The state of one rehearsal in ``home``; each change is on disk before the next begins.

    ``done`` maps a stage to its seconds, ``begun`` is the stage that goes on, ``notes`` are what stages tell
    later ones, ``runs`` those that have ended.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._file = home / "state.json"
        self._lock = home / "lock"
        self._saving = threading.RLock()
        self.done: dict[str, float] = {}
        self.begun = ""
        self.notes: dict[str, Any] = {}
        self.approvals: list[dict[str, Any]] = []
        self.runs: dict[int, Run] = {}
        self.next_number = 1
        if self._file.is_file():
            self._read()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else work in the same folder meanwhile.

        Raises:
            RefusedError: somebody does.
        """
        with self._lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RefusedError(
                    f"Another rehearsal goes on in {self._lock.parent}: wait for it, end it by Ctrl-C, or "
                    "choose another folder by PIPELINE_HOME."
                ) from None
            yield

    def begin(self, stage: str) -> bool:
        """Note that ``stage`` begins; whether it has begun before and was cut off."""
        cut_off = self.begun == stage
        self.begun = stage
        self.save()
        return cut_off

    def end(self, stage: str, seconds: float) -> None:
        """Note that ``stage`` is done."""
        self.done[stage] = round(seconds, 1)
        self.begun = ""
        self.save()

    def number(self) -> int:
        """The number of the next run; none is given twice."""
        with self._saving:
            self.next_number += 1
            self.save()
            return self.next_number - 1

    def keep(self, run: Run) -> None:
        """Note a run that has ended."""
        with self._saving:
            self.runs[run.number] = run
            self.save()

    def note(self, **values: Any) -> None:
        """Note ``values`` for later stages."""
        self.notes |= values
        self.save()

    def save(self) -> None:
        """Put all of it on disk, in place of what is there, whole or not at all."""
        with self._saving:
            self._write()

    def _write(self) -> None:
        members = {
            "done": self.done,
            "begun": self.begun,
            "notes": self.notes,
            "approvals": self.approvals,
            "next_number": self.next_number,
            "runs": [asdict(run) for run in list(self.runs.values())],
        }
        draft = self._file.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(members, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)

    def _read(self) -> None:
        try:
            members = json.loads(self._file.read_text(encoding="utf-8"))
            self.done, self.begun = members["done"], members["begun"]
            self.notes, self.approvals = members["notes"], members["approvals"]
            self.next_number = members["next_number"]
            for run in members["runs"]:
                steps = [Step(**step) for step in run["steps"]]
                event = Event(**run["event"])
                self.runs[run["number"]] = Run(run["number"], event, run["jobs"], steps, run["conclusion"])
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise RefusedError(
                f"{self._file} cannot be read ({type(error).__name__}): begin anew with AFRESH=yes."
            ) from error
