"""What every object store must do, whichever lies behind the port."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore, vouches
from bbws_templates.reader import UNCHANGED, StoredObject


def body_of(store: ObjectStore, key: str) -> bytes | None:
    found = store.get(key)
    return found.body if found else None


def test_what_was_put_is_read_back_bit_for_bit(store: ObjectStore) -> None:
    body = bytes(range(256)) * 10
    etag = store.put("a/b.html", body)
    assert store.get("a/b.html") == StoredObject(body, etag or "")


def test_an_object_that_does_not_exist_is_none(store: ObjectStore) -> None:
    assert store.get("nothing/here.html") is None
    assert store.revalidate("nothing/here.html", '"0"') is None


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.put("empty.txt", b"")
    assert body_of(store, "empty.txt") == b""


def test_if_absent_creates_and_never_overwrites(store: ObjectStore) -> None:
    assert store.put("a.json", b"1", if_absent=True)
    assert store.put("a.json", b"2", if_absent=True) is None
    assert body_of(store, "a.json") == b"1"


def test_if_match_overwrites_that_content_alone(store: ObjectStore) -> None:
    first = store.put("a.json", b"1")
    assert first
    second = store.put("a.json", b"2", if_match=first)
    assert second
    assert second != first
    assert store.put("a.json", b"3", if_match=first) is None
    assert body_of(store, "a.json") == b"2"


def test_if_match_creates_nothing(store: ObjectStore) -> None:
    assert store.put("a.json", b"1", if_match='"d41d8cd98f00b204e9800998ecf8427e"') is None
    assert store.get("a.json") is None


def test_a_repeated_write_whose_answer_was_lost_is_a_success(store: ObjectStore) -> None:
    first = store.put("a.json", b"1", if_absent=True)
    assert first
    assert store.put("a.json", b"1", if_absent=True) == first
    second = store.put("a.json", b"2", if_match=first)
    assert store.put("a.json", b"2", if_match=first) == second


def test_revalidation_of_the_same_content_costs_no_body(store: ObjectStore) -> None:
    etag = store.put("a.json", b"1") or ""
    assert store.revalidate("a.json", etag) is UNCHANGED
    store.put("a.json", b"2")
    found = store.revalidate("a.json", etag)
    assert isinstance(found, StoredObject)
    assert found.body == b"2"


def test_a_listing_is_sorted_and_keeps_to_its_prefix(store: ObjectStore) -> None:
    for key in ("b/2.txt", "a/1.txt", "b/1.txt", "bb.txt"):
        store.put(key, key.encode() * 2)
    assert [(item.key, item.size) for item in store.list("b/")] == [("b/1.txt", 14), ("b/2.txt", 14)]
    assert [item.key for item in store.list("")] == ["a/1.txt", "b/1.txt", "b/2.txt", "bb.txt"]


def test_a_deleted_object_is_gone_and_deleting_it_twice_is_no_error(store: ObjectStore) -> None:
    store.put("a/b.txt", b"1")
    store.delete("a/b.txt")
    store.delete("a/b.txt")
    assert store.get("a/b.txt") is None
    assert list(store.list("")) == []


def test_of_many_who_compare_and_swap_one_wins(store: ObjectStore) -> None:
    etag = store.put("pointer.json", b"0") or ""
    barrier = threading.Barrier(8)
    won: list[int] = []

    def race(number: int) -> None:
        barrier.wait()
        if store.put("pointer.json", str(number).encode(), if_match=etag):
            won.append(number)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert body_of(store, "pointer.json") == str(won[0]).encode()


def test_what_is_seen_of_an_object_vouches_for_its_content_and_for_no_other(store: ObjectStore) -> None:
    for key, body in (("a/1.txt", b"one"), ("b/2.txt", b"")):
        store.put(key, body)
    seen = store.look(["a/1.txt", "a/3.txt", "b/2.txt"])
    assert seen.keys() == {"a/1.txt", "b/2.txt"}
    assert vouches(store, seen["a/1.txt"], b"one")
    assert vouches(store, seen["b/2.txt"], b"")
    for other in (b"two", b"one ", b""):
        assert not vouches(store, seen["a/1.txt"], other)
    assert not vouches(store, None, b"")
    assert store.put("a/1.txt", b"two", if_match=seen["a/1.txt"].etag), "it is the ETag that conditions take"


def test_whatever_else_there_is_and_however_short_a_page_is_all_is_seen_that_is_looked_for(
    bucket: BucketStore,
) -> None:
    for number in range(7):
        bucket.put(f"many/{number}", b"1")
    wanted = {"many/0", "many/2", "many/3", "many/6"}

    def shorten(params: dict[str, Any], **_: Any) -> None:
        params["MaxKeys"] = 2

    bucket.client.meta.events.register("before-parameter-build.s3.ListObjectsV2", shorten)
    assert bucket.look(wanted).keys() == wanted


@pytest.mark.parametrize("key", ["Zürich/日本語 +&?#%.txt", "a/b c.txt", "x" * 150 + ".txt"])
def test_keys_are_taken_literally(store: ObjectStore, key: str) -> None:
    store.put(key, b"1")
    assert body_of(store, key) == b"1"
    assert [item.key for item in store.list("")] == [key]
    assert store.look([key]).keys() == {key}


def test_what_a_directory_shows_is_on_the_disk_before_and_its_name_is_afterwards(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the power fails, a reader finds all of an object or nothing."""
    directory.put("first.txt", b"makes the folders")
    shown: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: shown.append((directory.root / "a.txt").exists()))
    directory.put("a.txt", b"1")
    assert shown[0] is False
    assert shown[-1] is True


# Elsewhere nothing tells which folder was synced. The pipeline, on Linux, runs these.
on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="which folder a descriptor is of is told by Linux's /proc"
)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> dict[Path, set[Path]]:
    """What the disk knows to be in each folder."""
    known: dict[Path, set[Path]] = {}

    def fsync(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        if place.is_dir():
            known[place] = set(place.iterdir())

    monkeypatch.setattr(os, "fsync", fsync)
    return known


@on_linux
def test_so_is_the_name_of_each_folder_that_is_made_for_it(
    tmp_path: Path, synced: dict[Path, set[Path]]
) -> None:
    """A file that is on the disk in a folder that is not is lost all the same."""
    store = DirectoryStore(tmp_path / "new" / "store")
    store.put("objects/deep/a.txt", b"1")
    made = (store.root.parent, store.root, *(store.root / part for part in ("objects", "objects/deep")))
    assert {*made, store.root / "objects/deep/a.txt"} <= set().union(*synced.values())


@on_linux
def test_what_is_deleted_has_gone_from_the_disk_before_anything_else_goes(
    directory: DirectoryStore, synced: dict[Path, set[Path]]
) -> None:
    """Or the power fails, and a bundle has gone whose manifest has not: a release that is half there."""
    for key in ("a/1.txt", "a/2.txt", "b/3.txt"):
        directory.put(key, b"1")
    directory.delete("a/1.txt")
    assert synced[directory.root / "a"] == {directory.root / "a/2.txt"}
    directory.delete("b/3.txt")
    assert directory.root / "b" not in synced[directory.root]
