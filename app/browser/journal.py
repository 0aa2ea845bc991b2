"""The decisions that can be taken back: each with what it replaced, the last one first.

One folder a decision, beside the working copy::

    {work}/undo/000007/decision.json
    {work}/undo/000007/before/receipts/receipt/typical/phone-dark.webp, .json
    {work}/undo/000007/changing

The last is there while the baselines are changed, by the decision or by taking it back: whoever is killed
then leaves some as they were before and some as they were to be, and taking the decision back ends that.
What he had written beside them the next decision removes, whatever it is.
One decision is taken or taken back at a time: two would take the same number.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from app.browser.errors import ApprovalError, BaselineError
from app.browser.rejections import Rejection, read_rejections, write_rejections
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore, Sidecar
from app.browser.writing import not_written, write_whole
from app.core.locking import is_taken_in_time
from app.core.whole_numbers import whole_number
from bbws_templates.errors import Location
from bbws_templates.files import read_file, require_file

BaselineChanges = Mapping[Snapshot, tuple[bytes, Sidecar] | None]
"""What becomes of baselines: the new picture with its sidecar, or None where it goes."""

_MOST = 50
_RECORD = "decision.json"
_CHANGING = "changing"
_LOCK = ".deciding"


@dataclass(frozen=True)
class RecordedDecision:
    """A decision: its number in their order, what it was and by whom, and the snapshots it was about."""

    number: str
    deed: str
    snapshots: tuple[Snapshot, ...]


class _Record(BaseModel):
    """A decision on disk: for each baseline that it changed the digest that it left behind, "" for none.

    ``rejections`` are those before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    deed: str
    snapshots: tuple[str, ...] = ()
    after: Mapping[str, str]
    rejections: Mapping[str, Rejection]


