"""Elements where HTML does not allow them, although a parser leaves them there.

html5lib reports misplaced rows, cells, headings and links within links; these here it accepts.

Source: content models of the HTML standard (4.4 to 4.9, 3.2.5).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.validation.data.vocabulary import BLOCKS, INTERACTIVE, PHRASING_PARENTS
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

BLOCK_IN_INLINE = Rule(
    "block-in-inline", WARNING, "Close the inner markup first, or use a <div> or a cell around the block."
)
STRAY_ITEM = Rule("stray-list-item", WARNING)
LIST_CONTENT = Rule("list-content", WARNING, "Inside a list put only <li>.")
INTERACTIVE_IN_LINK = Rule("interactive-in-link", ERROR, "End the link before it.")
TABLE_IN_LINK = Rule("table-in-link", WARNING, "Put the link into the cell.")
STYLE_IN_BODY = Rule("style-in-body", WARNING, "Move the <style> into the <head>.")
RULES = (BLOCK_IN_INLINE, STRAY_ITEM, LIST_CONTENT, INTERACTIVE_IN_LINK, TABLE_IN_LINK, STYLE_IN_BODY)

_LISTS = {"ul", "ol", "menu"}
_TRANSPARENT = {"a", "ins", "del", "map", "noscript"}
_PARENTS = {"li": _LISTS, "dt": {"dl", "div"}, "dd": {"dl", "div"}}


def check_nesting(page: Page) -> Iterator[Violation]:
    """Misplaced elements, at their start tag."""
    for element in page.elements:
        parent = element.parent
        if parent is None or not element.is_html:
            continue
        name = element.name
        if name in BLOCKS:
            yield from _block(element)
        if name in _PARENTS and parent.name not in _PARENTS[name]:
            wanted = "<ul> or <ol>" if name == "li" else "<dl>"
            yield STRAY_ITEM.at(
                element.offset, f"<{name}> stands outside a list.", remedy=f"Put it into a {wanted}."
            )
        if parent.name in _LISTS and name not in {"li", "script", "template"}:
            yield LIST_CONTENT.at(element.offset, f"<{name}> stands directly in <{parent.name}>.")
        if name in INTERACTIVE and any(outer.name == "a" for outer in element.ancestors()):
            grave = WARNING if name == "label" else ERROR  # of a box that is ticked by style sheets
            yield INTERACTIVE_IN_LINK.at(element.offset, f"<{name}> stands inside a link.", severity=grave)
        if name == "style" and any(outer.name == "body" for outer in element.ancestors()):
            yield STYLE_IN_BODY.at(element.offset, "Gmail removes a <style> that is not in the <head>.")


def _block(element: Element) -> Iterator[Violation]:
    in_link = False
    for outer in element.ancestors():
        if outer.name in PHRASING_PARENTS:
            yield BLOCK_IN_INLINE.at(
                element.offset,
                f"<{element.name}> stands inside <{outer.name}>, which holds running text only.",
            )
            return
        if outer.name not in _TRANSPARENT:
            break
        in_link = in_link or outer.name == "a"
    if in_link and element.name == "table":
        yield TABLE_IN_LINK.at(element.offset, "Outlook for Windows drops a link around a table.")
