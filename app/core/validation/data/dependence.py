"""On which features of HTML and CSS a layout hangs: without them, content moves, overlaps or vanishes.

What is not named here makes a mail plainer where it is missing (rounded corners, shadows, web fonts): such
mail is still good mail. Which clients miss what is ``data.caniemail``; here stands what it cannot know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Dependence:
    """A feature that holds a layout together; ``instead`` is what works everywhere.

    It does so only where the declaration's value has ``value`` in it and its property is one of
    ``properties`` (any, if empty). Where ``apart``, clients that have a part of the feature do not have that
    part. What ``arranges`` needs at least two things inside to arrange; what ``hides`` is seen without.
    """

    instead: str
    value: re.Pattern[str] | None = None
    properties: frozenset[str] = frozenset()
    apart: bool = False
    arranges: bool = False
    hides: bool = False


_TABLE = "Lay out with a table."
_CELLS = "Lay out with cells and padding."
_SIZES = frozenset(
    {
        "flex-basis", "font-size", "height", "line-height", "margin", "margin-bottom", "margin-left",
        "margin-right", "margin-top", "max-height", "max-width", "min-height", "min-width", "padding",
        "padding-bottom", "padding-left", "padding-right", "padding-top", "width",
    }
)  # fmt: skip
_ELSEWHERE = "Link to a page that does it."
_FORMAT = "Send a PNG, JPEG or GIF."


def _values(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


DEPENDENCES: Final[Mapping[str, Dependence]] = MappingProxyType(
    {
        "css-display-flex": Dependence(_TABLE, arranges=True),
        "css-display-grid": Dependence(_TABLE, arranges=True),
        "css-position": Dependence(_TABLE, _values(r"absolute|fixed|relative|sticky")),
        "css-float": Dependence(
            "Use the align attribute of a table or image, or cells.", _values("left|right")
        ),
        "css-transform": Dependence("Do without, or use an image that is already turned."),
        "css-margin": Dependence(_CELLS, _values(r"(^|\s)-\d"), apart=True),
        "css-background-image": Dependence(
            "Use the background attribute, with bgcolor and VML behind it.", _values(r"url\(")
        ),
        "css-variables": Dependence("Write the value itself."),
        "css-unit-calc": Dependence("Use pixels or percent.", properties=_SIZES),
        "css-function-min": Dependence("Use pixels or percent.", properties=_SIZES),
        "css-function-max": Dependence("Use pixels or percent.", properties=_SIZES),
        "css-function-clamp": Dependence("Use pixels or percent.", properties=_SIZES),
        "css-unit-rem": Dependence("Use px.", properties=_SIZES),
        "css-unit-ch": Dependence("Use px.", properties=_SIZES),
        "css-unit-vh": Dependence("Use px.", properties=_SIZES),
        "css-unit-vw": Dependence("Use px.", properties=_SIZES),
        "css-unit-vmin": Dependence("Use px.", properties=_SIZES),
        "css-unit-vmax": Dependence("Use px.", properties=_SIZES),
        "css-object-fit": Dependence("Cut the image to size."),
        "css-column-count": Dependence(_TABLE),
        "css-column-layout-properties": Dependence(_TABLE, properties=frozenset({"columns"})),
        "css-writing-mode": Dependence("Do without, or use an image that is already turned."),
        "css-visibility": Dependence(
            "Use display: none, with mso-hide: all.", _values("hidden|collapse"), hides=True
        ),
        "css-margin-inline-block": Dependence("Use margin-left, margin-right, margin-top, margin-bottom."),
        "css-margin-inline-start-end": Dependence("Use margin-left and margin-right."),
        "css-margin-block-start-end": Dependence("Use margin-top and margin-bottom."),
        "css-padding-inline-block": Dependence(
            "Use padding-left, padding-right, padding-top, padding-bottom."
        ),
        "css-padding-inline-start-end": Dependence("Use padding-left and padding-right."),
        "css-padding-block-start-end": Dependence("Use padding-top and padding-bottom."),
        "css-block-inline-size": Dependence("Use width and height."),
        "css-inset": Dependence(_TABLE),
        "css-modern-color": Dependence("Use a colour of six digits: Gmail drops the whole style attribute."),
        "html-hidden": Dependence("Use display: none, with mso-hide: all.", hides=True),
        "html-popover": Dependence(_ELSEWHERE),
        "html-anchor-links": Dependence("Let nothing depend on it, or link to a page."),
        "html-image-maps": Dependence("Cut the image into several, each in a link and a cell of its own."),
        "image-avif": Dependence(_FORMAT),
        "image-heif": Dependence(_FORMAT),
        "image-ico": Dependence(_FORMAT),
        "image-mp4": Dependence(_FORMAT),
        "image-svg": Dependence(_FORMAT),
        "image-tiff": Dependence(_FORMAT),
        "image-webp": Dependence(_FORMAT),
    }
)
"""Feature to what hangs on it."""

SPOKEN_OF_ELSEWHERE: Final = frozenset(
    {
        "html-audio", "html-base", "html-body", "html-button-reset", "html-button-submit", "html-dialog",
        "html-form", "html-input-checkbox", "html-input-hidden", "html-input-radio", "html-input-reset",
        "html-input-submit", "html-input-text", "html-link", "html-marquee", "html-object", "html-select",
        "html-style", "html-svg", "html-target", "html-textarea", "html-video",
    }
)  # fmt: skip
"""Features that other checks speak of (``stripped-element``, ``unreliable-element``, ``remote-stylesheet``),
and two whose want changes nothing for a reader: clients put a ``<div>`` in the place of ``<body>``, and open
links where they like."""
