"""Deleting old releases: the only place in this product that deletes anything.

A prune marks the pointer first, by compare-and-swap. A publisher that planned before it finds the pointer
changed, one that comes later finds the mark: nobody activates a release whose files are just being deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.publishing.activation import Clock, stable_files, utc_now
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.errors import ConflictError
from app.publishing.history import activations
from app.publishing.parallel import Progress, in_parallel, silent
from bbws_templates.faults import DamagedReleaseError, StoreError
from bbws_templates.layout import OBJECTS, POINTER, RELEASES, is_object, release_of

KEEP = 10
"""How many releases a prune keeps when it is not told."""


@dataclass(frozen=True)
class PrunePlan:
    """What a prune would keep and delete: release ids, and the keys that go with the latter.

    ``unfinished`` says that an earlier prune was cut off; until one ends, nothing can be activated.
    """

    kept: tuple[str, ...]
    deleted: tuple[str, ...]
    keys: tuple[str, ...]
    unfinished: bool = False


def plan_prune(catalogue: Catalogue, keep: int = KEEP) -> PrunePlan:
    """Keep the active release and the ``keep`` that were activated last; delete the others and their files.

    A stable key goes when its template is in a deleted release and in none that is kept.

    Raises:
        DamagedReleaseError: a release to be kept cannot be read, so that it is not known what it needs.
        FormatError: the target, or a release to be kept, is of a newer version.
        StoreError: nothing has ever been published.
    """
    standing = catalogue.standing()
    if standing is None:
        raise StoreError(f"Nothing has been published to {catalogue.store.target} yet.")
    standing.pointer.require_writable()
    recent: dict[str, None] = {standing.pointer.release: None}
    for activation in activations(catalogue.store, standing.pointer):
        if len(recent) >= max(keep, 1):
            break
        recent[activation.release] = None
    present = catalogue.releases()
    if standing.pointer.release not in present:
        raise DamagedReleaseError(
            f"The active release {standing.pointer.release[:12]} is missing, so nothing is pruned.",
            remedy="Publish it again with --repair, or roll back.",
        )
    kept = tuple(release for release in recent if release in present)
    deleted = tuple(release for release in present if release not in recent)
    needed: set[str] = set()
    stable: set[str] = set()
    for release in kept:
        manifest, _ = catalogue.manifest(release)
        needed |= set(catalogue.keys(manifest).values())
        stable |= stable_files(catalogue.bundle(release)).keys()
    keys = [item.key for item in catalogue.store.list(RELEASES) if release_of(item.key) in deleted]
    # Somebody else's objects, another target below this one perhaps, do not have the form of ours.
    keys += [
        item.key for item in catalogue.store.list(OBJECTS) if is_object(item.key) and item.key not in needed
    ]
    keys += sorted(_stable_keys_of(catalogue, deleted) - stable)
    return PrunePlan(kept, deleted, tuple(keys), unfinished=bool(standing.pointer.pruning))


def prune(
    catalogue: Catalogue,
    keep: int = KEEP,
    *,
    actor: str,
    unversioned: bool = False,
    progress: Progress = silent,
    clock: Clock = utc_now,
) -> PrunePlan:
    """Carry out what ``plan_prune`` says of this moment. Killed half-way, a second run finishes it.

    ``unversioned`` allows a bucket that does not keep old versions, where what is deleted is gone at once.

    Raises:
        ConflictError: somebody published meanwhile.
        DamagedReleaseError, StoreError: as ``plan_prune``.
    """
    if not unversioned:
        catalogue.store.require_versioning()
    plan_prune(catalogue, keep)  # refuses before the mark is set
    standing = catalogue.standing()
    if standing is None:
        raise _moved(catalogue)
    mark = f"{actor} (since {clock().isoformat(timespec='seconds')})"
    standing = _swap(catalogue, standing, mark, standing.pointer.prunes + 1)
    plan = plan_prune(catalogue, keep)

    def delete(key: str) -> None:
        progress(key)
        catalogue.store.delete(key)

    # The manifests go first: a release that is half deleted must not look whole.
    heads = [key for key in plan.keys if key.startswith(RELEASES)]
    in_parallel(delete, heads)
    in_parallel(delete, [key for key in plan.keys if not key.startswith(RELEASES)])
    _swap(catalogue, standing, "", standing.pointer.prunes)
    return plan


def _swap(catalogue: Catalogue, standing: Standing, mark: str, prunes: int) -> Standing:
    pointer = replace(standing.pointer, pruning=mark, prunes=prunes)
    etag = catalogue.store.put(POINTER, pointer.to_bytes(), if_match=standing.etag)
    if etag is None:
        raise _moved(catalogue)
    return Standing(pointer, etag)


def _stable_keys_of(catalogue: Catalogue, releases: tuple[str, ...]) -> set[str]:
    keys: set[str] = set()
    for release in releases:
        try:
            keys |= stable_files(catalogue.bundle(release)).keys()
        except (DamagedReleaseError, StoreError):
            continue  # its stable keys stay: what cannot be read is not known to be ours
    return keys


def _moved(catalogue: Catalogue) -> ConflictError:
    return ConflictError(
        f"Somebody changed {catalogue.store.target} while it was being pruned.", remedy="Run prune again."
    )
