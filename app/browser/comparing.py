"""One picture of now beside the approved one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.browser.difference import Allowance, Box, PixelDifference, compare, picture_of
from app.browser.errors import BaselineError
from app.browser.mails import Mail
from app.browser.pixels import SUFFIX, pixels_digest
from app.browser.renderer import Renderer
from app.browser.results import SnapshotResult, SnapshotStatus
from app.browser.settings import Settings
from app.browser.snapshots import Snapshot
from app.browser.store import PictureStore, Sidecar
from app.browser.writing import write_whole


class Judge:
    """Says of a snapshot how it stands against its baseline; pictures of differences go to a folder."""

    def __init__(
        self, settings: Settings, baselines: PictureStore, current: PictureStore, differences: Path
    ) -> None:
        self._settings = settings
        self._baselines = baselines
        self._current = current
        self._differences = differences

    def result(
        self,
        snapshot: Snapshot,
        mail: Mail | None,
        baseline: Sidecar | None,
        failed: Mapping[Snapshot, str],
        *,
        renderer: Renderer,
    ) -> SnapshotResult:
        """How ``snapshot`` stands; ``failed`` has the reasons of those that could not be drawn."""
        if snapshot in failed:
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.FAILED, message=failed[snapshot], baseline=baseline
            )
        if mail is None:
            return SnapshotResult(
                snapshot=snapshot,
                status=SnapshotStatus.REMOVED,
                baseline=baseline,
                message="no longer asked for",
            )
        try:
            return self._compared(snapshot, mail, baseline, renderer)
        except BaselineError as error:
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.FAILED, message=str(error), baseline=baseline
            )

    def _compared(
        self, snapshot: Snapshot, mail: Mail, baseline: Sidecar | None, renderer: Renderer
    ) -> SnapshotResult:
        current = self._current.sidecar(snapshot)
        if current is not None and (current.html, current.renderer) != (mail.digest, renderer):
            current = None  # left over from an earlier state of the template or another browser
        if baseline is None:
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.NEW, current=current, message="has no baseline"
            )
        masks = tuple(Box(*mask.box) for mask in self._settings.masks_of(snapshot))
        if current is None:
            # Same HTML, same renderer, intact file: the picture would be the one that was approved.
            return SnapshotResult(
                snapshot=snapshot, status=SnapshotStatus.UNCHANGED, baseline=baseline, masks=masks
            )
        if self._same_bytes(snapshot, baseline, current):
            return SnapshotResult(
                snapshot=snapshot,
                status=SnapshotStatus.UNCHANGED,
                baseline=baseline,
                current=current,
                masks=masks,
            )
        before, after = self._baselines.pixels(snapshot), self._current.pixels(snapshot)
        altered = pixels_digest(before) != baseline.pixels
        allowance = self._allowance(snapshot, masks, baseline.renderer, current.renderer)
        difference = compare(before, after, allowance)
        if difference.exists:
            write_whole(self._differences / f"{snapshot.id}{SUFFIX}", picture_of(difference, after))
        return SnapshotResult(
            snapshot=snapshot,
            # A picture put in place of the approved one is nobody's approval, whatever it shows.
            status=SnapshotStatus.CHANGED if difference.exists or altered else SnapshotStatus.UNCHANGED,
            message=_message(difference, baseline, current, altered=altered),
            changed=difference.changed,
            tolerated=difference.tolerated,
            regions=difference.regions,
            regions_before=difference.regions_before,
            masks=masks,
            baseline=baseline,
            current=current,
        )

    def _same_bytes(self, snapshot: Snapshot, baseline: Sidecar, current: Sidecar) -> bool:
        """Whether both files are intact and of the same pixels, which is known without decoding them."""
        return (
            baseline.pixels == current.pixels
            and self._baselines.intact(snapshot, baseline)
            and self._current.intact(snapshot, current)
        )

    def _allowance(
        self, snapshot: Snapshot, masks: tuple[Box, ...], before: Renderer, after: Renderer
    ) -> Allowance:
        """Every pixel counts, but where the renderers are known to draw edges differently."""
        tolerance = self._settings.tolerance(snapshot)
        smoothing = not before.draws_like(after)
        if tolerance is None:
            return Allowance(smoothing=smoothing, masks=masks)
        if tolerance.antialiasing is not None:
            smoothing = tolerance.antialiasing == "ignore"
        return Allowance(tolerance.pixels, tolerance.colour, smoothing, masks)


def _message(difference: PixelDifference, baseline: Sidecar, current: Sidecar, *, altered: bool) -> str:
    parts = []
    if altered:
        parts.append("the baseline is not the picture that was approved")
    if difference.exists:
        parts.append(str(difference))
        if not baseline.renderer.draws_like(current.renderer):
            parts.append(
                f"drawn by {current.renderer.name} {current.renderer.browser}, "
                f"the baseline by {baseline.renderer.browser}"
            )
    elif difference.tolerated:
        parts.append(f"{difference.tolerated} pixels differ within the tolerance")
    return "; ".join(parts)
