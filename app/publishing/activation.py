"""Moving the active pointer, and bringing the stable keys in line with it.

The pointer moves by compare-and-swap. The stable keys follow it, never lead: any publisher can bring them in
line with whatever is active (``settle``), so one that was killed is completed by the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import Clock, iso, utc_now
from app.publishing.conflicts import conflict_with, pointer_gone, refused_falsely, same_ground
from app.publishing.errors import ConflictError
from app.publishing.history import archive
from app.publishing.lease import refuse_while_pruning
from app.publishing.parallel import Progress, in_parallel, silent
from app.publishing.store import ObjectStore
from bbws_templates.bundle import Bundle
from bbws_templates.digests import Digest
from bbws_templates.layout import POINTER, stable_key
from bbws_templates.pointer import Activation, Pointer
from bbws_templates.reader import StoredObject

CLAIMED: Final = "claimed"
"""The member of an activation's details that holds an unproven name."""

_ROUNDS = 24
_REFUSALS = 3


@dataclass(frozen=True)
class Reason:
    """Why a release is activated: ``action`` is publish, promote or rollback, ``actor`` who asked for it.

    ``claimed`` is the name that a caller gave whom nobody has asked for proof, "" for none. It stands beside
    the actor in the history, as ``claimed`` of the activation's ``details``.
    """

    action: str
    actor: str
    message: str = ""
    claimed: str = ""


def activate(
    catalogue: Catalogue,
    expected: Standing | None,
    release: str,
    manifest: Digest,
    reason: Reason,
    *,
    clock: Clock = utc_now,
) -> Standing:
    """Make ``release`` the active one, provided that the pointer is still as ``expected``.

    Raises:
        ConflictError: it is not; says who moved it. Nothing is changed.
        StoreError: the store fails, or refuses the write although the pointer is as ``expected``.
    """
    activation = Activation(
        sequence=expected.pointer.active.sequence + 1 if expected else 1,
        release=release,
        manifest=manifest,
        action=reason.action,
        at=iso(clock()),
        actor=reason.actor,
        message=reason.message,
        details={CLAIMED: reason.claimed} if reason.claimed else None,
    )
    current, refusals = expected, 0
    for _ in range(_ROUNDS):
        refuse_while_pruning(catalogue, current, clock)
        pointer = Pointer(activation)
        if current:
            pointer = archive(catalogue.store, current.pointer.follow(activation))
        etag = catalogue.store.put(
            POINTER, pointer.to_bytes(), if_match=current.etag if current else "", if_absent=current is None
        )
        if etag is not None:
            return Standing(pointer, etag)
        before, current = current, catalogue.standing()
        if current and current.pointer.active == activation:
            return current  # it was our own write: its answer was lost, and somebody settled it since
        if not current and expected:
            raise pointer_gone(catalogue)
        if current and not (expected and same_ground(current.pointer, expected.pointer)):
            raise conflict_with(catalogue, current, expected)
        refusals = refusals + 1 if (current and current.etag) == (before and before.etag) else 0
        if refusals == _REFUSALS:
            raise refused_falsely(catalogue)
    raise ConflictError(f"Others keep changing {catalogue.store.target}.", remedy="Try again.")


def settle(
    catalogue: Catalogue,
    standing: Standing | None = None,
    *,
    known: Bundle | None = None,
    progress: Progress = silent,
) -> Standing:
    """Bring the stable keys in line with the active release, whichever that is by now.

    ``standing`` is the pointer as it was last seen, and saves a request if it still is; ``known`` saves
    reading the bundle when it is the active one. Keys of templates that the release does not
    have are left as they are: nothing is deleted but by ``prune``.

    Raises:
        ConflictError: others kept changing the same keys.
    """
    for _ in range(_ROUNDS):
        standing = standing or catalogue.standing()
        if standing is None:
            continue
        standing.pointer.require_writable()
        release = standing.pointer.release
        bundle = known if known and known.release == release else catalogue.bundle(release)
        if _write_stable_keys(catalogue, bundle, standing, progress):
            if standing.pointer.settled:
                return standing
            pointer = replace(standing.pointer, settled=True)
            etag = catalogue.store.put(POINTER, pointer.to_bytes(), if_match=standing.etag)
            if etag is not None:
                return Standing(pointer, etag)
        standing = None
    raise _unsettled(catalogue)


def stable_files(bundle: Bundle) -> dict[str, bytes]:
    """Content by stable key, for readers that know nothing of releases."""
    files = {}
    for name, template in bundle.templates.items():
        files[stable_key(name, "html")] = template.html.encode()
        files[stable_key(name, "txt")] = template.text.encode()
        for translation in template.translations:
            files[stable_key(name, "html", translation.locale)] = translation.html.encode()
            files[stable_key(name, "txt", translation.locale)] = translation.text.encode()
    return files


def _write_stable_keys(catalogue: Catalogue, bundle: Bundle, standing: Standing, progress: Progress) -> bool:
    """Write those keys that differ, and read them back; False when the pointer has moved meanwhile.

    The order matters: ETags are read first, the pointer after them. A publisher that activates another
    release later reads ETags later still, so of two writers of a key the late one finds its condition broken,
    and whoever is active writes last.
    """
    pending = stable_files(bundle)
    store = catalogue.store
    for _ in range(_ROUNDS):
        keys = list(pending)
        found = dict(zip(keys, in_parallel(store.get, keys), strict=True))
        pending = {
            key: body for key, body in pending.items() if (now := found[key]) is None or now.body != body
        }
        if not pending and not standing.pointer.settled:
            return True  # the compare-and-swap that follows asks whether the pointer has moved
        current = catalogue.standing()
        if current is None or current.etag != standing.etag:
            return False
        if not pending:
            return True
        in_parallel(
            lambda job: _overwrite(store, *job, progress), [(k, b, found[k]) for k, b in pending.items()]
        )
    return False


def _overwrite(
    store: ObjectStore, key: str, body: bytes, found: StoredObject | None, progress: Progress
) -> None:
    """Write a stable key unless it has changed since it was read; the next round looks again."""
    progress(key)
    store.put(key, body, if_match=found.etag if found else "", if_absent=found is None)


def _unsettled(catalogue: Catalogue) -> ConflictError:
    return ConflictError(
        f"Others kept changing the stable keys of {catalogue.store.target}, so they may not all be of the "
        "active release.",
        remedy="What was activated is active. Run the same again to complete the stable keys.",
    )
