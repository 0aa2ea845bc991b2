"""WebKit: WebKitGTK's own small browser, told what to do by its WebDriver, on an X server of no screen.

The browser needs a window, a window needs a display. It is as tall as the page, so that a picture is whole.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from app.browser.clients.gecko import START_SECONDS, free_port
from app.browser.clients.offline import offline
from app.browser.clients.webdriver import WebDriver
from app.browser.confinement.faults import ClientRefusedError
from app.browser.confinement.place import DEAD_PROXY, Confined, Confinement
from app.browser.discovery import Browser
from app.browser.errors import BrowserError
from app.browser.frames import MAX_HEIGHT, ColourMode, Drawing, Frame, refuse_window
from app.browser.measuring import MEASURE, SIZE, STILL, UNSPOILT, PlacedElement, elements_of
from app.browser.settling import settled
from app.browser.stills import DEEPEST
from app.core.clients.restyling import scan, value_of
from app.core.html.edits import Edits

_START_HEIGHT = 480
_DISPLAY_SECONDS = 15.0
_SCREEN = f"2600x{MAX_HEIGHT + 400}x24"
_PROXY = f"{DEAD_PROXY[0]}:{DEAD_PROXY[1]}"
_ARGUMENTS = (
    "--automation",
    "--enable-javascript-markup=false",
    "--enable-smooth-scrolling=false",
    "--enable-dns-prefetching=false",
    "--enable-hyperlink-auditing=false",
    "--enable-webrtc=false",
    "--enable-media=false",
    "--default-font-family=serif",
    f"--proxy=http://{_PROXY}",
)
# The window of the small browser is never narrower than its own tools, which no picture shows.
_NARROW = "* { min-width: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; }"
# What the toolkit says of fonts has precedence over what fontconfig says.
_UNHINTED = (
    "[Settings]\ngtk-xft-antialias=1\ngtk-xft-hinting=0\ngtk-xft-hintstyle=hintnone\ngtk-xft-rgba=none\n"
    "gtk-xft-dpi=98304\ngtk-font-name=sans-serif 10\ngtk-enable-animations=0\n"
)
# The bars of what is wider than its window come and fade away: what a picture has of them is chance. Those
# that are there already stay, so everything is laid out anew.
_BARLESS = f"""{UNSPOILT}
const sheet = (rule) => {{ const made = new CSSStyleSheet(); made.replaceSync(rule); return made; }};
const adopted = Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets");
const lay = (...sheets) => {{ adopted.set.call(document, sheets); return root.offsetHeight; }};
const bars = sheet("* {{ scrollbar-width: none !important }}");
lay(bars, sheet("html, body {{ overflow: hidden !important }}"));
lay(bars, sheet("html {{ display: none !important }}"));
lay(bars);
"""
# Where scripts of a mail are off, WebKit's parser drops `srcdoc` as well: it is given back to the element.
_KEPT = "data-bbws-srcdoc"
_PAGES = f"""{UNSPOILT}
const valueOf = member(Element, "getAttribute"), give = member(Element, "setAttribute");
const spaceOf = member(Element, "namespaceURI");
const chosen = member(Document, "querySelectorAll");
const fill = (page) => Promise.all([...chosen(page, "iframe[{_KEPT}]")].map(async (frame) => {{
  if (spaceOf(frame) !== "http://www.w3.org/1999/xhtml") return;  // in a drawing it has the name alone
  await new Promise((next) => {{
    member(EventTarget, "addEventListener")(frame, "load", next, {{ once: true }});
    give(frame, "loading", "eager");
    give(frame, "srcdoc", valueOf(frame, "{_KEPT}"));
  }});
  const held = member(HTMLIFrameElement, "contentDocument")(frame);
  if (held) await fill(held);
}}));
await fill(document);
"""


class WebKit(Confined):
    """A running WebKit for each colour scheme that is asked for: it has one for its whole life."""

    def __init__(self, browser: Browser, resources: ExitStack, seconds: float, *, isolate: bool) -> None:
        self._browser = browser
        self._resources = resources
        self._seconds = seconds
        self._place = resources.enter_context(Confinement(isolate=isolate))
        self._display = ""
        self._windows: dict[bool, WebDriver] = {}

    @classmethod
    def open(cls, browser: Browser, resources: ExitStack, seconds: float, *, isolate: bool = True) -> Self:
        """As ``Gecko.open``."""
        opened = cls(browser, resources, seconds, isolate=isolate)
        opened._window(dark=False)
        return opened

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Load ``html`` and picture it through every frame."""
        page = offline(html)
        pictures: dict[Frame, bytes] = {}
        for dark in (False, True):
            chosen = [frame for frame in frames if (frame.mode is ColourMode.DARK) is dark]
            if chosen:
                window = self._loaded(page.html, dark=dark)
                pictures.update((frame, self._picture(window, frame)) for frame in chosen)
        return Drawing(tuple(pictures[frame] for frame in frames), page.refused)

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Where every element is, and how it looks, in ``frame``."""
        page = offline(html)
        window = self._loaded(page.html, dark=frame.mode is ColourMode.DARK)
        self._fit(window, frame)
        return elements_of(window.script(MEASURE), page.html)

    def _loaded(self, html: str, *, dark: bool) -> WebDriver:
        window = self._window(dark=dark)
        # An address that holds the mail itself has no origin: it may ask for no file of this machine.
        kept = _with_pages_kept(html)
        encoded = base64.b64encode(kept.encode("utf-8", "replace")).decode()
        window.go(f"data:text/html;charset=utf-8;base64,{encoded}")
        if kept != html:
            window.awaited(_PAGES)
        window.script(_BARLESS)
        return window

    def _fit(self, window: WebDriver, frame: Frame) -> None:
        refuse_window(frame, self._browser.name)
        height = _START_HEIGHT
        for _ in range(6):
            width, inner, outer_width, outer_height, page = window.script(SIZE)
            if (width, inner) == (frame.width, height):
                if height != _START_HEIGHT or page <= height:
                    return
                height = min(int(page), MAX_HEIGHT)
            window.resize(frame.width + outer_width - width, height + outer_height - inner)
        if width > frame.width:
            refuse_window(frame, self._browser.name, narrowest=width)
        raise ClientRefusedError(f"it draws {width}×{inner} pixels instead of {frame.width}×{height}")

    def _picture(self, window: WebDriver, frame: Frame) -> bytes:
        self._fit(window, frame)

        def capture() -> bytes:
            window.script(STILL)
            window.painted()
            return window.picture()

        return settled(capture)

    def _window(self, *, dark: bool) -> WebDriver:
        if dark not in self._windows:
            self._windows[dark] = self._started(dark=dark)
        return self._windows[dark]

    def _started(self, *, dark: bool) -> WebDriver:
        place, port = self._place, free_port()
        desktop = place.home / "config" / "gtk-3.0"
        desktop.mkdir(parents=True, exist_ok=True)
        (desktop / "gtk.css").write_text(_NARROW, encoding="ascii", newline="\n")
        (desktop / "settings.ini").write_text(_UNHINTED, encoding="ascii", newline="\n")
        if not self._display:
            server = shutil.which("Xvfb") or "Xvfb"
            argv = [server, "-displayfd", "{fd}", "-screen", "0", _SCREEN, "-nolisten", "tcp", "-dpi", "96"]
            self._display = place.display(argv, place.environment(), seconds=_DISPLAY_SECONDS)
        env = place.environment(
            DISPLAY=self._display,
            GDK_BACKEND="x11",
            GTK_THEME="Adwaita:dark" if dark else "Adwaita",
            WEBKIT_SKIA_ENABLE_CPU_RENDERING="1",
            LIBGL_ALWAYS_SOFTWARE="1",
            **self._browser.env,
        )
        process = place.start([str(self._browser.executable), f"--port={port}"], env)
        driver = WebDriver(place.connected(port, process, seconds=START_SECONDS), seconds=START_SECONDS)
        options = {
            "binary": str(_mini_browser(self._browser)),
            "args": [*_ARGUMENTS, *(["--dark-mode"] if dark else [])],
        }
        driver.open(**{"webkitgtk:browserOptions": options})
        driver.patience(self._seconds)
        return driver


def _with_pages_kept(html: str, levels: int = DEEPEST) -> str:
    """``html`` with the pages within its page under a name that WebKit's parser does not know."""
    if not levels or "srcdoc" not in html.lower():
        return html
    markup = scan(html)
    edits = Edits(markup.text)
    for tag in markup.start_tags:
        attribute = tag.attribute("srcdoc")
        if tag.name == "iframe" and attribute is not None:
            page = _with_pages_kept(value_of(markup, tag, "srcdoc"), levels - 1)
            edits.attribute(replace(attribute, name=_KEPT), page)
    return edits.applied()


def _mini_browser(browser: Browser) -> Path:
    """The small browser beside the libraries that the driver belongs to; it is on no path."""
    found = sorted(browser.executable.parent.parent.glob("lib/*/webkit2gtk-4.*/MiniBrowser"))
    if not found:
        raise BrowserError(
            f"The MiniBrowser that belongs to {browser.executable} is not there.", remedy=browser.remedy
        )
    return found[-1]
