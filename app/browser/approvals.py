"""Decisions of people about pictures: approve, reject, and take the last decision back.

An approval replaces the baseline by the current picture and writes who and why into its sidecar. A rejection
changes no baseline: it is remembered beside the working copy, for as long as the picture stays the same.
Every decision first keeps what it replaces, so that it can be undone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.browser.errors import ApprovalError, BaselineError
from app.browser.folders import Folders
from app.browser.results import Comparison, Result, Status
from app.browser.snapshots import Snapshot, select
from app.browser.store import Approval, PictureStore, Sidecar
from app.browser.writing import write_whole
from bbws_templates.errors import Location

Decision = Literal["", "approved", "rejected"]
_MOST_UNDO = 50


class Rejection(BaseModel):
    """Who turned a picture down, why and when; ``pixels`` is the picture's digest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pixels: str
    by: str
    why: str
    at: str


@dataclass(frozen=True)
class Undone:
    """What a taken-back decision was about."""

    deed: str
    snapshots: tuple[Snapshot, ...]


@dataclass(frozen=True)
class LastDecision:
    """The decision that can be taken back: its number in the order of decisions, and what it was."""

    number: str
    deed: str


class _Record(BaseModel):
    """One decision as it can be undone: for each snapshot the digest of the baseline that it left behind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deed: str
    after: Mapping[str, str]
    rejections: Mapping[str, Rejection]


_REJECTIONS = TypeAdapter(dict[str, Rejection])


class Approvals:
    """The decisions about the last comparison of one working copy."""

    def __init__(
        self, folders: Folders, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._baselines = PictureStore(folders.baselines)
        self._current = PictureStore(folders.current)
        self._work = folders.work
        self._clock = clock

    def baseline(self, snapshot: Snapshot) -> Sidecar | None:
        """What is known of the baseline as it is now.

        Raises:
            BaselineError: its sidecar cannot be read.
        """
        return self._baselines.sidecar(snapshot)

    def decision(self, result: Result) -> Decision:
        """What has been decided about ``result`` since the comparison.

        Raises:
            BaselineError: a sidecar cannot be read.
        """
        if result.status is Status.REMOVED:
            return "" if self._baselines.sidecar(result.snapshot) else "approved"
        if result.current is None or result.status not in {Status.CHANGED, Status.NEW}:
            return ""
        baseline = self._baselines.sidecar(result.snapshot)
        if (
            baseline is not None
            and baseline.pixels == result.current.pixels
            and self._baselines.intact(result.snapshot, baseline)
        ):
            return "approved"
        rejection = self.rejections().get(result.snapshot.id)
        return "rejected" if rejection and rejection.pixels == result.current.pixels else ""

    def approve(
        self,
        results: Iterable[Result],
        *,
        by: str,
        why: str,
        progress: Callable[[str], None] | None = None,
    ) -> tuple[Snapshot, ...]:
        """Make the current pictures of ``results`` the baselines; those of removed snapshots go.

        Pictures that did not change keep their approval; where only their HTML or the renderer did, the
        sidecar learns of it, so that they need not be drawn again. ``progress`` is told each
        snapshot's name. Returns the snapshots decided upon.

        Raises:
            ApprovalError: nobody is named or no reason given, or a current picture is no longer there.
            BaselineError: a file cannot be read or written; no baseline has changed.
        """
        approval = Approval(by=_said(by, "who"), why=_said(why, "why"), at=self._now())
        written: dict[Snapshot, tuple[bytes, Sidecar]] = {}
        removed: list[Snapshot] = []
        decided: list[Snapshot] = []
        for result in results:
            snapshot = result.snapshot
            if progress:
                progress(snapshot.id)
            if result.status is Status.REMOVED:
                removed.append(snapshot)
                decided.append(snapshot)
            elif result.current is not None and result.status in {Status.CHANGED, Status.NEW}:
                accepted = result.current.model_copy(update={"approval": approval})
                written[snapshot] = (self._content(result), accepted)
                decided.append(snapshot)
            elif result.current is not None and _same_picture(result):
                kept = result.baseline.approval if result.baseline else None
                written[snapshot] = (
                    self._content(result),
                    result.current.model_copy(update={"approval": kept}),
                )
        if decided or written:
            changed: dict[Snapshot, tuple[bytes, Sidecar] | None] = {**dict.fromkeys(removed), **written}
            with self._recorded(f"approval by {by}", changed):
                self._baselines.change(written, removed)
        return tuple(decided)

    def reject(self, results: Iterable[Result], *, by: str, why: str) -> tuple[Snapshot, ...]:
        """Remember that the current pictures of ``results`` are not wanted.

        Raises:
            ApprovalError: nobody is named or no reason given.
            BaselineError: it cannot be written.
        """
        by, why = _said(by, "who"), _said(why, "why")
        rejections = dict(self.rejections())
        decided = []
        for result in results:
            if result.current is not None and result.status in {Status.CHANGED, Status.NEW}:
                rejections[result.snapshot.id] = Rejection(
                    pixels=result.current.pixels, by=by, why=why, at=self._now()
                )
                decided.append(result.snapshot)
        if decided:
            with self._recorded(f"rejection by {by}", {}):
                self._save(rejections)
        return tuple(decided)

    def last(self) -> LastDecision | None:
        """What ``undo`` would take back.

        Raises:
            BaselineError: its record cannot be read.
        """
        folder = next(iter(sorted(self._undo.glob("[0-9]*"), reverse=True)), None)
        return LastDecision(folder.name, _read_record(folder).deed) if folder else None

    def undo(self, number: str = "") -> Undone:
        """Take the last decision back; with ``number``, only if that is the last one.

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
        folder = self._undo / last.number
        record = _read_record(folder)
        before = PictureStore(folder / "before")
        snapshots = tuple(Snapshot.from_id(name) for name in record.after)
        for snapshot in snapshots:
            now = self._baselines.sidecar(snapshot)
            if (now.pixels if now else "") != record.after[snapshot.id]:
                raise ApprovalError(
                    f"The baseline of {snapshot.id} has been changed since the {record.deed}.",
                    remedy="Nothing was taken back. Use version control.",
                )
        earlier = {
            snapshot: (before.content(snapshot), sidecar)
            for snapshot in snapshots
            if (sidecar := before.sidecar(snapshot)) is not None
        }
        self._baselines.change(earlier, [snapshot for snapshot in snapshots if snapshot not in earlier])
        self._save(record.rejections)
        shutil.rmtree(folder, ignore_errors=True)
        return Undone(record.deed, snapshots)

    def rejections(self) -> Mapping[str, Rejection]:
        """The pictures that were turned down, by snapshot.

        Raises:
            BaselineError: the record cannot be read.
        """
        path = self._work / "rejections.json"
        try:
            return _REJECTIONS.validate_json(path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise BaselineError(
                "is no record of rejections.", location=Location(str(path)), remedy="Remove the file."
            ) from error

    @property
    def _undo(self) -> Path:
        return self._work / "undo"

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _content(self, result: Result) -> bytes:
        known = self._current.sidecar(result.snapshot)
        if known is None or result.current is None or known.pixels != result.current.pixels:
            raise ApprovalError(
                f"The picture of {result.snapshot.id} is not the one that was compared.",
                remedy="Run `bbws-templates screenshots compare` and look again.",
            )
        return self._current.content(result.snapshot)

    @contextmanager
    def _recorded(
        self, deed: str, changed: Mapping[Snapshot, tuple[bytes, Sidecar] | None]
    ) -> Iterator[None]:
        """Keep what is about to be replaced; of a decision that then fails no record remains."""
        folders = sorted(self._undo.glob("[0-9]*"))
        number = int(folders[-1].name) + 1 if folders else 1
        folder = self._undo / f"{number:06d}"
        try:
            self._keep(folder, deed, changed)
            yield
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for old in folders[: max(0, len(folders) + 1 - _MOST_UNDO)]:
            shutil.rmtree(old, ignore_errors=True)

    def _keep(
        self, folder: Path, deed: str, changed: Mapping[Snapshot, tuple[bytes, Sidecar] | None]
    ) -> None:
        before = {
            snapshot: (self._baselines.content(snapshot), sidecar)
            for snapshot in changed
            if (sidecar := self._baselines.sidecar(snapshot)) is not None
        }
        PictureStore(folder / "before").change(before)
        after = {snapshot.id: new[1].pixels if new else "" for snapshot, new in changed.items()}
        record = _Record(deed=deed, after=after, rejections=self.rejections())
        write_whole(folder / "decision.json", record.model_dump_json(indent=1).encode())

    def _save(self, rejections: Mapping[str, Rejection]) -> None:
        write_whole(self._work / "rejections.json", _REJECTIONS.dump_json(dict(rejections), indent=1))


def chosen(comparison: Comparison, patterns: Sequence[str]) -> tuple[Result, ...]:
    """The results that ``patterns`` mean; all of them without patterns.

    Raises:
        UnknownNameError: a pattern that means none.
    """
    results = {result.snapshot: result for result in comparison.results}
    return tuple(results[snapshot] for snapshot in select(results, patterns))


def _read_record(folder: Path) -> _Record:
    try:
        return _Record.model_validate_json((folder / "decision.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise BaselineError(
            "is no record of a decision.", location=Location(str(folder)), remedy="Remove the folder."
        ) from error


def _same_picture(result: Result) -> bool:
    pixels = {sidecar.pixels for sidecar in (result.baseline, result.current) if sidecar}
    return result.status is Status.UNCHANGED and len(pixels) == 1


def _said(text: str, what: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise ApprovalError(
            f"A decision needs to say {what}.", remedy="Give a name with --by and a reason with --why."
        )
    return words
