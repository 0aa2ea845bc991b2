"""What a store does at the edges: servers that refuse, collide or know less, and a disk that does."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from app.publishing import state_folder
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import UnversionedBucketError
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from bbws_templates.faults import DeniedError, StoreError, StrangeAnswerError, UnreachableError
from bbws_templates.layout import PROBE
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, Request, Rule, at, since
from tests.publishing.samples import publish_to, release

RESERVE = ".bbws-templates/reserve"
COLLISION = Fault(Kind.STATUS, 409, code="ConditionalRequestConflict")
UNHEARD_OF = Fault(Kind.STATUS, 501, code="NotImplemented")


@pytest.fixture
def behind(bucket: BucketStore, proxy: FaultProxy) -> BucketStore:
    """The bucket, reached through the proxy in a single try, with one object."""
    bucket.put("there", b"one")
    return BucketStore.connect(bucket.target, attempts=1)


def etag_of(store: ObjectStore, key: str = "there") -> str:
    found = store.get(key)
    assert found
    return found.etag


def only(method: str, fault: Fault) -> Rule:
    def rule(request: Request) -> Fault | None:
        return fault if request.method == method else None

    return rule


# --- writes -----------------------------------------------------------------------------------------------


def test_a_write_that_collides_is_tried_again_and_given_up_when_it_always_does(
    behind: BucketStore, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    for module in ("bucket_store", "probe"):  # not the function itself, which any thread may call
        monkeypatch.setattr(f"app.publishing.{module}.time", SimpleNamespace(sleep=waits.append))
    etag = etag_of(behind)
    proxy.reset(at(1, COLLISION))
    assert behind.put("there", b"two", if_match=etag) == etag_of(behind)
    proxy.reset(only("PUT", COLLISION))
    with pytest.raises(UnreachableError, match="is being written by too many others"):
        behind.put("there", b"three")
    proxy.reset(only("PUT", COLLISION))
    with pytest.raises(UnreachableError, match=r"probe\.txt is being written by too many others"):
        behind.require_conditions()
    one, *each = waits
    assert each[:5] == [one, 2 * one, 4 * one, 8 * one, 16 * one]
    assert sorted(each[5:]) == sorted(each[:5] * 2), "the two wrong conditions are tried side by side"
    assert sum(waits) < 10


def test_a_server_without_conditions_is_asked_before_each_write(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    lax = BucketStore(behind.client, replace(behind.target, unconditional=True))
    assert lax.put("there", b"two", if_absent=True) is None
    assert lax.put("there", b"two", if_match='"another"') is None
    assert lax.put("not there", b"two", if_match='"another"') is None
    assert lax.put("there", b"one", if_match='"another"') == etag_of(lax), "it has that content already"
    assert lax.put("there", b"two", if_match=etag_of(lax)) == etag_of(lax)
    assert lax.put("new", b"new", if_absent=True) == etag_of(lax, "new")
    assert lax.delete("there", if_match='"another"') is False
    assert lax.delete("there", if_match=etag_of(lax)) is True
    assert lax.get("there") is None
    assert not [request for request in proxy.requests if request.conditions]


def test_a_server_with_conditions_is_sent_them_and_nothing_is_asked_before(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    etag = etag_of(behind)
    proxy.reset()
    behind.put("there", b"two", if_match=etag)
    behind.put("new", b"new", if_absent=True)
    assert [(request.method, request.conditions) for request in proxy.requests] == [
        ("PUT", ("If-Match",)),
        ("PUT", ("If-None-Match",)),
    ]


def test_what_never_changes_may_be_kept_for_ever_and_nothing_else_may(bucket: BucketStore) -> None:
    publish_to(bucket, release())
    own = bucket.target.prefix
    for item in bucket.list(""):
        if item.key == PROBE:
            continue
        kept = bucket.client.head_object(Bucket=bucket.target.bucket, Key=own + item.key)["CacheControl"]
        forever = item.key.startswith(("releases/", "objects/"))
        assert ("immutable" in kept) == forever, item.key
        assert (kept == "no-cache") == (not forever), item.key


# --- deletions --------------------------------------------------------------------------------------------


def test_where_deletions_know_no_condition_the_object_is_looked_at(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    def rule(request: Request) -> Fault | None:
        return UNHEARD_OF if request.method == "DELETE" and request.conditions else None

    proxy.reset(rule)
    assert behind.delete("there", if_match='"another"') is False
    assert etag_of(behind)
    assert behind.delete("there", if_match=etag_of(behind)) is True
    assert behind.get("there") is None


def test_a_server_that_deletes_nothing_at_all_is_named(behind: BucketStore, proxy: FaultProxy) -> None:
    proxy.reset(only("DELETE", UNHEARD_OF))
    with pytest.raises(StoreError, match="NotImplemented"):
        behind.delete("there")


@pytest.mark.parametrize("fault", [Fault(Kind.STATUS, 412), COLLISION], ids=str)
def test_a_deletion_that_is_refused_for_no_reason_is_not_done_without_its_condition(
    behind: BucketStore, proxy: FaultProxy, fault: Fault
) -> None:
    etag = etag_of(behind)
    proxy.reset(only("DELETE", fault))
    with pytest.raises(UnreachableError, match="has not changed, and the server refuses to delete it"):
        behind.delete("there", if_match=etag)
    assert etag_of(behind) == etag


def test_what_is_refused_to_be_deleted_because_it_has_gone_has_gone(
    behind: BucketStore, bucket: BucketStore, proxy: FaultProxy
) -> None:
    etag = etag_of(behind)
    proxy.reset(only("DELETE", Fault(Kind.STATUS, 412)))
    assert behind.delete("there", if_match='"another"') is False, "it has not, and is somebody else's"
    BucketStore(bucket.client, behind.target).delete("there")
    assert behind.delete("there", if_match=etag)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_deletion_has_been_done_when_the_object_is_gone_whatever_the_status(
    behind: BucketStore, proxy: FaultProxy, status: int
) -> None:
    proxy.reset(only("DELETE", Fault(Kind.STRIPPED, status)))
    assert behind.delete("there") is True
    assert [request.method for request in proxy.requests] == ["DELETE"] + ["GET"] * (status != 204)


@pytest.mark.parametrize(
    "fault", [Fault(Kind.INSTEAD, 200), Fault(Kind.STATUS, 404, code="NoSuchKey")], ids=str
)
def test_a_deletion_that_was_not_done_is_not_taken_for_one(
    behind: BucketStore, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.reset(only("DELETE", fault))
    with pytest.raises(StrangeAnswerError, match=f"status {fault.status}, and the object is still there"):
        behind.delete("there")


# --- what a bucket is like --------------------------------------------------------------------------------


def test_only_a_server_that_knows_no_versions_counts_as_one_without(
    behind: BucketStore, proxy: FaultProxy
) -> None:
    proxy.reset(since(1, UNHEARD_OF))
    with pytest.raises(UnversionedBucketError):
        behind.require_versioning()
    proxy.reset(since(1, Fault(Kind.STATUS, 403)))
    with pytest.raises(DeniedError):
        behind.require_versioning()


def test_nothing_is_published_or_pruned_where_no_old_version_is_kept_unless_that_is_said(aws: str) -> None:
    store = BucketStore.connect(BucketTarget(make_bucket(versioned=False)))
    with pytest.raises(UnversionedBucketError):
        publish_to(store, release())
    publish_to(store, release(), unversioned=True)
    store.client.put_bucket_versioning(  # which keeps the versions of before, and makes none
        Bucket=store.target.bucket, VersioningConfiguration={"Status": "Suspended"}
    )
    with pytest.raises(UnversionedBucketError):
        prune(Catalogue(store), actor="me")
    assert prune(Catalogue(store), actor="me", unversioned=True).deleted == ()


# --- a directory ------------------------------------------------------------------------------------------


@pytest.fixture
def under() -> Iterator[Callable[[int], int]]:
    """Sets what no file is to be made with, until the test is over."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def test_what_is_published_may_be_read_by_all_and_written_by_its_owner(
    tmp_path: Path, under: Callable[[int], int]
) -> None:
    """A folder that others may not enter keeps them from files that they may read."""
    under(0o077)
    DirectoryStore(tmp_path / "new/store").put("a/deep/file", b"text")
    found = modes(tmp_path / "new")
    assert {found[name] for name in ("new", "store", "a", "deep")} == {0o755}
    assert found["file"] == 0o644
    assert {found["reserve"], found[".lock"]} == {0o600}


