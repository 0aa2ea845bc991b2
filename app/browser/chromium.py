"""Chromium, started by Playwright."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.browser.confinement.place import Confinement
from app.browser.discovery import Browser
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement
from app.core.validation.eyes import Observation

if TYPE_CHECKING:
    from playwright.sync_api import Browser as RunningBrowser

    from app.browser.tab import Tab


class Chromium:
    """A running Chromium and the page in which it draws. Lives in one thread, but for ``kill``."""

    def __init__(
        self, running: RunningBrowser, tab: Tab, process_id: int, place: Confinement | None = None
    ) -> None:
        """``place`` is where it lives, on a system that has such places."""
        self.running = running
        self.process_id = process_id
        self.place = place
        self._tab = tab

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Load ``html`` and picture it through every frame."""
        return self._tab.draw(html, frames)

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Where every element is, and how it looks, in ``frame``."""
        return self._tab.measure(html, frame)

    def print_pdf(self, html: str) -> bytes:
        """``html`` as pages to print."""
        return self._tab.print_pdf(html)

    def examine(self, html: str) -> tuple[Observation, ...]:
        """What axe-core sees in ``html``."""
        return self._tab.examine(html)

    def kill(self) -> None:
        """End it at once: Playwright's pending call fails, its thread is free."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.process_id, getattr(signal, "SIGKILL", signal.SIGTERM))


def open_chromium(
    browser: Browser, resources: contextlib.ExitStack, seconds: float, *, offline: bool = True
) -> Chromium:
    """Start ``browser`` in a place of its own, which ``resources`` closes; ``offline``, without a network.

    On Linux it lives with a warden, as mail clients do, and the driver that commands it too.

    Raises:
        BrowserError: it does not start.
    """
    # Imported here: what needs no browser should not wait for Playwright.
    from app.browser.launching import driver, launch, process_id
    from app.browser.tab import Tab

    place = None
    if sys.platform == "linux":
        place = resources.enter_context(Confinement(isolate=offline))
        home = place.home
    else:
        temporary = tempfile.TemporaryDirectory(prefix="bbws-client-", ignore_cleanup_errors=True)
        home = Path(resources.enter_context(temporary))
    playwright = resources.enter_context(driver(place))
    running = launch(playwright, browser, home, offline=offline)
    resources.callback(running.close)
    process = process_id(running)
    return Chromium(running, Tab.open(running, seconds=seconds), process, place)
