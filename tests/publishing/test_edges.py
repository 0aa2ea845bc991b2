"""How releases are named, and what is written how: to the one character, to the one request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.release import Manifest, Provenance, make_release
from app.publishing.activation import activate, stable_files
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import BreakingChangeError, UnknownReleaseError
from app.publishing.store import ListedObject, ObjectStore
from app.publishing.targets import resolve_target
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, TargetError
from bbws_templates.layout import POINTER, bundle_key, manifest_key
from bbws_templates.pointer import parse_pointer
from bbws_templates.reader import StoredObject
from tests.publishing.counting import CountingStore, Lying
from tests.publishing.newer import edit_object
from tests.publishing.samples import REASON, go_back, publish_to, release, template, with_one_changed
from tests.waiting import patience

SMALL = ("a/one",)


def stored(store: ObjectStore, key: str) -> bytes:
    found = store.get(key)
    assert found, key
    return found.body


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
        self.all: list[tuple[str, tuple[str, bool]]] = []

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        self.all.append((key, (if_match, if_absent)))
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


def test_a_rollback_to_what_is_active_reads_what_it_might_have_seen(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(directory, release("first"))
    key = "receipts/receipt.html"
    seen, file = directory.look([key, "receipts/receipt.txt"]), directory.root / key
    wanted = file.read_bytes()
    file.write_bytes(b"drifted")
    monkeypatch.setattr(DirectoryStore, "look", lambda *_: seen)
    assert go_back(directory, release("first").id) == release("first").id
    assert file.read_bytes() == wanted


def test_an_upload_that_ends_while_the_target_is_read_lacks_nothing(directory: DirectoryStore) -> None:
    """Nobody has moved the pointer, so nothing is read twice but what seemed to be missing."""
    publish_to(directory, release("first", names=SMALL))
    publish_to(directory, release("second", names=SMALL))
    go_back(directory)
    key = bundle_key(release("second", names=SMALL).id)
    body = stored(directory, key)
    (directory.root / key).unlink()
    both = threading.Barrier(2)

    class Ending(CountingStore):
        def list(self, prefix: str) -> Iterator[ListedObject]:
            yield from [*super().list(prefix)]
            both.wait(patience())  # neither of two listings at once shows it
            directory.put(key, body)

    found = verify(Catalogue(Ending(directory))).discrepancies
    assert {each.fault for each in found} <= {ObjectFault.UNUSED}, (
        "its files, as it could not be read in time"
    )


@pytest.mark.parametrize(
    ("unlisted", "gone", "missing"),
    [("one two", "two", "two"), ("manifest", "bundle manifest", "")],
    ids=["one of them was written since", "all of it was pruned since"],
)
def test_of_what_was_not_listed_only_what_is_not_there_either_is_missing(
    directory: DirectoryStore, unlisted: str, gone: str, missing: str
) -> None:
    wanted = release("first", names=("a/one", "a/two"))
    publish_to(directory, wanted)
    publish_to(directory, release("second", names=("a/one", "a/two")))
    own = {"bundle": bundle_key(wanted.id), "manifest": manifest_key(wanted.id)}
    own |= {name: Catalogue.keys(wanted.manifest)[f"sources/a/{name}.html"] for name in ("one", "two")}

    def keys(parts: str) -> set[str]:
        return {own[part] for part in parts.split()}

    class Changing(CountingStore):
        def list(self, prefix: str) -> Iterator[ListedObject]:
            yield from [each for each in super().list(prefix) if each.key not in keys(unlisted)]
            for key in keys(gone):
                (directory.root / key).unlink(missing_ok=True)

    found = verify(Catalogue(Changing(directory))).discrepancies
    assert {each.key for each in found if each.fault is ObjectFault.MISSING} == keys(missing)
    assert {each.fault for each in found} <= {ObjectFault.MISSING, ObjectFault.UNUSED}


def test_what_only_a_newer_version_can_read_may_use_what_seems_to_be_unused(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first", names=SMALL))
    publish_to(directory, release("second", names=SMALL))
    manifest = manifest_key(release("second", names=SMALL).id)
    edit_object(directory, manifest, lambda members: members.update(format=99))
    faults = {found.fault for found in verify(Catalogue(directory)).discrepancies}
    assert ObjectFault.NEWER in faults
    assert not faults & {ObjectFault.UNUSED, ObjectFault.FOREIGN}


def test_what_is_missing_is_created_and_only_what_differs_is_written_over(directory: DirectoryStore) -> None:
    """The policy of a bucket lets everybody do the first, and the pruner alone the second."""
    wanted = release("first", names=SMALL)
    publish_to(directory, wanted)
    lost = next(item.key for item in directory.list("objects/"))
    for key in (bundle_key(wanted.id), lost):
        (directory.root / key).unlink()
    store = Writes(directory)
    publish_to(store, wanted, repair=True)
    for key in (bundle_key(wanted.id), lost):
        assert [how for written, how in store.all if written == key] == [("", True)], key


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ({"halfPruned": True}, ObjectFault.UNFINISHED),
        ({"pruning": "them (since then)"}, ObjectFault.UNFINISHED),
        ({}, ObjectFault.MISSING),
    ],
)
def test_a_release_without_its_manifest_is_half_pruned_where_a_prune_was_cut_off(
    directory: DirectoryStore, marks: dict[str, object], fault: ObjectFault
) -> None:
    publish_to(directory, release("first", names=SMALL))
    publish_to(directory, release("second", names=SMALL))
    (directory.root / manifest_key(release("first", names=SMALL).id)).unlink()
    edit_object(directory, POINTER, lambda members: members.update(marks))
    found = verify(Catalogue(directory)).discrepancies
    lost = f"releases/{release('first', names=SMALL).id}/"
    assert {each.fault for each in found if each.key.startswith(lost)} == {fault}
    if fault is ObjectFault.MISSING:  # by the name that the history has for it
        (sentence,) = (each.sentence for each in found if each.key.startswith(lost))
        assert f"release {release('first', names=SMALL).id[:12]} cannot" in sentence


def test_a_target_that_there_is_not_is_told_those_that_there_are(tmp_path: Path) -> None:
    settings = tmp_path / "bbws-templates.toml"
    settings.write_text("")
    with pytest.raises(TargetError, match=r"There is no target 'dve'\. Known: none\. Or write s3://"):
        resolve_target("dve", settings)
    settings.write_text('[targets.dev]\nurl = "file:a"\n[targets.sit]\nurl = "file:b"\n')
    with pytest.raises(TargetError, match=r"Did you mean 'dev'\? Known: dev, sit\. Or write s3://"):
        resolve_target("dve", settings)


@pytest.mark.parametrize("body", [None, b"something else"], ids=["not found", "something else"])
@pytest.mark.parametrize("part", ["bundle.json", "manifest.json"])
def test_one_wrong_answer_lets_no_breaking_change_through(
    directory: DirectoryStore, part: str, body: bytes | None
) -> None:
    """What cannot be read cannot be compared with, and is no reason not to publish; once is not cannot."""
    publish_to(directory, release("first", names=("a/one", "a/two")))
    key = next(each.key for each in directory.list("") if part in each.key)
    with pytest.raises(BreakingChangeError, match="a/two"):
        publish_to(Lying(directory, key, body, 1), release("second", names=("a/one",)))


@pytest.mark.parametrize("body", [None, b"something else"], ids=["not found", "something else"])
@pytest.mark.parametrize("part", ["current.json", "bundle.json", "manifest.json"])
def test_one_wrong_answer_makes_no_target_empty_or_damaged(
    directory: DirectoryStore, part: str, body: bytes | None
) -> None:
    publish_to(directory, release("first", names=SMALL))
    key = next(each.key for each in directory.list("") if part in each.key)
    assert Catalogue(Lying(directory, key, body, 1)).active() == Catalogue(directory).active() is not None


def test_stable_keys_that_another_is_still_writing_are_looked_at_after_the_activation(
    directory: DirectoryStore,
) -> None:
    """Seen before it, they held what is published; whoever had activated his own before brings them in line
    with that until he sees that it is active no more.
    """
    other, wanted = release("other", names=SMALL), release("wanted", names=SMALL)
    publish_to(directory, other)
    publish_to(directory, wanted)
    catalogue = Catalogue(directory)
    digest = Digest.of(other.manifest_data)
    activate(catalogue, catalogue.standing(), other.id, digest, REASON)

    class Held(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == POINTER and parse_pointer(body).release == wanted.id:
                for late, content in stable_files(other.bundle).items():
                    directory.put(late, content)
                self.put = super().put  # type: ignore[method-assign]
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    publish_to(Held(directory), wanted)
    assert verify(catalogue).discrepancies == ()


def test_a_release_whose_manifest_was_replaced_is_gone_back_to_by_the_manifest_that_it_had_last(
    directory: DirectoryStore,
) -> None:
    """Built again from sources that say the same in other words, where those of the first build are lost."""
    one, two = (
        make_release([template("a/one")], {"a/one": words}, Provenance(commit=words))
        for words in ("some words", "other words")
    )
    assert one.id == two.id
    publish_to(directory, one)
    (directory.root / Catalogue.keys(one.manifest)["sources/a/one.html"]).unlink()
    publish_to(directory, two, repair=True)
    publish_to(directory, release("later", names=SMALL))
    assert go_back(directory) == two.id
    assert verify(Catalogue(directory)).intact


@pytest.mark.parametrize("body", [None, b"something else"], ids=["not found", "something else"])
@pytest.mark.parametrize("part", ["bundle.json", "manifest.json", "objects/"])
def test_one_wrong_answer_keeps_nobody_from_going_back(
    directory: DirectoryStore, part: str, body: bytes | None
) -> None:
    first = release("first", names=SMALL)
    publish_to(directory, first)
    key = next(each.key for each in directory.list("") if part in each.key)
    publish_to(directory, release("second", names=SMALL))
    assert Catalogue(Lying(directory, key, body, 1)).sources(first.manifest, SMALL) == first.sources
    assert go_back(Lying(directory, key, body, 1)) == first.id
    with pytest.raises((DamagedReleaseError, UnknownReleaseError)):
        go_back(Lying(directory, key, body, 100), first.id)


def test_a_pointer_that_goes_while_it_is_followed_makes_no_target_empty(directory: DirectoryStore) -> None:
    """A gateway begins to answer "not found" to everything."""
    publish_to(directory, release("first", names=SMALL))

    class Gone(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            return super().get(key) if not self.requests else None

    with pytest.raises(UnknownReleaseError, match="has no release"):
        Catalogue(Gone(directory)).active()
