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

    def yields_to(self, other: Contender, element: ElementNode) -> bool:
        """Whether ``other`` styles an element whenever this does, and leaves nothing of it."""
        own = other.reach.sure.get(element)
        return (
            own is not None
            and (other.item.important or own > self.reach.ranks[element])
            and (other.place.sheet, other.rule.conditions) == (self.place.sheet, self.rule.conditions)
            and all(selector.inlinable for selector in self.rule.selectors)  # and none is for a state
            and not self.rule.layered  # two without names are two, and turned round where they are marked
            and set(longhands(self.item.name)) <= set(longhands(other.item.name))
            and is_understood(other.item.name, other.item.value)
        )


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
        return any(
            other.reach.somewhere_else or (own is not None and (above is None or own > above))
            for said, found in self._by_name.items()
            if overlap(said, name)
            for other in found
            for own in [other.reach.ranks.get(element)]
        )

    def beat_by_mark(self, contender: Contender) -> bool:
        """Whether ``contender``, with a mark, would beat one of these that beat it by theirs alone."""
        return any(contender.beats(other, marked=True) for other in self.met(contender))
