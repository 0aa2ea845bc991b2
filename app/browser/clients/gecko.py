"""Gecko: Firefox ESR, told what to do by Marionette, without a screen."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from app.browser.clients.images import png
from app.browser.clients.marionette import Marionette
from app.browser.clients.offline import offline
from app.browser.confinement.faults import ClientRefusedError
from app.browser.confinement.place import DEAD_PROXY, Confined, Confinement
from app.browser.discovery import Browser
from app.browser.fontset import FONTS
from app.browser.frames import MAX_HEIGHT, ColourMode, Drawing, Frame, refuse_window
from app.browser.measuring import MEASURE, SIZE, STILL, PlacedElement, elements_of
from app.browser.settling import settled

START_SECONDS = 30.0
_START_HEIGHT = 480
_PROXY_HOST, _PROXY_PORT = DEAD_PROXY

PREFERENCES: Mapping[str, bool | int | str] = {
    # The network: a proxy that is not there, for this machine's own addresses too, and no names asked for.
    "network.proxy.type": 1,
    "network.proxy.http": _PROXY_HOST,
    "network.proxy.http_port": _PROXY_PORT,
    "network.proxy.ssl": _PROXY_HOST,
    "network.proxy.ssl_port": _PROXY_PORT,
    "network.proxy.share_proxy_settings": True,
    "network.proxy.no_proxies_on": "",
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.failover_direct": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "network.http.speculative-parallel-limit": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "app.update.enabled": False,
    "app.update.auto": False,
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "data:,",
    # No page, question or message of its own.
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.aboutwelcome.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.warnOnQuit": False,
    "toolkit.startup.max_resumed_crashes": -1,
    "dom.disable_beforeunload": True,
    # What would make pixels depend on the machine: its graphics card, density, colours, bars and motion.
    "gfx.webrender.software": True,
    "gfx.color_management.mode": 0,
    "layers.acceleration.disabled": True,
    "layout.css.devPixelsPerPx": "1.0",
    "widget.gtk.overlay-scrollbars.enabled": True,
    "widget.non-native-theme.gtk.scrollbar.allow-buttons": False,
    "ui.useOverlayScrollbars": 1,
    "ui.prefersReducedMotion": 1,
    "ui.caretBlinkTime": 0,
    "image.animation_mode": "none",
    # One process for what a mail is, none in reserve.
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "accessibility.force_disabled": 1,
    "accessibility.blockautorefresh": True,
}
"""What Firefox and Thunderbird are both told before they start."""

FLAGS = ("--no-remote", "--new-instance", "--headless", "--marionette", "--remote-allow-system-access")

# The page as it is laid out at the browser's own width, beyond its window too.
_SNAPSHOT = """
const [width, height] = given;
const browser = BROWSER;
const rect = new window.DOMRect(0, 0, width, height);
const bitmap = await browser.browsingContext.currentWindowGlobal.drawSnapshot(rect, 1, "white");
const canvas = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
canvas.width = bitmap.width; canvas.height = bitmap.height;
canvas.getContext("2d").drawImage(bitmap, 0, 0);
bitmap.close();
return canvas.toDataURL("image/png").split(",")[1];
"""
_RESIZE = """
const [width, height] = given;
const style = BROWSER.style;
for (const name of ["width", "min-width", "max-width"]) style.setProperty(name, `${width}px`);
for (const name of ["height", "min-height", "max-height"]) style.setProperty(name, `${height}px`);
style.setProperty("flex", "none");
await new Promise((done) => window.requestAnimationFrame(() => window.requestAnimationFrame(done)));
"""


class Gecko(Confined):
    """A running Firefox with one page."""

    def __init__(self, place: Confinement, marionette: Marionette) -> None:
        self._place = place
        self._marionette = marionette

    @classmethod
    def open(cls, browser: Browser, resources: ExitStack, seconds: float, *, isolate: bool = True) -> Gecko:
        """Start it in a place of its own, which ``resources`` closes.

        Raises:
            ClientGoneError, ClientRefusedError: it does not start, with what it said itself.
        """
        place = resources.enter_context(Confinement(isolate=isolate))
        marionette = start(place, browser, PREFERENCES, seconds)
        return cls(place, marionette)

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Load ``html`` and picture it through every frame."""
        for frame in frames:
            refuse_window(frame, "Firefox")
        page = offline(html)
        self._load(page.html)
        return Drawing(tuple(self._picture(frame) for frame in frames), page.refused)

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Where every element is, and how it looks, in ``frame``."""
        refuse_window(frame, "Firefox")
        page = offline(html)
        self._load(page.html)
        self._fit(frame)
        return elements_of(self._content(MEASURE), page.html)

    def _load(self, html: str) -> None:
        # An address that holds the mail itself has no origin: it may ask for no file of this machine.
        encoded = base64.b64encode(html.encode("utf-8", "replace")).decode()
        # Ours run with what the client's own code may do; those of a mail are asked for nothing.
        self._chrome("BROWSER.browsingContext.allowJavascript = false;")
        self._marionette.command("Marionette:SetContext", value="content")
        self._marionette.command("WebDriver:Navigate", url=f"data:text/html;charset=utf-8;base64,{encoded}")

    def _fit(self, frame: Frame) -> int:
        """Lay the page out in ``frame``; returns its height."""
        scheme = "dark" if frame.mode is ColourMode.DARK else "light"
        self._chrome(f"BROWSER.browsingContext.top.prefersColorSchemeOverride = '{scheme}';")
        self._chrome(_RESIZE, frame.width, _START_HEIGHT)
        width, *_, height = self._content(SIZE)
        if width != frame.width:
            raise ClientRefusedError(f"it draws {width} pixels wide instead of {frame.width}")
        height = max(1, min(int(height), MAX_HEIGHT))
        self._chrome(_RESIZE, frame.width, height)
        return height

    def _picture(self, frame: Frame) -> bytes:
        height = self._fit(frame)

        def capture() -> bytes:
            self._content(STILL)
            return png(self._chrome(_SNAPSHOT, frame.width, height))

        return settled(capture)

    def _chrome(self, script: str, *arguments: object) -> Any:
        return self._marionette.privileged(script.replace("BROWSER", "gBrowser.selectedBrowser"), *arguments)

    def _content(self, script: str) -> Any:
        self._marionette.command("Marionette:SetContext", value="content")
        return self._marionette.ordinary(script)


def start(
    place: Confinement, browser: Browser, preferences: Mapping[str, bool | int | str], seconds: float
) -> Marionette:
    """Start Firefox or Thunderbird with a new profile; the session that commands it.

    Raises:
        ClientGoneError, ClientRefusedError: it does not start, with what it said itself.
    """
    profile = place.home / "profile"
    profile.mkdir()
    port = free_port()
    # The process that a mail is laid out in may read no file but these: without them it finds no font.
    readable = f"{FONTS}/,{place.home / 'fonts'}/"
    written = {
        **preferences,
        "marionette.port": port,
        "security.sandbox.content.read_path_whitelist": readable,
    }
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in written.items())
    (profile / "user.js").write_text("".join(lines), encoding="utf-8", newline="\n")
    env = place.environment(
        MOZ_HEADLESS="1", MOZ_CRASHREPORTER_DISABLE="1", MOZ_DISABLE_AUTO_SAFE_MODE="1", **browser.env
    )
    process = place.start([str(browser.executable), "--profile", str(profile), *FLAGS], env)
    connection = place.connected(port, process, seconds=START_SECONDS)
    marionette = Marionette(connection, seconds=START_SECONDS)
    marionette.open()
    connection.settimeout(seconds)
    return marionette


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
