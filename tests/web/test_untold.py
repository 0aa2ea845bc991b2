"""What the system does not tell of is noticed all the same: before it was asked, or beyond its limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from watchfiles import awatch

from app.web.application import create_app
from app.web.live import watching
from tests.waiting import patience
from tests.web.conftest import Folders
from tests.web.ears import listening

HEADER = "templates/partials/header.html"


async def knows_of(save: Callable[[], object], folders: Folders, *, early: bool = False) -> None:
    """Serve, ``save`` once the server stands, or before it watches, and wait until it knows."""
    app = create_app(folders.settings())
    live = app.state.services.live
    if early:
        save()
    async with app.router.lifespan_context(app), asyncio.timeout(patience()):
        if not early:
            save()
        while live.current.generation == 1:
            await asyncio.sleep(0.02)


def test_what_is_saved_while_the_server_starts_is_noticed(folders: Folders) -> None:
    """It has read the files and does not watch them yet."""
    asyncio.run(knows_of(lambda: folders.write(HEADER, "<p>Early Ltd</p>"), folders, early=True))


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that tells of nothing, as one whose limits are reached, or a mount from elsewhere."""

    async def nothing(*_: object, **__: object) -> AsyncIterator[set[object]]:
        while True:
            await asyncio.sleep(0.02)
            yield set()

    monkeypatch.setattr(watching, "awatch", nothing)
    monkeypatch.setattr(watching, "_UNTOLD_SECONDS", 0.1)


@pytest.mark.usefixtures("deaf")
def test_what_the_system_never_tells_of_is_noticed(folders: Folders) -> None:
    asyncio.run(knows_of(lambda: folders.write(HEADER, "<p>Other Ltd</p>"), folders))


@pytest.mark.usefixtures("deaf")
def test_who_looks_in_vain_keeps_nothing_waiting(folders: Folders) -> None:
    """Looking is nobody's save: the checks do not step aside for it, and no page is told of anything."""

    async def scenario() -> None:
        app = create_app(folders.settings())
        services = app.state.services
        readings = services.live.current
        async with app.router.lifespan_context(app), asyncio.timeout(patience()):
            while services.live.current is readings:
                await asyncio.sleep(0.02)
        assert services.live.current.generation == readings.generation
        assert services.renderings.last_used == 0.0

    asyncio.run(scenario())


def test_the_longer_looking_takes_the_rarer_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_UNTOLD_SECONDS", 0.0)
    now = [0.0]
    monkeypatch.setattr("app.web.live.watching.monotonic", lambda: now[0])

    async def ticks(*folders: Path, **options: object) -> AsyncIterator[set[object]]:
        for _ in range(1000):
            now[0] += 1.0
            yield set()
        (tmp_path / "gone").rmdir()
        yield set()

    monkeypatch.setattr(watching, "awatch", ticks)
    (tmp_path / "gone").mkdir()

    async def scenario() -> int:
        looks = 0
        async for told in watching.watch(tmp_path / "gone"):
            if told:
                return looks
            looks += 1
            now[0] += 2.0
        return looks

    assert asyncio.run(scenario()) == pytest.approx(1000 / 100, abs=1)


def test_a_watch_that_fails_later_is_followed_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(*folders: Path, **options: Any) -> AsyncIterator[object]:
        if not options["force_polling"]:
            yield set()
            raise RuntimeError("error in underlying watcher: OS file watch limit reached.")
        async for changes in awatch(*folders, **options):
            yield changes

    monkeypatch.setattr(watching, "awatch", failing)

    async def scenario() -> None:
        async with listening(tmp_path) as ear:
            await ear.is_sent_to_look()
            await ear.is_sent_to_look()
            await ear.hears(lambda number: (tmp_path / "a.html").write_text(str(number)))

    asyncio.run(scenario())
    assert "watch limit reached" in caplog.text


# Elsewhere nobody sees whether a watch stands. The pipeline, on Linux, always runs this.
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux shows what a process watches with")
def test_who_asks_for_looking_gets_no_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")

    def watches() -> list[str]:
        descriptors = Path("/proc/self/fd").iterdir()
        return [at for each in descriptors if each.is_symlink() and "inotify" in (at := str(each.readlink()))]

    before = len(watches())

    async def scenario() -> None:
        async with listening(tmp_path) as ear:
            await ear.hears(lambda number: (tmp_path / "a.html").write_text(str(number)))
            assert len(watches()) <= before  # an earlier one may have ended since

    asyncio.run(scenario())
