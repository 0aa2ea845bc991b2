"""A clock for what is served: one that does not stop while the process is frozen."""

from __future__ import annotations

import time
from typing import Final

_LEAP: Final = 1.0
"""Seconds by which the clock of the wall may run ahead before that is taken for a freeze."""


class WakefulClock:
    """Seconds since some moment; never goes back, and counts the time that the process was frozen.

    ``time.monotonic`` may stand still while a Lambda is frozen between two invocations or restored from a
    snapshot, and whoever trusts it alone serves an hour-old release as one of this minute. The clock of the
    wall goes on, but people and NTP set it, back as well. So this is the monotonic clock, moved on whenever
    the wall has run ahead of it by more than a second; a wall that is set back changes nothing. One that is
    set forward looks like a freeze, and costs one look at the pointer.
    """

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()
        self._frozen = 0.0

    def __call__(self) -> float:
        """The time."""
        now = time.monotonic()
        ahead = time.time() - now
        leap = ahead - self._ahead
        # Two threads that see the same leap may both count it: a release is then looked at sooner.
        if leap > _LEAP:
            self._frozen += leap
        if abs(leap) > _LEAP:
            self._ahead = ahead
        return now + self._frozen
