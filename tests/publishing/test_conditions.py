"""Servers that do not heed the conditions of writes, and answers that no server should give."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.core.release import Release
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import ConflictError
from app.publishing.probe import BODY, require_conditions
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.faults import DeniedError, StoreError, UnreachableError
from bbws_templates.layout import is_object
from bbws_templates.reader import StoredObject
from bbws_templates.target import BucketTarget
from tests.publishing import samples
from tests.publishing.conftest import make_bucket, use_server
from tests.publishing.counting import CountingStore, Lax, Once
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, Rule, at
from tests.publishing.samples import NAMES, go_back, publish_to
from tests.publishing.snapshot import Snapshot
from tests.publishing.test_publish import contents


def release(text: str) -> Release:
    return samples.release(text, names=NAMES[:1])


@pytest.fixture(scope="module")
def proxy(s3_server: str) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def two(s3_server: str) -> Snapshot:
    """What a bucket with two releases holds."""
    with pytest.MonkeyPatch.context() as patch:
        use_server(patch, s3_server)
        store = BucketStore.connect(BucketTarget(make_bucket(), "mail/"))
        publish_to(store, release("first"))
        publish_to(store, release("second"))
    return Snapshot(store.target)


@pytest.fixture
def filled(aws: str, two: Snapshot) -> BucketStore:
    """A bucket with two releases."""
    two.restore()
    return BucketStore.connect(two.target)


@pytest.fixture
def behind(filled: BucketStore, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> BucketStore:
    """The same as it is reached through the proxy."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    proxy.reset()
    return BucketStore.connect(filled.target, attempts=1)


def ignoring(header: str) -> Rule:
    return lambda request: Fault(Kind.FORGET, forgotten=(header,)) if request.method == "PUT" else None


def refusing(header: str) -> Rule:
    """As Ceph RGW does: a quoted ETag never matches."""
    fault = Fault(Kind.STATUS, 412)
    return lambda request: fault if request.method == "PUT" and header in request.conditions else None


def ceph_with_versions(request: Request) -> Fault | None:
    return refusing("If-Match")(request) or ignoring("If-None-Match")(request)