def test_a_folder_that_is_there_stays_as_closed_as_it_is(
    directory: DirectoryStore, under: Callable[[int], int]
) -> None:
    """Whoever wants a target that not everybody reads makes its directory."""
    directory.root.mkdir(mode=0o700)
    (directory.root / "a").mkdir(mode=0o750)
    under(0o077)
    directory.put("a/deep/file", b"text")
    found = modes(directory.root)
    assert (found["store"], found["a"], found["deep"]) == (0o700, 0o750, 0o755)


def test_what_a_group_shares_stays_shared(directory: DirectoryStore, under: Callable[[int], int]) -> None:
    directory.root.mkdir()
    directory.root.chmod(0o2770)
    under(0o007)
    directory.put("a/file", b"text")
    assert modes(directory.root)["a"] & 0o777 == 0o775


def test_a_folder_goes_with_its_last_file_and_the_directory_itself_stays(directory: DirectoryStore) -> None:
    for key in ("a/b/one", "a/b/two", "a/three"):
        directory.put(key, b"")
    directory.delete("a/b/one")
    assert (directory.root / "a" / "b" / "two").exists()
    directory.delete("a/b/two")
    assert not (directory.root / "a" / "b").exists()
    assert (directory.root / "a" / "three").exists()
    directory.delete("a/three")
    assert not (directory.root / "a").exists()
    assert directory.root.is_dir()


