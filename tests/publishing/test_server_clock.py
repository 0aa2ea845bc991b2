"""The time of a lease where the clocks of two machines differ: that of the server, which both of them ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.clock import ClockOffset, iso, utc_now
from app.publishing.errors import ConflictError
from app.publishing.lease import LEASE, SKEW, PruneLease, lift_dead_mark
from app.publishing.pruning import prune
from bbws_templates.layout import POINTER
from bbws_templates.pointer import Lease, Pointer, parse_pointer
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.counting import CountingStore
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Rule, at
from tests.publishing.samples import go_back, publish_to, release

OFF = timedelta(minutes=14)
"""As much as S3 itself lets pass, and more than what two clocks may differ by."""

WRONG = timedelta(minutes=15, seconds=30)
"""More than two machines that S3 lets pass are apart from it, and too little to be taken for nonsense."""

_MADE = 1_767_614_400.0  # 2026-01-05, noon
_NOON = "Mon, 05 Jan 2026 12:00:00 GMT"


def publish_second(store: BucketStore) -> None:
    publish_to(store, release("second"))


def dated(ahead: timedelta) -> Fault:
    """An answer that says a time so much ahead of this machine's."""
    date = format_datetime((utc_now() + ahead).replace(microsecond=0), usegmt=True)
    return Fault(Kind.STRIPPED, headers=(("Date", date),))


def set_server(proxy: FaultProxy, ahead: timedelta) -> None:
    """From now on the server's clock is so much ahead of this machine's."""
    proxy.reset(lambda _: dated(ahead))


def mark(bucket: BucketTarget, until: datetime) -> Pointer:
    """Somebody elsewhere prunes, until that moment unless it takes longer; the pointer that says so."""
    store = BucketStore.connect(bucket)
    found = Catalogue(store).standing()
    assert found
    lease = Lease("theirs", iso(until), "elsewhere/1/1")
    pointer = replace(found.pointer, pruning="them (since then)", lease=lease)
    store.put(POINTER, pointer.to_bytes())
    return pointer


def hear(catalogue: Catalogue) -> None:
    """What a command has read before it decides by the server's clock, or more."""
    for _ in range(3):
        assert catalogue.standing()


@pytest.mark.parametrize("off", [OFF, -OFF], ids=["slow", "fast"])
def test_a_lease_ends_when_the_server_says_so_whatever_its_holder_takes_the_time_for(
    aws: str, proxy: FaultProxy, off: timedelta
) -> None:
    bucket = BucketTarget(make_bucket())
    publish_to(BucketStore.connect(bucket), release("first"))
    catalogue = Catalogue(BucketStore.connect(bucket))
    set_server(proxy, off)
    hear(catalogue)
    now = [utc_now()]
    with PruneLease.taken(catalogue, "me", clock=lambda: now[0]) as lease:
        for _ in ("taken", "renewed"):
            found = catalogue.standing()
            assert found
            assert found.pointer.lease
            until = datetime.fromisoformat(found.pointer.lease.until)
            assert abs(until - (now[0] + off + LEASE)) < SKEW
            assert lease.has_time()
            now[0] += LEASE
            lease.check()


def test_whoever_looks_at_a_lease_goes_by_the_server_as_well(aws: str, proxy: FaultProxy) -> None:
    bucket = BucketTarget(make_bucket())
    publish_to(BucketStore.connect(bucket), release("first"))
    with PruneLease.taken(Catalogue(BucketStore.connect(bucket)), "them"):
        fast = LEASE + timedelta(seconds=30)
        set_server(proxy, -fast)
        mine = Catalogue(BucketStore.connect(bucket))
        with pytest.raises(ConflictError, match=r"them .* is pruning"):
            lift_dead_mark(mine, mine.standing(), lambda: utc_now() + fast)


@pytest.mark.parametrize(
    ("headers", "asked", "came", "ahead"),
    [
        ({"date": _NOON}, 0.2, 0.9, 0.0),
        ({"date": _NOON}, -30.0, 40.0, 0.0),  # when it was given, nobody knows
        ({"date": _NOON}, -600.0, -599.0, 599.0),
        ({"date": _NOON}, 599.0, 600.0, -598.0),
        ({"date": _NOON, "age": "600"}, 599.0, 600.0, 0.0),
        ({"date": "Mon, 05 Jan 2026 12:00:00 -0000"}, -600.0, -599.0, 0.0),
        ({"date": "Mon, 05 Jan 2026 12:17:00 GMT"}, 0.2, 0.9, 0.0),  # with that S3 would have refused it
        ({"date": f"Mon, 05 Jan 2026 12:00:00 +{'9' * 20}"}, -600.0, -599.0, 0.0),
        ({"date": "noon"}, -600.0, -599.0, 0.0),
        ({}, -600.0, -599.0, 0.0),
    ],
)
def test_only_what_an_answer_proves_is_a_difference(
    aws: str,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    asked: float,
    came: float,
    ahead: float,
) -> None:
    store = BucketStore.connect(BucketTarget("nowhere"))
    events, now = store.client.meta.events, [0.0]
    monkeypatch.setattr(time, "time", lambda: _MADE + now[0])
    now[0] = asked
    events.emit("before-send.s3.GetObject", request=None)
    now[0] = came
    answer = {"ResponseMetadata": {"HTTPHeaders": headers}}
    for _ in range(3):
        events.emit("response-received.s3.GetObject", parsed_response=answer)
    assert store.ahead.least.total_seconds() == pytest.approx(ahead)
    assert store.ahead.most.total_seconds() == pytest.approx(ahead)


