"""The releases in a store, read and proven."""

from __future__ import annotations

from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.core.likeness import bundle_beside
from app.core.release import FileEntry, Manifest, Release, assemble, parse_manifest, source_path
from app.publishing.errors import ConflictError, UnknownReleaseError
from app.publishing.history import activated_manifest, activations, require_as_activated
from app.publishing.parallel import at_once, in_parallel
from app.publishing.store import ObjectStore, found_at, list_for_certain, read_twice
from bbws_templates.bundle import Bundle, parse_bundle
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, FormatError, StoreError
from bbws_templates.layout import (
    BUNDLE,
    POINTER,
    RELEASES,
    bundle_key,
    is_release_id,
    manifest_key,
    object_key,
    release_of,
)
from bbws_templates.pointer import Activation, Pointer, parse_pointer
from bbws_templates.reader import StoredObject

UNREADABLE: Final = (DamagedReleaseError, UnknownReleaseError, StoreError)
"""Why a release cannot be read that the pointer names, whatever the reason: for what is read to be shown."""

ACTIVE = "active"
PREVIOUS = "previous"
_SHORTEST = 6
_ROUNDS = 24


@dataclass(frozen=True)
class Standing:
    """The pointer as it was read, with the ETag that a compare-and-swap needs."""

    pointer: Pointer
    etag: str


