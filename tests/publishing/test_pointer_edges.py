"""The pointer at its edges: refused, lost, overtaken; who is behind it in the end, and whose the lease is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from app.publishing.activation import Reason, activate, settle, stable_files
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError
from app.publishing.history import activations
from app.publishing.lease import PruneLease
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan, publish
from app.publishing.store import ObjectStore, SeenObject, Tries
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.faults import DamagedReleaseError, DeniedError, StoreError
from bbws_templates.layout import POINTER, bundle_key, manifest_key
from bbws_templates.pointer import PAGE
from bbws_templates.reader import StoredObject
from tests.publishing import cuts
from tests.publishing.counting import CountingStore
from tests.publishing.newer import edit_object
from tests.publishing.samples import go_back, publish_to, release


def stored(store: ObjectStore, key: str) -> bytes:
    found = store.get(key)
    assert found, key
    return found.body


SMALL = ("a/one",)


class Meanwhile(CountingStore):
    """Does something, once, before the pointer is written for the n-th time."""

    def __init__(self, inner: DirectoryStore, number: int, deed: Callable[[], object]) -> None:
        super().__init__(inner)
        self._number = number
        self._deed = deed

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if key == POINTER:
            self._number -= 1
            if self._number == 0:
                self._deed()
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


@pytest.mark.parametrize(("mine", "theirs"), [("first", "second"), ("second", "first")])
def test_who_activates_while_stable_keys_are_written_is_behind_them_in_the_end(
    directory: DirectoryStore, mine: str, theirs: str
) -> None:
    """Whichever of the two ids is the greater; the other one has been cut off before its own."""
    for text in (mine, theirs):
        publish_to(directory, release(text, names=SMALL))
    go_back(directory)
    wanted = release(theirs, names=SMALL)

    def activate_theirs() -> None:
        catalogue = Catalogue(directory)
        manifest = Digest.of(wanted.manifest_data)
        activate(catalogue, catalogue.standing(), wanted.id, manifest, Reason("publish", "them"))

    edit_object(directory, POINTER, lambda members: members.update(settled=False))
    settled = settle(
        Catalogue(Meanwhile(directory, 1, activate_theirs)), known=release(mine, names=SMALL).bundle
    )
    assert settled.pointer.release == wanted.id
    assert settled.pointer.settled
    assert settled == Catalogue(directory).standing()
    assert {key: stored(directory, key) for key in stable_files(wanted.bundle)} == stable_files(wanted.bundle)


def test_who_publishes_the_same_at_the_same_moment_has_done_it_too(directory: DirectoryStore) -> None:
    publish_to(directory, release("before", names=SMALL))
    wanted = release("wanted", names=SMALL)
    them = Reason("publish", "them@example.com")
    done = publish_to(Meanwhile(directory, 1, lambda: publish_to(directory, wanted, reason=them)), wanted)
    assert done.standing.pointer.release == wanted.id
    history = [*activations(directory, done.standing.pointer)]
    assert [each.release for each in history].count(wanted.id) == 1


def test_a_pointer_whose_answer_was_lost_and_that_somebody_has_completed_since_is_still_ones_own(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("before", names=SMALL))

    class Lost(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            done = super().put(key, body, if_match=if_match, if_absent=if_absent)
            if key == POINTER and not json.loads(body)["settled"]:
                settle(Catalogue(directory))
                return None  # as S3 answers the repeated write
            return done

    done = publish_to(Lost(directory), release("wanted", names=SMALL))
    assert done.standing.pointer.release == release("wanted", names=SMALL).id
    assert done.standing == Catalogue(directory).standing()
    assert go_back(Lost(directory)) == release("before", names=SMALL).id
    standing = Catalogue(directory).standing()
    assert standing
    assert standing.pointer.active.sequence == 3, "once each"


@pytest.mark.parametrize("planned_on_nothing", [True, False])
def test_a_conflict_names_who_activated_what_and_when(
    directory: DirectoryStore, planned_on_nothing: bool
) -> None:
    if not planned_on_nothing:
        publish_to(directory, release("before", names=SMALL))
    mine, theirs = release("mine", names=SMALL), release("theirs", names=SMALL)
    plan = make_plan(Catalogue(directory), mine)
    publish_to(directory, theirs, reason=Reason("publish", "zoe@example.com"))
    standing = Catalogue(directory).standing()
    assert standing
    with pytest.raises(ConflictError) as caught:
        publish(Catalogue(directory), mine, plan, Reason("publish", "me"))
    said = f"zoe@example.com activated release {theirs.id[:12]} "
    assert said in str(caught.value)
    assert standing.pointer.active.at in str(caught.value)


def test_a_page_of_history_is_named_by_its_first_and_last_activation(directory: DirectoryStore) -> None:
    cuts.fill_history(directory)
    publish_to(directory, release("one more", names=SMALL), allow_breaking=True)
    pages = [item.key for item in directory.list("history/")]
    assert [key.rpartition("-")[0] for key in pages] == [f"history/00000001-{PAGE:08}"]


def test_a_prune_that_died_leaves_word_of_what_it_left(directory: DirectoryStore) -> None:
    publish_to(directory, release("first", names=SMALL))
    lease = {"token": "x", "until": "2026-01-01T00:00:00Z", "process": ""}
    edit_object(directory, POINTER, lambda members: members.update(pruning="them (then)", lease=lease))
    publish_to(directory, release("second", names=SMALL))
    standing = Catalogue(directory).standing()
    assert standing
    assert not standing.pointer.pruning
    assert standing.pointer.half_pruned
    prune(Catalogue(directory), actor="me")
    standing = Catalogue(directory).standing()
    assert standing
    assert not standing.pointer.half_pruned


def test_a_prune_whose_lease_is_gone_from_the_pointer_deletes_nothing_more(directory: DirectoryStore) -> None:
    """A version that knows no leases, or somebody by hand, has written the pointer anew."""
    publish_to(directory, release("first", names=SMALL))

    def go_on() -> None:
        with PruneLease.taken(Catalogue(directory), "me") as lease:
            edit_object(directory, POINTER, lambda members: members.update(lease=None, pruning=""))
            lease.check()

    with pytest.raises(ConflictError, match="Somebody who took this one for dead has taken over"):
        go_on()


class Refusing(CountingStore):
    """Refuses so many writes of some key for no reason, or does not find it so many times."""

    def __init__(self, inner: DirectoryStore, key: str, refusals: int = 0, blind: int = 0) -> None:
        super().__init__(inner)
        self.key, self.refusals, self.blind = key, refusals, blind

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if key == self.key and self.refusals:
            self.refusals -= 1
            return None
        return super().put(key, body, if_match=if_match, if_absent=if_absent)

    def get(self, key: str) -> StoredObject | None:
        if key == self.key and self.blind:
            self.blind -= 1
            return None
        return super().get(key)


@pytest.mark.parametrize(("refusals", "done"), [(1, True), (2, True), (3, False)])
def test_a_pointer_that_is_refused_for_no_reason_is_tried_three_times(
    directory: DirectoryStore, refusals: int, done: bool
) -> None:
    publish_to(directory, release("first", names=SMALL))
    store = Refusing(directory, POINTER, refusals)
    if done:
        publish_to(store, release("second", names=SMALL))
    else:
        with pytest.raises(StoreError, match=r"refuses to write current\.json, as if it had changed"):
            publish_to(store, release("second", names=SMALL))
    standing = Catalogue(directory).standing()
    assert standing
    assert standing.pointer.release == release("second" if done else "first", names=SMALL).id
    with pytest.raises(StoreError, match=r"refuses to write current\.json, as if it had changed"):
        prune(Catalogue(Refusing(directory, POINTER, 100)), actor="me")
    prune(Catalogue(Refusing(directory, POINTER, 2)), actor="me")


def test_stable_keys_that_others_never_leave_alone_are_said_not_to_be_complete(
    directory: DirectoryStore,
) -> None:
    class Unrest(CountingStore):
        """Somebody writes a key whenever it is to be written."""

        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key == "a/one.html":
                directory.put(key, b"theirs %d" % len(self.requests))
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    with pytest.raises(ConflictError, match=r"Others kept .* What was activated is active\. Run the same"):
        publish_to(Unrest(directory), release("first", names=SMALL))
    standing = Catalogue(directory).standing()
    assert standing
    assert not standing.pointer.settled
    publish_to(directory, release("first", names=SMALL))
    assert verify(Catalogue(directory)).discrepancies == ()


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_a_stable_key_that_is_refused_for_no_reason_is_tried_three_times_and_nobody_else_is_blamed(
    directory: DirectoryStore, there: bool, settled: bool
) -> None:
    """Whether there is one or none yet, and whether it is written by a publish or brought in line later."""
    publish_to(directory, release("first", names=SMALL if there else ("b/two",)))
    if settled:
        publish_to(directory, release("second", names=SMALL), allow_breaking=True)
        (directory.root / "a" / "one.html").unlink()
        if there:
            directory.put("a/one.html", b"drifted")

    def write(refusals: int) -> None:
        store = Refusing(directory, "a/one.html", refusals)
        if settled:
            go_back(store, "active")
        else:
            publish_to(store, release("second", names=SMALL), allow_breaking=True)

    with pytest.raises(StoreError, match=r"refuses to write a/one\.html.* What was activated is active"):
        write(3)
    write(2)
    assert verify(Catalogue(directory)).discrepancies == ()


def test_a_pointer_that_is_refused_for_no_reason_when_all_keys_are_written_is_tried_three_times(
    directory: DirectoryStore,
) -> None:
    wanted = release("first", names=SMALL)
    publish_to(directory, wanted)
    publish_to(directory, release("second", names=SMALL))
    catalogue = Catalogue(directory)
    manifest = Digest.of(wanted.manifest_data)
    activate(catalogue, catalogue.standing(), wanted.id, manifest, Reason("publish", "me"))
    with pytest.raises(StoreError, match=r"refuses to write current\.json.* What was activated is active"):
        settle(Catalogue(Refusing(directory, POINTER, 3)))
    assert settle(Catalogue(Refusing(directory, POINTER, 2))).pointer.settled
    assert verify(catalogue).discrepancies == ()


def test_a_pointer_that_is_not_seen_for_a_moment_is_looked_for_again(directory: DirectoryStore) -> None:
    publish_to(directory, release("first", names=SMALL))
    settled = settle(Catalogue(Refusing(directory, POINTER, blind=2)))
    assert settled == Catalogue(directory).standing()


@pytest.mark.parametrize("token", ["0" * 32, "f" * 32])
def test_a_prune_that_another_one_has_taken_for_dead_deletes_nothing_more(
    directory: DirectoryStore, token: str
) -> None:
    """Whichever token is the greater; and the lease is said to last for the time that the documents give."""
    publish_to(directory, release("first", names=SMALL))
    began = datetime(2026, 1, 5, 12, tzinfo=UTC)
    until: list[str] = []

    def take_over(members: dict[str, Any]) -> None:
        until.append(members["lease"]["until"])
        members.update(pruning="them (since then)", lease=members["lease"] | {"token": token})

    def go_on() -> None:
        with PruneLease.taken(Catalogue(directory), "me", clock=lambda: began) as lease:
            edit_object(directory, POINTER, take_over)
            lease.check()

    with pytest.raises(ConflictError, match=r"them \(since then\) has taken over the pruning"):
        go_on()
    assert until == ["2026-01-05T12:15:00Z"]


@pytest.mark.parametrize("read_all", [True, False])
@pytest.mark.parametrize("settled", [True, False])
def test_who_activates_while_stable_keys_are_read_is_behind_them_in_the_end(
    directory: DirectoryStore, settled: bool, read_all: bool
) -> None:
    """Also where the keys were in line before, and one has drifted since."""
    for text in ("first", "second"):
        publish_to(directory, release(text, names=SMALL))
    go_back(directory)
    wanted = release("second", names=SMALL)
    directory.put("a/one.html", b"drifted")
    edit_object(directory, POINTER, lambda members: members.update(settled=settled))

    class Overtaken(CountingStore):
        done = False

        def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
            found = super().look(keys)
            self.overtake()
            return found

        def get(self, key: str) -> StoredObject | None:
            found = super().get(key)
            if key == "a/one.html":
                self.overtake()
            return found

        def overtake(self) -> None:
            if not self.done:
                self.done = True
                manifest = Digest.of(wanted.manifest_data)
                catalogue = Catalogue(directory)
                activate(catalogue, catalogue.standing(), wanted.id, manifest, Reason("publish", "them"))

    assert settle(Catalogue(Overtaken(directory)), read_all=read_all).pointer.release == wanted.id
    assert {key: stored(directory, key) for key in stable_files(wanted.bundle)} == stable_files(wanted.bundle)


def test_a_lease_is_taken_from_nobody_who_holds_it_unless_that_is_asked_for(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first", names=SMALL))
    with PruneLease.taken(Catalogue(directory), "me"):
        other = PruneLease.taken(Catalogue(directory), "them")
        with pytest.raises(ConflictError, match="is pruning"):
            other.__enter__()


def test_a_prune_ends_each_step_before_the_next_and_stable_keys_go_first(directory: DirectoryStore) -> None:
    """What is known of a stable key stands in the bundle of its release."""
    publish_to(directory, release("first", names=("a/one", "b/two")))
    publish_to(directory, release("second", names=SMALL), allow_breaking=True)

    class Stuck(CountingStore):
        def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
            if key == "b/two.html":
                raise DeniedError("no")
            return super().delete(key, if_match=if_match, tries=tries)

    with pytest.raises(DeniedError):
        prune(Catalogue(Stuck(directory)), 1, actor="me")
    assert stored(directory, manifest_key(release("first", names=("a/one", "b/two")).id))
    store = CountingStore(directory)
    prune(Catalogue(store), 1, actor="me")
    deleted = [key for operation, key in store.requests if operation == "delete"]
    old = release("first", names=("a/one", "b/two")).id
    first = deleted.index(manifest_key(old))
    assert {"b/two.html"} <= {*deleted[:first]} <= {"b/two.html", "b/two.txt"}
    assert deleted[first + 1] == bundle_key(old)
    assert all(key.startswith("objects/") for key in deleted[first + 2 :])


@pytest.mark.parametrize("member", ["sequence", "prunes"])
@pytest.mark.parametrize("number", [int("9" * 4_300), 2**53, -1], ids=["endless", "large", "negative"])
def test_a_pointer_that_counts_without_sense_is_damaged_and_says_so(
    directory: DirectoryStore, member: str, number: int
) -> None:
    """One more than the first has more digits than Python writes."""
    publish_to(directory, release("first", names=SMALL))
    edit_object(directory, POINTER, lambda pointer: pointer.update({member: number}))
    with pytest.raises(DamagedReleaseError, match=r"damaged|usable"):
        publish_to(directory, release("second", names=SMALL))
    with pytest.raises(DamagedReleaseError, match=r"damaged|usable"):
        prune(Catalogue(directory), actor="me")
