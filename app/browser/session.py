"""One browser, started once, one page, used again; HTML goes in, pictures come out.

The page runs no script, reaches no network (a few known images are answered from bundled stand-ins, all else
is refused) and sees no font, setting or language of the machine. A crash or a hang is answered once with a
fresh browser, then named.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from app.browser.discovery import Browser, find_browser
from app.browser.errors import BrowserCrashedError, BrowserError
from app.browser.frames import Drawing, Frame
from app.browser.worker import Worker

if TYPE_CHECKING:
    from app.browser.tab import Tab

T = TypeVar("T")
_log = logging.getLogger(__name__)

DRAW_SECONDS = 20.0
_START_SECONDS = 40.0
_CLOSE_SECONDS = 10.0


class Session:
    """A browser at work; use as a context manager.

    May be called from any thread: the browser lives in a thread of its own, because Playwright's synchronous
    interface belongs to the thread that started it. Calls are served one after another.
    """

    def __init__(self, browser: Browser | None = None, *, draw_seconds: float = DRAW_SECONDS) -> None:
        """``draw_seconds``: how long one page may take before its browser counts as hung.

        Raises:
            BrowserNotFoundError: no browser was given and none is found.
        """
        self.browser = browser or find_browser()
        self._draw_seconds = draw_seconds
        self._worker = Worker("browser")
        self._resources: contextlib.ExitStack | None = None
        self._tab: Tab | None = None
        self._process_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int:
        """The browser's process, 0 before the first page."""
        return self._process_id

    def draw(self, html: str, frames: Sequence[Frame], *, name: str = "the page") -> Drawing:
        """Load ``html`` and take one full-page PNG for each of ``frames``; ``name`` is for messages.

        Raises:
            BrowserCrashedError: two browsers in a row crashed or hung on this page.
            BrowserError: the browser does not start.
        """
        return self._served(lambda tab: tab.draw(html, frames), name)

    def close(self) -> None:
        """End the browser."""
        self._end()
        self._worker.stop()

    def _served(self, work: Callable[[Tab], T], name: str) -> T:
        reasons = []
        for _ in range(2):
            seconds = self._draw_seconds if self._tab else self._draw_seconds + _START_SECONDS
            attempt = self._worker.submit(lambda: work(self._ready_tab()))
            if not _ended(attempt, seconds):
                reasons.append(f"no picture within {self._draw_seconds:g} s")
            elif (error := attempt.exception()) is None:
                return attempt.result()
            elif isinstance(error, BrowserError):
                raise error
            else:
                reasons.append(str(error).splitlines()[0])
            _log.info("a fresh browser for %s: %s", name, reasons[-1])
            self._kill()
            self._end()
        raise BrowserCrashedError(
            f"Two browsers in a row failed to draw {name}: {'; then '.join(reasons)}.",
            remedy=f"The browser is {self.browser.executable} ({self.browser.version}); another one may be "
            "named with BBWS_CHROMIUM.",
        )

    def _ready_tab(self) -> Tab:
        # Imported here: what needs no browser should not wait for Playwright.
        from playwright.sync_api import sync_playwright

        from app.browser.launching import launch, process_id
        from app.browser.tab import Tab

        if self._tab is not None:
            return self._tab
        with contextlib.ExitStack() as resources:
            home = tempfile.TemporaryDirectory(prefix="bbws-browser-", ignore_cleanup_errors=True)
            resources.enter_context(home)
            playwright = resources.enter_context(sync_playwright())
            running = launch(playwright, self.browser, Path(home.name))
            resources.callback(running.close)
            self._process_id = process_id(running)
            self._tab = Tab.open(running, seconds=self._draw_seconds)
            self._resources = resources.pop_all()
        return self._tab

    def _kill(self) -> None:
        """End a browser that does not answer: Playwright's pending call fails, its thread is free."""
        if self._process_id:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._process_id, getattr(signal, "SIGKILL", signal.SIGTERM))

    def _end(self) -> None:
        resources, self._resources, self._tab, self._process_id = self._resources, None, None, 0
        if resources is None:
            return
        closing = self._worker.submit(resources.close)
        if not _ended(closing, _CLOSE_SECONDS):
            self._worker = Worker("browser")
        elif (error := closing.exception()) is not None:
            # A browser that crashed cannot be closed again; what is left of it goes with its folder.
            _log.debug("while closing the browser: %s", error)


def _ended(future: Future[Any], seconds: float) -> bool:
    return bool(wait([future], timeout=seconds).done)