class Catalogue:
    """Read access to the releases of one target."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def standing(self) -> Standing | None:
        """The active pointer, None before the first publish.

        Raises:
            DamagedReleaseError: the pointer cannot be read as one.
            FormatError: only another version of this product reads it.
        """
        try:
            found = read_twice(
                self.store, POINTER, lambda stored: Standing(parse_pointer(stored.body), stored.etag)
            )
        except FormatError as error:
            raise FormatError(f"{self.store.target}: {error.message}", remedy=error.remedy) from error
        except DamagedReleaseError as error:
            raise DamagedReleaseError(
                f"{self.store.target}: {error.message}",
                remedy="Restore an earlier version of current.json, or delete it and publish again.",
            ) from error
        return found

    def active(self) -> tuple[Standing, Manifest, Bundle] | None:
        """The pointer and what it points to; None before the first publish.

        Raises:
            UnknownReleaseError, DamagedReleaseError: as ``bundle``, although nobody has moved the pointer; or
                it has gone since.
            ConflictError: it names another release each time.
        """
        standing = self.standing()
        for _ in range(_ROUNDS):
            if standing is None:
                return None
            release = standing.pointer.release
            try:
                return standing, *self.description(release)
            except (UnknownReleaseError, DamagedReleaseError):
                before, standing = standing, self.standing()
                if standing is None or standing.pointer.active == before.pointer.active:
                    raise
        raise ConflictError(f"Others keep changing {self.store.target}.", remedy="Try again.")

    def bundle(self, release: str, *, beside: Release | None = None) -> Bundle:
        """The templates of a release; those that it shares with ``beside`` are not read again.

        Raises:
            UnknownReleaseError: there is none of that id.
            DamagedReleaseError: its bytes are not what the id says.
        """

        def parse(stored: StoredObject) -> Bundle:
            if beside is not None:
                return bundle_beside(stored.body, beside, release=release)
            return parse_bundle(stored.body, release=release)

        found = read_twice(self.store, bundle_key(release), parse)
        if found is None:
            raise self._unknown(release)
        return found

    def manifest(self, release: str, activated: Iterable[Activation] = ()) -> tuple[Manifest, bytes]:
        """The manifest of a release, and its bytes.

        Raises:
            UnknownReleaseError, DamagedReleaseError: as ``bundle``; or it is not the one that the release has
                by ``activated``, which are activations, newest first.
        """

        def parse(stored: StoredObject) -> tuple[Manifest, bytes]:
            manifest = parse_manifest(stored.body, release=release)
            require_as_activated(release, Digest.of(stored.body), activated)
            return manifest, stored.body

        found = read_twice(self.store, manifest_key(release), parse)
        if found is None:
            raise self._unknown(release)
        return found

    def description(self, release: str, *, beside: Release | None = None) -> tuple[Manifest, Bundle]:
        """The manifest and the bundle of a release; ``beside`` as for ``bundle``.

        Raises:
            UnknownReleaseError, DamagedReleaseError: as ``bundle``.
        """
        bundle, (manifest, _) = at_once(
            partial(self.bundle, release, beside=beside), partial(self.manifest, release)
        )
        return manifest, bundle

    def release(self, release: str) -> Release:
        """A whole release, every byte of it read and proven.

        Raises:
            UnknownReleaseError: there is none of that id.
            DamagedReleaseError: a file is missing or differs from its digest; names each.
        """
        manifest, data = self.manifest(release)
        keys = self.keys(manifest)
        entries = {keys[path]: entry for path, entry in sorted(manifest.files.items())}
        bodies = in_parallel(lambda key: self._file(key, entries[key]), entries)
        found = dict(zip(entries, bodies, strict=True))
        return assemble(data, lambda path: found[keys[path]])

    def named(self, name: str) -> Release:
        """The release that ``name`` stands for, whole; if it has gone since, the one that it does by now.

        Raises:
            UnknownReleaseError, DamagedReleaseError: as ``resolve`` and ``release``.
        """
        wanted = self.resolve(name)
        try:
            return self.release(wanted)
        except (UnknownReleaseError, DamagedReleaseError):
            again = self.resolve(name)
            if again == wanted:
                raise
            return self.release(again)

    def proven(self, name: str) -> Release:
        """The release that ``name`` stands for, whole, and with the manifest that was once activated.

        Raises:
            UnknownReleaseError: it stands for none, or for several.
            DamagedReleaseError: it is not intact, or the history is not, by which that could be told.
        """
        try:
            return self._proven(name)
        except FormatError:
            raise
        except DamagedReleaseError:  # one answer is not enough for that; or somebody has just repaired it
            return self._proven(name)

    def _proven(self, name: str) -> Release:
        release = self.named(name)
        standing = self.standing()
        entries = activations(self.store, standing.pointer) if standing else ()
        require_as_activated(release.id, Digest.of(release.manifest_data), entries)
        return release

    def is_of_another_build(self, standing: Standing, release: str, entries: Iterable[Activation]) -> bool:
        """Whether what there is of ``release`` may be what a publish left that activated nothing.

        It was active once, by ``entries``, newest first, and may have been pruned since; what is there by now
        has another manifest, which describes nothing but what is there. An upload writes no other: its
        manifest comes last. ``standing`` is the pointer as it was read.
        """
        if release == standing.pointer.release or not standing.pointer.prunes:
            return False  # the active release stays in every prune, and no prune is no explanation
        try:
            manifest, data = self.manifest(release)
        except (DamagedReleaseError, UnknownReleaseError):
            return False
        activated = activated_manifest(release, entries)
        return activated not in (None, Digest.of(data)) and not self.damage(manifest)

    def damage(self, manifest: Manifest, vouched: Container[str] = frozenset()) -> list[str]:
        """The paths of a manifest whose objects are missing or differ from their digest.

        Each is read but for those whose keys are ``vouched`` for.
        """
        keys = {path: key for path, key in self.keys(manifest).items() if key not in vouched}
        entries = {key: manifest.files[path] for path, key in keys.items()}

        def is_damaged(key: str) -> bool:
            found = found_at(self.store, key)
            return not (isinstance(found, StoredObject) and entries[key].describes(found.body))

        bad = dict(zip(entries, in_parallel(is_damaged, entries), strict=True))
        return [path for path, key in keys.items() if bad[key]]

    def sources(self, manifest: Manifest, names: Iterable[str]) -> dict[str, str]:
        """What the authors of these templates wrote, as far as the release has it."""
        wanted = [name for name in names if source_path(name) in manifest.files]

        def read(name: str) -> str:
            entry = manifest.files[source_path(name)]
            body = self._file(object_key(entry.digest, source_path(name)), entry)
            return body.decode("utf-8", "replace") if body is not None and entry.describes(body) else ""

        return dict(zip(wanted, in_parallel(read, wanted), strict=True))

    def releases(self) -> list[str]:
        """The ids of every release in the target, whole or not."""
        return sorted({release_of(key) for key in list_for_certain(self.store, RELEASES)} - {""})

    def present(self, keys: Iterable[str]) -> set[str]:
        """Those of ``keys`` at which something is, by asking for each: no listing is believed."""
        wanted = [*keys]
        there = in_parallel(lambda key: found_at(self.store, key) is not None, wanted)
        return {key for key, is_there in zip(wanted, there, strict=True) if is_there}

    def resolve(self, name: str) -> str:
        """The whole id that ``name`` stands for: an id, the beginning of one, ``active`` or ``previous``.

        A whole id stands for itself: whether there is such a release is found by whoever reads it.

        Raises:
            UnknownReleaseError: it stands for none, or for several.
        """
        if name in (ACTIVE, PREVIOUS):
            standing = self.standing()
            found = standing and (standing.pointer.release if name == ACTIVE else standing.pointer.previous)
            if not found:
                raise UnknownReleaseError(f"{self.store.target} has no {name} release.")
            return found
        name = name.removeprefix("sha256:").lower()
        if is_release_id(name):
            return name
        matches = self._beginning_with(name)
        if len(matches) == 1 and len(name) >= _SHORTEST:
            return matches[0]
        if not matches:
            raise self._unknown(name)
        raise UnknownReleaseError(
            f"'{name}' is the beginning of {len(matches)} release(s) in {self.store.target}.",
            remedy=f"Give at least {_SHORTEST} characters, and enough to tell them apart.",
        )

    def _beginning_with(self, name: str) -> list[str]:
        """The ids that begin with ``name`` of all that listings show, or that were active of late.

        Of two releases, the one that no listing shows is the one that is meant as likely as not.
        """
        if not name:
            return []
        listed = {release for release in self.releases() if release.startswith(name)}
        standing = None
        with suppress(DamagedReleaseError):  # then nothing says more than the listings do
            standing = self.standing()
        entries = (standing.pointer.active, *standing.pointer.history) if standing else ()
        unlisted = {entry.release for entry in entries if entry.release.startswith(name)} - listed
        keys = {key for release in unlisted for key in head_keys(release)}
        return sorted(listed | {release_of(key) for key in self.present(keys)})

    @staticmethod
    def keys(manifest: Manifest) -> dict[str, str]:
        """Where each path of a release lies in the store; equal files share a key."""
        return {
            path: bundle_key(manifest.release) if path == BUNDLE else object_key(entry.digest, path)
            for path, entry in manifest.files.items()
        }

    def _file(self, key: str, entry: FileEntry) -> bytes | None:
        """The content of a file, None for none; what is missing or not as its entry says is read twice."""
        found = found_at(self.store, key)
        if not (isinstance(found, StoredObject) and entry.describes(found.body)):
            found = found_at(self.store, key)
        return found.body if isinstance(found, StoredObject) else None

    def _unknown(self, release: str) -> UnknownReleaseError:
        return UnknownReleaseError(
            f"{self.store.target} has no release '{release[:12]}'.",
            remedy="See `bbws-templates history` for those that it had.",
        )


def head_keys(release: str) -> set[str]:
    """Where the two files lie that make a release of all others."""
    return {bundle_key(release), manifest_key(release)}
