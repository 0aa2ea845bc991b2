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
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from premailer import Premailer

from app.core.compiler.borne import MARK
from app.core.css.cascade import Matched, Rank, family, merged
from app.core.css.selectors import Selector
from app.core.css.stylesheet import Declaration, Span, StyleRule, Stylesheet, parse_stylesheet
from app.core.html.markup import Markup
from app.core.html.tree import Node, is_element, parse_document, remove

_NUMBER = re.compile(r"rule-(\d+)")
_IGNORE = "data-premailer"
_FRAME = frozenset({"html", "head", "body"})
_OF_HEAD = frozenset({"style", "title", "meta", "link", "base", "script"})
_TURN = threading.Lock()  # cssutils, which premailer reads selectors with, is not made for threads
_WRITTEN = "data-bbws-written"
_BASIC_ATTRIBUTES = ["align", "valign", "bgcolor", "width", "height"]

_EVERYWHERE = frozenset({"", "all", "screen"})


def kept_whole(attributes: Mapping[str, str | None]) -> bool:
    """Whether a ``<style>`` with these attributes is left alone.

    So it is for a medium other than the screen, and where ``data-premailer="ignore"`` or ``data-embed`` asks
    for it, the attributes that premailer and juice agree on.
    """
    media = (attributes.get("media") or "").strip().lower()
    return media not in _EVERYWHERE or _IGNORE in attributes or "data-embed" in attributes


class RuleBook:
    """Every rule of a document's stylesheets, ranked across all of them."""

    def __init__(self, sheets: Sequence[Stylesheet]) -> None:
        self.rules: tuple[StyleRule, ...] = tuple(rule for sheet in sheets for rule in sheet.rules)
        self.staying = tuple(_staying_rules(sheets))
        self._entries = [
            (selector.text, Matched(rank, declarations, self._lasting(rule, rank)))
            for number, sheet in enumerate(sheets)
            for rule in sheet.rules
            for declarations in [tuple(replace(item, sheet=number) for item in rule.declarations)]
            for selector in rule.inlinable
            for rank in [_rank(number, rule, selector)]
        ]

    def _lasting(self, rule: StyleRule, rank: Rank) -> frozenset[str]:
        """The important properties of a rule that a weaker rule which stays also declares."""
        if not any(item.important for item in rule.declarations):
            return frozenset()
        weaker = {
            family(item.name)
            for other, _, declarations in self.staying
            for item in declarations
            if item.important and other < rank
        }
        return frozenset(
            item.name for item in rule.declarations if item.important and family(item.name) in weaker
        )

    def match(self, root: Node) -> dict[Node, tuple[Matched, ...]]:
        """The rules for each element that has any. Style attributes in ``root`` must have been taken off."""
        if not self._entries:
            return {}
        css = "".join(f"{text}{{rule-{number}:1}}" for number, (text, _) in enumerate(self._entries))
        with _TURN:
            self._match_by_premailer(root, css)
        found = {}
        for element in filter(is_element, root.iter()):
            style = element.attrib.pop("style", None)
            if style:
                found[element] = tuple(self._entries[int(number)][1] for number in _NUMBER.findall(style))
        return found

    @staticmethod
    def _match_by_premailer(root: Node, css: str) -> None:
        """Leave the numbers of matching rules in style attributes of ``root``."""
        # premailer must not touch <style> elements; it takes the attribute off those without a medium.
        spared = {style: style.get(_IGNORE) for style in root.iter("style")}
        for style in spared:
            style.set(_IGNORE, "ignore")
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
        for style, own in spared.items():
            style.attrib.pop(_IGNORE, None)
            if own is not None:
                style.set(_IGNORE, own)


def _rank(number: int, rule: StyleRule, selector: Selector) -> Rank:
    return Rank(selector.specificity, (number, rule.span.start))


def _staying_rules(
    sheets: Sequence[Stylesheet],
) -> Iterator[tuple[Rank, Selector, tuple[Declaration, ...]]]:
    """The selectors that are not inlined, with their rank and declarations."""
    for number, sheet in enumerate(sheets):
        for rule in sheet.rules:
            for selector in rule.selectors:
                if not selector.inlinable:
                    yield _rank(number, rule, selector), selector, rule.declarations
        for rule in sheet.conditional:
            for selector in rule.selectors:
                yield _rank(number, rule, selector), selector, rule.declarations


