"""Images that say nothing when they are not loaded, or that jump when they are.

Source: WCAG 2.2, 1.1.1; Outlook for Windows shows an image without a width attribute in its file's size
(caniemail.com, html-width).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.html.blanks import AROUND_URLS, BLANK, BLANKS
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

MISSING = Rule("img-alt", WARNING, 'Say what the image shows: alt="…"; for mere decoration write alt="".')
FILE_NAME = Rule("img-alt-file", WARNING, "Say what the image shows.")
SOURCE = Rule("img-src", ERROR, "Name the image's URL.")
SIZE = Rule("img-size", WARNING, "Give its width and height in pixels as attributes.")
RULES = (MISSING, FILE_NAME, SOURCE, SIZE)

_FILE = re.compile(r"[^\s/]+\.(png|jpe?g|gif|webp|svg|bmp)", re.IGNORECASE)
_PIXELS = re.compile(r"\d+(px)?|\d+%")


def check_images(page: Page) -> Iterator[Violation]:
    """Every image, at its start tag."""
    for image in page.named("img"):
        alt = image.attributes.get("alt")
        if alt is None:
            yield MISSING.at(image.offset, "The image has no alt text; many clients show no images at first.")
        elif _FILE.fullmatch(alt.strip()):
            yield FILE_NAME.at(page.place_of(image, "alt"), "The alt text is a file's name.")
        if not (image.attributes.get("src", "") or image.attributes.get("srcset", "")).strip(AROUND_URLS):
            yield SOURCE.at(image.offset, "The image has no source.")
        missing = [name for name in ("width", "height") if not _has_size(image, name)]
        if missing:
            yield SIZE.at(image.offset, f"The image has no {' and no '.join(missing)} attribute.")


def _has_size(image: Element, name: str) -> bool:
    if name == "height" and "height" not in image.attributes:
        # height: auto keeps the proportions of an image that shrinks with the screen.
        return bool(re.search(rf"(?<![-\w])height{BLANK}*:{BLANK}*auto", image.attributes.get("style", "")))
    return _PIXELS.fullmatch(image.attributes.get(name, "").strip(BLANKS)) is not None
