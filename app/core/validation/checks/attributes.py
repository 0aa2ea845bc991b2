"""Attributes that HTML does not have, or not on this element.

The obsolete attributes that email needs are listed with their reasons in ``data.vocabulary``, those of
senders in ``data.senders``.

Source: the HTML standard's index of attributes, and its list of obsolete features (16.2).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from fnmatch import fnmatchcase

from app.core.engines import holds_placeholder
from app.core.validation.data.senders import SENDER_ATTRIBUTES
from app.core.validation.data.vocabulary import (
    ELEMENTS,
    EMAIL_ATTRIBUTES,
    EMAIL_GLOBAL_ATTRIBUTES,
    GLOBAL_ATTRIBUTES,
    OBSOLETE_ATTRIBUTES,
    OBSOLETE_REMEDIES,
    RDFA_ATTRIBUTES,
    XML_PREFIXES,
)
from app.core.validation.invisible import named_invisibles
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

UNKNOWN = Rule(
    "unknown-attribute",
    ERROR,
    'Remove it. If a sender or an editor reads it, name it under "attributes" in settings.toml; for data of '
    "your own write data-….",
)
MISPLACED = Rule("misplaced-attribute", WARNING, "Remove it, or move it to the element that has it.")
OBSOLETE = Rule("obsolete-attribute", WARNING, "Use a style instead.")
HANDLER = Rule(
    "event-handler", ERROR, "Remove it: no client runs scripts, and many refuse mail that has one."
)
RULES = (UNKNOWN, MISPLACED, OBSOLETE, HANDLER)

_ON_EVERY_ELEMENT = GLOBAL_ATTRIBUTES | RDFA_ATTRIBUTES | EMAIL_GLOBAL_ATTRIBUTES.keys()
_ANYWHERE = frozenset().union(*ELEMENTS.values())


def check_attributes(page: Page) -> Iterator[Violation]:
    """Unknown, misplaced and obsolete attributes, and event handlers, at the attribute."""
    for element in page.elements:
        if not element.is_html:
            continue
        for name in element.attributes:
            if _is_known(element.name, name) or "\ufffd" in name:  # a NUL, of which ``characters`` speaks
                continue
            place = page.place_of(element, name)
            if name.startswith("on"):
                yield HANDLER.at(place, f"The event handler '{name}' on <{element.name}> never runs.")
            elif name in OBSOLETE_ATTRIBUTES:
                yield OBSOLETE.at(
                    place,
                    f"The attribute '{name}' is obsolete on <{element.name}>, and not every client obeys it.",
                    remedy=OBSOLETE_REMEDIES.get((element.name, name))
                    or OBSOLETE_REMEDIES.get(("", name), ""),
                )
            elif name in _ANYWHERE:
                yield MISPLACED.at(place, f"<{element.name}> has no attribute '{name}'; other elements do.")
            elif not page.settings.allows_attribute(name) and not holds_placeholder(
                page.html, element.offset, element.end
            ):
                yield _unknown(place, element.name, name)


def _unknown(place: int, element: str, name: str) -> Violation:
    """A misspelling does not what it should; any other name does nothing, and harms nothing."""
    message = f"<{element}> has no attribute '{name}'."
    if hidden := named_invisibles(name):
        remedy = f"Its name holds {hidden}, which looks like a blank or like nothing: write a blank instead."
        return UNKNOWN.at(place, message, remedy=remedy)
    known = {*ELEMENTS.get(element, ()), *GLOBAL_ATTRIBUTES, *_email_attributes(element)}
    near = [other for other in sorted(known) if sorted(other) == sorted(name)]  # scr for src
    near += difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    if near:
        return UNKNOWN.at(place, message, remedy=f"Did you mean {near[0]}?")
    return UNKNOWN.at(place, message, severity=WARNING)


def _email_attributes(element: str) -> Iterator[str]:
    return (name for name, (elements, _) in EMAIL_ATTRIBUTES.items() if element in elements)


def _is_known(element: str, name: str) -> bool:
    if name in ELEMENTS.get(element, ()) or name in _ON_EVERY_ELEMENT:
        return True
    if name in EMAIL_ATTRIBUTES and element in EMAIL_ATTRIBUTES[name][0]:
        return True
    prefix, _, rest = name.partition(":")
    # xmlns:v declares a namespace; v:ext belongs to one.
    if rest and (prefix == "xmlns" or prefix in XML_PREFIXES):
        return True
    if any(fnmatchcase(name, pattern) for pattern in SENDER_ATTRIBUTES):
        return True
    # What belongs to an unknown element is that element's problem.
    return name.startswith(("data-", "aria-")) or element not in ELEMENTS
