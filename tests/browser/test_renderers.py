"""Baselines of another renderer: comparable when both draw alike, refused with the reason when not."""

from __future__ import annotations

import json

import pytest

from app.browser.errors import RendererMismatchError
from app.browser.results import SnapshotStatus
from tests.browser.conftest import Desk


def pretend(desk: Desk, **renderer: str) -> None:
    """Have all baselines drawn by a renderer that differs in these members."""
    for path in desk.folders.baselines.rglob("*.json"):
        sidecar = json.loads(path.read_text())
        sidecar["renderer"].update(renderer)
        path.write_text(json.dumps(sidecar))
    desk.screenshots.current.clear()


@pytest.mark.parametrize(
    ("renderer", "reason"),
    [
        pytest.param({"fonts": "sha256:0"}, "another set of fonts", id="fonts"),
        pytest.param({"flags": "sha256:0"}, "other browser flags", id="flags"),
        pytest.param(
            {"browser": "99.0.1", "calibration": "sha256:0"},
            "Chromium .* draws the calibration page",
            id="build",
        ),
    ],
)
def test_another_renderer_is_refused_once_and_not_per_picture(
    approved: Desk, renderer: dict[str, str], reason: str
) -> None:
    pretend(approved, **renderer)
    approved.change("Thank you", "Thanks")
    with pytest.raises(RendererMismatchError, match=reason) as caught:
        approved.compare()
    assert "2 of 2 baselines" in str(caught.value)
    assert "--any-renderer" in caught.value.remedy
    forced = approved.compare(any_renderer=True)
    assert (forced.counts[SnapshotStatus.CHANGED], forced.counts[SnapshotStatus.UNCHANGED]) == (1, 1)
    changed = next(result for result in forced.results if result.status is SnapshotStatus.CHANGED)
    assert "drawn by Chromium" in changed.message


def test_another_build_that_draws_alike_draws_and_reports_what_changed_and_no_more(approved: Desk) -> None:
    pretend(approved, browser="99.0.1")
    assert approved.compare().drawn == 0
    every = approved.screenshots.compare(anew=True)
    assert (every.drawn, every.differs) == (2, False)
    approved.change("color:#004080", "color:#004081")  # nothing is forgiven for the sake of the build
    changed = approved.result("mails/order/typical/desktop-light")
    assert changed.status is SnapshotStatus.CHANGED
    assert "drawn by" not in changed.message


def test_other_images_of_our_own_need_new_pictures_but_no_other_renderer(approved: Desk) -> None:
    pretend(approved, images="sha256:0")
    comparison = approved.compare()
    assert (comparison.drawn, comparison.differs) == (2, False)


def test_after_looking_the_new_renderer_can_be_approved(approved: Desk) -> None:
    pretend(approved, fonts="sha256:0")
    approved.approve(approved.compare(any_renderer=True), why="New fonts")
    assert approved.compare().drawn == 0
    assert not approved.compare().differs
