"""Verifying while others publish and prune: what is under way is not called tampered or missing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from app.publishing.activation import stable_files
from app.publishing.catalogue import Catalogue, head_keys
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.errors import ConflictError
from app.publishing.pruning import prune
from app.publishing.rollback import roll_back
from app.publishing.store import ListedObject
from app.publishing.verification import verify
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.layout import OBJECTS, POINTER
from bbws_templates.pointer import parse_pointer
from bbws_templates.reader import StoredObject
from tests.publishing.counting import CountingStore, Lying
from tests.publishing.newer import edit_object
from tests.publishing.samples import REASON, publish_to, release

SMALL = ("a/one",)


class Interrupted(CountingStore):
    """Does something else before its n-th reading."""

    def __init__(self, inner: DirectoryStore, number: int, deed: Callable[[], object]) -> None:
        super().__init__(inner)
        self._number, self._deed, self._lock = number, deed, threading.Lock()

    def get(self, key: str) -> StoredObject | None:
        with self._lock:  # others wait until it is done
            due, self._number = self._number == 0, self._number - 1
            if due:
                self._deed()
        return super().get(key)


def fresh(folder: DirectoryStore, name: str) -> DirectoryStore:
    store = DirectoryStore(folder.root / name)
    for text in ("first", "second"):
        publish_to(store, release(text, names=SMALL))
    return store


DEEDS: dict[str, Callable[[DirectoryStore], object]] = {
    "publish": lambda store: publish_to(store, release("third", names=SMALL)),
    "prune": lambda store: prune(Catalogue(store), 1, actor="me"),
    "both": lambda store: (
        publish_to(store, release("third", names=SMALL)), prune(Catalogue(store), 1, actor="me"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_whatever_is_done_before_any_of_its_requests_nothing_is_called_wrong(
    directory: DirectoryStore, deed: str
) -> None:
    counted = CountingStore(fresh(directory, "count"))
    verify(Catalogue(counted))
    for number in range(len(counted.requests)):
        store = fresh(directory, f"{deed}{number}")
        found = verify(Catalogue(Interrupted(store, number, lambda store=store: DEEDS[deed](store))))  # type: ignore[misc]
        assert found.intact, (number, found.discrepancies)
        assert verify(Catalogue(store)).discrepancies == ()


def test_a_target_that_never_stands_still_is_said_to_be_so(directory: DirectoryStore) -> None:
    store = fresh(directory, "restless")
    one_by_one = threading.Lock()  # else an edit may undo the ones that were made beside it

    class Restless(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            with one_by_one:
                edit_object(store, POINTER, lambda members: members.update(prunes=members["prunes"] + 1))
            return super().get(key)

    assert verify(Catalogue(Restless(store))).intact, "whatever else happens there"
    store.put("a/one.html", b"drifted")
    with pytest.raises(ConflictError, match="when nobody publishes or prunes"):
        verify(Catalogue(Restless(store)))


def test_a_file_that_is_deleted_between_listing_and_reading_is_missing_and_not_tampered_with(
    directory: DirectoryStore,
) -> None:
    store = fresh(directory, "deleted")
    used = next(store.list(OBJECTS)).key

    class Deleting(CountingStore):
        def list(self, prefix: str) -> Iterator[ListedObject]:
            yield from [*super().list(prefix)]
            (store.root / used).unlink(missing_ok=True)

    found = verify(Catalogue(Deleting(store))).discrepancies
    assert (ObjectFault.MISSING, used) in {(each.fault, each.key) for each in found}
    assert ObjectFault.TAMPERED not in {each.fault for each in found}
    assert found == verify(Catalogue(store)).discrepancies, "as if it had never been listed"


def test_a_stable_key_that_was_written_late_is_named_with_the_command_that_heals_it(
    directory: DirectoryStore,
) -> None:
    store = fresh(directory, "late")
    second = release("second", names=SMALL)
    store.put("a/one.html", stable_files(release("first", names=SMALL).bundle)["a/one.html"])
    (found,) = verify(Catalogue(store)).discrepancies
    assert found.fault is ObjectFault.DRIFT
    assert f"rollback --to {store.target} {second.id}" in found.sentence
    catalogue = Catalogue(store)
    standing = catalogue.standing()
    roll_back(catalogue, catalogue.proven(second.id), replace(REASON, action="rollback"), expected=standing)
    assert verify(catalogue).discrepancies == ()
    now = catalogue.standing()
    assert now
    assert standing
    assert now.pointer.active == standing.pointer.active, "no activation of its own"


@pytest.mark.parametrize("lost", [0, 1])
def test_a_gap_in_the_history_is_found(directory: DirectoryStore, lost: int) -> None:
    store = fresh(directory, "gap")
    publish_to(store, release("third", names=SMALL))
    edit_object(store, POINTER, lambda members: members["history"].pop(lost))
    assert (ObjectFault.TAMPERED, "history/") in {
        (d.fault, d.key) for d in verify(Catalogue(store)).discrepancies
    }


def test_an_activation_that_is_told_twice_in_the_history_is_found(directory: DirectoryStore) -> None:
    store = fresh(directory, "twice")
    publish_to(store, release("third", names=SMALL))
    edit_object(store, POINTER, lambda members: members["history"][1].update(sequence=1))
    assert (ObjectFault.TAMPERED, "history/") in {
        (d.fault, d.key) for d in verify(Catalogue(store)).discrepancies
    }


def test_a_gap_between_a_page_and_the_pointer_is_found(directory: DirectoryStore) -> None:
    store = fresh(directory, "page")
    found = store.get(POINTER)
    assert found
    entry = json.loads(canonical_json(parse_pointer(found.body).history[0].members()))
    data = canonical_json({"format": 1, "earlier": "", "history": [{**entry, "sequence": 1}]})
    key = f"history/00000001-00000001-{Digest.of(data).hex[:16]}.json"
    store.put(key, data)

    def gap(members: dict[str, object]) -> None:
        members.update(sequence=4, history=[{**entry, "sequence": 3}], archive=key)

    edit_object(store, POINTER, gap)
    assert (ObjectFault.TAMPERED, "history/") in {
        (d.fault, d.key) for d in verify(Catalogue(store)).discrepancies
    }


def test_a_stable_key_that_a_late_writer_is_just_bringing_in_line_does_not_drift(
    directory: DirectoryStore,
) -> None:
    """Held up since before a rollback, he writes his own release over it, looks again, and mends it."""
    publish_to(directory, release("first", names=SMALL))
    other = stable_files(release("second", names=SMALL).bundle)

    class Late(CountingStore):
        def __init__(self) -> None:
            super().__init__(directory)
            self.late = dict(other)

        def get(self, key: str) -> StoredObject | None:
            found = super().get(key)
            return StoredObject(self.late.pop(key), "") if found and key in self.late else found

    assert verify(Catalogue(Late())).discrepancies == ()
    directory.put("a/one.html", other["a/one.html"])
    assert [found.fault for found in verify(Catalogue(Late())).discrepancies] == [ObjectFault.DRIFT]


@pytest.mark.parametrize("body", [None, b"something else"], ids=["not found", "something else"])
@pytest.mark.parametrize("part", ["current.json", "bundle.json", "manifest.json", "objects/", "a/one.html"])
def test_one_wrong_answer_neither_accuses_anybody_nor_passes_for_what_was_not_read(
    directory: DirectoryStore, part: str, body: bytes | None
) -> None:
    store = fresh(directory, "lied about")
    key = next(each.key for each in store.list("") if part in each.key)
    expected = verify(Catalogue(store))
    assert expected.discrepancies == ()
    found = verify(Catalogue(Lying(store, key, body, 1)))
    assert found == expected


@pytest.mark.parametrize("part", ["bundle.json", "manifest.json"])
@pytest.mark.parametrize("text", ["first", "second"], ids=["of an old release", "of the active release"])
def test_what_is_listed_and_cannot_be_had_is_missing(directory: DirectoryStore, part: str, text: str) -> None:
    store = fresh(directory, "not to be had")
    key = f"releases/{release(text, names=SMALL).id}/{part}"
    found = verify(Catalogue(Lying(store, key, None, 100)))
    assert (ObjectFault.MISSING, key) in {(each.fault, each.key) for each in found.discrepancies}
    assert not found.intact


def test_the_active_release_is_missing_when_it_goes_while_it_is_read(directory: DirectoryStore) -> None:
    """Deleted by a hand, not by a prune, which would have moved the pointer and left it alone."""
    store = fresh(directory, "taken away")
    active = release("second", names=SMALL).id

    class Taken(CountingStore):
        def list(self, prefix: str) -> Iterator[ListedObject]:
            yield from [*super().list(prefix)]
            for key in head_keys(active):
                (store.root / key).unlink(missing_ok=True)  # each of two listings ends with it

    assert ObjectFault.MISSING in {each.fault for each in verify(Catalogue(Taken(store))).discrepancies}


def test_an_object_that_is_only_had_at_the_second_asking_is_proven_as_well(directory: DirectoryStore) -> None:
    store = fresh(directory, "had late")
    key = next(store.list(OBJECTS)).key
    store.put(key, b"tampered with")
    found = verify(Catalogue(Lying(store, key, None, 1))).discrepancies
    assert [(each.fault, each.key) for each in found] == [(ObjectFault.TAMPERED, key)]
