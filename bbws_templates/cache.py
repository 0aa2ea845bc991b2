"""The release that a process serves: read once, revalidated now and then, never lost to an outage.

In this order, the first that can be had:

1. the active (or pinned) release of the target;
2. the last known good one, still in memory;
3. in a process that has none yet but perhaps the deployed copy: the release that was active before, when the
   active one is damaged or has not been replicated yet;
4. the copy that was deployed along with the code.

All but the first come with a warning, and the first is tried again soon.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Final

from bbws_templates.bundle import Bundle, parse_bundle
from bbws_templates.digests import Digest
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError, StoreError, UnavailableError, UnreachableError
from bbws_templates.layout import BUNDLE, POINTER, bundle_key, check_release_id
from bbws_templates.pointer import Pointer, parse_pointer
from bbws_templates.reader import UNCHANGED, ObjectReader
from bbws_templates.record import record

if TYPE_CHECKING:
    from logging import Logger
    from pathlib import Path

RETRY: Final = 15.0
"""Seconds until the target is asked again after it failed."""

COLD_PATIENCE: Final = 10.0
"""Seconds to wait at least when there is nothing else to serve."""

_MOVES: Final = 4
"""How often the pointer is followed to a release that has gone when it is asked for."""


class Origin(Enum):
    """Where the release that is served came from."""

    ACTIVE = "active"
    PINNED = "pinned"
    LAST_KNOWN_GOOD = "last known good"
    PREVIOUS = "previous"
    DEPLOYED = "deployed"


@record(frozen=True)
class Serving:
    """The release that is served. ``problem`` says why it is not the active one, "" when it is."""

    bundle: Bundle
    origin: Origin
    problem: str = ""
    etag: str = ""


class ReleaseCache:
    """Keeps one release in memory. Safe to share by threads: one of them reads, the others need not wait.

    ``pin`` is a release id that is served instead of the active one. ``ttl`` and ``patience`` are seconds:
    how long a release is served before the pointer is looked at again, and how long all of that may take.
    """

    def __init__(
        self,
        open_reader: Callable[[], ObjectReader],
        *,
        place: str,
        pin: str = "",
        ttl: float,
        patience: float,
        deployed: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_reader = open_reader
        self._place = place
        self._pin = check_release_id(pin) if pin else ""
        self._ttl = ttl
        self._patience = patience
        self._deployed = deployed
        self._clock = clock
        self._lock = threading.Lock()
        self._reader: ObjectReader | None = None
        self._serving: Serving | None = None
        self._due = 0.0
        self._flight: _Flight | None = None

    def serving(self) -> Serving:
        """What to serve now; reads the target when it has to.

        Raises:
            UnavailableError: there is no release to be had from anywhere.
        """
        serving = self._serving
        if serving and (self._clock() < self._due or not self._lock.acquire(blocking=False)):
            return serving
        if not serving:
            self._lock.acquire()
        try:
            if not self._serving or self._clock() >= self._due:
                self._refresh()
            return self._served()
        finally:
            self._lock.release()

    def expire(self) -> None:
        """Look at the pointer again before the next use."""
        self._due = 0.0

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
            _logger().warning(
                "Serving release %s (%s): %s",
                self._serving.bundle.release[:12],
                self._serving.origin.value,
                self._serving.problem,
            )
        else:
            # A pinned release never changes, so there is nothing to look at again.
            self._due = float("inf") if self._pin else self._clock() + self._ttl

    def _fall_back(self, error: StoreError | DamagedReleaseError) -> Serving:
        held = self._serving
        if held:
            origin = Origin.LAST_KNOWN_GOOD if held.origin is not Origin.DEPLOYED else Origin.DEPLOYED
            return Serving(held.bundle, origin, str(error))
        if self._deployed:
            try:
                return Serving(_deployed_bundle(self._deployed), Origin.DEPLOYED, str(error))
            except (OSError, DamagedReleaseError) as second:
                raise UnavailableError(
                    f"{error} The copy in {self._deployed} cannot be used: {second}"
                ) from error
        raise UnavailableError(f"There is no release to be had: {error}") from error

    def _load_in_time(self) -> Serving:
        """Load on a thread of its own: no timeout of a socket bounds name resolution or a dripping body."""
        if self._reader is None:
            self._reader = (
                self._open_reader()
            )  # imports boto3, which takes a while and is no sign of an outage
        reader, held = self._reader, self._serving
        if self._flight is None:
            self._flight = _Flight(lambda: self._load(reader, held))
        flight = self._flight
        # With nothing else to serve there is nothing to win by giving up early.
        patience = self._patience if held or self._deployed else max(self._patience, COLD_PATIENCE)
        if not flight.landed.wait(patience):
            raise UnreachableError(f"{self._place} did not answer within {patience:g} s.")
        self._flight = None
        return flight.result()

    def _load(self, reader: ObjectReader, held: Serving | None) -> Serving:
        if self._pin:
            return Serving(self._bundle(reader, self._pin), Origin.PINNED)
        found = reader.revalidate(POINTER, held.etag) if held and held.etag else reader.get(POINTER)
        if held and found is UNCHANGED:
            return Serving(held.bundle, Origin.ACTIVE, etag=held.etag)
        for _ in range(_MOVES):
            if found is None or found is UNCHANGED:
                raise StoreError(f"Nothing has been published to {self._place} yet.")
            pointer = parse_pointer(found.body)
            if held and held.bundle.release == pointer.release:
                return Serving(held.bundle, Origin.ACTIVE, etag=found.etag)
            try:
                return Serving(self._bundle(reader, pointer.release), Origin.ACTIVE, etag=found.etag)
            except (StoreError, DamagedReleaseError) as error:
                problem = error
            # Published and pruned between the two reads, perhaps: then the pointer has moved on.
            now = reader.revalidate(POINTER, found.etag)
            if now is UNCHANGED or now is None:
                break
            found = now
        if held and held.origin is not Origin.DEPLOYED:
            raise problem
        return self._previous(reader, pointer, problem)

    def _previous(
        self, reader: ObjectReader, pointer: Pointer, error: StoreError | DamagedReleaseError
    ) -> Serving:
        if not pointer.previous:
            raise error
        try:
            return Serving(self._bundle(reader, pointer.previous), Origin.PREVIOUS, str(error))
        except (StoreError, DamagedReleaseError):
            raise error from None

    def _bundle(self, reader: ObjectReader, release: str) -> Bundle:
        found = reader.get(bundle_key(release))
        if found is None:
            raise DamagedReleaseError(
                f"Release {release[:12]} is not in {self._place}, or not replicated there yet."
            )
        return parse_bundle(found.body, release=release)


class _Flight:
    """One load under way; whoever is too impatient for it may pick it up when it has landed."""

    def __init__(self, load: Callable[[], Serving]) -> None:
        self.landed = threading.Event()
        self._serving: Serving | None = None
        self._error: BbwsTemplatesError | None = None
        threading.Thread(target=self._run, args=(load,), name="bbws-templates", daemon=True).start()

    def _run(self, load: Callable[[], Serving]) -> None:
        try:
            self._serving = load()
        except BbwsTemplatesError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  whatever it is, a mail can still be sent from what is held
            self._error = StoreError(f"Reading failed: {type(error).__name__}: {error}")
            self._error.__cause__ = error
        finally:
            self.landed.set()

    def result(self) -> Serving:
        if self._serving is None:
            raise self._error or UnreachableError("A load ended without a result.")
        return self._serving


def _deployed_bundle(path: Path) -> Bundle:
    data = (path / BUNDLE if path.is_dir() else path).read_bytes()
    return parse_bundle(data, release=Digest.of(data).hex)


def _logger() -> Logger:
    import logging

    return logging.getLogger("bbws_templates")
