"""Thunderbird: a whole mail program, given whole messages, told what to do by Marionette, without a screen.

The picture is that of its message pane: what Thunderbird's own reader has made of the message, remote content
blocked, scripts off, its dark mode for messages where the desktop is dark.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from app.browser.clients.gecko import PREFERENCES, start
from app.browser.clients.images import png
from app.browser.clients.marionette import Marionette
from app.browser.confinement.faults import ClientGoneError, ClientRefusedError
from app.browser.confinement.place import Confined, Confinement
from app.browser.discovery import Browser
from app.browser.frames import MAX_HEIGHT, ColourMode, Drawing, Frame, refuse_window
from app.browser.measuring import MEASURE, SIZE, STILL, PlacedElement, elements_of
from app.browser.settling import settled
from app.browser.stills import with_still_images

_START_HEIGHT = 480
_PAUSE_SECONDS = 0.02
_SHARE_TO_OPEN = 0.75
"""Of the time for a mail: what stands in the way is named before the mail is given up from outside."""

_OWN_PREFERENCES: Mapping[str, bool | int | str] = {
    **PREFERENCES,
    # Its pages and questions: the wizard for accounts, what is new, donations, whether it is the default.
    "mail.shell.checkDefaultClient": False,
    "mail.provider.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mail.rights.override": True,
    "mail.inappnotifications.enabled": False,
    "mail.inappnotifications.url": "",
    "app.donation.eoy.version.viewed": 9999,
    "mail.chat.enabled": False,
    "calendar.timezone.local": "UTC",
    "mail.openMessageBehavior": 0,  # a message of its own window
    "mail.tabs.drawInTitlebar": False,
    # The dark mode of messages follows the desktop, which is what `ui.systemUsesDarkTheme` speaks of.
    "ui.systemUsesDarkTheme": 0,
}

_OPEN = """
const [path] = given;
const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
MailUtils.openEMLFile(Services.wm.getMostRecentWindow("mail:3pane"), file, Services.io.newFileURI(file));
"""
_FIND = """
const message = Services.wm.getMostRecentWindow("mail:messageWindow");
const about = message?.document.getElementById("messageBrowser")?.contentWindow;
const browser = about?.document.getElementById("messagepane");
const page = browser?.contentDocument;
// As in app/browser/unspoilt.js.
const its = (member) => Object.getOwnPropertyDescriptor(about.Document.prototype, member).get.call(page);
"""
_LOADED = (
    _FIND
    + """
const [name] = given;
const wanted = page && its("readyState") === "complete" && its("body") && its("URL").includes(name);
const dialogs = [...Services.wm.getEnumerator(null)].map((each) => each.location.href)
  .filter((address) => !/messenger\\.xhtml|messageWindow\\.xhtml/.test(address));
return { loaded: Boolean(wanted && about.msgLoaded), dialogs };
"""
)
_CLOSE = "for (const each of [...Services.wm.getEnumerator('mail:messageWindow')]) each.close();"
_SCHEME = "const [dark] = given; Services.prefs.setIntPref('ui.systemUsesDarkTheme', dark ? 1 : 0);"
_RESIZE = (
    _FIND
    + """
const [width, height] = given;
for (const name of ["width", "min-width", "max-width"]) browser.style.setProperty(name, `${width}px`);
for (const name of ["height", "min-height", "max-height"]) browser.style.setProperty(name, `${height}px`);
browser.style.setProperty("flex", "none");
await new Promise((done) => about.requestAnimationFrame(() => about.requestAnimationFrame(done)));
"""
)
_SNAPSHOT = (
    _FIND
    + """
