"""Which entries of one sequence are entries of another, in the order of both, within a bound of work.

What is the same at both ends goes first. Then, as in a patience diff (Bram Cohen), what each of the two has
once is an anchor. Between anchors the fewest changes are looked for (Eugene Myers, "An O(ND) Difference
Algorithm and Its Variations", 1986), up to a bound: two mails that have that little in common are paired
first with first and second with second of each kind.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import count, pairwise

_MOST_CHANGES = 300
"""Between two anchors. The work is this times what stands between them, the memory its square."""

Pair = tuple[int, int]


def paired(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> dict[int, int]:
    """The place in ``theirs`` for each place in ``ours`` whose entry is found again; both ascend."""
    start, end_ours, end_theirs = 0, len(ours), len(theirs)
    while start < min(end_ours, end_theirs) and ours[start] == theirs[start]:
        start += 1
    while min(end_ours, end_theirs) > start and ours[end_ours - 1] == theirs[end_theirs - 1]:
        end_ours, end_theirs = end_ours - 1, end_theirs - 1
    found = [(each, each) for each in range(start)]
    found += _between((start, start), (end_ours, end_theirs), ours, theirs)
    found += [(end_ours + step, end_theirs + step) for step in range(len(ours) - end_ours)]
    return dict(found)


def _between(first: Pair, last: Pair, ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Iterator[Pair]:
    """The pairs of what stands from ``first`` to ``last``, by what each side has there once."""
    mine, its = ours[first[0] : last[0]], theirs[first[1] : last[1]]
    anchors = [
        (first[0] + here, first[1] + there) for here, there in _ascending(_alike(_single(mine), _single(its)))
    ]
    for before, after in pairwise(((first[0] - 1, first[1] - 1), *anchors, last)):
        at, there = before[0] + 1, before[1] + 1
        part, other = ours[at : after[0]], theirs[there : after[1]]
        pairs = _fewest_changes(part, other)
        if pairs is None:
            pairs = _ascending(_alike(_numbered(part), _numbered(other)))
        yield from ((at + one, there + two) for one, two in pairs)
        if after != last:
            yield after


def _single(entries: Sequence[Hashable]) -> dict[Hashable, int]:
    numbers = Counter(entries)
    return {entry: place for place, entry in enumerate(entries) if numbers[entry] == 1}


def _numbered(entries: Sequence[Hashable]) -> dict[Hashable, int]:
    """The place of the first, the second and each further entry of a kind."""
    counters: dict[Hashable, Iterator[int]] = {}
    return {(entry, next(counters.setdefault(entry, count()))): place for place, entry in enumerate(entries)}


def _alike(ours: dict[Hashable, int], theirs: dict[Hashable, int]) -> Iterator[Pair]:
    return ((place, theirs[entry]) for entry, place in ours.items() if entry in theirs)


def _ascending(pairs: Iterable[Pair]) -> list[Pair]:
    """As many of ``pairs``, which ascend on one side, as ascend on the other."""
    ends: list[int] = []  # the lowest end of an ascent of each length
    of_end: list[int] = []
    chosen: list[tuple[Pair, int]] = []
    for pair in pairs:
        length = bisect_left(ends, pair[1])
        chosen.append((pair, of_end[length - 1] if length else -1))
        ends[length : length + 1] = [pair[1]]
        of_end[length : length + 1] = [len(chosen) - 1]
    found = []
    at = of_end[-1] if of_end else -1
    while at >= 0:
        pair, at = chosen[at]
        found.append(pair)
    return found[::-1]


def _fewest_changes(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[Pair] | None:
    """The pairs that leave the fewest entries over; None where more than the bound are."""
    height, width = len(ours), len(theirs)
    reached = {1: 0}
    history: list[dict[int, int]] = []
    for changes in range(min(height + width, _MOST_CHANGES) + 1):
        history.append(dict(reached))
        lowest = -changes + 2 * max(0, changes - width)
        highest = changes - 2 * max(0, changes - height)
        for diagonal in range(lowest, highest + 1, 2):
            row = _entered(reached, diagonal)
            while row < height and row - diagonal < width and ours[row] == theirs[row - diagonal]:
                row += 1
            reached[diagonal] = row
            if row >= height and row - diagonal >= width:
                return _retraced(history, height, width)
    return None


def _entered(reached: dict[int, int], diagonal: int) -> int:
    """The row in which a path comes into ``diagonal`` farthest: from above, or from the left."""
    return max(reached.get(diagonal + 1, -1), reached.get(diagonal - 1, -1) + 1)


def _retraced(history: list[dict[int, int]], row: int, column: int) -> list[Pair]:
    found = []
    for reached in reversed(history):
        diagonal = row - column
        entered = _entered(reached, diagonal)
        while row > entered:
            row, column = row - 1, column - 1
            found.append((row, column))
        if reached is history[0]:
            break
        from_above = reached.get(diagonal + 1, -1) >= reached.get(diagonal - 1, -1) + 1
        row, column = (row, column - 1) if from_above else (row - 1, column)
    return found[::-1]
