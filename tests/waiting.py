"""How long tests wait: until what must come has come, and no longer than what else the machine does allows.

A limit in a test is there to end a test that hangs, never to measure: a machine at work on other things
takes many times as long. Limits are therefore written as they suit an idle machine, with room to spare, grow
with the load, and have a load to spare that begins only once they are set. ``TEST_PATIENCE=10`` in the
environment multiplies them all where that is not enough.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

SECONDS: Final = 30.0
"""The limit of an ordinary wait on an idle machine."""
AT_LEAST: Final = 4.0
"""A limit is set at one moment and holds at later ones: no machine is taken to be less busy than so."""
_LOOK_AGAIN_SECONDS: Final = 0.05


def patience(seconds: float = SECONDS) -> float:
    """A limit in seconds: ``seconds``, times how many programs want each processor now, or soon may."""
    return seconds * _times(AT_LEAST)


def crowd() -> float:
    """How many programs want each processor now, one or more: by that grows what a test has to let pass."""
    return _times(1.0)


def _times(at_least: float) -> float:
    wanted = max(os.getloadavg()[0], _running()) / (os.cpu_count() or 1)
    return max(at_least, wanted) * float(os.environ.get("TEST_PATIENCE", "1"))


def _running() -> int:
    """How many programs want a processor at this moment; 0 where the system does not say.

    The load is a mean over a minute: of what has just begun it knows nothing, and limits that are set then
    would be those of an idle machine.
    """
    try:
        running, _, _ = Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")
    except OSError:
        return 0
    return int(running)


def eventually(read: Callable[[], T], holds: Callable[[T], object], *, seconds: float = SECONDS) -> T:
    """What ``read`` gives once it ``holds``: the first read of whatever another process or thread makes.

    Raises:
        AssertionError: it did not hold while there was patience; the message shows what was read last.
    """
    begun = time.monotonic()
    while not holds(found := read()):
        # Asked each time: what keeps the machine busy may begin after the wait did.
        waited = time.monotonic() - begun
        assert waited < patience(seconds), f"It never came; the last that was read: {found!r}"
        time.sleep(_LOOK_AGAIN_SECONDS)
    return found