SERVERS = {
    "ignores If-Match": (ignoring("If-Match"), "ignores If-Match on writes"),
    "ignores If-None-Match": (ignoring("If-None-Match"), "ignores If-None-Match on writes"),
    "refuses If-Match": (refusing("If-Match"), "refuses If-Match even with the ETag that the object has"),
    "does both": (ceph_with_versions, "ignores If-None-Match on writes"),
}
COMMANDS: dict[str, Callable[[ObjectStore], object]] = {
    "publish": lambda store: publish_to(store, release("third")),
    "repair": lambda store: publish_to(store, release("second"), repair=True),
    "rollback": go_back,
    "prune": lambda store: prune(Catalogue(store), 1, actor="me"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("server", SERVERS)
def test_each_command_that_changes_a_target_names_the_condition_and_changes_nothing(
    filled: BucketStore, behind: BucketStore, proxy: FaultProxy, server: str, command: str
) -> None:
    before = contents(filled)
    rule, words = SERVERS[server]
    proxy.reset(rule)
    with pytest.raises(StoreError, match=rf"{words}.*--allow-unconditional"):
        COMMANDS[command](behind)
    assert contents(filled) == before


@pytest.mark.parametrize("server", SERVERS)
def test_the_first_publish_to_it_is_refused_as_well(
    bucket: BucketStore, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    rule, words = SERVERS[server]
    proxy.reset(rule)
    with pytest.raises(StoreError, match=words):
        publish_to(BucketStore.connect(bucket.target, attempts=1), release("first"))
    proxy.reset()
    assert [*contents(bucket)] == [".probe.txt"]


def test_it_can_be_published_to_by_whoever_accepts_that(behind: BucketStore, proxy: FaultProxy) -> None:
    proxy.reset(SERVERS["refuses If-Match"][0])
    lax = BucketStore(behind.client, replace(behind.target, unconditional=True))
    publish_to(lax, release("third"))
    go_back(lax)
    prune(Catalogue(lax), 1, actor="me")
    assert not [request for request in proxy.requests if request.path.endswith("probe.txt")]
    assert verify(Catalogue(lax)).discrepancies == ()


def test_a_server_that_heeds_them_is_asked_three_times_and_the_object_is_known(
    filled: BucketStore, behind: BucketStore, proxy: FaultProxy
) -> None:
    publish_to(behind, release("third"))
    asked = [request for request in proxy.requests if request.path.endswith("/.probe.txt")]
    assert [request.method for request in asked] == ["PUT"] * 3
    assert verify(Catalogue(filled)).discrepancies == ()


def test_one_whose_etags_nobody_can_tell_beforehand_is_asked_for_it(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    require_conditions(behind.client, behind.target, etag='"as another kind of encryption has it"')
    assert [request.method for request in proxy.requests] == ["PUT"] * 3 + ["GET", "PUT"]


def test_one_false_answer_condemns_no_server(behind: BucketStore, proxy: FaultProxy) -> None:
    faults = (Fault(Kind.STATUS, 412), Fault(Kind.STATUS, 404))
    for etag in ("", behind.etag_for(BODY)):
        for number, fault in itertools.product(range(1, 6), faults):
            proxy.reset(at(number, fault))
            remedy = ""
            try:
                require_conditions(behind.client, behind.target, etag=etag)
            except StoreError as error:  # when it is the object itself that seems to be gone
                remedy = error.remedy
            assert "--allow-unconditional" not in remedy


def test_several_may_try_it_out_at_the_same_moment(bucket: BucketStore) -> None:
    barrier = threading.Barrier(8)

    def ask(number: int) -> None:
        barrier.wait()
        require_conditions(bucket.client, bucket.target, etag=bucket.etag_for(BODY) if number % 2 else "")

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(ask, range(8))] == [None] * 8


def test_what_was_written_there_is_read_as_somebody_else_may_have_written_over_it(
    directory: DirectoryStore,
) -> None:
    class Overwritten(Lax):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
            if key == f"{NAMES[0]}.html" and self.written().count(key) == 1:
                directory.put(key, b"theirs")
            return etag

    publish_to(Overwritten(directory), release("first"))
    assert verify(Catalogue(directory)).discrepancies == ()


# --- answers that are wrong --------------------------------------------------------------------------------


def of_the_pointer(method: str, fault: Fault, *, times: int = 1000) -> Rule:
    hits: list[Request] = []

    def rule(request: Request) -> Fault | None:
        if request.method != method or not request.path.endswith("/current.json") or len(hits) == times:
            return None
        hits.append(request)
        return fault

    return rule


def test_a_pointer_that_seems_not_to_be_there_is_not_said_to_have_been_moved_by_somebody(
    filled: BucketStore, behind: BucketStore, proxy: FaultProxy
) -> None:
    proxy.reset(of_the_pointer("GET", Fault(Kind.STATUS, 404), times=2))
    with pytest.raises(ConflictError, match=r"seemed to hold no current\.json .* and holds one now"):
        publish_to(behind, release("third"))
    assert verify(Catalogue(filled)).intact


def test_unchanged_is_no_answer_to_who_has_nothing_yet(behind: BucketStore, proxy: FaultProxy) -> None:
    proxy.reset(of_the_pointer("GET", Fault(Kind.STATUS, 304, code="NotModified")))
    for command in COMMANDS.values():
        with pytest.raises(UnreachableError, match=r"unchanged, and was not asked that \(304\)"):
            command(behind)


@pytest.mark.parametrize("status", [412, 404])
def test_a_write_that_is_refused_for_no_reason_is_not_called_a_conflict(
    filled: BucketStore, behind: BucketStore, proxy: FaultProxy, status: int
) -> None:
    before = filled.get("current.json")
    for name in ("publish", "rollback", "prune"):
        proxy.reset(of_the_pointer("PUT", Fault(Kind.STATUS, status)))
        with pytest.raises(StoreError, match=r"refuses to write current\.json, as .* the very ETag"):
            COMMANDS[name](behind)
    assert filled.get("current.json") == before


class PrunedWhileReadBack(CountingStore):
    """Somebody prunes to one release as soon as what is there has been looked at."""

    def __init__(self, inner: ObjectStore, actor: str) -> None:
        super().__init__(inner)
        self.pruned = Once(lambda: prune(Catalogue(inner), 1, actor=actor))

    def get(self, key: str) -> StoredObject | None:
        if ("look", "") in self.requests:
            self.pruned()
        return super().get(key)


def test_a_publish_that_loses_to_a_prune_says_so(store: ObjectStore) -> None:
    publish_to(store, release("first"))
    publish_to(store, release("second"))
    with pytest.raises(ConflictError, match=r"Somebody pruned .* meanwhile.*Nothing of yours was activated"):
        publish_to(PrunedWhileReadBack(store, "them"), release("first"))
    publish_to(store, release("first"))
    prune(Catalogue(store), 1, actor="me")
    assert verify(Catalogue(store)).discrepancies == ()


@pytest.mark.parametrize("is_denied", [False, True])
def test_one_that_finds_its_files_gone_and_cannot_mend_them_says_so_too(
    directory: DirectoryStore, is_denied: bool
) -> None:
    store = directory
    publish_to(store, release("first"))
    publish_to(store, release("second"))

    class Unmendable(PrunedWhileReadBack):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if self.pruned.done and is_denied:
                raise DeniedError("Only the pruner may.")
            if self.pruned.done:
                return '"never stored"'
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    with pytest.raises(ConflictError, match=r"Somebody pruned .* meanwhile"):
        publish_to(Unmendable(store, "them"), release("first"))
    publish_to(store, release("first"))
    assert verify(Catalogue(store)).intact


@pytest.mark.parametrize("is_denied", [False, True])
def test_a_prune_that_begins_when_something_is_to_be_mended_explains_that_it_cannot_be(
    directory: DirectoryStore, is_denied: bool
) -> None:
    wanted = release("first")
    publish_to(directory, wanted)
    publish_to(directory, release("second"))
    lost = next(key for key in Catalogue.keys(wanted.manifest).values() if is_object(key))
    directory.delete(lost)

    class PrunedWhileMending(CountingStore):
        def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
            if key != lost:
                return super().put(key, body, if_match=if_match, if_absent=if_absent)
            if ("put", lost) in self.requests:
                prune(Catalogue(directory), 1, actor="them")
                if is_denied:
                    raise DeniedError("Only the pruner may.")
            self.requests.append(("put", key))
            return '"never stored"'

    with pytest.raises(ConflictError, match=r"Somebody pruned .* meanwhile"):
        publish_to(PrunedWhileMending(directory), wanted)
