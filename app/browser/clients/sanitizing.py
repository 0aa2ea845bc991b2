"""Mails as webmail shows them: through the sanitizer that the webmail runs, then into Chromium."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from app.browser.chromium import Chromium, open_chromium
from app.browser.clients.faults import ClientGoneError, ClientRefusedError
from app.browser.discovery import Browser, find_browser
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement

Sanitize = Callable[[str], str]
"""HTML of a mail to HTML of the page that shows it."""

_WASH = Path(__file__).with_name("wash.php")

# What Proton's web client has DOMPurify do to a message that it displays: form controls go, styles stay
# (packages/shared/lib/sanitize/purify.ts of github.com/ProtonMail/WebClients, "protonizer").
_PURIFY = """
([source]) => {
  const schemes = "ftps?|https?|mailto|tel|callto|cid|blob|xmpp|data";
  return DOMPurify.sanitize(source, {
    ALLOWED_URI_REGEXP: new RegExp(`^(?:(?:${schemes}):|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))`, "i"),
    FORBID_TAGS: ["input", "form"], ADD_ATTR: ["target"], WHOLE_DOCUMENT: true,
  });
}
"""


class Sanitized:
    """A Chromium that sees every mail through a sanitizer."""

    def __init__(self, chromium: Chromium, sanitize: Sanitize) -> None:
        self._chromium = chromium
        self._sanitize = sanitize

    @property
    def process_id(self) -> int:
        """The browser's process."""
        return self._chromium.process_id

    def sanitize(self, html: str) -> str:
        """The page that shows what the sanitizer leaves of ``html``."""
        return self._sanitize(html)

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Picture what the sanitizer leaves of ``html`` through every frame."""
        return self._chromium.draw(self._sanitize(html), frames)

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Where every element is that the sanitizer leaves, and how it looks, in ``frame``."""
        return self._chromium.measure(self._sanitize(html), frame)

    def kill(self) -> None:
        """End the browser at once."""
        self._chromium.kill()


def open_roundcube(browser: Browser, resources: ExitStack, seconds: float) -> Sanitized:
    """Start Chromium, and PHP for each mail; ``browser.executable`` is Roundcube's ``rcube_washtml.php``.

    Raises:
        BrowserError: there is no Chromium that starts.
    """
    chromium = open_chromium(find_browser(), resources, seconds)
    php, folder, styles = browser.env["PHP"], browser.env["FOLDER"], browser.env["STYLES"]

    def sanitize(html: str) -> str:
        try:
            washed = subprocess.run(  # noqa: S603 - the interpreter that was found, our own program
                [php, "-d", "memory_limit=512M", str(_WASH), folder, styles],
                input=html.encode("utf-8", "replace"),
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ClientGoneError(f"PHP does not answer: {error}") from error
        if washed.returncode or not washed.stdout:
            said = washed.stderr.decode("utf-8", "replace").strip().splitlines()
            raise ClientRefusedError(f"Roundcube's sanitizer fails: {said[0] if said else washed.returncode}")
        return washed.stdout.decode("utf-8", "replace")

    return Sanitized(chromium, sanitize)


def open_dompurify(browser: Browser, resources: ExitStack, seconds: float) -> Sanitized:
    """Start Chromium with a second page, in which DOMPurify runs; ``browser.executable`` is its script.

    Raises:
        BrowserError: there is no Chromium that starts.
    """
    chromium = open_chromium(find_browser(), resources, seconds)
    context = chromium.running.new_context(offline=True, service_workers="block")
    context.set_default_timeout(seconds * 1000)
    context.route("**/*", lambda route: route.abort("blockedbyclient"))
    page = context.new_page()
    page.evaluate(browser.executable.read_text(encoding="utf-8"))

    def sanitize(html: str) -> str:
        cleaned: Any = page.evaluate(_PURIFY, [html.encode("utf-8", "replace").decode()])
        return f"<!DOCTYPE html>\n{cleaned}"

    return Sanitized(chromium, sanitize)
