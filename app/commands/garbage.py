"""How often a command looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_A_COLLECTION = 10_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Garbage is looked for less often, and in what is made from here on, not in a whole program again.

    It took a sixth of the time of a check, and a third of that in which a large bundle is read. It is for a
    process that ends with its command: one that goes on would never again look through what has grown old.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_A_COLLECTION, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
