"""Going back to a release that was active before: looked up and compared, then carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.changes import TemplateChange, template_changes
from app.core.release import Release
from app.publishing.activation import Reason
from app.publishing.catalogue import UNREADABLE, Catalogue, Standing
from app.publishing.lease import hindrance
from app.publishing.parallel import Progress, silent
from app.publishing.rollback import release_to_go_back_to, roll_back
from bbws_templates.bundle import Bundle


@dataclass(frozen=True)
class Retreat:
    """One rollback: from ``standing`` to ``release``, and what that changes.

    ``note`` says why that cannot be shown, ``hindrance`` why nothing can be activated just now; "" if it can.
    Contracts are shown, not enforced: it is for emergencies.
    """

    catalogue: Catalogue
    standing: Standing | None
    release: Release
    changes: tuple[TemplateChange, ...]
    note: str = ""
    hindrance: str = ""

    @classmethod
    def planned(cls, catalogue: Catalogue, name: str) -> Retreat:
        """The way back to the release ``name``, "" for the one before the active one.

        Raises:
            ConflictError, UnknownReleaseError, DamagedReleaseError, RefusedError: as
                ``release_to_go_back_to``.
        """
        standing = catalogue.standing()
        wanted = release_to_go_back_to(catalogue, name, expected=standing)
        current: Bundle | None = None
        note = ""
        try:
            current = catalogue.bundle(standing.pointer.release) if standing else None
        except UNREADABLE as error:  # which may well be why somebody rolls back
            note = f"No comparison: {error}"
        changes = template_changes(current, wanted.bundle) if current else ()
        return cls(catalogue, standing, wanted, changes, note, hindrance(catalogue, standing))

    @property
    def active(self) -> str:
        """The id of the release that was active when this was planned, "" for none."""
        return self.standing.pointer.release if self.standing else ""

    @property
    def steps(self) -> int:
        """About how many steps ``carry_out`` tells of."""
        return 2 * len(self.release.bundle.templates)

    def carry_out(self, reason: Reason, *, progress: Progress = silent) -> Standing:
        """Go back; see ``roll_back`` for what it raises."""
        return roll_back(self.catalogue, self.release, reason, expected=self.standing, progress=progress)

    def members(self) -> dict[str, Any]:
        """What it is about, as JSON members."""
        return {
            "target": str(self.catalogue.store.target),
            "from": self.active,
            "release": self.release.id,
            "note": self.note,
            "hindrance": self.hindrance,
            "changes": [change.as_dict() for change in self.changes],
        }