class Journal:
    """The decisions of one working copy."""

    patience = 30.0
    """For how many seconds a decision waits for another."""

    def __init__(self, baselines: PictureStore, work: Path) -> None:
        self._baselines = baselines
        self._work = work
        self._folder = work / "undo"

    def last(self) -> RecordedDecision | None:
        """The decision that ``undo`` would take back.

        Raises:
            BaselineError: its record cannot be read.
        """
        # One without its record was never begun, as its writer was killed, or has been taken back.
        told = [folder for folder in self._folders() if (folder / _RECORD).exists()]
        if not told:
            return None
        folder = told[-1]
        record = _read(folder)
        return RecordedDecision(
            folder.name, record.deed, tuple(Snapshot.from_id(name) for name in record.snapshots)
        )

    @contextmanager
    def recorded(self, deed: str, snapshots: Sequence[Snapshot], changed: BaselineChanges) -> Iterator[None]:
        """Keep what the block is about to replace; of one that fails no record remains.

        Nobody else decides meanwhile, in this process or another.

        Raises:
            ApprovalError: somebody else does, and does not come to an end.
            BaselineError: a baseline cannot be read, or the record not be written.
        """
        with self._alone():
            folders = self._folders()
            number = (whole_number(folders[-1].name) or 0) + 1 if folders else 1
            folder = self._folder / _name(number)
            try:
                self._keep(folder, deed, snapshots, changed)
                yield
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            (folder / _CHANGING).unlink(missing_ok=True)
            for old in folders[: max(0, len(folders) + 1 - _MOST)]:
                shutil.rmtree(old, ignore_errors=True)

    def undo(self, number: str = "", *, progress: Callable[[str], None] | None = None) -> RecordedDecision:
        """Restore baselines and rejections as they were before the last decision; return that.

        With ``number``, only if that is the last one. ``progress`` is told the name of each snapshot that the
        decision was about when its baseline is looked at; an approval may have renewed other sidecars too.

        Raises:
            ApprovalError: there is none, the baselines have been changed by something else since, or another
                decision does not come to an end.
            BaselineError: a file cannot be read or written.
        """
        with self._alone():
            return self._take_back(number, progress)

    def _take_back(self, number: str, progress: Callable[[str], None] | None) -> RecordedDecision:
        last = self.last()
        if last is None or number not in {"", last.number}:
            raise ApprovalError(
                "Another decision has been made since." if last else "There is no decision to take back.",
                remedy="Look again." if last else "",
            )
        folder = self._folder / last.number
        record = _read(folder)
        before = PictureStore(folder / "before")
        half_done = (folder / _CHANGING).exists()
        earlier: dict[Snapshot, tuple[bytes, Sidecar]] = {}
        gone: list[Snapshot] = []
        for name, left in record.after.items():
            snapshot = Snapshot.from_id(name)
            if progress and name in record.snapshots:
                progress(name)
            sidecar = before.sidecar(snapshot)
            known = {left, _pixels(sidecar)} if half_done else {left}
            # A picture whose sidecar was not yet written is one of those that were to come.
            unfinished = half_done and not self._baselines.has_sidecar(snapshot)
            if not unfinished and _pixels(self._baselines.sidecar(snapshot)) not in known:
                raise ApprovalError(
                    f"The baseline of {name} has been changed since the {record.deed}.",
                    remedy="Nothing was taken back. Use version control.",
                )
            if sidecar is None:
                gone.append(snapshot)
            else:
                earlier[snapshot] = (before.content(snapshot), sidecar)
        self._mark(folder)
        self._baselines.change(earlier, gone)
        write_rejections(self._work, record.rejections)
        (folder / _RECORD).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        return last

    def _keep(self, folder: Path, deed: str, snapshots: Sequence[Snapshot], changed: BaselineChanges) -> None:
        before = {
            snapshot: (self._baselines.content(snapshot), sidecar)
            for snapshot in changed
            if (sidecar := self._baselines.sidecar(snapshot)) is not None
        }
        PictureStore(folder / "before").change(before)
        self._mark(folder)
        record = _Record(
            deed=deed,
            snapshots=tuple(snapshot.id for snapshot in snapshots),
            after={snapshot.id: new[1].pixels if new else "" for snapshot, new in changed.items()},
            rejections=read_rejections(self._work),
        )
        write_whole(folder / _RECORD, record.model_dump_json(indent=1).encode())

    @staticmethod
    def _mark(folder: Path) -> None:
        """From now on the baselines may be found half changed."""
        write_whole(folder / _CHANGING, b"")

    def _folders(self) -> list[Path]:
        """Those of the decisions in their order; what else lies beside them is nobody's here."""
        numbered = [(whole_number(folder.name), folder) for folder in self._folder.glob("[0-9]*")]
        known = sorted((number, folder) for number, folder in numbered if number is not None)
        return [folder for number, folder in known if folder.name == _name(number)]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        path = self._work / _LOCK
        try:
            self._work.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                require_file(path)
            lock = path.open("ab")
        except OSError as error:
            raise not_written(error, path) from error
        with lock:
            self._wait_for(lock)
            if any((folder / _CHANGING).exists() for folder in self._folders()):  # of somebody who was killed
                self._baselines.sweep()
            yield

    def _wait_for(self, lock: IO[bytes]) -> None:
        try:
            is_ours = is_taken_in_time(lock, self.patience)
        except OSError:
            return  # a file system without locks: one person decides there, or takes care
        if not is_ours:
            raise ApprovalError(
                f"Another decision has been under way for {self.patience:.0f} seconds.",
                remedy=f"Let it go on, or end it: `fuser {self._work / _LOCK}` names it.",
            )


def _name(number: int) -> str:
    return f"{number:06d}"


def _pixels(sidecar: Sidecar | None) -> str:
    return sidecar.pixels if sidecar else ""


def _read(folder: Path) -> _Record:
    try:
        return _Record.model_validate_json(read_file(folder / _RECORD))
    except (OSError, ValidationError) as error:
        raise BaselineError(
            "is no record of a decision.", location=Location(str(folder)), remedy="Remove the folder."
        ) from error
