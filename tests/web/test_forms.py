"""The form of some data over HTTP."""

from __future__ import annotations

from tests.web.calling import Caller
from tests.web.conftest import METADATA, Folders


def test_the_form_is_there_for_programs(folders: Folders, caller: Caller) -> None:
    answer = caller.post("/api/forms/mails/greeting", json={"data": {"name": 5, "odd": 1}})
    assert answer.status_code == 200, answer.text
    told = {each["pointer"]: each["problems"] for each in answer.json()["form"]["fields"]}
    assert told.keys() == {"/name", "/note", "/odd"}
    assert told["/name"]
    assert told["/odd"]
    assert caller.post("/api/forms/deep/down/here/bare", json={"data": {}}).json() == {"form": None}
    assert caller.post("/api/forms/mails/nothing", json={"data": {}}).status_code == 404
    assert caller.post("/api/forms/mails/greeting", json={"data": []}).status_code == 422
    twice = b'{"data": {"name": "a", "name": "b"}}'
    headers = {"Content-Type": "application/json"}
    assert caller.post("/api/forms/mails/greeting", content=twice, headers=headers).status_code == 400
    folders.write("templates/mails/odd.html", "<p>{{name}}</p>")
    folders.write(
        "templates/mails/odd.json", {**METADATA, "contract": {"properties": {"a": {"pattern": "("}}}}
    )
    caller.post("/api/reload")
    assert caller.post("/api/forms/mails/odd", json={"data": {"a": "x"}}).status_code == 422


def test_a_form_of_whatever_data_is_an_answer_of_bounded_size(caller: Caller) -> None:
    deep = '{"data": {"odd": ' + '{"a": ' * 400 + "1" + "}" * 400 + "}}"
    headers = {"Content-Type": "application/json"}
    answer = caller.post("/api/forms/mails/greeting", content=deep, headers=headers)
    assert answer.status_code == 200, answer.text
    wide = {"data": {"name": "a", **{f"m{number}": 1 for number in range(5000)}}}
    root = caller.post("/api/forms/mails/greeting", json=wide).json()["form"]
    assert len(root["fields"]) + root["hidden"] == 5002
    assert len(root["fields"]) <= 1500


def test_a_snippet_needs_a_sender(caller: Caller) -> None:
    answer = caller.get("/api/snippets/mails/greeting?fixture=minimal")
    assert answer.status_code == 200, answer.text
    assert '"name": "Bo"' in answer.json()["python"]
    refused = caller.get("/api/snippets/deep/down/here/bare")
    assert refused.status_code == 422
    assert "metadata" in refused.json()["detail"]