def staying(sheet: Stylesheet, *, everything: bool = False) -> list[Span]:
    """What has to remain of a stylesheet, in order; ``everything`` adds the rules that are inlined."""
    rules = [rule.span for rule in sheet.rules if everything or rule.must_stay]
    return sorted([*sheet.at_rules, *rules], key=lambda span: span.start)


@dataclass(frozen=True)
class Inlined:
    """A finished document, parsed and its styles inlined; ``root`` is None when it holds no element.

    ``passed_over`` are the values of ``MARK`` in elements that data brought along and that rules match.
    """

    root: Node | None
    passed_over: frozenset[str] = frozenset()


def inline_tree(html: str, *, everything: bool = False) -> Inlined:
    """The finished document ``html`` with its styles inlined, but into elements that carry a ``MARK``.

    ``everything`` leaves the rules that were inlined in their ``<style>`` element as well.

    Raises:
        UnclosedMarkupError: ``html`` ends within a tag, a comment or a style element.
    """
    # A parser makes up <html>, <head> and <body>, or finds that it has had one; such a tag takes no style.
    root = parse_document(_marked(html))
    if root is None:
        return Inlined(None)
    borne = {
        element: element.attrib.pop(MARK)
        for element in filter(is_element, root.iter())
        if MARK in element.attrib
    }
    written = {
        element
        for element in root.iter()
        if element.tag not in _FRAME or element.attrib.pop(_WRITTEN, None) is not None
    }
    authored = {
        element: element.attrib.pop("style")
        for element in filter(is_element, root.iter())
        if "style" in element.attrib
    }
    sheets = []
    emptied = []
    for element in root.iter("style"):
        if element in borne:
            continue
        css = element.text or ""
        sheet = parse_stylesheet(css)
        if kept_whole(dict(element.items())):
            sheets.append(sheet.kept_whole())
            continue
        sheets.append(sheet)
        element.text = "\n".join(css[span.start : span.end] for span in staying(sheet, everything=everything))
        emptied += [] if element.text else [element]
    matching = RuleBook(sheets).match(root)
    matched = {
        element: rules for element, rules in matching.items() if element in written and element not in borne
    }
    for element in {**authored, **matched}:
        element.set("style", merged(matched.get(element, ()), authored.get(element, "")))
    for element in emptied:
        remove(element)
    for head in root.findall("head"):
        if head not in written and not len(head):
            remove(head)  # it was made up for a stylesheet alone
    return Inlined(root, frozenset(borne[element] for element in matching if element in borne))


def framed(html: str) -> str:
    """``html``, with a ``<body>`` before the first element that is no head's, when it names no frame itself.

    A parser would else put an element that it does not know into the head, if a style element comes before
    it; compiling may have taken that away. For the same reason comments before the first element are left
    out: a parser puts them into the head or before it. Lines stay where they are.

    Raises:
        UnclosedMarkupError: as ``inline_tree``.
    """
    return _framed(html, Markup(html))


def _framed(html: str, markup: Markup) -> str:
    tags = markup.start_tags
    first = next((tag for tag in tags if tag.name not in _OF_HEAD), None)
    if first is None or not _FRAME.isdisjoint(tag.name for tag in tags):
        return html
    pieces = []
    here = 0
    for comment in markup.comments:
        if comment.end <= first.start and not comment.declaration:
            pieces += [html[here : comment.start], "\n" * html.count("\n", comment.start, comment.end)]
            here = comment.end
    return "".join([*pieces, html[here : first.start], "<body>", html[first.start :]])


def _marked(html: str) -> str:
    """``html``, ``framed``, with a mark in the tags of its own frame, to tell them from made-up ones."""
    pieces = []
    here = 0
    markup = Markup(html)
    for tag in markup.start_tags:
        if tag.name in _FRAME:
            pieces += [html[here : tag.name_end], f' {_WRITTEN}=""']
            here = tag.name_end
    return "".join([*pieces, html[here:]]) if pieces else _framed(html, markup)