def test_what_is_deleted_while_it_is_listed_hides_nothing_else(directory: DirectoryStore) -> None:
    for key in ("one", "three", "two"):
        directory.put(key, b"")
    listing = directory.list("")
    seen = [next(listing).key]
    (directory.root / "three").unlink()
    assert [*seen, *(item.key for item in listing)] == ["one", "two"]


def test_what_a_killed_writer_left_goes_with_the_next_write(directory: DirectoryStore) -> None:
    directory.put("one", b"")
    left = directory.root / ".bbws-templates" / f"{'0f' * 16}.staged"
    left.write_bytes(b"half")
    directory.put("two", b"")
    assert not left.exists()


def test_there_is_room_in_reserve_from_the_first_write_on(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.put("one", b"")
    assert (directory.root / RESERVE).stat().st_size == 256 * 1024
    assert stat.S_IMODE((directory.root / RESERVE).stat().st_mode) == 0o600
    os.truncate(directory.root / RESERVE, 1000)
    there: list[bool] = []
    genuine = os.write

    def write(descriptor: int, data: bytes) -> int:
        there.append((directory.root / "two").exists())
        return genuine(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    directory.put("two", b"")
    assert (directory.root / RESERVE).stat().st_size == 256 * 1024
    assert all(there), "the last room is for what is to be stored"


@pytest.mark.parametrize(
    ("code", "reserve", "words"),
    [
        (errno.ENOSPC, True, ""),
        (errno.EDQUOT, True, ""),
        (errno.ENOSPC, False, "No space left on device.*Make room"),
        (errno.EIO, True, "Input/output error"),
    ],
)
def test_the_reserve_is_for_a_full_disk_and_for_what_is_there_already(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch, code: int, reserve: bool, words: str
) -> None:
    """A disk on which nothing new has room; its reserve may be used up."""
    directory.put("one", b"old")
    genuine = state_folder.fill

    def fill(descriptor: int, body: bytes) -> None:
        if os.fstat(descriptor).st_size < len(body):
            os.close(descriptor)
            raise OSError(code, os.strerror(code))
        genuine(descriptor, body)

    def no_more(*_: Any) -> NoReturn:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(state_folder, "fill", fill)
    monkeypatch.setattr(os, "write", no_more)
    if not reserve:
        (directory.root / RESERVE).unlink()
    if words:
        with pytest.raises(StoreError, match=words):
            directory.put("one", b"new")
    else:
        directory.put("one", b"new")
    with pytest.raises(StoreError, match=os.strerror(code)):
        directory.put("another", b"new")
    found = directory.get("one")
    assert found
    assert found.body == (b"old" if words else b"new")
    assert not [*directory.root.rglob("*.staged")]


def test_what_cannot_be_written_is_named_with_its_file_where_the_system_names_one(
    directory: DirectoryStore,
) -> None:
    directory.put("a", b"a file where a folder should be")
    with pytest.raises(StoreError) as caught:
        directory.put("a/one", b"")
    assert str(caught.value).startswith(f"'a/one' cannot be written to {directory.root}: ")
    assert f" ({directory.root / 'a'})." in str(caught.value)
