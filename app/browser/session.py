"""One program that draws, started once, used again; HTML goes in, pictures come out.

Chromium, unless another is given (``app.browser.clients``). The page runs no script, reaches no network (a
few known images are answered from bundled stand-ins, all else is refused) and sees no font, setting or
language of the machine. A crash or a hang is answered once with a fresh program, then named.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from app.browser.chromium import Chromium, open_chromium
from app.browser.confinement.faults import ClientRefusedError
from app.browser.confinement.place import Confinement
from app.browser.discovery import Browser, find_browser
from app.browser.errors import BrowserCrashedError, BrowserError, BrowserStartError
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement
from app.browser.worker import Worker
from app.core.validation.eyes import Observation
from bbws_templates.printing import plain

T = TypeVar("T")
_log = logging.getLogger(__name__)

DRAW_SECONDS = 20.0
_START_SECONDS = 40.0
_CLOSE_SECONDS = 10.0
_LONGEST_REASON = 400


class Drawer(Protocol):
    """A program that has been started, as a renderer has to have it.

    Any exception but a BrowserError means that the program is lost, and that a fresh one may do better.
    """

    @property
    def process_id(self) -> int:
        """The process whose end is the end of it all."""

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Load ``html`` and picture it through every frame."""

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Where every element is, and how it looks, in ``frame``."""

    def kill(self) -> None:
        """End it at once, from any thread; whoever waits for it gets an error."""


@runtime_checkable
class Sanitizer(Protocol):
    """A program that first makes of a mail what it lets through of it."""

    def sanitize(self, html: str) -> str:
        """HTML of a mail to HTML of the page that shows it."""


@runtime_checkable
class Housed(Protocol):
    """A program with a place of its own, on a system that has such places."""

    @property
    def place(self) -> Confinement | None:
        """Where it lives."""


Opening = Callable[[Browser, contextlib.ExitStack, float], Drawer]
"""Starts a program; what has to be closed again goes to the stack, the seconds are those for one page."""


class _Resources(contextlib.ExitStack):
    """What a program at work needs, from its first part on: while it starts, it can be ended already."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[Confinement] = []
        self.killed = False

    def enter_context(self, cm: contextlib.AbstractContextManager[T, bool | None]) -> T:
        entered = super().enter_context(cm)
        if isinstance(entered, Confinement):
            self._places.append(entered)
            if self.killed:
                entered.kill()
        return entered

    def lacking(self) -> str:
        """What the programs lack to go on, in words; "" where it is nothing that we know."""
        return next((said for place in self._places if (said := place.lacking())), "")

    def kill(self) -> None:
        """End the places at once, from any thread; those too that are entered later."""
        self.killed = True
        for place in self._places:
            place.kill()


