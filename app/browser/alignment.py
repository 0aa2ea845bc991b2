"""Which rows of one picture are rows of another: what only moved up or down is no difference to look at."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Alignment:
    """Where each row of the picture after comes from.

    ``origin`` has for each of its rows the row before that it is held against, -1 where there is none: it is
    new. ``removed`` are (row after, number): so many rows before stood there and are gone. ``moved`` rows are
    the same in both pictures, at another height.
    """

    origin: Rows
    moved: int
    removed: tuple[tuple[int, int], ...] = field(default=())

    def before(self, row: int) -> int:
        """The row before with which what stands above ``row`` after has ended."""
        known = self.origin[:row]
        known = known[known >= 0]
        return int(known[-1]) + 1 if len(known) else 0


def aligned(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Alignment:
    """Hold the rows of two pictures of one width against each other.

    As in a patience diff (Bram Cohen): rows that each picture has once are the anchors, and from there
    whatever is the same goes with them. Blank rows, which every mail has by the hundred, anchor nothing.
    Between what is the same, rows are held against each other from the top.
    """
    names: dict[bytes, int] = {}
    old, new = (
        [names.setdefault(row.tobytes(), len(names)) for row in picture] for picture in (before, after)
    )
    origin = np.full(len(new), -1, dtype=np.intp)
    removed = []
    moved = row_before = row_after = 0
    for same_before, same_after, length in (*sorted(_same(old, new)), (len(old), len(new), 0)):
        gone, come = same_before - row_before, same_after - row_after
        paired = min(gone, come)
        origin[row_after : row_after + paired] = np.arange(row_before, row_before + paired)
        if gone > paired:
            removed.append((row_after + paired, gone - paired))
        origin[same_after : same_after + length] = np.arange(same_before, same_before + length)
        moved += length if same_before != same_after else 0
        row_before, row_after = same_before + length, same_after + length
    return Alignment(origin, moved, tuple(removed))


def _same(old: Sequence[int], new: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Stretches that are the same, as (first row before, first row after, number), in no order."""
    open_stretches = [(0, len(old), 0, len(new))]
    while open_stretches:
        top, bottom, above, below = open_stretches.pop()
        start, first = top, above
        while top < bottom and above < below and old[top] == new[above]:
            top, above = top + 1, above + 1
        if top > start:
            yield start, first, top - start
        end = bottom
        while top < bottom and above < below and old[bottom - 1] == new[below - 1]:
            bottom, below = bottom - 1, below - 1
        if bottom < end:
            yield bottom, below, end - bottom
        anchors = _anchors(old[top:bottom], new[above:below])
        if not anchors:
            continue
        yield from ((top + row, above + other, 1) for row, other in anchors)
        edges = [(-1, -1), *anchors, (bottom - top, below - above)]
        open_stretches += [
            (top + row + 1, top + next_row, above + other + 1, above + next_other)
            for (row, other), (next_row, next_other) in pairwise(edges)
        ]


def _anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """Rows that each has once, at their places in both, as many as stand in one order in both."""
    once = [{name for name, number in Counter(rows).items() if number == 1} for rows in (old, new)]
    shared = once[0] & once[1]
    places = {name: place for place, name in enumerate(new) if name in shared}
    pairs = [(place, places[name]) for place, name in enumerate(old) if name in shared]
    # The longest increasing run, by patience sorting: each pair knows the one before it.
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        previous.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [index]
    run = []
    index = ends[-1] if ends else -1
    while index >= 0:
        run.append(pairs[index])
        index = previous[index]
    return run[::-1]
