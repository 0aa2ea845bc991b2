"""How a browser is started so that its pixels depend on no machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as RunningBrowser
from playwright.sync_api import Error, Playwright

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
START_SECONDS = 30.0
_KEPT_SETTINGS = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "PLAYWRIGHT_NODEJS_PATH", "SYSTEMROOT")


def launch(playwright: Playwright, browser: Browser, home: Path) -> RunningBrowser:
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
                args=[*FLAGS, *_HOUSEKEEPING],
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
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "FONTCONFIG_FILE": str(write_configuration(home / "fonts")),
    }
