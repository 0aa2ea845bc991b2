"""Plans that were made and may be carried out: what was looked at is what is then done, or nothing is."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.core.changes import TemplateChange
from app.core.workspace import Workspace
from app.operations.errors import UnknownOperationError
from app.operations.pictures import Pictures
from app.operations.publication import Publication, plan_members
from app.operations.retreat import Retreat
from app.publishing.targets import NamedTarget
from app.web.live.environments.operations import Deed
from bbws_templates.bundle import Bundle

_KEPT: Final = 6


@dataclass(frozen=True)
class Planned:
    """One plan: for which target, what it is a plan of, and the publication or retreat that carries it out.

    ``sources`` are the versions of the templates that it was made from, empty where it was made from none.
    ``source`` is the target that a promotion comes from. ``pictures`` lie in ``folder``.
    """

    target: NamedTarget
    deed: Deed
    way: Publication | Retreat
    workspace: Workspace
    folder: Path
    sources: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    pictures: Pictures | None = None

    @property
    def after(self) -> Bundle:
        """The templates that would be active then."""
        return self.way.release.bundle

    @property
    def before(self) -> Bundle | None:
        """The templates that are active now, None where they cannot be had."""
        catalogue = self.way.catalogue
        if isinstance(self.way, Retreat):
            return catalogue.bundle(self.way.active) if self.way.active and self.way.changes else None
        plan = self.way.plan
        return catalogue.bundle(plan.active) if plan.active and not plan.unread else None

    @property
    def changes(self) -> tuple[TemplateChange, ...]:
        """What differs, template by template."""
        return self.way.changes if isinstance(self.way, Retreat) else self.way.plan.changes

    def members(self) -> dict[str, Any]:
        """The plan as JSON members, the same ones for every deed."""
        if isinstance(self.way, Publication):
            return {"action": self.deed.value, "source": self.source, **plan_members(self.way.plan)}
        found = self.way.members()
        return {
            "action": self.deed.value,
            "source": "",
            "target": found["target"],
            "release": found["release"],
            "active": found["from"],
            "nothing": found["from"] == found["release"],
            "unfinished": False,
            "breaking": any(change.breaking for change in self.way.changes),
            "note": found["note"],
            "hindrance": found["hindrance"],
            "obstacles": [],
            "occupied": [],
            "changes": found["changes"],
            "settings": [],
        }


class Plans:
    """The latest plans by the id of the operation that made them. Safe to share by threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Planned] = OrderedDict()
        self._lock = threading.Lock()
        self._home: Path | None = None
        self._end: weakref.finalize[..., Any] | None = None

    def folder(self, key: str) -> Path:
        """Where the pictures of a plan may be drawn; not made yet."""
        with self._lock:
            if self._home is None:
                self._home = Path(tempfile.mkdtemp(prefix="bbws-templates-plans-"))
                # Also where nobody closes them, when the program ends at the latest.
                self._end = weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
            return self._home / key

    def close(self) -> None:
        """Remove every picture; the server ends."""
        with self._lock:
            end, self._end, self._home = self._end, None, None
        if end:
            end()

    def keep(self, key: str, planned: Planned) -> None:
        """Remember a plan for as long as there is room; its pictures go with it."""
        gone = []
        with self._lock:
            self._kept[key] = planned
            while len(self._kept) > _KEPT:
                gone.append(self._kept.popitem(last=False)[1])
        for old in gone:
            shutil.rmtree(old.folder, ignore_errors=True)

    def known(self, key: str) -> Planned | None:
        """The plan that the operation ``key`` has made, if it is kept."""
        with self._lock:
            return self._kept.get(key)

    def find(self, key: str) -> Planned:
        """The plan that the operation ``key`` has made.

        Raises:
            UnknownOperationError: there is none, or none any more.
        """
        found = self.known(key)
        if found is None:
            raise UnknownOperationError(
                "There is no such plan here: a server remembers the latest since it was started.",
                remedy="Plan again, and look at it.",
            )
        return found
