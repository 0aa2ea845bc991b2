"""Rules that stay in a ``<style>`` element and can no longer win, because a style attribute outranks them.

In the author's stylesheet a rule for phones beats the rule above it; once that one is inlined, only
``!important`` beats it. Every inliner has this effect, and a browser's preview of the source hides it.

Source: CSS Cascading and Inheritance Level 4, section 6.4 (a style attribute outranks any
selector).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from app.core.css.cascade import Matched, Rank, rank
from app.core.css.data import longhands, overlap
from app.core.css.stylesheet import Declaration, StyleRule, Stylesheet
from app.core.css.values import is_understood
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
        own = rank(number, rule, selector)
        for element in matching(root, selector.reach):
            rules = matched.get(element, ())
            alike = (id(selector), *map(id, rules))
            if alike in told:
                continue
            told.add(alike)
            losing |= {name for name, item in declared.items() if _loses(item, rule, own, rules)}
            tag = tag or (str(element.tag) if losing else "")
    return (
        Overridden(number, rule, tuple(name for name in declared if name in losing), tag) if losing else None
    )


def _loses(item: Declaration, rule: StyleRule, rank: Rank, rules: Sequence[Matched]) -> bool:
    """Whether weaker ones, now inlined, say otherwise of a part of this property, and no stronger does."""
    competing = sorted(
        (
            ((other.important, matched.rank, place), other)
            for matched in rules
            for place, other in enumerate(matched.declarations)
            if overlap(other.name, item.name)
            and (not other.important or is_understood(other.name, other.value))
        ),
        key=itemgetter(0),
    )
    if not competing:
        return False
    parts = set(longhands(item.name)) & _parts(other for _, other in competing)
    return any(_loses_part(part, item, rule, rank, competing) for part in parts)


_Key: TypeAlias = tuple[bool, Rank, int]


def _loses_part(
    part: str, item: Declaration, rule: StyleRule, rank: Rank, competing: Sequence[tuple[_Key, Declaration]]
) -> bool:
    about = [each for each in competing if part in longhands(each[1].name)]
    important, strongest, _ = about[-1][0]
    if important or strongest >= rank:
        return False  # the author's cascade has it win as well, or it is this very rule, by another selector
    said = [_said(other) for _, other in about]
    own = [_said(each) for each in rule.declarations if not each.important and part in longhands(each.name)]
    # What the rule says of the property, parts of a shorthand included, may be what was inlined last.
    return said[-1] != _said(item) and said[-len(own) :] != own


def _parts(declarations: Iterable[Declaration]) -> set[str]:
    return {part for each in declarations for part in longhands(each.name)}


def _said(item: Declaration) -> tuple[str, str]:
    """A declaration as it compares."""
    return item.name, _plain(item.value)


def _plain(value: str) -> str:
    """A value as it compares: in CSS, only addresses and quoted text tell upper case from lower."""
    text = " ".join(value.split())
    return text if "url(" in text.lower() or '"' in text or "'" in text else text.lower()
