"""Looking at a target: what it serves, and whether every byte of it is as it should be."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from app.core.release import Manifest
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.discrepancies import Verification
from app.publishing.parallel import Progress, silent
from app.publishing.replication import compare_with_source
from app.publishing.verification import verify
from bbws_templates.bundle import Bundle


def status_members(target: str, found: tuple[Standing, Manifest, Bundle] | None) -> dict[str, Any]:
    """What ``Catalogue.active`` has found, as JSON members."""
    if found is None:
        return {"target": target, "release": ""}
    standing, manifest, bundle = found
    pointer = standing.pointer
    return {
        "target": target,
        **pointer.active.members(),
        "previous": pointer.previous,
        "settled": pointer.settled,
        "pruning": pointer.pruning,
        "templates": sorted(bundle.templates),
        "commit": manifest.provenance.commit,
        "built": manifest.provenance.built,
        "builder": manifest.provenance.builder,
        "engine": manifest.provenance.engine,
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
