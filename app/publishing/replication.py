"""Whether a copy of a target has caught up with it: a replica in another region, a directory handed over.

The copy is listed after its source, so what is replicated in between is not taken for missing. Contents are
not read twice: what an object of the copy holds is proven by ``verify`` of the copy itself, by digest; here
it is enough that each object is there with its size, and that both pointers say the same.

A bucket has keys that are no files: with a part that is empty (the folders of S3's console), or that begins
with a dot, as all that a place keeps for itself does, the probe of a bucket and the lock of a directory. No
key that a reader asks for is one of these, and a copy may be without them.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.publishing.catalogue import Catalogue, Standing
from app.publishing.discrepancies import Discrepancy, ObjectFault
from app.publishing.store import ObjectStore, list_for_certain
from bbws_templates.faults import StoreError
from bbws_templates.layout import POINTER

_ROUNDS = 3
_NAMED = 20


def compare_with_source(copy: Catalogue, source: Catalogue) -> tuple[Discrepancy, ...]:
    """What ``copy`` lacks of ``source``, in the order of keys; () when it has caught up.

    Raises:
        StoreError: nothing has been published to the source, or it changes faster than it can be read.
    """
    for _ in range(_ROUNDS):
        before = _standing(source)
        wanted, found = _contents(source.store), _contents(copy.store)
        behind = [*_pointers(copy, before), *_objects(wanted, found)]
        if not behind or _standing(source).etag == before.etag:
            return tuple(sorted(behind))
    raise StoreError(
        f"{source.store.target} is being published to: its copy cannot be compared with it just now.",
        remedy="Try again when nobody publishes.",
    )


def _contents(store: ObjectStore) -> dict[str, int]:
    """Size by key of what a bucket and a directory can both hold."""
    return {key: size for key, size in list_for_certain(store, "").items() if _is_file(key)}


def _is_file(key: str) -> bool:
    return all(part and not part.startswith(".") for part in key.split("/"))


def _standing(source: Catalogue) -> Standing:
    standing = source.standing()
    if standing is None:
        raise StoreError(f"Nothing has been published to {source.store.target} yet.")
    return standing


def _pointers(copy: Catalogue, source: Standing) -> Iterator[Discrepancy]:
    wanted = source.pointer.active
    standing = copy.standing()
    if standing is None:
        yield Discrepancy(
            ObjectFault.BEHIND, POINTER, f"the copy has none; its source serves {wanted.release[:12]}"
        )
        return
    found = standing.pointer.active
    if found != wanted:
        yield Discrepancy(
            ObjectFault.BEHIND,
            POINTER,
            f"the copy serves {found.release[:12]} (activation {found.sequence}, {found.at}), its source "
            f"{wanted.release[:12]} (activation {wanted.sequence}, {wanted.at})",
        )


def _objects(wanted: dict[str, int], found: dict[str, int]) -> Iterator[Discrepancy]:
    """Objects that were not replicated, each by name up to a number that a person reads."""
    lacking = sorted(key for key, size in wanted.items() if key != POINTER and found.get(key) != size)
    for key in lacking[:_NAMED]:
        how = "the copy does not have it" if key not in found else "it has another size in the copy"
        yield Discrepancy(ObjectFault.BEHIND, key, how)
    if len(lacking) > _NAMED:
        yield Discrepancy(ObjectFault.BEHIND, "…", f"and {len(lacking) - _NAMED} more objects")
