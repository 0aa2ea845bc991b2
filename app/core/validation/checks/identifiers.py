"""Identifiers that occur twice.

Source: the HTML standard, 3.2.6: an id is unique in its tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.validation.page import Page
from app.core.validation.rules import ERROR, Problem, Rule

DUPLICATE = Rule("duplicate-id", ERROR, "Give each element its own id, or use a class.")
RULES = (DUPLICATE,)


def check_identifiers(page: Page) -> Iterator[Problem]:
    """Every id but the first of its value, at the attribute."""
    seen: set[str] = set()
    for element in page.elements:
        identifier = element.attributes.get("id")
        if identifier is None:
            continue
        if identifier in seen:
            yield DUPLICATE.at(page.place_of(element, "id"), "Another element has the same id.")
        seen.add(identifier)
