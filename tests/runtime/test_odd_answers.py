"""Answers of servers and gateways that are not Amazon's: what they mean is understood, or said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import HTTPClientError
from botocore.loaders import JSONFileLoader

from app.publishing.directory_store import DirectoryStore
from bbws_templates.bucket import BucketReader, connect
from bbws_templates.cache import Origin
from bbws_templates.client import TemplateClient
from bbws_templates.faults import UnavailableError, UnreachableError
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import use_server
from tests.publishing.samples import publish_to, release
from tests.runtime.odd_server import Answer, OddServer
from tests.runtime.test_client import DATA, TTL, Hand
from tests.waiting import patience

NAME = "receipts/receipt"
PAGE = b"<!DOCTYPE html><html><title>Welcome to our hotel</title>" + b"<p>Log in</p>" * 1000


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def server(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[OddServer]:
    publish_to(directory, release("first"))
    with OddServer(directory.root) as server:
        use_server(monkeypatch, server.url)
        yield server


def client_of(clock: Hand) -> TemplateClient:
    return TemplateClient("s3://bucket", ttl=TTL, patience=patience(60), clock=clock)


def pointer(answer: Answer) -> Callable[[str], Answer | None]:
    return lambda key: answer if key == "current.json" else None


UNCHANGED = {
    "rclone's 304, with the checksum that was asked for": Answer(
        headers=(("x-amz-checksum-crc32", "AAAAAA=="),)
    ),
    "304 without an ETag": Answer(304),
    "412": Answer(412, body=b"<Error><Code>PreconditionFailed</Code></Error>"),
    "412 without a body": Answer(412),
}


@pytest.mark.parametrize("answer", UNCHANGED.values(), ids=UNCHANGED)
def test_an_answer_that_means_unchanged_is_no_problem(server: OddServer, clock: Hand, answer: Answer) -> None:
    client = client_of(clock)
    client.render(NAME, DATA)
    server.rule = pointer(answer)
    for _ in range(3):
        clock.now += TTL + 1
        assert client.render(NAME, DATA).release == release("first").id
        status = client.status()
        assert (status.origin, status.problem, status.age) == (Origin.ACTIVE, "", 0.0)
    assert server.asked.count("current.json") == 4


def test_a_200_without_a_body_and_with_our_etag_is_a_304_that_something_has_spoilt(
    server: OddServer, directory: DirectoryStore, clock: Hand
) -> None:
    client = client_of(clock)
    client.render(NAME, DATA)
    found = directory.get("current.json")
    assert found
    server.rule = pointer(Answer(200, (("ETag", found.etag),)))
    clock.now += TTL + 1
    assert client.status().problem == ""
    server.rule = pointer(Answer(200, (("ETag", '"another"'),)))
    clock.now += TTL + 1
    assert client.status().origin is Origin.LAST_KNOWN_GOOD


def test_a_server_without_etags_is_none_of_s3(
    server: OddServer, directory: DirectoryStore, clock: Hand
) -> None:
    def without(key: str) -> Answer | None:
        return Answer(200, body=(directory.root / key).read_bytes())

    client = client_of(clock)
    client.render(NAME, DATA)
    server.rule = without
    publish_to(directory, release("second"))
    clock.now += TTL + 1
    assert client.render(NAME, DATA).release == release("first").id
    assert client.status().origin is Origin.LAST_KNOWN_GOOD
    assert "the answer is not one of S3: the status 200 without an ETag" in client.status().problem
    with pytest.raises(UnavailableError, match="without an ETag"):
        client_of(clock).render(NAME, DATA)


ETAG = (("ETag", '"other"'),)
NO_ANSWERS = {
    "page": (Answer(200, (("Content-Type", "text/html"),), PAGE), "not one of S3: a page of HTML"),
    "page of a gateway": (Answer(502, (("Content-Type", "text/html"),), PAGE), "502"),
    "page that it is not found": (
        Answer(404, (("Content-Type", "text/html"),), PAGE),
        "not one of S3: a page of HTML",
    ),
    "page that it is forbidden": (
        Answer(403, (("Content-Type", "text/html"),), PAGE),
        "not one of S3: a page of HTML",
    ),
    "elsewhere": (Answer(302, (("Location", "http://127.0.0.1:9/login"),)), "302"),
    "empty": (Answer(200, ETAG), "not JSON"),
    "half": (Answer(200, ETAG, b'{"format"'), "not JSON"),
    "head without an end": (Answer(200, ETAG, sized=False), "not one of S3: without a length"),
    "refusal that calls itself unchanged": (
        Answer(403, body=b"<Error><Code>NotModified</Code></Error>"),
        "is denied",
    ),
    "refusal that calls itself a condition": (
        Answer(403, body=b"<Error><Code>PreconditionFailed</Code></Error>"),
        "is denied",
    ),
    "refusal that calls itself absence": (
        Answer(403, body=b"<Error><Code>NoSuchKey</Code></Error>"),
        "is denied",
    ),
}


@pytest.mark.parametrize(("answer", "said"), NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_of_a_bucket_is_said_in_a_line(
    server: OddServer, clock: Hand, answer: Answer, said: str
) -> None:
    client = client_of(clock)
    client.render(NAME, DATA)
    server.rule = pointer(answer)
    clock.now += TTL + 1
    assert client.render(NAME, DATA).release == release("first").id
    status = client.status()
    assert status.origin is Origin.LAST_KNOWN_GOOD
    assert said in status.problem
    assert "hotel" not in status.problem
    assert len(str(status).splitlines()) == 1
    assert len(str(status)) < 600
    with pytest.raises(UnavailableError) as caught:
        client_of(clock).render(NAME, DATA)
    assert "hotel" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_page_to_log_in_is_asked_for_once_or_twice_and_called_what_it_is(
    server: OddServer, clock: Hand, status: int
) -> None:
    """Led elsewhere, the SDK asks for the region of the bucket, and is led elsewhere with that too."""
    client = client_of(clock)
    client.render(NAME, DATA)
    server.rule = lambda _: Answer(status, (("Location", "http://127.0.0.1:9/login"),))
    clock.now += TTL + 1
    asked = len(server.asked)
    assert f"it leads elsewhere, with the status {status}" in client.status().problem
    assert len(server.asked) - asked <= 2


def test_a_bucket_in_another_region_is_found_by_what_s3_says_of_it(server: OddServer, clock: Hand) -> None:
    moved = Answer(301, (("x-amz-bucket-region", "eu-west-1"),))

    def there(key: str) -> Answer | None:
        if not key:
            return moved
        return Answer(301) if server.asked.count("current.json") == 0 else None

    server.rule = there
    assert client_of(clock).render(NAME, DATA).release == release("first").id
    assert server.asked[:3] == ["current.json", "", "current.json"]


@pytest.mark.parametrize("status", [304, 412])
def test_unchanged_is_no_answer_to_who_has_nothing(server: OddServer, clock: Hand, status: int) -> None:
    server.rule = pointer(Answer(status))
    with pytest.raises(UnavailableError, match=str(status)):
        client_of(clock).render(NAME, DATA)


def test_a_page_in_place_of_a_bundle_is_not_served(server: OddServer, clock: Hand, directory: Any) -> None:
    client = client_of(clock)
    client.render(NAME, DATA)
    publish_to(directory, release("second"))
    server.rule = lambda key: Answer(200, ETAG, PAGE) if key.endswith("bundle.json") else None
    clock.now += TTL + 1
    assert client.render(NAME, DATA).release == release("first").id
    assert "damaged" in client.status().problem


def test_an_error_of_the_network_with_an_answer_of_its_own_is_one_of_the_network(server: OddServer) -> None:
    """What the SDK gives with errors of S3 is a dictionary, and that of HTTP is none."""

    def broken_off(**_: Any) -> None:
        raise HTTPClientError(
            error="broken off", response=AWSResponse("http://here/", 200, HTTPHeaders(), None)
        )

    target = BucketTarget("bucket", region="af-south-1")
    client = connect(target, timeout=5.0, attempts=1)
    client.meta.events.register("before-send.s3.GetObject", broken_off)
    with pytest.raises(UnreachableError, match="cannot be reached, or the connection broke off"):
        BucketReader(client, target).get("key")


def test_another_client_reads_nothing_again_that_the_sdk_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without a release makes one for each question that it gives up, while a mail waits."""
    target = BucketTarget("bucket", region="af-south-1")
    connect(target, timeout=5.0)
    read: list[str] = []
    whole = JSONFileLoader.load_file

    def load_file(loader: JSONFileLoader, path: str) -> Any:
        read.append(path)
        return whole(loader, path)

    monkeypatch.setattr(JSONFileLoader, "load_file", load_file)
    assert connect(target, timeout=5.0).meta.region_name == "af-south-1"
    assert read == []
