"""Mails as webmail shows them: through the sanitizer that the webmail runs, then into Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Error

from app.browser.chromium import Chromium, open_chromium
from app.browser.confinement.faults import ClientRefusedError
from app.browser.confinement.place import Confinement
from app.browser.discovery import Browser, find_browser
from app.browser.errors import BrowserError
from app.browser.frames import Drawing, Frame
from app.browser.measuring import PlacedElement

Sanitize = Callable[[str], str]
"""HTML of a mail to HTML of the page that shows it."""

_WASH = Path(__file__).with_name("wash.php")
# PHP opens no address, whatever it is made to read; where the system has namespaces, there is none to reach.
_NO_NETWORK = (
    "fsockopen,pfsockopen,stream_socket_client,socket_create,socket_connect,curl_exec,curl_multi_exec,mail,"
    "gethostbyname,gethostbynamel,dns_get_record,dns_check_record,checkdnsrr,dns_get_mx,getmxrr,exec,system,"
    "passthru,shell_exec,popen,proc_open,pcntl_exec"
)
_SETTINGS = (
    *("-d", "memory_limit=512M"),
    *("-d", "allow_url_fopen=0"),
    *("-d", "allow_url_include=0"),
    *("-d", f"disable_functions={_NO_NETWORK}"),
)

# What Proton's web client has DOMPurify do to a message that it displays: form controls go, styles stay
# (packages/shared/lib/sanitize/purify.ts of github.com/ProtonMail/WebClients, "protonizer").
_PURIFY = """
((source) => {
  const schemes = "ftps?|https?|mailto|tel|callto|cid|blob|xmpp|data";
  return DOMPurify.sanitize(source, {
    ALLOWED_URI_REGEXP: new RegExp(`^(?:(?:${schemes}):|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))`, "i"),
    FORBID_TAGS: ["input", "form"], ADD_ATTR: ["target"], WHOLE_DOCUMENT: true,
  });
})
"""
_SHARE = 0.75
"""Of the time for a mail: a sanitizer that hangs is named before the mail is given up from outside."""


class Sanitized:
    """A Chromium that sees every mail through a sanitizer."""

    def __init__(self, chromium: Chromium, sanitize: Sanitize) -> None:
        self._chromium = chromium
        self._sanitize = sanitize

    @property
    def process_id(self) -> int:
        """The browser's process."""
        return self._chromium.process_id

    @property
    def place(self) -> Confinement | None:
        """Where the browser lives."""
        return self._chromium.place

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
    place = chromium.place
    if place is None:
        raise BrowserError(
            "Roundcube is drawn with on Linux only.", remedy="Use a Linux machine or container."
        )
    return Sanitized(chromium, washer(place, browser.env, seconds))


def washer(place: Confinement, env: Mapping[str, str], seconds: float) -> Sanitize:
    """Roundcube's sanitizer in ``place``; ``env`` as ``find_roundcube`` has it."""
    argv = [env["PHP"], *_SETTINGS, str(_WASH), env["FOLDER"], env["STYLES"]]
    environment = place.environment()

    def sanitize(html: str) -> str:
        given = html.encode("utf-8", "replace")
        washed = place.run(argv, environment, given=given, seconds=seconds * _SHARE)
        if washed.code or not washed.made:
            raise ClientRefusedError(f"Roundcube's sanitizer fails with status {washed.code}: {washed.words}")
        return washed.made.decode("utf-8", "replace")

    return sanitize


def open_dompurify(browser: Browser, resources: ExitStack, seconds: float) -> Sanitized:
    """Start Chromium with a second page, in which DOMPurify runs; ``browser.executable`` is its script.

    Raises:
        BrowserError: there is no Chromium that starts.
        ClientRefusedError: the script fails or hangs where it is read.
    """
    chromium = open_chromium(find_browser(), resources, seconds)
    context = chromium.running.new_context(offline=True, service_workers="block")
    context.set_default_timeout(seconds * 1000)
    context.route("**/*", lambda route: route.abort("blockedbyclient"))
    protocol = context.new_cdp_session(context.new_page())
    _evaluated(protocol, browser.executable.read_text(encoding="utf-8"), seconds * _SHARE)

    def sanitize(html: str) -> str:
        source = json.dumps(html.encode("utf-8", "replace").decode())
        cleaned = _evaluated(protocol, f"{_PURIFY}({source})", seconds * _SHARE)
        # Of a whole document, which is asked for, a sanitizer that works leaves at least its elements.
        if not isinstance(cleaned.get("value"), str) or not cleaned["value"].strip():
            what = "nothing" if cleaned.get("type") == "string" else f"a value of type {_kind(cleaned)}"
            raise ClientRefusedError(f"DOMPurify returns {what} in the place of a page")
        return f"<!DOCTYPE html>\n{cleaned['value']}"

    return Sanitized(chromium, sanitize)


def _evaluated(protocol: CDPSession, expression: str, seconds: float) -> Mapping[str, Any]:
    """What an expression is, as Chromium's protocol has it; one that hangs is ended by the engine itself.

    Raises:
        ClientRefusedError: it throws, or does not end within ``seconds``.
    """
    asked = {"expression": expression, "returnByValue": True, "timeout": seconds * 1000}
    try:
        answer = protocol.send("Runtime.evaluate", asked)
    except Error as error:
        if "terminated" not in error.message:
            raise
        raise ClientRefusedError(f"DOMPurify does not end within {seconds:g} s") from error
    if thrown := answer.get("exceptionDetails"):
        said = thrown.get("exception", {}).get("description") or thrown.get("text")
        raise ClientRefusedError(f"DOMPurify fails: {said}")
    found: Mapping[str, Any] = answer["result"]
    return found


def _kind(found: Mapping[str, Any]) -> str:
    return str(found.get("subtype") or found.get("type"))
