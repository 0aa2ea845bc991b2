"""CSS that shapes a layout and that mail clients drop: without it, content moves, overlaps or vanishes.

What merely looks plainer without support (rounded corners, shadows, web fonts) is not listed: such mail is
still good mail.

Source: caniemail.com as of 2026 (github.com/hteumeuleu/caniemail, MIT), the feature named in each entry.
"Outlook for Windows" is the Word engine of Outlook 2007 to 2019 and of the classic desktop application.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientCss:
    """A declaration that some clients ignore.

    It is meant when ``properties`` (all, if empty) holds its name and ``value`` is found in its value.
    ``clients`` ignore it; ``instead`` is what works everywhere; ``feature`` is its page on caniemail.com.
    """

    properties: frozenset[str]
    value: re.Pattern[str]
    label: str
    clients: str
    instead: str
    feature: str


def _entry(properties: str, value: str, label: str, clients: str, instead: str, feature: str) -> ClientCss:
    return ClientCss(
        frozenset(properties.split()), re.compile(value, re.IGNORECASE), label, clients, instead, feature
    )


CLIENT_CSS: tuple[ClientCss, ...] = (
    _entry(
        "display",
        r"^(inline-)?flex",
        "display: flex",
        "Outlook for Windows and Gmail with other accounts",
        "Lay out with a table.",
        "css-display-flex",
    ),
    _entry(
        "display",
        r"^(inline-)?grid",
        "display: grid",
        "Outlook for Windows and Gmail with other accounts",
        "Lay out with a table.",
        "css-display-grid",
    ),
    _entry(
        "position",
        r"absolute|fixed|relative|sticky",
        "position",
        "Gmail, Outlook for Windows and partly Yahoo and Outlook.com",
        "Lay out with a table.",
        "css-position",
    ),
    _entry(
        "float",
        r"left|right",
        "float",
        "Outlook for Windows",
        "Use the align attribute of a table or image, or cells.",
        "css-float",
    ),
    _entry(
        "transform",
        r"^(?!none)",
        "transform",
        "Gmail, Outlook and Yahoo",
        "Do without, or use an image that is already turned.",
        "css-transform",
    ),
    _entry(
        "margin margin-top margin-right margin-bottom margin-left",
        r"(^|\s)-\d",
        "a negative margin",
        "Gmail, Outlook and Yahoo",
        "Lay out with cells and padding.",
        "css-margin",
    ),
    _entry(
        "background background-image",
        r"url\(",
        "a background image in CSS",
        "Outlook for Windows; Gmail drops the whole style attribute",
        "Use the background attribute, with bgcolor and VML behind it.",
        "css-background-image",
    ),
    _entry(
        "",
        r"\bvar\(--",
        "a custom property",
        "Gmail, Outlook and Yahoo",
        "Write the value itself.",
        "css-variables",
    ),
    _entry(
        "width min-width max-width height margin padding",
        r"\bcalc\(",
        "calc()",
        "Outlook and Yahoo",
        "Use pixels or percent.",
        "css-unit-calc",
    ),
    _entry(
        "font-size line-height width height margin padding",
        r"[\d.](rem|vw|vh|vmin|vmax)\b",
        "a unit relative to the page",
        "Outlook for Windows, and rem also in Yahoo",
        "Use px.",
        "css-unit-rem",
    ),
    _entry(
        "object-fit",
        r".",
        "object-fit",
        "Outlook for Windows and Yahoo, which stretch the image",
        "Cut the image to size.",
        "css-object-fit",
    ),
)
