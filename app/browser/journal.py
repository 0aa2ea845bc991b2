"""The decisions that can be taken back: each with what it replaced, the last one first.

One folder a decision, beside the working copy::

    {work}/undo/000007/decision.json
    {work}/undo/000007/before/receipts/receipt/typical/phone-dark.webp, .json
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.browser.errors import ApprovalError, BaselineError
from app.browser.rejections import Rejection, read_rejections, write_rejections
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore, Sidecar
from app.browser.writing import write_whole
from bbws_templates.errors import Location

BaselineChanges = Mapping[Snapshot, tuple[bytes, Sidecar] | None]
"""What becomes of baselines: the new picture with its sidecar, or None where it goes."""

_MOST = 50
_RECORD = "decision.json"


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
        told = max(self._folder.glob(f"[0-9]*/{_RECORD}"), default=None)
        if told is None:
            return None
        folder = told.parent
        record = _read(folder)
        return RecordedDecision(
            folder.name, record.deed, tuple(Snapshot.from_id(name) for name in record.snapshots)
        )

    @contextmanager
    def recorded(self, deed: str, snapshots: Sequence[Snapshot], changed: BaselineChanges) -> Iterator[None]:
        """Keep what the block is about to replace; of one that fails no record remains.

        Raises:
            BaselineError: a baseline cannot be read, or the record not be written.
        """
        folders = sorted(self._folder.glob("[0-9]*"))
        number = int(folders[-1].name) + 1 if folders else 1
        folder = self._folder / f"{number:06d}"
        try:
            self._keep(folder, deed, snapshots, changed)
            yield
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for old in folders[: max(0, len(folders) + 1 - _MOST)]:
            shutil.rmtree(old, ignore_errors=True)

    def undo(self, number: str = "", *, progress: Callable[[str], None] | None = None) -> RecordedDecision:
        """Restore baselines and rejections as they were before the last decision; return that.

        With ``number``, only if that is the last one. ``progress`` is told the name of each snapshot that the
        decision was about when its baseline is looked at; an approval may have renewed other sidecars too.

        Raises:
            ApprovalError: there is none, or the baselines have been changed by something else since.
            BaselineError: a file cannot be read or written.
        """
        last = self.last()
        if last is None or number not in {"", last.number}:
            raise ApprovalError(
                "Another decision has been made since." if last else "There is no decision to take back.",
                remedy="Look again." if last else "",
            )
        folder = self._folder / last.number
        record = _read(folder)
        before = PictureStore(folder / "before")
        earlier: dict[Snapshot, tuple[bytes, Sidecar]] = {}
        gone: list[Snapshot] = []
        for name, left in record.after.items():
            snapshot = Snapshot.from_id(name)
            if progress and name in record.snapshots:
                progress(name)
            now = self._baselines.sidecar(snapshot)
            if (now.pixels if now else "") != left:
                raise ApprovalError(
                    f"The baseline of {name} has been changed since the {record.deed}.",
                    remedy="Nothing was taken back. Use version control.",
                )
            sidecar = before.sidecar(snapshot)
            if sidecar is None:
                gone.append(snapshot)
            else:
                earlier[snapshot] = (before.content(snapshot), sidecar)
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
        record = _Record(
            deed=deed,
            snapshots=tuple(snapshot.id for snapshot in snapshots),
            after={snapshot.id: new[1].pixels if new else "" for snapshot, new in changed.items()},
            rejections=read_rejections(self._work),
        )
        write_whole(folder / _RECORD, record.model_dump_json(indent=1).encode())


def _read(folder: Path) -> _Record:
    try:
        return _Record.model_validate_json((folder / _RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise BaselineError(
            "is no record of a decision.", location=Location(str(folder)), remedy="Remove the folder."
        ) from error
