"""What draws mails beside Chromium: engines, a mail program, and the sanitizers of webmail.

A renderer is a key, a way to find its program and a way to start it. To add one: a module with a class that
has what ``app.browser.session.Drawer`` asks for, a function in ``finding.py``, and an entry in ``RENDERERS``
(docs/clients.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.browser.chromium import open_chromium
from app.browser.clients import finding
from app.browser.clients.gecko import Gecko
from app.browser.clients.sanitizing import open_dompurify, open_roundcube
from app.browser.clients.thunderbird import Thunderbird
from app.browser.clients.webkit import WebKit
from app.browser.discovery import Browser, find_browser
from app.browser.frames import Frame, refuse_window
from app.browser.session import Opening, Session
from app.browser.snapshots import CHROMIUM
from app.core.errors import UnknownNameError


@dataclass(frozen=True)
class RendererKind:
    """A program that mails can be drawn with.

    ``key`` names it in settings, snapshots and on the command line, ``label`` to people. ``real`` says what
    of it is the code that readers run, ``lacks`` what of a reader's client is not there. One that
    ``sanitizes`` gives back a page that any browser can show (``Session.sanitized``). ``narrowest`` is the
    width of its smallest window, in CSS pixels, where it has one that a picture may be narrower than.
    """

    key: str
    label: str
    real: str
    lacks: str
    search: Callable[[Mapping[str, str]], Browser]
    opening: Opening
    sanitizes: bool = False
    narrowest: int = 0

    def find(self) -> Browser:
        """Its program on this machine.

        Raises:
            BrowserNotFoundError: there is none; its remedy is the command that installs it.
        """
        return self.search(os.environ)

    def refuse(self, frame: Frame) -> None:
        """Let pass what it can draw, which is known before it is started.

        Raises:
            FrameError: it has no window so narrow, or does not darken mails when it is told to.
        """
        if self.key != CHROMIUM:
            refuse_window(frame, self.label, narrowest=self.narrowest)

    def session(self) -> Session:
        """One at work, as soon as it is asked for something.

        Raises:
            BrowserNotFoundError: as ``find``.
        """
        return Session(self.find(), opening=self.opening)


RENDERERS: Mapping[str, RendererKind] = {
    kind.key: kind
    for kind in (
        RendererKind(
            CHROMIUM,
            "Chromium",
            "The engine of Chrome, Edge and Opera, which webmail runs in on most desktops and on Android.",
            "What a webmail does to a mail before its browser sees it.",
            find_browser,
            open_chromium,
        ),
        RendererKind(
            "webkit",
            "WebKit",
            "The engine of Apple Mail on macOS and iOS, of Safari and of GNOME's Evolution, as WebKitGTK.",
            "Apple's fonts and text layout, and what Mail itself does: its scaling on phones, its dark mode "
            "for mails without one, its blocking of images.",
            finding.find_webkit,
            WebKit.open,
            narrowest=290,
        ),
        RendererKind(
            "gecko",
            "Firefox",
            "The engine of Firefox, which webmail runs in.",
            "What a webmail does to a mail before its browser sees it.",
            finding.find_gecko,
            Gecko.open,
        ),
        RendererKind(
            "thunderbird",
            "Thunderbird",
            "The whole program: its reading of the message, its sanitizing of styles, its blocking of remote "
            "images, its dark mode for messages.",
            "The reader's own settings and add-ons, and a reader who has allowed the images.",
            finding.find_thunderbird,
            Thunderbird.open,
        ),
        RendererKind(
            "roundcube",
            "Roundcube",
            "The code of Roundcube that makes a message part of its page, as for a sender who is not "
            "trusted: remote images blocked, styles rewritten; and Bootstrap, which its skin is built on.",
            "The skin's own styles, plugins, the frame around the message. The page is drawn by Chromium.",
            finding.find_roundcube,
            open_roundcube,
            sanitizes=True,
        ),
        RendererKind(
            "dompurify",
            "DOMPurify",
            "DOMPurify in a browser, with what Proton Mail's public source passes to it for messages.",
            "What Proton Mail and others do before and after: rewritten styles, proxied or blocked images, "
            "the frame around the message. The page is drawn by Chromium.",
            finding.find_dompurify,
            open_dompurify,
            sanitizes=True,
        ),
    )
}
"""Every renderer by its key, in the order of presentation."""


def renderer_named(key: str) -> RendererKind:
    """The renderer of that key.

    Raises:
        UnknownNameError: there is none.
    """
    if key not in RENDERERS:
        raise UnknownNameError("client", key, tuple(RENDERERS))
    return RENDERERS[key]
