"""Whose the right to delete is, at which moment, to the second; and who is known to have ended."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from app.publishing.activation import Reason, settle
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import iso
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError, UnknownReleaseError
from app.publishing.lease import LEASE, SKEW, PruneLease, is_free, lift_dead_mark
from app.publishing.parallel import WORKERS
from app.publishing.pruning import prune
from app.publishing.rollback import ROLLBACK, release_to_go_back_to, roll_back
from app.publishing.verification import verify
from bbws_templates.faults import StoreError, UnreachableError
from bbws_templates.layout import OBJECTS, POINTER, bundle_key, manifest_key
from bbws_templates.pointer import Lease, Pointer
from tests.publishing.counting import Busy, CountingStore, Erratic, Hooked, Once, Sent
from tests.publishing.samples import publish_to, release

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MARGIN = timedelta(minutes=3)
"""Longer than all the tries of one deletion take."""


def test_the_documents_say_how_long_a_prune_is_taken_to_be_alive_and_how_much_clocks_may_differ() -> None:
    text = " ".join((Path(__file__).parents[2] / "docs/publishing.md").read_text("utf-8").split())
    assert "at most 15 minutes after it was last heard of" in text
    assert timedelta(minutes=15) == LEASE
    assert "must be within five minutes of each other" in text
    assert timedelta(minutes=5) == SKEW


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def catalogue(directory: DirectoryStore) -> Catalogue:
    publish_to(directory, release("first"))
    return Catalogue(directory)


def standing(catalogue: Catalogue) -> Standing:
    found = catalogue.standing()
    assert found
    return found


def marked(catalogue: Catalogue, lease: Lease | None) -> Pointer:
    return replace(standing(catalogue).pointer, pruning="them@example.com (since then)", lease=lease)


@pytest.mark.parametrize(
    ("until", "free"),
    [
        (iso(NOON - SECOND), True),
        (iso(NOON), True),
        (iso(NOON + SECOND), False),
        ("2026-01-05T14:00:00+02:00", True),  # the same moment
        ("2026-01-05T11:59:59", False),  # it does not say where
        ("some time", False),
    ],
)
def test_a_lease_of_another_machine_is_free_from_its_very_time_on(
    catalogue: Catalogue, until: str, free: bool
) -> None:
    assert is_free(marked(catalogue, Lease("0" * 32, until, "elsewhere/1/1")), NOON) is free


def test_a_mark_without_a_time_is_never_free_and_no_mark_always_is(catalogue: Catalogue) -> None:
    assert not is_free(marked(catalogue, None), NOON)
    assert is_free(standing(catalogue).pointer, NOON)


def test_a_process_that_has_no_name_is_not_taken_for_this_one(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither has one where the system does not tell."""
    monkeypatch.setattr("app.publishing.lease.this_process", lambda: "")
    assert not is_free(marked(catalogue, Lease("0" * 32, iso(NOON + SECOND), "")), NOON)


def test_a_lease_of_this_process_is_free_when_the_prune_is_not_under_way_in_it(catalogue: Catalogue) -> None:
    clock = Hand()
    with PruneLease.taken(catalogue, "me", clock=clock):
        held = standing(catalogue).pointer
        assert held.lease
        assert held.lease.until == iso(NOON + LEASE)
        assert not is_free(held, NOON)
    assert is_free(held, NOON), "that prune has ended, whatever became of its mark"


def test_no_deletion_begins_when_it_might_end_after_the_time_that_others_see(catalogue: Catalogue) -> None:
    clock = Hand()
    with PruneLease.taken(catalogue, "me", clock=clock) as lease:
        clock.now = NOON + LEASE - SKEW - MARGIN - SECOND
        assert lease.has_time()
        clock.now += SECOND
        assert not lease.has_time()
        lease.check()
        assert lease.has_time(), "it has been renewed"
        clock.now += LEASE - SKEW - MARGIN - SECOND
        assert lease.has_time()


@pytest.mark.parametrize(("passed", "renewed"), [(LEASE / 4, False), (LEASE / 4 + SECOND, True)])
def test_a_lease_is_renewed_when_a_quarter_of_its_time_is_over(
    catalogue: Catalogue, passed: timedelta, renewed: bool
) -> None:
    clock = Hand()
    with PruneLease.taken(catalogue, "me", clock=clock) as lease:
        clock.now += passed
        lease.check()
        found = standing(catalogue).pointer.lease
        assert found
        assert found.until == iso((NOON + passed if renewed else NOON) + LEASE)