def test_an_answer_to_what_was_asked_before_anybody_listened_tells_nothing(aws: str) -> None:
    store = BucketStore.connect(BucketTarget("nowhere"))
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": _NOON}}}
    store.client.meta.events.emit("response-received.s3.GetObject", parsed_response=answer)
    assert store.ahead == ClockOffset()


@pytest.mark.parametrize("wrong", [WRONG, -WRONG], ids=["ahead", "behind"])
@pytest.mark.parametrize("answers", [1, 2])
def test_a_server_that_has_hardly_been_heard_is_not_relied_on(
    aws: str, monkeypatch: pytest.MonkeyPatch, wrong: timedelta, answers: int
) -> None:
    store = BucketStore.connect(BucketTarget("nowhere"))
    told(store, monkeypatch, [wrong] * answers)
    assert store.ahead.least <= timedelta() <= store.ahead.most


@pytest.mark.parametrize("off", [OFF, timedelta(), -OFF])
def test_a_wrong_answer_among_right_ones_is_careful_both_ways_and_is_forgotten(
    aws: str, monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    """Nobody's time is over by it; and whoever waits for that does not do so for ever."""
    store = BucketStore.connect(BucketTarget("nowhere"))
    for wrong in (WRONG, -WRONG):
        told(store, monkeypatch, [wrong, off])
        assert store.ahead.least <= off <= store.ahead.most
        told(store, monkeypatch, [off, off, wrong])
        assert store.ahead.least <= off <= store.ahead.most
    told(store, monkeypatch, [off] * 32)
    assert store.ahead == ClockOffset(off, off)


def told(store: BucketStore, monkeypatch: pytest.MonkeyPatch, offsets: list[timedelta]) -> None:
    """``store`` hears of the time so often, each time so much ahead of this machine's."""
    events = store.client.meta.events
    monkeypatch.setattr(time, "time", lambda: _MADE)
    for offset in offsets:
        # An answer is given in the second that it names: at its beginning, or right before its end.
        named = datetime.fromtimestamp(_MADE, UTC) + offset - timedelta(seconds=offset < timedelta())
        answer = {"ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(named, usegmt=True)}}}
        events.emit("before-send.s3.GetObject", request=None)
        events.emit("response-received.s3.GetObject", parsed_response=answer)


# --- one wrong answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [publish_second, go_back], ids=["publish", "rollback"])
def test_no_wrong_time_in_one_answer_ends_a_prune_that_is_alive(
    aws: str, proxy: FaultProxy, command: Callable[[BucketStore], object]
) -> None:
    """Whichever answer it is; nor do two servers of three whose clocks are wrong."""
    bucket = BucketTarget(make_bucket())
    for text in ("older", "old"):
        publish_to(BucketStore.connect(bucket), release(text))
    pointer = mark(bucket, utc_now() + OFF)

    def refused(rule: Rule) -> int:
        proxy.reset(rule)
        with pytest.raises(ConflictError, match=r"them .* is pruning"):
            command(BucketStore.connect(bucket))
        count = len(proxy.requests)
        proxy.reset()
        found = Catalogue(BucketStore.connect(bucket)).standing()
        assert found
        assert found.pointer == pointer
        return count

    count = refused(lambda _: None)
    for number in range(1, count + 1):
        refused(at(number, dated(WRONG)))
    refused(lambda request: dated(WRONG) if request.number % 3 else None)


def test_no_wrong_time_in_one_answer_shortens_the_time_that_a_prune_has(aws: str, proxy: FaultProxy) -> None:
    bucket = BucketTarget(make_bucket())
    publish_to(BucketStore.connect(bucket), release("first"))

    def taken(rule: Rule) -> tuple[int, timedelta]:
        """At which request the lease was written, and for how long."""
        written: list[tuple[int, timedelta]] = []

        class Marking(CountingStore):
            def put(
                self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False
            ) -> str | None:
                if key == POINTER and (lease := parse_pointer(body).lease):
                    left = datetime.fromisoformat(lease.until) - utc_now()
                    written.append((len(proxy.requests), left))
                return super().put(key, body, if_match=if_match, if_absent=if_absent)

        proxy.reset(rule)
        prune(Catalogue(Marking(BucketStore.connect(bucket))), actor="me")
        return written[0]

    count, _ = taken(lambda _: None)
    for number in range(1, count + 1):
        for wrong in (-WRONG, WRONG):
            _, left = taken(at(number, dated(wrong)))
            assert LEASE - SKEW < left < LEASE + WRONG + SKEW


def test_a_machine_whose_clock_is_slow_need_not_wait_for_longer_than_others(
    aws: str, proxy: FaultProxy
) -> None:
    """By the server, the prune has ended a moment ago; by this machine's own clock it has 14 minutes left."""
    bucket = BucketTarget(make_bucket())
    publish_to(BucketStore.connect(bucket), release("old"))
    mark(bucket, utc_now() + OFF - timedelta(seconds=30))
    set_server(proxy, OFF)
    publish_second(BucketStore.connect(bucket))
    proxy.reset()
    found = Catalogue(BucketStore.connect(bucket)).standing()
    assert found
    assert found.pointer.release == release("second").id
