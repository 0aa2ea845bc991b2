"""One page of a running browser: HTML in, pictures out. Lives in the browser's own thread."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Route

from app.browser.accessibility import Examiner
from app.browser.frames import MAX_HEIGHT, ColourMode, Drawing, Frame
from app.browser.measuring import MEASURE, STILL, PlacedElement, elements_of
from app.browser.settling import settled
from app.browser.stand_ins import stand_in
from app.browser.stills import with_still_images
from app.core.validation.eyes import Observation

# `.invalid` resolves nowhere (RFC 6761); the document is answered from memory.
_ADDRESS = "https://mail.invalid/"
_START_HEIGHT = 480


class Tab:
    """A page that is used again for every mail."""

    def __init__(self, context: BrowserContext, page: Page, protocol: CDPSession, *, seconds: float) -> None:
        self._page = page
        self._protocol = protocol
        self._html = b""
        self._refused: list[str] = []
        self._examiner: Examiner | None = None
        self._seconds = seconds
        context.set_default_timeout(seconds * 1000)
        context.route("**/*", self._answer)

    @classmethod
    def open(cls, browser: Browser, *, seconds: float) -> Self:
        """A page without scripts, service workers, network or language of the machine."""
        context = browser.new_context(
            java_script_enabled=False,
            service_workers="block",
            accept_downloads=False,
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
            device_scale_factor=1,
        )
        page = context.new_page()
        return cls(context, page, context.new_cdp_session(page), seconds=seconds)

    def draw(self, html: str, frames: Sequence[Frame]) -> Drawing:
        """Load ``html`` and picture it through every frame."""
        self._take(html)
        pictures: dict[Frame, bytes] = {}
        for forced in (False, True):
            chosen = [frame for frame in frames if (frame.mode is ColourMode.FORCED) is forced]
            if chosen:
                self._load(forced=forced)
                pictures.update((frame, self._picture(frame)) for frame in chosen)
        return Drawing(tuple(pictures[frame] for frame in frames), tuple(dict.fromkeys(self._refused)))

    def measure(self, html: str, frame: Frame) -> tuple[PlacedElement, ...]:
        """Load ``html`` and ask of each element where it is and how it looks in ``frame``."""
        self._take(html)
        self._load(forced=frame.mode is ColourMode.FORCED)
        self._fit(frame)
        return elements_of(self._asked(MEASURE), html)

    def print_pdf(self, html: str) -> bytes:
        """``html`` as pages of A4, in the light, with its backgrounds."""
        self._take(html)
        self._load(forced=False)
        self._page.emulate_media(color_scheme="light")
        self._asked(STILL)
        return self._page.pdf(format="A4", print_background=True)

    def examine(self, html: str) -> tuple[Observation, ...]:
        """What axe-core sees in ``html``, in a page beside this one that may run it."""
        if self._examiner is None:
            browser = self._page.context.browser
            assert browser is not None  # noqa: S101  None for a context without a browser of its own alone
            self._examiner = Examiner(browser, self._answer, seconds=self._seconds)
        return self._examiner.examine(html)

    def _take(self, html: str) -> None:
        self._html, self._refused = with_still_images(html).encode("utf-8", "replace"), []

    def _asked(self, script: str) -> Any:
        return self._page.evaluate(f"() => {{ {script} }}")

    def _load(self, *, forced: bool) -> None:
        override = {"enabled": True} if forced else {}
        self._protocol.send("Emulation.setAutoDarkModeOverride", override)
        self._page.goto(_ADDRESS, wait_until="load")
        # Some builds forget the override on the way to a new page, none repaints a page already pictured.
        self._protocol.send("Emulation.setAutoDarkModeOverride", override)

    def _picture(self, frame: Frame) -> bytes:
        self._fit(frame)
        return settled(self._captured)

    def _fit(self, frame: Frame) -> None:
        self._page.emulate_media(color_scheme="dark" if frame.mode is ColourMode.DARK else "light")
        # The window itself takes the height of the page: what lies beyond a window's edge is drawn by another
        # path, in which some builds lose the forced colours.
        self._page.set_viewport_size({"width": frame.width, "height": _START_HEIGHT})
        self._asked(STILL)
        height = int(self._protocol.send("Page.getLayoutMetrics")["cssContentSize"]["height"])
        self._page.set_viewport_size({"width": frame.width, "height": min(height, MAX_HEIGHT)})

    def _captured(self) -> bytes:
        self._asked(STILL)
        # Packed less than by Playwright, in half the time.
        options = {"format": "png", "optimizeForSpeed": True}
        return base64.b64decode(self._protocol.send("Page.captureScreenshot", options)["data"])

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if url == _ADDRESS and route.request.is_navigation_request():
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif (image := stand_in(url)) is not None:
            route.fulfill(body=image.content, content_type=image.media_type)
        else:
            self._refused.append(url)
            if route.request.is_navigation_request() and route.request.frame == self._page.main_frame:
                route.fulfill(status=204)  # no content: the mail stays where an error page would come
            else:
                route.abort("blockedbyclient")
