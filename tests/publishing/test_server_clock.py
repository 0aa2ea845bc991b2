"""The time of a lease where the clocks of two machines differ: that of the server, which both of them ask."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.clock import utc_now
from app.publishing.errors import ConflictError
from app.publishing.lease import LEASE, SKEW, PruneLease, lift_dead_mark
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request
from tests.publishing.samples import publish_to, release

OFF = timedelta(minutes=14)
"""As much as S3 itself lets pass, and more than what two clocks may differ by."""

_MADE = 1_767_614_400.0  # 2026-01-05, noon
_NOON = "Mon, 05 Jan 2026 12:00:00 GMT"


def set_server(proxy: FaultProxy, ahead: timedelta) -> None:
    """From now on the server's clock is so much ahead of this machine's."""

    def told(_: Request) -> Fault:
        date = format_datetime((utc_now() + ahead).replace(microsecond=0), usegmt=True)
        return Fault(Kind.STRIPPED, headers=(("Date", date),))

    proxy.reset(told)


@pytest.mark.parametrize("off", [OFF, -OFF], ids=["slow", "fast"])
def test_a_lease_ends_when_the_server_says_so_whatever_its_holder_takes_the_time_for(
    aws: str, proxy: FaultProxy, off: timedelta
) -> None:
    bucket = BucketTarget(make_bucket())
    publish_to(BucketStore.connect(bucket), release("first"))
    catalogue = Catalogue(BucketStore.connect(bucket))
    set_server(proxy, off)
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
    events.emit("response-received.s3.GetObject", parsed_response=answer)
    assert store.ahead.total_seconds() == pytest.approx(ahead)


def test_an_answer_to_what_was_asked_before_anybody_listened_tells_nothing(aws: str) -> None:
    store = BucketStore.connect(BucketTarget("nowhere"))
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": _NOON}}}
    store.client.meta.events.emit("response-received.s3.GetObject", parsed_response=answer)
    assert store.ahead == timedelta()