def test_a_clock_that_is_set_back_gives_no_more_time(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others count from when the lease was taken, by clocks that nobody has touched."""
    real, monotonic, set_back, slept = time.time, time.monotonic, [0.0], [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + slept[0] - set_back[0])
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + slept[0])
    with PruneLease.taken(catalogue, "me") as lease:
        assert lease.has_time()
        until = held_until(catalogue)
        set_back[0] = 3600.0
        assert lease.has_time()
        slept[0] = (LEASE - SKEW - MARGIN + SECOND).total_seconds()
        assert not lease.has_time()
        lease.check()
        assert lease.has_time()
        assert held_until(catalogue) > until


def test_a_clock_that_is_set_forward_ends_the_time(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks as if the process had been frozen."""
    real, set_forward = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + set_forward[0])
    with PruneLease.taken(catalogue, "me") as lease:
        assert lease.has_time()
        set_forward[0] = LEASE.total_seconds()
        assert not lease.has_time()


def test_a_prune_that_is_taken_over_deletes_no_more_than_it_has_begun(directory: DirectoryStore) -> None:
    """However much there is to be deleted: it looks whether the lease is still its own before every batch."""
    publish_to(directory, release("old", names=tuple(f"many/n{number}" for number in range(60))))
    publish_to(directory, release("new", names=("one/only",)), allow_breaking=True)
    deleted: list[str] = []
    at_it = threading.Lock()

    def hook(operation: str, key: str) -> None:
        with at_it:
            if operation == "delete" and not deleted:
                theirs.enter_context(PruneLease.taken(Catalogue(directory), "them", take_over=True))
            if operation == "delete":
                deleted.append(key)

    with ExitStack() as theirs, pytest.raises(ConflictError, match=r"them .*taken over"):
        prune(Catalogue(Hooked(directory, hook)), 1, actor="me")
    assert len(deleted) <= 4 * WORKERS
    assert len([*directory.list("many/")]) >= 60


def test_what_there_was_no_time_for_is_deleted_when_there_is_again(directory: DirectoryStore) -> None:
    """The process is suspended in the midst of the last step, which nothing comes after."""
    publish_to(directory, release("old"))
    publish_to(directory, release("new"))
    clock = Hand()

    def sleep() -> None:
        clock.now += LEASE - SKEW

    slept = Once(sleep)

    def hook(operation: str, key: str) -> None:
        if operation == "delete" and key.startswith(OBJECTS):
            slept()

    prune(Catalogue(Hooked(directory, hook)), 1, actor="me", clock=clock)
    assert slept.done
    assert verify(Catalogue(directory)).discrepancies == ()


def test_a_mark_that_was_lifted_is_nobodys_lease_and_leaves_word_of_what_is_half_done(
    catalogue: Catalogue,
) -> None:
    """Who was taken for dead deletes nothing more; who saw the mark and is late lifts it once more."""

    def go_on() -> None:
        with PruneLease.taken(catalogue, "me", clock=Hand()) as lease:
            seen = standing(catalogue)
            for store in (catalogue.store, Busy(catalogue.store)):
                lift_dead_mark(Catalogue(store), seen, lambda: NOON + LEASE)
            lease.check()

    with pytest.raises(ConflictError, match="Nothing more was deleted"):
        go_on()
    now = standing(catalogue).pointer
    assert (now.pruning, now.half_pruned) == ("", True)


def test_a_lease_does_not_outlive_the_release_that_it_keeps(catalogue: Catalogue) -> None:
    """Somebody has activated another one all the same, and left the mark: what that needs is not known."""

    def go_on() -> None:
        with PruneLease.taken(catalogue, "me") as lease:
            now = standing(catalogue)
            active = replace(now.pointer.active, release="f" * 64)
            catalogue.store.put(POINTER, replace(now.pointer, active=active).to_bytes(), if_match=now.etag)
            lease.check()

    with pytest.raises(ConflictError, match="Nothing more was deleted"):
        go_on()


