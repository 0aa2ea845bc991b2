"""A publish that is cut off, refused, slowed down or lied to at any of its requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from app.core.release import Release
from app.publishing.activation import stable_files
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.publisher import make_plan
from app.publishing.verification import verify
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import CredentialsError, DeniedError, StoreError
from bbws_templates.reader import StoredObject
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket, use_server
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, Rule, at, since
from tests.publishing.samples import publish_to, release
from tests.publishing.snapshot import Snapshot
from tests.waiting import patience


def noon() -> datetime:
    """One and the same moment, so that two publishes leave the same bytes."""
    return datetime(2026, 1, 5, 12, tzinfo=UTC)


OLD = release("old", names=("a/one",))
NEW = release("new", names=("a/one",))

MOMENTARY = [
    Fault(Kind.DROP),
    Fault(Kind.LOSE_ANSWER),
    Fault(Kind.TRUNCATE),
    Fault(Kind.LATE),
    Fault(Kind.STATUS, 500),
    Fault(Kind.STATUS, 503),
    Fault(Kind.STATUS, 412),
    Fault(Kind.STATUS, 403),
]
LASTING = [Fault(Kind.DROP), Fault(Kind.LOSE_ANSWER)]


class Arena:
    """A bucket reached through the proxy or directly, with ``old`` in it, or nothing, and ``NEW`` to come."""

    def __init__(self, proxy: FaultProxy, address: str, old: Release | None) -> None:
        self.proxy = proxy
        self.old = old.id if old else ""
        with pytest.MonkeyPatch.context() as patch:
            use_server(patch, address)
            self.direct = BucketStore.connect(BucketTarget(make_bucket()))
            patch.setenv("AWS_ENDPOINT_URL", proxy.url)
            self.impatient = self.connect(attempts=1, timeout=0.2)
            self.once = self.connect(attempts=1)
            self.retrying = self.connect(attempts=3)
        if old:
            publish_to(self.direct, old, clock=noon)
        self.start = Snapshot(self.direct.target)
        self._completed: set[frozenset[tuple[str, StoredObject]]] = set()

    def connect(self, *, attempts: int, timeout: float = 0.0) -> BucketStore:
        return BucketStore.connect(self.direct.target, timeout=timeout or patience(), attempts=attempts)

    def publish(self, rule: Rule, store: BucketStore | None = None) -> None:
        """Publish ``NEW`` over what there was at the start, while ``rule`` spoils requests."""
        self.start.restore()
        self.proxy.reset(rule)
        try:
            publish_to(store or self.once, NEW, clock=noon)
        finally:
            self.proxy.reset()

    def active(self) -> str:
        """The id of the active release, which is there whole, bit for bit; "" for none."""
        held = Catalogue(Snapshot(self.direct.target))
        standing = held.standing()
        return held.release(standing.pointer.release).id if standing else ""

    def complete(self, when: str, *, late: bool = False) -> None:
        """A second publish completes whatever a first one has left.

        Most faults leave one of a few states behind; what was shown of one need not be shown of it again,
        unless something ``late`` is still on its way to the server.
        """
        if not late:
            self.proxy.wait_until_idle()
        left = frozenset(Snapshot(self.direct.target).objects.items())
        if left in self._completed and not late:
            return
        publish_to(self.direct, NEW, clock=noon)
        self.proxy.wait_until_idle()
        self.assert_complete(when)
        self._completed.add(left)

    def assert_complete(self, when: str) -> None:
        """``NEW`` is active, whole, and behind every stable key; and nothing lies about."""
        held = Snapshot(self.direct.target)
        assert self.active() == NEW.id, when
        assert make_plan(Catalogue(held), NEW).nothing, when
        assert {key: held.objects[key].body for key in stable_files(NEW.bundle)} == stable_files(NEW.bundle)
        assert verify(Catalogue(held)).discrepancies == (), when

    def requests_of_a_publish(self) -> int:
        """How many an undisturbed publish makes."""
        numbers: list[int] = []
        self.publish(lambda request: numbers.append(request.number))
        self.assert_complete("undisturbed")
        assert len(numbers) > 12
        return len(numbers)


@pytest.fixture(scope="module")
def proxy(s3_server: str) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def arena(s3_server: str, proxy: FaultProxy) -> Arena:
    return Arena(proxy, s3_server, OLD)


@pytest.fixture(scope="module")
def total(arena: Arena) -> int:
    return arena.requests_of_a_publish()


def cut_off_at_each(arena: Arena, total: int, fault: Fault, stride: int = 1) -> None:
    for number in range(1, total + 1, stride):
        when = f"cut off at request {number}"
        with pytest.raises(StoreError):
            arena.publish(since(number, fault))
        assert arena.active() in (arena.old, NEW.id), when
        arena.complete(when)


@pytest.mark.parametrize("fault", LASTING, ids=str)
def test_cut_off_at_any_request_nothing_is_half_active_and_a_second_run_completes(
    arena: Arena, total: int, fault: Fault
) -> None:
    cut_off_at_each(arena, total, fault)


@pytest.mark.parametrize("fault", LASTING, ids=str)
def test_the_very_first_publish_may_be_cut_off_as_well(
    s3_server: str, proxy: FaultProxy, fault: Fault, thorough: bool
) -> None:
    empty = Arena(proxy, s3_server, None)
    cut_off_at_each(empty, empty.requests_of_a_publish(), fault, 1 if thorough else 3)


@pytest.mark.parametrize("fault", MOMENTARY, ids=str)
def test_any_one_spoilt_request_is_overcome_or_named_and_a_second_run_completes(
    arena: Arena, total: int, fault: Fault, thorough: bool
) -> None:
    """Each fault at every third request, so that each request is spoilt in two or three ways."""
    late = fault.kind is Kind.LATE
    first, stride = (1, 1) if thorough else (1 + MOMENTARY.index(fault) % 3, 3)
    for number in range(first, total + 1, stride):
        when = f"request {number}"
        # Whatever is raised is one of our errors: one line, no traceback.
        with suppress(BbwsTemplatesError):
            arena.publish(at(number, fault), arena.impatient if late else arena.once)
        assert arena.active() in (arena.old, NEW.id), when
        arena.complete(when, late=late)


@pytest.mark.parametrize(
    "fault", [Fault(Kind.DROP), Fault(Kind.LOSE_ANSWER), Fault(Kind.STATUS, 503)], ids=str
)
def test_with_its_retries_a_publish_does_not_even_notice(arena: Arena, fault: Fault) -> None:
    for part in ("manifest.json", "current.json", "a/one.html"):
        spoilt: list[Request] = []

        def once(request: Request, part: str = part, spoilt: list[Request] = spoilt) -> Fault | None:
            if spoilt or request.method != "PUT" or not request.path.endswith(part):
                return None
            spoilt.append(request)
            return fault

        arena.publish(once, arena.retrying)
        assert spoilt
        arena.assert_complete(part)


def test_credentials_that_expire_half_way_are_named_and_the_old_release_stands(
    arena: Arena, total: int
) -> None:
    for number in (1, total // 4, total // 2):
        with pytest.raises(CredentialsError, match=r"have expired\. Log in or assume the role again"):
            arena.publish(since(number, Fault(Kind.STATUS, 400)), arena.retrying)
        assert arena.active() == OLD.id
        arena.complete("with new credentials")


def test_a_denied_write_says_which_object_and_what_to_check(arena: Arena) -> None:
    def deny(request: Request) -> Fault | None:
        pointer = request.method == "PUT" and request.path.endswith("/current.json")
        return Fault(Kind.STATUS, 403) if pointer else None

    with pytest.raises(DeniedError, match=r"current\.json is denied \(PutObject\)\. Check the role's policy"):
        arena.publish(deny)
    assert arena.active() == OLD.id
