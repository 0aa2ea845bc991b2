"""How a process comes by a release: through the pointer to the bundle, or from the deployed copy."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from bbws_templates.bundle import Bundle, parse_bundle, parse_proven_bundle
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, StoreError, UnreachableError
from bbws_templates.files import read_file
from bbws_templates.layout import BUNDLE, POINTER, bundle_key, check_release_id
from bbws_templates.pointer import Direction, parse_direction
from bbws_templates.reader import UNCHANGED, ObjectReader, StoredObject, Unchanged
from bbws_templates.record import record

if TYPE_CHECKING:
    from pathlib import Path

_MOVES: Final = 4
"""How often the pointer is followed to a release that has gone when it is asked for."""


class Origin(Enum):
    """Where the release that is served came from.

    A release that was active while this process looked becomes the last known good one when it cannot be
    confirmed. The one before the active one, and the deployed copy, are what they are until the target has
    something better: an outage makes no release good that the target never named to this process.
    """

    ACTIVE = "active"
    PINNED = "pinned"
    LAST_KNOWN_GOOD = "last known good"
    PREVIOUS = "previous"
    DEPLOYED = "deployed"


_WAS_ACTIVE: Final = (Origin.ACTIVE, Origin.LAST_KNOWN_GOOD)
"""Origins of a release that the target has named to this process as the active one."""


@record(frozen=True)
class Serving:
    """The release that is served. ``problem`` says why it is not the active one, "" when it is.

    ``confirmed`` is when the target was asked, by the clock of the cache; for a deployed copy, when that was
    read. ``etag`` is that of the pointer which names this release, "" when none does.
    """

    bundle: Bundle
    origin: Origin
    confirmed: float
    problem: str = ""
    etag: str = ""

    def __repr__(self) -> str:
        return f"Serving({self.bundle!r}, {self.origin})"


class Loader:
    """Loads what is to be served from a target, which errors call ``place``; ``pin`` is as for a client."""

    def __init__(self, place: str, pin: str = "") -> None:
        self._place = place
        self._pin = check_release_id(pin) if pin else ""

    def load(self, reader: ObjectReader, held: Serving | None, asked: float) -> Serving:
        """What the target has now; ``held`` is what the process has, ``asked`` the time of this question.

        Raises:
            StoreError: the target cannot be read, or has nothing.
            DamagedReleaseError: what it has must not be used.
        """
        if self._pin:
            if held and held.origin is Origin.PINNED:
                # Its bytes cannot have become others. What kept somebody from looking again may be over.
                return Serving(held.bundle, Origin.PINNED, held.confirmed)
            return Serving(self._bundle(reader, self._pin), Origin.PINNED, asked)
        found = _pointer(reader, held.etag if held else "")
        if held and (found is UNCHANGED or _says_nothing_new(found, held)):
            return Serving(held.bundle, Origin.ACTIVE, asked, etag=held.etag)
        for _ in range(_MOVES):
            if found is None or found is UNCHANGED:
                raise StoreError(
                    f"The pointer {POINTER} has gone from {self._place}."
                    if held and held.origin is not Origin.DEPLOYED
                    else f"Nothing has been published to {self._place} yet."
                )
            pointer = _parse_direction(found.body, self._place)
            if held and held.bundle.release == pointer.release:
                return Serving(held.bundle, Origin.ACTIVE, asked, etag=found.etag)
            try:
                return Serving(self._bundle(reader, pointer.release), Origin.ACTIVE, asked, etag=found.etag)
            except (StoreError, DamagedReleaseError) as error:
                problem = error
            # Published and pruned between the two reads, perhaps: then the pointer has moved on.
            now = _pointer(reader, found.etag)
            if now is UNCHANGED or now is None:
                break
            found = now
        if held and held.origin in _WAS_ACTIVE:
            raise problem
        return self._previous(reader, pointer, held, problem, asked)

    def _previous(
        self,
        reader: ObjectReader,
        pointer: Direction,
        held: Serving | None,
        error: StoreError | DamagedReleaseError,
        asked: float,
    ) -> Serving:
        release = pointer.previous
        if not release:
            raise error
        try:
            bundle = held.bundle if held and held.bundle.release == release else self._bundle(reader, release)
        except (StoreError, DamagedReleaseError):
            raise error from None
        return Serving(bundle, Origin.PREVIOUS, asked, str(error))

    def _bundle(self, reader: ObjectReader, release: str) -> Bundle:
        found = reader.get(bundle_key(release))
        if found is None:
            raise DamagedReleaseError(
                f"Release {release[:12]} is not in {self._place}, or not replicated there yet."
            )
        return parse_bundle(found.body, release=release)


def _pointer(reader: ObjectReader, etag: str) -> StoredObject | Unchanged | None:
    """The pointer, unless it still has ``etag``; a server that gave none is asked without condition."""
    return reader.revalidate(POINTER, etag) if etag else reader.get(POINTER)


def _says_nothing_new(found: StoredObject | Unchanged | None, held: Serving) -> bool:
    """Whether something between us and the target has made a 200 without a body of its 304."""
    return isinstance(found, StoredObject) and not found.body and found.etag == held.etag


def _parse_direction(body: bytes, place: str) -> Direction:
    if body.lstrip()[:1] == b"<":
        raise UnreachableError(
            f"{place} answered with a page instead of its pointer.",
            remedy="A gateway or a captive portal stands between here and the bucket.",
        )
    return parse_direction(body)


def deployed_bundle(path: Path) -> Bundle:
    """The bundle in a release directory, or in a file.

    Raises:
        OSError: it cannot be read.
        DamagedReleaseError: it is none.
    """
    data = read_file(path / BUNDLE if path.is_dir() else path)
    return parse_proven_bundle(data, release=Digest.of(data).hex)
