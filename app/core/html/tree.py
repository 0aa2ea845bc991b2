"""The tree of a document as browsers build it, held in lxml's nodes.

Lexbor parses, by the tree construction of the HTML standard: it implies ``<tbody>``, knows ``<wbr>`` and
``<source>`` as void, ends a ``<p>`` where a block begins. lxml holds the result, because that is what
premailer and cssselect match on.

``Node`` is an element or a comment. It is not typed any further: the stubs of lxml know no comments among an
element's children.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from app.core.html.selecting import compiled_selector

ElementNode: TypeAlias = Any

_FACTORY = etree.HTMLParser()  # what it makes may have any name that HTML allows
_ODD = re.compile(r"[\s<>&\"'{}/=\x00-\x1f]")
_UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")  # by the text of an lxml node


def parse_document(html: str) -> ElementNode | None:
    """The root of ``html``, repaired as the HTML standard says; None when it is blank.

    The root is ``<html>``, with a ``<head>`` and a ``<body>`` whether they are written or not. Comments
    outside of it are its siblings. The content of a ``<template>`` is left out: no client shows it. Names are
    in lower case, those of SVG too.
    """
    if not html.strip():
        return None
    source: Any = LexborHTMLParser(html.encode("utf-8", "replace").decode("utf-8")).root
    root = _FACTORY.makeelement("html")
    _set_attributes(root, source)
    _fill(root, source)
    outside, node = [], source
    while node.prev is not None:
        node = node.prev
    while node is not None:
        outside.append(node)
        node = node.next
    here = outside.index(source)
    for node in filter(_is_comment_source, outside[:here]):
        root.addprevious(_comment(node))
    for node in filter(_is_comment_source, reversed(outside[here + 1 :])):
        root.addnext(_comment(node))
    return root


def _fill(root: ElementNode, source: Any) -> None:
    """Everything below ``source``, as content of ``root``; without recursion, however deep it is."""
    pending = [(root, source.child)]
    while pending:
        parent, node = pending.pop()
        last = None
        while node is not None:
            if node.is_element_node:
                last = etree.SubElement(parent, _name(node.tag.lower()))
                _set_attributes(last, node)
                child = node.child
                if child is not None:
                    pending.append((last, child))
            elif node.is_comment_node:
                last = _comment(node)
                parent.append(last)
            elif node.is_text_node:
                text = _held(node.text_content or "")
                if last is None:
                    parent.text = (parent.text or "") + text
                else:
                    last.tail = (last.tail or "") + text
            node = node.next


def _set_attributes(element: ElementNode, source: Any) -> None:
    for name, value in source.attributes.items():
        element.set(_name(name), _held(value or ""))


@lru_cache(maxsize=1024)
def _name(name: str) -> str:
    return _ODD.sub("_", name)


def _comment(source: Any) -> ElementNode:
    return etree.Comment(_held(source.comment_content or "").replace("--", "- -").rstrip("-"))


def _is_comment_source(source: Any) -> bool:
    return bool(source.is_comment_node)


def _held(text: str) -> str:
    """``text`` without what lxml cannot hold; a form feed is one of HTML's blanks."""
    return _UNHOLDABLE.sub("\ufffd", text).replace("\f", " ")


def every_node(root: ElementNode) -> Iterator[ElementNode]:
    """Every element and comment of the document with this root, in order."""
    yield from reversed(list(root.itersiblings(preceding=True)))
    yield from root.iter()
    yield from root.itersiblings()


def is_comment(node: ElementNode) -> bool:
    """Whether a node is a comment."""
    return node.tag is etree.Comment


def is_element(node: ElementNode) -> bool:
    """Whether a node is an element, and neither a comment nor a processing instruction."""
    return isinstance(node.tag, str)


def matching(root: ElementNode, selector: str) -> list[ElementNode]:
    """The elements that a CSS selector matches, in document order."""
    return list(compiled_selector(selector)(root))
