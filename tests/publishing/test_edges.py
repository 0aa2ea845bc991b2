"""How releases are named, and what is written how: to the one character, to the one request."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.release import Manifest
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import UnknownReleaseError
from tests.publishing.counting import CountingStore
from tests.publishing.samples import publish_to, release, with_one_changed


@pytest.mark.parametrize("length", [6, 7, 12, 64])
def test_six_characters_name_a_release(directory: DirectoryStore, length: int) -> None:
    publish_to(directory, release())
    assert Catalogue(directory).resolve(release().id[:length].upper()) == release().id


@pytest.mark.parametrize("length", [1, 5])
def test_fewer_are_a_beginning_that_does_not_do(directory: DirectoryStore, length: int) -> None:
    publish_to(directory, release())
    name = release().id[:length]
    with pytest.raises(UnknownReleaseError) as caught:
        Catalogue(directory).resolve(name)
    assert f"'{name}' is the beginning of 1 release(s)" in str(caught.value)
    assert "at least 6 characters" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "shown"), [("", "''"), ("z", "'z'"), ("0123456789abcdef", "'0123456789ab'")]
)
def test_what_no_release_begins_with_is_one_that_there_is_not(
    directory: DirectoryStore, name: str, shown: str
) -> None:
    publish_to(directory, release())
    with pytest.raises(UnknownReleaseError) as caught:
        Catalogue(directory).resolve(name)
    assert f"has no release {shown}." in str(caught.value)


def test_what_is_active_is_had_whole(directory: DirectoryStore) -> None:
    assert Catalogue(directory).active() is None
    publish_to(directory, release())
    active = Catalogue(directory).active()
    assert active
    standing, manifest, bundle = active
    assert standing.pointer.release == release().id == bundle.release
    assert isinstance(manifest, Manifest)
    assert manifest == release().manifest


class Writes(CountingStore):
    """A store that notes how each object is written."""

    def __init__(self, inner: DirectoryStore) -> None:
        super().__init__(inner)
        self.how: dict[str, tuple[str, bool]] = {}

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        self.how.setdefault(key, (if_match, if_absent))  # the first time: the pointer is completed later
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


def test_only_the_pointer_and_the_stable_keys_are_ever_written_over(tmp_path: Path) -> None:
    store = Writes(DirectoryStore(tmp_path / "store"))
    publish_to(store, release())
    first, store.how = store.how, {}
    assert first.pop("current.json") == ("", True), "there was none"
    publish_to(store, with_one_changed())
    for key, (if_match, if_absent) in {**first, **store.how}.items():
        if key.startswith(("objects/", "releases/")):
            assert if_absent, key
        elif key == "current.json":
            assert if_match, "the one that the plan was made against"
