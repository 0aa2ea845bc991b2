"""A publish that is cut off, refused, slowed down or lied to at any of its requests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.core.release import Release
from app.publishing.activation import stable_files
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.publisher import make_plan
from app.publishing.verification import verify
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import CredentialsError, DeniedError, StoreError
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, at, since
from tests.publishing.samples import publish_to, release

NAMES = ("a/one",)

MOMENTARY = [
    Fault(Kind.DROP),
    Fault(Kind.LOSE_ANSWER),
    Fault(Kind.TRUNCATE),
    Fault(Kind.DELAY, seconds=0.8),
    Fault(Kind.STATUS, 500),
    Fault(Kind.STATUS, 503),
    Fault(Kind.STATUS, 412),
    Fault(Kind.STATUS, 403),
]
LASTING = [Fault(Kind.DROP), Fault(Kind.LOSE_ANSWER)]


@pytest.fixture
def proxy(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


class Arena:
    """A bucket reached through the proxy, with a release in it, and ever new ones to publish over it."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self._numbers = itertools.count(1)
        self._target = BucketTarget(make_bucket())
        self.reader = Catalogue(BucketStore.connect(self._target))
        publish_to(self.reader.store, self.another())

    def publisher(self, *, attempts: int) -> BucketStore:
        return BucketStore.connect(self._target, timeout=0.5, attempts=attempts)

    def another(self) -> Release:
        """A release that has not been published yet."""
        return release(f"release {next(self._numbers)}", names=NAMES)

    def requests_of_a_publish(self) -> int:
        self.proxy.reset()
        publish_to(self.reader.store, self.another())
        return len(self.proxy.requests)

    def active(self) -> str:
        """The id of the active release, which is there whole, bit for bit."""
        standing = self.reader.standing()
        assert standing
        return self.reader.release(standing.pointer.release).id

    def assert_complete(self, wanted: Release, when: str) -> None:
        """``wanted`` is active, whole, and behind every stable key."""
        assert self.active() == wanted.id, when
        assert make_plan(self.reader, wanted).nothing, when
        for key, body in stable_files(wanted.bundle).items():
            found = self.reader.store.get(key)
            assert found, when
            assert found.body == body, when


@pytest.fixture
def arena(proxy: FaultProxy) -> Arena:
    return Arena(proxy)


@pytest.mark.parametrize("fault", LASTING, ids=str)
def test_cut_off_at_any_request_nothing_is_half_active_and_a_second_run_completes(
    arena: Arena, fault: Fault
) -> None:
    total = arena.requests_of_a_publish()
    assert total > 20
    store = arena.publisher(attempts=1)
    outcomes = []
    for number in range(1, total + 1):
        when = f"cut off at request {number}"
        old, new = arena.active(), arena.another()
        arena.proxy.reset(since(number, fault))
        with pytest.raises(StoreError):
            publish_to(store, new)
        arena.proxy.reset()
        outcomes.append(arena.active())
        assert outcomes[-1] in (old, new.id), when
        publish_to(arena.reader.store, new)
        arena.assert_complete(new, when)
    assert verify(arena.reader).discrepancies == ()


@pytest.mark.parametrize("fault", MOMENTARY, ids=str)
def test_any_one_spoilt_request_is_overcome_or_named_and_a_second_run_completes(
    arena: Arena, fault: Fault
) -> None:
    total = arena.requests_of_a_publish()
    store = arena.publisher(attempts=1)
    for number in range(1, total + 1):
        when = f"request {number}"
        old, new = arena.active(), arena.another()
        arena.proxy.reset(at(number, fault))
        # Whatever is raised is one of our errors: one line, no traceback.
        with suppress(BbwsTemplatesError):
            publish_to(store, new)
        arena.proxy.reset()
        assert arena.active() in (old, new.id), when
        publish_to(arena.reader.store, new)
        arena.assert_complete(new, when)
    assert verify(arena.reader).intact


@pytest.mark.parametrize(
    "fault", [Fault(Kind.DROP), Fault(Kind.LOSE_ANSWER), Fault(Kind.STATUS, 503)], ids=str
)
def test_with_its_retries_a_publish_does_not_even_notice(arena: Arena, fault: Fault) -> None:
    store = arena.publisher(attempts=3)
    for part in ("manifest.json", "current.json", "a/one.html"):
        new = arena.another()
        spoilt: list[Request] = []

        def once(request: Request, part: str = part, spoilt: list[Request] = spoilt) -> Fault | None:
            if spoilt or request.method != "PUT" or not request.path.endswith(part):
                return None
            spoilt.append(request)
            return fault

        arena.proxy.reset(once)
        publish_to(store, new)
        arena.proxy.reset()
        assert spoilt
        arena.assert_complete(new, part)


def test_credentials_that_expire_half_way_are_named_and_the_old_release_stands(arena: Arena) -> None:
    old = arena.active()
    arena.proxy.reset(since(8, Fault(Kind.STATUS, 400)))
    with pytest.raises(CredentialsError, match=r"have expired\. Log in or assume the role again"):
        publish_to(arena.publisher(attempts=3), arena.another())
    arena.proxy.reset()
    assert arena.active() == old


def test_a_denied_write_says_which_object_and_what_to_check(arena: Arena) -> None:
    old = arena.active()

    def deny(request: Request) -> Fault | None:
        pointer = request.method == "PUT" and request.path.endswith("/current.json")
        return Fault(Kind.STATUS, 403) if pointer else None

    arena.proxy.reset(deny)
    with pytest.raises(DeniedError, match=r"current\.json is denied \(PutObject\)\. Check the role's policy"):
        publish_to(arena.publisher(attempts=1), arena.another())
    arena.proxy.reset()
    assert arena.active() == old
