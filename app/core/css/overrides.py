"""Rules that stay in a ``<style>`` element and can no longer win, because a style attribute outranks them.

In the author's stylesheet a rule for phones beats the rule above it; once that one is inlined, only
``!important`` beats it. Every inliner has this effect, and a browser's preview of the source hides it.

Source: CSS Cascading and Inheritance Level 4, section 6.4 (a style attribute outranks any
selector).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from app.core.css.cascade import Matched, Rank
from app.core.css.data import longhands
from app.core.css.stylesheet import Declaration, StyleRule, Stylesheet
from app.core.html.tree import ElementNode, matching


@dataclass(frozen=True)
class Overridden:
    """A rule of sheet ``sheet`` whose ``properties`` never take effect, first on a ``<tag>``."""

    sheet: int
    rule: StyleRule
    properties: tuple[str, ...]
    tag: str


def overridden_rules(
    root: ElementNode, sheets: Sequence[Stylesheet], matched: Mapping[ElementNode, Sequence[Matched]]
) -> Iterator[Overridden]:
    """Rules that would win by the author's cascade and lose to what was inlined, in order.

    ``matched`` holds the inlined rules of each element of ``root``.
    """
    for number, sheet in enumerate(sheets):
        rules = [(rule, False) for rule in sheet.rules] + [(rule, True) for rule in sheet.conditional]
        for rule, conditional in sorted(rules, key=lambda item: item[0].span.start):
            found = _overridden(root, number, rule, matched, conditional=conditional)
            if found is not None:
                yield found


def _overridden(
    root: ElementNode,
    number: int,
    rule: StyleRule,
    matched: Mapping[ElementNode, Sequence[Matched]],
    *,
    conditional: bool,
) -> Overridden | None:
    declared = {item.name: item for item in rule.declarations if not item.important}
    losing: set[str] = set()
    told: set[tuple[int, ...]] = set()  # many elements have the same rules
    tag = ""
    for selector in rule.selectors if declared else ():
        if not selector.reach or (selector.inlinable and not conditional):
            continue
        rank = Rank(selector.specificity, (number, rule.span.start))
        for element in matching(root, selector.reach):
            rules = matched.get(element, ())
            alike = (id(selector), *map(id, rules))
            if alike in told:
                continue
            told.add(alike)
            losing |= {name for name, item in declared.items() if _loses(item, rule, rank, rules)}
            tag = tag or (str(element.tag) if losing else "")
    return (
        Overridden(number, rule, tuple(name for name in declared if name in losing), tag) if losing else None
    )


def _loses(item: Declaration, rule: StyleRule, rank: Rank, rules: Sequence[Matched]) -> bool:
    """Whether weaker declarations, now inlined, say otherwise of this property, and no stronger does."""
    competing = sorted(
        (
            ((other.important, matched.rank, place), other)
            for matched in rules
            for place, other in enumerate(matched.declarations)
            if overlap(other.name, item.name)
        ),
        key=itemgetter(0),
    )
    if not competing:
        return False
    important, strongest, _ = competing[-1][0]
    if important or strongest >= rank:
        return False  # the author's cascade has it win as well, or it is this very rule, by another selector
    said = [_said(other) for _, other in competing]
    own = [_said(each) for each in rule.declarations if not each.important and overlap(each.name, item.name)]
    # What the rule says of the property, parts of a shorthand included, may be what was inlined last.
    return said[-1] != _said(item) and said[-len(own) :] != own


def _said(item: Declaration) -> tuple[str, str]:
    """A declaration as it compares."""
    return item.name, _plain(item.value)


def _plain(value: str) -> str:
    """A value as it compares: in CSS, only addresses and quoted text tell upper case from lower."""
    text = " ".join(value.split())
    return text if "url(" in text.lower() or '"' in text or "'" in text else text.lower()


@lru_cache(maxsize=4096)
def overlap(first: str, second: str) -> bool:
    """Whether two properties have a longhand in common, as ``border-top`` and ``border-color`` do."""
    return first == second or not set(longhands(first)).isdisjoint(longhands(second))
