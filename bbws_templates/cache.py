"""The release that a process serves: read once, revalidated now and then, never lost to an outage.

In this order, the first that can be had:

1. the active (or pinned) release of the target;
2. the last known good one, still in memory;
3. in a process that has none yet but perhaps the deployed copy: the release that was active before, when the
   active one is damaged or has not been replicated yet;
4. the copy that was deployed along with the code.

All but the first come with a warning, and the first is tried again soon. Which of them it is, is said for as
long as it is so (``Origin``).
"""

from __future__ import annotations

import os
import threading
from _weakrefset import WeakSet  # that of weakref, without the rest of it; threading takes it from here too
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from bbws_templates.clocks import WakefulClock
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError, StoreError, UnavailableError, UnreachableError
from bbws_templates.flight import Flight
from bbws_templates.forking import import_anew
from bbws_templates.loading import Loader, Origin, Serving, deployed_bundle
from bbws_templates.log import warn
from bbws_templates.reader import ObjectReader
from bbws_templates.record import record

__all__ = ["COLD_PATIENCE", "RETRY", "Origin", "ReleaseCache", "Status"]

if TYPE_CHECKING:
    from pathlib import Path

RETRY: Final = 15.0
"""Seconds until the target is asked again after it failed."""

COLD_PATIENCE: Final = 10.0
"""Seconds to wait at least when there is nothing else to serve."""

_ONCE_BITTEN: Final = 0.1
"""The part of its patience that a mail waits while the last question to the target had no answer in time."""

_MOST_LOST: Final = 3
"""How many questions may hang that nobody waits for any more; beyond them nothing more is asked."""


@record(frozen=True)
class Status:
    """What a client serves, in one line: for a log, a health check or a metric.

    ``release`` is the whole id. ``age`` is how many seconds ago the target said that it is the one to serve
    (for a deployed copy: since it was read). ``problem`` says why it is not the active one, "" when it is.
    """

    origin: Origin
    release: str
    age: float
    problem: str = ""

    def __str__(self) -> str:
        problem = f": {self.problem}" if self.problem else ""
        return f"{self.origin.value} release {self.release[:12]}, {self.age:.0f} s old{problem}"


