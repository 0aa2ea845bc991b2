"""Inline styles that hold the layout together and that some clients ignore.

The data, with the source of each entry, is ``data.client_css``.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.validation.css import declarations
from app.core.validation.data.client_css import CLIENT_CSS
from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Problem, Rule

UNSUPPORTED = Rule("unsupported-css", WARNING)
RULES = (UNSUPPORTED,)


def check_client_css(page: Page) -> Iterator[Problem]:
    """Every declaration of an inline style that is in the data, at the declaration."""
    for element in page.elements:
        style = element.attributes.get("style")
        if not style:
            continue
        for name, value in declarations(style).items():
            for entry in CLIENT_CSS:
                if (not entry.properties or name in entry.properties) and entry.value.search(value):
                    yield UNSUPPORTED.at(
                        page.place_of_declaration(element, name),
                        f"{entry.label} has no effect in {entry.clients}.",
                        remedy=f"{entry.instead} (caniemail.com/features/{entry.feature})",
                    )
                    break
