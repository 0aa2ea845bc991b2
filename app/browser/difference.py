"""How two pictures differ: first by size, then pixel by pixel, with a tolerance where one is declared."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pybind11_pixelmatch
from numpy.typing import NDArray

from app.browser.alignment import Alignment, aligned
from app.browser.pixels import Pixels, write_picture

Marks = NDArray[np.bool_]

# Neighbouring changes are one region when no more than about this many untouched pixels lie between them.
_CELL = 8
_MOST_REGIONS = 60
# A pixel that differs by more than this (pixelmatch's scale, 0-1) counts although it looks like smoothing of
# an edge: real smoothing differs by less, while a stray pixel on the edge of a letter does not.
_BEYOND_SMOOTHING = 0.3
_CHANGED = (230, 0, 90)
_ADDED = (255, 214, 229)


@dataclass(frozen=True, order=True)
class Box:
    """A rectangle in pixels from the top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """The rows it covers."""
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        """The columns it covers."""
        return slice(self.x, self.x + self.width)


@dataclass(frozen=True)
class Allowance:
    """What does not count: ``pixels`` may differ, any may by up to ``colour`` (0-1, pixelmatch).

    ``smoothing``: differences that are nothing but the smoothing of an edge do not count. ``masks`` are not
    looked at.
    """

    pixels: int = 0
    colour: float = 0.0
    smoothing: bool = False
    masks: tuple[Box, ...] = ()


@dataclass(frozen=True)
class PixelDifference:
    """What differs. ``changed`` pixels count, ``tolerated`` ones are within the allowance.

    ``sizes`` are (width, height) before and after. ``regions`` are boxes around the pixels that count, from
    top to bottom, in the picture after. ``moved`` rows only moved up or down and do not count; where there
    are any, ``regions_before`` are the same boxes in the picture before. ``added`` says of each row whether
    the picture before has none that it could be held against.
    """

    changed: int
    tolerated: int
    sizes: tuple[tuple[int, int], tuple[int, int]]
    regions: tuple[Box, ...]
    marks: Marks
    added: Marks
    moved: int = 0
    regions_before: tuple[Box, ...] = ()

    @property
    def resized(self) -> bool:
        """Whether the pictures differ in size."""
        return self.sizes[0] != self.sizes[1]

    @property
    def exists(self) -> bool:
        """Whether anything differs that counts."""
        return self.resized or self.changed > 0

    def __str__(self) -> str:
        parts = []
        if self.resized:
            (old_width, old_height), (width, height) = self.sizes
            parts.append(f"{old_width}×{old_height} became {width}×{height}")
        if self.changed:
            places = f" in {len(self.regions)} regions" if len(self.regions) > 1 else ""
            parts.append(f"{self.changed} pixel{'' if self.changed == 1 else 's'} changed{places}")
        if self.moved:
            parts.append(f"{self.moved} row{'' if self.moved == 1 else 's'} only moved")
        return ", ".join(parts) or "no difference"


def compare(before: Pixels, after: Pixels, allowance: Allowance) -> PixelDifference:
    """Compare two pictures; the arguments are not changed.

    Whether anything differs is asked pixel by pixel at its place. If so, and rows have only moved (a line
    that wraps further moves all below it), what is told is the rest. Where that is no less, nothing moved.
    """
    sizes = ((before.shape[1], before.shape[0]), (after.shape[1], after.shape[0]))
    height, width = (
        max(first, second) for first, second in zip(before.shape[:2], after.shape[:2], strict=True)
    )
    old, new = (_unmasked(_on_canvas(picture, height, width), allowance.masks) for picture in (before, after))
    differing: Marks = np.any(old[..., :3] != new[..., :3], axis=2)
    counted = _counted(old, new, differing, allowance)
    # What only one of the two pictures has is a change whatever its colour.
    outside = np.ones((height, width), dtype=np.bool_)
    outside[: min(before.shape[0], after.shape[0]), : min(before.shape[1], after.shape[1])] = False
    for mask in allowance.masks:
        outside[mask.rows, mask.columns] = False
    counted = counted | outside
    changed = int(counted.sum())
    if changed <= allowance.pixels and sizes[0] == sizes[1]:
        counted = np.zeros_like(counted)
    total = int((differing | outside).sum())
    changed = int(counted.sum())
    added = np.arange(height) >= before.shape[0]
    in_place = PixelDifference(changed, total - changed, sizes, regions(counted), counted, added)
    if not in_place.exists or sizes[0][0] != sizes[1][0]:
        return in_place
    apart = _without_moved(old, new, sizes, allowance)
    fewer = np.count_nonzero(apart.marks.any(axis=1)) < np.count_nonzero(counted.any(axis=1))
    return apart if apart.moved and fewer else in_place


def _without_moved(
    old: Pixels, new: Pixels, sizes: tuple[tuple[int, int], tuple[int, int]], allowance: Allowance
) -> PixelDifference:
    """What differs beside rows that are only at another height; ``old`` and ``new`` are of one size."""
    height, width = new.shape[:2]
    (_, height_before), (_, height_after) = sizes
    alignment = aligned(old[:height_before], new[:height_after])
    known = alignment.origin >= 0
    held = new[:height_after].copy()
    held[known] = old[alignment.origin[known]]
    masked = np.zeros((height, width), dtype=np.bool_)
    for mask in allowance.masks:
        masked[mask.rows, mask.columns] = True
    hidden = masked[:height_after].copy()
    hidden[known] |= masked[alignment.origin[known]]
    differing: Marks = np.any(held[..., :3] != new[:height_after, :, :3], axis=2) & ~hidden
    counted = _counted(held, new[:height_after], differing, allowance) & ~hidden
    counted[~known] = ~hidden[~known]
    changed = int(counted.sum())
    marks = np.zeros((height, width), dtype=np.bool_)
    marks[:height_after] = counted
    for (
        row,
        number,
    ) in alignment.removed:  # what is gone is nowhere in the picture after: a line stands for it
        marks[min(row, height_after - 1)] = True
        changed += number * width
    tolerated = int((differing & ~counted).sum())
    boxes = regions(marks)
    boxes_before = tuple(_before(box, alignment) for box in boxes)
    added = np.zeros(height, dtype=np.bool_)
    added[:height_after] = ~known
    return PixelDifference(changed, tolerated, sizes, boxes, marks, added, alignment.moved, boxes_before)


