"""Which declarations of rules that stay get ``!important``, to win where the author's cascade has them win.

A style attribute outranks every rule that stays in a ``<style>``. Where one would have won over what was
inlined, the mark gives it back its place; but a mark changes its place among everything else. So a
declaration is *strengthened* only if, on every element that it may come to style,

- all that it would newly beat it beat before: no inlined rule that is stronger, or marked, says anything of
  the property, and what a style attribute of the author's own says of it can be *repeated* there with a mark;
- every rule that stays and beat it, without a mark, can be strengthened as well, and so beats it still;
- no rule that stays beat it by a mark alone, being weaker otherwise.

What an author wrote is repeated only if its mark changes nothing but that: no rule that stays beat it by a
mark, and it is about no colour, which clients change in the dark.

Clients that do not know ``<style>`` see no difference, and neither do those that know no ``!important``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

from app.core.css.cascade import Matched, Rank, rank
from app.core.css.data import longhands, overlap
from app.core.css.overrides import Overridden
from app.core.css.rules import Declaration, StyleRule, Stylesheet
from app.core.html.tree import ElementNode, matching
from app.core.html.veil import is_veiled


@dataclass(frozen=True, slots=True)
class DeclarationPlace:
    """A declaration by its stylesheet and its offset there."""

    sheet: int
    offset: int


@dataclass(frozen=True, eq=False)
class _Reach:
    """Where one rule may apply: elements, as ``bits`` too; and ``somewhere_else``.

    ``ranks`` has its rank on each by the selector that counts most, ``least`` by the one that counts least.
    """

    ranks: Mapping[ElementNode, Rank]
    least: Mapping[ElementNode, Rank]
    bits: int
    somewhere_else: bool

    @cached_property
    def strongest(self) -> Rank | None:
        """Its rank where it counts most, None where it reaches nothing."""
        return max(self.ranks.values(), default=None)

    @cached_property
    def weakest(self) -> Rank | None:
        """Its rank where it counts least, None where it reaches nothing."""
        return min(self.least.values(), default=None)

    def meets(self, other: _Reach) -> bool:
        """Whether both may apply to one element."""
        return self.somewhere_else or other.somewhere_else or self.bits & other.bits != 0


@dataclass(frozen=True, eq=False)
class _Contender:
    """One declaration of a rule that stays."""

    place: DeclarationPlace
    item: Declaration
    rule: StyleRule
    reach: _Reach

    @property
    def key(self) -> _Key:
        """What contenders have in common that meet the same others."""
        return self.item.name, self.reach.bits, self.reach.somewhere_else

    def beats(self, other: _Contender, *, marked: bool = False) -> bool:
        """Whether it would win over ``other`` if neither had a mark, or else both, somewhere."""
        if self.rule is other.rule:
            return self.place.offset > other.place.offset
        mine, theirs = self.reach.strongest, other.reach.weakest
        if mine is None or theirs is None:
            return True
        return mine.marked > theirs.marked if marked else mine > theirs


_Key: TypeAlias = tuple[str, int, bool]


@dataclass(frozen=True)
class Strengthened:
    """The declarations to mark, and those of an element's own style attribute to repeat there with a mark."""

    places: frozenset[DeclarationPlace] = frozenset()
    repeated: Mapping[ElementNode, tuple[Declaration, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What style attributes are made of: the inlined rules of each element, and what its author declares.

    On those that are ``settled`` nothing may be repeated.
    """

    matched: Mapping[ElementNode, Sequence[Matched]]
    authored: Mapping[ElementNode, Sequence[Declaration]]
    settled: Set[ElementNode]


def strengthened(
    root: ElementNode,
    sheets: Sequence[Stylesheet],
    given: Given,
    overridden: Iterable[Overridden],
    untouched: Set[int],
) -> Strengthened:
    """What to mark so that the rules in ``overridden``, which inlining defeats, win where they did.

    Sheets in ``untouched`` stay as they are.
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
        return Strengthened()
    unmarked = _Rivals(candidate for candidate in candidates if not candidate.item.important)
    marked = _Rivals(candidate for candidate in candidates if candidate.item.important)
    styles = _StyleAttributes(given, marked)
    _add_stronger(chosen, unmarked)
    refused = {
        candidate
        for candidate in chosen
        if candidate.place.sheet in untouched
        or not styles.keep_order(candidate)
        or marked.beat_by_mark(candidate)
    }
    _add_weaker(refused, chosen, unmarked)
    left = chosen - refused
    return Strengthened(frozenset(candidate.place for candidate in left), styles.repeated(left))


def _candidates(root: ElementNode, sheets: Sequence[Stylesheet]) -> Iterator[_Contender]:
    bits: dict[ElementNode, int] = {}
    for number, sheet in enumerate(sheets):
        preserved = [rule for rule in sheet.rules if rule.must_stay]
        for rule in (*preserved, *sheet.conditional):
            ranks: dict[ElementNode, Rank] = {}
            least: dict[ElementNode, Rank] = {}
            reached = 0
            somewhere_else = False
            for selector in rule.selectors:
                own = rank(number, rule, selector)
                somewhere_else = somewhere_else or not (selector.reach or "::" in selector.text)
                for element in matching(root, selector.reach) if selector.reach else ():
                    ranks[element] = max(own, ranks.get(element, own))
                    least[element] = min(own, least.get(element, own))
                    reached |= bits.setdefault(element, 1 << len(bits))
            reach = _Reach(ranks, least, reached, somewhere_else)
            for item in rule.declarations:
                yield _Contender(DeclarationPlace(number, item.offset), item, rule, reach)


class _Rivals:
    """Contenders by the properties that they speak of."""

    def __init__(self, contenders: Iterable[_Contender]) -> None:
        self._by_name: dict[str, list[_Contender]] = {}
        for contender in contenders:
            self._by_name.setdefault(contender.item.name, []).append(contender)
        self._met: dict[_Key, list[_Contender]] = {}

    def met(self, contender: _Contender) -> list[_Contender]:
        """Those that may say something of the same property of the same element, found once for each key."""
        key = contender.key
        if key not in self._met:
            self._met[key] = [
                other
                for name, found in self._by_name.items()
                if overlap(name, contender.item.name)
                for other in found
                if contender.reach.meets(other.reach)
            ]
        return self._met[key]

    def reach(self, element: ElementNode, name: str) -> bool:
        """Whether some of them may say something of a property of an element."""
        return any(
            other.reach.somewhere_else or element in other.reach.ranks
            for own, found in self._by_name.items()
            if overlap(own, name)
            for other in found
        )

    def beat_by_mark(self, contender: _Contender) -> bool:
        """Whether ``contender``, with a mark, would beat one of these that beat it by theirs alone."""
        return any(contender.beats(other, marked=True) for other in self.met(contender))


def _add_stronger(chosen: set[_Contender], rivals: _Rivals) -> None:
    """Add whatever would lose to a chosen one only for having no mark."""
    lines: dict[_Key, list[_Contender]] = {}
    pending = list(chosen)
    while pending:
        weaker = pending.pop()
        line = lines.get(weaker.key)
        if line is None:
            line = lines[weaker.key] = sorted(rivals.met(weaker), key=_strength)
        found = [other for other in _taken(line, weaker, _loses) if other not in chosen]
        pending += found
        chosen.update(found)


def _add_weaker(refused: set[_Contender], chosen: Set[_Contender], rivals: _Rivals) -> None:
    """Add what is chosen and would beat, with its mark, a refused one that wins so far."""
    lines: dict[_Key, list[_Contender]] = {}
    pending = list(refused)
    while pending:
        stronger = pending.pop()
        line = lines.get(stronger.key)
        if line is None:
            line = lines[stronger.key] = sorted(rivals.met(stronger), key=_weakness, reverse=True)
        found = [other for other in _taken(line, stronger, _wins) if other in chosen and other not in refused]
        pending += found
        refused.update(found)


def _strength(other: _Contender) -> tuple[bool, Rank | None, int]:
    """Greater, the more others it beats."""
    return other.reach.strongest is None, other.reach.strongest, other.place.offset


def _weakness(other: _Contender) -> tuple[bool, Rank | None, int]:
    """Less, the more others beat it."""
    return other.reach.weakest is not None, other.reach.weakest, other.place.offset


def _loses(one: _Contender, other: _Contender) -> bool:
    return other.beats(one)


def _wins(one: _Contender, other: _Contender) -> bool:
    return one.beats(other)


def _taken(
    line: list[_Contender], one: _Contender, is_next: Callable[[_Contender, _Contender], bool]
) -> list[_Contender]:
    """What is taken off the end of a line, up to the first of another rule that is not next.

    What one has taken, no other of its key has to look at again.
    """
    taken, passed = [], []
    while line:
        other = line.pop()
        if is_next(one, other):
            taken.append(other)
            continue
        passed.append(other)
        if other.rule is not one.rule:
            break
    line += reversed(passed)
    return taken


class _StyleAttributes:
    """What style attributes are going to say, looked at once for all elements for which it is the same."""

    def __init__(self, given: Given, marked: _Rivals) -> None:
        self._given = given
        self._marked = marked
        self._kinds: dict[ElementNode, int] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._limits: dict[tuple[int, str], Rank | None] = {}
        self._said: dict[tuple[ElementNode, str], list[Declaration]] = {}
        self._repeatable: dict[tuple[ElementNode, str], bool] = {}

    def keep_order(self, candidate: _Contender) -> bool:
        """Whether a mark makes ``candidate`` beat nothing in them that it did not beat before."""
        if candidate.reach.somewhere_else:
            return False
        name = candidate.item.name
        for element, own in candidate.reach.least.items():
            limit = self._limit(element, name)
            if limit is not None and limit > own:
                return False
        return all(
            self._can_repeat(element, name)
            for element in candidate.reach.ranks.keys() & self._given.authored.keys()
        )

    def repeated(self, marked: Iterable[_Contender]) -> dict[ElementNode, tuple[Declaration, ...]]:
        """What has to be repeated so that none of those that are now ``marked`` beats it."""
        names: dict[ElementNode, set[str]] = {}
        for contender in marked:
            for element in contender.reach.ranks.keys() & self._given.authored.keys():
                names.setdefault(element, set()).add(contender.item.name)
        found = {
            element: tuple(
                item
                for item in self._given.authored[element]
                if any(item in self._about(element, name) for name in about)
            )
            for element, about in names.items()
        }
        return {element: items for element, items in found.items() if items}

    def _about(self, element: ElementNode, name: str) -> list[Declaration]:
        """What the author says there without a mark of a property, and of others that overlap with that."""
        if (element, name) in self._said:
            return self._said[element, name]
        own = self._given.authored[element]
        found = [item for item in own if not item.important and overlap(item.name, name)]
        while more := [
            item
            for item in own
            if item not in found
            and not item.important
            and any(overlap(item.name, other.name) for other in found)
        ]:
            found += more
        self._said[element, name] = found
        return found

    def _can_repeat(self, element: ElementNode, name: str) -> bool:
        if (element, name) not in self._repeatable:
            self._repeatable[element, name] = self._are_repeatable(element, self._about(element, name))
        return self._repeatable[element, name]

    def _are_repeatable(self, element: ElementNode, items: Sequence[Declaration]) -> bool:
        """Whether these can be marked on an element and beat nothing else by that."""
        marked = [item for item in self._given.authored[element] if item.important]
        return not items or (
            element not in self._given.settled
            and not any(
                is_veiled(item.value)
                or not item.value
                or any(map(_is_colour, longhands(item.name)))
                or any(overlap(item.name, other.name) for other in marked)
                or self._marked.reach(element, item.name)
                for item in items
            )
        )

    def _limit(self, element: ElementNode, name: str) -> Rank | None:
        """The strongest inlined rule that speaks of a property there; None where none does."""
        if element not in self._kinds:
            said = tuple(map(id, self._given.matched.get(element, ())))
            self._kinds[element] = self._numbers.setdefault(said, len(self._numbers))
        key = self._kinds[element], name
        if key not in self._limits:
            self._limits[key] = max(self._ranks(element, name), default=None)
        return self._limits[key]

    def _ranks(self, element: ElementNode, name: str) -> Iterator[Rank]:
        for rule in self._given.matched.get(element, ()):
            for item in rule.declarations:
                if overlap(item.name, name):
                    yield _UNBEATEN if item.important else rule.rank


def _is_colour(longhand: str) -> bool:
    return longhand.startswith("background") or longhand.endswith("color")


_UNBEATEN: Final = Rank(1, (0, 0, 0), False, (0, 0))
"""Above the rank of any rule, whose layer is 0 or less."""
