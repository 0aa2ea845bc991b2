"""Answers that are not S3's: a page to log in, a gateway, headers that went missing. One clear error each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.core.release_directory import write_release
from app.publishing import probe
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from bbws_templates.cache import Origin
from bbws_templates.client import TemplateClient
from bbws_templates.faults import StoreError, StrangeAnswerError, UnavailableError, UnreachableError
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket, use_server
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, at, since
from tests.publishing.samples import publish_to, release
from tests.publishing.snapshot import Snapshot
from tests.waiting import patience

# Where the SDK fails at an answer, it leaves the connection to the garbage collector, which complains.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("collected"),
]

HTML = b"<!doctype html><title>Log in</title><form><input name=user><br></form>" + b"<p>Welcome" * 2000
XHTML = b"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>Log in</title></head><body/></html>"
LOGIN = ("Location", "http://portal.example/login")


def instead(status: int, body: bytes, *headers: tuple[str, str]) -> Fault:
    return Fault(Kind.INSTEAD, status, headers=headers, body=body)


PAGES = {
    "a page": instead(200, HTML, ("Content-Type", "text/html; charset=utf-8")),
    "a page that is XML": instead(200, XHTML, ("Content-Type", "application/xhtml+xml")),
    "a page without a type": instead(200, HTML),
    "a page with an ETag": instead(200, HTML, ("Content-Type", "text/html"), ("ETag", '"5f-1"')),
    "a page not found": instead(404, HTML, ("Content-Type", "text/html")),
    "a text not found": instead(404, b"404 page not found\n", ("Content-Type", "text/plain; charset=utf-8")),
    "some JSON not found": instead(
        404, b'{"message": "no Route matched"}', ("Content-Type", "application/json")
    ),
    "other XML not found": instead(404, b"<error>none</error>", ("Content-Type", "application/xml")),
    "nothing, not found": instead(404, b""),
    "a text denied": instead(403, b"RBAC: access denied", ("Content-Type", "text/plain")),
    "a page denied": instead(403, HTML, ("Content-Type", "text/html")),
    "a gateway that fails": instead(502, HTML, ("Content-Type", "text/html")),
    "a redirect": instead(302, HTML, LOGIN, ("Content-Type", "text/html")),
    "a bare redirect": instead(307, b"", LOGIN),
    "a text": instead(200, b"OK", ("Content-Type", "text/plain")),
    "some JSON": instead(200, b'{"error": "quota"}', ("Content-Type", "application/json")),
    "nothing": instead(200, b""),
    "no content": instead(204, b""),
    "other XML": instead(200, b"<ok/>", ("Content-Type", "application/xml")),
    "a wrong status": instead(207, XHTML, ("Content-Type", "text/html")),
}
WITH_ALL = ("a page", "a page that is XML", "a text not found")
"""The pages that each command is tried with."""


def some(all_of: Iterable[Any], *daily: Any) -> list[Any]:
    """All of them as parameters; those that are not ``daily`` run with the cuts alone."""
    heavy = pytest.mark.heavy("cuts")
    return [pytest.param(one, id=str(one), marks=() if one in daily else heavy) for one in all_of]


@pytest.fixture(scope="module")
def two(s3_server: str) -> Snapshot:
    """What a bucket with two releases holds."""
    with pytest.MonkeyPatch.context() as patch:
        use_server(patch, s3_server)
        store = BucketStore.connect(BucketTarget(make_bucket()))
        publish_to(store, release("first"))
        publish_to(store, release("second"))
    return Snapshot(store.target)


@pytest.fixture
def place(aws: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, two: Snapshot) -> Place:
    """A target with two releases, reached through a proxy, and a release directory to publish."""
    two.restore()
    write_release(release("third"), tmp_path / "third")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return str(two.target), FaultProxy(aws), str(tmp_path / "third")


Place = tuple[str, FaultProxy, str]


def commands(target: str, directory: str) -> dict[str, tuple[str, ...]]:
    return {
        "status": ("status", target),
        "history": ("history", target),
        "verify": ("verify", target),
        "diff": ("diff", "previous", "active", "--in", target),
        "types": ("types", "--in", target),
        "plan": ("plan", "--to", target, "--release", directory),
        "publish": ("publish", "--to", target, "--release", directory, "--yes"),
        "promote": ("promote", "--from", target, "--to", f"{target}/copy", "--yes"),
        "rollback": ("rollback", "--to", target, "--yes"),
        "prune": ("prune", target, "--keep", "1", "--yes"),
    }


@pytest.mark.parametrize("page", some(PAGES, "a page", "a text not found", "a bare redirect", "nothing"))
def test_every_command_says_in_one_line_that_it_is_not_s3_that_answers(
    place: Place,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target, proxy, directory = place
    with proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        before = Snapshot(BucketTarget(target.removeprefix("s3://")))
        every = commands(target, directory)
        chosen = every if page in WITH_ALL else ("status", "publish")
        for name in chosen:
            words = every[name]
            proxy.reset(since(1, PAGES[page]))
            status = run(words)
            error = capsys.readouterr().err
            assert status == 4, (name, error)
            assert "the answer is not one of S3" in error, name
            assert error.count("\n") == 1, error
            assert len(error) < 600, error
        after = Snapshot(BucketTarget(target.removeprefix("s3://")))
    assert after.objects == before.objects


@pytest.mark.heavy("cuts")
@pytest.mark.parametrize("page", ["a page that is XML", "a page not found"])
def test_at_any_one_request_of_a_command_it_is_named_or_overcome(
    place: Place, page: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target, proxy, directory = place
    with proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        start = Snapshot(BucketTarget(target.removeprefix("s3://")))
        for name in ("publish", "rollback"):
            words = commands(target, directory)[name]
            start.restore()
            proxy.reset()
            assert run(words) == 0
            capsys.readouterr()
            for number in range(1, len(proxy.requests) + 1, 4):
                start.restore()
                proxy.reset(at(number, PAGES[page]))
                status = run(words)
                error = capsys.readouterr().err
                assert status in (0, 3, 4), (name, number, error)
                assert (status == 0) == (error == ""), (name, number, error)
                assert "Traceback" not in error
                held = Catalogue(Snapshot(BucketTarget(target.removeprefix("s3://"))))
                standing = held.standing()
                assert standing
                active = standing.pointer.release
                assert held.release(active).id == active, (name, number)


HEADERS = (
    (("ETag", ""),),
    (("ETag", '""'),),
    (("Content-Encoding", "gzip"),),
    (("Content-Type", "text/html"),),
    (("Last-Modified", "yesterday"),),
    (("x-amz-missing-meta", "some"),),
    (("x-amz-expiration", "\x01"),),
    (("ETag", ""), ("Content-Type", ""), ("Last-Modified", ""), ("x-amz-version-id", "")),
)


@pytest.mark.parametrize("headers", some(HEADERS, HEADERS[0], HEADERS[2]))
def test_headers_that_a_gateway_took_or_gave_are_named_or_do_not_matter(
    place: Place,
    headers: tuple[tuple[str, str], ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target, proxy, directory = place
    with proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        every = commands(target, directory)
        for words in (every["status"], every["verify"], every["publish"]):
            proxy.reset(since(1, Fault(Kind.STRIPPED, headers=headers)))
            status = run(words)
            error = capsys.readouterr().err
            assert status in (0, 4), (words, error)
            assert (status == 0) or error.count("\n") == 1
            assert "Traceback" not in error


LISTINGS = {
    "an empty one of something else": b"<x/>",
    "keys of others": b"<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>other/k</Key>"
    b"<Size>1</Size></Contents></ListBucketResult>",
    "no keys": b"<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
    "no sizes": b"<ListBucketResult><Contents><Key>mail/a</Key></Contents></ListBucketResult>",
    "broken off": b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    "a size in words": b"<ListBucketResult><Contents><Key>mail/a</Key><Size>big</Size></Contents>"
    b"</ListBucketResult>",
}


@pytest.mark.parametrize("listing", some(LISTINGS, "an empty one of something else", "no keys"))
def test_a_listing_that_is_none_is_never_taken_for_an_empty_bucket(
    aws: str, monkeypatch: pytest.MonkeyPatch, listing: str
) -> None:
    target = BucketTarget(make_bucket(), "mail/")
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.reset(since(1, instead(200, LISTINGS[listing], ("Content-Type", "application/xml"))))
        with pytest.raises(StoreError):
            list(BucketStore.connect(target, attempts=1).list(""))


def page_of(keys: Iterable[str], number: int, *, is_last: bool = False) -> Fault:
    """A page of a listing, which says that more follow unless it is the last one."""
    more = f"<NextContinuationToken>page {number}</NextContinuationToken>"
    found = "".join(f"<Contents><Key>mail/{key}</Key><Size>1</Size></Contents>" for key in keys)
    truncated = f"<IsTruncated>{str(not is_last).lower()}</IsTruncated>{'' if is_last else more}"
    body = f"<ListBucketResult><Name>b</Name>{truncated}{found}</ListBucketResult>"
    return instead(200, body.encode(), ("Content-Type", "application/xml"))


ENDLESS: dict[str, Callable[[int], Iterable[str]]] = {
    "the same page": lambda _number: ("a", "b"),
    "in circles": lambda number: ("ab"[number % 2],),
    "empty pages": lambda _number: (),
    "one object and empty pages": lambda number: ("a",) if number == 1 else (),
}


@pytest.mark.parametrize("kind", some(ENDLESS, "in circles", "empty pages"))
def test_a_listing_that_comes_to_no_end_is_given_up(
    bucket: BucketStore, proxy: FaultProxy, kind: str
) -> None:
    """One that did would only come to it if somebody waited for so many pages more."""
    keys = ENDLESS[kind]
    proxy.reset(lambda asked: page_of(keys(asked.number), asked.number, is_last=asked.number > 300))
    with pytest.raises(StrangeAnswerError, match="pages of a listing without anything new"):
        list(BucketStore.connect(bucket.target, attempts=1).list(""))


def test_pages_without_anything_new_are_passed_over_and_nothing_is_listed_twice(
    bucket: BucketStore, proxy: FaultProxy
) -> None:
    """Servers answer with an empty page where much was deleted. No order of keys is demanded."""
    pages = ["", "ab", "", "ab", "ba", "", "c", "B", "bd", ""]
    proxy.reset(lambda asked: page_of(pages[asked.number - 1], asked.number, is_last=asked.number == 10))
    listed = BucketStore.connect(bucket.target, attempts=1).list("")
    assert [item.key for item in listed] == ["a", "b", "c", "B", "d"]


def client_sees(page: Fault, proxy: FaultProxy, target: str) -> TemplateClient:
    proxy.reset()
    client = TemplateClient(target, patience=patience())
    client.render("receipts/receipt", {"name": "Zoë"})
    proxy.reset(since(1, page))
    client.refresh()
    return client


@pytest.mark.parametrize("page", some(PAGES, "a page", "a page not found", "a text not found", "nothing"))
def test_a_client_goes_on_with_what_it_has_and_says_why(
    place: Place, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, proxy, _ = place
    with proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        client = client_sees(PAGES[page], proxy, target)
        assert client.render("receipts/receipt", {"name": "Zoë"}).release == release("second").id
        status = client.status()
        assert status.origin is Origin.LAST_KNOWN_GOOD
        assert "is not one of S3" in status.problem
        with pytest.raises(UnavailableError, match="is not one of S3"):
            TemplateClient(target, patience=patience()).names()


def test_the_answers_of_s3_itself_are_no_strangers(bucket: BucketStore) -> None:
    """An HTML object is an HTML page, and nobody takes it for one of a portal."""
    publish_to(bucket, release())
    assert bucket.get("receipts/receipt.html")
    bucket.put("page.html", b"<p>", if_absent=True)
    assert bucket.delete("page.html")
    assert bucket.get("page.html") is None


def test_it_is_one_kind_of_error_with_a_code_of_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target, proxy, _ = place
    with proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.reset(since(1, PAGES["a page"]))
        assert run(["status", target, "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == StrangeAnswerError.code
    assert "AWS_ENDPOINT_URL" in error["remedy"]


ASKED: dict[str, Callable[[BucketStore], object]] = {
    "get": lambda store: store.get("there"),
    "revalidate": lambda store: store.revalidate("there", '"another"'),
    "list": lambda store: [*store.list("")],
    "put": lambda store: store.put("there", b"newer"),
    "delete": lambda store: store.delete("there"),
    "versioning": lambda store: store.require_versioning(),
    "conditions": lambda store: store.require_conditions(),
}


@pytest.mark.parametrize("asked", ASKED)
def test_an_answer_that_breaks_off_in_its_head_is_as_good_as_none_or_whole(
    aws: str, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """To Python's HTTP a head ends where the connection does: without the length, and half of an ETag."""
    target = BucketTarget(make_bucket())
    BucketStore.connect(target).put(".probe.txt", probe.BODY)
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        store = BucketStore.connect(target, attempts=1)
        store.put("there", b"body")
        start = Snapshot(target)
        whole = ASKED[asked](store)
        for length in range(1, 400, 9):
            start.restore()
            proxy.reset(at(1, Fault(Kind.CUT_HEAD, length=length)))
            try:
                found = ASKED[asked](store)
            except UnreachableError:
                continue
            assert found == whole, length


@pytest.mark.parametrize("code", ["304", "412", "NotModified", "PreconditionFailed", "NoSuchKey", "404"])
def test_an_error_that_calls_itself_an_answer_is_none(
    aws: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Not news that nothing is new, nor that there is nothing."""
    bucket = make_bucket()
    store = BucketStore.connect(BucketTarget(bucket))
    etag = store.put("current.json", b"{}")
    assert etag
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        behind = BucketStore.connect(BucketTarget(bucket), attempts=1)
        proxy.reset(since(1, Fault(Kind.STATUS, 409, code=code)))
        with pytest.raises(StoreError, match=code):
            behind.revalidate("current.json", etag)
        with pytest.raises(StoreError, match=code):
            behind.get("current.json")


def test_a_code_that_is_none_is_not_repeated_at_length(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = make_bucket()
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        behind = BucketStore.connect(BucketTarget(bucket), attempts=1)
        proxy.reset(since(1, Fault(Kind.STATUS, 402, code="x" * 3_000)))
        with pytest.raises(StoreError, match="xxx") as found:
            behind.get("current.json")
    assert len(str(found.value)) < 500
