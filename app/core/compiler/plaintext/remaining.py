"""Rules that stay in a ``<style>`` although they apply to every screen, for what they say of words.

The compiler leaves them there for the sake of mail clients or of bytes: ``*``, ``[href^="tel"]``, all of a
``<style data-embed>``, rules within rules, and those in a layer or in ``@media all``. A browser follows them
all the same, so a text part has to. Rules that count their
neighbours are not followed, nor those for what only a client can know (``:hover``): data or clients decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import cssselect
from lxml import etree

from app.core.compiler.document import Document, StyleElement
from app.core.compiler.plaintext.declarations import is_read
from app.core.css.cascade import Matched, rank
from app.core.css.selectors import Selector
from app.core.css.stylesheet import StyleRule, parse_stylesheet
from app.core.html.tree import ElementNode, matching

_EVERYWHERE = frozenset({"", "all", "screen"})
_ESCAPED_OR_IN_BRACKETS = re.compile(r"\\(?:[0-9a-fA-F]{1,6}\s?|.)|\[[^\]]*\]", re.DOTALL)
_OF_ANY_SCREEN = re.compile(r"@layer\b.*|@media\s+(?:only\s+)?(?:all|screen)", re.IGNORECASE | re.DOTALL)
_OF_DOCUMENT = re.compile(r":(?:is|where|not|has)\(")
_BEYOND_NAMES = re.compile(r"[:|]")  # pseudo-classes, namespaces


def remaining_rules(document: Document, root: ElementNode) -> dict[ElementNode, tuple[Matched, ...]]:
    """What such rules say of each element of ``root``, the parsed copy, that they match."""
    found: dict[ElementNode, list[Matched]] = {}
    for number, style in enumerate(document.styles):
        for rule, selector in _remaining(document, style):
            item = Matched(rank(number, rule, selector), rule.declarations)
            for element in _matched(root, selector.exact):
                found.setdefault(element, []).append(item)
    return {element: tuple(rules) for element, rules in found.items()}


def _remaining(document: Document, style: StyleElement) -> Iterator[tuple[StyleRule, Selector]]:
    sheet = style.sheet
    if style.whole:
        media = document.value(style.raw.tag, "media") or ""
        if media.strip().lower() not in _EVERYWHERE:
            return
        sheet = parse_stylesheet(document.veil.text[style.raw.start : style.raw.end])
    rules = [(rule, style.whole) for rule in sheet.rules]
    rules += [(rule, True) for rule in sheet.conditional if _is_for_all(rule)]
    for rule, wholly in rules:
        if any(is_read(item.name) for item in rule.declarations):
            for selector in rule.selectors:
                if (wholly or not selector.inlinable) and _is_of_the_page(selector):
                    yield rule, selector


def _is_for_all(rule: StyleRule) -> bool:
    """Whether the at-rules around a rule, if any, hold for every screen."""
    return not rule.scoped and all(map(_OF_ANY_SCREEN.fullmatch, rule.conditions))


def _is_of_the_page(selector: Selector) -> bool:
    odd = _BEYOND_NAMES.search(_OF_DOCUMENT.sub("(", _ESCAPED_OR_IN_BRACKETS.sub("", selector.exact)))
    return bool(selector.exact) and not (odd or selector.counts or selector.for_clients)


def _matched(root: ElementNode, selector: str) -> list[ElementNode]:
    try:
        return matching(root, selector)
    except (cssselect.SelectorError, etree.XPathError):
        return []  # newer than cssselect, or with a namespace; a browser may know it
