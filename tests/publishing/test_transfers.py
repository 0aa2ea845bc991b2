"""What a publish asks of a target: how often, what is not read any more, and what is seen all the same."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from app.core.release import Provenance, Release, make_release
from app.publishing import bucket_store
from app.publishing.activation import stable_files
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.history import activations, archive
from app.publishing.store import ObjectStore, SeenObject, vouches
from app.publishing.verification import verify
from bbws_templates.digests import Digest
from bbws_templates.faults import DeniedError, StoreError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import PAGE
from bbws_templates.reader import StoredObject
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.counting import CountingStore, Keyed
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, Rule
from tests.publishing.samples import go_back, publish_to, source, template
from tests.waiting import patience

TWELVE = tuple(
    f"{folder}/{number}" for folder in ("invoices", "notifications", "receipts") for number in range(4)
)
CHANGED, UNCHANGED = PAIR = (TWELVE[0], TWELVE[-1])


def saying(text: str, names: tuple[str, ...] = PAIR) -> Release:
    """A release whose first template alone says ``text``."""
    texts = dict.fromkeys(names, "as ever") | {CHANGED: text}
    templates = [template(name, said) for name, said in texts.items()]
    return make_release(templates, {name: source(name, said) for name, said in texts.items()}, Provenance())


def unchanged_object() -> str:
    return f"objects/{Digest.of(source(UNCHANGED, 'as ever').encode()).hex}.html"


@pytest.fixture
def behind(bucket: BucketStore, proxy: FaultProxy) -> BucketStore:
    """The bucket, reached through the proxy; a release has been published to it."""
    publish_to(bucket, saying("first"))
    return BucketStore.connect(bucket.target, attempts=1)


def kinds(requests: list[Request]) -> dict[str, int]:
    """How many requests of each kind: a listing is a GET of the bucket itself."""
    return Counter("list" if "list-type" in request.path else request.method for request in requests)


# --- how many ---------------------------------------------------------------------------------------------


def test_one_changed_template_among_twelve_costs_nineteen_requests_and_none_costs_one(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    """The pointer, what it points to, the old source, versioning; then one look, and what was written."""
    publish_to(behind, saying("first", TWELVE), allow_breaking=True)
    proxy.reset()
    publish_to(behind, saying("second", TWELVE))
    assert kinds(proxy.requests) == {"GET": 8, "list": 1, "PUT": 10}
    assert verify(Catalogue(behind)).discrepancies == ()
    proxy.reset()
    publish_to(behind, saying("second", TWELVE))
    assert kinds(proxy.requests) == {"GET": 1}


def test_of_a_large_set_only_the_look_takes_more_requests_one_for_five_hundred_keys(
    behind: BucketStore, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve sources and their 24 stable keys, less those of the one that changed, ten keys at a time."""
    assert bucket_store._PART == 500, "S3 lists 1,000 at most, and other keys lie between"
    publish_to(behind, saying("first", TWELVE), allow_breaking=True)
    monkeypatch.setattr(bucket_store, "_PART", 10)
    proxy.reset()
    publish_to(behind, saying("second", TWELVE))
    assert kinds(proxy.requests) == {"GET": 8, "list": 4, "PUT": 10}
    proxy.reset()
    publish_to(behind, saying("second", TWELVE))
    assert kinds(proxy.requests) == {"GET": 1}


def test_what_is_asked_grows_with_what_changed_and_not_with_what_there_is(counted: CountingStore) -> None:
    for names in (TWELVE[:2], TWELVE):
        publish_to(counted, saying("first", names))
        counted.requests.clear()
        publish_to(counted, saying("second", names))
        # Here versioning is one call of the store, conditions another one, and so is the look.
        assert len(counted.requests) == 17


def test_a_repair_reads_everything(counted: CountingStore) -> None:
    publish_to(counted, saying("first"))
    counted.requests.clear()
    publish_to(counted, saying("first"), repair=True)
    read = {key for operation, key in counted.requests if operation == "get"}
    assert read >= {item.key for item in counted.inner.list("") if item.key != ".probe.txt"}


