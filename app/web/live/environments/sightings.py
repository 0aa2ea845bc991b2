"""Targets as they were last seen. Asking one may take minutes, so who looks is told what is known.

At most one thread asks a target at a time, whoever and however many look at it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from app.core.errors import SurroundingsError, UnknownNameError
from app.core.threads import begin
from app.operations.inspection import Served, served_by
from app.publishing.catalogue import Catalogue
from app.publishing.opening import open_store
from app.publishing.targets import NamedTarget, named_targets
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.target import Target

FRESH_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sighting:
    """What is known of one target.

    ``active`` is what it served when it last ``answered``, if it ever has; None for nothing. ``error`` is why
    the last question failed, or brought no more than the pointer; None if neither is so. ``asking`` is
    since when a question is under way, ``told`` when the last one ended, in seconds of the monotonic clock; 0
    for never.
    """

    target: NamedTarget
    active: Served | None = None
    answered: bool = False
    error: Exception | None = None
    asking: float = 0.0
    told: float = 0.0

    @property
    def release(self) -> str:
        """The id of the release that it served, "" for none."""
        return self.active.standing.pointer.release if self.active else ""


@dataclass
class Sightings:
    """Looks at the targets of the settings file. Safe to share by threads.

    ``announce`` is told the name of a target of which something else is known than before.
    """

    settings: Path | None
    announce: Callable[[str], None]
    _seen: dict[str, Sighting] = field(default_factory=dict)
    _catalogues: dict[Target, Catalogue] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def targets(self) -> Mapping[str, NamedTarget]:
        """The targets, as the settings name them at this moment.

        Raises:
            TargetError: the settings cannot be read.
        """
        return named_targets(self.settings)

    def target(self, name: str) -> NamedTarget:
        """The target ``name``; only names are looked up, so no request can point the server anywhere.

        Raises:
            UnknownNameError: the settings name no such target.
            TargetError: the settings cannot be read.
        """
        known = self.targets()
        if name not in known:
            raise UnknownNameError("target", name, tuple(known))
        return known[name]

    def catalogue(self, target: NamedTarget) -> Catalogue:
        """The releases of a target; nothing is contacted yet."""
        with self._lock:
            if target.target not in self._catalogues:
                self._catalogues[target.target] = Catalogue(open_store(target.target))
            return self._catalogues[target.target]

    def is_known(self, target: NamedTarget) -> bool:
        """Whether ``target`` has been looked at before."""
        with self._lock:
            return target.name in self._seen

    def look(self, target: NamedTarget, *, anew: bool = False) -> Sighting:
        """What is known of ``target`` by now; has it asked if that is old, or ``anew`` whatever its age."""
        with self._lock:
            seen = self._seen.get(target.name)
            if seen is None or seen.target != target:
                seen = self._seen[target.name] = Sighting(target)
            old = anew or not seen.told or time.monotonic() - seen.told > FRESH_SECONDS
            if seen.asking and anew:  # the answer under way may be older than what has just been changed
                self._again.add(target.name)
            if seen.asking or not old:
                return seen
            seen = self._seen[target.name] = replace(seen, asking=time.monotonic())
        try:
            begin(self._ask, seen, name=f"look at {target.name}")
        except SurroundingsError as error:
            with self._lock:  # the next look asks again
                seen = self._seen[target.name] = replace(seen, asking=0.0, error=error)
        return seen

    def _ask(self, before: Sighting) -> None:
        try:
            found = self._read(before)
            after = replace(before, active=found, answered=True, error=found.problem if found else None)
        except BbwsTemplatesError as error:
            after = replace(before, error=error)
        except Exception as error:  # noqa: BLE001  a defect is told as one, and the next look asks again
            _log.exception("Looking at %s has failed", before.target.name)
            after = replace(before, error=error)
        with self._lock:
            if self._seen.get(before.target.name) is before:
                self._seen[before.target.name] = replace(after, asking=0.0, told=time.monotonic())
            again = before.target.name in self._again
            self._again.discard(before.target.name)
        if _differ(before, after):
            self.announce(before.target.name)
        if again:
            self.look(before.target, anew=True)

    def _read(self, before: Sighting) -> Served | None:
        """The pointer, and what it points to unless that is known."""
        catalogue = self.catalogue(before.target)
        if before.active is None or before.active.problem:
            return served_by(catalogue)
        standing = catalogue.standing()
        if standing and standing.pointer.release == before.release:
            return replace(before.active, standing=standing)
        return served_by(catalogue)


def _differ(before: Sighting, after: Sighting) -> bool:
    def known(sighting: Sighting) -> object:
        etag = sighting.active.standing.etag if sighting.active else ""
        return (sighting.answered, etag, str(sighting.error or ""))

    return known(before) != known(after)
