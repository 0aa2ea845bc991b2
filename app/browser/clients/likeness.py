"""What a client does to a mail beside Chromium, by its picture alone, where it does not say its layout.

Each element that Chromium shows is looked for in the client's picture, near where the one before it was found
and then everywhere: what is only moved up or down is there. Pictures are softened first, so that two engines'
smoothing of the same letters is no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.browser.clients.differences import ClientDifference, Effect, is_looked_for, name_of
from app.browser.measuring import PlacedElement
from app.browser.pixels import read_picture

_Greys = NDArray[np.float64]

_SOFT = 3
"""Pixels to each side over which a picture is softened."""
_STEP = 2
"""Of two rows or columns one is looked at; softened pictures have no more in them."""
_ASIDE = 6
_NEAR = 60
_SMALLEST = 6
_UNLIKE = 0.6
"""So much of what an element has beside its ground, on average, may be elsewhere or otherwise: letters that
are a third heavier have 0.3, letters that are not there 1."""
_PARTS = 8
"""Into so many parts a place is divided each way for a first look at it."""
_ROUNDING = 1e-6
_FAINTEST = 4.0
"""Of 255: what is fainter is no more than a ground, and the ground itself is compared."""


def picture_differences(
    elements: Sequence[PlacedElement], ours: bytes, theirs: bytes
) -> tuple[ClientDifference, ...]:
    """The ``elements`` that Chromium shows in its picture ``ours`` and a client in ``theirs`` does not.

    Both are PNGs of the same width. What runs over the edge of both is the same in both.
    """
    before, after = _softened(ours), _softened(theirs)
    found, last = [], 0
    for index, element in enumerate(elements):
        patch, x, y = _patch(before, element)
        if not is_looked_for(element) or min(patch.shape) * _STEP < _SMALLEST:
            continue
        contrast = max(_FAINTEST, float(np.abs(patch - np.median(patch)).mean()))
        near = range(y + last - _NEAR, y + last + _NEAR, _STEP)
        for places in (near, range(0, after.shape[0], _STEP)):
            distance, place = nearest(patch, after, x, places, _UNLIKE * contrast)
            if distance <= _UNLIKE * contrast:
                last = place - y
                break
        else:
            words = f"{name_of(element)} is not there or looks otherwise, by its picture"
            found.append(ClientDifference(index, Effect.PICTURE, words))
    return tuple(found)


def _patch(picture: _Greys, element: PlacedElement) -> tuple[_Greys, int, int]:
    x, y, width, height = (round(side) for side in element.box)
    x, y = max(0, x), max(0, y)
    return picture[y : y + height : _STEP, x : x + width : _STEP], x, y


def nearest(patch: _Greys, picture: _Greys, x: int, rows: range, limit: float) -> tuple[float, int]:
    """How far the likest place among ``rows`` is from ``patch``, of 255, and its row.

    What is farther than ``limit`` is not looked for: (255, 0). A place is looked at only if the sums over
    parts of it, which no difference of single pixels undercuts, leave it a chance.
    """
    best = (255.0, 0)
    columns = range(max(0, x - _ASIDE), x + _ASIDE + 1, _STEP)
    row_parity, column_parity = rows.start % _STEP, columns.start % _STEP
    seen = picture[row_parity::_STEP, column_parity::_STEP]
    height, width = patch.shape
    tops = np.array([row // _STEP for row in rows if 0 <= row // _STEP <= len(seen) - height], dtype=int)
    lefts = np.array([each // _STEP for each in columns if each // _STEP <= seen.shape[1] - width], dtype=int)
    if not tops.size or not lefts.size:
        return best
    bounds = _least(patch, seen, tops, lefts)
    for place in np.argsort(bounds, axis=None, kind="stable"):
        top, left = np.unravel_index(int(place), bounds.shape)
        if bounds[top, left] > min(limit, best[0]) + _ROUNDING:
            break
        other = seen[tops[top] : tops[top] + height, lefts[left] : lefts[left] + width]
        best = min(best, (float(np.abs(patch - other).mean()), int(tops[top]) * _STEP + row_parity))
    return best


def _least(patch: _Greys, seen: _Greys, tops: NDArray[np.int_], lefts: NDArray[np.int_]) -> _Greys:
    """How far each place is from ``patch`` at least, by the sums over parts of both."""
    height, width = patch.shape
    theirs, own = (np.pad(each.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0))) for each in (seen, patch))
    found = np.zeros((len(tops), len(lefts)))
    down = sorted({height * number // _PARTS for number in range(_PARTS + 1)})
    across = sorted({width * number // _PARTS for number in range(_PARTS + 1)})
    for first, last in pairwise(down):
        bands = theirs[tops + last] - theirs[tops + first]
        band = own[last] - own[first]
        for left, right in pairwise(across):
            sums = bands[:, lefts + right] - bands[:, lefts + left]
            found += np.abs(sums - (band[right] - band[left]))
    return found / patch.size


def _softened(picture: bytes) -> _Greys:
    greys: _Greys = read_picture(picture)[:, :, :3].astype(np.float64).mean(axis=2)
    for axis in (0, 1):
        padded = np.pad(
            greys, [(_SOFT + 1, _SOFT) if each == axis else (0, 0) for each in (0, 1)], mode="edge"
        )
        sums = np.cumsum(padded, axis=axis)
        span = 2 * _SOFT + 1
        upper, lower = (sums[span:], sums[:-span]) if axis == 0 else (sums[:, span:], sums[:, :-span])
        greys = (upper - lower) / span
    return greys
