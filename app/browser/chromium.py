"""Chromium, started by Playwright."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.browser.discovery import Browser
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement
from app.core.validation.eyes import Observation

if TYPE_CHECKING:
    from playwright.sync_api import Browser as RunningBrowser

    from app.browser.tab import Tab


class Chromium:
    """A running Chromium and the page in which it draws. Lives in one thread, but for ``kill``."""

    def __init__(self, running: RunningBrowser, tab: Tab, process_id: int) -> None:
        self.running = running
        self.process_id = process_id
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


def open_chromium(browser: Browser, resources: contextlib.ExitStack, seconds: float) -> Chromium:
    """Start ``browser`` in a home of its own, which ``resources`` removes with it.

    Raises:
        BrowserError: it does not start.
    """
    # Imported here: what needs no browser should not wait for Playwright.
    from playwright.sync_api import sync_playwright

    from app.browser.launching import launch, process_id
    from app.browser.tab import Tab

    home = tempfile.TemporaryDirectory(prefix="bbws-browser-", ignore_cleanup_errors=True)
    resources.enter_context(home)
    playwright = resources.enter_context(sync_playwright())
    running = launch(playwright, browser, Path(home.name))
    resources.callback(running.close)
    process = process_id(running)
    return Chromium(running, Tab.open(running, seconds=seconds), process)
