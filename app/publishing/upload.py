"""The objects of a release on their way into a target: written, read back, mended where they differ."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from app.core.release import Manifest, Release, damaged
from app.publishing.activation import stable_files
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.conflicts import active_by_another, require_same_ground
from app.publishing.errors import ConflictError, UnknownReleaseError
from app.publishing.parallel import Progress, at_once, in_parallel
from app.publishing.store import SeenObject, vouches
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, FormatError
from bbws_templates.layout import BUNDLE, POINTER, manifest_key


@dataclass(frozen=True)
class Upload:
    """What an upload wrote beside the bundle and manifest, by key, and what it saw of all that it needs.

    ``seen`` is younger than the files that it wrote, and older than the bundle and manifest.
    """

    lacking: Mapping[str, str]
    seen: Mapping[str, SeenObject]


def upload(
    catalogue: Catalogue,
    release: Release,
    held: Container[Digest],
    planned: Standing | None,
    standing: Standing | None,
    progress: Progress,
    *,
    look: bool,
) -> Upload:
    """Write what the target lacks: objects first, then the bundle, the manifest last.

    What makes a release of them is not written where a prune may have deleted some of them. ``held`` are
    those that the target has by the plan, which was made against ``planned``; ``standing`` is the pointer by
    now. With ``look``, that and all other objects are looked at in one listing.
    """
    store, keys = catalogue.store, catalogue.keys(release.manifest)
    lacking = {
        keys[path]: path
        for path, entry in release.manifest.files.items()
        if path != BUNDLE and entry.digest not in held
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
        _require_ground(catalogue, release, planned)
    for key, body in heads.items():
        if key not in seen:
            progress(key.rpartition("/")[2])
            store.put(key, body, if_absent=True)
    return Upload(lacking, seen)


def prove(
    catalogue: Catalogue, release: Release, uploaded: Upload, planned: Standing | None, progress: Progress
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
        and key not in uploaded.lacking
        and vouches(catalogue.store, uploaded.seen.get(key), release.files[path])
    }
    described, broken = at_once(
        partial(_manifest, catalogue, release.id), partial(catalogue.damage, release.manifest, vouched)
    )
    mended: tuple[str, ...] = ()
    if described is None or broken or described[0].files != release.manifest.files:
        _require_ground(catalogue, release, planned)
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


def _require_ground(catalogue: Catalogue, release: Release, planned: Standing | None) -> None:
    """As ``require_same_ground``; that the very same content was activated meanwhile is no conflict."""
    try:
        require_same_ground(catalogue, planned)
    except ConflictError as conflict:
        active_by_another(catalogue, release.id, conflict)
