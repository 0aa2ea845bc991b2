"""Publishing a release: plan, upload, verify, activate, settle; in this order and no other.

Immutable objects come before the mutable pointer, and the stable keys after it. Killed at any point, the
target either still has its old release or has the new one whole; running the same again completes it.

What is written is read back. For the objects that the target had before, one listing vouches: an ETag that is
the MD5 of what they must hold. What it does not vouch for is read, and with ``repair`` everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from app.core.changes import PartChange, TemplateChange, changed_editions, setting_changes, template_changes
from app.core.release import Manifest, Release, damaged
from app.publishing.activation import Reason, activate, settle, stable_files
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import Clock, utc_now
from app.publishing.conflicts import require_same_ground
from app.publishing.errors import BreakingChangeError, ConflictError, UnknownReleaseError
from app.publishing.lease import lift_dead_mark
from app.publishing.leftovers import leave_whole
from app.publishing.occupancy import obstacles, occupied, require_room
from app.publishing.parallel import Progress, at_once, in_parallel, silent
from app.publishing.store import ObjectStore, SeenObject, vouches
from bbws_templates.bundle import Bundle
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, DeniedError, FormatError
from bbws_templates.layout import BUNDLE, POINTER, manifest_key
from bbws_templates.pointer import Activation


@dataclass(frozen=True)
class Plan:
    """What publishing ``release`` would change in a target.

    ``standing`` is the pointer that the plan was made against, ``held`` the files that the target has already
    because the active release has them. ``note`` says why there is nothing to compare with, when the active
    release cannot be read; ``newer`` that it is of a format that only another version reads. ``settings`` is
    what differs in that which a release says of all its templates. ``obstacles`` and ``occupied`` are as in
    ``app.publishing.occupancy``.
    """

    target: str
    release: str
    standing: Standing | None
    changes: tuple[TemplateChange, ...]
    note: str = ""
    held: frozenset[Digest] = frozenset()
    newer: FormatError | None = None
    settings: tuple[PartChange, ...] = ()
    obstacles: tuple[str, ...] = ()
    occupied: tuple[str, ...] = ()

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
    ways = obstacles(catalogue, release)
    if ways or plan.is_active or plan.note:  # of an active release that nobody can read, all may be its own
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
        sources = catalogue.sources(manifest, changed_editions(bundle, release.bundle))
    except (DamagedReleaseError, UnknownReleaseError) as error:
        changes = template_changes(None, release.bundle, new_sources=release.sources)
        newer = error if isinstance(error, FormatError) else None
        return Plan(target, release.id, standing, changes, note=f"No comparison: {error}", newer=newer), None
    changes = template_changes(bundle, release.bundle, old_sources=sources, new_sources=release.sources)
    settings = setting_changes(bundle, release.bundle)
    return Plan(target, release.id, standing, changes, held=_digests(manifest), settings=settings), bundle


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
        StoreError: the store failed. Run the same again: it completes.
    """
    if plan.nothing and plan.standing and not repair:
        return Published(plan.standing, 0, ())
    refuse_newer(plan)
    refuse_breaking(plan.breaking, allowed=allow_breaking)
    require_room(plan.target, obstacles(catalogue, release), plan.occupied, adopt=adopt)  # as of now
    _require_fitness(catalogue.store, plan, unversioned=unversioned)
    standing = lift_dead_mark(catalogue, plan.standing, clock)
    if plan.is_active and not repair:
        return Published(settle(catalogue, standing, known=release.bundle, progress=progress), 0, ())
    upload: _Upload | None = None
    other: Activation | None = None
    try:
        try:
            upload = _upload(catalogue, release, plan, standing, progress, look=not repair)
            manifest, mended = _prove(catalogue, release, upload, plan, progress)
        except (DamagedReleaseError, DeniedError):
            require_same_ground(catalogue, plan.standing)  # a prune in between explains it better
            raise
        progress("current.json")
        seen = upload.seen if standing and standing.pointer.settled and not repair else None
        if not plan.is_active or (standing and standing.pointer.active.manifest != manifest):
            try:
                standing = activate(catalogue, standing, release.id, manifest, reason, clock=clock)
            except ConflictError as conflict:
                standing, seen = _active_by_another(catalogue, release, conflict), None
                other = standing.pointer.active
            if standing.pointer.release != release.id:
                seen = None  # whoever followed has the stable keys changed since they were seen
        settled = settle(
            catalogue, standing, known=release.bundle, seen=seen, read_all=repair, progress=progress
        )
    except ConflictError:
        if upload:
            leave_whole(catalogue, release, plan.standing, clock)
        raise
    if settled.pointer.release != release.id:
        leave_whole(catalogue, release, plan.standing, clock)
    return Published(settled, len(upload.lacking), mended, other)


def _require_fitness(store: ObjectStore, plan: Plan, *, unversioned: bool) -> None:
    """That the store keeps what it must and heeds what it must; at once where it is a target for certain."""
    if unversioned:
        store.require_conditions()
    elif plan.standing:
        at_once(store.require_versioning, store.require_conditions)
    else:  # nothing is written to try it out on what may be a bucket for something else
        store.require_versioning()
        store.require_conditions()


def refuse_breaking(changes: Iterable[TemplateChange], *, allowed: bool) -> None:
    """Raise ``BreakingChangeError`` that names every breaking change, unless they are allowed."""
    broken = [f"{change.name}: {consequence}" for change in changes for consequence in change.breaking]
    if broken and not allowed:
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
    if plan.newer:
        raise FormatError(
            f"{plan.target} serves a release of a newer version, which this one would undo unread. "
            f"{plan.newer.message}",
            remedy=f"{plan.newer.remedy} To go back on purpose, use `bbws-templates rollback` first.",
        )


