"""Decisions of people about pictures: approve, reject, and take the last decision back.

An approval replaces the baseline by the current picture and writes who and why into its sidecar. A rejection
changes no baseline: it is remembered beside the working copy, for as long as the picture stays the same.
Every decision first keeps what it replaces, so that it can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from app.browser.errors import ApprovalError
from app.browser.folders import Folders
from app.browser.journal import Journal, RecordedDecision
from app.browser.rejections import Rejection, read_rejections, rejections_stamp, write_rejections
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.snapshots import Snapshot, select
from app.browser.store import Approval, PictureStore, Sidecar
from app.core.errors import UnknownNameError

Verdict = Literal["", "approved", "rejected"]


class Approvals:
    """The decisions about the last comparison of one working copy."""

    def __init__(
        self, folders: Folders, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._baselines = PictureStore(folders.baselines)
        self._current = PictureStore(folders.current)
        self._work = folders.work
        self._journal = Journal(self._baselines, folders.work)
        self._clock = clock
        self._known_rejections: tuple[tuple[int, ...], Mapping[str, Rejection]] | None = None

    def baseline(self, snapshot: Snapshot) -> Sidecar | None:
        """What is known of the baseline as it is now.

        Raises:
            BaselineError: its sidecar cannot be read.
        """
        return self._baselines.sidecar(snapshot)

    def decision(self, result: SnapshotResult) -> Verdict:
        """What has been decided about ``result`` since the comparison.

        Raises:
            BaselineError: a sidecar cannot be read.
        """
        if result.status is SnapshotStatus.REMOVED:
            return "" if self._baselines.sidecar(result.snapshot) else "approved"
        if result.current is None or result.status not in {SnapshotStatus.CHANGED, SnapshotStatus.NEW}:
            return ""
        baseline = self._baselines.sidecar(result.snapshot)
        if (
            baseline is not None
            and baseline.pixels == result.current.pixels
            and self._baselines.intact(result.snapshot, baseline)
        ):
            return "approved"
        rejection = self._rejections().get(result.snapshot.id)
        return "rejected" if rejection and rejection.pixels == result.current.pixels else ""

    def approve(
        self,
        results: Iterable[SnapshotResult],
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
            ApprovalError: nobody is named or no reason given, a current picture is no longer there, or
                another decision does not come to an end.
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
            if result.status is SnapshotStatus.REMOVED:
                removed.append(snapshot)
                decided.append(snapshot)
            elif result.current is not None and result.status in {SnapshotStatus.CHANGED, SnapshotStatus.NEW}:
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
            with self._journal.recorded(f"approval by {by}", decided or list(written), changed):
                self._baselines.change(written, removed)
        return tuple(decided)

    def reject(self, results: Iterable[SnapshotResult], *, by: str, why: str) -> tuple[Snapshot, ...]:
        """Remember that the current pictures of ``results`` are not wanted.

        Raises:
            ApprovalError: nobody is named or no reason given, or another decision does not come to an end.
            BaselineError: it cannot be written.
        """
        by, why = _said(by, "who"), _said(why, "why")
        rejected: dict[str, Rejection] = {}
        decided: list[Snapshot] = []
        for result in results:
            if result.current is not None and result.status in {SnapshotStatus.CHANGED, SnapshotStatus.NEW}:
                rejected[result.snapshot.id] = Rejection(
                    pixels=result.current.pixels, by=by, why=why, at=self._now()
                )
                decided.append(result.snapshot)
        if decided:
            with self._journal.recorded(f"rejection by {by}", decided, {}):
                # Read only now, when nobody else is adding to them.
                write_rejections(self._work, {**read_rejections(self._work), **rejected})
        return tuple(decided)

    def last(self) -> RecordedDecision | None:
        """What ``undo`` would take back.

        Raises:
            BaselineError: its record cannot be read.
        """
        return self._journal.last()

    def undo(self, number: str = "", *, progress: Callable[[str], None] | None = None) -> RecordedDecision:
        """As ``Journal.undo``."""
        return self._journal.undo(number, progress=progress)

    def _rejections(self) -> Mapping[str, Rejection]:
        """As they are now, read again only where the record is another one."""
        stamp = rejections_stamp(self._work)
        if self._known_rejections is None or self._known_rejections[0] != stamp:
            self._known_rejections = (stamp, read_rejections(self._work))
        return self._known_rejections[1]

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _content(self, result: SnapshotResult) -> bytes:
        known = self._current.sidecar(result.snapshot)
        if known is None or result.current is None or known.pixels != result.current.pixels:
            raise ApprovalError(
                f"The picture of {result.snapshot.id} is not the one that was compared.",
                remedy="Run `bbws-templates screenshots compare` and look again.",
            )
        return self._current.content(result.snapshot)


def chosen(
    comparison: Comparison, patterns: Sequence[str], clients: Sequence[str] = ()
) -> tuple[SnapshotResult, ...]:
    """The results that ``patterns`` mean; all of them without patterns. With ``clients``, theirs alone.

    Raises:
        UnknownNameError: a pattern that means none, or a client that was not compared with.
    """
    for client in clients:
        if client not in comparison.renderers:
            raise UnknownNameError("client of this comparison", client, tuple(comparison.renderers))
    results = {
        result.snapshot: result
        for result in comparison.results
        if not clients or result.snapshot.client in clients
    }
    return tuple(results[snapshot] for snapshot in select(results, patterns))


def _same_picture(result: SnapshotResult) -> bool:
    pixels = {sidecar.pixels for sidecar in (result.baseline, result.current) if sidecar}
    return result.status is SnapshotStatus.UNCHANGED and len(pixels) == 1


def _said(text: str, what: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise ApprovalError(
            f"A decision needs to say {what}.", remedy="Give a name with --by and a reason with --why."
        )
    return words
