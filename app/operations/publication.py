"""A release on its way to a target: planned, held against what may stand in its way, carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.release import Release
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.occupancy import require_room
from app.publishing.parallel import Progress, silent
from app.publishing.publisher import Plan, Published, make_plan, publish, refuse_breaking
from bbws_templates.directory import real
from bbws_templates.faults import TargetError
from bbws_templates.target import DirectoryTarget, Target

Gate = Callable[[], None]
"""Raises what else stands against a release; asked when there is something to publish."""


@dataclass(frozen=True)
class Publication:
    """One publish or promotion; its ``plan`` holds for as long as nobody comes between."""

    catalogue: Catalogue
    release: Release
    plan: Plan
    gate: Gate

    @classmethod
    def planned(cls, catalogue: Catalogue, release: Release, gate: Gate) -> Publication:
        """Compare ``release`` with what is active in the target; see ``make_plan``."""
        return cls(catalogue, release, make_plan(catalogue, release), gate)

    @property
    def steps(self) -> int:
        """How many steps ``carry_out`` tells of at most: files, four steps around them, stable keys."""
        bundle, manifest = self.release.bundle, self.release.manifest
        lacking = {entry.digest for entry in manifest.files.values()} - self.plan.held
        changed = {change.name for change in self.plan.changes} & bundle.templates.keys()
        editions = sum(1 + len(bundle.templates[name].translations) for name in changed)
        return len(lacking) + 4 + 2 * editions

    def require_permitted(self, *, allow_breaking: bool, adopt: bool = False) -> None:
        """Let it pass if nothing stands against it.

        Raises:
            BreakingChangeError: callers would break, and that is not allowed.
            StoreError: whether they would is not known.
            OccupiedError: something lies where its emails belong.
            BbwsTemplatesError: whatever the gate says, such as pictures that nobody has approved.
        """
        refuse_breaking(self.plan, allowed=allow_breaking)
        require_room(self.plan.target, self.plan.obstacles, self.plan.occupied, adopt=adopt)
        self.gate()

    def carry_out(
        self,
        reason: Reason,
        *,
        allow_breaking: bool = False,
        adopt: bool = False,
        repair: bool = False,
        unversioned: bool = False,
        progress: Progress = silent,
    ) -> Published:
        """Publish, once it is permitted; see ``publish`` for what it raises."""
        return publish(
            self.catalogue,
            self.release,
            self.plan,
            reason,
            allow_breaking=allow_breaking,
            adopt=adopt,
            repair=repair,
            unversioned=unversioned,
            progress=progress,
        )


def require_apart(target: Target, folders: Iterable[Path]) -> None:
    """That a directory is none of ``folders``, in none and around none, as far as there are these.

    Raises:
        TargetError: it is; emails have the paths of their sources, and would lie among them.
    """
    if not isinstance(target, DirectoryTarget):
        return
    place = real(target.path)
    for folder in folders:
        there = real(folder)
        if folder.is_dir() and (place.is_relative_to(there) or there.is_relative_to(place)):
            where = "is" if place == there else "lies in" if place.is_relative_to(there) else "contains"
            raise TargetError(
                f"{place} cannot be a target: it {where} {folder}, which is published from.",
                remedy="Name a directory apart from it; it is made by the first publish.",
            )


def plan_members(plan: Plan) -> dict[str, Any]:
    """The plan as JSON members."""
    return {
        "target": plan.target,
        "release": plan.release,
        "active": plan.active,
        "nothing": plan.nothing,
        "unfinished": plan.is_active and not plan.nothing,
        "breaking": None if plan.unread else bool(plan.breaking),  # not known
        "note": plan.note,
        "hindrance": plan.hindrance,
        "obstacles": list(plan.obstacles),
        "occupied": list(plan.occupied),
        "changes": [change.as_dict() for change in plan.changes],
        "settings": [part.as_dict() for part in plan.settings],
    }


def published_members(done: Published) -> dict[str, Any]:
    """What a publish did, as JSON members; ``activeNow`` may be another's release by then.

    ``byAnother`` says who came first with the same content and when; null where nobody did.
    """
    other = done.by_another
    pointer = done.standing.pointer
    return {
        "sequence": pointer.active.sequence,
        "activeNow": pointer.release,
        "uploaded": done.uploaded,
        "mended": list(done.mended),
        "byAnother": {"actor": other.actor, "at": other.at} if other else None,
    }
