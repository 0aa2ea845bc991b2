"""A picture counts when a second one taken after it is the same."""

from __future__ import annotations

from collections.abc import Callable

_MOST_CAPTURES = 20


def settled(capture: Callable[[], bytes]) -> bytes:
    """A picture that two captures in a row agree upon.

    Once in a thousand times, on a busy machine, a browser answers with the lower parts of a page that has
    just grown not painted yet. Asking makes it paint, so the next answer is whole.

    Raises:
        RuntimeError: the page does not come to rest.
    """
    last = capture()
    for _ in range(_MOST_CAPTURES):
        picture = capture()
        if picture == last:
            return picture
        last = picture
    raise RuntimeError("the page does not come to rest")
