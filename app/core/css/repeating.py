"""What is said again, with a mark, at the end of a style attribute, so that no rule that gets one beats it.

A rule that stays and gets ``!important`` beats all that a style attribute says without one: what its author
wrote there, and what comes from rules that are stronger. Said again with a mark, these win as before. That is
done only where it changes nothing but that: no rule that stays beat them, by a mark or by its rank, and they
are about no colour, which clients change in the dark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.core.css.cascade import Matched, Rank
from app.core.css.contenders import Contender, Rivals, Supplanted
from app.core.css.data import longhands, overlap
from app.core.css.rules import Declaration
from app.core.css.values import is_understood
from app.core.html.tree import ElementNode
from app.core.html.veil import is_veiled


@dataclass(frozen=True)
class Given:
    """What style attributes are made of: the inlined rules of each element, and what its author declares.

    ``takes`` says whether some declarations may stand, marked, at the end of that of an element.
    """

    matched: Mapping[ElementNode, Sequence[Matched]]
    authored: Mapping[ElementNode, Sequence[Declaration]]
    takes: Callable[[ElementNode, Sequence[Declaration]], bool]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A declaration to say again; ``authored`` where it is of the element's own style attribute."""

    item: Declaration
    authored: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """A declaration in a style attribute, with its rank among those there."""

    rank: tuple[int, Rank]
    item: Declaration

    @property
    def authored(self) -> bool:
        return self.rank[0] == _AUTHORED


class StyleAttributes:
    """What style attributes are going to say, looked at once for all elements for which it is the same."""

    def __init__(self, given: Given, unmarked: Rivals, marked: Rivals, supplanted: Supplanted) -> None:
        self._given = given
        self._unmarked = unmarked
        self._marked = marked
        self._supplanted = supplanted
        self._kinds: dict[ElementNode, int] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._limits: dict[tuple[int, str], Rank | None] = {}
        self._said: dict[ElementNode, list[_Said]] = {}
        self._found: dict[tuple[ElementNode, str, Rank], tuple[int, ...]] = {}
        self._repeatable: dict[tuple[ElementNode, tuple[int, ...]], bool] = {}

    def keep_order(self, candidate: Contender) -> bool:
        """Whether all that ``candidate``, with a mark, would newly beat in them can be said again there."""
        return not candidate.reach.somewhere_else and all(
            self._can_repeat(element, self._about(element, candidate.item.name, own))
            for element, own in self._met(candidate)
        )

    def repeated(self, marked: Iterable[Contender]) -> dict[ElementNode, tuple[Repeated, ...]]:
        """What has to be said again so that none of those that are now ``marked`` beats it."""
        found: dict[ElementNode, set[int]] = {}
        for contender in marked:
            for element, own in self._met(contender):
                about = self._about(element, contender.item.name, own)
                if about:
                    found.setdefault(element, set()).update(about)
        return {element: tuple(self._lasting(element, sorted(about))) for element, about in found.items()}

    def _lasting(self, element: ElementNode, about: Sequence[int]) -> Iterator[Repeated]:
        """Those of these numbers, but for any of which a stronger one leaves nothing."""
        said = [self._all_said(element)[number] for number in about]
        for number, each in enumerate(said):
            if not any(
                other.rank > each.rank
                and other.item.name == each.item.name
                and is_understood(other.item.name, other.item.value)
                for other in said[number + 1 :]
            ):
                yield Repeated(each.item, each.authored)

    def _met(self, candidate: Contender) -> Iterator[tuple[ElementNode, Rank]]:
        """The elements where something stronger may be said of the property, with its least rank there."""
        supplanted = self._supplanted.elements(candidate)
        for element, own in candidate.reach.least.items():
            limit = self._limit(element, candidate.item.name)
            if element not in supplanted and (
                element in self._given.authored or (limit is not None and limit > own)
            ):
                yield element, own

    def _all_said(self, element: ElementNode) -> list[_Said]:
        """All that will be said there, in order, but for what the author marked there, which wins anyway."""
        if element not in self._said:
            rules = sorted(self._given.matched.get(element, ()), key=lambda rule: rule.rank)
            every = [(rule.rank, item) for rule in rules for item in rule.declarations]
            own = self._given.authored.get(element, ())
            self._said[element] = [
                *(_Said((_RULE, rank), item) for rank, item in every if not item.important),
                *(_Said((_AUTHORED, _NONE), item) for item in own if not item.important),
                *(_Said((_MARKED, rank), item) for rank, item in every if item.important),
            ]
        return self._said[element]

    def _about(self, element: ElementNode, name: str, own: Rank) -> tuple[int, ...]:
        """The numbers of what is stronger and speaks of a property, and of what beats a part of that."""
        key = element, name, own
        if key not in self._found:
            found, names = list[int](), {name}
            for number, each in enumerate(self._all_said(element)):
                if each.rank > (_RULE, own) and any(overlap(each.item.name, other) for other in names):
                    found.append(number)
                    names.add(each.item.name)
            self._found[key] = tuple(found)
        return self._found[key]

    def _can_repeat(self, element: ElementNode, about: tuple[int, ...]) -> bool:
        """Whether these can be marked on an element and beat nothing else by that."""
        if (element, about) not in self._repeatable:
            said = [self._all_said(element)[number] for number in about]
            self._repeatable[element, about] = not said or self._are_repeatable(element, said)
        return self._repeatable[element, about]

    def _are_repeatable(self, element: ElementNode, said: Sequence[_Said]) -> bool:
        marked = [item for item in self._given.authored.get(element, ()) if item.important]
        return not any(
            is_veiled(each.item.value)
            or not each.item.value
            or _speaks_of_colour(each.item)
            or any(overlap(each.item.name, other.name) for other in marked)
            or self._marked.reach(element, each.item.name)
            or (each.rank[0] == _RULE and self._unmarked.reach(element, each.item.name, each.rank[1]))
            for each in said
        ) and self._given.takes(element, [each.item for each in said])

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


_NO_LINE = frozenset({"0", "0px", "none"})  # a border that has no colour to be changed


def _speaks_of_colour(item: Declaration) -> bool:
    if item.name.startswith("border") and item.value.lower() in _NO_LINE:
        return False
    return any(
        longhand.startswith("background") or longhand.endswith("color") for longhand in longhands(item.name)
    )


_RULE, _AUTHORED, _MARKED = range(3)
_NONE: Final = Rank(0, (0, 0, 0), False, (0, 0))
_UNBEATEN: Final = Rank(1, (0, 0, 0), False, (0, 0))
"""Above the rank of any rule, whose layer is 0 or less."""
