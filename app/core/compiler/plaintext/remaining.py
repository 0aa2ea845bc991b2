"""Rules that stay in a ``<style>`` although they apply to every screen, for what they say of words.

The compiler leaves them there for the sake of mail clients or of bytes: ``*``, ``[href^="tel"]``, all of a
``<style data-embed>``, rules within rules, those in a layer or in ``@media all``, ``:lang()``, ``:link``. A
browser follows them all the same, so a text part has to. Rules that look at neighbours are not followed where
data decide of these; no more are those for ``:checked``, which hardly a client knows. What nobody points at,
has visited or types into is not ``:hover``, ``:visited`` or ``:focus``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import cssselect
import tinycss2
from lxml import etree

from app.core.compiler.document import Document, StyleElement
from app.core.compiler.plaintext.conditions import holds_everywhere, is_for_every_screen
from app.core.compiler.plaintext.declarations import is_read
from app.core.compiler.static_selectors import static_among
from app.core.css.cascade import Matched, rank
from app.core.css.rules import StyleRule
from app.core.css.selectors import Selector, parse_selectors
from app.core.css.stylesheet import parse_stylesheet
from app.core.html.tree import ElementNode, matching

_ESCAPED_OR_IN_BRACKETS = re.compile(r"\\(?:[0-9a-fA-F]{1,6}\s?|.)|\[[^\]]*\]", re.DOTALL)
# What the document decides, and what is true of nothing in a mail that was just opened.
_KNOWN = re.compile(
    r":(?:(?:is|where|not|has|lang)(?=\()"
    r"|(?:root|scope|empty|link|any-link|enabled|disabled|visited|hover|active|target|focus(?:-within|-visible)?)"
    r"(?![\w-]))",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"(?:before|after)\b", re.IGNORECASE)
_OF_CONTENT = re.compile(r"(.*?)::?(before|after)", re.IGNORECASE | re.DOTALL)
_BEYOND_NAMES = re.compile(r"[:|]")  # pseudo-classes, namespaces


def remaining_rules(document: Document, root: ElementNode) -> dict[ElementNode, tuple[Matched, ...]]:
    """What such rules say of each element of ``root``, the parsed copy, that they match."""
    found: dict[ElementNode, list[Matched]] = {}
    for number, style in enumerate(document.styles):
        for rule, wholly in _standing(document, style):
            for selector in rule.selectors if any(is_read(item.name) for item in rule.declarations) else ():
                if (wholly or not selector.inlinable) and _is_of_the_page(
                    document, root, selector.exact, selector
                ):
                    item = Matched(rank(number, rule, selector), rule.declarations)
                    for element in _matched(root, selector.exact):
                        found.setdefault(element, []).append(item)
    return {element: tuple(rules) for element, rules in found.items()}


def rules_of_content(document: Document, root: ElementNode) -> dict[ElementNode, dict[str, list[Matched]]]:
    """The rules for the ``before`` and the ``after`` of each element of ``root`` that has any."""
    found: dict[ElementNode, dict[str, list[Matched]]] = {}
    for number, style in enumerate(document.styles):
        if not _CONTENT.search(document.veil.text, style.raw.start, style.raw.end):
            continue
        for rule, _ in _standing(document, style):
            for selector in rule.selectors:
                match = _OF_CONTENT.fullmatch(selector.text)
                exact = (match[1] or "*") if match else ""
                if match and selector.alone is None and _is_of_the_page(document, root, exact, selector):
                    item = Matched(rank(number, rule, selector), rule.declarations)
                    for element in _matched(root, exact):
                        found.setdefault(element, {}).setdefault(match[2], []).append(item)
    return found


def _standing(document: Document, style: StyleElement) -> Iterator[tuple[StyleRule, bool]]:
    """The rules of a stylesheet that hold everywhere, and of each whether nothing of it is inlined."""
    sheet = style.sheet
    if style.whole:
        if not is_for_every_screen(document.value(style.raw.tag, "media") or ""):
            return
        sheet = parse_stylesheet(document.veil.text[style.raw.start : style.raw.end])
    yield from ((rule, style.whole) for rule in sheet.rules)
    yield from ((rule, True) for rule in sheet.conditional if _is_for_all(rule))


def _is_for_all(rule: StyleRule) -> bool:
    """Whether the at-rules around a rule, if any, hold for every screen."""
    return not rule.scoped and all(map(holds_everywhere, rule.conditions))


def _is_of_the_page(document: Document, root: ElementNode, exact: str, selector: Selector) -> bool:
    """Whether ``exact``, by which a selector is looked for, matches the same whatever data and client."""
    if not exact or selector.for_clients:
        return False
    plain = _KNOWN.sub("", _ESCAPED_OR_IN_BRACKETS.sub("", exact))
    if not selector.counts and not _BEYOND_NAMES.search(plain):
        return True
    counting = _parsed(exact)
    return counting is not None and counting.may_be_static and bool(static_among(document, root, [counting]))


def _parsed(exact: str) -> Selector | None:
    try:
        (selector,) = parse_selectors(tinycss2.parse_component_value_list(exact))
    except (cssselect.SelectorError, ValueError):
        return None
    return selector


def _matched(root: ElementNode, selector: str) -> list[ElementNode]:
    try:
        return matching(root, selector)
    except (cssselect.SelectorError, etree.XPathError):
        return []  # newer than cssselect, or with a namespace; a browser may know it