def test_a_pointer_that_others_rewrite_again_and_again_is_moved_in_the_end(catalogue: Catalogue) -> None:
    """No server refuses anything there: each time it is another one."""
    for line in (Busy, Erratic):
        with PruneLease.taken(Catalogue(line(catalogue.store)), "me"):
            assert standing(catalogue).pointer.pruning.startswith("me")
        wanted = release(line.__name__)
        publish_to(line(catalogue.store), wanted)
        assert standing(catalogue).pointer.release == wanted.id
        unsettled = standing(catalogue)
        catalogue.store.put(POINTER, replace(unsettled.pointer, settled=False).to_bytes())
        assert settle(Catalogue(line(catalogue.store))).pointer.settled


def test_a_server_that_refuses_the_mark_for_no_reason_is_named(directory: DirectoryStore) -> None:
    class Refusing(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            return None if key == POINTER else super().put(key, body, if_match=if_match, if_absent=if_absent)

    publish_to(directory, release("old"))
    store = Refusing(directory)
    with pytest.raises(StoreError, match=r"the server refuses to write current\.json, as if it had changed"):
        prune(Catalogue(store), 1, actor="me")
    assert not [operation for operation, _ in store.requests if operation == "delete"]


def test_a_prune_that_never_began_forgets_nothing_of_one_that_was_cut_off_before(
    directory: DirectoryStore,
) -> None:
    """The answer to its mark was lost, so it takes that back; what was half done before still is."""
    publish_to(directory, release("first"))
    before = standing(Catalogue(directory))
    directory.put(POINTER, replace(before.pointer, half_pruned=True).to_bytes(), if_match=before.etag)

    class Mute(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            is_first = not self.written()
            etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
            if is_first:
                raise UnreachableError("The answer does not come.")
            return etag

    with pytest.raises(UnreachableError), PruneLease.taken(Catalogue(Mute(directory)), "me"):
        pass
    now = standing(Catalogue(directory)).pointer
    assert (now.pruning, now.half_pruned) == ("", True)


def test_who_is_interrupted_in_a_deletion_leaves_its_mark_to_those_who_cannot_know_that_it_has_ended(
    directory: DirectoryStore,
) -> None:
    """What was sent may yet be carried out, as when its answer fails to come."""
    for text in ("first", "second"):
        publish_to(directory, release(text))

    def interrupt(operation: str, key: str) -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(Catalogue(Sent(directory, interrupt)), 1, actor="me")
    now = standing(Catalogue(directory)).pointer
    assert now.pruning.startswith("me")
    assert now.lease
    elsewhere = replace(now, lease=replace(now.lease, process="another machine/1/1"))
    assert not is_free(elsewhere, datetime.now(UTC))
    assert is_free(now, datetime.now(UTC))
    prune(Catalogue(directory), 1, actor="me")
    assert verify(Catalogue(directory)).discrepancies == ()


def held_until(catalogue: Catalogue) -> datetime:
    lease = standing(catalogue).pointer.lease
    assert lease
    return datetime.fromisoformat(lease.until)


def test_nobody_goes_back_to_what_a_prune_has_deleted_since_it_was_read_and_before_it_died(
    catalogue: Catalogue,
) -> None:
    """It was alive when the release was read, and nobody's any more when the pointer is to be moved."""
    wanted = release("first")
    publish_to(catalogue.store, release("second"))
    pointer = marked(catalogue, Lease("theirs", iso(NOON), ""))
    catalogue.store.put(POINTER, pointer.to_bytes())
    expected = standing(catalogue)
    read = release_to_go_back_to(catalogue, wanted.id, expected=expected)
    for key in (manifest_key(wanted.id), bundle_key(wanted.id)):
        catalogue.store.delete(key)
    with pytest.raises(UnknownReleaseError, match="has no release"):
        roll_back(catalogue, read, Reason(ROLLBACK, "me"), expected=expected)
    assert standing(catalogue).pointer.active == pointer.active


def test_what_cannot_be_gone_back_to_because_somebody_prunes_is_not_called_unknown(
    catalogue: Catalogue,
) -> None:
    wanted = release("first").id
    publish_to(catalogue.store, release("second"))
    later = iso(datetime.now(UTC) + LEASE)
    catalogue.store.put(POINTER, marked(catalogue, Lease("theirs", later, "")).to_bytes())
    catalogue.store.delete(manifest_key(wanted))
    with pytest.raises(ConflictError, match=r"them@example\.com .* is pruning"):
        release_to_go_back_to(catalogue, wanted, expected=standing(catalogue))