class Together(CountingStore):
    """Answers no first reading of what has such a key before so many are asked for at once."""

    def __init__(self, inner: ObjectStore, parties: int, *ends: str, under: str = "") -> None:
        super().__init__(inner)
        self._barrier = threading.Barrier(parties)
        self._ends, self._under = ends, under
        self._read: set[str] = set()  # what seems damaged is read twice, and alone

    def get(self, key: str) -> StoredObject | None:
        if key.startswith(self._under) and key.endswith(self._ends) and key not in self._read:
            self._read.add(key)
            self._barrier.wait(patience())
        return super().get(key)


def test_what_verify_and_repair_read_is_read_at_the_same_time(directory: DirectoryStore) -> None:
    """Twelve sources, then 24 stable keys: by fours, or nothing is ever answered."""
    publish_to(directory, saying("first", TWELVE))
    assert verify(Catalogue(Together(directory, 4, ".html", ".txt"))).intact
    publish_to(Together(directory, 4, ".html", ".txt"), saying("first", TWELVE), repair=True)


def test_all_pages_of_the_history_are_read_at_the_same_time(directory: DirectoryStore) -> None:
    """Four pages that name each other, and one that nothing refers to, which may hold anything."""
    publish_to(directory, saying("first"))
    standing = Catalogue(directory).standing()
    assert standing
    last = replace(standing.pointer.active, sequence=5 * PAGE + 1)
    entries = tuple(replace(last, sequence=number) for number in range(1, last.sequence))
    pointer = replace(standing.pointer, active=last)
    for first in range(0, 4 * PAGE, PAGE):
        pointer = archive(directory, replace(pointer, history=entries[first : first + 2 * PAGE]))
    directory.put(POINTER, pointer.to_bytes())
    directory.put(f"history/00000001-{PAGE:08}-{'0' * 16}.json", b"of a publisher that lost")
    together = Together(directory, 5, ".json", under="history/")
    assert verify(Catalogue(together)).discrepancies == ()
    assert [*activations(directory, pointer)] == [last, *reversed(entries)]


# --- what is seen -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"of another size", None, "of the same size"])
def test_damage_to_what_did_not_change_is_seen_and_mended(
    store: ObjectStore, damage: bytes | str | None
) -> None:
    publish_to(store, saying("first"))
    key = unchanged_object()
    body = source(UNCHANGED, "as ever").encode()
    if damage is None:
        store.delete(key)
    else:
        store.put(key, damage if isinstance(damage, bytes) else body.replace(b"ever", b"eVer"))
    done = publish_to(store, saying("second"))
    assert done.mended == (f"sources/{UNCHANGED}.html",)
    assert verify(Catalogue(store)).discrepancies == ()


@pytest.mark.parametrize("drifted", [b"drifted", None])
def test_a_stable_key_that_drifted_is_brought_in_line_by_a_publish_of_something_else(
    store: ObjectStore, drifted: bytes | None
) -> None:
    publish_to(store, saying("first"))
    key = f"{UNCHANGED}.txt"
    if drifted is None:
        store.delete(key)
    else:
        store.put(key, drifted)
    publish_to(store, saying("second"))
    assert verify(Catalogue(store)).discrepancies == ()


def test_what_was_uploaded_in_parts_is_read_as_its_etag_tells_nothing(bucket: BucketStore) -> None:
    publish_to(bucket, saying("first"))
    for key, body in (
        (unchanged_object(), source(UNCHANGED, "as ever").encode()),
        (f"{UNCHANGED}.txt", b"x"),
    ):
        _upload_in_parts(bucket, key, body)
        found = bucket.get(key)
        assert found
        assert found.etag.endswith('-1"')
    store = CountingStore(bucket)
    done = publish_to(store, saying("second"))
    assert ("get", unchanged_object()) in store.requests
    assert done.mended == ()
    assert verify(Catalogue(bucket)).discrepancies == ()


def _upload_in_parts(store: BucketStore, key: str, body: bytes) -> None:
    place: Any = {"Bucket": store.target.bucket, "Key": store.target.prefix + key}
    upload = store.client.create_multipart_upload(**place)["UploadId"]
    etag = store.client.upload_part(**place, UploadId=upload, PartNumber=1, Body=body)["ETag"]
    store.client.complete_multipart_upload(
        **place, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}
    )


