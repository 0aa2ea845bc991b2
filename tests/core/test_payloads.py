"""Real payloads are held against contract and mail, and nothing that stands in them is ever repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import cli, run
from app.core import jsontext
from app.core.payloads import Payload, records_of
from tests.core.folders import write

CONTRACT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "items"],
    "properties": {
        "name": {"type": "string", "maxLength": 40},
        "url": {"type": "string", "pattern": "^https?://"},
        "lang": {"type": "string"},
        "kind": {"enum": ["A", "B"]},
        "balances": {"additionalProperties": {"type": "number"}},
        "count": {"type": "integer", "maximum": 9},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["price"],
                "properties": {"price": {"type": "string", "pattern": "^[0-9.]+$"}},
            },
        },
    },
}
GOOD = {"name": "Ann", "url": "https://a.io/", "lang": "en", "items": [{"price": "1.00"}]}
BODY = (
    '<!DOCTYPE html><html lang="{{lang}}"><body><p>{{name}} {{#kind}}{{kind}}{{/kind}} '
    '{{#count}}{{count}}{{/count}}</p><a href="{{url}}">Pay</a>\n'
    "{{{name}}}\n{{#items}}{{price}}{{/items}}</body></html>"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    metadata = {
        "description": "x", "audience": "customer", "sender": {"address": "a@a.io"}, "subject": "Hello",
        "preheader": "y", "contract": CONTRACT,
    }  # fmt: skip
    write(tmp_path / "templates/a/one.html", BODY)
    write(tmp_path / "templates/a/one.json", json.dumps(metadata))
    write(tmp_path / "fixtures/a/one/typical.json", json.dumps({**GOOD, "kind": "A", "count": 1}))
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments, "--json"])


def about(result: Result, *, record: str) -> set[tuple[str, str]]:
    """The codes and messages about the records of a file."""
    findings = json.loads(result.stdout)["findings"]
    return {
        (each["code"], each["message"])
        for each in findings
        if each["file"] == record or each["fixture"].startswith(f"{record}:")
    }


def jsonl(*records: Any) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in records)


def test_each_record_is_named_by_line_and_member(home: Path) -> None:
    wrong = {**GOOD, "items": [{"price": "1.00"}, {"price": "one"}]}
    write(home / "day.jsonl", jsonl(GOOD, {"items": []}, "", wrong, "{nonsense"))

    result = check("a/one", "--data", "day.jsonl")

    found = [each for each in json.loads(result.stdout)["findings"] if each["file"] == "day.jsonl"]
    assert [
        (each["line"], each["message"].partition(" must")[0].partition(" is required")[0]) for each in found
    ] == [
        (2, "The member /name"),
        (4, "The member /items/1/price"),
        (5, "The record is not JSON in UTF-8."),
    ]
    assert {each["code"] for each in found} == {"payload-invalid"}
    assert result.exit_code == 1


def test_a_file_of_several_lines_leads_to_the_line_of_the_member(home: Path) -> None:
    write(home / "list.json", json.dumps([GOOD, {**GOOD, "items": [{"price": "x"}]}], indent=1))

    found = [
        each
        for each in json.loads(check("a/one", "--data", "list.json").stdout)["findings"]
        if each["file"] == "list.json"
    ]

    lines = (home / "list.json").read_text(encoding="utf-8").split("\n")
    (one,) = found
    assert '"price": "x"' in lines[one["line"] - 1]
    assert one["message"].startswith("The member /items/0/price ")


def test_places_in_a_long_list_are_found_in_one_pass(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 100
    write(home / "list.json", '[{"a":1}, ' + ",\n".join(['{"b": 0,\n "a": 1}'] * count) + "]")
    read = 0

    class Counting(json.JSONDecoder):
        def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
            nonlocal read
            read += 1
            return super().raw_decode(s, idx)

    monkeypatch.setattr(jsontext, "_DECODER", Counting())

    records = [each for each in records_of(home / "list.json") if isinstance(each, Payload)]
    members = [each.at("/a") for each in records]

    assert [(each.place.line, each.place.column) for each in records[:3]] == [(1, 2), (1, 11), (3, 1)]
    assert [(each.line, each.column) for each in members[:3]] == [(1, 7), (2, 7), (4, 7)]
    assert members[-1].line == 2 * count
    assert read <= 5 * len(records)


CANARIES = [
    "canary-one",
    "Canary Two",
    "canary3@example.com",
    "987654321987",
    "canary:five",
    "CANARY_KEY",
    "8005125009087",
]


@pytest.mark.parametrize("form", [[], ["--json"], ["--notes"]])
def test_nothing_that_stands_in_a_payload_is_printed_or_written(home: Path, form: list[str]) -> None:
    records: list[Any] = [
        {**GOOD, "name": "canary-one " * 10},
        {**GOOD, "kind": "Canary Two"},
        {**GOOD, "url": "canary3@example.com"},
        {**GOOD, "url": "http://canary-one.io/"},
        {**GOOD, "count": 987654321987},
        {**GOOD, "CANARY_KEY": {"CANARY_KEY": "canary-one"}},
        {**GOOD, "balances": {"8005125009087": "canary-one"}},
        {**GOOD, "lang": "canary-one nonsense"},
        {**GOOD, "name": '<canary-one onclick="Canary Two"><a href="canary:five">'},
        {**GOOD, "items": [{"price": "987654321987x"}]},
        ["canary-one"],
        '{"name": "canary-one", "name": "Canary Two"}',
        '{"name": canary-one}',
        '"canary-one',
    ]
    write(home / "real.jsonl", jsonl(*records))
    reports = ["--sarif", "out.sarif", "--junit", "out.xml"]

    result = CliRunner().invoke(cli, ["check", "a/one", "--data", "real.jsonl", *reports, *form])

    assert result.exit_code == 1
    said = result.output + (home / "out.sarif").read_text("utf-8") + (home / "out.xml").read_text("utf-8")
    assert said.count("payload-invalid") >= 9
    assert "real.jsonl:7" in said
    assert [canary for canary in CANARIES if canary.lower() in said.lower()] == []


@pytest.mark.parametrize("name", ["", "e", "must", "a member", "field/e~"])
def test_what_a_payload_calls_its_members_takes_no_letter_from_our_sentences(home: Path, name: str) -> None:
    write(
        home / "real.jsonl", jsonl({**GOOD, name: 1}, {**GOOD, name: 1, "balances": {"dog": "x", name: "y"}})
    )
    said = {message for _, message in about(check("a/one", "--data", "real.jsonl"), record="real.jsonl")}
    where = "The member /…" if name in {"e", "must", "field/e~"} else "The record has a member whose name is"
    assert any(each.startswith(where) for each in said)
    assert all("must not be here: the contract has no such field" in each for each in said if "here" in each)
    assert any("must be a number" in each for each in said)


def test_a_name_of_the_contract_is_shown_whatever_its_letters(home: Path) -> None:
    metadata = json.loads((home / "templates/a/one.json").read_text("utf-8"))
    metadata["contract"]["properties"]["low~/high"] = {"type": "number"}
    write(home / "templates/a/one.json", json.dumps(metadata))
    write(home / "real.jsonl", jsonl({**GOOD, "low~/high": "x"}))
    [(_, said)] = about(check("a/one", "--data", "real.jsonl"), record="real.jsonl")
    assert said.startswith("The member /low~0~1high must be a number")


def test_the_name_of_a_member_is_hidden_within_a_sentence_too(home: Path) -> None:
    either = {"anyOf": [{"required": ["b"]}, {"additionalProperties": {"type": "number"}}]}
    metadata = json.loads((home / "templates/a/one.json").read_text("utf-8"))
    metadata["contract"]["properties"]["balances"] = either
    write(home / "templates/a/one.json", json.dumps(metadata))
    long = "c" * 59 + "/e"
    for name in ("canary", "number", "can/ary~", long):
        write(home / "real.jsonl", jsonl({**GOOD, "balances": {name: "x"}}))
        ((_, message),) = about(check("a/one", "--data", "real.jsonl"), record="real.jsonl")
        assert "canary" not in message
        assert long[:20] not in message
        if name != long:
            assert message.endswith("or /… must be a number."), message


def test_a_mail_that_no_fixture_foresaw_is_found_at_its_place_in_the_template(home: Path) -> None:
    write(home / "day.jsonl", jsonl(GOOD, {**GOOD, "url": "http://a.io/"}))

    findings = json.loads(check("a/one", "--data", "day.jsonl").stdout)["findings"]

    (finding,) = [each for each in findings if each["code"] == "insecure-url"]
    assert finding["file"].endswith("templates/a/one.html")
    assert finding["fixture"] == "day.jsonl:2"


def test_a_folder_has_them_by_template(home: Path) -> None:
    write(home / "real/a/one.jsonl", jsonl(GOOD))
    write(home / "real/a/one/7.json", json.dumps({**GOOD, "kind": "C"}))

    result = check("--data", "real")

    assert about(result, record="real/a/one.jsonl") == set()
    assert {code for code, _ in about(result, record="real/a/one/7.json")} == {"payload-invalid"}
    assert json.loads(result.stdout)["renders"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "day.jsonl"], "Name the one template"),
        (["a/one", "--data", "nothing"], "does not exist"),
        (["a/one", "--data", "empty"], "There are no payloads"),
        (["--data", "other"], "There is no template named 'a/two'"),
    ],
)
def test_a_wrong_call_ends_in_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    write(home / "day.jsonl", jsonl(GOOD))
    write(home / "other/a/two.jsonl", jsonl(GOOD))
    (home / "empty").mkdir()

    assert run(["check", *arguments]) in {1, 2}
    assert said in capsys.readouterr().err
