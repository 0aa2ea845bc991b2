"""VML: the shapes behind buttons and background images in Outlook for Windows.

Their URLs are judged with all others (``urls``). Here is what else a shape shows: colours that are none,
images without a source, links without a target.

Source: W3C Note "Vector Markup Language" (1998), types "color" and "url"; Microsoft, VML Reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.html.blanks import AROUND_URLS, BLANKS
from app.core.validation.checks import images, links
from app.core.validation.css import colour
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Rule, Violation

COLOUR = Rule("vml-colour", WARNING, "Write it as #rrggbb, or by its name.")
RULES = (COLOUR,)

_PREFIX = "v:"
COLOURS = frozenset({"fillcolor", "strokecolor", "color", "color2", "chromakey"})
"""The attributes of VML whose value is a colour."""

# Those of the reader's system, which Word writes for "automatic" (CSS 2, section 18.2; VML, type "color").
_OF_SYSTEM = frozenset(
    re.findall(
        r"\w+",
        "activeborder activecaption appworkspace background buttonface buttonhighlight buttonshadow "
        "buttontext captiontext graytext highlight highlighttext inactiveborder inactivecaption "
        "inactivecaptiontext infobackground infotext menu menutext scrollbar threeddarkshadow "
        "threedface threedhighlight threedlightshadow threedshadow window windowframe windowtext ",
    )
)
# "#f00 [1234]" and "fill darken(120)" are what Office itself writes.
_OF_OFFICE = re.compile(r"(?:fill|line|this)\b.*|(?P<colour>.*?)\s*\[\d+\]", re.IGNORECASE | re.DOTALL)
_IMAGES = frozenset({"v:image", "v:imagedata"})
_FILLS_WITH_IMAGE = frozenset({"tile", "frame", "pattern"})


def check_vml(page: Page) -> Iterator[Violation]:
    """Every element of VML, at the attribute."""
    for element in page.elements:
        if not element.name.startswith(_PREFIX):
            continue
        for name, value in element.attributes.items():
            if name in COLOURS and not _is_colour(value):
                yield COLOUR.at(page.place_of(element, name), f"Outlook takes this {name} for no colour.")
        href = element.attributes.get("href", "https:").strip(AROUND_URLS)
        if href in {"", "#"}:
            message = "The link's target is empty: it leads nowhere."
            yield links.EMPTY.at(page.place_of(element, "href"), message)
        if element.attributes.get("src", "").strip(AROUND_URLS):
            continue
        if element.name in _IMAGES:
            yield images.SOURCE.at(element.offset, "The image has no source.")
        elif _is_to_hold_image(element):
            yield images.SOURCE.at(
                element.offset,
                "The fill has no image: Outlook paints the shape in its colour alone.",
                severity=WARNING,
                remedy="Name the image's URL, or remove the <v:fill>, and give the shape a fillcolor.",
            )


def _is_colour(value: str) -> bool:
    match = _OF_OFFICE.fullmatch(value.strip(BLANKS))
    plain = value if match is None else match["colour"]
    return plain is None or colour(plain) is not None or plain.strip(BLANKS).lower() in {"none", *_OF_SYSTEM}


def _is_to_hold_image(element: Element) -> bool:
    kind = element.attributes.get("type", "").strip(BLANKS).lower()
    return element.name == "v:fill" and kind in _FILLS_WITH_IMAGE
