"""CSS inlining by premailer: which rules match which element of a parsed document.

premailer is asked for exactly what it is good at, matching. What it would get wrong is done elsewhere: its
count of specificity knows neither attribute selectors nor ``a>b``, it merges ``margin`` and ``margin-top``
in the wrong order, it parses and rewrites values, and it drops ``@font-face`` (premailer 3.10). So each
selector is handed over with one made-up declaration that carries its number; the numbers that come back are
put in order by ``cascade``, and the values are the author's own text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from lxml import etree
from premailer import Premailer

from app.core.cascade import Matched, Rank, merged
from app.core.stylesheet import Span, StyleRule, Stylesheet, parse_stylesheet
from app.core.tree import Node, is_element, parse_document, remove

_NUMBER = re.compile(r"rule-(\d+)")
_BASIC_ATTRIBUTES = ["align", "valign", "bgcolor", "width", "height"]

KEEP_WHOLE = ("data-premailer", "data-embed", "media")
"""Attributes of a ``<style>`` whose content is left alone: two that inliners agree on, and a medium."""


class RuleBook:
    """Every rule of a document's stylesheets that can be inlined, numbered across all of them."""

    def __init__(self, sheets: Sequence[Stylesheet]) -> None:
        self.rules: tuple[StyleRule, ...] = tuple(rule for sheet in sheets for rule in sheet.rules)
        self._entries = [
            (selector.text, Matched(Rank(selector.specificity, order), rule.declarations))
            for order, rule in enumerate(self.rules)
            for selector in rule.inlinable
        ]

    def match(self, root: Node) -> dict[Node, tuple[Matched, ...]]:
        """The rules for each element that has any. Style attributes in ``root`` must have been taken off."""
        if not self._entries:
            return {}
        css = "".join(f"{text}{{rule-{number}:1}}" for number, (text, _) in enumerate(self._entries))
        for style in root.iter("style"):
            style.set("data-premailer", "ignore")  # premailer takes it off again
        Premailer(
            root,
            css_text=[css],
            allow_network=False,
            cache_css_parsing=True,
            disable_validation=True,
            disable_leftover_css=True,
            disable_link_rewrites=True,
            disable_basic_attributes=_BASIC_ATTRIBUTES,
            align_floating_images=False,
            include_star_selectors=True,
            remove_unset_properties=False,
            cssutils_logging_level=logging.CRITICAL,
        ).transform()
        found = {}
        for element in filter(is_element, root.iter()):
            style = element.attrib.pop("style", None)
            if style:
                found[element] = tuple(self._entries[int(number)][1] for number in _NUMBER.findall(style))
        return found


def staying(sheet: Stylesheet, *, everything: bool = False) -> list[Span]:
    """What has to remain of a stylesheet, in order; ``everything`` adds the rules that are inlined."""
    rules = [rule.span for rule in sheet.rules if everything or rule.must_stay]
    return sorted([*sheet.at_rules, *rules], key=lambda span: span.start)


def inline_tree(html: str, *, everything: bool = False) -> Node | None:
    """The finished document ``html`` parsed, its styles inlined; None when it holds no element.

    ``everything`` leaves the rules that were inlined in their ``<style>`` element as well.
    """
    root = parse_document(html)
    if root is None:
        return None
    styles = [
        element for element in root.iter("style") if not any(name in element.attrib for name in KEEP_WHOLE)
    ]
    sheets = [parse_stylesheet(element.text or "") for element in styles]
    authored = {
        element: element.attrib.pop("style")
        for element in filter(is_element, root.iter())
        if "style" in element.attrib
    }
    for element, sheet in zip(styles, sheets, strict=True):
        css = element.text or ""
        element.text = "\n".join(css[span.start : span.end] for span in staying(sheet, everything=everything))
    matched = RuleBook(sheets).match(root)
    for element in {**authored, **matched}:
        element.set("style", merged(matched.get(element, ()), authored.get(element, "")))
    for element in styles:
        if not element.text:
            remove(element)
    return root


def inline_css(html: str) -> str:
    """A finished document with its CSS inlined; nothing is fetched, links stay as they are."""
    root = inline_tree(html)
    if root is None:
        return html
    return str(etree.tostring(root.getroottree(), encoding="unicode", method="html"))
