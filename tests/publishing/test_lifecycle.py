"""Promote, roll back, look back, verify: what happens to a release after it was published."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.release import Release
from app.publishing.activation import Reason, activate, settle
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import RefusedError, UnknownReleaseError
from app.publishing.history import activations
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import PAGE
from tests.publishing.counting import CountingStore
from tests.publishing.samples import NAMES, go_back, publish_to, release, with_one_changed


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


def faults(store: ObjectStore) -> set[tuple[ObjectFault, str]]:
    return {(item.fault, item.key) for item in verify(Catalogue(store)).discrepancies}


def promote(source: ObjectStore, target: ObjectStore) -> None:
    publish_to(target, Catalogue(source).proven("active"), reason=Reason("promote", "me"))


# --- promote --------------------------------------------------------------------------------------------


def test_a_promoted_release_has_the_same_bytes_and_the_same_manifest(
    store: ObjectStore, tmp_path: Path
) -> None:
    other = DirectoryStore(tmp_path / "other")
    publish_to(store, release())
    promote(store, other)
    assert Catalogue(other).release(release().id) == Catalogue(store).release(release().id)
    ours, theirs = Catalogue(store).standing(), Catalogue(other).standing()
    assert ours
    assert theirs
    assert ours.pointer.active.manifest == theirs.pointer.active.manifest


def test_a_release_travels_through_a_directory_from_account_to_account(
    store: ObjectStore, tmp_path: Path
) -> None:
    publish_to(store, release())
    first, second = DirectoryStore(tmp_path / "hand-over"), DirectoryStore(tmp_path / "prod")
    promote(store, first)
    promote(first, second)
    assert Catalogue(second).release(release().id).manifest_data == release().manifest_data


@pytest.mark.parametrize("part", ["objects", "bundle", "manifest"])
def test_a_source_that_is_not_intact_is_not_promoted(store: ObjectStore, tmp_path: Path, part: str) -> None:
    wanted = release()
    publish_to(store, wanted)
    key = {
        "objects": next(item.key for item in store.list("objects/")),
        "bundle": f"releases/{wanted.id}/bundle.json",
        "manifest": f"releases/{wanted.id}/manifest.json",
    }[part]
    found = store.get(key)
    assert found
    # Even a change that leaves the manifest well-formed: its digest was recorded when it was activated.
    store.put(key, found.body.replace(b"abc", b"abd") if part == "manifest" else found.body + b" ")
    other = DirectoryStore(tmp_path / "other")
    with pytest.raises(DamagedReleaseError) as caught:
        promote(store, other)
    if part == "manifest":  # by the name that the history has for it
        assert f"manifest of release {wanted.id[:12]} is not the one" in str(caught.value)
    assert list(other.list("")) == []


# --- roll back ------------------------------------------------------------------------------------------


def test_a_rollback_moves_the_pointer_and_the_stable_keys_and_writes_nothing_else(
    counted: CountingStore,
) -> None:
    publish_to(counted, release("first"))
    publish_to(counted, with_one_changed())
    publish_to(counted, release("first", commit="again"))
    publish_to(counted, with_one_changed())
    counted.requests.clear()
    assert go_back(counted) == release("first").id
    assert counted.written() == [
        "current.json",
        "current.json",
        "receipts/receipt.html",
        "receipts/receipt.txt",
    ]
    assert faults(counted.inner) == set()


def test_rolling_back_twice_goes_back_two_releases(store: ObjectStore) -> None:
    for text in ("first", "second", "third"):
        publish_to(store, release(text))
    assert go_back(store) == release("second").id
    assert go_back(store) == release("first").id
    with pytest.raises(UnknownReleaseError, match="no earlier release"):
        go_back(store)
    assert go_back(store, release("third").id[:10]) == release("third").id


@pytest.mark.parametrize("is_falling", [False, True])
def test_rolling_back_again_and_again_goes_back_one_by_one_whatever_releases_are_called(
    directory: DirectoryStore, is_falling: bool
) -> None:
    made = sorted(
        (release(f"number {number}") for number in range(5)), key=lambda each: each.id, reverse=is_falling
    )
    for each in made:
        publish_to(directory, each)
    for earlier in reversed(made[:-1]):
        assert go_back(directory) == earlier.id
    with pytest.raises(UnknownReleaseError, match="no earlier release"):
        go_back(directory)


def test_a_release_that_is_not_intact_is_not_rolled_back_to(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    lost = Catalogue(store).keys(release("first").manifest)["sources/receipts/receipt.html"]
    store.delete(lost)
    before = store.get("current.json")
    with pytest.raises(DamagedReleaseError, match=r"sources/receipts/receipt\.html is missing"):
        go_back(store)
    assert store.get("current.json") == before


def test_an_abbreviation_must_be_long_enough_and_of_one_release(store: ObjectStore) -> None:
    publish_to(store, release())
    catalogue = Catalogue(store)
    assert catalogue.resolve(release().id[:8]) == release().id
    assert catalogue.resolve(f"sha256:{release().id}") == release().id
    for name in (release().id[:3], "0" * 8, "previous", "", "../current"):
        with pytest.raises(UnknownReleaseError):
            catalogue.resolve(name)


# --- history --------------------------------------------------------------------------------------------


def activate_often(store: ObjectStore, count: int) -> tuple[Release, Release]:
    """Move the pointer to and fro between two releases, by clocks that are wrong in every way."""
    catalogue = Catalogue(store)
    pair = release("one", names=NAMES[:1]), release("two", names=NAMES[:1])
    for each in pair:
        publish_to(store, each)
    standing = catalogue.standing()
    for number in range(3, count + 1):
        wanted = pair[(number + 1) % 2]
        year = 2026 - number if number % 3 else 2099
        standing = activate(
            catalogue,
            standing,
            wanted.id,
            Digest.of(wanted.manifest_data),
            Reason("publish", f"actor {number}", f"why {number}"),
            clock=lambda year=year: datetime(year, 1, 1, tzinfo=UTC),  # type: ignore[misc]
        )
    settle(catalogue)
    return pair


def test_the_history_outlives_the_pointer_and_is_in_order_whatever_the_clock_says(store: ObjectStore) -> None:
    count = 2 * PAGE + 5
    catalogue = Catalogue(store)
    pair = activate_often(store, count)
    standing = catalogue.standing()
    assert standing
    entries = list(activations(store, standing.pointer))
    assert [entry.sequence for entry in entries] == list(range(count, 0, -1))
    assert entries[-3].actor == "actor 3"
    assert entries[-3].message == "why 3"
    assert entries[0].release == pair[(count + 1) % 2].id
    assert len(list(store.list("history/"))) == 1
    pointer = store.get("current.json")
    assert pointer
    assert len(pointer.body) < 40_000
    assert verify(catalogue).intact


def test_a_changed_page_of_history_is_noticed(store: ObjectStore) -> None:
    catalogue = Catalogue(store)
    activate_often(store, 2 * PAGE + 2)
    page = next(item.key for item in store.list("history/"))
    found = store.get(page)
    assert found
    store.put(page, found.body.replace(b"tester@example.com", b"nobody@example.com", 1))
    standing = catalogue.standing()
    assert standing
    with pytest.raises(DamagedReleaseError, match="cannot be trusted"):
        list(activations(store, standing.pointer))
    assert not verify(catalogue).intact


# --- verify ---------------------------------------------------------------------------------------------


def test_an_untouched_target_is_intact(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    assert faults(store) == set()


def test_every_kind_of_damage_is_found_and_named(store: ObjectStore) -> None:
    wanted = release()
    publish_to(store, wanted)
    keys = Catalogue(store).keys(wanted.manifest)
    tampered, lost = keys["sources/receipts/receipt.html"], keys["sources/invoices/invoice.html"]
    store.put(tampered, b"<p>other</p>")
    store.delete(lost)
    store.put("receipts/receipt.html", b"<p>other</p>")
    store.delete("invoices/invoice.txt")
    store.put("notes.txt", b"somebody else's")
    store.put(f"objects/{'0' * 64}.html", b"")
    found = faults(store)
    assert found >= {
        (ObjectFault.TAMPERED, tampered),
        (ObjectFault.MISSING, lost),
        (ObjectFault.DRIFT, "receipts/receipt.html"),
        (ObjectFault.MISSING, "invoices/invoice.txt"),
        (ObjectFault.FOREIGN, "notes.txt"),
    }
    assert not verify(Catalogue(store)).intact


def test_a_changed_manifest_or_pointer_is_found(store: ObjectStore) -> None:
    wanted = release()
    publish_to(store, wanted)
    manifest = f"releases/{wanted.id}/manifest.json"
    store.put(manifest, wanted.manifest_data.replace(b"abc", b"xyz"))
    assert (ObjectFault.TAMPERED, manifest) in faults(store)
    store.put("current.json", b"{}")
    assert (ObjectFault.TAMPERED, "current.json") in faults(store)


@pytest.mark.parametrize("part", ["bundle.json", "manifest.json", "object"])
@pytest.mark.parametrize("first", [True, False], ids=["first publish", "later publish"])
def test_an_upload_that_was_cut_off_is_a_note_that_says_what_to_do(
    directory: DirectoryStore, part: str, *, first: bool
) -> None:
    if not first:
        publish_to(directory, release("active"))
    wanted = release("half uploaded")
    with pytest.raises(RuntimeError):
        publish_to(KilledStore(directory), wanted)
    manifest = Catalogue(directory).manifest(wanted.id)[0]
    lost = Catalogue.keys(manifest)["sources/receipts/receipt.html"]
    directory.delete(lost if part == "object" else f"releases/{wanted.id}/{part}")
    result = verify(Catalogue(directory))
    damage = [item.fault for item in result.discrepancies if not item.is_note]
    assert damage == ([ObjectFault.EMPTY] if first else [])
    notes = [item for item in result.discrepancies if item.fault is ObjectFault.UNFINISHED]
    assert [note.key for note in notes] == [f"releases/{wanted.id}/"]
    assert "publish it again to complete it, or let prune remove it" in notes[0].sentence
    publish_to(directory, wanted)
    assert faults(directory) == set()


@pytest.mark.parametrize("part", ["bundle.json", "manifest.json"])
def test_the_same_in_a_release_that_was_active_once_is_damage(store: ObjectStore, part: str) -> None:
    first = release("first")
    publish_to(store, first)
    publish_to(store, release("second"))
    key = f"releases/{first.id}/{part}"
    store.delete(key)
    assert (ObjectFault.MISSING, key) in faults(store)
    assert not verify(Catalogue(store)).intact


def test_a_lost_pointer_is_damage_and_none_before_the_first_activation_is_not(store: ObjectStore) -> None:
    publish_to(store, release())
    store.delete("current.json")
    assert faults(store) == {(ObjectFault.MISSING, "current.json")}
    for item in list(store.list("")):
        if not item.key.startswith(("releases/", "objects/")):
            store.delete(item.key)
    assert faults(store) == {(ObjectFault.EMPTY, "current.json")}


@pytest.mark.parametrize("cut_off", [True, False], ids=["cut off", "the pointer was made anew"])
def test_no_way_back_to_what_the_history_does_not_name_and_no_more_is_said_than_that(
    store: ObjectStore, *, cut_off: bool
) -> None:
    """Where somebody deleted the pointer, the history begins anew: the release may well have been active."""
    wanted = release("second")
    if cut_off:
        with pytest.raises(RuntimeError):
            publish_to(KilledStore(store), wanted)
    else:
        publish_to(store, wanted)
        store.delete(POINTER)
    publish_to(store, release("third"))
    with pytest.raises(RefusedError) as refused:
        go_back(store, wanted.id)
    assert "may have been cut off, or the pointer was made anew" in refused.value.message
    assert "never was active" not in refused.value.message
    assert f"promote --from {store.target} --to {store.target} {wanted.id[:12]}" in refused.value.remedy


# --- what never deletes, and the pointer -----------------------------------------------------------------


class KilledStore(CountingStore):
    """Dies before the pointer is written."""

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if key == "current.json":
            raise RuntimeError(key)
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


def test_nothing_but_prune_ever_deletes(counted: CountingStore) -> None:
    publish_to(counted, release("first"))
    publish_to(counted, release("second", names=NAMES[1:]), allow_breaking=True)
    go_back(counted)
    verify(Catalogue(counted))
    assert not [request for request in counted.requests if request[0] == "delete"]


def test_the_pointer_reads_as_the_design_describes_it(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    found = store.get("current.json")
    assert found
    members = json.loads(found.body)
    assert members["release"] == release("second").id
    assert members["previous"] == release("first").id
    assert members["manifest"].startswith("sha256:")
    assert members.keys() >= {"actor", "at", "message", "sequence", "action", "settled"}
