"""Identifiers that occur twice, or that nothing can name.

Source: the HTML standard, 3.2.6: an id is unique in its tree, has at least one character and no blanks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.core.css.compounds import class_names
from app.core.html.markup import Markup
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation
from bbws_templates.entities import unescape

DUPLICATE = Rule("duplicate-id", ERROR, "Give each element its own id, or use a class.")
INVALID = Rule("invalid-id", WARNING, 'Write it without blanks, such as id="order-details", or remove it.')
RULES = (DUPLICATE, INVALID)

_REFERENCES = {"for", "headers", "form", "list", "itemref", "popovertarget"}
_BLANKS = " \t\r\n\f"


def check_identifiers(page: Page) -> Iterator[Violation]:
    """Every id but the first of its value, at the attribute."""
    seen: Counter[str] = Counter()
    named = set(_named(page))
    for element in page.elements:
        identifier = element.attributes.get("id")
        if identifier is None:
            continue
        if identifier in seen:
            grave = ERROR if identifier in named else WARNING
            what = "; what refers to it finds the first one only" if grave is ERROR else ""
            yield DUPLICATE.at(
                page.place_of(element, "id"), f"Another element has the same id{what}.", severity=grave
            )
        seen[identifier] += 1


def written_ids(markup: Markup) -> Iterator[Violation]:
    """Every id that its author wrote as none, at the attribute; ``markup`` has its Mustache veiled.

    What data make of one is not looked at: they may hold any character.
    """
    for tag in markup.start_tags:
        attribute = tag.attribute("id")
        if attribute is None:
            continue
        written = unescape(markup.text[attribute.value_start : attribute.value_end])
        if not written:
            yield INVALID.at(attribute.start, "The id is empty, and so names nothing.")
        elif any(blank in written for blank in _BLANKS):
            yield INVALID.at(
                attribute.start,
                "The id has a blank in it: no link, label or stylesheet can name the element by it.",
            )


def _named(page: Page) -> Iterator[str]:
    """The ids that something in the mail refers to."""
    for element in page.elements:
        for name, value in element.attributes.items():
            if name in {"href", "xlink:href", "usemap"} and value.startswith("#"):
                yield value[1:]
            elif name in _REFERENCES or name.startswith("aria-"):
                yield from class_names(value)
