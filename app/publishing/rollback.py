"""Going back to a release that was active before."""

from __future__ import annotations

from app.core.release import Release
from app.publishing.activation import Reason, activate, settle
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import Clock, utc_now
from app.publishing.conflicts import require_same_ground
from app.publishing.errors import RefusedError, UnknownReleaseError
from app.publishing.history import activations
from app.publishing.lease import lift_dead_mark, refuse_while_pruning
from app.publishing.occupancy import obstacles_to_emails, require_room
from app.publishing.parallel import Progress, silent
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError

ROLLBACK = "rollback"


def release_before(catalogue: Catalogue, standing: Standing | None) -> str:
    """The release that a rollback without a name goes to: the one before the active one was brought in.

    ``standing`` is the pointer as it was read.

    Rolling back twice goes back two releases, not forth again.

    Raises:
        UnknownReleaseError: there is none before it.
    """
    if standing:
        active = standing.pointer.release
        introduced = False
        for activation in activations(catalogue.store, standing.pointer):
            if introduced and activation.release != active:
                return activation.release
            introduced = introduced or (activation.release == active and activation.action != ROLLBACK)
    raise UnknownReleaseError(f"{catalogue.store.target} has no earlier release to go back to.")


def release_to_go_back_to(catalogue: Catalogue, name: str, *, expected: Standing | None) -> Release:
    """The release that ``name`` stands for, "" for ``release_before``, read whole and proven.

    Raises:
        ConflictError: it cannot be had because somebody prunes, or the pointer is not as ``expected``.
        UnknownReleaseError: it stands for none, or for several.
        DamagedReleaseError: it is not intact.
        RefusedError: no history says that it was active, so nobody may have asked of it what a publish asks.
    """
    try:
        release = catalogue.proven(name or release_before(catalogue, expected))
    except (UnknownReleaseError, DamagedReleaseError):
        require_same_ground(catalogue, expected)
        refuse_while_pruning(catalogue, expected)
        raise
    if name and expected:
        _require_once_active(catalogue, expected, release.id)
    return release


def _require_once_active(catalogue: Catalogue, standing: Standing, release: str) -> None:
    if any(entry.release == release for entry in activations(catalogue.store, standing.pointer)):
        return
    target = catalogue.store.target
    raise RefusedError(
        f"The history of {target} does not name release {release[:12]}, so there is no going back to it: its "
        "publish may have been cut off, or the pointer was made anew since.",
        remedy="Publish it, with the questions that a publish asks: "
        f"`bbws-templates promote --from {target} --to {target} {release[:12]}`.",
    )


def roll_back(
    catalogue: Catalogue,
    release: Release,
    reason: Reason,
    *,
    expected: Standing | None,
    progress: Progress = silent,
    clock: Clock = utc_now,
) -> Standing:
    """Make ``release``, read whole from this very target, the active one.

    That is one pointer move, then the stable keys; where it is active already, each of these is read, as
    whoever asks for it does so because one of them drifted.

    Raises:
        ConflictError: the pointer is not as ``expected`` any more, or somebody prunes.
        OccupiedError: something lies where emails belong that cannot be overwritten; nothing was changed.
        UnknownReleaseError, DamagedReleaseError: a prune has deleted it since it was read, and died.
    """
    standing = expected
    moves = expected is None or expected.pointer.release != release.id
    require_room(str(catalogue.store.target), obstacles_to_emails(catalogue, release), (), adopt=True)
    if moves:
        catalogue.store.require_conditions()
        standing = lift_dead_mark(catalogue, expected, clock)
        if standing is not expected:
            release = catalogue.proven(release.id)  # that prune may have been alive when it was read
        manifest = Digest.of(release.manifest_data)
        standing = activate(catalogue, standing, release.id, manifest, reason, clock=clock)
    return settle(catalogue, standing, known=release.bundle, read_all=not moves, progress=progress)
