"""Tables that lay out without saying so, and data tables that deny being one.

A screen reader announces rows and columns of every table that is not marked as mere layout.

Source: WAI-ARIA 1.2, role "presentation"; WCAG 2.2, 1.3.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.html.blanks import BLANKS
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import WARNING, Rule, Violation

ROLE = Rule(
    "table-role", WARNING, 'Add role="presentation"; or, if it holds data, a header cell (<th>) or <caption>.'
)
CONFLICT = Rule("table-role-conflict", WARNING, "Remove the role, or the header cells.")
RULES = (ROLE, CONFLICT)


def check_tables(page: Page) -> Iterator[Violation]:
    """Every table, at its start tag."""
    for table in page.named("table"):
        role = table.attributes.get("role", "").strip(BLANKS).lower()
        is_layout = role in {"presentation", "none"}
        has_headers = any(part.name in {"th", "caption"} for part in _parts(table))
        if has_headers and is_layout:
            yield CONFLICT.at(table.offset, f'The table has header cells, but role="{role}" hides them.')
        elif not has_headers and not is_layout:
            yield ROLE.at(table.offset, "Screen readers announce this layout table as a table of data.")


def _parts(table: Element) -> Iterator[Element]:
    """The parts of this table, not those of tables within its cells."""
    for child in table.children:
        yield child
        if child.name in {"thead", "tbody", "tfoot", "tr"}:
            yield from _parts(child)
