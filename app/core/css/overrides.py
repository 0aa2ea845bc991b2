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
from app.core.css.rules import Declaration, StyleRule, Stylesheet
from app.core.css.values import is_understood, is_valid
from app.core.html.blanks import words_between
from app.core.html.tree import ElementNode, matching
from app.core.html.veil import is_veiled


@dataclass(frozen=True)
class Overridden:
    """A rule of sheet ``sheet`` whose ``properties`` never take effect, first on a ``<tag>``."""

    sheet: int
    rule: StyleRule
    properties: tuple[str, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class _LonghandState:
    """What inlined rules say of one longhand: how strong the last of them is, and all that they say."""

    important: bool
    strongest: Rank
    said: tuple[tuple[str, str], ...]


class _InlinedStyles:
    """What was inlined into each element, looked at once for all elements with the same rules."""

    def __init__(self, matched: Mapping[ElementNode, Sequence[Matched]]) -> None:
        numbers: dict[tuple[int, ...], int] = {}
        self._kinds = {
            element: numbers.setdefault(tuple(map(id, rules)), len(numbers))
            for element, rules in matched.items()
        }
        self._rules = dict(zip(self._kinds.values(), matched.values(), strict=True))
        self._parts: dict[tuple[int, str], tuple[Mapping[str, _LonghandState], ...]] = {}

    def kind(self, element: ElementNode) -> int:
        """A number that elements with the same rules have in common; less than 0 of those with none."""
        return self._kinds.get(element, -1)

    def parts(self, kind: int, name: str) -> tuple[Mapping[str, _LonghandState], ...]:
        """What the rules of a kind say of the longhands of a property, for each way to read them.

        One without its unit is a value in quirks mode and none elsewhere, and some clients take more.
        """
        key = kind, name
        if key not in self._parts:
            every = _competing(name, self._rules.get(kind, ()))
            valid = [each for each in every if _is_valid(each[1])]
            readings = [valid] if len(valid) == len(every) else [valid, every]
            self._parts[key] = tuple(dict(_parts(name, reading)) for reading in readings)
        return self._parts[key]


_Competitor: TypeAlias = tuple[tuple[bool, Rank, int], Declaration]


def _competing(name: str, rules: Sequence[Matched]) -> list[_Competitor]:
    """The declarations that may say something of a property, in their order, each with its place in it."""
    found = (
        ((other.important, matched.rank, place), other)
        for matched in rules
        for place, other in enumerate(matched.declarations)
        if overlap(other.name, name) and _may_win(other)
    )
    return sorted(found, key=itemgetter(0))


def _parts(name: str, competing: Iterable[_Competitor]) -> Iterator[tuple[str, _LonghandState]]:
    wanted = set(longhands(name))
    about: dict[str, list[_Competitor]] = {}
    for each in competing:
        for part in wanted.intersection(longhands(each[1].name)):
            about.setdefault(part, []).append(each)
    for part, found in about.items():
        important, strongest, _ = found[-1][0]
        yield part, _LonghandState(important, strongest, tuple(_said(other) for _, other in found))


def _may_win(item: Declaration) -> bool:
    """Whether some client may take a value; of a marked one, whether all do."""
    return is_understood(item.name, item.value) if item.important else "!" not in item.value


def _is_valid(item: Declaration) -> bool:
    return item.important or is_veiled(item.value) or is_valid(item.name, item.value) is not False


def overridden_rules(
    root: ElementNode, sheets: Sequence[Stylesheet], matched: Mapping[ElementNode, Sequence[Matched]]
) -> Iterator[Overridden]:
    """Rules that would win by the author's cascade and lose to what was inlined, in order.

    ``matched`` holds the inlined rules of each element of ``root``.
    """
    inlined = _InlinedStyles(matched)
    for number, sheet in enumerate(sheets):
        rules = [(rule, False) for rule in sheet.rules] + [(rule, True) for rule in sheet.conditional]
        for rule, conditional in sorted(rules, key=lambda item: item[0].span.start):
            found = _overridden(root, number, rule, inlined, conditional=conditional)
            if found is not None:
                yield found


def _overridden(
    root: ElementNode, number: int, rule: StyleRule, inlined: _InlinedStyles, *, conditional: bool
) -> Overridden | None:
    declared = {item.name: item for item in rule.declarations if not item.important}
    losing: set[str] = set()
    tag = ""
    for selector in rule.selectors if declared else ():
        if not selector.reach or (selector.inlinable and not conditional):
            continue
        own = rank(number, rule, selector)
        told: set[int] = set()  # many elements have the same rules
        for element in matching(root, selector.reach):
            kind = inlined.kind(element)
            if kind in told:
                continue
            told.add(kind)
            losing |= {
                name
                for name, item in declared.items()
                if any(_loses(item, rule, own, parts) for parts in inlined.parts(kind, name))
            }
            tag = tag or (str(element.tag) if losing else "")
    return (
        Overridden(number, rule, tuple(name for name in declared if name in losing), tag) if losing else None
    )


def _loses(item: Declaration, rule: StyleRule, rank: Rank, parts: Mapping[str, _LonghandState]) -> bool:
    """Whether weaker ones, now inlined, say otherwise of a part of this property, and no stronger does."""
    return any(_loses_part(part, item, rule, rank, about) for part, about in parts.items())


def _loses_part(part: str, item: Declaration, rule: StyleRule, rank: Rank, about: _LonghandState) -> bool:
    if about.important or about.strongest >= rank:
        return False  # the author's cascade has it win as well, or it is this very rule, by another selector
    own = tuple(
        _said(each) for each in rule.declarations if not each.important and part in longhands(each.name)
    )
    # What the rule says of the property, parts of a shorthand included, may be what was inlined last.
    return about.said[-1] != _said(item) and about.said[-len(own) :] != own


def _said(item: Declaration) -> tuple[str, str]:
    """A declaration as it compares."""
    return item.name, _plain(item.value)


def _plain(value: str) -> str:
    """A value as it compares: in CSS, only addresses and quoted text tell upper case from lower."""
    text = " ".join(words_between(value))
    return text if "url(" in text.lower() or '"' in text or "'" in text else text.lower()
