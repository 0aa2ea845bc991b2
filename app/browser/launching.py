"""How a browser is started so that its pixels depend on no machine."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import playwright as playwright_package
from playwright.sync_api import Browser as RunningBrowser
from playwright.sync_api import Error, Playwright, sync_playwright

from app.browser.confinement.place import DEAD_PROXY, Confinement
from app.browser.discovery import Browser
from app.browser.errors import BrowserError
from app.browser.flags import FLAGS
from app.browser.fontset import write_configuration

# What keeps the browser quiet and small; no influence on pixels.
_HOUSEKEEPING = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
# What is not answered by us reaches nobody: no names, and a proxy that is not there, for this machine too. A
# network namespace does the same where the system has them; no influence on pixels.
_UNREACHING = (
    f"--proxy-server=http://{DEAD_PROXY[0]}:{DEAD_PROXY[1]}",
    "--proxy-bypass-list=<-loopback>",
    f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {DEAD_PROXY[0]}",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
START_SECONDS = 30.0
_KEPT_SETTINGS = ("PATH", "LD_LIBRARY_PATH", "PLAYWRIGHT_NODEJS_PATH", "SYSTEMROOT")
_NODE_SETTING = "PLAYWRIGHT_NODEJS_PATH"
_starting = threading.Lock()
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def driver(place: Confinement | None) -> Iterator[Playwright]:
    """Playwright; its own process, and with it the browsers that it starts, live in ``place``.

    It takes the program to start from the environment of this process, which is changed for that moment.
    """
    if place is None:
        with sync_playwright() as playwright:
            yield playwright
        return
    # Read in our turn as well: while another one starts, the setting names the launcher of its place.
    with _starting:
        own = Path(playwright_package.__file__).parent / "driver" / "node"
        node = Path(os.environ.get(_NODE_SETTING) or own)
        with _setting(_NODE_SETTING, str(place.launcher(node))):
            playwright = sync_playwright().start()
    try:
        yield playwright
    finally:
        playwright.stop()


@contextlib.contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def launch(playwright: Playwright, browser: Browser, home: Path, *, offline: bool = True) -> RunningBrowser:
    """Start ``browser`` with ``home`` as its home folder, fonts and caches included.

    Raises:
        BrowserError: it does not start, with what it said itself.
    """
    failure = ""
    sandboxes = tuple(_sandboxes())
    # A browser that ends while it starts, as one does at times on a busy machine, is started once more.
    for sandbox in (*sandboxes, sandboxes[-1]):
        try:
            return playwright.chromium.launch(
                executable_path=browser.executable,
                args=[*FLAGS, *_HOUSEKEEPING, *(_UNREACHING if offline else ())],
                env=_environment(browser, home),
                chromium_sandbox=sandbox,
                timeout=START_SECONDS * 1000,
            )
        except Error as error:
            failure = str(error).splitlines()[0]
    raise BrowserError(
        f"The browser {browser.executable} ({browser.origin}) does not start: {failure}",
        remedy="Point BBWS_CHROMIUM at another one, or run `make tools` to have one unpacked.",
    )


def process_id(running: RunningBrowser) -> int:
    """The process of the browser itself, as the browser reports it."""
    answer: dict[str, Any] = running.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    return next(int(entry["id"]) for entry in answer["processInfo"] if entry["type"] == "browser")


def _sandboxes() -> Iterator[bool]:
    """Whether to ask for Chromium's sandbox, in the order of trying.

    Root cannot have it. Many containers cannot either (no user namespaces); there the page still runs no
    script and reaches no network.
    """
    if sys.platform == "linux" and os.geteuid() != 0:
        yield True
    yield False


def _environment(browser: Browser, home: Path) -> dict[str, str | float | bool]:
    """A small environment of our own: no language, time zone or font setting of the machine gets through."""
    kept = {key: os.environ[key] for key in _KEPT_SETTINGS if key in os.environ}
    return {
        **kept,
        **browser.env,
        "HOME": str(home),
        "TMPDIR": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "FONTCONFIG_FILE": str(write_configuration(home / "fonts")),
    }
