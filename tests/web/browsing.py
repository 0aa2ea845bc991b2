"""A real browser that keeps count of everything a preview must not do."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    FrameLocator,
    Page,
    Route,
    expect,
    sync_playwright,
)

from app.browser.discovery import Browser as BrowserOfThisMachine
from app.browser.discovery import find_browser
from tests.waiting import eventually, patience

# A full Chromium asks its maker about forms, updates and time whatever page is open.
_QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pings"),
    *("--disable-gpu", "--disable-software-rasterizer"),  # a tenth of the time of a page
)
_OF_THE_BROWSER = (".googleapis.com:443", ".google.com:443", "update.googleapis.com")
SHOWN = ".frame iframe:not(.waiting)"
Colours = Literal["light", "dark"]
ASIDE = "/healthz"
"""A page without scripts, opened in a quarter of the time: what another page is to meet is set on it."""
ADDRESSED = "text => import('/static/js/state.js').then((state) => state.isAddressed(text))"
"""Whether the address has what was typed."""
RECEIPT = "/templates/receipts/receipt"
RECEIPT_FILE = "templates/receipts/receipt.html"


@dataclass
class Misdeeds:
    """What was seen that must not be: each entry is a sentence for the failure message."""

    seen: list[str] = field(default_factory=list)

    def watch(self, page: Page, *, console: bool) -> None:
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.seen.append(f"an error on the page: {error}"))
        page.on("popup", lambda popup: self.seen.append(f"a new window: {popup.url}"))
        if console:
            page.on("console", self._console)

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        # That a rendering fails is an answer like any other, but browsers log every status over 399.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.seen.append(f"a console error: {message.text}")


@contextmanager
def chromium(found: BrowserOfThisMachine | None = None) -> Iterator[Browser]:
    """A running Chromium: the one that the tests drive, unless another was ``found``."""
    found = found or find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable,
            args=["--no-sandbox", *_QUIET],
            env={**found.env} or None,
            timeout=patience() * 1000,
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    origin: str,
    path: str = "/",
    *,
    size: tuple[int, int] = (1440, 900),
    colours: Colours = "light",
    console: bool = True,
) -> Iterator[tuple[Page, Misdeeds]]:
    """A page in a context of its own. A connection to any other machine is a misdeed.

    The browser is told to reach everything but this machine through a proxy, and the proxy is a bare socket:
    unlike the browser's own events it also notices what is opened ahead of a request, and it does not notice
    what the browser has refused.
    """
    misdeeds = Misdeeds()
    with outside(misdeeds) as proxy:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=colours,
            proxy={"server": f"http://{proxy}", "bypass": "127.0.0.1"},
        )
        try:
            context.set_default_timeout(patience() * 1000)
            page = context.new_page()
            misdeeds.watch(page, console=console)
            page.goto(origin + path)
            yield page, misdeeds
        finally:
            context.close()


@contextmanager
def outside(misdeeds: Misdeeds) -> Iterator[str]:
    """The address of a proxy that lets nothing through and notes what was asked of it."""

    class Refusal(socketserver.StreamRequestHandler):
        timeout = 2

        def handle(self) -> None:
            asked = self.rfile.readline().decode("latin-1").strip()
            if not any(own in asked for own in _OF_THE_BROWSER):
                misdeeds.seen.append(f"a request to {asked}")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusal) as server:
        server.daemon_threads = True  # a connection that was opened ahead of need says nothing and stays
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield "{}:{}".format(*server.server_address)
        finally:
            server.shutdown()
            thread.join()


def mail(page: Page) -> FrameLocator:
    """The mail that is shown, once it is and has its fonts: before, what is in it may still move."""
    expect(page.locator(f"{SHOWN}[data-dressed]")).to_be_visible()
    return page.frame_locator(SHOWN)


def fits(page: Page, what: object = "") -> None:
    """Nothing of the page sticks out of its window, once it has come to rest; ``what`` is for the message."""
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    eventually(lambda: (what, page.evaluate(widths)), lambda found: found[1][0] <= found[1][1])


class Barrier:
    """Holds back what ``page`` asks for at ``which`` addresses, or ``refuses`` it, until it is opened.

    It is never taken away, as ``Page.unroute`` would: of what is under way at that moment some is forgotten
    between browser and driver, and is never answered then. What it holds can also be answered by hand.
    """

    def __init__(self, page: Page, which: str | re.Pattern[str], *, refuses: bool = False) -> None:
        self.held: list[Route] = []
        self._page, self._refuses, self._is_open = page, refuses, False
        page.route(which, self._meet)

    def _meet(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        elif self._refuses:
            route.abort()
        else:
            self.held.append(route)

    def wait(self, part: str = "", *, least: int = 1) -> None:
        """Until ``least`` requests are held back with ``part`` in their address: what shows that one is under
        way, even the browser's word of it, may come before it.
        """
        eventually(
            lambda: (self._page.evaluate("0"), [route.request.url for route in self.held])[1],
            lambda addresses: sum(part in address for address in addresses) >= least,
        )

    def open(self) -> None:
        """Let go on what is held, and whatever comes from now on."""
        self._is_open = True
        while self.held:
            self.held.pop(0).continue_()

    def close(self) -> None:
        self._is_open = False
