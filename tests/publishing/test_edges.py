"""How releases are named, and what is written how: to the one character, to the one request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.release import Manifest
from app.publishing.activation import Reason, activate, settle, stable_files
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError, UnknownReleaseError
from app.publishing.history import activations
from app.publishing.lease import PruneLease
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan, publish
from app.publishing.store import ListedObject, ObjectStore
from app.publishing.targets import resolve_target
from app.publishing.verification import Fault, verify
from bbws_templates.digests import Digest
from bbws_templates.faults import StoreError, TargetError
from bbws_templates.layout import POINTER, bundle_key, manifest_key
from bbws_templates.pointer import PAGE
from bbws_templates.reader import StoredObject
from tests.publishing import cuts
from tests.publishing.counting import CountingStore
from tests.publishing.newer import edit_object
from tests.publishing.samples import go_back, publish_to, release, with_one_changed


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


# --- the pointer -----------------------------------------------------------------------------------------


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
    done = publish_to(Meanwhile(directory, 1, lambda: publish_to(directory, wanted)), wanted)
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


def test_stable_keys_that_others_never_leave_alone_are_said_not_to_be_complete(
    directory: DirectoryStore,
) -> None:
    store = Refusing(directory, "a/one.html", 1_000)
    with pytest.raises(ConflictError, match=r"What was activated is active\. Run the same again"):
        publish_to(store, release("first", names=SMALL))
    assert not (standing := Catalogue(directory).standing()) or not standing.pointer.settled
    publish_to(Refusing(directory, "a/one.html", 3), release("first", names=SMALL))
    assert verify(Catalogue(directory)).discrepancies == ()


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


# --- verifying and mending -------------------------------------------------------------------------------


def test_an_upload_that_ends_while_the_target_is_read_lacks_nothing(directory: DirectoryStore) -> None:
    """Nobody has moved the pointer, so nothing is read twice but what seemed to be missing."""
    publish_to(directory, release("first", names=SMALL))
    publish_to(directory, release("second", names=SMALL))
    go_back(directory)
    key = bundle_key(release("second", names=SMALL).id)
    body = stored(directory, key)
    (directory.root / key).unlink()

    class Ending(CountingStore):
        def list(self, prefix: str) -> Iterator[ListedObject]:
            yield from super().list(prefix)
            directory.put(key, body)

    found = verify(Catalogue(Ending(directory))).discrepancies
    assert {each.fault for each in found} <= {Fault.UNUSED}, "its files, as it could not be read in time"


def test_what_only_a_newer_version_can_read_may_use_what_seems_to_be_unused(
    directory: DirectoryStore,
) -> None:
    publish_to(directory, release("first", names=SMALL))
    publish_to(directory, release("second", names=SMALL))
    manifest = manifest_key(release("second", names=SMALL).id)
    edit_object(directory, manifest, lambda members: members.update(format=99))
    faults = {found.fault for found in verify(Catalogue(directory)).discrepancies}
    assert Fault.NEWER in faults
    assert not faults & {Fault.UNUSED, Fault.FOREIGN}


def test_what_is_missing_is_created_and_only_what_differs_is_written_over(directory: DirectoryStore) -> None:
    """The policy of a bucket lets everybody do the first, and the pruner alone the second."""
    wanted = release("first", names=SMALL)
    publish_to(directory, wanted)
    (directory.root / bundle_key(wanted.id)).unlink()
    store = Writes(directory)
    publish_to(store, wanted, repair=True)
    assert store.how[bundle_key(wanted.id)] == ("", True)
    assert [if_absent for key, (_, if_absent) in store.all if key == bundle_key(wanted.id)] == [True]


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ({"halfPruned": True}, Fault.UNFINISHED),
        ({"pruning": "them (since then)"}, Fault.UNFINISHED),
        ({}, Fault.MISSING),
    ],
)
def test_a_release_without_its_manifest_is_half_pruned_where_a_prune_was_cut_off(
    directory: DirectoryStore, marks: dict[str, object], fault: Fault
) -> None:
    publish_to(directory, release("first", names=SMALL))
    publish_to(directory, release("second", names=SMALL))
    (directory.root / manifest_key(release("first", names=SMALL).id)).unlink()
    edit_object(directory, POINTER, lambda members: members.update(marks))
    found = verify(Catalogue(directory)).discrepancies
    lost = f"releases/{release('first', names=SMALL).id}/"
    assert {each.fault for each in found if each.key.startswith(lost)} == {fault}


def test_a_target_that_there_is_not_is_told_those_that_there_are(tmp_path: Path) -> None:
    settings = tmp_path / "bbws-templates.toml"
    settings.write_text("")
    with pytest.raises(TargetError, match=r"There is no target 'dve'\. Known: none\. Or write s3://"):
        resolve_target("dve", settings)
    settings.write_text('[targets.dev]\nurl = "file:a"\n[targets.sit]\nurl = "file:b"\n')
    with pytest.raises(TargetError, match=r"Did you mean 'dev'\? Known: dev, sit\. Or write s3://"):
        resolve_target("dve", settings)
