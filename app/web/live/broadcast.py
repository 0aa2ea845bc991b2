"""News for every open page: a fan-out of small events to any number of listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_BACKLOG = 64


@dataclass(frozen=True)
class News:
    """One event: its name in the stream, and its JSON payload."""

    event: str
    data: dict[str, Any]


class Broadcast:
    """Hands every piece of news to every listener of one event loop; slow listeners lose the oldest first.

    A listener that lost something is not misled: every event carries the generation of the revision, and the
    page asks the API for the rest.
    """

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[News | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def open(self) -> None:
        """Take the running event loop as the one on which listeners wait."""
        self._loop = asyncio.get_running_loop()
        self._closed = False

    def send(self, news: News) -> None:
        """Tell every listener; may be called from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, news)

    def close(self) -> None:
        """End every stream, so that the server can stop without waiting for open pages."""
        self._closed = True
        for queue in self._listeners:
            _offer(queue, None)

    @contextmanager
    def listening(self) -> Iterator[AsyncIterator[News]]:
        """Every piece of news from entering on, until ``close``; none is lost before the first is read."""
        queue: asyncio.Queue[News | None] = asyncio.Queue(_BACKLOG)
        self._listeners.add(queue)
        try:
            yield self._read(queue)
        finally:
            self._listeners.discard(queue)

    async def _read(self, queue: asyncio.Queue[News | None]) -> AsyncIterator[News]:
        while not self._closed and (news := await queue.get()) is not None:
            yield news

    def _put(self, news: News) -> None:
        for queue in self._listeners:
            _offer(queue, news)


def _offer(queue: asyncio.Queue[News | None], news: News | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(news)