def _active_by_another(catalogue: Catalogue, release: Release, conflict: ConflictError) -> Standing:
    """The pointer, if somebody else published the very same content: then what was asked for is so."""
    standing = catalogue.standing()
    if standing is None or standing.pointer.release != release.id:
        raise conflict
    return standing


def _require_same_ground(catalogue: Catalogue, release: Release, plan: Plan) -> None:
    """As ``require_same_ground``; that the very same content was activated meanwhile is no conflict."""
    try:
        require_same_ground(catalogue, plan.standing)
    except ConflictError as conflict:
        _active_by_another(catalogue, release, conflict)


@dataclass(frozen=True)
class _Upload:
    """What an upload wrote beside the bundle and manifest, by key, and what it saw of all that it needs.

    ``seen`` is younger than the files that it wrote, and older than the bundle and manifest.
    """

    lacking: Mapping[str, str]
    seen: Mapping[str, SeenObject]


def _upload(
    catalogue: Catalogue,
    release: Release,
    plan: Plan,
    standing: Standing | None,
    progress: Progress,
    *,
    look: bool,
) -> _Upload:
    """Write what the target lacks: objects first, then the bundle, the manifest last.

    What makes a release of them is not written where a prune may have deleted some of them. With ``look``,
    the pointer and all other objects are looked at in one listing.
    """
    store, keys = catalogue.store, catalogue.keys(release.manifest)
    lacking = {
        keys[path]: path
        for path, entry in release.manifest.files.items()
        if path != BUNDLE and entry.digest not in plan.held
    }

    def write(key: str) -> None:
        progress(lacking[key])
        store.put(key, release.files[lacking[key]], if_absent=True)

    in_parallel(write, lacking)
    # An earlier build of the same content may have left its manifest, with its own provenance: that stays.
    heads = {keys[BUNDLE]: release.bundle_data, manifest_key(release.id): release.manifest_data}
    wanted = {POINTER, *keys.values(), *heads, *stable_files(release.bundle)}
    seen = store.look(wanted) if look else {}
    pointer = seen.get(POINTER)
    if not (standing and pointer and pointer.etag == standing.etag):
        _require_same_ground(catalogue, release, plan)
    for key, body in heads.items():
        if key not in seen:
            progress(key.rpartition("/")[2])
            store.put(key, body, if_absent=True)
    return _Upload(lacking, seen)


def _prove(
    catalogue: Catalogue, release: Release, upload: _Upload, plan: Plan, progress: Progress
) -> tuple[Digest, tuple[str, ...]]:
    """Read the release back, mend what differs, and return the digest of the manifest it has there.

    What is missing is created, and only what is there and differs is overwritten: the policy of a bucket
    lets everybody do the first, and the pruner alone the second. Nothing is mended that a prune deletes or
    has deleted: half of a release would stay behind.
    """
    progress("reading back")
    vouched = {
        key
        for path, key in catalogue.keys(release.manifest).items()
        if path != BUNDLE
        and key not in upload.lacking
        and vouches(catalogue.store, upload.seen.get(key), release.files[path])
    }
    described, broken = at_once(
        partial(_manifest, catalogue, release.id), partial(catalogue.damage, release.manifest, vouched)
    )
    mended: tuple[str, ...] = ()
    if described is None or broken or described[0].files != release.manifest.files:
        _require_same_ground(catalogue, release, plan)
    if described is None:
        _mend(catalogue, manifest_key(release.id), release.manifest_data)
        mended = ("manifest.json",)
    manifest, data = described or (release.manifest, release.manifest_data)
    if described is None or broken or manifest.files != release.manifest.files:
        broken = catalogue.damage(manifest)  # one is not as it was seen: so none that was seen counts
    _mend_files(catalogue, release, manifest, broken)
    if _beyond(release, manifest, broken):
        # An earlier build of the same content had another text of a source, which nobody has any more.
        manifest, data = release.manifest, release.manifest_data
        catalogue.store.put(manifest_key(release.id), data)
        mended = ("manifest.json",)
        broken = catalogue.damage(manifest)
        _mend_files(catalogue, release, manifest, broken)
    if broken:
        _require_intact(catalogue, manifest)
    return Digest.of(data), (*mended, *broken)


def _manifest(catalogue: Catalogue, release: str) -> tuple[Manifest, bytes] | None:
    """The manifest that a release has in the target, None for none that can be read.

    Raises:
        FormatError: a newer version has described the release; what this one cannot read it leaves alone.
    """
    try:
        return catalogue.manifest(release)
    except FormatError:
        raise
    except (DamagedReleaseError, UnknownReleaseError):
        return None


def _mend_files(catalogue: Catalogue, release: Release, manifest: Manifest, broken: Iterable[str]) -> None:
    """Write those of the ``broken`` paths anew that this release has as ``manifest`` describes them."""
    keys = catalogue.keys(manifest)
    for path in broken:
        if not _beyond(release, manifest, [path]):
            _mend(catalogue, keys[path], release.bundle_data if path == BUNDLE else release.files[path])


def _beyond(release: Release, manifest: Manifest, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that ``release`` does not have as ``manifest`` describes them."""
    bodies = {**release.files, BUNDLE: release.bundle_data}
    return [path for path in paths if path not in bodies or not manifest.files[path].describes(bodies[path])]


def _mend(catalogue: Catalogue, key: str, body: bytes) -> None:
    if catalogue.store.put(key, body, if_absent=True) is None:
        catalogue.store.put(key, body)


def _require_intact(catalogue: Catalogue, manifest: Manifest) -> None:
    broken = catalogue.damage(manifest)
    if broken:
        raise damaged(manifest.release, [f"{path} is missing or differs from its digest" for path in broken])
