"""The parsed tree of a document, as lxml has it.

``Node`` is an element or a comment. It is not typed any further: the stubs of lxml know no comments among an
element's children.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from lxml import etree
from lxml.cssselect import CSSSelector

Node: TypeAlias = Any


def parse_document(html: str) -> Node | None:
    """The root of ``html``, repaired where it has to be; None when there is no element in it."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    return etree.fromstring(html.encode("utf-8", "replace"), parser) if html.strip() else None


def is_comment(node: Node) -> bool:
    """Whether a node is a comment."""
    return node.tag is etree.Comment


def is_element(node: Node) -> bool:
    """Whether a node is an element, and neither a comment nor a processing instruction."""
    return isinstance(node.tag, str)


def matching(root: Node, selector: str) -> list[Node]:
    """The elements that a CSS selector matches, in document order."""
    return list(_compiled(selector)(root))


@lru_cache(maxsize=512)
def _compiled(selector: str) -> Any:
    return CSSSelector(selector)


def remove(element: Node) -> None:
    """Take an element out, keeping the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)
