"""Rendered mails, each made once: the frame, the panels and the thumbnail of one mail share the work."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.core.findings import Finding
from app.core.judging import Rendered
from app.publishing.clock import utc_now
from app.web.live.workspace import Revision

_PATIENCE = 0.25
"""Seconds without a rendering before what can wait goes on."""
_KEPT = 256
_KNOWN = 10_000

Result = TypeVar("Result")


@dataclass(frozen=True)
class Data:
    """What to render a template with; ``scenario`` is "" for data that is not a fixture's.

    ``size`` is their length as JSON, in characters.
    """

    members: Mapping[str, Any]
    scenario: str = ""
    lenient: bool = False
    size: int = field(init=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        members = json.dumps(self.members, sort_keys=True, default=str)
        text = f"{members}\0{self.scenario}\0{self.lenient}"
        object.__setattr__(self, "digest", hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
        object.__setattr__(self, "size", len(members))


class Renderings:
    """A bounded memory of rendered mails, shared by threads. Errors are not remembered: they are cheap."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()
        self._in_work: dict[tuple[str, ...], threading.Lock] = {}
        self._rendered: dict[tuple[str, str], None] = {}
        self.last_used = 0.0

    def touch(self) -> None:
        """Somebody renders, here or from a release: what can wait steps aside for a moment."""
        self.last_used = time.monotonic()

    @property
    def are_in_use(self) -> bool:
        """Whether somebody has rendered a moment ago, and may do so again: what can wait does."""
        return time.monotonic() - self.last_used < _PATIENCE

    def step_aside(self, unless: Callable[[], bool]) -> None:
        """Wait, as who can wait does, while they are in use."""
        while self.are_in_use and not unless():
            time.sleep(_PATIENCE / 5)

    def at_hand(self, revision: Revision, name: str) -> bool:
        """Whether this version of a template has been rendered before, and need not be compiled again."""
        known = (name, revision.versions.get(name)) in self._rendered
        return known and revision.workspace.is_compiled(name)

    def rendered(self, revision: Revision, name: str, data: Data) -> Rendered:
        """The mail alone: what the frame needs, without waiting for the checks."""
        mail = self._once(
            revision,
            name,
            data,
            "mail",
            lambda: revision.workspace.rendered(name, data.members, strict=not data.lenient),
        )
        if version := revision.versions.get(name):
            with self._lock:
                self._rendered[name, version] = None
                while len(self._rendered) > _KNOWN:
                    del self._rendered[next(iter(self._rendered))]
        return mail

    def findings(self, revision: Revision, name: str, data: Data) -> tuple[Finding, ...]:
        """What the checks say of the mail, today: a waiver ends by the day."""
        today = utc_now().date()
        return self._once(
            revision,
            name,
            data,
            f"findings of {today}",
            lambda: revision.workspace.examine(
                name, self.rendered(revision, name, data), fixture=data.scenario, today=today
            ),
        )

    def _once(
        self, revision: Revision, name: str, data: Data, kind: str, make: Callable[[], Result]
    ) -> Result:
        self.touch()
        version = revision.versions.get(name)
        if version is None:
            return make()  # an unknown name: the workspace knows the nearest ones
        key = (kind, name, version, data.digest)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                made: Result = self._made[key]
                return made
            in_work = self._in_work.setdefault(key, threading.Lock())
        with in_work:
            with self._lock:
                if key in self._made:
                    again: Result = self._made[key]
                    return again
            try:
                made = make()
            finally:
                with self._lock:
                    self._in_work.pop(key, None)
            with self._lock:
                self._made[key] = made
                while len(self._made) > _KEPT:
                    self._made.popitem(last=False)
        self.touch()
        return made
