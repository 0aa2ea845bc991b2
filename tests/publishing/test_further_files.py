"""Files of a release of which this version writes none: at any path, with any suffix and any content."""

from __future__ import annotations

import os

import pytest

from app.core.release import FileEntry, Manifest, Release
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import OBJECTS, longest, object_key
from tests.publishing.counting import Lying
from tests.publishing.samples import NAMES, go_back, publish_to, release

PATHS = ("assets/logo.png", "assets/LICENSE", "assets/v1.2/logo", "assets/logo.", "sources/more.json")
PLACE = {"assets/logo.png": ".png", "assets/LICENSE": ".assets/LICENSE"}


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


def with_file(text: str, path: str) -> Release:
    """A release with a further file at ``path``, whose content begins with no character of UTF-8."""
    base = release(text, names=NAMES[:1])
    files = {**base.files, path: b"\x89" + text.encode()}
    entries = {**base.manifest.files, path: FileEntry.of(files[path])}
    manifest = Manifest(base.id, entries, base.manifest.provenance)
    return Release(base.bundle, base.bundle_data, manifest, manifest.to_bytes(), files)


def key_of(made: Release, path: str) -> str:
    return object_key(made.manifest.files[path].digest, path)


def faults(store: ObjectStore) -> set[tuple[ObjectFault, str]]:
    return {(each.fault, each.key) for each in verify(Catalogue(store)).discrepancies}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", ["first", "second"], ids=["of an old release", "of the active release"])
def test_a_change_of_one_is_found_and_refused_and_mended(store: ObjectStore, path: str, text: str) -> None:
    for each in ("first", "second"):
        publish_to(store, with_file(each, path))
    made = with_file(text, path)
    key = key_of(made, path)
    assert key.endswith(PLACE.get(path, ""))
    assert faults(store) == set()
    store.put(key, b"something else")
    assert faults(store) == {(ObjectFault.TAMPERED, key)}
    assert not verify(Catalogue(store)).intact
    with pytest.raises(DamagedReleaseError, match=path):
        Catalogue(store).proven(made.id)
    publish_to(store, made, repair=True)
    assert faults(store) == set()
    store.delete(key)
    assert faults(store) == {(ObjectFault.MISSING, key)}


@pytest.mark.parametrize("path", PATHS)
def test_it_goes_with_its_release_and_no_sooner(store: ObjectStore, path: str) -> None:
    old, new = with_file("first", path), with_file("second", path)
    publish_to(store, old)
    publish_to(store, new)
    prune(Catalogue(store), 2, actor="me")
    assert go_back(store) == old.id
    assert go_back(store, new.id) == new.id
    prune(Catalogue(store), 1, actor="me")
    assert store.get(key_of(old, path)) is None
    assert store.get(key_of(new, path))
    assert faults(store) == set()


@pytest.mark.parametrize("suffix", ["png", "tar.gz", "assets/LICENSE", ""])
def test_what_does_not_hold_what_its_key_says_is_somebody_elses_and_stays(
    store: ObjectStore, suffix: str
) -> None:
    for text in ("first", "second"):
        publish_to(store, release(text, names=NAMES[:1]))
    foreign = f"{OBJECTS}{'0' * 64}.{suffix}"
    store.put(foreign, b"by a digest of another kind")
    result = verify(Catalogue(store))
    assert result.intact
    assert {(each.fault, each.key) for each in result.discrepancies} == {(ObjectFault.FOREIGN, foreign)}
    plan = prune(Catalogue(store), 1, actor="me")
    assert foreign not in plan.keys
    assert store.get(foreign)


def test_what_is_longer_than_any_of_ours_is_somebody_elses_and_stops_neither_verify_nor_prune(
    directory: DirectoryStore,
) -> None:
    for text in ("first", "second"):
        publish_to(directory, release(text, names=NAMES[:1]))
    foreign = f"{OBJECTS}{'0' * 64}.tar.gz"
    (directory.root / foreign).touch()
    os.truncate(directory.root / foreign, longest(foreign) + 1)
    assert faults(directory) == {(ObjectFault.FOREIGN, foreign)}
    assert verify(Catalogue(directory)).intact
    assert foreign not in prune(Catalogue(directory), 1, actor="me").keys
    assert (directory.root / foreign).exists()


def test_one_that_has_become_longer_than_any_is_called_changed(directory: DirectoryStore) -> None:
    made = with_file("first", PATHS[0])
    publish_to(directory, made)
    key = key_of(made, PATHS[0])
    os.truncate(directory.root / key, longest(key) + 1)
    assert faults(directory) == {(ObjectFault.TAMPERED, key)}


def test_one_of_no_release_is_unused_and_goes(store: ObjectStore) -> None:
    publish_to(store, release(names=NAMES[:1]))
    left = object_key(Digest.of(b"left"), "assets/logo.png")
    store.put(left, b"left")
    assert faults(store) == {(ObjectFault.UNUSED, left)}
    assert left in prune(Catalogue(store), 1, actor="me").keys
    assert store.get(left) is None


def test_one_wrong_answer_makes_none_of_them_somebody_elses(store: ObjectStore) -> None:
    made = with_file("first", PATHS[0])
    publish_to(store, made)
    publish_to(store, with_file("second", PATHS[0]))
    key = key_of(made, PATHS[0])
    assert faults(Lying(store, key, b"something else", 1)) == set()
    assert key in prune(Catalogue(Lying(store, key, b"something else", 1)), 1, actor="me").keys
