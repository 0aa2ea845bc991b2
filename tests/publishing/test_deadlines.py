"""An answer that comes a byte at a time, for ever: every request of a publisher has an end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.deadlines import Deadlines
from app.publishing.errors import NoThreadError
from app.publishing.store import ObjectStore
from bbws_templates.faults import UnreachableError
from bbws_templates.target import BucketTarget
from tests.few_threads import spare
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, at, since
from tests.waiting import crowd, patience

HEAD = Kind.DRIP_HEAD  # also of the answer to a deletion, which has no body

REQUESTS: dict[str, Callable[[ObjectStore], object]] = {
    "get": lambda store: store.get("there"),
    "revalidate": lambda store: store.revalidate("there", '"another"'),
    "list": lambda store: [*store.list("")],
    "put": lambda store: store.put("new", b"new"),
    "delete": lambda store: store.delete("there"),
    "versioning": lambda store: store.require_versioning(),
    "conditions": lambda store: store.require_conditions(),
}


def hurried(seconds: float) -> BucketStore:
    """A store with an object, each of whose requests has so many seconds, and most of which wait longer."""
    store = BucketStore.connect(BucketTarget(make_bucket()), attempts=2, longest=patience())
    store.put("there", b"body")
    hurry(store, seconds)
    return store


def hurry(store: BucketStore, seconds: float) -> None:
    """Give each request that begins from now on so many seconds."""
    assert store._deadlines
    store._deadlines._seconds = seconds


@pytest.mark.parametrize("kind", [Kind.DRIP, HEAD], ids=lambda kind: kind.name)
def test_no_request_lasts_for_as_long_as_its_answer_drips(proxy: FaultProxy, kind: Kind) -> None:
    store = hurried(0.5 * crowd())
    requests = {name: request for name, request in REQUESTS.items() if name != "delete" or kind is HEAD}
    with ThreadPoolExecutor(len(requests)) as pool:
        proxy.reset(since(1, Fault(kind)))
        asked = {name: pool.submit(request, store) for name, request in requests.items()}
        for name, answer in asked.items():
            with pytest.raises(UnreachableError, match="did not come to its end in") as found:
                answer.result(patience())
            assert str(store.target) in str(found.value), name
    proxy.wait_until_idle()
    proxy.reset()
    hurry(store, patience())
    assert store.put("last", b"last"), "and the store can be used on"


def test_what_others_ask_for_meanwhile_goes_on(proxy: FaultProxy) -> None:
    """Each thread has its own connection; one that was broken off is nobody's any more."""
    store = hurried(crowd())
    ended = threading.Event()

    def drip() -> None:
        with pytest.raises(UnreachableError):
            store.get("there")
        ended.set()

    def ask() -> int:
        asked = 0
        while not ended.wait(0.02) or not asked:
            assert store.get("there")
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        proxy.reset(at(1, Fault(Kind.DRIP)))
        dripping = pool.submit(drip)
        while not proxy.requests:
            ended.wait(0.01)
        hurry(store, patience())
        others = [pool.submit(ask) for _ in range(3)]
        dripping.result(patience())
        assert all(other.result(patience()) for other in others)


def test_one_thread_to_spare_is_enough(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a request may not have gone yet when the next one begins."""
    deadlines = Deadlines(BucketStore.connect(BucketTarget("nowhere")).client, patience())
    spare(monkeypatch, 1)
    monkeypatch.setattr("app.publishing.deadlines._PAUSES", (0.01,) * int(100 * patience()))
    asked = 0
    for _ in range(100):
        with deadlines.kept("here"):
            asked += 1
    assert asked == 100


def test_an_interruption_before_the_end_is_set_leaves_none_behind(
    aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this thread asks for next would count as a part of a request that has its end, and have none."""
    deadlines = Deadlines(BucketStore.connect(BucketTarget("nowhere")).client, patience())
    spare(monkeypatch, 0)
    pauses = iter([KeyboardInterrupt])

    def sleep(seconds: float) -> None:
        for interruption in pauses:
            raise interruption

    # Not the function itself, which any thread of another test may call.
    monkeypatch.setattr("app.publishing.deadlines.time", SimpleNamespace(sleep=sleep))
    with pytest.raises(KeyboardInterrupt), deadlines.kept("first"):
        pass
    with pytest.raises(NoThreadError, match="second is not asked"), deadlines.kept("second"):
        pass


def test_what_is_in_time_is_not_broken_off(proxy: FaultProxy) -> None:
    store = hurried(patience())
    for request in REQUESTS.values():
        request(store)
    assert store.put("new", b"newer", if_match='"wrong"') is None
    assert store.get("new")
