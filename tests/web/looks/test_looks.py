"""Our own pages look as somebody has approved them.

A test that fails here has found a visual change. It names page and region; ``build/pages/report.html`` shows
each picture beside the approved one. Take it back, or approve it: ``make approve-pages BY=… WHY="…"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.browser.discovery import Browser
from app.browser.folders import Folders
from app.browser.pixels import write_picture
from app.browser.results import Comparison, SnapshotStatus
from app.browser.session import Session
from app.browser.snapshots import CHROMIUM
from app.browser.store import PictureStore
from tests.browser.conftest import LONG
from tests.shell import locked_shell
from tests.web.looks.house import opened_house
from tests.web.looks.looks import LOOKS, Look
from tests.web.looks.studio import (
    APPROVED,
    WORK,
    alarms,
    judged,
    kept,
    opened_studio,
)

FOLDERS = Folders(APPROVED, WORK)
ADVICE = '{}\nTake it back, or look at build/pages/report.html and `make approve-pages BY=… WHY="…"`.'
SLICE = ("workbench/preview/wide-light", "gallery/all/narrow-light")
MOST_BYTES = 2_500_000


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    return locked_shell(tmp_path_factory.mktemp("tools"))


@pytest.fixture(scope="module")
def session(locked: Browser) -> Iterator[Session]:
    with Session(locked, draw_seconds=LONG) as opened:
        yield opened


@pytest.fixture
def looked_at(tmp_path: Path, locked: Browser, session: Session) -> Callable[[Iterable[Look]], list[str]]:
    """Looks to what about them is not as approved; everything is kept for a report, and to be approved."""

    def look_at(looks: Iterable[Look]) -> list[str]:
        wanted, found = tuple(looks), Comparison(renderers={}, results=())
        for reviewed in sorted({look.reviewed for look in wanted}):
            with (
                opened_house(tmp_path / str(reviewed), session=session if reviewed else None) as house,
                opened_studio(locked, session, house, FOLDERS) as studio,
            ):
                found = studio.compare(look for look in wanted if look.reviewed is reviewed).beside(found)
        return alarms(kept(found, FOLDERS), FOLDERS)

    return look_at


def test_two_pages_look_as_approved(looked_at: Callable[[Iterable[Look]], list[str]]) -> None:
    told = looked_at(look for look in LOOKS if look.snapshot.id in SLICE)
    assert not told, ADVICE.format("\n".join(told))


@pytest.mark.heavy("pictures")
def test_every_page_looks_as_approved(looked_at: Callable[[Iterable[Look]], list[str]]) -> None:
    told = looked_at(LOOKS)
    assert not told, ADVICE.format("\n".join(told))


def test_each_look_has_one_approved_picture_and_together_they_are_small() -> None:
    store = PictureStore(APPROVED)
    assert set(SLICE) < {look.snapshot.id for look in LOOKS}
    assert {look.snapshot for look in LOOKS} == set(store.snapshots())
    for look in LOOKS:
        sidecar = store.sidecar(look.snapshot)
        assert sidecar is not None
        assert sidecar.approval is not None, look.snapshot.id
        assert store.intact(look.snapshot, sidecar), look.snapshot.id
    assert sum(path.stat().st_size for path in APPROVED.rglob("*") if path.is_file()) < MOST_BYTES


def test_a_page_that_looks_otherwise_is_named_with_the_region_and_its_difference_is_drawn(
    tmp_path: Path,
) -> None:
    store, look = PictureStore(APPROVED), LOOKS[0]
    sidecar = store.sidecar(look.snapshot)
    assert sidecar is not None
    pixels = np.array(store.pixels(look.snapshot))
    pixels[40:60, 100:200] = (255, 0, 0)
    folders = Folders(APPROVED, tmp_path)
    result = judged(look, write_picture(pixels), sidecar.renderer, folders)
    assert result.status is SnapshotStatus.CHANGED
    comparison = kept(Comparison(renderers={CHROMIUM: sidecar.renderer}, results=(result,), drawn=1), folders)
    (told,) = alarms(comparison, folders)
    assert told.startswith("changed gallery/all/wide-light: 2000 pixels changed (100×20 at 100,40); see ")
    assert PictureStore(folders.differences).has(look.snapshot)
    assert "gallery/all/wide-light" in (tmp_path / "report.html").read_text(encoding="utf-8")