def _before(box: Box, alignment: Alignment) -> Box:
    """Where ``box`` of the picture after was in the picture before."""
    top, bottom = alignment.before(box.y), alignment.before(box.y + box.height)
    return Box(box.x, top, box.width, max(1, bottom - top))


def _counted(old: Pixels, new: Pixels, differing: Marks, allowance: Allowance) -> Marks:
    """What of ``differing`` is more than the allowance forgives by its colour."""
    if differing.any() and (allowance.smoothing or allowance.colour):
        return _beyond(old, new, allowance)
    return differing


def picture_of(difference: PixelDifference, after: Pixels) -> bytes:
    """The new picture, pale and grey, with every pixel that counts in red; rows that are new on pink."""
    height, width = difference.marks.shape
    canvas = np.full((height, width, 3), 255, dtype=np.uint8)
    grey = after.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    canvas[: after.shape[0], : after.shape[1]] = (255 - (255 - grey) * 0.25).astype(np.uint8)[..., None]
    canvas[difference.marks] = _CHANGED
    # What stands in new rows is to be read, so they are no block of one colour.
    rows = difference.added[: after.shape[0]]
    ink = ((255 - grey[rows]) / 255)[..., None]
    fresh = (ink * np.array(_CHANGED) + (1 - ink) * np.array(_ADDED)).astype(np.uint8)
    shown = difference.marks[: after.shape[0], : after.shape[1]][rows]
    part = canvas[: after.shape[0], : after.shape[1]][rows]
    part[shown] = fresh[shown]
    canvas[np.flatnonzero(rows), : after.shape[1]] = part
    return write_picture(canvas)


def regions(marks: Marks) -> tuple[Box, ...]:
    """Boxes around the marked pixels, neighbours in one box, from top to bottom; at most sixty."""
    if not marks.any():
        return ()
    height, width = marks.shape
    rows, columns = -(-height // _CELL), -(-width // _CELL)
    padded = np.zeros((rows * _CELL, columns * _CELL), dtype=np.bool_)
    padded[:height, :width] = marks
    cells: Marks = np.asarray(padded.reshape(rows, _CELL, columns, _CELL).any(axis=(1, 3)))
    boxes = sorted((_tight(marks, group) for group in _connected(cells)), key=lambda box: (box.y, box.x))
    return (
        (*boxes[: _MOST_REGIONS - 1], _around(boxes[_MOST_REGIONS - 1 :]))
        if len(boxes) > _MOST_REGIONS
        else tuple(boxes)
    )


def _connected(cells: Marks) -> Iterable[tuple[int, int, int, int]]:
    """Groups of touching cells as (first row, last row, first column, last column)."""
    waiting = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    while waiting:
        start = waiting.pop()
        queue = deque([start])
        top = bottom = start[0]
        left = right = start[1]
        while queue:
            row, column = queue.popleft()
            top, bottom = min(top, row), max(bottom, row)
            left, right = min(left, column), max(right, column)
            for near in ((row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)):
                if near in waiting:
                    waiting.remove(near)
                    queue.append(near)
        yield top, bottom, left, right


def _tight(marks: Marks, group: tuple[int, int, int, int]) -> Box:
    top, bottom, left, right = group
    part = marks[top * _CELL : (bottom + 1) * _CELL, left * _CELL : (right + 1) * _CELL]
    down, across = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Box(
        left * _CELL + int(across[0]),
        top * _CELL + int(down[0]),
        int(across[-1] - across[0]) + 1,
        int(down[-1] - down[0]) + 1,
    )


def _around(boxes: Sequence[Box]) -> Box:
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(
        x, y, max(box.x + box.width for box in boxes) - x, max(box.y + box.height for box in boxes) - y
    )


def _beyond(old: Pixels, new: Pixels, allowance: Allowance) -> Marks:
    found = _pixelmatch(old, new, threshold=allowance.colour, smoothing_counts=not allowance.smoothing)
    if allowance.smoothing:
        found |= _pixelmatch(
            old, new, threshold=max(allowance.colour, _BEYOND_SMOOTHING), smoothing_counts=True
        )
    return found


def _pixelmatch(old: Pixels, new: Pixels, *, threshold: float, smoothing_counts: bool) -> Marks:
    options: Any = pybind11_pixelmatch.Options()
    options.threshold, options.includeAA, options.diffMask = threshold, smoothing_counts, True
    output = np.zeros_like(old)
    pybind11_pixelmatch.pixelmatch(old, new, output=output, options=options)
    # With diffMask only the pixels that count are painted; smoothed ones stay transparent.
    return np.asarray(output[..., 3] > 0, dtype=np.bool_)


def _on_canvas(picture: Pixels, height: int, width: int) -> Pixels:
    canvas = np.full((height, width, 4), 255, dtype=np.uint8)
    canvas[: picture.shape[0], : picture.shape[1], :3] = picture
    return canvas


def _unmasked(canvas: Pixels, masks: Iterable[Box]) -> Pixels:
    for mask in masks:
        canvas[mask.rows, mask.columns] = 255
    return canvas
