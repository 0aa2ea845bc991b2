"""Deleting old releases: the only place in this product that deletes anything.

A prune takes the lease on deleting first (``app.publishing.lease``). A publisher that planned before it finds
the pointer changed, one that comes later finds the lease: nobody activates a release whose files are just
being deleted.

Then it goes from what depends to what is depended on, and begins no step before the one before it has been
confirmed: stable keys, manifests, bundles, objects. Cut off anywhere, a release is whole or has no manifest,
and one without a manifest is none: nobody goes back to it, publishing it again completes it, and the next
prune removes the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from app.publishing.activation import stable_files
from app.publishing.catalogue import Catalogue, Standing, head_keys
from app.publishing.clock import Clock
from app.publishing.errors import ConflictError, TooLateError, UnknownReleaseError
from app.publishing.history import activations
from app.publishing.lease import PruneLease, refuse_while_pruning
from app.publishing.parallel import WORKERS, Progress, in_parallel, silent
from app.publishing.rollback import release_before
from app.publishing.store import ListedObject, found_at, list_for_certain
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, StoreError
from bbws_templates.layout import (
    MANIFEST,
    OBJECTS,
    RELEASES,
    is_object,
    is_typical,
    longest,
    named_digest,
    release_of,
)
from bbws_templates.pointer import Activation
from bbws_templates.reader import StoredObject

KEEP = 10
"""How many releases a prune keeps when it is not told."""

_BATCH = 4 * WORKERS
"""How many deletions are begun before the lease is looked at again."""


@dataclass(frozen=True)
class PrunePlan:
    """What a prune would keep and delete: release ids, and the keys that go with the latter, in order.

    ``incomplete`` are those of the deleted ones that lack their bundle or manifest already, ``other_builds``
    those that a publish of another build than was active seems to have left. ``foreign`` are
    stable keys that a deleted release had and somebody else has written since, and whatever a key of a kept
    release leads to by a link: they stay. ``etags`` holds,
    by stable key, the content that may be deleted. ``unfinished`` says that an earlier prune was cut off.
    ``held_until`` is the moment before which no other machine activates anything although the prune has
    ended, as the answer to a deletion failed to come, so that it may yet be carried out; "" for none.
    """

    kept: tuple[str, ...]
    deleted: tuple[str, ...]
    keys: tuple[str, ...]
    incomplete: tuple[str, ...]
    foreign: tuple[str, ...]
    etags: Mapping[str, str]
    unfinished: bool
    held_until: str = ""
    other_builds: tuple[str, ...] = ()


def plan_prune(catalogue: Catalogue, keep: int = KEEP) -> PrunePlan:
    """Keep the ``keep`` releases that were active last, the active one among them; delete the others.

    Where more than that one are kept, so is the release that a rollback without a name goes to. A release
    that lacks its bundle or its manifest, or has that of another build than was active, cannot be gone back
    to, so it does not count and goes.
    A stable key goes when its template is in a deleted release and in none that is kept, and only if it still
    has the content that a deleted release gave it.

    Raises:
        DamagedReleaseError: a release to be kept cannot be read, or somebody changed its manifest, so that it
            is not known what it needs; or the history cannot be read as far as it takes.
        FormatError: the target, or a release to be kept, is of a newer version.
        StoreError: nothing has ever been published.
    """
    standing = catalogue.standing()
    if standing is None:
        raise StoreError(f"Nothing has been published to {catalogue.store.target} yet.")
    standing.pointer.require_writable()
    try:
        choice = _choose(catalogue, standing, keep)
    except (DamagedReleaseError, UnknownReleaseError) as error:
        _require_unmoved(catalogue, standing)
        if standing.pointer.pruning and isinstance(error, UnknownReleaseError):
            raise _changed(catalogue) from error  # the last that a prune deleted before it died
        raise
    present = sorted({release_of(key) for key in choice.keys})
    deleted = tuple(release for release in present if release not in choice.kept)
    needed, stable = choice.needed, choice.stable
    etags, foreign = _stable_keys(catalogue, deleted, stable)
    # Somebody else's objects, another target below this one perhaps, do not have the form of ours.
    unneeded = [
        item for item in catalogue.store.list(OBJECTS) if is_object(item.key) and item.key not in needed
    ]
    objects = _ours(catalogue, unneeded)
    keys = {*etags, *(key for key in choice.keys if release_of(key) in deleted), *objects}
    heads = {key for release in choice.kept for key in head_keys(release)}
    # No kept key is among ``keys`` itself.
    linked = keys & catalogue.store.reached({*needed, *stable, *heads})
    return PrunePlan(
        choice.kept,
        deleted,
        tuple(sorted(keys - linked, key=lambda key: (_rank(key), key))),
        tuple(release for release in present if not _is_whole(release, choice.keys)),
        (*foreign, *sorted(linked)),
        {key: etag for key, etag in etags.items() if key not in linked},
        bool(standing.pointer.pruning) or standing.pointer.half_pruned,
        other_builds=tuple(sorted(choice.others)),
    )


def prune(
    catalogue: Catalogue,
    keep: int = KEEP,
    *,
    actor: str,
    unversioned: bool = False,
    take_over: bool = False,
    progress: Progress = silent,
    clock: Clock | None = None,
) -> PrunePlan:
    """Carry out what ``plan_prune`` says of this moment, and return it. Killed, a second run finishes it.

    ``unversioned`` allows a bucket that does not keep old versions, where what is deleted is gone at once;
    ``take_over`` to go on in place of a prune that seems to be alive.

    Raises:
        ConflictError: somebody else is pruning, or has taken this prune over.
        DamagedReleaseError, StoreError: as ``plan_prune``.
    """
    if not unversioned:
        catalogue.store.require_versioning()
    plan_prune(catalogue, keep)  # refuses before anything is written
    catalogue.store.require_conditions()
    with PruneLease.taken(catalogue, actor, take_over=take_over, clock=clock) as lease:
        plan = plan_prune(catalogue, keep)
        if lease.release not in plan.kept:
            raise ConflictError(f"Somebody changed {catalogue.store.target} while it was being pruned.")
        left = [
            key
            for keys in _passes(catalogue, plan)
            for _, step in groupby(keys, _rank)
            for key in _delete(catalogue, lease, [*step], plan.etags, progress)
        ]
    foreign = tuple(dict.fromkeys((*plan.foreign, *left)))  # a second pass leaves what the first has left
    return replace(plan, foreign=foreign, held_until=lease.left_until)


def _passes(catalogue: Catalogue, plan: PrunePlan) -> Iterator[tuple[str, ...]]:
    """What is to be deleted, and when that has been, what was uploaded meanwhile.

    A publisher that planned before the lease was taken may have completed a release, some objects of which
    have just been deleted. He will be told of the conflict; what he uploaded is of no use to anybody.
    """
    yield plan.keys
    stay = {*plan.foreign}
    listed = (item.key for item in catalogue.store.list(RELEASES) if item.key not in stay)
    yield tuple(sorted((key for key in listed if release_of(key) not in ("", *plan.kept)), key=_rank))


def _delete(
    catalogue: Catalogue, lease: PruneLease, keys: list[str], etags: Mapping[str, str], progress: Progress
) -> Iterator[str]:
    """Delete ``keys``, in any order among them; yields those that turn out not to be ours any more."""

    def delete(key: str) -> bool | None:
        """Whether the key has gone; None when there was no time left to begin."""
        progress(key)
        try:
            return catalogue.store.delete(key, if_match=etags.get(key, ""), tries=lease.tries)
        except TooLateError:
            return None

    while keys:
        lease.check()
        batch, keys = keys[:_BATCH], keys[_BATCH:]
        for key, gone in zip(batch, in_parallel(delete, batch), strict=True):
            if gone is None:
                keys.append(key)
            elif not gone:
                yield key


def _rank(key: str) -> int:
    """The step in which a key is deleted."""
    for rank, is_of_step in enumerate((_is_manifest, release_of, is_object), start=1):
        if is_of_step(key):
            return rank
    return 0


def _is_manifest(key: str) -> bool:
    return bool(release_of(key)) and key.endswith(MANIFEST)


def _listed(catalogue: Catalogue) -> set[str]:
    """The keys of all releases."""
    return {key for key in list_for_certain(catalogue.store, RELEASES) if release_of(key)}


def _is_whole(release: str, keys: Set[str]) -> bool:
    return keys >= head_keys(release)


@dataclass(frozen=True)
class _Choice:
    """Which releases are kept, and what they need: objects, and stable keys.

    ``keys`` are those of all releases, ``others`` the releases that another build than was active left.
    """

    kept: tuple[str, ...]
    keys: Set[str]
    others: Set[str]
    needed: Set[str]
    stable: Set[str]


def _choose(catalogue: Catalogue, standing: Standing, keep: int) -> _Choice:
    before = _gone_back_to(catalogue, standing) if keep > 1 else ""
    keys: Set[str] = _listed(catalogue)
    others: Set[str] = frozenset()
    while True:
        recent, keys = _recent(catalogue, standing, keep, before, keys, others)
        if not _is_whole(standing.pointer.release, keys):
            raise DamagedReleaseError(
                f"The active release {standing.pointer.release[:12]} is not there whole, so nothing is "
                "pruned.",
                remedy="Publish it again with --repair, or roll back.",
            )
        kept = tuple(entry.release for entry in recent if _is_whole(entry.release, keys))
        needs = in_parallel(partial(_needs, catalogue, standing, recent), kept)
        found = {release for release, need in zip(kept, needs, strict=True) if need is None}
        if not found:
            known = [need for need in needs if need]
            needed = {key for objects, _ in known for key in objects}
            return _Choice(kept, keys, others, needed, {key for _, stable in known for key in stable})
        others |= found


def _gone_back_to(catalogue: Catalogue, standing: Standing) -> str:
    """The release that a rollback without a name goes to, "" for none."""
    try:
        return release_before(catalogue, standing)
    except UnknownReleaseError:
        return ""


def _recent(
    catalogue: Catalogue,
    standing: Standing,
    keep: int,
    before: str,
    listed: Set[str],
    others: Set[str],
) -> tuple[list[Activation], Set[str]]:
    """The active release and those that were active before it, newest first: ``keep`` in all; and all keys.

    And ``before``, where it is none of these. Of each its last activation. One that has gone counts, so that
    no more are asked for than are kept; one that is there in part, or is one of ``others``, does not. What is
    not ``listed`` of them is asked for by its name, and is one of the keys if it is there.
    """
    keys, asked = listed, frozenset[str]()
    while True:
        recent, met = list[Activation](), {*others}
        for activation in activations(catalogue.store, standing.pointer):
            release = activation.release
            counts = release not in met and (_is_whole(release, keys) or not head_keys(release) & keys)
            if counts and (len(recent) < max(keep, 1) or release == before):
                recent.append(activation)
            met.add(release)
            if len(recent) >= keep and before in ("", *met):
                break
        unlisted = sorted({key for release in met for key in head_keys(release)} - keys - asked)
        found = catalogue.present(unlisted)
        if not found:
            return recent, keys
        keys, asked = keys | found, asked | {*unlisted}


def _require_unmoved(catalogue: Catalogue, standing: Standing) -> None:
    """That nobody published or pruned while a plan was made, which would explain what it lacks.

    Raises:
        ConflictError: somebody did, or is pruning at this moment.
    """
    current = catalogue.standing()
    refuse_while_pruning(catalogue, current)
    if current is None or current.etag != standing.etag:
        raise _changed(catalogue)


def _changed(catalogue: Catalogue) -> ConflictError:
    return ConflictError(
        f"Somebody changed {catalogue.store.target} while it was looked at.", remedy="Run prune again."
    )


def _needs(
    catalogue: Catalogue, standing: Standing, recent: Iterable[Activation], release: str
) -> tuple[set[str], set[str]] | None:
    """Which objects and which stable keys a release has, which was activated as in ``recent``.

    None where a publish of another build left it that activated nothing.
    """
    try:
        manifest, _ = catalogue.manifest(release, recent)
    except DamagedReleaseError:
        if catalogue.is_of_another_build(standing, release, recent):
            return None
        raise
    return set(catalogue.keys(manifest).values()), set(stable_files(catalogue.bundle(release)))


def _ours(catalogue: Catalogue, objects: Sequence[ListedObject]) -> list[str]:
    """Those of ``objects`` that a publisher has written: a suffix that no file of ours has proves nothing."""

    def is_ours(item: ListedObject) -> bool:
        if is_typical(item.key):
            return True
        if item.size > longest(item.key):
            return False
        found = found_at(catalogue.store, item.key)
        return isinstance(found, StoredObject) and Digest.of(found.body).hex == named_digest(item.key)

    ours = in_parallel(is_ours, objects)
    return [item.key for item, is_one in zip(objects, ours, strict=True) if is_one]


def _stable_keys(
    catalogue: Catalogue, deleted: Iterable[str], kept: Set[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The stable keys of templates that go, each with its ETag, and those that are somebody else's by now."""

    def had(release: str) -> dict[str, Digest]:
        try:
            files = stable_files(catalogue.bundle(release))
        except (DamagedReleaseError, UnknownReleaseError):
            return {}  # its stable keys stay: what cannot be read is not known to be ours
        return {key: Digest.of(body) for key, body in files.items() if key not in kept}

    contents: dict[str, set[Digest]] = {}
    for release_had in in_parallel(had, deleted):
        for key, digest in release_had.items():
            contents.setdefault(key, set()).add(digest)

    def read(key: str) -> tuple[str, bool] | None:
        """The ETag of what is there, and whether it is ours: what is left now is nobody's later."""
        for _ in range(2):
            found = found_at(catalogue.store, key)
            if isinstance(found, StoredObject) and Digest.of(found.body) in contents[key]:
                return found.etag, True
        return (found.etag, False) if found else None

    keys = sorted(contents)
    etags: dict[str, str] = {}
    foreign = []
    for key, found in zip(keys, in_parallel(read, keys), strict=True):
        if found and found[1]:
            etags[key] = found[0]
        elif found:
            foreign.append(key)
    return etags, tuple(foreign)
