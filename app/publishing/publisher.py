"""Publishing a release: plan, upload, verify, activate, settle; in this order and no other.

Immutable objects come before the mutable pointer, and the stable keys after it. Killed at any point, the
target either still has its old release or has the new one whole; running the same again completes it.

What is written is read back. For the objects that the target had before, one listing vouches: an ETag that is
the MD5 of what they must hold. What it does not vouch for is read, and with ``repair`` everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace

from app.core.changes import PartChange, TemplateChange, changed_editions, setting_changes, template_changes
from app.core.release import Manifest, Release
from app.publishing.activation import Reason, activate, saying_it_is_active, settle
from app.publishing.catalogue import UNREADABLE, Catalogue, Standing
from app.publishing.clock import Clock, utc_now
from app.publishing.conflicts import active_by_another, require_same_ground
from app.publishing.errors import BreakingChangeError, ConflictError
from app.publishing.lease import hindrance, lift_dead_mark
from app.publishing.leftovers import leave_whole
from app.publishing.occupancy import obstacles, occupied, require_room
from app.publishing.parallel import Progress, at_once, silent
from app.publishing.store import ObjectStore
from app.publishing.upload import Upload, prove, upload
from bbws_templates.bundle import Bundle
from bbws_templates.digests import Digest
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError, DeniedError, FormatError, StoreError
from bbws_templates.pointer import Activation


@dataclass(frozen=True)
class Plan:
    """What publishing ``release`` would change in a target.

    ``standing`` is the pointer that the plan was made against, ``held`` the files that the target has already
    because the active release has them. ``unread`` is why there is nothing to compare with, when the active
    release cannot be read; ``unshown`` why there are no sources to compare. ``settings`` is what differs in
    that which a release says of all its templates. ``obstacles`` and ``occupied`` are as in
    ``app.publishing.occupancy``. ``hindrance`` says why nothing can be activated just now, "" if it can.
    """

    target: str
    release: str
    standing: Standing | None
    changes: tuple[TemplateChange, ...]
    unread: BbwsTemplatesError | None = None
    unshown: BbwsTemplatesError | None = None
    held: frozenset[Digest] = frozenset()
    settings: tuple[PartChange, ...] = ()
    obstacles: tuple[str, ...] = ()
    occupied: tuple[str, ...] = ()
    hindrance: str = ""

    @property
    def note(self) -> str:
        """What cannot be compared and why, "" for nothing."""
        if self.unread:
            unknown = isinstance(self.unread, StoreError)
            return f"No comparison: {self.unread}{' Publishing needs --allow-breaking.' if unknown else ''}"
        return f"No comparison of sources: {self.unshown}" if self.unshown else ""

    @property
    def active(self) -> str:
        """The id of the active release, "" for none."""
        return self.standing.pointer.release if self.standing else ""

    @property
    def is_active(self) -> bool:
        """Whether the release is active already; its stable keys may be lacking."""
        return self.active == self.release

    @property
    def nothing(self) -> bool:
        """Whether the target already is as it should be."""
        return self.is_active and self.standing is not None and self.standing.pointer.settled

    @property
    def breaking(self) -> tuple[TemplateChange, ...]:
        """The changes that break callers."""
        return tuple(change for change in self.changes if change.breaking)


def make_plan(catalogue: Catalogue, release: Release) -> Plan:
    """Compare ``release`` with what is active. Costs one request when it is the same."""
    plan, active = _compared(catalogue, release)
    if plan.nothing:
        return plan
    plan = replace(plan, hindrance=hindrance(catalogue, plan.standing))
    ways = obstacles(catalogue, release)
    # Of an active release that is damaged, all may be its own. Of one that the store does not give just now
    # that is not known, and whoever lets callers break has not said that files may be overwritten.
    is_damaged = plan.unread is not None and not isinstance(plan.unread, StoreError)
    if ways or plan.is_active or is_damaged:
        return replace(plan, obstacles=ways)
    return replace(plan, occupied=occupied(catalogue, release, active))


def _compared(catalogue: Catalogue, release: Release) -> tuple[Plan, Bundle | None]:
    """The plan as far as releases go, and the bundle of the active one if that was read."""
    standing = catalogue.standing()
    target = str(catalogue.store.target)
    if standing is None:
        changes = template_changes(None, release.bundle, new_sources=release.sources)
        return Plan(target, release.id, None, changes), None
    active = standing.pointer.release
    if active == release.id:
        return Plan(target, release.id, standing, (), held=_digests(release.manifest)), None
    try:
        manifest, bundle = catalogue.description(active, beside=release)
    except UNREADABLE as error:
        changes = template_changes(None, release.bundle, new_sources=release.sources)
        return Plan(target, release.id, standing, changes, unread=error), None
    sources: Mapping[str, str] | None = None
    unshown: BbwsTemplatesError | None = None
    try:
        sources = catalogue.sources(manifest, changed_editions(bundle, release.bundle))
    except StoreError as error:
        unshown = error
    changes = template_changes(
        bundle,
        release.bundle,
        old_sources=sources,
        new_sources=None if sources is None else release.sources,
    )
    settings = setting_changes(bundle, release.bundle)
    return (
        Plan(
            target,
            release.id,
            standing,
            changes,
            unshown=unshown,
            held=_digests(manifest),
            settings=settings,
        ),
        bundle,
    )


def _digests(manifest: Manifest) -> frozenset[Digest]:
    return frozenset(entry.digest for entry in manifest.files.values())


@dataclass(frozen=True)
class Published:
    """What a publish did. ``mended`` names files that were in the target and damaged.

    ``by_another`` is the activation of the very same content that somebody else came first with: the history
    has that one, and none of this publish.
    """

    standing: Standing
    uploaded: int
    mended: tuple[str, ...]
    by_another: Activation | None = None


def publish(
    catalogue: Catalogue,
    release: Release,
    plan: Plan,
    reason: Reason,
    *,
    allow_breaking: bool = False,
    adopt: bool = False,
    repair: bool = False,
    unversioned: bool = False,
    progress: Progress = silent,
    clock: Clock = utc_now,
) -> Published:
    """Carry out ``plan``. With ``repair``, prove and mend the release even where it is active already.

    ``unversioned`` allows a bucket that does not keep old versions of its stable keys, ``adopt`` to overwrite
    files of a directory that no release has put there.

    Raises:
        BreakingChangeError: contracts change in a breaking way and that is not allowed.
        ConflictError: somebody else published or pruned since the plan was made; nothing was activated.
        DamagedReleaseError: what was stored cannot be read back as it was written; nothing was activated.
        FormatError: the target, or its active release, is of a newer version; nothing was changed.
        OccupiedError: something lies where emails belong; nothing was changed.
        StoreError: the store failed, and says so if that was after the activation. Run the same again: it
            completes.
    """
    if plan.nothing and plan.standing and not repair:
        return Published(plan.standing, 0, ())
    refuse_newer(plan)
    refuse_breaking(plan, allowed=allow_breaking)
    require_room(plan.target, obstacles(catalogue, release), plan.occupied, adopt=adopt)  # as of now
    _require_fitness(catalogue.store, plan, unversioned=unversioned)
    standing = lift_dead_mark(catalogue, plan.standing, clock)
    if plan.is_active and not repair:
        return Published(settle(catalogue, standing, known=release.bundle, progress=progress), 0, ())
    uploaded: Upload | None = None
    other: Activation | None = None
    try:
        try:
            uploaded = upload(
                catalogue, release, plan.held, plan.standing, standing, progress, look=not repair
            )
            manifest, mended = prove(catalogue, release, uploaded, plan.standing, progress)
        except (DamagedReleaseError, DeniedError):
            require_same_ground(catalogue, plan.standing)  # a prune in between explains it better
            raise
        progress("current.json")
        seen = uploaded.seen if standing and standing.pointer.settled and not repair else None
        if not plan.is_active or (standing and standing.pointer.active.manifest != manifest):
            try:
                standing = activate(catalogue, standing, release.id, manifest, reason, clock=clock)
            except ConflictError as conflict:
                standing, seen = active_by_another(catalogue, release.id, conflict), None
                other = standing.pointer.active
            if standing.pointer.release != release.id:
                seen = None  # whoever followed has the stable keys changed since they were seen
        settled = settle(
            catalogue, standing, known=release.bundle, seen=seen, read_all=repair, progress=progress
        )
    except ConflictError:
        if uploaded:
            leave_whole(catalogue, release, plan.standing, clock)
        raise
    if settled.pointer.release != release.id:
        with saying_it_is_active():
            leave_whole(catalogue, release, plan.standing, clock)
    return Published(settled, len(uploaded.lacking), mended, other)


def _require_fitness(store: ObjectStore, plan: Plan, *, unversioned: bool) -> None:
    """That the store keeps what it must and heeds what it must; at once where it is a target for certain."""
    if unversioned:
        store.require_conditions()
    elif plan.standing:
        at_once(store.require_versioning, store.require_conditions)
    else:  # nothing is written to try it out on what may be a bucket for something else
        store.require_versioning()
        store.require_conditions()


def refuse_breaking(plan: Plan, *, allowed: bool) -> None:
    """Let a plan pass by which no caller breaks, or any where that is ``allowed``.

    Raises:
        BreakingChangeError: callers would break; names every change that they would break by.
        StoreError: that is not known, as the store does not give the active release.
    """
    if allowed:
        return
    if isinstance(plan.unread, StoreError):
        unread = copy(plan.unread)
        unread.remedy = (
            f"{unread.remedy} Until it can be read, it is not known whether callers would break: with "
            "--allow-breaking it is published all the same. `bbws-templates rollback` needs nothing of it."
        ).lstrip()
        raise unread
    broken = [f"{change.name}: {consequence}" for change in plan.breaking for consequence in change.breaking]
    if broken:
        raise BreakingChangeError(
            f"Callers would break: {'; '.join(broken)}.",
            remedy="Change the callers first and publish with --allow-breaking, or keep the contract.",
        )


def refuse_newer(plan: Plan) -> None:
    """Raise ``FormatError`` when a version that knows less would undo what one that knows more has published.

    To go back is for ``rollback``, which somebody has to ask for.
    """
    if plan.standing:
        plan.standing.pointer.require_writable()
    if isinstance(plan.unread, FormatError):
        raise FormatError(
            f"{plan.target} serves a release of a newer version, which this one would undo unread. "
            f"{plan.unread.message}",
            remedy=f"{plan.unread.remedy} To go back on purpose, use `bbws-templates rollback` first.",
        )
