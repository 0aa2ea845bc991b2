"""Which declarations of rules that stay get ``!important``, to win where the author's cascade has them win.

A style attribute outranks every rule that stays in a ``<style>``. Where one would have won over what was
inlined, the mark gives it back its place; but a mark changes its place among everything else. So a
declaration is *strengthened* only if, on every element that it may come to style,

- all that it would newly beat it beat before: no style attribute of the author's own, and no inlined rule
that is
  stronger, or marked, says anything of the property;
- every rule that stays and beat it, without a mark, can be strengthened as well, and so beats it still;
- no rule that stays beat it by a mark alone, being weaker otherwise.

Clients that do not know ``<style>`` see no difference, and neither do those that know no ``!important``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from app.core.css.cascade import Matched, Rank, rank
from app.core.css.data import overlap
from app.core.css.overrides import Overridden
from app.core.css.stylesheet import Declaration, StyleRule, Stylesheet
from app.core.html.tree import ElementNode, matching


@dataclass(frozen=True, slots=True)
class DeclarationPlace:
    """A declaration by its stylesheet and its offset there."""

    sheet: int
    offset: int


@dataclass(frozen=True, eq=False)
class _Contender:
    """One declaration of a rule that stays; ``reached`` is where it may apply, with its ranks."""

    place: DeclarationPlace
    item: Declaration
    rule: StyleRule
    reached: Mapping[ElementNode, Rank]
    somewhere_else: bool

    def meets(self, other: _Contender) -> bool:
        """Whether both may say something of one property of one element."""
        return overlap(self.item.name, other.item.name) and (
            self.somewhere_else or other.somewhere_else or not self.reached.keys().isdisjoint(other.reached)
        )

    def beats(self, other: _Contender, *, marked: bool = False) -> bool:
        """Whether it would win over ``other`` if neither had a mark, or else both, somewhere."""
        if self.rule is other.rule:
            return self.place.offset > other.place.offset
        mine = max(self.reached.values(), default=None)
        theirs = min(other.reached.values(), default=None)
        if mine is None or theirs is None:
            return True
        return mine.marked > theirs.marked if marked else mine > theirs


def strengthened(
    root: ElementNode,
    sheets: Sequence[Stylesheet],
    matched: Mapping[ElementNode, Sequence[Matched]],
    authored: Mapping[ElementNode, Sequence[Declaration]],
    overridden: Iterable[Overridden],
    untouched: Set[int],
) -> frozenset[DeclarationPlace]:
    """The declarations to mark.

    ``matched`` holds the inlined rules of each element of ``root``, ``authored`` what its own style attribute
    declares, ``overridden`` the rules that inlining defeats; sheets in ``untouched`` stay as they are.
    """
    candidates = list(_candidates(root, sheets))
    wanted = {
        DeclarationPlace(found.sheet, item.offset)
        for found in overridden
        for item in found.rule.declarations
        if item.name in found.properties
    }
    chosen = {
        candidate for candidate in candidates if candidate.place in wanted and not candidate.item.important
    }
    if not chosen:
        return frozenset()
    _add_stronger(chosen, candidates)
    refused = {
        candidate
        for candidate in chosen
        if candidate.place.sheet in untouched
        or not _keeps_order(candidate, matched, authored)
        or any(_beats_by_mark(other, candidate) for other in candidates)
    }
    while refused:
        chosen -= refused
        refused = {
            candidate
            for candidate in chosen
            if any(
                other not in chosen
                and not other.item.important
                and other.meets(candidate)
                and other.beats(candidate)
                for other in candidates
            )
        }
    return frozenset(candidate.place for candidate in chosen)


def _candidates(root: ElementNode, sheets: Sequence[Stylesheet]) -> Iterator[_Contender]:
    for number, sheet in enumerate(sheets):
        preserved = [rule for rule in sheet.rules if rule.must_stay]
        for rule in (*preserved, *sheet.conditional):
            reached: dict[ElementNode, Rank] = {}
            somewhere_else = False
            for selector in rule.selectors:
                own = rank(number, rule, selector)
                somewhere_else = somewhere_else or not (selector.reach or "::" in selector.text)
                for element in matching(root, selector.reach) if selector.reach else ():
                    reached[element] = max(own, reached.get(element, own))
            for item in rule.declarations:
                yield _Contender(DeclarationPlace(number, item.offset), item, rule, reached, somewhere_else)


def _add_stronger(chosen: set[_Contender], candidates: Sequence[_Contender]) -> None:
    """Add whatever would lose to a chosen one only for having no mark."""
    pending = list(chosen)
    while pending:
        weaker = pending.pop()
        for other in candidates:
            if other in chosen or other.item.important:
                continue
            if other.meets(weaker) and other.beats(weaker):
                chosen.add(other)
                pending.append(other)


def _keeps_order(
    candidate: _Contender,
    matched: Mapping[ElementNode, Sequence[Matched]],
    authored: Mapping[ElementNode, Sequence[Declaration]],
) -> bool:
    """Whether a mark makes it beat nothing in a style attribute that it did not beat before."""
    if candidate.somewhere_else:
        return False
    for element, own in candidate.reached.items():
        if any(overlap(item.name, candidate.item.name) for item in authored.get(element, ())):
            return False
        for rule in matched.get(element, ()):
            for item in rule.declarations:
                if overlap(item.name, candidate.item.name) and (item.important or rule.rank > own):
                    return False
    return True


def _beats_by_mark(other: _Contender, candidate: _Contender) -> bool:
    return other.item.important and other.meets(candidate) and candidate.beats(other, marked=True)
