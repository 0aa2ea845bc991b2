"""The JSON API: what a program learns of the templates, and what it gets rendered."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from app.browser.clients import RENDERERS
from app.browser.frames import Frame
from app.browser.sheets import SheetFormat
from app.core.clients import CLIENTS
from bbws_templates.compiled import CompiledTemplate, RenderedEmail
from bbws_templates.mailing import render_email
from tests.waiting import patience
from tests.web.calling import ORIGIN, Caller
from tests.web.conftest import METADATA, ODD_CONTRACTS, Folders

GREETING = "mails/greeting"
BARE = "deep/down/here/bare"


def test_the_list_names_every_template_with_its_metadata_fixtures_and_partner(caller: Caller) -> None:
    listed = {each["name"]: each for each in caller.get("/api/templates").json()["templates"]}
    assert list(listed) == [BARE, GREETING, f"{GREETING}_internal"]
    greeting = listed[GREETING]
    assert greeting["description"] == METADATA["description"]
    assert greeting["subject"] == METADATA["subject"]
    assert greeting["fixtures"] == ["minimal", "typical"]
    assert greeting["partner"] == f"{GREETING}_internal"
    assert listed[BARE]["category"] == "deep/down/here"
    assert listed[BARE]["partner"] is None


def test_a_template_tells_its_contract_sender_variables_and_compiled_form(caller: Caller) -> None:
    template = caller.get(f"/api/templates/{GREETING}").json()
    assert template["contract"]["required"] == ["name"]
    assert template["sender"] == {"name": "Example", "address": "hello@example.com"}
    assert template["replyTo"] == "help@example.com"
    assert template["defaultFixture"] == "typical"
    assert [each["data"]["name"] for each in template["fixtureSets"]] == ["Bo", "Ann"]
    variables = {each["path"]: each for each in template["variables"]}
    assert variables["name"]["required"] is True
    assert variables["note"]["required"] is False
    assert variables["name"]["description"] == "Whom to greet."
    assert "{{name}}" in template["compiled"]["html"]
    assert "Example Ltd" in template["compiled"]["html"]


def test_variables_inside_lists_are_told_with_their_path(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    folders.write(
        "templates/list.html",
        "<p>{{a.b}}{{#rows}}{{cell}}{{#inner}}{{.}}{{/inner}}{{/rows}}{{^rows}}none{{/rows}}",
    )
    contract = {
        "type": "object",
        "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "string"}}},
            "rows": {
                "type": "array",
                "items": {"$ref": "#/$defs/row"},
            },
        },
        "$defs": {
            "row": {
                "type": "object",
                "required": ["cell"],
                "properties": {
                    "cell": {"type": "string"},
                    "inner": {"type": "array", "items": {"type": "string"}},
                },
            }
        },
    }
    folders.write("templates/list.json", {**METADATA, "subject": "List", "contract": contract})
    variables = {each["path"]: each for each in calling().get("/api/templates/list").json()["variables"]}
    assert list(variables) == ["a.b", "rows", "rows[].cell", "rows[].inner"]
    assert variables["rows[].cell"]["required"] is True


def test_variables_of_combined_schemas_are_told_as_the_checks_know_them(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    folders.write("templates/mix.html", "<p>{{shared}}{{own}}{{own.deeper}}</p>")
    contract = {
        "type": "object",
        "properties": {"own": {"type": "string", "description": "Its own."}},
        "allOf": [
            {
                "required": ["shared"],
                "properties": {"shared": {"type": "string", "description": "Of all mails."}},
            }
        ],
    }
    folders.write("templates/mix.json", {**METADATA, "subject": "Mix", "contract": contract})
    told = calling().get("/api/templates/mix").json()["variables"]
    assert [(each["path"], each["required"], each["description"]) for each in told] == [
        ("shared", True, "Of all mails."),
        ("own", False, "Its own."),
        ("own.deeper", None, ""),
    ]


@pytest.mark.parametrize("contract", ODD_CONTRACTS, ids=str)
def test_a_contract_that_is_no_schema_is_shown_as_it_is(
    folders: Folders, calling: Callable[..., Caller], contract: dict[str, Any]
) -> None:
    folders.write("templates/odd.html", "<p>{{name}}{{#rows}}{{cell}}{{/rows}}</p>")
    folders.write("templates/odd.json", {**METADATA, "subject": "Odd", "contract": contract})
    response = calling().get("/api/templates/odd")
    assert response.status_code == 200
    assert response.json()["contract"] == contract
    assert {"name", "rows"} <= {each["path"] for each in response.json()["variables"]}


def test_the_sources_of_a_template_are_all_files_it_is_made_of(caller: Caller) -> None:
    files = caller.get(f"/api/sources/{GREETING}").json()["files"]
    roles = [each["role"] for each in files]
    assert roles == ["html", "metadata", "partial", "stylesheet", "fixture", "fixture"]
    assert all(each["text"] for each in files)


def test_a_fixture_is_rendered_to_a_whole_mail(caller: Caller) -> None:
    mail = caller.render(GREETING, {"fixture": "typical"}).json()
    assert mail["subject"] == "Hello Ann"
    assert mail["preheader"] == METADATA["preheader"]
    assert mail["sender"]["address"] == "hello@example.com"
    assert mail["replyTo"] == "help@example.com"
    assert "<h1>Hello Ann</h1>" in mail["html"]
    assert "Hello Ann" in mail["text"]
    assert "<" not in mail["text"]
    assert mail["htmlBytes"] == len(mail["html"].encode())
    assert isinstance(mail["findings"], list)


def test_what_takes_longer_than_the_mail_comes_only_when_it_is_asked_for(caller: Caller) -> None:
    data = {"data": {"name": "Ann", "note": "x"}}
    mail = caller.render(GREETING, data).json()
    assert (mail["links"], mail["images"], mail["opening"], mail["findings"]) == (None, None, None, [])
    words = caller.render(GREETING, {**data, "opening": True}).json()["opening"]
    assert "Hello Ann" in words
    assert caller.render(GREETING, data | {"references": True}).json() == mail | {"links": [], "images": []}
    looked_at = caller.render(GREETING, data | {"checks": True}).json()
    found = [each for each in caller.get(f"/api/checks/{GREETING}").json()["findings"] if not each["fixture"]]
    assert found
    assert [each["code"] for each in found if each not in looked_at["findings"]] == []
    assert sum(looked_at["counts"].values()) == len(looked_at["findings"])


def test_much_data_and_little_become_the_same_mail(caller: Caller) -> None:
    """Little is rendered between two requests, much in a thread, and so is the first of a template."""
    mails = [
        caller.render(GREETING, {"data": {"name": "Ann", "note": "x" * length}}).json()["html"]
        for length in (7_000, 7_000, 9_000)
    ]
    assert mails[0] == mails[1] == mails[2].replace("x" * 2_000, "", 1)


def test_data_of_ones_own_are_rendered_and_can_be_looked_at(caller: Caller) -> None:
    mail = caller.render(GREETING, {"data": {"name": "Zoë <b>", "note": "x"}}).json()
    assert mail["subject"] == "Hello Zoë <b>"
    assert "Hello Zoë &lt;b&gt;" in mail["html"]
    assert "Zoë &lt;b&gt;" in caller.get(mail["preview"]).text
    assert caller.get(mail["preview"].replace(GREETING, f"{GREETING}_internal")).status_code == 404


def test_a_mail_made_leniently_says_nothing_of_one_that_is_not(caller: Caller) -> None:
    """Of the same data; what a frame is given is kept apart as well."""
    lenient = caller.render(GREETING, {"data": {}, "lenient": True})
    assert lenient.status_code == 200
    assert caller.render(GREETING, {"data": {}}).status_code == 422
    assert caller.get(lenient.json()["preview"]).status_code == 200


def test_missing_values_are_an_error_unless_leniency_is_asked_for(caller: Caller) -> None:
    assert caller.render(GREETING, {"data": {"name": "Ann"}}).status_code == 422
    mail = caller.render(GREETING, {"data": {"name": "Ann"}, "lenient": True}).json()
    assert '<p class="note"' in mail["html"]
    assert any("note" in finding["message"] for finding in mail["findings"])


def test_data_against_the_contract_are_answered_with_a_pointer_per_offence(caller: Caller) -> None:
    response = caller.render(GREETING, {"data": {"note": 7, "colour": "red"}})
    problem = response.json()
    assert response.status_code == 422
    assert problem["code"] == "contract"
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"/name", "/note", "/colour"}
    assert all(error["detail"] for error in problem["errors"])


def test_an_unknown_name_is_answered_with_the_nearest_ones(caller: Caller) -> None:
    for response in (
        caller.get("/api/templates/mails/greting"),
        caller.render("mails/greting", {"fixture": "x"}),
    ):
        assert response.status_code == 404
        assert response.json()["nearest"][0] == GREETING
    fixture = caller.render(GREETING, {"fixture": "tipical"})
    assert fixture.status_code == 404
    assert fixture.json()["nearest"][0] == "typical"


def test_a_mail_that_is_asked_for_in_several_ways_is_rendered_once(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []

    def counted(compiled: CompiledTemplate, data: Any, **keywords: Any) -> RenderedEmail:
        if data["name"] == "once":  # the checks behind the pages render fixtures meanwhile
            rendered.append(compiled.name)
        return render_email(compiled, data, **keywords)

    written: list[object] = []
    dumps = json.dumps

    def counted_dumps(members: Any, **options: Any) -> str:
        if isinstance(members, dict) and members.get("name") == "once":
            written.append(members)
        return dumps(members, **options)

    monkeypatch.setattr("app.core.workspace.render_email", counted)
    monkeypatch.setattr("app.web.live.renderings.json.dumps", counted_dumps)
    mail = caller.render(GREETING, {"data": {"name": "once", "note": ""}}).json()
    assert "Hello once" in caller.get(mail["preview"]).text
    assert caller.get(mail["preview"].replace("/preview/", "/downloads/")).status_code == 200
    assert rendered == [GREETING]
    assert len(written) == 1  # to be told from others by its digest; a draft keeps that


def test_a_bare_file_at_any_depth_renders_with_its_own_names_in_place_of_data(caller: Caller) -> None:
    template = caller.get(f"/api/templates/{BARE}").json()
    assert template["contract"] is None
    assert template["placeholders"] == {"who": "[who]", "list": [{"x": "[x]"}]}
    page = caller.get(f"/preview/{BARE}").text
    assert "[who] [[x]]" in page
    assert caller.render(BARE, {"data": {"who": "me", "list": []}}).status_code == 200


def test_checks_count_the_findings_over_all_fixtures(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    folders.write(f"fixtures/{GREETING}/wrong.json", {"nome": "Ann"})
    result = calling().get(f"/api/checks/{GREETING}").json()
    assert result["counts"]["error"] >= 1
    assert any(finding["fixture"] == "wrong" for finding in result["findings"])
    assert calling().get("/api/checks").json()["templates"].keys() == {BARE, GREETING, f"{GREETING}_internal"}


def test_a_message_can_be_taken_away_as_eml(caller: Caller) -> None:
    response = caller.get(f"/downloads/{GREETING}?format=eml")
    assert response.headers["content-type"].startswith("message/rfc822")
    assert "mails-greeting-typical.eml" in response.headers["content-disposition"]
    assert b"multipart/alternative" in response.content
    text = caller.get(f"/downloads/{GREETING}?format=text&fixture=minimal&lenient=true")
    assert "Hello Bo" in text.text


def test_a_picture_is_drawn_in_the_width_scheme_and_language_that_are_asked_for(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[SheetFormat, Frame]] = []

    def draw(_: str, form: SheetFormat, *, frame: Frame, name: str) -> bytes:
        drawn.append((form, frame))
        return b"drawn"

    monkeypatch.setattr("app.web.pages.previews.sheet_of", draw)
    path = f"/downloads/{GREETING}?fixture=typical&format="
    plain = caller.get(f"{path}png")
    dark = caller.get(f"{path}png&width=375&scheme=dark")
    caller.get(f"{path}pdf")
    assert [(str(form), frame.width, str(frame.mode)) for form, frame in drawn] == [
        ("png", 640, "light"),
        ("png", 375, "dark"),
        ("pdf", 640, "light"),
    ]
    names = [answer.headers["content-disposition"].rpartition("'")[2] for answer in (plain, dark)]
    assert names == ["mails-greeting-typical.png", "mails-greeting-typical-375-dark.png"]
    for wrong in ("width=199", "width=2001", "width=wide", "scheme=sepia"):
        assert caller.get(f"{path}png&{wrong}").status_code == 422


def test_drawings_that_wait_leave_the_threads_of_everybody_else(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def draw(*_: object, **__: object) -> bytes:
        begun.release()
        assert go_on.wait(patience(60))
        return b"drawn"

    monkeypatch.setattr("app.web.pages.previews.sheet_of", draw)

    async def ask() -> list[bytes]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 2  # of this loop, which ends with us
        transport = httpx.ASGITransport(caller.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            path = f"/downloads/{GREETING}?format="
            drawn = [asyncio.create_task(client.get(f"{path}png")) for _ in range(4)]
            try:
                for _ in range(2):
                    assert await asyncio.to_thread(begun.acquire, timeout=patience(10))
                with anyio.fail_after(patience(10)):
                    assert (await client.get(f"{path}html")).status_code == 200
            finally:
                go_on.set()
            return [(await each).content for each in drawn]

    assert asyncio.run(ask()) == [b"drawn"] * 4


def test_health_tells_how_many_templates_there_are(caller: Caller) -> None:
    assert caller.get("/healthz").json() == {"status": "ok", "templates": 3, "generation": 1, "problem": ""}


def test_the_clients_are_told_over_http_with_what_they_do(caller: Caller) -> None:
    listed = caller.get("/api/clients").json()
    assert [client["key"] for client in listed] == [*CLIENTS, *RENDERERS]
    assert all(client["models"] and client["leavesOut"] for client in listed)
    assert all(client["real"] or client["sources"] for client in listed)
    assert [client["key"] for client in listed if client["poorerThan"]] == ["images-off", "forced-dark"]
    assert all(client["version"] or client["remedy"] for client in listed if client["real"])
    notes = caller.get("/api/clients/gmail/mails/greeting?fixture=typical").json()
    assert notes["label"] == "Gmail"
    assert isinstance(notes["notes"], list)
    for path in ("/api/clients/gmial/mails/greeting", "/preview/mails/greeting?client=gmial"):
        answer = caller.get(path)
        assert answer.status_code == 404
        assert "gmail" in answer.text


def test_a_downloaded_message_goes_to_whom_the_data_say_if_it_can(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    contract = {"type": "object", "properties": {"tenantEmail": {}, "unsubscribeUrl": {}}}
    folders.write("templates/mails/greeting.json", {**METADATA, "subject": "Hi", "contract": contract})
    folders.write("templates/mails/greeting.html", "<p>Hi")
    for address, url, expected in (
        ("ann@example.com", "https://example.com/u", ("ann@example.com", "<https://example.com/u>")),
        ("<script>@x", "javascript:x", ("recipient@example.com", None)),
    ):
        folders.write("fixtures/mails/greeting/typical.json", {"tenantEmail": address, "unsubscribeUrl": url})
        answer = calling().get("/downloads/mails/greeting")
        message = email.message_from_bytes(answer.content, policy=email.policy.default)
        assert (message["To"], message["List-Unsubscribe"]) == expected


def test_a_bare_file_cannot_be_a_message_and_the_answer_says_why(caller: Caller) -> None:
    answer = caller.get("/downloads/deep/down/here/bare")
    assert answer.status_code == 422
    assert "bare.json" in answer.json()["detail"]
