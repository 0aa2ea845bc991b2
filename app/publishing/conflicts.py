"""What may have come between a plan and its being carried out, and how that is said."""

from __future__ import annotations

from typing import Final

from app.publishing.catalogue import Catalogue, Standing
from app.publishing.errors import ConflictError
from bbws_templates.answers import weakness
from bbws_templates.faults import StoreError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import Pointer

NOTHING_ACTIVATED: Final = "Nothing of yours was activated."


def require_same_ground(catalogue: Catalogue, expected: Standing | None) -> None:
    """That what a plan was made against still holds; asked when something is not as it should be.

    Raises:
        ConflictError: somebody has activated another release since, or prunes or has pruned.
    """
    current = catalogue.standing()
    if current is None and expected is None:
        return
    if current is None:
        raise pointer_gone(catalogue)
    if expected is None or not same_ground(current.pointer, expected.pointer):
        raise conflict_with(catalogue, current, expected)


def active_by_another(catalogue: Catalogue, release: str, conflict: ConflictError) -> Standing:
    """The pointer, if somebody else published the very same content: then what was asked for is so.

    Raises:
        ConflictError: ``conflict``, as it is not.
    """
    standing = catalogue.standing()
    if standing is None or standing.pointer.release != release:
        raise conflict
    return standing


def same_ground(current: Pointer, expected: Pointer) -> bool:
    """Whether a plan still holds: at most, the stable keys of the same release were completed meanwhile.

    A prune in between may have deleted objects that an upload relied on.
    """
    return current.active == expected.active and current.prunes == expected.prunes


def conflict_with(catalogue: Catalogue, current: Standing, expected: Standing | None) -> ConflictError:
    """What has come between a plan made against ``expected`` and its being carried out."""
    active, target = current.pointer.active, catalogue.store.target
    remedy = "Nothing of yours was activated. Plan again."
    if expected is None:
        return ConflictError(
            f"{target} seemed to hold no {POINTER} when this was planned, and holds one now: "
            f"{active.actor or 'somebody'} activated release {active.release[:12]} ({active.at}).",
            remedy=remedy,
        )
    if active != expected.pointer.active:
        return ConflictError(
            f"{active.actor or 'Somebody'} activated release {active.release[:12]} in {target} meanwhile "
            f"({active.at}).",
            remedy=remedy,
        )
    if current.pointer.pruning:
        return ConflictError(f"{current.pointer.pruning} began to prune {target} meanwhile.", remedy=remedy)
    return ConflictError(f"Somebody pruned {target} meanwhile.", remedy=remedy)


def pointer_gone(catalogue: Catalogue) -> ConflictError:
    """What to say when there was a pointer and is none any more; nor is it known what the last one said."""
    return ConflictError(
        f"{catalogue.store.target}: {POINTER} was there and is not to be found any more.",
        remedy="If it is there again, its history says what was activated; if not, restore it.",
    )


def refused_falsely(catalogue: Catalogue, key: str, etag: str, *, done: str = "") -> StoreError:
    """What to say when a write of ``key`` is refused because of a change that nobody has made.

    ``etag`` is what the write demanded, "" that there be none; ``done`` says what has been done by then.
    """
    has = f"has the very ETag that the write demands.{weakness(etag)}" if etag else "still is not there."
    return StoreError(
        f"{catalogue.store.target}: the server refuses to write {key}, as if it had changed, and it has "
        f"not: it {has}",
        remedy=f"{done} Try again; if it stays, this server is none to publish to.".lstrip(),
    )