class Session:
    """A browser at work; use as a context manager.

    May be called from any thread: the browser lives in a thread of its own, because Playwright's synchronous
    interface belongs to the thread that started it. Calls are served one after another.
    """

    def __init__(
        self,
        browser: Browser | None = None,
        *,
        opening: Opening | None = None,
        draw_seconds: float = DRAW_SECONDS,
    ) -> None:
        """``draw_seconds``: how long one page may take before its browser counts as hung.

        ``opening`` starts the browser; Chromium's when it is left out.

        Raises:
            BrowserNotFoundError: no browser was given and none is found.
        """
        self.browser = browser or find_browser()
        self._draw_seconds = draw_seconds
        self._opening = opening or open_chromium
        self._worker = Worker("browser")
        self._resources: _Resources | None = None
        self._drawer: Drawer | None = None
        self._killed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int:
        """The browser's process, 0 before the first page."""
        drawer = self._drawer
        return drawer.process_id if drawer else 0

    def draw(self, html: str, frames: Sequence[Frame], *, name: str = "the page") -> Drawing:
        """Load ``html`` and take one full-page PNG for each of ``frames``; ``name`` is for messages.

        Raises:
            BrowserCrashedError: two browsers in a row crashed or hung on this page.
            FrameError: it cannot have the window that one of ``frames`` is.
            BrowserError: the browser does not start.
        """
        return self._served(lambda drawer: drawer.draw(html, frames), name)

    def measure(self, html: str, frame: Frame, *, name: str = "the page") -> tuple[PlacedElement, ...]:
        """Load ``html`` and say of each element where it is and how it looks.

        Raises:
            BrowserCrashedError, BrowserError: as ``draw``.
        """
        return self._served(lambda drawer: drawer.measure(html, frame), name)

    def print_pdf(self, html: str, *, name: str = "the page") -> bytes:
        """``html`` as a PDF of A4 pages.

        Raises:
            BrowserCrashedError, BrowserError: as ``draw``; or it is no Chromium.
        """
        return self._served(lambda drawer: _chromium(drawer).print_pdf(html), name)

    def examine(self, html: str, *, name: str = "the page") -> tuple[Observation, ...]:
        """What axe-core sees in ``html``, laid out in the light and in the dark.

        Raises:
            BrowserCrashedError, BrowserError: as ``draw``; or it is no Chromium.
        """
        return self._served(lambda drawer: _chromium(drawer).examine(html), name)

    def sanitized(self, html: str, *, name: str = "the page") -> str:
        """The page that a sanitizer makes of the mail ``html``, as it would be drawn.

        Raises:
            BrowserCrashedError, BrowserError: as ``draw``; or it is no sanitizer.
        """
        return self._served(lambda drawer: _sanitizer(drawer).sanitize(html), name)

    def files(self) -> tuple[Path, ...]:
        """The files of this machine that its processes have mapped now; () on a system that does not say.

        Raises:
            BrowserCrashedError, BrowserError: as ``draw``.
        """
        return self._served(_files_of, "the files that it has mapped")

    def kill(self) -> None:
        """End the browser at once, from any thread: what it is asked for fails, none is started again."""
        self._killed = True
        self._kill()

    def close(self) -> None:
        """End the browser."""
        self._end()
        self._worker.stop()

    def _served(self, work: Callable[[Drawer], T], name: str) -> T:
        reasons = []
        started = False
        for _ in range(2):
            if self._killed:
                raise BrowserCrashedError(f"The browser was ended before it had drawn {name}.")
            try:
                done, reason = self._tried(work)
            except BrowserError:
                raise
            except BaseException:  # Ctrl-C: whoever closes us then waits for what nobody wants any more
                self._kill()
                raise
            if done is not None:
                return done.result()
            reasons.append(reason)
            started = started or self._drawer is not None
            if lacking := self._resources.lacking() if self._resources else "":
                reasons[-1] = f"{reasons[-1]} ({lacking})"
            _log.info("a fresh browser for %s: %s", name, reasons[-1])
            self._kill()
            self._end()
        kind = BrowserCrashedError if started else BrowserStartError
        raise kind(
            f"Two browsers in a row failed to draw {name}: {'; then '.join(reasons)}.",
            remedy=self.browser.remedy,
        )

    def _tried(self, work: Callable[[Drawer], T]) -> tuple[Future[T] | None, str]:
        """What ``work`` came to, or why to nothing. A start has a time of its own, and takes none of it."""
        starting = self._draw_seconds + _START_SECONDS
        steps: list[tuple[Callable[[], Any], float, str]] = [
            (self._ready, starting, f"it did not start within {starting:g} s"),
            (
                lambda: work(self._ready()),
                self._draw_seconds,
                f"no picture within {self._draw_seconds:g} s",
            ),
        ]
        for step, seconds, late in steps:
            attempt: Future[Any] = self._worker.submit(step)
            if not _ended(attempt, seconds):
                return None, late
            error = attempt.exception()
            if isinstance(error, BrowserError):
                raise error
            if error is not None:
                return None, plain((str(error).splitlines() or [type(error).__name__])[0], _LONGEST_REASON)
        return attempt, ""

    def _ready(self) -> Drawer:
        drawer = self._drawer
        if drawer is None:
            # Known from here on: `_kill` ends what is there of it, from the first part on.
            resources = self._resources = _Resources()
            with contextlib.ExitStack() as undoing:
                undoing.callback(resources.close)
                try:
                    drawer = self._opening(self.browser, resources, self._draw_seconds)
                except Exception as error:
                    if lacking := resources.lacking():
                        raise ClientRefusedError(lacking) from error
                    raise
                if not resources.killed:
                    self._drawer = drawer
                # Looked at when it can be ended: `kill` ends one that is there, or is seen here.
                if self._killed or resources.killed:
                    self._drawer = None if self._drawer is drawer else self._drawer
                    raise BrowserCrashedError("The browser was ended while it started.")
                undoing.pop_all()
        return drawer

    def _kill(self) -> None:
        """End a browser that does not answer: the pending call fails, its thread is free."""
        drawer, resources = self._drawer, self._resources  # which another thread may take away
        if drawer is not None:
            drawer.kill()
        elif resources is not None:
            resources.kill()

    def _end(self) -> None:
        resources, self._resources, self._drawer = self._resources, None, None
        if resources is None:
            return
        closing = self._worker.submit(resources.close)
        if not _ended(closing, _CLOSE_SECONDS):
            resources.kill()
            self._worker = Worker("browser")
        elif (error := closing.exception()) is not None:
            # A browser that crashed cannot be closed again; what is left of it goes with its folder.
            _log.debug("while closing the browser: %s", error)


def _files_of(drawer: Drawer) -> tuple[Path, ...]:
    place = drawer.place if isinstance(drawer, Housed) else None
    return place.files() if place else ()


def _chromium(drawer: Drawer) -> Chromium:
    if not isinstance(drawer, Chromium):
        raise BrowserError("Only Chromium can be asked for this.", remedy="Open the session with it.")
    return drawer


def _sanitizer(drawer: Drawer) -> Sanitizer:
    if not isinstance(drawer, Sanitizer):
        raise BrowserError("This client shows no page of its own making.", remedy="Have it draw the mail.")
    return drawer


def _ended(future: Future[Any], seconds: float) -> bool:
    return bool(wait([future], timeout=seconds).done)
