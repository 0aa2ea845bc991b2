"""Reading a whole target again and comparing every byte with what it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from app.core.release import Manifest, parse_manifest
from app.publishing.activation import stable_files
from app.publishing.catalogue import Catalogue, Standing, head_keys
from app.publishing.discrepancies import Discrepancy, ObjectFault, Verification
from app.publishing.errors import ConflictError
from app.publishing.history import activations, require_as_activated
from app.publishing.parallel import Progress, in_parallel, silent
from app.publishing.store import found_at, list_for_certain
from bbws_templates.bundle import parse_bundle
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, FormatError, UnfitObjectError
from bbws_templates.layout import (
    HISTORY,
    POINTER,
    PROBE,
    RELEASES,
    bundle_key,
    is_object,
    is_typical,
    manifest_key,
    named_digest,
    release_of,
)
from bbws_templates.pointer import Activation

_ROUNDS = 4

_OTHER_BUILD = (
    "it is not the one that the release was activated with, as a publish of another build leaves it, after a "
    "prune, that has not activated it; all that it names is there. Nobody goes back to it: publish it again "
    "to have this one count, or let prune remove it"
)


def verify(catalogue: Catalogue, *, progress: Progress = silent) -> Verification:
    """Re-read and re-hash every object of a target.

    The pointer is read first and last: when it has moved meanwhile, what seems wrong may be the work of a
    publish or a prune, and everything is read again. So it is when anything seems wrong for the first time:
    an answer may have been, or somebody who was held up since before the last activation has written a stable
    key late, and mends it at once. And nothing is called intact that was not all read: what there is, two
    listings say, and the active release is looked for by its name.

    Raises:
        ConflictError: it moved each time.
        StoreError: the store failed; what it holds is not known.
    """
    seen: set[Discrepancy] = set()
    for _ in range(_ROUNDS):
        before = _pointer_etag(catalogue)
        walk = _walk(catalogue, progress)
        result = walk.result()
        wrong = {found for found in result.discrepancies if not found.is_note}
        if not walk.unread and (not wrong or (_pointer_etag(catalogue) == before and wrong <= seen)):
            return result
        seen = wrong
    raise ConflictError(
        f"{catalogue.store.target} was changed each of the {_ROUNDS} times that it was read.",
        remedy="Verify again when nobody publishes or prunes.",
    )


def _pointer_etag(catalogue: Catalogue) -> str:
    found = found_at(catalogue.store, POINTER)
    return found.etag if found else ""


def _walk(catalogue: Catalogue, progress: Progress) -> _Pass:
    walk = _Pass(catalogue)
    walk.read_objects(progress)
    walk.read_releases(progress)
    walk.compare_pointer()
    walk.look_again()
    walk.report_altered()
    walk.report_missing()
    walk.report_unused()
    return walk


@dataclass
class _Pass:
    """One pass over a target, gathering discrepancies; several threads add to what it gathers.

    Of what is read it keeps digests alone: ``manifests`` holds, by release, that of its manifest, ``stable``
    those of the content of its stable keys; ``bad`` are objects that hold something else than their keys say,
    ``unfit`` says of each key that was read why what is there can be none of ours, where it cannot.
    ``lacking`` holds, by release, the keys that are not there, each with what it is; ``gone`` the keys that
    were listed and are not there when they are read. ``unread`` says that some of these are there after all,
    so that nobody knows what they hold. ``ever_active`` is None for as long as the history is not known.
    """

    catalogue: Catalogue
    keys: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    stable: dict[str, dict[str, Digest]] = field(default_factory=dict)
    manifests: dict[str, Digest] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    unfit: dict[str, UnfitObjectError] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    lacking: dict[str, dict[str, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    unread: bool = False
    active: str = ""
    newer: bool = False
    ever_active: set[str] | None = None
    half_pruned: bool = False
    found: list[Discrepancy] = field(default_factory=list)

    def add(self, fault: ObjectFault, key: str, sentence: str) -> None:
        self.found.append(Discrepancy(fault, key, sentence))

    def unreadable(self, key: str, error: DamagedReleaseError) -> None:
        """``key`` cannot be used: it was tampered with, or only a newer version can tell."""
        if isinstance(error, FormatError):
            self.newer = True
            self.add(ObjectFault.NEWER, key, str(error))
        else:
            self.add(ObjectFault.TAMPERED, key, str(error))

    def read_objects(self, progress: Progress) -> None:
        """Every shared file says in its name what it must hash to."""
        self.keys = {*list_for_certain(self.catalogue.store, "")}

        def read(key: str) -> None:
            progress(key)
            body = self._body(key)
            if body is not None:
                self._prove(key, body)

        in_parallel(read, sorted(key for key in self.keys if is_object(key)))
        self.keys -= self.gone

    def _prove(self, key: str, body: bytes) -> None:
        if Digest.of(body).hex != named_digest(key):
            self.bad.add(key)

    def read_releases(self, progress: Progress) -> None:
        self.ids = sorted({release_of(key) for key in self.keys} - {""})
        in_parallel(partial(self._read_release, progress), self.ids)

    def _read_release(self, progress: Progress, release: str) -> None:
        progress(release[:12])
        own = head_keys(release)
        self.known |= own
        missing = own - self.keys
        manifest = None
        if not missing:
            manifest = self._manifest(release)
            self._bundle(release)
            missing = own & self.gone
        if missing:
            self.lacking[release] = dict.fromkeys(
                missing, f"release {release[:12]} cannot be read without it"
            )
        if manifest:
            for path, key in self.catalogue.keys(manifest).items():
                self.used.add(key)
                if key not in self.keys:
                    self.lacking.setdefault(release, {})[key] = f"{path} of release {release[:12]}"

    def _manifest(self, release: str) -> Manifest | None:
        key = manifest_key(release)
        body = self._body(key)
        try:
            manifest = parse_manifest(body, release=release) if body is not None else None
        except DamagedReleaseError as error:
            self.unreadable(key, error)
            return None
        if body is not None:
            self.manifests[release] = Digest.of(body)
        return manifest

    def _bundle(self, release: str) -> None:
        key = bundle_key(release)
        body = self._body(key)
        try:
            if body is not None:
                files = stable_files(parse_bundle(body, release=release))
                self.stable[release] = {stable: Digest.of(content) for stable, content in files.items()}
        except DamagedReleaseError as error:
            self.unreadable(key, error)

    def _body(self, key: str) -> bytes | None:
        """The content of ``key``; None for none, and for what is ``unfit``."""
        found = found_at(self.catalogue.store, key)
        if isinstance(found, UnfitObjectError):
            self.unfit[key] = found
            return None
        if found is None and key in self.keys:  # deleted since it was listed: missing perhaps, no more
            self.gone.add(key)
        return found.body if found else None

    def compare_pointer(self) -> None:
        """The pointer, its history, and the stable keys that it vouches for."""
        self.known |= {POINTER, PROBE}
        try:
            standing = self.catalogue.standing()
        except DamagedReleaseError as error:
            self.unreadable(POINTER, error)
            return
        if standing is None:
            self._explain_absence()
            return
        release = self.active = standing.pointer.release
        if release not in self.ids:
            self._read_unlisted(release)
        self._read_history(standing)
        if not standing.pointer.settled:
            under_way = (
                "a publish is under way, or was cut off before its last stable key; if so, run it again"
            )
            self.add(ObjectFault.UNFINISHED, POINTER, under_way)
        if standing.pointer.pruning:
            self.add(ObjectFault.UNFINISHED, POINTER, f"a prune by {standing.pointer.pruning} has not ended")
        whole = release in self.ids and release not in self.lacking
        self.half_pruned = whole and bool(standing.pointer.pruning or standing.pointer.half_pruned)
        if release in self.stable:
            compare = partial(self._compare_stable, release, standing.pointer.settled)
            in_parallel(compare, self.stable[release])

    def _explain_absence(self) -> None:
        """No pointer: before the first activation there is none, and no stable key and no history either."""
        stable = self._stable_keys()
        if any(key in stable or key.startswith(HISTORY) for key in self.keys):
            self.add(ObjectFault.MISSING, POINTER, "releases were active here, and nothing says which one is")
        else:
            self.ever_active = set()
            nothing = "nothing is active here; publish to it, or look whether it is the right place"
            self.add(ObjectFault.EMPTY, POINTER, nothing)

    def _read_unlisted(self, release: str) -> None:
        """The active release, which was activated since, or is missing, or no listing shows it."""
        self.keys |= head_keys(release)
        self._read_release(silent, release)
        self.keys -= self.gone
        if not self.keys.isdisjoint(head_keys(release)):
            self.ids.append(release)

    def _read_history(self, standing: Standing) -> None:
        entries: list[Activation] = []
        try:
            entries.extend(activations(self.catalogue.store, standing.pointer, listed=self.keys))
        except DamagedReleaseError as error:
            self.unreadable(HISTORY, error)
        else:
            if [entry.sequence for entry in entries] == list(range(len(entries), 0, -1)):
                self.ever_active = {entry.release for entry in entries}
            else:
                self.add(ObjectFault.TAMPERED, HISTORY, "activations are missing from the history")
        self._compare_manifests(standing, entries)

    def _compare_manifests(self, standing: Standing, entries: Sequence[Activation]) -> None:
        for release, manifest in self.manifests.items():
            try:
                require_as_activated(release, manifest, entries)
            except DamagedReleaseError as error:
                if self.catalogue.is_of_another_build(standing, release, entries):
                    self.add(ObjectFault.UNFINISHED, manifest_key(release), _OTHER_BUILD)
                else:
                    self.add(ObjectFault.TAMPERED, manifest_key(release), str(error))

    def _stable_keys(self) -> set[str]:
        return {key for digests in self.stable.values() for key in digests}

    def _compare_stable(self, release: str, settled: bool, key: str) -> None:
        found, unfit = self._body(key), self.unfit.get(key)
        if found is not None and Digest.of(found) == self.stable[release][key]:
            return
        command = f"`bbws-templates rollback --to {self.catalogue.store.target} {release}` brings it in line"
        if not settled and (unfit is None or unfit.etag):
            self.add(ObjectFault.UNFINISHED, key, "the publish that is under way, or was cut off, writes it")
        elif unfit:
            self.add(ObjectFault.DRIFT, key, _mended(unfit, command))
        elif found is None:
            self.add(ObjectFault.MISSING, key, "the stable key of a template of the active release")
        else:
            self.add(ObjectFault.DRIFT, key, f"it differs from the active release; {command}")

    def look_again(self) -> None:
        """Drop what only seemed missing: it was written, or its release deleted, since it was listed."""
        self._still_absent(self.gone)
        for release in [*self.lacking]:
            lacking = self._still_absent(self.lacking[release])
            if lacking and (release == self.active or self._absent(head_keys(release)) != head_keys(release)):
                self.lacking[release] = {key: self.lacking[release][key] for key in lacking}
            else:
                del self.lacking[release]

    def _still_absent(self, keys: Iterable[str]) -> set[str]:
        """As ``_absent``; what is there after all is proven now, or is ``unread``."""
        wanted = {*keys}
        absent = self._absent(wanted, self._prove)
        self.keys |= wanted - absent
        self.unread |= not all(is_object(key) or key in self.unfit for key in wanted - absent)
        return absent

    def _absent(self, keys: Iterable[str], prove: Callable[[str, bytes], None] = lambda *_: None) -> set[str]:
        """Those of ``keys`` that are not there when each is asked for; objects that are go to ``prove``.

        A folder is there and is not listed: what is ``unfit`` is not absent.
        """

        def is_absent(key: str) -> bool:
            found = found_at(self.catalogue.store, key)
            if isinstance(found, UnfitObjectError):
                self.unfit[key] = found
            elif found and is_object(key):
                prove(key, found.body)
            return found is None

        wanted = [*keys]
        return {key for key, absent in zip(wanted, in_parallel(is_absent, wanted), strict=True) if absent}

    def result(self) -> Verification:
        """What was read, and found."""
        return Verification(len(self.ids), len(self.keys), tuple(sorted(set(self.found))))

    def report_altered(self) -> None:
        """What does not hold what its key says; an object that no release has is not ours perhaps."""
        for key in self.bad | {key for key in self.unfit if is_object(key) or release_of(key)}:
            if key in self.used or is_typical(key):
                unfit, again = self.unfit.get(key), "publish a release that has it again with --repair"
                said = _mended(unfit, again) if unfit else "its content is not what its name says"
                self.add(ObjectFault.TAMPERED, key, said)
            elif not self.newer:
                self.add(
                    ObjectFault.FOREIGN, key, "no release has it, and its content is not what its name says"
                )

    def report_missing(self) -> None:
        """What a release lacks; of one that never was active, that its upload was cut off is all there is."""
        for release, lacking in self.lacking.items():
            if self.half_pruned and not lacking.keys().isdisjoint(self.known):
                self.add(
                    ObjectFault.UNFINISHED,
                    f"{RELEASES}{release}/",
                    "its deletion was cut off; run prune again to end it, or publish it to have it back",
                )
            elif self.ever_active is None or release in self.ever_active:
                for key, sentence in lacking.items():
                    self.add(ObjectFault.MISSING, key, sentence)
            else:
                self.add(
                    ObjectFault.UNFINISHED,
                    f"{RELEASES}{release}/",
                    f"its upload was cut off, {len(lacking)} file(s) are missing, and it was never active; "
                    "publish it again to complete it, or let prune remove it",
                )

    def report_unused(self) -> None:
        """What nothing refers to: harmless, and `prune` removes what is ours."""
        if self.newer:
            return
        own = self.known | self.used | self._stable_keys()
        for key in self.keys - own - self.bad - self.unfit.keys():
            if is_object(key):
                self.add(ObjectFault.UNUSED, key, "no release has this file")
            elif not key.startswith(HISTORY):
                self.add(ObjectFault.FOREIGN, key, "no release has put it here")


def _mended(unfit: UnfitObjectError, command: str) -> str:
    """What is wrong with what can be none of ours, and what mends it: ``command``, with some help."""
    return f"{unfit.what}; {'' if unfit.etag else 'move it away, then '}{command}"