def test_what_lies_in_an_archive_is_listed_and_yet_not_taken_for_readable(bucket: BucketStore) -> None:
    publish_to(bucket, saying("first"))
    place: Any = {"Bucket": bucket.target.bucket, "Key": bucket.target.prefix + unchanged_object()}
    bucket.client.put_object(**place, Body=source(UNCHANGED, "as ever").encode(), StorageClass="GLACIER")
    with pytest.raises(StoreError, match=unchanged_object()):
        publish_to(bucket, saying("second"))
    standing = Catalogue(bucket).standing()
    assert standing
    assert standing.pointer.release == saying("first").id


@pytest.mark.parametrize("seen", [None, SeenObject(5, '"x"'), SeenObject(4, ""), SeenObject(6, "")])
def test_what_is_not_seen_as_it_must_be_is_not_vouched_for(
    directory: DirectoryStore, seen: SeenObject | None
) -> None:
    """An ETag that is right beside a size that is wrong is one of another making."""
    right = SeenObject(5, directory.etag_for(b"bytes"))
    assert vouches(directory, right, b"bytes")
    assert not vouches(directory, replace(seen, etag=seen.etag or right.etag) if seen else None, b"bytes")


def test_where_etags_do_not_follow_from_content_everything_is_read(store: ObjectStore) -> None:
    publish_to(Keyed(store), saying("first"))
    store.put(unchanged_object(), b"damaged")
    store.put(f"{UNCHANGED}.txt", b"drifted")
    keyed = Keyed(store)
    done = publish_to(keyed, saying("second"))
    assert done.mended == (f"sources/{UNCHANGED}.html",)
    read = {key for operation, key in keyed.requests if operation == "get"}
    wanted = saying("second")
    assert read >= {*Catalogue.keys(wanted.manifest).values(), *stable_files(wanted.bundle)}
    written = [key for operation, key in keyed.requests if operation == "put" and key.endswith(".txt")]
    assert sorted(written) == [f"{CHANGED}.txt", f"{UNCHANGED}.txt"]
    assert verify(Catalogue(store)).discrepancies == ()


def test_who_activates_while_such_stable_keys_are_read_is_behind_them_in_the_end(
    directory: DirectoryStore,
) -> None:
    """They are read after the activation, so the pointer has to be looked at after them once more."""
    publish_to(directory, saying("first"))

    class Overtaken(Keyed):
        done = False

        def get(self, key: str) -> StoredObject | None:
            if key == f"{CHANGED}.html" and not self.done:
                self.done = True
                publish_to(directory, saying("theirs"))
            return super().get(key)

    overtaken = Overtaken(directory)
    done = publish_to(overtaken, saying("mine"))
    assert done.standing.pointer.release == saying("theirs").id
    written = [key for operation, key in overtaken.requests if operation == "put"]
    assert not {*stable_files(saying("mine").bundle)} & {*written}, "killed then, it would have left them so"
    assert verify(Catalogue(directory)).discrepancies == ()


def test_who_may_not_list_is_told_so_and_nothing_is_activated(behind: BucketStore, proxy: FaultProxy) -> None:
    def deny(request: Request) -> Fault | None:
        return Fault(Kind.STATUS, 403) if "list-type" in request.path else None

    proxy.reset(deny)
    with pytest.raises(DeniedError, match=r"is denied \(ListObjectsV2\)\. Check the role's policy"):
        publish_to(behind, saying("second"))
    proxy.reset()
    assert verify(Catalogue(behind)).intact


# --- a gateway that weakens ETags -------------------------------------------------------------------------


def weakening(since: str) -> Rule:
    """Makes ETags weak from the first write on, the path of which ends with ``since``."""
    begun: list[Request] = []

    def rule(request: Request) -> Fault | None:
        if request.method == "PUT" and request.path.endswith(since):
            begun.append(request)
        return Fault(Kind.WEAKEN) if begun else None

    return rule


def test_weak_etags_are_named_before_anything_is_written(behind: BucketStore, proxy: FaultProxy) -> None:
    proxy.reset(weakening(".probe.txt"))
    with pytest.raises(
        StoreError, match=r"refuses If-Match even with .* S3 has no weak ETags, and W/\"\w+\" is"
    ):
        publish_to(behind, saying("second"))
    assert {request.path.rpartition("/")[2] for request in proxy.requests if request.method == "PUT"} == {
        ".probe.txt"
    }


