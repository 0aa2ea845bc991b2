"""CSS inlining by premailer: which rules match which element of a parsed document.

premailer is asked for exactly what it is good at, matching selectors of names, classes and ids. What it would
get wrong is done elsewhere: its count of specificity knows neither attribute selectors nor ``a>b``, it merges
``margin`` and ``margin-top`` in the wrong order, it parses and rewrites values, it takes ``:not(…)`` for a
pseudo-class of clients, and it drops ``@font-face`` (premailer 3.10). So each selector is handed over with
one made-up declaration that carries its number; the numbers that come back are put in order by ``cascade``,
and the values are the author's own text. Attributes and neighbours are left to cssselect, which premailer
matches with as well.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from app.core.compiler.premailing import RememberingPremailer
from app.core.css.cascade import Matched, Rank, rank
from app.core.css.compounds import class_names, may_lead_through, may_match, without_escapes
from app.core.css.data import family, longhands
from app.core.css.rules import Declaration, Span, StyleRule, Stylesheet
from app.core.css.selectors import Selector
from app.core.html.blanks import BLANKS
from app.core.html.tree import ElementNode, is_element, matching

_NUMBER = re.compile(r"rule-(\d+)")
_PLAIN = re.compile(r"[\w >.#-]+")  # a selector that premailer reads as it is meant
_IGNORE = "data-premailer"
_DESCENDANT = re.compile(r"[^\s>+~]\s+(?![\s>+~])")
_COUNTING = re.compile(r":(?:nth|first|last|only)-")
_NAMED = re.compile(r"[.#\[:]")
_STEPS_A_NAME = 6  # what a name costs in comparison with an element that is led past, as measured
_CHARACTERS_A_STEP = 16
_TURN = threading.Lock()  # cssutils, which premailer reads selectors with, is not made for threads
_RULES_A_SHEET = 100  # cssutils goes through a whole stylesheet for each of its rules
_MOST_BY_PREMAILER = 300  # for each of which it takes a millisecond or more
_BASIC_ATTRIBUTES = ["align", "valign", "bgcolor", "width", "height"]

_EVERYWHERE = frozenset({"", "all", "screen"})


def kept_whole(attributes: Mapping[str, str | None]) -> bool:
    """Whether no rule of a ``<style>`` with these attributes is inlined.

    So it is for a medium other than the screen, and where it is ``left_alone``.
    """
    media = (attributes.get("media") or "").strip(BLANKS).lower()
    return media not in _EVERYWHERE or left_alone(attributes)


def left_alone(attributes: Mapping[str, str | None]) -> bool:
    """Whether the author asks for that, by ``data-premailer="ignore"`` or ``data-embed``."""
    return _IGNORE in attributes or "data-embed" in attributes


class RuleBook:
    """Every rule of a document's stylesheets, ranked across all of them."""

    def __init__(self, sheets: Sequence[Stylesheet], staying: Sequence[Stylesheet] | None = None) -> None:
        """``staying`` are the same stylesheets where they tell otherwise which rules stay."""
        self.rules: tuple[StyleRule, ...] = tuple(rule for sheet in sheets for rule in sheet.rules)
        every = (rule for sheet in sheets for rule in (*sheet.rules, *sheet.conditional))
        self._all = any(item.important and item.name == "all" for rule in every for item in rule.declarations)
        preserved = _preserved_rules(staying or sheets)
        self._marked = [(own.marked, self._families(rule)) for own, rule in preserved if _has_marks(rule)]
        self._torn = frozenset(self._torn_families(sheets))
        self._entries = [
            (selector.text, Matched(own, declarations, self._lasting(rule, own)))
            for number, sheet in enumerate(sheets)
            for rule in sheet.rules
            for declarations in [_of_sheet(number, rule.declarations)]
            for selector in rule.inlinable
            for own in [rank(number, rule, selector)]
        ]

    def with_static(self, sheets: Sequence[Stylesheet], selectors: Set[Selector]) -> RuleBook:
        """The book of its ``sheets`` in which these selectors can be applied, though their rules stay."""
        if not selectors:
            return self
        return RuleBook([sheet.with_static(selectors) for sheet in sheets], sheets)

    def _families(self, rule: StyleRule | Matched) -> frozenset[str]:
        """What the marked declarations of a rule are about."""
        return frozenset(self._family(item.name) for item in rule.declarations if item.important)

    def _family(self, name: str) -> str:
        return "" if self._all else family(name)

    def _lasting(self, rule: StyleRule, own: Rank) -> frozenset[str]:
        """The important properties of a rule that a weaker rule which stays also declares."""
        if not _has_marks(rule):
            return frozenset()
        weaker = frozenset[str]().union(*(families for other, families in self._marked if other < own.marked))
        return frozenset(
            item.name
            for item in rule.declarations
            if item.important and self._family(item.name) in weaker - self._torn
        )

    def _torn_families(self, sheets: Sequence[Stylesheet]) -> Iterator[str]:
        """What an inlined declaration, marked, would have to win against one kept rule and lose to another.

        No style attribute can say that.
        """
        others: dict[str, list[Rank]] = {}
        for other, families in self._marked:
            for kind in families:
                others.setdefault(kind, []).append(other)
        for number, sheet in enumerate(sheets):
            for rule in sheet.rules:
                for kind in others.keys() & self._families(rule):
                    for selector in rule.inlinable:
                        own = rank(number, rule, selector).marked
                        if min(others[kind]) < own < max(others[kind]):
                            yield kind

    @property
    def also_preserved(self) -> frozenset[tuple[int, int]]:
        """The rules, by ``Rank.order``, that are inlined and yet have to stay for what they mark."""
        return frozenset(
            rule.rank.order for _, rule in self._entries if not self._torn.isdisjoint(self._families(rule))
        )

    def with_rivals(self, kept: Set[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        """``kept`` rules, by ``Rank.order``, and those that their marks would beat if these were inlined."""
        rules = [(rule.rank, families) for _, rule in self._entries if (families := self._families(rule))]
        found = set(kept)
        added = True
        while added:
            weakest: dict[str, Rank] = {}
            for own, families in rules:
                for kind in families if own.order in found else ():
                    weakest[kind] = min(own, weakest.get(kind, own))
            more = {
                own.order
                for own, families in rules
                if any(kind in weakest and weakest[kind] < own for kind in families)
            }
            added = not more <= found
            found |= more
        return frozenset(found)

    def asked(self, root: ElementNode) -> list[int]:
        """The numbers of the selectors that may match something, by the names in the document."""
        said = names_in(root)
        return [number for number, (text, _) in enumerate(self._entries) if may_match(text, *said)]

    def match(self, root: ElementNode) -> dict[ElementNode, tuple[Matched, ...]]:
        """The rules for each element that has any. Style attributes in ``root`` must have been taken off."""
        if not self._entries:
            return {}
        asked = self.asked(root)
        plain = [number for number in asked if _PLAIN.fullmatch(self._entries[number][0])]
        if len(plain) > _MOST_BY_PREMAILER:
            plain = []
        rules = [f"{self._entries[number][0]}{{rule-{number}:1}}" for number in plain]
        sheets = ["".join(rules[at : at + _RULES_A_SHEET]) for at in range(0, len(rules), _RULES_A_SHEET)]
        found: dict[ElementNode, list[Matched]] = {}
        if sheets:
            with _TURN:
                self._match_by_premailer(root, sheets)
            for element in filter(is_element, root.iter()):
                style = element.attrib.pop("style", None)
                if style:
                    found[element] = [self._entries[int(number)][1] for number in _NUMBER.findall(style)]
        for number in sorted({*asked}.difference(plain)):
            text, rule = self._entries[number]
            for element in matching(root, text):
                found.setdefault(element, []).append(rule)
        return {element: tuple(rules) for element, rules in found.items()}

    def match_inside(
        self, root: ElementNode, elements: Mapping[ElementNode, int]
    ) -> dict[int, tuple[Matched, ...]]:
        """The rules for some elements of ``root``, by the numbers given to these."""
        names = {str(element.tag) for element in elements}
        words = {word for element in elements for word in class_names(element.get("class") or "")}
        words |= {str(element.get("id")) for element in elements}
        found: dict[int, tuple[Matched, ...]] = {}
        for text, rule in self._entries:
            for element in matching(root, text) if may_match(text, names, words) else ():
                if element in elements:
                    number = elements[element]
                    found[number] = (*found.get(number, ()), rule)
        return found

    def may_lead_through(self, names: Set[str], words: Set[str]) -> bool:
        """Whether some rule asks for such an element beside or around the one that it is for."""
        return any(may_lead_through(text, names, words) for text, _ in self._entries)

    def may_match(self, names: Set[str], words: Set[str]) -> bool:
        """Whether some rule may match an element of such a name with classes and ids among ``words``."""
        return any(may_match(text, names, words) for text, _ in self._entries)

    @staticmethod
    def _match_by_premailer(root: ElementNode, sheets: list[str]) -> None:
        """Leave the numbers of matching rules in style attributes of ``root``."""
        # premailer must not touch <style> elements; it takes the attribute off those without a medium.
        spared = {style: style.get(_IGNORE) for style in root.iter("style")}
        for style in spared:
            style.set(_IGNORE, "ignore")
        RememberingPremailer(
            root,
            css_text=sheets,
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


def _of_sheet(number: int, declarations: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    """The declarations of a rule in the stylesheet of this number."""
    if not number:  # as they are read
        return declarations
    return tuple(replace(item, sheet=number) for item in declarations)


def names_in(root: ElementNode) -> tuple[frozenset[str], frozenset[str]]:
    """The names of all elements, and their classes and ids."""
    names, words = set[str](), set[str]()
    for element in filter(is_element, root.iter()):
        names.add(str(element.tag).lower())
        words.update(class_names(element.get("class") or ""))
        words.add(element.get("id") or "")
    return frozenset(names), frozenset(words)


@dataclass(frozen=True)
class Matching:
    """What it takes to find what every selector matches, inlined or not.

    Each of ``selectors`` is tried on each of ``elements``; ``steps`` are the elements that this leads past.
    """

    elements: int
    selectors: int
    steps: int


def matching_effort(sheets: Sequence[Stylesheet], root: ElementNode) -> Matching:
    """The effort of matching the selectors of some stylesheets that may match something in a document."""
    said = names_in(root)
    tried = [
        without_escapes(text)
        for sheet in sheets
        for rule in (*sheet.rules, *sheet.conditional)
        for selector in rule.selectors
        for text in [selector.text if selector.may_be_static else selector.reach]
        if text and may_match(text, *said)
    ]
    elements = list(filter(is_element, root.iter()))
    depths = {root: 0}
    for element in elements[1:]:
        depths[element] = depths[element.getparent()] + 1
    above = sum(depths.values())
    beside = sum(len(element) ** 2 for element in elements) // 2
    words = sum(len(element.get("class") or "") for element in elements) // _CHARACTERS_A_STEP
    steps = sum(
        len(_DESCENDANT.findall(text)) * above
        + (text.count("~") + len(_COUNTING.findall(text))) * beside
        + len(_NAMED.findall(text)) * len(elements) * _STEPS_A_NAME
        + words
        for text in tried
    )
    return Matching(len(elements), len(tried), steps)


def extent(matched: Mapping[ElementNode, Sequence[Matched]]) -> tuple[int, int]:
    """How often rules apply to an element, and how many longhands they set there."""
    sizes: dict[int, int] = {}
    settings = 0
    for rules in matched.values():
        for rule in rules:
            if id(rule) not in sizes:
                sizes[id(rule)] = sum(len(longhands(item.name)) for item in rule.declarations)
            settings += sizes[id(rule)]
    return sum(map(len, matched.values())), settings


def _preserved_rules(sheets: Sequence[Stylesheet]) -> Iterator[tuple[Rank, StyleRule]]:
    """The rules that stay whatever is inlined, once for each selector, with its rank."""
    for number, sheet in enumerate(sheets):
        for rule in (*(rule for rule in sheet.rules if rule.must_stay), *sheet.conditional):
            for selector in rule.selectors:
                yield rank(number, rule, selector), rule


def _has_marks(rule: StyleRule) -> bool:
    return any(item.important for item in rule.declarations)


def preserved_spans(sheet: Stylesheet, *, everything: bool = False, also: Collection[int] = ()) -> list[Span]:
    """What has to remain of a stylesheet, in order.

    ``everything`` adds the rules that are inlined, ``also`` those that begin at one of these offsets. An
    ``@import`` behind a rule loads nothing, and would where that rule is gone: so it goes too.
    """
    rules: list[Span] = []
    shut = sys.maxsize
    for rule in sheet.rules:
        if everything or rule.must_stay or rule.span.start in also:
            rules += [] if rule.part else [rule.span]
        else:
            shut = min(shut, rule.span.start)
    at_rules = [span for span in sheet.at_rules if span.start < shut or span.start not in sheet.imports]
    return sorted([*at_rules, *rules], key=lambda span: span.start)
