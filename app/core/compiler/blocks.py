"""Which elements of a mail stand on lines of their own in its text part, and what is a line there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.core.html.tree import Node, is_element

# Blocks that a blank line sets apart, and those that only begin a line of their own.
APART = frozenset(
    {"address", "blockquote", "dl", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre"}
    | {"table", "ul"}
)
BLOCKS = (
    APART
    | {"article", "aside", "body", "br", "caption", "center", "dd", "div", "dt", "fieldset", "figcaption"}
    | {"footer", "header", "hr", "html", "li", "main", "nav", "section", "tbody", "td", "tfoot", "th"}
    | {"thead", "tr"}
)
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)(?:px)?")
_TIGHT = 8.0


def is_tight(style: Mapping[str, str], side: str) -> bool:
    """Whether a paragraph has so little margin on a side that its lines belong with the next ones.

    A margin in anything but pixels, or one that names no number, is left to the client and taken for wide.
    """
    sides = style.get("margin", "").split()
    shorthand = sides[0 if side == "top" or len(sides) < 3 else 2] if sides else ""
    margin = _PIXELS.fullmatch(style.get(f"margin-{side}", shorthand))
    return margin is not None and float(margin.group(1)) < _TIGHT


def between(opening: Node, closing: Node) -> Iterator[Node]:
    """The siblings between a section's two tags."""
    for node in opening.itersiblings():
        if node is closing:
            return
        yield node


def is_block(node: Node) -> bool:
    """Whether a node is a block or holds one."""
    return is_element(node) and (
        node.tag in BLOCKS or any(child.tag in BLOCKS for child in node.iterdescendants())
    )


def at_line_start(node: Node) -> bool:
    """Whether nothing but white space stands before a node on its line."""
    before = node.getprevious()
    if before is None:
        parent = node.getparent()
        return parent is None or not (parent.text or "").strip()
    return is_block(before) and not (before.tail or "").strip()


def at_line_end(node: Node) -> bool:
    """Whether nothing but white space stands after a node on its line."""
    if (node.tail or "").strip():
        return False
    after = node.getnext()
    return after is None or is_block(after)
