"""Looking at a target: what it serves, and whether every byte of it is as it should be."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from app.core.release import Manifest, Provenance
from app.publishing.catalogue import UNREADABLE, Catalogue, Standing
from app.publishing.discrepancies import Verification
from app.publishing.parallel import Progress, silent
from app.publishing.replication import compare_with_source
from app.publishing.verification import verify
from bbws_templates.bundle import Bundle
from bbws_templates.errors import BbwsTemplatesError


@dataclass(frozen=True)
class Served:
    """What a target serves: the pointer, and what it points to; or ``problem``, why that cannot be read."""

    standing: Standing
    manifest: Manifest | None = None
    bundle: Bundle | None = None
    problem: BbwsTemplatesError | None = None

    @property
    def provenance(self) -> Provenance:
        """Where the release comes from, as far as that is known."""
        return self.manifest.provenance if self.manifest else Provenance()


def served_by(catalogue: Catalogue) -> Served | None:
    """What ``catalogue`` serves; None before the first publish.

    Which release is active, since when and why is in the pointer, and is told whatever else cannot be read.

    Raises:
        StoreError, DamagedReleaseError: not even the pointer can be read.
        ConflictError: it names another release each time.
    """
    try:
        found = catalogue.active()
    except UNREADABLE as error:
        standing = catalogue.standing()
        if standing is None:
            raise
        return Served(standing, problem=error)
    return Served(*found) if found else None


def status_members(target: str, found: Served | None) -> dict[str, Any]:
    """What a target serves, as JSON members."""
    if found is None:
        return {"target": target, "release": ""}
    pointer, provenance = found.standing.pointer, found.provenance
    return {
        "target": target,
        **pointer.active.members(),
        "previous": pointer.previous,
        "settled": pointer.settled,
        "pruning": pointer.pruning,
        "templates": sorted(found.bundle.templates) if found.bundle else [],
        "commit": provenance.commit,
        "built": provenance.built,
        "builder": provenance.builder,
        "engine": provenance.engine,
    }


def verified(
    catalogue: Catalogue, *, against: Catalogue | None = None, progress: Progress = silent
) -> Verification:
    """Read and hash everything in a target; with ``against``, see whether it has caught up with that as well.

    Raises:
        StoreError: the store fails, or ``against`` has nothing to compare with.
    """
    result = verify(catalogue, progress=progress)
    if against:
        behind = compare_with_source(catalogue, against)
        result = replace(result, discrepancies=(*result.discrepancies, *behind))
    return result


def verification_members(target: str, result: Verification) -> dict[str, Any]:
    """What a verification found, as JSON members."""
    return {
        "target": target,
        "intact": result.intact,
        "releases": result.releases,
        "objects": result.objects,
        "discrepancies": [asdict(item) | {"note": item.is_note} for item in result.discrepancies],
    }
