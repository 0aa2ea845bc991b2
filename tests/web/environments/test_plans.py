"""Where the pictures of plans are drawn, and that nothing of them stays."""

from __future__ import annotations

import gc
import weakref

import pytest

from app.web.live.environments.plans import Plans


@pytest.mark.parametrize("is_closed", [True, False])
def test_no_picture_stays_whoever_closes_the_plans_or_nobody(is_closed: bool) -> None:
    plans = Plans()
    folder = plans.folder("one")
    folder.mkdir()
    (folder / "picture.png").write_bytes(b"x")
    assert plans.folder("two").parent == folder.parent
    if is_closed:
        plans.close()
        assert not folder.parent.exists()
        plans.close()
    gone = weakref.ref(plans)
    del plans
    gc.collect()
    assert gone() is None
    assert not folder.parent.exists()


def test_plans_that_are_closed_draw_elsewhere_again() -> None:
    plans = Plans()
    first = plans.folder("one").parent
    plans.close()
    assert plans.folder("one").parent != first
    plans.close()