class ReleaseCache:
    """Keeps one release in memory. Safe to share by threads: one of them reads, the others need not wait.

    ``pin`` is a release id that is served instead of the active one. ``ttl`` and ``patience`` are seconds:
    how long a release is served before the pointer is looked at again, and how long all of that may take;
    ``cold_patience`` is how long it may take at least when there is nothing else to serve. ``clock`` must go
    on while the process is frozen.

    A process that is forked may go on using it: the child asks anew, over connections of its own.
    """

    def __init__(
        self,
        open_reader: Callable[[], ObjectReader],
        *,
        place: str,
        pin: str = "",
        ttl: float,
        patience: float,
        cold_patience: float = COLD_PATIENCE,
        deployed: Path | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._open_reader = open_reader
        self._place = place
        self._pinned = bool(pin)
        self._loader = Loader(place, pin)
        self._ttl = ttl
        self._patience = patience
        self._cold_patience = max(patience, cold_patience)
        self._deployed = deployed
        self._clock = clock or WakefulClock()
        self._serving: Serving | None = None
        self._due = 0.0
        self._expired = False
        self._begin()
        _ALL.add(self)

    def _begin(self) -> None:
        """Forget what is under way: nothing is yet, or it is so in another process only."""
        self._lock: Any = threading.RLock()  # which knows whose it is
        self._reader: ObjectReader | None = None
        self._flight: Flight[Serving] | None = None
        self._lost: list[Flight[Serving]] = []
        self._failures = 0
        self._failure = ""
        self._bitten = False

    def begin_in_child(self) -> None:
        """After a fork: what was asked, or was to be asked before the next use, the child asks for itself."""
        if self._flight or _is_taken(self._lock):
            self._expired = True
        self._begin()

    def serving(self) -> Serving:
        """What to serve now; reads the target when it has to.

        Raises:
            UnavailableError: there is no release to be had from anywhere.
        """
        lock = self._lock  # that of a child, should this thread be forked in here, is another one
        serving, failures = self._serving, self._failures
        if serving and not self._is_due():
            return serving
        if lock._is_owned():
            # A handler, of a signal or of the log, that was called in the midst of a look of this thread.
            if serving:
                return serving
            raise UnavailableError(f"{self._place} is just being looked at for the first time.")
        try:
            # Within: a handler of a signal may raise as soon as this thread has it, to limit its time.
            if serving and not lock.acquire(blocking=False):
                return serving
            if not serving:
                lock.acquire()
                if not self._serving and self._failures != failures:
                    # Whoever has waited for an attempt of another has waited: it need not make its own.
                    raise UnavailableError(self._failure)
            if not self._serving or self._is_due():
                self._refresh()
            return self._served()
        finally:
            if lock._is_owned():
                lock.release()

    def status(self) -> Status:
        """What is served, as ``serving`` says it, without what is in it."""
        return self.described(self.serving())

    def described(self, serving: Serving) -> Status:
        """What ``serving``, which this cache has given, is at this moment."""
        age = max(0.0, self._clock() - serving.confirmed)
        return Status(serving.origin, serving.bundle.release, age, serving.problem)

    def expire(self) -> None:
        """Look at the pointer again before the next use, or, while a look is under way, before the one after.

        Nobody waits for the look of another thread; what was asked before this moment counts as no answer.
        """
        self._expired = True  # and what has been asked before this moment is no answer

    def _is_due(self) -> bool:
        return self._expired or self._clock() >= self._due or self._has_come_late()

    def _has_come_late(self) -> bool:
        """Whether there is now what nobody waited for any more."""
        return self._flight is not None and self._flight.has_result

    def _served(self) -> Serving:
        if self._serving is None:
            raise UnavailableError(f"There is no release to be had from {self._place}.")
        return self._serving

    def _refresh(self) -> None:
        try:
            self._serving = self._load_in_time()
        except (StoreError, DamagedReleaseError) as error:
            self._serving = self._fall_back(error)
        if self._serving.problem:
            self._due = self._clock() + min(RETRY, self._ttl)
            warn(
                "Serving release %s (%s): %s",
                self._serving.bundle.release[:12],
                self._serving.origin.value,
                self._serving.problem,
            )
        else:
            # A pinned release never changes, so there is nothing to look at again.
            self._due = float("inf") if self._pinned else self._serving.confirmed + self._ttl

    def _fall_back(self, error: StoreError | DamagedReleaseError) -> Serving:
        held = self._serving
        if held:
            origin = Origin.LAST_KNOWN_GOOD if held.origin is Origin.ACTIVE else held.origin
            return Serving(held.bundle, origin, held.confirmed, str(error), held.etag)
        failure = f"There is no release to be had: {error}"
        if self._deployed:
            try:
                return Serving(deployed_bundle(self._deployed), Origin.DEPLOYED, self._clock(), str(error))
            except (OSError, ValueError, DamagedReleaseError) as second:  # ValueError: no name of a file
                failure = f"{error} The copy in {self._deployed} cannot be used: {second}"
        self._failure = failure
        self._failures += 1
        raise UnavailableError(failure) from error

    def _load_in_time(self) -> Serving:
        """What the target has, no older than the TTL, or an error within the patience.

        Raises:
            StoreError, DamagedReleaseError: it cannot be had, or not in time.
        """
        flight = self._flight
        if self._expired:
            self._expired = self._bitten = False
            self._give_up()
        elif flight and flight.landed:
            # It came in after all when nobody waited any more, perhaps long ago.
            self._flight, self._bitten = None, False
            with suppress(BbwsTemplatesError):
                found = flight.result()
                if self._pinned or self._clock() < found.confirmed + self._ttl:
                    return found
                self._serving = found
        elif flight and flight.overdue(self._clock()):
            self._give_up()
        found = self._wait_for(self._flight or self._start())
        if not self._pinned and self._clock() >= found.confirmed + self._ttl + self._cold_patience:
            # The process was frozen while it waited: this is news of then.
            self._serving = found
            found = self._wait_for(self._start())
        return found

    def _wait_for(self, flight: Flight[Serving]) -> Serving:
        patience = flight.patience * (_ONCE_BITTEN if self._bitten else 1)
        if not flight.wait(patience):
            self._bitten = True
            raise UnreachableError(f"{self._place} did not answer within {patience:g} s.")
        self._flight = None
        self._bitten = False
        return flight.result()

    def _start(self) -> Flight[Serving]:
        self._lost = [flight for flight in self._lost if not flight.landed]
        if len(self._lost) >= _MOST_LOST:
            raise UnreachableError(f"{self._place} has left {len(self._lost)} questions without an answer.")
        self._opened()
        held, now = self._serving, self._clock()
        reader = self._opened()  # once more: the clock may be where this thread was forked
        # With nothing else to serve there is nothing to win by giving up early.
        patience = self._patience if held or self._deployed else self._cold_patience
        self._flight = Flight(lambda: self._loader.load(reader, held, now), started=now, patience=patience)
        return self._flight

    def _opened(self) -> ObjectReader:
        if self._reader is None:
            # Imports boto3, which takes a while and is no sign of an outage.
            self._reader = self._open_reader()
        return self._reader

    def _give_up(self) -> None:
        """Break off what is under way, so that the next question goes out on a connection of its own."""
        if self._flight and not self._flight.landed:
            self._lost.append(self._flight)
            cut = getattr(self._reader, "cut", None)
            if cut:
                cut()
            self._reader = None
        self._flight = None


def _is_taken(lock: Any) -> bool:
    """Whether somebody has ``lock``, this thread included."""
    if lock._is_owned() or not lock.acquire(blocking=False):
        return True
    lock.release()
    return False


_ALL: WeakSet[ReleaseCache] = WeakSet()


def _begin_in_child() -> None:
    """After a fork: the threads, and whoever held a lock, are in the parent; connections are its own."""
    import_anew()
    for cache in list(_ALL):
        cache.begin_in_child()


if hasattr(os, "register_at_fork"):  # not where there is no fork
    os.register_at_fork(after_in_child=_begin_in_child)
