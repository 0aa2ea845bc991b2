"""Whatever is sent, the answer is a problem report with a place and a remedy, never a failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from starlette.types import Message

from app.web.problems import PROBLEM_JSON
from tests.web.calling import A_BROWSER, Caller, in_chunks
from tests.web.conftest import Folders

RENDER = "/api/templates/mails/greeting/render"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        (b"", 1, 1),
        (b'{"data": {"name": "Ann",}}', 1, None),
        (b'{\n "fixture": typical\n}', 2, 13),
    ],
)
def test_malformed_json_is_answered_with_line_and_column(
    caller: Caller, body: bytes, line: int, column: int | None
) -> None:
    response = caller.post(RENDER, content=body, headers=JSON)
    place = response.json()["location"]
    assert response.status_code == 400
    assert place["line"] == line
    assert column is None or place["column"] == column


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": {"name": NaN}}',
        b'{"data": {"name": "a", "name": "b"}}',
        b'{"data": {"name": "\xff"}}',
        b'{"data": {"name": "\\ud800"}}',
        b'{"data": {"\\udfff": 1}}',
        b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"data": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
        b'{"data": {"name": ' + b"9" * 10_000 + b"}}",
    ],
    ids=[
        "NaN",
        "repeated member",
        "not UTF-8",
        "half a pair",
        "half a pair in a name",
        "deep list",
        "deep object",
        "huge",
    ],
)
def test_json_that_no_program_agrees_on_is_refused(caller: Caller, body: bytes) -> None:
    response = caller.post(RENDER, content=body, headers=JSON)
    assert response.status_code == 400
    assert response.json()["code"] == "malformed-json"


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {},
        {"fixture": "typical", "data": {}},
        {"fixture": 1},
        {"data": []},
        {"fixture": "typical", "x": 1},
        {"fixture": "typical", "lenient": "yes"},
    ],
)
def test_json_of_another_shape_is_answered_with_pointers(caller: Caller, body: object) -> None:
    response = caller.render("mails/greeting", body)
    assert response.status_code == 422
    assert response.json()["errors"]


def test_a_body_that_is_not_declared_to_be_json_is_refused(caller: Caller) -> None:
    for headers in (
        {},
        {"content-type": "text/plain"},
        {"content-type": "text/json"},
        {"content-type": "application/x-www-form-urlencoded"},
    ):
        response = caller.post(RENDER, content=b'{"fixture": "typical"}', headers=headers)
        assert response.status_code == 415


def test_the_size_of_a_body_is_bounded_announced_or_not(calling: Callable[..., Caller]) -> None:
    caller = calling(max_body=1000)
    big = json.dumps({"data": {"name": "x" * 2000}}).encode()
    announced = caller.post(RENDER, content=big, headers=JSON)
    chunked = caller.post(RENDER, content=in_chunks([big[:900], big[900:]]), headers=JSON)
    for response in (announced, chunked):
        assert response.status_code == 413
        assert response.headers["content-type"] == PROBLEM_JSON
        assert "1,000" in response.json()["detail"]
    largest = b'{"fixture": "typical"}'.ljust(1000)
    for fitting in (largest, in_chunks([largest[:900], largest[900:]])):
        assert caller.post(RENDER, content=fitting, headers=JSON).status_code == 200
    for large in (largest + b" ", in_chunks([largest[:900], largest[900:], b" "])):
        assert caller.post(RENDER, content=large, headers=JSON).status_code == 413


def test_a_sender_who_goes_away_in_the_middle_is_no_failure(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    received: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return received.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": RENDER, "query_string": b"", "headers": headers}
    asyncio.run(caller.app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert caplog.records == []


def test_a_method_that_is_not_there_is_answered_with_those_that_are(caller: Caller) -> None:
    for method, path, allowed in (
        ("GET", RENDER, "POST"),
        ("HEAD", RENDER, "POST"),
        ("DELETE", "/api/templates", "GET, HEAD"),
        ("PUT", "/api/templates/mails/greeting", "GET, HEAD"),
    ):
        response = caller.request(method, path)
        assert response.status_code == 405
        assert response.headers["allow"] == allowed
        assert response.headers["content-type"] == PROBLEM_JSON


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/templates/",
        "/api/templates/..%2f..%2fetc%2fpasswd",
        "/api/sources/%00",
        "/api/checks/%ff%fe",
    ],
)
def test_an_address_that_is_not_there_is_a_problem_report(caller: Caller, path: str) -> None:
    response = caller.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == PROBLEM_JSON
    assert response.json()["status"] == 404


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("templates/mails/greeting.html", "<p>\n{{#open}}\n</p>", 2),
        ("templates/mails/greeting.html", "<p>\n\n{{> nowhere}}</p>", 3),
        ("templates/mails/greeting.html", b"<p>\n\xff</p>", 2),
        ("templates/mails/greeting.json", '{\n "description": \n}', 3),
        ("templates/partials/header.html", "one\n{{> header}}\n", 2),
    ],
    ids=["open section", "missing partial", "not UTF-8", "malformed metadata", "partial cycle"],
)
def test_a_broken_file_is_told_with_its_line_while_the_others_go_on(
    folders: Folders, calling: Callable[..., Caller], path: str, content: str | bytes, line: int
) -> None:
    broken = folders.write(path, content)
    caller = calling()
    response = caller.render("mails/greeting", {"fixture": "typical"})
    problem = response.json()
    assert response.status_code == 422
    assert problem["location"]["file"] == str(broken)
    assert problem["location"]["line"] == line
    assert problem["remedy"]
    assert [each["number"] for each in problem["excerpt"] if each.get("marked")] == [line]
    assert caller.get("/").status_code == 200
    assert caller.get("/templates/mails/greeting").status_code == 200
    frame = caller.get("/preview/mails/greeting", headers=A_BROWSER)
    assert frame.status_code == 422
    assert f"{broken}:{line}" in frame.text
    assert caller.get("/preview/deep/down/here/bare").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/preview/mails/greting", "/preview/mails/greeting?fixture=typicl", "/templates/nothing", "/nowhere"],
)
def test_a_program_gets_a_problem_report_where_a_browser_gets_a_page(caller: Caller, path: str) -> None:
    for headers in ({}, {"Accept": "application/json"}):
        report = caller.get(path, headers=headers)
        assert (report.status_code, report.headers["content-type"]) == (404, "application/problem+json")
        assert report.json()["status"] == 404
    page = caller.get(path, headers=A_BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.headers["vary"] == "Accept", "a cache must not mix the two"


def test_a_broken_fixture_breaks_nothing_else(folders: Folders, calling: Callable[..., Caller]) -> None:
    broken = folders.write("fixtures/mails/greeting/typical.json", '{"name": }')
    caller = calling()
    assert caller.render("mails/greeting", {"fixture": "minimal"}).status_code in (200, 422)
    problem = caller.render("mails/greeting", {"fixture": "typical"}).json()
    assert problem["location"]["file"] == str(broken)
    sets = {
        each["scenario"]: each for each in caller.get("/api/templates/mails/greeting").json()["fixtureSets"]
    }
    assert sets["typical"]["problem"]["location"]["line"] == 1
    assert sets["minimal"]["data"] == {"name": "Bo"}
    texts = {each["file"]: each["text"] for each in caller.get("/api/sources/mails/greeting").json()["files"]}
    assert texts[str(broken)] == '{"name": }'


def test_an_excerpt_never_shows_a_file_outside_the_folders(folders: Folders, caller: Caller) -> None:
    excerpts = caller.app.state.services.excerpts
    outside = folders.templates.parent / "secret.txt"
    outside.write_text("secret")
    link = folders.templates / "link.html"
    link.symlink_to(outside)
    for label in (str(outside), str(folders.templates / "../secret.txt"), str(link), "/etc/passwd", "\0"):
        assert excerpts.read(label) is None
