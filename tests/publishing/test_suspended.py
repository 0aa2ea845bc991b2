"""A prune that is suspended, like a laptop that is closed, and goes on when its time has long been over."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from typing import IO

import pytest

from app.core.locking import is_taken_by_us
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError, TooLateError
from app.publishing.lease import LEASE
from app.publishing.parallel import WORKERS
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore, Tries
from app.publishing.verification import verify
from bbws_templates.faults import UnreachableError
from bbws_templates.reader import StoredObject
from bbws_templates.target import BucketTarget
from tests.publishing.counting import CountingStore, Hooked, Once
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request
from tests.publishing.samples import NAMES, publish_to, release

OLD, NEW = release("old", names=NAMES[:1]), release("new", names=NAMES[:1])


class Done(CountingStore):
    """A store whose ``requests`` are those deletions that were carried out, and what was written."""

    def get(self, key: str) -> StoredObject | None:
        return self.inner.get(key)

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        gone = self.inner.delete(key, if_match=if_match, tries=tries)
        self.requests.append(("delete", key))
        return gone


def test_suspended_at_the_last_moment_it_deletes_nothing_of_what_was_activated_since(
    store: ObjectStore,
) -> None:
    publish_to(store, OLD)
    publish_to(store, NEW)
    now = [datetime(2026, 1, 5, 12, tzinfo=UTC)]

    def pass_by() -> None:
        now[0] += 8 * LEASE
        publish_to(store, OLD, clock=lambda: now[0])

    class Suspended(CountingStore):
        """Before its first deletion; its lease ends, and somebody activates what it would delete."""

        passed = Once(pass_by)

        def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
            self.passed()
            return super().delete(key, if_match=if_match, tries=tries)

    slow = Suspended(store)
    with pytest.raises(ConflictError, match="taken over"):
        prune(Catalogue(slow), 1, actor="the slow one", clock=lambda: now[0])
    assert [operation for operation, _ in slow.requests if operation == "delete"]
    assert Catalogue(store).proven("active").id == OLD.id
    assert verify(Catalogue(store)).discrepancies == ()


def test_a_deletion_for_which_there_is_no_time_left_waits_for_the_lease_to_be_renewed(
    directory: DirectoryStore,
) -> None:
    for number in range(4 * WORKERS):
        publish_to(directory, release(f"number {number}", names=NAMES[:1]))
    now = [datetime(2026, 1, 5, 12, tzinfo=UTC)]

    def sleep() -> None:
        now[0] += LEASE

    inner, slept = Done(directory), Once(sleep)
    store = Hooked(inner, lambda *_: slept())
    prune(Catalogue(store), 1, actor="me", clock=lambda: now[0])
    taken, renewed, _ = (
        at for at, request in enumerate(inner.requests) if request == ("put", "current.json")
    )
    assert (
        taken < renewed < inner.requests.index(next(each for each in inner.requests if each[0] == "delete"))
    )
    assert verify(Catalogue(directory)).discrepancies == ()


def test_what_is_out_of_time_is_not_deleted(store: ObjectStore) -> None:
    store.put("a/b.txt", b"content")
    with pytest.raises(TooLateError):
        store.delete("a/b.txt", tries=Tries(lambda: False))
    assert store.get("a/b.txt")
    assert store.delete("a/b.txt")
    assert store.get("a/b.txt") is None


def test_whether_there_is_time_is_asked_when_nobody_else_can_write_any_more(
    directory: DirectoryStore,
) -> None:
    """Suspended after that, a process keeps the lock, and whoever would activate something waits."""
    directory.put("a.txt", b"content")

    def is_alone() -> bool:
        with (directory.root / ".lock").open("ab") as lock:
            return not is_taken_by_us(lock)

    assert directory.delete("a.txt", tries=Tries(is_alone))


def test_a_deletion_is_not_tried_again_when_its_time_is_over(
    bucket: BucketStore, aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK tries a few times; the process may have slept while it waited for the first answer."""
    bucket.put("a/b.txt", b"content")
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        behind = BucketStore.connect(BucketTarget(bucket.target.bucket, bucket.target.prefix))

        def drop(request: Request) -> Fault | None:
            return Fault(Kind.DROP) if request.number == 1 else None

        proxy.reset(drop)
        with pytest.raises(TooLateError):
            behind.delete("a/b.txt", tries=Tries(lambda: not proxy.requests))
        assert [request.method for request in proxy.requests] == ["DELETE"]
        assert bucket.get("a/b.txt")
        proxy.reset(drop)
        assert behind.delete("a/b.txt")
    assert bucket.get("a/b.txt") is None


def test_who_holds_the_lock_of_a_directory_for_too_long_is_named(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_to(directory, OLD)
    with (directory.root / ".lock").open("ab") as lock, monkeypatch.context() as impatient:
        fcntl.flock(lock, fcntl.LOCK_EX)
        impatient.setattr(DirectoryStore, "patience", 0.1)
        with pytest.raises(UnreachableError, match=r"locked .*suspended .*fuser .*\.lock"):
            publish_to(directory, NEW)
    publish_to(directory, NEW)
    assert verify(Catalogue(directory)).discrepancies == ()


def test_a_lock_that_somebody_has_deleted_keeps_nobody_apart_and_is_not_relied_on(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person deletes it while its holder is suspended; the next one makes another, and is at work."""
    publish_to(directory, OLD)
    path = directory.root / ".lock"
    at_work = path.open("ab")
    answers: list[bool] = []

    def taken(file: IO[bytes]) -> bool:
        nonlocal at_work
        if not answers:  # it waits for the lock of old
            path.unlink()
            at_work.close()
            at_work = path.open("ab")
            fcntl.flock(at_work, fcntl.LOCK_EX)
        answers.append(is_taken_by_us(file))
        if answers[-2:] == [True, False]:  # and then for the one that there is by now
            at_work.close()
        return answers[-1]

    monkeypatch.setattr("app.core.locking.is_taken_by_us", taken)
    directory.put("a.txt", b"1")
    assert answers[:2] == [True, False]
    assert answers[-1]
