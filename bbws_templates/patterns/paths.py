"""How many paths over one text lead through an automaton: the criteria of ``ambiguity``, decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

_MOST_STEPS = 50_000
"""Where a search for ambiguity takes more, the automaton counts as having it."""

_State = TypeVar("_State")


class Graph:
    """Which positions follow which, and the loops among them."""

    def __init__(self, matched: Sequence[int], follow: Sequence[set[int]]) -> None:
        self._matched = matched
        self._follow = follow
        self._reached = [_reached(follow, position) for position in range(len(follow))]
        self._group = [
            frozenset({position, *(other for other in reached if position in self._reached[other])})
            for position, reached in enumerate(self._reached)
        ]
        self._steps = _MOST_STEPS

    def is_explosive(self) -> bool:
        """Whether two different paths over the same text lead from one position back to it."""
        return any(self._has_twin(loop) for loop in self._loops())

    def degree(self) -> int:
        """The power of the length of a text that bounds the number of paths over all its beginnings."""
        return self._degree(self._shares)

    def degree_of_one_character(self) -> int:
        """The same for texts that are one character over and over."""
        union = 0
        for bits in self._matched:
            union |= bits
        most = 0
        while union:
            bit = union & -union
            union ^= bit
            here = [at for at, bits in enumerate(self._matched) if bits & bit]
            if len(here) <= most:
                continue  # a loop has a position at least
            number = {at: each for each, at in enumerate(here)}
            follow = [{number[to] for to in self._follow[at] if to in number} for at in here]
            only = Graph([bit] * len(here), follow)
            most = max(most, only._degree(lambda *_: True))
        return most

    def _degree(self, shares: Callable[[frozenset[int], frozenset[int]], bool]) -> int:
        loops = sorted(self._loops(), key=lambda loop: len(self._reached[min(loop)]))
        longest: dict[int, int] = {}
        # What a loop leads to leads to less than the loop itself, and so is counted before it.
        for number, loop in enumerate(loops):
            later = (
                longest[other] + shares(loop, loops[other])
                for other in range(number)
                if not loops[other].isdisjoint(self._reached[min(loop)])
            )
            longest[number] = max(later, default=1)
        return max(longest.values(), default=0)

    def ways(self, first: frozenset[int]) -> int:
        """How many paths there are over one text, apart from where in a loop it is left.

        It is the lesser of two bounds: how many positions can follow with the same character, multiplied; and
        the number of paths whatever their characters.
        """
        order = sorted(
            range(len(self._follow)), key=lambda each: len(self._reached[each] | self._group[each])
        )
        products: dict[frozenset[int], int] = {}
        counts: dict[frozenset[int], int] = {}
        for position in order:
            loop = self._group[position]
            if loop in products:
                continue
            twice = any(self._overlap(self._follow[each] & loop) > 1 for each in loop)
            inside = len(loop) if twice else 1
            after = frozenset().union(*(self._follow[each] for each in loop)) - loop
            choices = max(self._overlap(self._follow[each] - loop) + self._may_stay(each) for each in loop)
            products[loop] = (
                inside * max(1, choices) * max((products[self._group[to]] for to in after), default=1)
            )
            counts[loop] = inside * len(loop) * (1 + sum(counts[self._group[to]] for to in after))
        product = max(1, self._overlap(first)) * max((products[self._group[to]] for to in first), default=1)
        return min(product, 1 + sum(counts[self._group[to]] for to in first))

    def _may_stay(self, position: int) -> bool:
        """Whether a loop can be left with a character with which it can also go on."""
        loop = self._group[position]
        inside = self._follow[position] & loop
        outside = self._follow[position] - loop
        return any(self._matched[stay] & self._matched[leave] for stay in inside for leave in outside)

    def _overlap(self, positions: Iterable[int]) -> int:
        """How many of ``positions`` match the same character at the most."""
        union = 0
        bits = [self._matched[position] for position in positions]
        for each in bits:
            union |= each
        most = 0
        while union:
            lowest = union & -union
            most = max(most, sum(1 for each in bits if each & lowest))
            union ^= lowest
        return most

    def _loops(self) -> list[frozenset[int]]:
        """The sets of positions each of which leads to each other one and back to itself."""
        return list(
            dict.fromkeys(
                self._group[position] for position, reached in enumerate(self._reached) if position in reached
            )
        )

    def _has_twin(self, loop: frozenset[int]) -> bool:
        """Whether, in a loop, one text leads to two different positions, and another leads both back."""
        start = (min(loop), min(loop))
        onward = self._paths(start, (loop, loop))
        if onward is None:
            return True
        back: dict[tuple[int, ...], set[tuple[int, ...]]] = {state: set() for state in onward}
        for state, following in onward.items():
            for after in following:
                back[after].add(state)
        return any(left != right for left, right in _reached(back, start))

    def _shares(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Whether a text leads from ``one`` to itself and to ``other``, and from that to itself."""
        between = frozenset(
            position
            for position in self._reached[min(one)]
            if self._reached[position] & other or position in other
        )
        for first in one:
            for second in other:
                goal = (first, second, second)
                paths = self._paths((first, first, second), (one, between, other), goal)
                if paths is None or goal in paths:
                    return True
        return False

    def _paths(
        self, start: tuple[int, ...], within: tuple[frozenset[int], ...], goal: tuple[int, ...] = ()
    ) -> dict[tuple[int, ...], set[tuple[int, ...]]] | None:
        """All states that copies of the automaton come to over the same text; None if there are too many."""
        onward: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
        pending = [start]
        while pending:
            state = pending.pop()
            if state in onward:
                continue
            following: set[tuple[tuple[int, ...], int]] = {((), -1)}
            for position, allowed in zip(state, within, strict=True):
                following = {
                    ((*before, after), bits & self._matched[after])
                    for before, bits in following
                    for after in self._follow[position]
                    if after in allowed and bits & self._matched[after]
                }
                self._steps -= len(following) + 1
                if self._steps < 0:
                    return None
            onward[state] = {after for after, _ in following}
            if goal in onward[state]:
                return {goal: set()}
            pending += onward[state]
        return onward


def _reached(steps: Any, start: _State) -> set[_State]:
    """Whatever can be come to from ``start`` in one step or more."""
    reached: set[_State] = set()
    pending = [start]
    while pending:
        new = steps[pending.pop()] - reached
        reached |= new
        pending += new
    return reached
