"""More than anything of a release can be: no process holds it, be it sent, listed or put into a folder."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.directory_store import DirectoryStore
from app.publishing.store import ObjectStore
from bbws_templates import layout
from bbws_templates.cache import Origin
from bbws_templates.client import TemplateClient
from bbws_templates.faults import StoreError, UnavailableError, UnfitObjectError
from bbws_templates.files import read_file
from bbws_templates.layout import POINTER, bundle_key, longest
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import use_server
from tests.publishing.samples import publish_to, release
from tests.runtime.odd_server import Answer, OddServer
from tests.runtime.test_client import DATA, TTL, Hand
from tests.waiting import patience

NAME = "receipts/receipt"
PAGE = (("Content-Type", "text/html"),)
ETAG = (("ETag", '"other"'),)


@pytest.fixture
def server(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[OddServer]:
    publish_to(directory, release("first"))
    monkeypatch.setattr(layout, "_LONGEST_BUNDLE", 1 << 23)
    monkeypatch.setattr(layout, "_LONGEST", 1 << 22)
    with OddServer(directory.root) as server:
        use_server(monkeypatch, server.url)
        yield server


@pytest.fixture
def clock() -> Hand:
    return Hand()


def client_of(clock: Hand) -> TemplateClient:
    return TemplateClient("s3://bucket", ttl=TTL, patience=patience(60), clock=clock)


FLOOD = 1 << 26
ENDLESS = {
    "page": (POINTER, Answer(200, PAGE, b"<!doctype html>", flood=FLOOD), "a page of HTML"),
    "pointer": (POINTER, Answer(200, ETAG, b"{", flood=FLOOD), "more than 4,194,304 bytes"),
    "bundle": ("bundle.json", Answer(200, ETAG, b"{", flood=FLOOD), "more than 8,388,608 bytes"),
    "announced": (
        POINTER,
        Answer(200, (*ETAG, ("Content-Length", str(1 << 40))), sized=False),
        "4,194,304 bytes",
    ),
    "error": (POINTER, Answer(403, (), b"<Error>", flood=FLOOD), "more than 4,194,304 bytes"),
    "page of a gateway": (POINTER, Answer(502, PAGE, b"<!doctype html>", flood=FLOOD), "4,194,304 bytes"),
}


@pytest.mark.parametrize(("part", "answer", "said"), ENDLESS.values(), ids=ENDLESS)
def test_of_an_answer_without_end_no_more_is_held_than_anything_can_be(
    server: OddServer, clock: Hand, part: str, answer: Answer, said: str
) -> None:
    server.rule = lambda key: answer if key.endswith(part) else None
    with pytest.raises(UnavailableError) as caught:
        client_of(clock).render(NAME, DATA)
    assert said in str(caught.value)
    server.wait(lambda: server.dripping == 0)
    # Each try takes as much as it may, and some more lies between the two ends.
    assert server.flooded < FLOOD


def test_one_without_end_leaves_the_release_that_is_held(server: OddServer, clock: Hand) -> None:
    client = client_of(clock)
    client.render(NAME, DATA)
    server.rule = lambda key: Answer(200, PAGE, b"<!doctype html>", flood=FLOOD)
    clock.now += TTL + 1
    assert client.render(NAME, DATA).release == release("first").id
    assert client.status().origin is Origin.LAST_KNOWN_GOOD
    server.rule = lambda key: None
    clock.now += TTL + 1
    assert client.status().origin is Origin.ACTIVE


def test_a_publisher_holds_no_more_of_a_listing_either(server: OddServer) -> None:
    store = BucketStore.connect(BucketTarget("bucket", region="af-south-1"), attempts=1)
    server.rule = lambda key: Answer(200, (), b"<ListBucketResult>", flood=FLOOD)
    with pytest.raises(StoreError, match="more than 4,194,304 bytes"):
        list(store.list("releases/"))
    server.wait(lambda: server.dripping == 0)
    assert server.flooded < FLOOD


def test_what_readers_do_not_take_is_not_written(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_LONGEST", 1000)
    with pytest.raises(StoreError, match=r"1,001 bytes.* 1,000"):
        store.put("objects/a.html", b"x" * 1001)
    assert store.get("objects/a.html") is None
    assert store.put("objects/a.html", b"x" * 1000)


def test_a_bundle_may_be_many_times_larger_than_that_of_any_set_that_was_met() -> None:
    assert longest(bundle_key(release("first").id)) >= 6 * 39_000_000  # 1,200 templates, docs/benchmarks.md
    assert longest(POINTER) < longest(bundle_key(release("first").id))


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "said"), [(sparse, "more than"), (pipe, "a pipe"), (device, "a device|not a key")]
)
@pytest.mark.parametrize("key", [POINTER, "bundle.json"])
def test_what_lies_in_a_folder_and_has_no_end_is_not_read(
    directory: DirectoryStore, clock: Hand, make: Callable[[Path], None], said: str, key: str
) -> None:
    publish_to(directory, release("first"))
    path = next(directory.root.rglob(key))
    path.unlink()
    make(path)
    client = TemplateClient(str(directory.target), ttl=TTL, patience=patience(60), clock=clock)
    with pytest.raises(UnavailableError, match=said):
        client.render(NAME, DATA)
    where = path.relative_to(directory.root).as_posix()
    with pytest.raises(UnfitObjectError, match=said):
        directory.get(where)
    assert directory.look([where])[where].etag != directory.etag_for(b"")


def test_a_deployed_copy_without_end_is_none(directory: DirectoryStore, clock: Hand, tmp_path: Path) -> None:
    sparse(tmp_path / "bundle.json")
    client = TemplateClient(
        str(directory.target), ttl=TTL, patience=patience(60), clock=clock, fallback=tmp_path
    )
    with pytest.raises(UnavailableError, match=r"cannot be used.* more than"):
        client.render(NAME, DATA)


def test_a_pipe_that_takes_the_place_of_a_file_in_between_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    looked = os.stat

    def stat(where: Any, **options: Any) -> os.stat_result:
        found = looked(where, **options)
        if where == path:
            path.unlink()
            os.mkfifo(path)
        return found

    failure: list[OSError] = []

    def read() -> None:
        try:
            read_file(path)
        except OSError as error:
            failure.append(error)

    monkeypatch.setattr(os, "stat", stat)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(patience(60))
    monkeypatch.undo()
    assert "a pipe" in str(failure)
