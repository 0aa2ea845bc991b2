"""Attributes that HTML does not have, or not on this element.

The obsolete attributes that email needs are listed with their reasons in ``data.vocabulary``.

Source: the HTML standard's index of attributes, and its list of obsolete features (16.2).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.validation.data.vocabulary import (
    ELEMENTS,
    EMAIL_ATTRIBUTES,
    EMAIL_GLOBAL_ATTRIBUTES,
    GLOBAL_ATTRIBUTES,
    OBSOLETE_ATTRIBUTES,
    RDFA_ATTRIBUTES,
    XML_PREFIXES,
)
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Problem, Rule

UNKNOWN = Rule("unknown-attribute", ERROR, "Check its spelling, or use data-… for data of your own.")
MISPLACED = Rule("misplaced-attribute", WARNING, "Remove it, or move it to the element that has it.")
OBSOLETE = Rule("obsolete-attribute", WARNING, "Use a style instead.")
HANDLER = Rule(
    "event-handler", ERROR, "Remove it: no client runs scripts, and many refuse mail that has one."
)
RULES = (UNKNOWN, MISPLACED, OBSOLETE, HANDLER)

_ON_EVERY_ELEMENT = GLOBAL_ATTRIBUTES | RDFA_ATTRIBUTES | EMAIL_GLOBAL_ATTRIBUTES.keys()
_ANYWHERE = frozenset().union(*ELEMENTS.values())


def check_attributes(page: Page) -> Iterator[Problem]:
    """Unknown, misplaced and obsolete attributes, and event handlers, at the attribute."""
    for element in page.elements:
        if not element.is_html:
            continue
        for name in element.attributes:
            if _is_known(element.name, name):
                continue
            place = page.place_of(element, name)
            if name.startswith("on"):
                yield HANDLER.at(place, f"The event handler '{name}' on <{element.name}> never runs.")
            elif name in OBSOLETE_ATTRIBUTES:
                yield OBSOLETE.at(place, f"The attribute '{name}' is obsolete on <{element.name}>.")
            elif name in _ANYWHERE:
                yield MISPLACED.at(place, f"<{element.name}> has no attribute '{name}'; other elements do.")
            else:
                yield UNKNOWN.at(place, f"<{element.name}> has no attribute '{name}'.")


def _is_known(element: str, name: str) -> bool:
    if name in ELEMENTS.get(element, ()) or name in _ON_EVERY_ELEMENT:
        return True
    if name in EMAIL_ATTRIBUTES and element in EMAIL_ATTRIBUTES[name][0]:
        return True
    prefix, separator, rest = name.partition(":")
    if separator:
        # xmlns:v declares a namespace; v:ext belongs to one.
        return (rest if prefix == "xmlns" else prefix) in XML_PREFIXES
    # What belongs to an unknown element is that element's problem.
    return name.startswith(("data-", "aria-")) or element not in ELEMENTS
