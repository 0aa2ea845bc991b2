"""Elements that HTML does not have, and those that mail clients remove.

Source: the HTML standard's index of elements; client behaviour per caniemail.com (html-form, html-video,
html-audio, html-svg, html-object, html-base) and the filters of Gmail, Outlook.com and Yahoo, all of which
remove scripts and frames.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.validation.data.vocabulary import ELEMENTS, EMAIL_ELEMENTS, OBSOLETE_ELEMENTS, XML_PREFIXES
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Problem, Rule

UNKNOWN = Rule("unknown-element", ERROR, "Check its spelling, or use an element of HTML.")
OBSOLETE = Rule("obsolete-element", WARNING)
STRIPPED = Rule("stripped-element", ERROR)
UNRELIABLE = Rule("unreliable-element", WARNING)
RULES = (UNKNOWN, OBSOLETE, STRIPPED, UNRELIABLE)

_LINK = "Link to a page that does it."
_STRIPPED = {
    "applet": _LINK,
    "base": "Write whole URLs: clients resolve relative ones differently or not at all.",
    "button": "Use a link that looks like a button.",
    "canvas": "Use an image.",
    "dialog": _LINK,
    "embed": _LINK,
    "form": _LINK,
    "frame": _LINK,
    "frameset": _LINK,
    "iframe": _LINK,
    "input": _LINK,
    "noscript": "No client runs scripts: write its content without it.",
    "object": _LINK,
    "script": "No client runs scripts: put what it does into the template or behind a link.",
    "select": _LINK,
    "template": "No client runs scripts that could use it.",
    "textarea": _LINK,
}
_PLAYERS = {"audio", "video"}


def check_elements(page: Page) -> Iterator[Problem]:
    """Unknown, obsolete, stripped and unreliable elements."""
    for element in page.elements:
        name = element.name
        if not element.is_html:
            if name == "svg" or name == "math":
                yield UNRELIABLE.at(
                    element.offset,
                    f"<{name}> is removed by Gmail, Outlook and Yahoo.",
                    remedy="Use an image.",
                )
        elif name in _STRIPPED:
            yield STRIPPED.at(
                element.offset, f"<{name}> is removed or disabled by mail clients.", remedy=_STRIPPED[name]
            )
        elif name in _PLAYERS:
            yield _player(element)
        elif name in OBSOLETE_ELEMENTS:
            yield OBSOLETE.at(
                element.offset, f"<{name}> is obsolete.", remedy=f"Use {OBSOLETE_ELEMENTS[name]}."
            )
        elif name not in ELEMENTS and name not in EMAIL_ELEMENTS and not _of_office(name):
            yield UNKNOWN.at(element.offset, f"HTML has no element <{name}>.")


def _of_office(name: str) -> bool:
    prefix, colon, _ = name.partition(":")
    return bool(colon) and prefix in XML_PREFIXES


def _player(element: Element) -> Problem:
    falls_back = any(child.name not in {"source", "track"} for child in element.children)
    if falls_back or element.own_text.strip():
        return UNRELIABLE.at(
            element.offset,
            f"<{element.name}> plays in Apple Mail only; others show what stands inside it.",
            remedy="Make sure that what stands inside is good by itself.",
        )
    return STRIPPED.at(
        element.offset,
        f"<{element.name}> is removed by Gmail, Outlook and Yahoo, and nothing stands in its place.",
        remedy="Put an image that links to it inside.",
    )
