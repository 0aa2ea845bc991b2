"""How a mail stands against its approved picture, told without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.browser.approvals import Approvals
from app.browser.folders import Folders
from app.browser.mails import Mail
from app.browser.renderer import Renderer
from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.browser.reviewing import review_data
from app.browser.snapshots import Snapshot
from app.browser.standing import PictureState, standing_of
from app.browser.store import PictureStore, Sidecar

SNAPSHOT = Snapshot.from_id("mails/order/typical/desktop-light")
MAIL = Mail("<p>Hello")
RENDERER = Renderer("1", "", "", "", "")


def picture(html: str, pixels: str) -> Sidecar:
    return Sidecar(html=html, pixels=pixels, width=1, height=1, renderer=RENDERER)


def folders_with(baseline: Sidecar | None, home: Path) -> Folders:
    folders = Folders(home / "baselines", home / "work")
    if baseline:
        PictureStore(folders.baselines).change({SNAPSHOT: (b"", baseline)})
    return folders


COMPARED = SnapshotResult(
    snapshot=SNAPSHOT,
    status=SnapshotStatus.UNCHANGED,
    baseline=picture("before", "the same"),
    current=picture(MAIL.digest, "the same"),
)


@pytest.mark.parametrize(
    ("baseline", "state"),
    [
        (picture("before", "the same"), PictureState.APPROVED),
        (picture(MAIL.digest, "others"), PictureState.APPROVED),  # of this very HTML
        (picture("before", "others"), PictureState.UNSEEN),
        (None, PictureState.NEW),
    ],
)
def test_that_nothing_had_changed_holds_for_the_picture_that_was_compared_with(
    tmp_path: Path, baseline: Sidecar | None, state: PictureState
) -> None:
    folders = folders_with(baseline, tmp_path)

    assert standing_of({SNAPSHOT: MAIL}, [COMPARED], Approvals(folders)).snapshots == {SNAPSHOT: state}


@pytest.mark.parametrize(
    ("baseline", "shown"),
    [
        (picture("before", "the same"), ["baseline"]),
        (picture("before", "others"), ["baseline", "current"]),
        (None, ["current"]),
    ],
)
def test_the_review_shows_the_picture_of_now_unless_it_is_the_approved_one(
    tmp_path: Path, baseline: Sidecar | None, shown: list[str]
) -> None:
    folders = folders_with(baseline, tmp_path)
    comparison = Comparison(renderers={}, results=(COMPARED,))
    (item,) = review_data(comparison, folders, lambda kind, *_: kind, live=False)["items"]

    assert [item[kind] for kind in ("baseline", "current") if item[kind]] == shown
