"""Groups of runs of which one goes on at a time: ``concurrency`` with ``cancel-in-progress: false``.

Source: GitHub, "Control the concurrency of workflows and jobs": one runs, one waits; a third takes the place
of the one that waits, which is cancelled.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Queues:
    """The groups by name."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[str] = set()
        self._pending: dict[str, object] = {}

    @contextmanager
    def turn(self, group: str) -> Iterator[bool]:
        """Wait for the turn in ``group``: True once it came, False when another run took the place."""
        began = self._begin(group)
        try:
            yield began
        finally:
            if began:
                with self._changed:
                    self._running.discard(group)
                    self._changed.notify_all()

    def busy(self, group: str) -> bool:
        """Whether a run of ``group`` goes on."""
        with self._changed:
            return group in self._running

    def waiting(self, group: str) -> bool:
        """Whether a run waits for its turn in ``group``."""
        with self._changed:
            return group in self._pending

    def _begin(self, group: str) -> bool:
        ticket = object()
        with self._changed:
            self._pending[group] = ticket
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._pending.get(group) is not ticket or group not in self._running
            )
            if self._pending.get(group) is not ticket:
                return False
            del self._pending[group]
            self._running.add(group)
            return True
