"""A comparison as the review page wants it: one flat record a snapshot, pictures by address."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from app.browser.approvals import Approvals
from app.browser.difference import Box
from app.browser.folders import Folders
from app.browser.pixels import SUFFIX
from app.browser.rejections import Rejection, read_rejections
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.snapshots import CHROMIUM, Snapshot
from app.browser.store import Sidecar

BASELINE, CURRENT, DIFFERENCE = "baseline", "current", "difference"

Address = Callable[[str, Snapshot, str], str]
"""Kind of picture (one of the three above), snapshot and version to the address an ``<img>`` loads it from.

The version is another when the picture is: a page shows again what it has loaded from an address before.
"""


def review_data(
    comparison: Comparison,
    folders: Folders,
    address: Address,
    *,
    live: bool,
    token: bool = False,
    stale: Set[Snapshot] = frozenset(),
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """What the scripts of ``page`` show.

    ``live``: decisions can be made; ``token``: they need the server's token; ``stale`` are the snapshots
    whose files have changed since. ``progress`` is told each snapshot's name.

    Raises:
        BaselineError: a sidecar or the record of decisions cannot be read.
    """
    approvals = Approvals(folders)
    rejections = read_rejections(folders.work)
    order = list(SnapshotStatus)
    results = sorted(comparison.results, key=lambda result: (order.index(result.status), result.snapshot))
    last = approvals.last() if live else None
    items = []
    for result in results:
        if progress:
            progress(result.snapshot.id)
        item = _item(result, folders, approvals, rejections.get(result.snapshot.id), address)
        items.append(item | {"outdated": result.snapshot in stale})
    return {
        "live": live,
        "token": token,
        "undo": {
            "number": last.number,
            "deed": last.deed,
            "snapshots": [snapshot.id for snapshot in last.snapshots],
        }
        if last
        else None,
        "renderers": {client: dict(each.as_dict()) for client, each in comparison.renderers.items()},
        "passedOver": [str(each) for each in comparison.passed_over if not each.broken],
        "broken": [str(each) for each in comparison.broken],
        "drawn": comparison.drawn,
        "seconds": comparison.seconds,
        "warnings": list(comparison.warnings),
        "items": items,
    }


def _item(
    result: SnapshotResult,
    folders: Folders,
    approvals: Approvals,
    rejection: Rejection | None,
    address: Address,
) -> dict[str, Any]:
    snapshot = result.snapshot
    decision = approvals.decision(result)
    # As it is now: an approval has put another picture in its place.
    baseline = None if result.status is SnapshotStatus.FAILED else approvals.baseline(snapshot)
    unchanged = result.status is SnapshotStatus.UNCHANGED and not result.tolerated
    same = decision == "approved" or (unchanged and result.was_compared_with(baseline))
    current = None if same else result.current
    has_difference = (
        result.status is SnapshotStatus.CHANGED and (folders.differences / f"{snapshot.id}{SUFFIX}").is_file()
    )
    # The difference is as large as the larger of the pictures that were compared.
    compared = (result.baseline, result.current) if has_difference else ()
    pictures = [sidecar for sidecar in (baseline, current, *compared) if sidecar]
    seen = current or baseline
    return {
        "id": snapshot.id,
        "template": snapshot.template,
        "fixture": snapshot.fixture,
        "width": snapshot.width,
        "variant": snapshot.variant.value,
        "client": "" if snapshot.client == CHROMIUM else snapshot.client,
        "status": result.status.value,
        "message": result.message,
        "notes": list(seen.notes) if seen else [],
        "regions": [_corners(box) for box in result.regions],
        "regionsBefore": [_corners(box) for box in result.regions_before or result.regions],
        "masks": [_corners(box) for box in result.masks],
        "size": [
            max((picture.width for picture in pictures), default=0),
            max((picture.height for picture in pictures), default=0),
        ],
        "baselineSize": [baseline.width, baseline.height] if baseline else None,
        "currentSize": [current.width, current.height] if current else None,
        BASELINE: address(BASELINE, snapshot, _version(baseline)) if baseline else None,
        CURRENT: address(CURRENT, snapshot, _version(current)) if current else None,
        DIFFERENCE: address(DIFFERENCE, snapshot, _version(result.baseline, result.current))
        if has_difference
        else None,
        "decision": decision,
        "approval": baseline.approval.model_dump() if baseline and baseline.approval else None,
        "rejection": rejection.model_dump(exclude={"pixels"})
        if rejection and decision == "rejected"
        else None,
    }


def _version(*sidecars: Sidecar | None) -> str:
    return "-".join(sidecar.file.removeprefix("sha256:")[:12] for sidecar in sidecars if sidecar)


def _corners(box: Box) -> list[int]:
    return [box.x, box.y, box.width, box.height]
