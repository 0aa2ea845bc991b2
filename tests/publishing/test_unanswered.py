"""Deletions that were sent, and to which no answer has come: each may yet be carried out, at any time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.cli import run
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError, TooLateError
from app.publishing.lease import LEASE, is_free
from app.publishing.pruning import prune
from app.publishing.store import ListedObject, ObjectStore, Tries
from app.publishing.verification import verify
from bbws_templates.faults import DeniedError, StoreError, UnreachableError
from bbws_templates.layout import OBJECTS
from bbws_templates.pointer import Pointer
from bbws_templates.target import BucketTarget
from tests.publishing import samples
from tests.publishing.conftest import make_bucket, use_server
from tests.publishing.counting import CountingStore
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request
from tests.publishing.interruption import interrupted
from tests.publishing.samples import NAMES, publish_to, release
from tests.waiting import patience

RELEASES = [release(text, names=NAMES[:1]) for text in ("first", "second", "third")]


def pointer(store: ObjectStore) -> Pointer:
    standing = Catalogue(store).standing()
    assert standing
    return standing.pointer


def is_free_elsewhere(store: ObjectStore, now: datetime) -> bool:
    """Whether another machine may activate something."""
    found = pointer(store)
    if found.lease:
        found = replace(found, lease=replace(found.lease, process="another machine/1/1"))
    return is_free(found, now)


def let_helpers_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "publish":
            thread.join(patience())


# --- interrupted ------------------------------------------------------------------------------------------


class HeldUp(CountingStore):
    """A store on the way to which a deletion of a helper is held up, once ``begun``; ``at`` says of what."""

    def __init__(self, inner: ObjectStore) -> None:
        super().__init__(inner)
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.at = ""

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        if not key.endswith("bundle.json"):
            return super().delete(key, if_match=if_match, tries=tries)
        if threading.current_thread() is threading.main_thread():
            self.begun.wait(patience())  # or it would do them all
        assert tries
        assert tries.begin()
        if threading.current_thread() is not threading.main_thread() and not self.at:  # there is one helper
            self.at = key
            self.begun.set()
            self.go_on.wait(patience())
        gone = super().delete(key, if_match=if_match)
        tries.answer()
        return gone


@pytest.fixture
def held_up(directory: DirectoryStore) -> HeldUp:
    for each in RELEASES:
        publish_to(directory, each)
    return HeldUp(directory)


def test_who_is_interrupted_once_gives_the_lease_back_when_the_last_deletion_is_over(held_up: HeldUp) -> None:
    with interrupted(1, held_up.begun, then=held_up.go_on.set):
        with pytest.raises(KeyboardInterrupt):
            prune(Catalogue(held_up), 1, actor="me")
        assert held_up.at
        assert held_up.inner.get(held_up.at) is None, "and nothing is deleted later"
    assert (pointer(held_up).pruning, pointer(held_up).lease) == ("", None)
    for each in RELEASES:
        publish_to(held_up.inner, each)
        assert verify(Catalogue(held_up.inner)).intact


def test_who_is_interrupted_again_while_one_is_under_way_leaves_its_mark(held_up: HeldUp) -> None:
    with interrupted(2, held_up.begun), pytest.raises(KeyboardInterrupt):
        prune(Catalogue(held_up), 1, actor="me")
    assert held_up.inner.get(held_up.at), "it is still on its way"
    assert pointer(held_up).pruning.startswith("me")
    assert not is_free_elsewhere(held_up, datetime.now(UTC))
    held_up.go_on.set()
    let_helpers_end()
    assert is_free_elsewhere(held_up, datetime.now(UTC) + LEASE)
    prune(Catalogue(held_up.inner), 1, actor="them", take_over=True)
    assert verify(Catalogue(held_up.inner)).discrepancies == ()


class WrittenLate(CountingStore):
    """A store on the way to which a write of one key is held up, that of a helper."""

    def __init__(self, inner: ObjectStore, is_held: Callable[[str], bool]) -> None:
        super().__init__(inner)
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._is_held = is_held
        self._first = threading.Lock()

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        if self._is_held(key):
            if threading.current_thread() is threading.main_thread():
                self.begun.wait(patience())
            elif self._first.acquire(blocking=False):
                self.begun.set()
                self.go_on.wait(patience())
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("kind", [OBJECTS, "receipts/"])
def test_a_publish_that_is_interrupted_while_it_writes_is_completed_and_overwrites_nothing_later(
    directory: DirectoryStore, kind: str, times: int
) -> None:
    publish_to(directory, samples.release("first"))
    store = WrittenLate(directory, lambda key: key.startswith(kind))
    with interrupted(times, store.begun, then=store.go_on.set if times == 1 else lambda: None):
        with pytest.raises(KeyboardInterrupt):
            publish_to(store, samples.release("second"))
        assert times == 2 or store.go_on.is_set(), "it has waited for what was under way"
    publish_to(directory, samples.release("second"))
    assert verify(Catalogue(directory)).discrepancies == ()
    publish_to(directory, samples.release("third"))
    store.go_on.set()
    let_helpers_end()
    assert pointer(directory).release == samples.release("third").id
    assert verify(Catalogue(directory)).discrepancies == ()


def test_when_the_lease_has_been_given_up_nothing_begins_any_more(store: ObjectStore) -> None:
    """Who is interrupted again does not wait for those who have yet to send what they are about to."""
    store.put("a/b.txt", b"content")
    tries = Tries()
    assert tries.end()
    with pytest.raises(TooLateError):
        store.delete("a/b.txt", tries=tries)
    assert store.get("a/b.txt")


# --- tried again --------------------------------------------------------------------------------------------

DENIED = Fault(Kind.STATUS, 403)
PAGE = Fault(Kind.INSTEAD, 403, headers=(("Content-Type", "text/html"),), body=b"<html>Log in</html>")


def in_turn(*faults: Fault | None) -> Callable[[Request], Fault | None]:
    """What befalls the deletions, one after another; the last of them all that follow."""
    left: list[Fault | None] = [*faults]

    def rule(request: Request) -> Fault | None:
        if request.method != "DELETE":
            return None
        return left.pop(0) if len(left) > 1 else left[0]

    return rule


@pytest.mark.parametrize(
    ("faults", "answered"),
    [
        ([None], True),
        ([DENIED], True),
        ([Fault(Kind.STATUS, 503, code="SlowDown"), None], True),
        ([Fault(Kind.STATUS, 409, code="OperationAborted")], True),
        ([Fault(Kind.STRIPPED, 200), None], True),
        ([Fault(Kind.STATUS, 404)], False),
        ([Fault(Kind.STATUS, 500), None], False),
        ([Fault(Kind.INSTEAD, 504), None], False),
        ([Fault(Kind.DROP), None], False),
        ([Fault(Kind.LOSE_ANSWER), None], False),
        ([Fault(Kind.LOSE_ANSWER), DENIED], False),
        ([Fault(Kind.LOSE_ANSWER), Fault(Kind.STATUS, 503, code="SlowDown"), None], False),
        ([Fault(Kind.LOSE_ANSWER)], False),
        ([PAGE], False),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else str(value),
)
def test_only_what_the_server_itself_has_said_of_every_try_is_an_answer(
    proxy: FaultProxy, faults: Sequence[Fault | None], answered: bool
) -> None:
    store = BucketStore.connect(BucketTarget(make_bucket()), attempts=3)
    store.put("a/b.txt", b"content")
    proxy.reset(in_turn(*faults))
    tries = Tries()
    with suppress(StoreError):
        store.delete("a/b.txt", tries=tries)
    assert tries.end() is answered


def test_where_conditions_are_unheard_of_each_of_both_tries_is_answered(proxy: FaultProxy) -> None:
    store = BucketStore.connect(BucketTarget(make_bucket()), attempts=1)
    etag = store.put("a/b.txt", b"content")
    assert etag
    proxy.reset(in_turn(Fault(Kind.STATUS, 501, code="NotImplemented"), None))
    tries = Tries()
    assert store.delete("a/b.txt", if_match=etag, tries=tries)
    assert tries.end()
    assert store.get("a/b.txt") is None


def test_what_could_not_be_sent_needs_no_answer(bucket: BucketStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultProxy("http://127.0.0.1:1") as nobody:
        use_server(monkeypatch, nobody.url)
        store = BucketStore.connect(bucket.target, attempts=2)
    tries = Tries()
    with pytest.raises(UnreachableError):
        store.delete("a/b.txt", tries=tries)
    assert tries.end()


@pytest.fixture
def behind(proxy: FaultProxy) -> BucketStore:
    """A bucket with three releases, behind the proxy."""
    store = BucketStore.connect(BucketTarget(make_bucket()))
    for each in RELEASES:
        publish_to(store, each)
    return store


def test_a_try_that_was_not_answered_counts_whatever_the_next_one_is_told(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    proxy.reset(in_turn(Fault(Kind.LOSE_ANSWER), DENIED))
    with pytest.raises(DeniedError):
        prune(Catalogue(behind), 1, actor="me")
    proxy.reset()
    assert pointer(behind).pruning.startswith("me")
    assert not is_free_elsewhere(behind, datetime.now(UTC))


def test_a_prune_that_ends_with_one_says_until_when_others_wait(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    proxy.reset(in_turn(Fault(Kind.LOSE_ANSWER), None))
    plan = prune(Catalogue(behind), 1, actor="me")
    proxy.reset()
    lease = pointer(behind).lease
    assert lease
    assert plan.held_until == lease.until
    assert Catalogue(behind).releases() == [RELEASES[-1].id], "it has done all the same what it was to do"
    assert not is_free_elsewhere(behind, datetime.now(UTC))
    assert is_free_elsewhere(behind, datetime.fromisoformat(lease.until))
    publish_to(behind, RELEASES[0])
    assert not prune(Catalogue(behind), 1, actor="me").held_until
    assert verify(Catalogue(behind)).discrepancies == ()


def test_whose_lease_was_taken_over_before_it_is_left_is_told_so(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    taken_over = threading.Event()

    class Overtaken(CountingStore):
        """Somebody takes it over as soon as its last listing has been answered."""

        def list(self, prefix: str) -> Iterator[ListedObject]:
            found = [*super().list(prefix)]
            if behind_deletes() and not taken_over.is_set():
                taken_over.set()
                prune(Catalogue(behind), 1, actor="them", take_over=True)
            return iter(found)

    def behind_deletes() -> bool:
        return any(request.method == "DELETE" for request in proxy.requests)

    proxy.reset(in_turn(Fault(Kind.LOSE_ANSWER), None))
    with pytest.raises(ConflictError, match="has taken over"):
        prune(Catalogue(Overtaken(behind)), 1, actor="me")


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["", "json"])
def test_the_command_says_it(
    behind: BucketStore, proxy: FaultProxy, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    proxy.reset(in_turn(Fault(Kind.LOSE_ANSWER), None))
    assert run(["prune", str(behind.target), "--keep", "1", "--yes", *words]) == 0
    proxy.reset()
    said, lease = capsys.readouterr().out, pointer(behind).lease
    assert lease
    if words:
        assert json.loads(said)["held_until"] == lease.until
    else:
        assert f"may yet arrive. Other machines can publish after {lease.until}." in " ".join(said.split())
