"""Hearing what the watch on the files tells."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.web.live.watching import watch
from tests.waiting import patience


class Ear:
    """Hears what ``watch`` tells; ``heard`` counts since the last time that it fell quiet."""

    def __init__(self) -> None:
        self.heard = 0
        self._told: asyncio.Queue[None] = asyncio.Queue()
        self._untold: asyncio.Queue[None] = asyncio.Queue()

    async def listen(self, *folders: Path) -> None:
        async for told in watch(*folders):
            (self._told if told else self._untold).put_nowait(None)

    async def hears(self, write: Callable[[int], object] = lambda _: None) -> None:
        """Wait until something is told; ``write`` until then, since nobody says when a watch stands."""
        for number in range(int(patience() * 5)):
            write(number)
            with contextlib.suppress(TimeoutError):  # nothing was told yet: it is written again
                await asyncio.wait_for(self._told.get(), 0.2)
                return
        pytest.fail("no change was told")

    async def is_sent_to_look(self) -> None:
        """Wait until it is told to look without a word from the system."""
        await asyncio.wait_for(self._untold.get(), patience())

    async def is_quiet(self) -> None:
        """Wait until nothing has been told for longer than ``watch`` takes to look again."""
        with contextlib.suppress(TimeoutError):  # that is the quiet
            for self.heard in range(20):
                await asyncio.wait_for(self._told.get(), 0.7)
            pytest.fail("changes are told without end")


@contextlib.asynccontextmanager
async def listening(*folders: Path) -> AsyncIterator[Ear]:
    ear = Ear()
    task = asyncio.create_task(ear.listen(*folders))
    try:
        yield ear
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # as it was told to
            await task
