"""How long a regular expression can take: a contract must not stop the server or the Lambda that checks it.

``re`` tries every way in which an expression can match. Where a repetition has two ways of matching the same
text, such as ``^(a+)+$``, their number doubles with each character, and one hostile value of forty characters
takes hours. Whether that can happen is a property of the expression alone: its positions are the states of an
automaton (Glushkov), and a state from which two different paths over the same text lead back to itself is the
mark of exponential ambiguity. Repetitions that follow each other and can share out the same text, such as
``^.*,.*,.*$`` or ``^(ab)*(ab)*(ab)*$``, take a power of the length: one more for each pair of states with a
text that leads from the first to itself, from the first to the second, and from the second to itself. What
is left are choices outside of repetitions, ``a?a?a?a?…aaaa…``, whose ways multiply.

Source: Weber and Seidl, "On the degree of ambiguity of finite automata", 1991, criteria EDA and IDA. Where
the search for either would take too long itself, the expression counts as having it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bbws_templates.patterns.ecma import At, Chars, Choice, Lookaround, PatternNode, Repeat
from bbws_templates.patterns.ecma import Sequence as Series
from bbws_templates.patterns.paths import Graph

_COPIES = 4
"""How often what is repeated a fixed number of times is written out; more copies bring nothing new."""

_MOST_POSITIONS = 200
_MOST_LINKS = 4_000
"""Beyond these an expression is refused unexamined: nobody can read it, either."""

_MOST_DEGREE = 3
_MOST_DEGREE_OF_ONE_CHARACTER = 2
_MOST_WAYS = 100_000


class Effort(NamedTuple):
    """What a search takes at the most.

    The power of the length of the text, the ways through the expression over one text, and its positions.
    """

    degree: int
    ways: int
    positions: int

    def steps(self, length: int) -> int:
        """How many characters a search in a text of ``length`` looks at, however often at the same one."""
        orders = (1, 1, 2, 6)[self.degree]  # repetitions end one after the other
        return int(self.ways * self.positions * (length + 1) ** self.degree) // orders


def effort(node: PatternNode) -> Effort | None:
    """What a search for ``node`` takes; None if it is out of all proportion to the length of a text.

    That is a time doubled by each character, thousands of ways, the fourth power of the length, or its cube
    if a text of one character over and over brings that about.
    """
    alphabet = _alphabet(node)
    most = _MOST_DEGREE_OF_ONE_CHARACTER - (not _is_anchored(node))  # else it is tried from everywhere
    found = _effort(node, alphabet, most)
    if found is None:
        return None
    found = found._replace(degree=found.degree + (not _is_anchored(node)))
    return None if found.degree > _MOST_DEGREE or found.ways > _MOST_WAYS else found


def _effort(node: PatternNode, alphabet: Sequence[int], most: int) -> Effort | None:
    """What ``node`` takes from one place on; ``most`` is the highest power that one character may bring."""
    automaton = _Automaton(alphabet)
    whole = automaton.add(node)
    if automaton.doubled:
        return None
    graph = Graph(automaton.matched, automaton.follow)
    if graph.is_explosive() or graph.degree_of_one_character() > most:
        return None
    own = max(graph.degree(), int(automaton.is_long))
    if own > _MOST_DEGREE:
        return None
    ways = graph.ways(whole.first) * automaton.empty_ways
    found = Effort(own, ways, max(1, len(automaton.matched)))
    for look, is_repeated in automaton.looks:
        inside = _effort(look, alphabet, most - is_repeated)
        if inside is None:
            return None
        degree = max(found.degree, inside.degree + (own if is_repeated else 0))
        found = Effort(degree, found.ways * inside.ways, found.positions + inside.positions)
    return found


def _is_anchored(node: PatternNode) -> bool:
    if isinstance(node, Series):
        return bool(node.parts) and _is_anchored(node.parts[0])
    if isinstance(node, Choice):
        return all(map(_is_anchored, node.branches))
    return node == At("^")


def _alphabet(node: PatternNode) -> list[int]:
    """One code point of each stretch of them that no set of characters in ``node`` tells apart."""
    return sorted({0, *_borders(node)})


def _borders(node: PatternNode) -> Iterator[int]:
    if isinstance(node, Chars):
        for low, high in node.ranges:
            yield from (low, high + 1)
    for part in _inside(node):
        yield from _borders(part)


def _inside(node: PatternNode) -> tuple[PatternNode, ...]:
    if isinstance(node, Series):
        return node.parts
    if isinstance(node, Choice):
        return node.branches
    return (node.body,) if isinstance(node, Repeat | Lookaround) else ()


def _has_choice(node: PatternNode) -> bool:
    """Whether an expression can match in more than one way, by alternatives or by repetitions."""
    is_choice = isinstance(node, Choice) or (isinstance(node, Repeat) and node.least != node.most)
    return is_choice or (not isinstance(node, Lookaround) and any(map(_has_choice, _inside(node))))


class _Fragment(NamedTuple):
    """A part of an expression: the positions with which it begins and ends, and whether it may be empty."""

    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    nullable: bool = True


class _Automaton:
    """The positions of an expression, what each matches, and which may follow which.

    What a position matches is a set of bits, one for each member of ``alphabet``. ``doubled`` is set when,
    in a repetition, one position can follow another in two ways: by two loops as in ``(a+)+``, or because
    what lies between them can be empty in two ways (``empty_twice`` counts such parts) as in ``(a(b?)?)+``.
    ``empty_ways`` is in how many ways all such parts can be empty, ``is_long`` whether something is repeated
    more often than it has positions. ``looks`` are the expressions that it looks ahead or back for, and
    whether a repetition surrounds or precedes them.
    """

    def __init__(self, alphabet: Sequence[int]) -> None:
        self._alphabet = alphabet
        self.matched: list[int] = []
        self.follow: list[set[int]] = []
        self.doubled = False
        self.is_long = False
        self.empty_ways = 1
        self.looks: list[tuple[PatternNode, bool]] = []
        self._empty_twice = 0
        self._loops = 0
        self._links = 0
        self._added = 0

    def add(self, node: PatternNode) -> _Fragment:
        """The positions of an expression."""
        self._added += 1
        if self.doubled or self._added > _MOST_LINKS:
            self.doubled = True  # copies of copies, though they have no positions
            return _Fragment()
        if isinstance(node, Chars):
            return self._position(node)
        if isinstance(node, Series):
            piece = _Fragment()
            for part in node.parts:
                piece = self._then(piece, self.add(part))
            return piece
        if isinstance(node, Choice):
            return self._choice([self.add(branch) for branch in node.branches])
        if isinstance(node, Repeat):
            return self._repeated(node)
        if isinstance(node, Lookaround):
            self.looks.append((node.body, self._loops > 0))
        return _Fragment()

    def _position(self, node: Chars) -> _Fragment:
        if len(self.matched) >= _MOST_POSITIONS:
            self.doubled = True  # repetitions in repetitions: nobody needs them, and this would not end
            return _Fragment()
        ranges = node.ranges
        bits = 0
        for number, point in enumerate(self._alphabet):
            bits |= any(low <= point <= high for low, high in ranges) << number
        self.matched.append(bits)
        self.follow.append(set())
        here = frozenset({len(self.matched) - 1})
        return _Fragment(here, here, nullable=False)

    def _choice(self, pieces: list[_Fragment]) -> _Fragment:
        empty = sum(piece.nullable for piece in pieces)
        self._empty_twice += empty > 1
        self.empty_ways *= max(1, empty)
        return _Fragment(
            frozenset().union(*(piece.first for piece in pieces)),
            frozenset().union(*(piece.last for piece in pieces)),
            any(piece.nullable for piece in pieces),
        )

    def _then(self, left: _Fragment, right: _Fragment) -> _Fragment:
        self._link(left.last, right.first)
        return _Fragment(
            left.first | (right.first if left.nullable else frozenset()),
            right.last | (left.last if right.nullable else frozenset()),
            left.nullable and right.nullable,
        )

    def _link(self, ends: frozenset[int], starts: frozenset[int]) -> None:
        self._links += len(ends) * len(starts)
        if self._links > _MOST_LINKS:
            self.doubled = True
            return
        for end in ends:
            self.doubled = self.doubled or not starts.isdisjoint(self.follow[end])
            self.follow[end] |= starts

    def _repeated(self, node: Repeat) -> _Fragment:
        if (node.least, node.most) == (0, 1):
            piece = self.add(node.body)
            self._empty_twice += piece.nullable
            self.empty_ways *= 1 + piece.nullable
            return _Fragment(piece.first, piece.last, nullable=True)
        if node.least == node.most and (node.most <= _COPIES or not _has_choice(node.body)):
            return self._copied(node.body, node.most)
        # Whatever may be repeated more or less often is taken for a loop without end, though it be bounded:
        # bounded repetitions in each other take no less time.
        self._loops += 1
        before = self._empty_twice
        piece = self.add(node.body)
        self._link(piece.last, piece.first)
        self.doubled = self.doubled or self._empty_twice > before or (piece.nullable and node.least > 1)
        self._empty_twice += node.least == 0 and piece.nullable
        return _Fragment(piece.first, piece.last, node.least == 0 or piece.nullable)

    def _copied(self, body: PatternNode, times: int) -> _Fragment:
        """What is repeated a fixed number of times, written out as far as that tells more."""
        self.is_long = self.is_long or times > _COPIES
        self._loops += times > _COPIES
        whole = _Fragment()
        for _ in range(min(times, _COPIES)):
            piece = self.add(body)
            # ``re`` goes through what is empty as often as it is told to, within each other a power of that.
            self.doubled = self.doubled or (piece.nullable and times > 1)
            whole = self._then(whole, piece)
        return whole
