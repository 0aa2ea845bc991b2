"""How a mail stands against its approved picture, told without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.browser.approvals import Approvals
from app.browser.folders import Folders
from app.browser.mails import Mail
from app.browser.renderer import Renderer
from app.browser.results import SnapshotResult, SnapshotStatus
from app.browser.snapshots import Snapshot
from app.browser.standing import PictureState, standing_of
from app.browser.store import PictureStore, Sidecar

SNAPSHOT = Snapshot.from_id("mails/order/typical/desktop-light")
MAIL = Mail("<p>Hello")
RENDERER = Renderer("1", "", "", "", "")


def picture(html: str, pixels: str) -> Sidecar:
    return Sidecar(html=html, pixels=pixels, width=1, height=1, renderer=RENDERER)


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
    folders = Folders(tmp_path / "baselines", tmp_path / "work")
    if baseline:
        PictureStore(folders.baselines).change({SNAPSHOT: (b"", baseline)})
    compared = SnapshotResult(
        snapshot=SNAPSHOT,
        status=SnapshotStatus.UNCHANGED,
        baseline=picture("before", "the same"),
        current=picture(MAIL.digest, "the same"),
    )

    assert standing_of({SNAPSHOT: MAIL}, [compared], Approvals(folders)).snapshots == {SNAPSHOT: state}
