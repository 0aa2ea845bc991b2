"""Regular expressions whose time explodes: a contract must not stop the server or the Lambda that checks it.

Python tries every way in which an expression can match. Where a repetition has two ways of matching the same
text, such as ``^(a+)+$``, their number doubles with each character, and one hostile value of forty characters
takes hours. Whether that can happen is a property of the expression alone: its positions are the states of an
automaton (Glushkov), and a state from which two different paths over the same text lead back to itself is the
mark of exponential ambiguity (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991).

Repetitions that follow each other and match the same character, such as ``^.*,.*,.*$``, take a power of the
length. Up to its square, ``contract_schema.MAX_PATTERN_TEXT`` bounds that; from its cube on the expression is
refused as well. What is not seen: a power that only a longer piece of text than one character brings about.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias, TypeVar

from bbws_templates.json_values import ecma_pattern

# The parser of the standard library is private, and yet the only one that reads expressions as ``re`` does.
sre: Any = import_module("re._constants")
sre_parser: Any = import_module("re._parser")

_COPIES = 4
"""How often what is repeated a fixed number of times is written out; more copies bring nothing new."""

_MOST_POSITIONS = 200
_MOST_STEPS = 200_000
"""Beyond these an expression is refused unexamined: nobody can read it, either."""

_MOST_DEGREE = 2
_Pair: TypeAlias = tuple[int, int]
_Node = TypeVar("_Node")

_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
# Where the categories begin and end.
_BORDERS = frozenset(map(ord, "\0\t\x0e\x1c !0:A[_`a{\x7f"))


@lru_cache(maxsize=512)
def explodes(pattern: str) -> bool:
    """Whether a pattern can take a time out of all proportion to the length of a text.

    That is a time doubled by each character, or the cube of their number. False for one that is malformed or
    outside of the subset, which is never used.
    """
    try:
        compiled = ecma_pattern(pattern)
    except ValueError:
        return False
    tree = sre_parser.parse(compiled.pattern, compiled.flags)
    anchored = bool(tree) and tree[0] == (sre.AT, sre.AT_BEGINNING)
    most = _MOST_DEGREE if anchored else _MOST_DEGREE - 1  # else it is tried from every character on
    return any(automaton.is_explosive() or automaton.degree() > most for automaton in _automata(tree))


@dataclass
class _Piece:
    """A part of an expression: the positions with which it begins and ends, and whether it may be empty."""

    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    nullable: bool = True


@dataclass
class _Automaton:
    """The positions of an expression, what each matches, and which may follow which.

    ``alphabet`` holds one character for each way of being matched. ``doubled`` is set when, in a repetition,
    one position can follow another in two ways: by two loops as in ``(a+)+``, or because what lies between
    them can be empty in two ways (``empty_twice`` counts such parts) as in ``(a(b?)?)+``.
    """

    alphabet: tuple[str, ...]
    matched: list[frozenset[str]] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    doubled: bool = False
    empty_twice: int = 0
    looked_for: list[Any] = field(default_factory=list)

    def add(self, nodes: Iterable[tuple[Any, Any]]) -> _Piece:
        """The positions of a sequence."""
        piece = _Piece()
        for kind, argument in nodes:
            piece = self._then(piece, self._one(kind, argument))
        return piece

    def is_explosive(self) -> bool:
        """Whether two different paths over the same text lead from one position back to it."""
        return self.doubled or any(self._has_twin(loop) for loop in _loops(self.follow))

    def degree(self) -> int:
        """How many repetitions follow each other at the most that all match one character."""
        return max((self._degree(character) for character in self.alphabet), default=0)

    def _degree(self, character: str) -> int:
        follow = [
            {after for after in following if character in self.matched[after]}
            if character in self.matched[position]
            else set()
            for position, following in enumerate(self.follow)
        ]
        loops = _loops(follow)
        reached = [_reached(follow, min(loop)) for loop in loops]
        longest: dict[int, int] = {}
        # What a loop leads to leads to less than the loop itself, and so is counted before it.
        for number in sorted(range(len(loops)), key=lambda each: len(reached[each])):
            after = (
                longest.get(other, 0)
                for other, loop in enumerate(loops)
                if other != number and not loop.isdisjoint(reached[number])
            )
            longest[number] = 1 + max(after, default=0)
        return max(longest.values(), default=0)

    def _has_twin(self, loop: frozenset[int]) -> bool:
        """Whether, in a loop, one text leads to two different positions, and another leads both back."""
        start = (min(loop), min(loop))
        onward: dict[_Pair, set[_Pair]] = {}
        pending = [start]
        steps = 0
        while pending:
            pair = pending.pop()
            if pair in onward:
                continue
            steps += len(self.follow[pair[0]]) * len(self.follow[pair[1]])
            if steps > _MOST_STEPS:
                return True
            onward[pair] = {
                (one, other)
                for one in self.follow[pair[0]] & loop
                for other in self.follow[pair[1]] & loop
                if not self.matched[one].isdisjoint(self.matched[other])
            }
            pending += onward[pair]
        back: dict[_Pair, set[_Pair]] = {pair: set() for pair in onward}
        for pair, following in onward.items():
            for after in following:
                back[after].add(pair)
        return any(left != right for left, right in _reached(back, start))

    def _one(self, kind: Any, argument: Any) -> _Piece:
        if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            return self._position(frozenset(c for c in self.alphabet if _matches(kind, argument, c)))
        if kind is sre.SUBPATTERN:
            return self.add(argument[-1])
        if kind is sre.BRANCH:
            pieces = [self.add(branch) for branch in argument[1]]
            self.empty_twice += sum(piece.nullable for piece in pieces) > 1
            return _Piece(
                frozenset().union(*(piece.first for piece in pieces)),
                frozenset().union(*(piece.last for piece in pieces)),
                any(piece.nullable for piece in pieces),
            )
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self._repeated(*argument)
        if kind in (sre.ASSERT, sre.ASSERT_NOT):
            self.looked_for.append(argument[1])
        elif kind is not sre.AT:
            return self._position(frozenset(self.alphabet))  # a back-reference: any text
        return _Piece()

    def _position(self, matched: frozenset[str]) -> _Piece:
        if len(self.matched) >= _MOST_POSITIONS:
            self.doubled = True  # repetitions in repetitions: nobody needs them, and this would not end
            return _Piece()
        self.matched.append(matched)
        self.follow.append(set())
        here = frozenset({len(self.matched) - 1})
        return _Piece(here, here, nullable=False)

    def _then(self, left: _Piece, right: _Piece) -> _Piece:
        self._link(left.last, right.first)
        return _Piece(
            left.first | (right.first if left.nullable else frozenset()),
            right.last | (left.last if right.nullable else frozenset()),
            left.nullable and right.nullable,
        )

    def _link(self, ends: frozenset[int], starts: frozenset[int]) -> None:
        for end in ends:
            self.doubled = self.doubled or not starts.isdisjoint(self.follow[end])
            self.follow[end] |= starts

    def _repeated(self, least: int, most: int, nodes: Any) -> _Piece:
        if (least, most) == (0, 1):
            piece = self.add(nodes)
            self.empty_twice += piece.nullable
            return _Piece(piece.first, piece.last, nullable=True)
        if least == most and (most <= _COPIES or not _has_choice(nodes)):
            whole = _Piece()
            for _ in range(min(most, _COPIES)):
                whole = self._then(whole, self.add(nodes))
            return whole
        # Whatever may be repeated more or less often is taken for a loop without end, though it be bounded:
        # bounded repetitions in each other take no less time.
        before = self.empty_twice
        piece = self.add(nodes)
        self._link(piece.last, piece.first)
        self.doubled = self.doubled or self.empty_twice > before
        self.empty_twice += least == 0 and piece.nullable
        return _Piece(piece.first, piece.last, least == 0 or piece.nullable)


def _has_choice(nodes: Any) -> bool:
    """Whether a sequence can match in more than one way, by alternatives or by repetitions."""
    for kind, argument in nodes:
        if kind is sre.BRANCH:
            return True
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[0] != argument[1]:
            return True
        if kind in (sre.SUBPATTERN, sre.MAX_REPEAT, sre.MIN_REPEAT) and _has_choice(argument[-1]):
            return True
    return False


def _loops(follow: Sequence[set[int]]) -> list[frozenset[int]]:
    """The sets of positions each of which leads to each other one and back to itself."""
    reached = [_reached(follow, position) for position in range(len(follow))]
    return list(
        {
            frozenset(other for other in reached[position] if position in reached[other]): None
            for position in range(len(follow))
            if position in reached[position]
        }
    )


def _reached(steps: Any, start: _Node) -> set[_Node]:
    """Whatever can be come to from ``start`` in one step or more."""
    reached: set[_Node] = set()
    pending = [start]
    while pending:
        new = steps[pending.pop()] - reached
        reached |= new
        pending += new
    return reached


def _automata(tree: Any) -> Iterator[_Automaton]:
    """The automaton of an expression, and one of each expression that it looks ahead or back for."""
    alphabet = tuple(chr(code) for code in sorted(_BORDERS | set(_borders(tree))) if code <= sys.maxunicode)
    pending = [tree]
    while pending:
        automaton = _Automaton(alphabet)
        automaton.add(pending.pop())
        pending += automaton.looked_for
        yield automaton


def _borders(nodes: Any) -> Iterator[int]:
    """Where sets of characters begin and end, anywhere in an expression."""
    for kind, argument in nodes:
        if kind in (sre.LITERAL, sre.NOT_LITERAL):
            yield from (argument, argument + 1)
        elif kind is sre.RANGE:
            yield from (argument[0], argument[1] + 1)
        elif kind is sre.IN:
            yield from _borders(argument)
        elif kind is sre.BRANCH:
            for branch in argument[1]:
                yield from _borders(branch)
        elif kind in (sre.SUBPATTERN, sre.MAX_REPEAT, sre.MIN_REPEAT, sre.ASSERT, sre.ASSERT_NOT):
            yield from _borders(argument[-1])


def _matches(kind: Any, argument: Any, character: str) -> bool:
    code = ord(character)
    if kind is sre.ANY:
        return character != "\n"
    if kind is sre.IN:
        negated = argument[0][0] is sre.NEGATE
        return negated != any(_matches(of, what, character) for of, what in argument[negated:])
    if kind is sre.RANGE:
        return bool(argument[0] <= code <= argument[1])
    if kind is sre.CATEGORY:
        return re.match(_CATEGORIES[argument], character, re.ASCII) is not None
    return bool((code == argument) == (kind is sre.LITERAL))