const [width, height] = given;
const dark = about.matchMedia("(prefers-color-scheme: dark)").matches;
const ground = about.getComputedStyle(browser).backgroundColor;
const rect = new about.DOMRect(0, 0, width, height);
const page_ = browser.browsingContext.currentWindowGlobal;
const bitmap = await page_.drawSnapshot(rect, 1, dark ? ground : "white");
const canvas = about.document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
canvas.width = bitmap.width; canvas.height = bitmap.height;
canvas.getContext("2d").drawImage(bitmap, 0, 0);
bitmap.close();
return canvas.toDataURL("image/png").split(",")[1];
"""
)
_ASK = _FIND + "const [script] = given, view = its('defaultView'); return view.Function(script).call(view);"


class Thunderbird(Confined):
    """A running Thunderbird, one window for the message that is being drawn."""

    def __init__(self, place: Confinement, marionette: Marionette, seconds: float) -> None:
        self._place = place
        self._marionette = marionette
        self._seconds = seconds
        self._numbers = itertools.count()

    @classmethod
    def open(
        cls, browser: Browser, resources: ExitStack, seconds: float, *, isolate: bool = True
    ) -> Thunderbird:
        """As ``Gecko.open``."""
        place = resources.enter_context(Confinement(isolate=isolate))
        return cls(place, start(place, browser, _OWN_PREFERENCES, seconds), seconds)

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Open a message with ``html`` in it and picture it through every frame."""
        for frame in frames:
            refuse_window(frame, "Thunderbird")
        message = self._message(html)
        pictures: dict[Frame, bytes] = {}
        for scheme in (ColourMode.LIGHT, ColourMode.DARK):
            chosen = [frame for frame in frames if frame.mode is scheme]
            if chosen:
                self._show(message, scheme)
                pictures.update((frame, self._picture(frame)) for frame in chosen)
        return Drawing(tuple(pictures[frame] for frame in frames), ())

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Where every element is, and how it looks, in ``frame``."""
        refuse_window(frame, "Thunderbird")
        self._show(self._message(html), frame.mode)
        self._fit(frame)
        return elements_of(self._marionette.privileged(_ASK, MEASURE), html)

    def _message(self, html: str) -> Path:
        message = EmailMessage(SMTP)
        message["Subject"], message["From"], message["To"] = "A mail", "a@mail.invalid", "b@mail.invalid"
        message["Date"] = "Thu, 01 Jan 2026 00:00:00 +0000"
        message["Message-ID"] = "<1@mail.invalid>"
        still = with_still_images(html).encode("utf-8", "replace").decode()
        message.set_content(still, subtype="html", cte="base64")
        path = self._place.home / f"{next(self._numbers)}.eml"
        path.write_bytes(message.as_bytes())
        return path

    def _show(self, message: Path, scheme: ColourMode) -> None:
        self._marionette.privileged(_CLOSE)
        self._marionette.privileged(_SCHEME, scheme is ColourMode.DARK)
        self._marionette.privileged(_OPEN, str(message))
        seconds = self._seconds * _SHARE_TO_OPEN
        until = time.monotonic() + seconds
        while not (state := self._marionette.privileged(_LOADED, f"/{message.name}?"))["loaded"]:
            if time.monotonic() > until:
                dialogs = "".join(f"; it shows {address}" for address in state["dialogs"])
                raise ClientGoneError(f"the message does not open within {seconds:g} s{dialogs}")
            time.sleep(_PAUSE_SECONDS)

    def _fit(self, frame: Frame) -> int:
        self._marionette.privileged(_RESIZE, frame.width, _START_HEIGHT)
        width, *_, height = self._marionette.privileged(_ASK, SIZE)
        if width != frame.width:
            raise ClientRefusedError(f"it draws {width} pixels wide instead of {frame.width}")
        height = max(1, min(int(height), MAX_HEIGHT))
        self._marionette.privileged(_RESIZE, frame.width, height)
        return height

    def _picture(self, frame: Frame) -> bytes:
        height = self._fit(frame)

        def capture() -> bytes:
            self._marionette.privileged(_ASK, STILL)
            return png(self._marionette.privileged(_SNAPSHOT, frame.width, height))

        return settled(capture)
