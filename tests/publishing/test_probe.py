"""Trying out the conditions of a server: what its answers may be like, and what does not condemn it.

What commands make of a server that does not heed them is in `test_conditions`.
"""

from __future__ import annotations

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.verification import verify
from bbws_templates.faults import StoreError, UnreachableError
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, Rule
from tests.publishing.samples import publish_to, release


@pytest.fixture
def behind(bucket: BucketStore, proxy: FaultProxy) -> BucketStore:
    """The bucket, reached through the proxy in a single try."""
    return BucketStore.connect(bucket.target, attempts=1)


@pytest.mark.parametrize(
    ("status", "words"), [(404, "seems not to be there"), (403, "is denied"), (500, "busy or broken")]
)
def test_a_probe_that_cannot_be_read_is_no_reason_to_condemn_the_server(
    behind: BucketStore, proxy: FaultProxy, status: int, words: str
) -> None:
    behind.require_conditions()
    right = with_the_right_etag(1)
    proxy.reset(lambda request: Fault(Kind.STATUS, status) if request.method == "GET" else right(request))
    with pytest.raises(StoreError, match=words):
        behind.require_conditions()


def with_the_right_etag(refusals: int) -> Rule:
    """Refuses the first so many writes of a probe that demand the ETag that it has.

    Before them come one that the object must be absent for, and one with a wrong ETag.
    """
    writes: list[Request] = []

    def rule(request: Request) -> Fault | None:
        if request.method != "PUT":
            return None
        writes.append(request)
        return Fault(Kind.STATUS, 412) if 2 < len(writes) <= 2 + refusals else None

    return rule


@pytest.mark.parametrize(("refusals", "accepted"), [(3, True), (4, False)])
def test_a_condition_that_holds_may_be_refused_a_few_times_by_accident(
    behind: BucketStore, proxy: FaultProxy, refusals: int, accepted: bool
) -> None:
    """Once with the ETag that was computed, and then with the one that it is said to have."""
    behind.require_conditions()
    proxy.reset(with_the_right_etag(refusals))
    if accepted:
        behind.require_conditions()
    else:
        with pytest.raises(StoreError, match="refuses If-Match even with the ETag that the object has"):
            behind.require_conditions()


def test_a_wrong_etag_is_tried_again_on_an_object_that_is_there(
    bucket: BucketStore, proxy: FaultProxy
) -> None:
    """One that is not there refuses it in any case: of a server that ignores it, this proves nothing."""
    tries: list[Request] = []

    def rule(request: Request) -> Fault | None:
        tries.extend([request] * ("If-Match" in request.conditions))
        return Fault(Kind.FORGET, forgotten=("If-Match",)) if len(tries) > 1 else None

    proxy.reset(rule)
    with pytest.raises(StoreError, match="ignores If-Match on writes"):
        BucketStore.connect(bucket.target, attempts=1).require_conditions()


@pytest.mark.parametrize(
    ("condition", "status", "words"),
    [
        ("If-None-Match", 404, "seems not to be there"),
        ("If-None-Match", 403, "is denied"),
        ("If-Match", 403, "is denied"),
    ],
)
def test_what_is_no_answer_to_a_condition_is_not_taken_for_a_refusal(
    behind: BucketStore, proxy: FaultProxy, condition: str, status: int, words: str
) -> None:
    """What is to be created cannot be missing, and whoever may not write has not been told of conditions."""
    behind.require_conditions()
    fault = Fault(Kind.STATUS, status)
    proxy.reset(lambda request: fault if condition in request.conditions else None)
    with pytest.raises(StoreError, match=words):
        behind.require_conditions()


def test_etags_that_only_the_answers_to_writes_make_weak_stop_nobody(
    bucket: BucketStore, behind: BucketStore, proxy: FaultProxy
) -> None:
    proxy.reset(lambda request: Fault(Kind.WEAKEN) if request.method == "PUT" else None)
    behind.require_conditions()
    publish_to(behind, release("first"))
    publish_to(behind, release("second"))
    assert verify(Catalogue(bucket)).discrepancies == ()


@pytest.mark.parametrize("times", [5, 1000])
def test_who_finds_the_object_written_by_others_each_time_is_not_refused_and_not_there_for_ever(
    behind: BucketStore, proxy: FaultProxy, times: int
) -> None:
    """Where ETags do not follow from content, each write gives the object another one."""
    asked: list[Request] = []

    def rule(request: Request) -> Fault | None:
        asked.append(request)
        if len(asked) > 2 * times:
            return None
        if request.method == "PUT":
            return Fault(Kind.STATUS, 412)
        return Fault(Kind.STRIPPED, headers=(("ETag", f'"{len(asked)}"'),))

    behind.require_conditions()
    proxy.reset(rule)
    if times == 5:
        behind.require_conditions()
    else:
        with pytest.raises(UnreachableError, match="is being written by too many others"):
            behind.require_conditions()
