"""What a prune deletes, in which order, and who may do what while it is at work."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.core.release import Release
from app.publishing.activation import settle
from app.publishing.catalogue import Catalogue
from app.publishing.clock import iso
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError
from app.publishing.lease import LEASE, SKEW, PruneLease
from app.publishing.pruning import plan_prune, prune
from app.publishing.store import ObjectStore, Tries
from app.publishing.verification import verify
from bbws_templates.faults import DamagedReleaseError, DeniedError, UnreachableError
from bbws_templates.layout import OBJECTS, bundle_key, manifest_key
from bbws_templates.reader import StoredObject
from tests.publishing import samples
from tests.publishing.counting import CountingStore, Hook, Hooked, Once, Sent
from tests.publishing.samples import NAMES, go_back, publish_to


@pytest.fixture
def store(above: ObjectStore) -> ObjectStore:
    """A directory, and with the cuts a bucket as well."""
    return above


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


def release(text: str, names: tuple[str, ...] = NAMES[:1]) -> Release:
    return samples.release(text, names=names)


def publish_three(store: ObjectStore) -> None:
    for text in ("first", "second", "third"):
        publish_to(store, release(text))


def leave_mark(store: ObjectStore, clock: Hand, *, process: str = "another machine/1/1") -> None:
    """The pointer as a prune on another machine leaves it when it dies."""
    found = store.get("current.json")
    assert found
    members = json.loads(found.body)
    members["pruning"] = f"them@example.com (since {iso(clock.now)})"
    members["lease"] = {"token": "0" * 32, "until": iso(clock.now + LEASE), "process": process}
    members["prunes"] += 1
    store.put("current.json", json.dumps(members).encode())


# --- order ----------------------------------------------------------------------------------------------


def test_no_bundle_goes_before_every_manifest_has_gone_and_no_object_before_every_bundle(
    store: ObjectStore,
) -> None:
    publish_three(store)
    publish_to(store, release("fourth", NAMES[1:2]), allow_breaking=True)
    left = {"stable": 2, "manifest": 3, "bundle": 3, "object": 0}
    lock = threading.Lock()
    steps: list[str] = []

    def kind_of(key: str) -> str:
        if key.startswith("releases/"):
            return key.rpartition("/")[2].removesuffix(".json")
        return "object" if key.startswith("objects/") else "stable"

    def look(operation: str, key: str) -> None:
        held = {item.key for item in store.list("")}
        with lock:
            kind = kind_of(key)
            steps.append(kind)
            earlier = list(left)[: list(left).index(kind)]
            still = [name for name in held if kind_of(name) in earlier and gone_in_the_end(name)]
            assert not still, f"{key} goes before {still}"

    plan = plan_prune(Catalogue(store), 1)

    def gone_in_the_end(key: str) -> bool:
        return key in plan.keys

    prune(Catalogue(Hooked(store, look)), 1, actor="me")
    assert [steps.count(kind) for kind in left][:3] == [2, 3, 3]
    assert steps.count("object") >= 3
    assert verify(Catalogue(store)).discrepancies == ()


# --- what lies half there ---------------------------------------------------------------------------------


PARTS = ["bundle.json", "manifest.json"]


def test_what_a_publisher_that_planned_before_completes_meanwhile_goes_as_well(store: ObjectStore) -> None:
    """He will be told of the conflict, and nobody could go back to a release whose objects have gone."""
    publish_three(store)
    old = release("first")
    heads = {bundle_key(old.id): old.bundle_data, manifest_key(old.id): old.manifest_data}

    def hook(operation: str, key: str) -> None:
        for head, body in heads.items() if key.startswith(OBJECTS) else ():
            store.put(head, body, if_absent=True)

    hooked = Hooked(store, hook)
    prune(Catalogue(hooked), 1, actor="me")
    deleted = [key for operation, key in hooked.requests if operation == "delete"]
    assert deleted[-2:] == [manifest_key(old.id), bundle_key(old.id)], "in the same order as before"
    assert old.id not in Catalogue(store).releases()
    assert verify(Catalogue(store)).discrepancies == ()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"format":99}', b"\xff", b"[" * 5000])
def test_an_old_release_that_cannot_be_read_is_pruned_like_any_other(
    directory: DirectoryStore, part: str, content: bytes | None
) -> None:
    store = directory
    publish_three(store)
    key = f"releases/{release('first').id}/{part}"
    if content is None:
        store.delete(key)
    else:
        store.put(key, content)
    plan = prune(Catalogue(store), 2, actor="me")
    assert plan.deleted == (release("first").id,)
    assert plan.incomplete == ((release("first").id,) if content is None else ())
    assert verify(Catalogue(store)).discrepancies == ()


@pytest.mark.parametrize("part", PARTS)
def test_a_release_without_bundle_or_manifest_does_not_count_among_those_that_are_kept(
    store: ObjectStore, part: str
) -> None:
    publish_three(store)
    store.delete(f"releases/{release('second').id}/{part}")
    plan = prune(Catalogue(store), 2, actor="me")
    assert plan.kept == (release("third").id, release("first").id)
    assert plan.incomplete == (release("second").id,)
    assert verify(Catalogue(store)).discrepancies == ()


@pytest.mark.parametrize("keep", [2, 3])
def test_what_a_rollback_without_a_name_goes_to_is_kept_beside_those_that_it_backed_out_of(
    store: ObjectStore, keep: int
) -> None:
    """After one from fourth to third to second, the next goes to first."""
    publish_three(store)
    publish_to(store, release("fourth"))
    assert [go_back(store), go_back(store)] == [release("third").id, release("second").id]
    plan = prune(Catalogue(store), keep, actor="me")
    last = [release(text).id for text in ("second", "third", "fourth")]
    assert plan.kept == (*last[:keep], release("first").id)
    assert verify(Catalogue(store)).discrepancies == ()
    assert go_back(store) == release("first").id


def test_to_keep_one_is_to_keep_the_active_one_alone(store: ObjectStore) -> None:
    publish_three(store)
    go_back(store)
    assert prune(Catalogue(store), 1, actor="me").kept == (release("second").id,)


@pytest.mark.parametrize("part", PARTS)
def test_while_a_release_that_is_to_be_kept_is_damaged_nothing_is_deleted_and_nothing_is_stuck(
    store: ObjectStore, part: str
) -> None:
    publish_three(store)
    store.put(f"releases/{release('second').id}/{part}", b"damaged")
    store.delete(f"releases/{release('first').id}/manifest.json")
    before = {item.key for item in store.list("releases/")}
    with pytest.raises(DamagedReleaseError, match=r"second|release"):
        prune(Catalogue(store), 2, actor="me")
    assert {item.key for item in store.list("releases/")} == before
    publish_to(store, release("fourth"))
    go_back(store)


@pytest.mark.parametrize("part", PARTS)
def test_when_the_active_release_is_not_whole_a_prune_says_so_and_a_repair_goes_on(
    store: ObjectStore, clock: Hand, part: str
) -> None:
    publish_three(store)
    store.delete(f"releases/{release('third').id}/{part}")
    leave_mark(store, clock)
    clock.now += LEASE
    with pytest.raises(DamagedReleaseError, match=r"not there whole.*--repair"):
        prune(Catalogue(store), 1, actor="me", clock=clock)
    publish_to(store, release("third"), repair=True)
    assert verify(Catalogue(store)).intact
    assert plan_prune(Catalogue(store), 1).deleted


# --- stable keys --------------------------------------------------------------------------------------------


def test_what_another_prune_has_just_deleted_is_not_called_damaged(store: ObjectStore) -> None:
    publish_three(store)
    needed = manifest_key(release("second").id)

    class Overtaken(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            if key == needed:
                prune(Catalogue(store), 1, actor="the quick one")
            return super().get(key)

    with pytest.raises(ConflictError, match=r"changed .* while it was looked at"):
        plan_prune(Catalogue(Overtaken(store)), 2)


def test_a_stable_key_that_somebody_else_has_written_since_stays_and_is_named(store: ObjectStore) -> None:
    publish_to(store, release("first", NAMES[:2]))
    publish_to(store, release("second", NAMES[1:2]), allow_breaking=True)
    store.put("receipts/receipt.html", b"somebody else's")
    plan = prune(Catalogue(store), 1, actor="me")
    assert plan.foreign == ("receipts/receipt.html",)
    assert store.get("receipts/receipt.html")
    assert store.get("receipts/receipt.txt") is None


def test_one_that_is_written_at_the_very_moment_of_its_deletion_stays_too(store: ObjectStore) -> None:
    publish_to(store, release("first", NAMES[:2]))
    publish_to(store, release("second", NAMES[1:2]), allow_breaking=True)

    def overwrite(operation: str, key: str) -> None:
        if key == "receipts/receipt.html":
            store.put(key, b"somebody else's")

    plan = prune(Catalogue(Hooked(store, overwrite)), 1, actor="me")
    assert plan.foreign == ("receipts/receipt.html",)
    found = store.get("receipts/receipt.html")
    assert found
    assert found.body == b"somebody else's"


# --- one at a time ------------------------------------------------------------------------------------------


def test_while_a_prune_is_alive_everybody_is_told_who_it_is_and_until_when(
    store: ObjectStore, clock: Hand
) -> None:
    publish_three(store)
    with PruneLease.taken(Catalogue(store), "them@example.com", clock=clock):
        said = rf"them@example\.com \(since .*\) is pruning .*, until {iso(clock.now + LEASE)}.*--take-over"
        attempts: tuple[Callable[[], object], ...] = (
            lambda: prune(Catalogue(store), 1, actor="me", clock=clock),
            lambda: publish_to(store, release("fourth"), clock=clock),
            lambda: publish_to(store, release("third"), repair=True, clock=clock),
            lambda: go_back(store, clock=clock),
        )
        for attempt in attempts:
            with pytest.raises(ConflictError, match=said):
                attempt()
        assert plan_prune(Catalogue(store), 1).unfinished
    publish_to(store, release("fourth"))
    assert verify(Catalogue(store)).discrepancies == ()


def test_the_mark_of_a_prune_elsewhere_is_heeded_until_its_time_is_over(
    store: ObjectStore, clock: Hand
) -> None:
    publish_three(store)
    leave_mark(store, clock)
    clock.now += LEASE - timedelta(seconds=1)
    with pytest.raises(ConflictError, match=r"them@example\.com"):
        prune(Catalogue(store), 1, actor="me", clock=clock)
    with pytest.raises(ConflictError, match=r"them@example\.com"):
        publish_to(store, release("fourth"), clock=clock)
    clock.now += timedelta(seconds=1)
    publish_to(store, release("fourth"), clock=clock)
    prune(Catalogue(store), 1, actor="me", clock=clock)
    assert verify(Catalogue(store)).discrepancies == ()


def test_it_may_be_taken_over_before_by_whoever_says_so(store: ObjectStore, clock: Hand) -> None:
    publish_three(store)
    leave_mark(store, clock)
    assert prune(Catalogue(store), 1, actor="me", take_over=True, clock=clock).deleted
    assert verify(Catalogue(store)).discrepancies == ()


def test_a_mark_of_an_earlier_version_gives_no_time_and_is_taken_over_on_demand(
    store: ObjectStore, clock: Hand
) -> None:
    publish_three(store)
    found = store.get("current.json")
    assert found
    members = json.loads(found.body) | {"pruning": "them (since long)", "lease": None}
    store.put("current.json", json.dumps(members).encode())
    clock.now += 1000 * LEASE
    with pytest.raises(ConflictError, match="them"):
        prune(Catalogue(store), 1, actor="me", clock=clock)
    prune(Catalogue(store), 1, actor="me", take_over=True, clock=clock)
    assert verify(Catalogue(store)).discrepancies == ()


def test_whoever_was_taken_over_deletes_nothing_more(store: ObjectStore) -> None:
    publish_three(store)
    wanted = release("first")

    def take_over() -> None:
        # The first deletions are held up for as long as it takes others to finish the work and to publish.
        prune(Catalogue(store), 1, actor="the second", take_over=True)
        publish_to(store, wanted)

    taken_over = Once(take_over)
    slow = Hooked(store, lambda *_: taken_over())
    with pytest.raises(ConflictError, match=r"taken over .*Nothing more was deleted.*verify"):
        prune(Catalogue(slow), 1, actor="the first")
    manifests = [key for operation, key in slow.requests if operation == "delete"]
    assert all(key.endswith("manifest.json") for key in manifests), "not one step further"
    publish_to(store, wanted, repair=True)
    assert verify(Catalogue(store)).intact


def test_a_prune_renews_its_lease_before_its_time_is_over(store: ObjectStore, clock: Hand) -> None:
    publish_three(store)

    class SlowlyRead(CountingStore):
        def get(self, key: str) -> StoredObject | None:
            if key == "current.json":
                clock.now += timedelta(minutes=4)
            return super().get(key)

        def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
            found = store.get("current.json")
            assert found
            until = datetime.fromisoformat(json.loads(found.body)["lease"]["until"])
            assert until - clock.now >= SKEW + timedelta(minutes=2), "clocks differ, and requests take time"
            return super().delete(key, if_match=if_match, tries=tries)

    prune(Catalogue(SlowlyRead(store)), 1, actor="me", clock=clock)
    assert clock.now >= datetime(2026, 1, 5, 12, tzinfo=UTC) + LEASE
    assert verify(Catalogue(store)).discrepancies == ()


def test_the_stable_keys_may_be_completed_by_a_publisher_while_a_prune_is_under_way(
    store: ObjectStore,
) -> None:
    publish_three(store)
    found = store.get("current.json")
    assert found
    store.put("current.json", json.dumps(json.loads(found.body) | {"settled": False}).encode())

    settled = Once(lambda: settle(Catalogue(store)))
    prune(Catalogue(Hooked(store, lambda *_: settled())), 1, actor="me")
    assert settled.done
    assert verify(Catalogue(store)).discrepancies == ()


def test_a_prune_that_fails_gives_the_lease_back_unless_a_deletion_may_still_be_on_its_way(
    store: ObjectStore,
) -> None:
    publish_three(store)

    def fail(error: Exception) -> Hook:
        def hook(operation: str, key: str) -> None:
            raise error

        return hook

    def mark() -> str:
        standing = Catalogue(store).standing()
        assert standing
        return standing.pointer.pruning

    for error in (RuntimeError("cut"), DeniedError("This user may not.")):
        with pytest.raises(type(error)):
            prune(Catalogue(Hooked(store, fail(error))), 1, actor="me")
        assert mark() == ""
    assert plan_prune(Catalogue(store), 1).unfinished
    with pytest.raises(UnreachableError):
        prune(Catalogue(Sent(store, fail(UnreachableError("cut")))), 1, actor="me")
    assert mark().startswith("me (since ")
