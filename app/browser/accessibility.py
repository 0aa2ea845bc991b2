"""What axe-core sees in a mail that a browser has laid out: WCAG 2.2, A and AA.

``axe/axe.min.js`` is axe-core 4.14.1 of Deque (npm), under the Mozilla Public License 2.0; its source is at
github.com/dequelabs/axe-core. It is handed to the page by the debugger. The mail's own scripts do not run:
the page has a content security policy without any source of scripts.

What only its rules for whole pages ask, such as landmarks, is left out: a mail is shown inside of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route

from app.browser.measuring import RENAMED, STILL, UNSPOILT
from app.browser.stand_ins import stand_in
from app.core.validation.eyes import COARSE, DISTORTED, HEAVY, HEAVY_BYTES, Observation

POLICY: Final = "script-src 'none'; object-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'"
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""The rules that are asked, by axe's own tags."""

_LEFT_OUT: Final = ("meta-viewport", "bypass", "frame-title")
_ADDRESS: Final = "https://mail.invalid/"
_SOURCE: Final = Path(__file__).parent / "axe" / "axe.min.js"
_WIDTH, _HEIGHT = 640, 900
# The place of each element among all, in document order: the way back to the author's line.
_PLACES: Final = f"{UNSPOILT}const places = new Map(all('*').map((element, place) => [element, place]));"
_RUN: Final = f"""
async ([tags, off, only]) => {{{_PLACES}
  const rules = Object.fromEntries(off.map((id) => [id, {{ enabled: false }}]));
  const runOnly = only ? {{ type: "rule", values: only }} : {{ type: "tag", values: tags }};
  const found = await axe.run(document, {{
    runOnly, rules, elementRef: true, resultTypes: ["violations"], iframes: false,
  }});
  const nameOf = member(Element, "localName");
  return found.violations.flatMap(({{ id, help, helpUrl, nodes }}) => nodes.map(({{ element }}) => ({{
    id, help, helpUrl, place: places.get(element) ?? 0, name: element ? nameOf(element) : "html",
  }})));
}}
"""
_IMAGES: Final = f"""
() => {{{_PLACES}
  return all("img").filter((image) => image.naturalWidth && image.width).map((image) => ({{
    place: places.get(image), url: image.currentSrc, fit: getComputedStyle(image).objectFit,
    width: image.width, height: image.height, own: [image.naturalWidth, image.naturalHeight],
  }}));
}}
"""
_BENT: Final = 0.03
"""How far proportions may be off: what rounding to whole pixels makes of them, and no more."""


class Examiner:
    """A page of its own in a running browser, in which axe-core may run and nothing else."""

    def __init__(self, browser: Browser, answer: Callable[[Route], None], *, seconds: float) -> None:
        """``answer`` serves whatever a mail asks for, which is nothing but bundled images."""
        self._html = b""
        self._answer = answer
        self._context = browser.new_context(
            service_workers="block",
            accept_downloads=False,
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
            viewport={"width": _WIDTH, "height": _HEIGHT},
        )
        self._context.set_default_timeout(seconds * 1000)
        self._context.route("**/*", self._route)
        self._page: Page = self._context.new_page()

    def examine(self, html: str) -> tuple[Observation, ...]:
        """What axe sees in ``html``, in the light; in the dark its contrast alone; and its images.

        Of images those that are bundled; no other is fetched.
        """
        self._html = html.encode("utf-8", "replace")
        self._page.emulate_media(color_scheme="light")
        self._page.goto(_ADDRESS, wait_until="load")
        images = [each for image in self._page.evaluate(_IMAGES) for each in _of_image(image)]
        self._page.evaluate(f"() => {{ {STILL} }}")
        self._page.evaluate(f"() => {{ {RENAMED} }}")
        self._page.evaluate(_axe())
        light = self._run(None)
        self._page.emulate_media(color_scheme="dark")
        known = {(each["place"], each["id"]) for each in light}
        dark = [each for each in self._run(["color-contrast"]) if (each["place"], each["id"]) not in known]
        return (
            *(_seen(each, "") for each in light),
            *(_seen(each, " In the dark.") for each in dark),
            *images,
        )

    def _run(self, only: list[str] | None) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._page.evaluate(_RUN, [list(TAGS), list(_LEFT_OUT), only])
        return found

    def _route(self, route: Route) -> None:
        if route.request.url == _ADDRESS and route.request.is_navigation_request():
            route.fulfill(
                body=self._html,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )
        else:
            self._answer(route)


def _seen(found: Mapping[str, Any], where: str) -> Observation:
    """Axe's sentence is the same wherever its rule finds something."""
    message = f"{found['id']}: {found['help']}.{where}"
    return Observation(found["place"], found["name"], message, f"See {found['helpUrl'].partition('?')[0]}")


def _of_image(found: Mapping[str, Any]) -> Iterator[Observation]:
    (own_width, own_height), place = found["own"], found["place"]
    shown = found["width"] / max(1, found["height"])
    if abs(shown / (own_width / own_height) - 1) > _BENT and found["fit"] == "fill":
        size = f"{found['width']}×{found['height']}"
        said = f"The image is shown {size}, and its file is {own_width}×{own_height}."
        yield Observation(place, "img", said, rule=DISTORTED)
    if found["width"] > own_width:
        said = f"The image is shown {found['width']} pixels wide, and its file has {own_width}."
        yield Observation(place, "img", said, rule=COARSE)
    known = stand_in(found["url"])
    if known is not None and len(known.content) >= HEAVY_BYTES:
        yield Observation(place, "img", f"The image has {len(known.content) // 1024} kB.", rule=HEAVY)


@cache
def _axe() -> str:
    return _SOURCE.read_text(encoding="utf-8")
