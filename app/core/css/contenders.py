"""The declarations of rules that stay: where each may apply, and which of two beats the other there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from app.core.css.cascade import Rank, rank
from app.core.css.data import longhands, overlap
from app.core.css.rules import Declaration, StyleRule, Stylesheet
from app.core.css.values import is_understood
from app.core.html.tree import ElementNode, matching


@dataclass(frozen=True, slots=True)
class DeclarationPlace:
    """A declaration by its stylesheet and its offset there."""

    sheet: int
    offset: int


@dataclass(frozen=True, eq=False)
class Reach:
    """Where one rule may apply: elements, as ``bits`` too; and ``somewhere_else``.

    ``ranks`` has its rank on each by the selector that counts most, ``least`` by the one that counts least,
    ``sure`` on those that it does not only reach but style, under its conditions.
    """

    ranks: Mapping[ElementNode, Rank]
    least: Mapping[ElementNode, Rank]
    sure: Mapping[ElementNode, Rank]
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

    def meets(self, other: Reach) -> bool:
        """Whether both may apply to one element."""
        return self.somewhere_else or other.somewhere_else or self.bits & other.bits != 0


@dataclass(frozen=True, eq=False)
class Contender:
    """One declaration of a rule that stays."""

    place: DeclarationPlace
    item: Declaration
    rule: StyleRule
    reach: Reach

    @property
    def key(self) -> ContenderKey:
        """What contenders have in common that meet the same others."""
        return self.item.name, self.reach.bits, self.reach.somewhere_else

    def beats(self, other: Contender, *, marked: bool = False) -> bool:
        """Whether it would win over ``other`` if neither had a mark, or else both, somewhere."""
        if self.rule is other.rule:
            return self.place.offset > other.place.offset
        mine, theirs = self.reach.strongest, other.reach.weakest
        if mine is None or theirs is None:
            return True
        return mine.marked > theirs.marked if marked else mine > theirs


ContenderKey: TypeAlias = tuple[str, int, bool]


def contenders(root: ElementNode, sheets: Sequence[Stylesheet]) -> Iterator[Contender]:
    """The declarations of the rules that stay, with the elements of ``root`` that each may style."""
    bits: dict[ElementNode, int] = {}
    for number, sheet in enumerate(sheets):
        preserved = [rule for rule in sheet.rules if rule.must_stay]
        for rule in (*preserved, *sheet.conditional):
            ranks: dict[ElementNode, Rank] = {}
            least: dict[ElementNode, Rank] = {}
            sure: dict[ElementNode, Rank] = {}
            reached = 0
            somewhere_else = False
            for selector in rule.selectors:
                own = rank(number, rule, selector)
                somewhere_else = somewhere_else or not (selector.reach or "::" in selector.text)
                for element in matching(root, selector.reach) if selector.reach else ():
                    ranks[element] = max(own, ranks.get(element, own))
                    least[element] = min(own, least.get(element, own))
                    if selector.inlinable:
                        sure[element] = max(own, sure.get(element, own))
                    reached |= bits.setdefault(element, 1 << len(bits))
            reach = Reach(ranks, least, sure, reached, somewhere_else)
            for item in rule.declarations:
                yield Contender(DeclarationPlace(number, item.offset), item, rule, reach)


class Rivals:
    """Contenders by the properties that they speak of."""

    def __init__(self, contenders: Iterable[Contender]) -> None:
        self._by_name: dict[str, list[Contender]] = {}
        for contender in contenders:
            self._by_name.setdefault(contender.item.name, []).append(contender)
        self._met: dict[ContenderKey, list[Contender]] = {}
        self._reached: dict[tuple[ElementNode, str], tuple[bool, Rank | None]] = {}

    def met(self, contender: Contender) -> list[Contender]:
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

    def reach(self, element: ElementNode, name: str, above: Rank | None = None) -> bool:
        """Whether some of them, of a rank ``above`` that, may say something of a property of an element."""
        if (element, name) not in self._reached:
            near = [other for said in self._by_name if overlap(said, name) for other in self._by_name[said]]
            self._reached[element, name] = (
                any(other.reach.somewhere_else for other in near),
                max(
                    (other.reach.ranks[element] for other in near if element in other.reach.ranks),
                    default=None,
                ),
            )
        anywhere, strongest = self._reached[element, name]
        return anywhere or (strongest is not None and (above is None or strongest > above))

    def beat_by_mark(self, contender: Contender) -> bool:
        """Whether ``contender``, with a mark, would beat one of these that beat it by theirs alone."""
        return any(contender.beats(other, marked=True) for other in self.met(contender))


class Supplanted:
    """Where nothing is left of a declaration: another one under the same conditions beats it there."""

    def __init__(self, contenders: Iterable[Contender]) -> None:
        self._together: dict[tuple[int, tuple[str, ...]], list[Contender]] = {}
        for contender in contenders:
            if contender.reach.sure:
                self._together.setdefault(_conditions(contender), []).append(contender)
        self._strongest: dict[tuple[int, tuple[str, ...], str], dict[ElementNode, tuple[bool, Rank]]] = {}

    def elements(self, contender: Contender) -> frozenset[ElementNode]:
        """The elements that another one styles whenever ``contender`` does, leaving nothing of it."""
        rule = contender.rule
        # None may be for a state; two layers without names are two, and turned round where they are marked.
        if rule.layered or not all(selector.inlinable for selector in rule.selectors):
            return frozenset()
        strongest = self._strongest_of(contender)
        return frozenset(
            element
            for element, own in contender.reach.ranks.items()
            if strongest.get(element, (False, own)) > (False, own)
        )

    def _strongest_of(self, contender: Contender) -> dict[ElementNode, tuple[bool, Rank]]:
        """By element, of the strongest that says all that ``contender`` does: is it marked, and its rank."""
        key = (*_conditions(contender), contender.item.name)
        if key not in self._strongest:
            found: dict[ElementNode, tuple[bool, Rank]] = {}
            for other in self._together.get(_conditions(contender), ()):
                if _says_all(other.item, contender.item.name):
                    for element, own in other.reach.sure.items():
                        strength = other.item.important, own
                        found[element] = max(strength, found.get(element, strength))
            self._strongest[key] = found
        return self._strongest[key]


def _conditions(contender: Contender) -> tuple[int, tuple[str, ...]]:
    return contender.place.sheet, contender.rule.conditions


def _says_all(item: Declaration, name: str) -> bool:
    return set(longhands(name)) <= set(longhands(item.name)) and is_understood(item.name, item.value)