@pytest.mark.parametrize("since", ["manifest.json", "current.json"])
def test_a_gateway_that_begins_later_is_named_and_nobody_else_is_blamed(
    bucket: BucketStore, behind: BucketStore, proxy: FaultProxy, since: str
) -> None:
    proxy.reset(weakening(since))
    with pytest.raises(StoreError, match=r"refuses to write .* S3 has no weak ETags.* activated is active"):
        publish_to(behind, saying("second"))
    proxy.reset()
    publish_to(behind, saying("second"))
    assert verify(Catalogue(bucket)).discrepancies == ()


def test_a_drifted_key_is_mended_behind_such_a_gateway_or_the_gateway_is_named(
    bucket: BucketStore, behind: BucketStore, proxy: FaultProxy
) -> None:
    bucket.put(f"{UNCHANGED}.txt", b"drifted")
    assert {each.fault for each in verify(Catalogue(bucket)).discrepancies} == {ObjectFault.DRIFT}
    proxy.reset(lambda request: Fault(Kind.WEAKEN))
    with pytest.raises(StoreError, match="S3 has no weak ETags"):
        go_back(behind, "active")
    proxy.reset()
    go_back(behind, "active")
    assert verify(Catalogue(bucket)).discrepancies == ()


# --- one look at many keys --------------------------------------------------------------------------------


def pages_of(size: int, *, skip: bool = True) -> BucketStore:
    """A store on a bucket of its own, whose server lists so many keys a page, and perhaps cannot skip."""
    store = BucketStore.connect(BucketTarget(make_bucket(), "mail/"))

    def change(params: dict[str, Any], **_: Any) -> None:
        params["MaxKeys"] = size
        if not skip:
            params.pop("StartAfter", None)

    store.client.meta.events.register("provide-client-params.s3.ListObjectsV2", change)
    return store


KEYS = ("current.json", "invoices/0.html", "invoices/0.txt", "objects/ab.html", "receipts/9.txt")


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize("skip", [True, False])
def test_what_is_looked_for_is_found_among_whatever_else_there_is(aws: str, size: int, skip: bool) -> None:
    """A server that cannot skip is not asked for ever: what is not seen then is read, or tried."""
    store = pages_of(size, skip=skip)
    for key in (*KEYS, "a", "k", "logs/1", "logs/2", "logs/3", "logs/4", "zz"):
        store.put(key, key.encode())
    seen = store.look([*KEYS, "logs/", "nothing"])
    complete = {key: SeenObject(len(key), store.etag_for(key.encode())) for key in KEYS}
    assert seen == complete or (not skip and size < 1000 and seen.items() <= complete.items())


def test_a_server_that_gives_the_same_page_again_is_asked_no_more(aws: str) -> None:
    """Of keys side by side the next is asked for right after the last, which is where the page ends."""
    store, asked = pages_of(1, skip=False), Counter[str]()
    for key in "abc":
        store.put(key, b"")

    def count(**_: Any) -> None:
        asked.update(["list"])
        assert asked["list"] < 10

    store.client.meta.events.register("before-send.s3.ListObjectsV2", count)
    assert store.look("abc").keys() == {"a"}


def test_what_lies_between_is_skipped_where_it_is_more_than_a_page(aws: str) -> None:
    store, asked = pages_of(2), Counter[str]()
    for key in (*KEYS, *(f"logs/{number}" for number in range(40))):
        store.put(key, b"")
    store.client.meta.events.register("before-send.s3.ListObjectsV2", lambda **_: asked.update(["list"]))
    assert store.look(KEYS).keys() == {*KEYS}
    assert asked["list"] <= 5


def test_what_would_come_after_the_last_page_is_not_asked_for(aws: str) -> None:
    store, asked = pages_of(1000), Counter[str]()
    store.put("a", b"")
    store.client.meta.events.register("before-send.s3.ListObjectsV2", lambda **_: asked.update(["list"]))
    assert store.look(["a", "b", "z"]).keys() == {"a"}
    assert asked["list"] == 1


def test_many_keys_are_looked_for_side_by_side(aws: str) -> None:
    store, under_way = pages_of(1000), threading.Barrier(3)

    def wait_for_the_others(**_: Any) -> None:
        under_way.wait(patience())

    store.client.meta.events.register("before-send.s3.ListObjectsV2", wait_for_the_others)
    assert store.look([f"key {number}" for number in range(1500)]) == {}
