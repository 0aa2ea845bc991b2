"""The daily commands as a user meets them: output, exit status, one clear line for a mistake."""

from __future__ import annotations

import email
import email.policy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from app.commands import check, render_batch
from app.core.workspace import Workspace
from tests.cli.conftest import Outcome
from tests.own_templates import NAMES

ROOT = Path(__file__).parents[2]
RECEIPT = "receipts/receipt"
SITE = "notifications/site_creation_customer"


def test_list_names_the_twelve(call: Callable[..., Outcome]) -> None:
    listed = json.loads(call("list", "--json").out)
    assert len(listed) == len(NAMES)
    assert {row["audience"] for row in listed} == {"customer", "internal"}
    assert all(len(row["fixtures"]) >= 5 and row["subject"] and not row["error"] for row in listed)
    assert RECEIPT in call("list").out


def test_list_never_shortens_a_name(
    call: Callable[..., Outcome], small: Callable[..., list[str]], tmp_path: Path
) -> None:
    folders = small("<p>{{x}}</p>")
    name = "a-department-with-a-long-name/notifications/order_confirmation_internal"
    (tmp_path / "t" / name).parent.mkdir(parents=True)
    (tmp_path / f"t/{name}.html").write_text("<p>Hello</p>")
    (tmp_path / f"t/{name}.json").write_text(
        json.dumps({"description": "d", "audience": "internal", "subject": "A subject " * 9, "contract": {}})
    )
    lines = call("list", *folders).out.splitlines()
    assert [line.split()[0] for line in lines] == ["Template", name, "one"], "one line for each template"


def test_the_twelve_pass_their_own_checks(call: Callable[..., Outcome]) -> None:
    outcome = call("check", "--json")
    report = json.loads(outcome.out)
    assert [finding for finding in report["findings"] if finding["severity"] == "error"] == []
    assert outcome.status == 0
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    assert report["templates"] == len(workspace.names())
    assert report["templates"] + report["translations"] == len(workspace.editions())
    assert report["renders"] == sum(len(workspace.source(each).fixtures) for each in workspace.editions())


def test_render_gives_a_language_and_says_where_it_is_not_there(call: Callable[..., Outcome]) -> None:
    order = "notifications/order_confirmation_customer"
    found = call("render", order, "--locale", "af-ZA", "--format", "json")
    mail = json.loads(found.out)
    assert (mail["locale"], mail["subject"][:17], found.err) == ("af", "Bestelbevestiging", "")
    assert call("render", f"{order}.af", "--format", "subject").out.startswith("Bestelbevestiging")
    other = call("render", order, "--locale", "zu-ZA", "--format", "subject")
    assert (other.status, other.out[:18]) == (0, "Order Confirmation")
    assert "is not there in 'zu-ZA': this is en-ZA. There is af." in " ".join(other.err.split())
    for wanted in ("af_ZA", "AF-za"):  # as a Lambda takes them
        assert call("render", order, "--locale", wanted, "--format", "subject").out.startswith("Bestel")
    assert call("render", order, "--locale", "no tag").status == 2
    assert call("render", f"{order}.zu").status == 2
    listed = json.loads(call("list", "--json").out)
    assert {row["name"]: row["locales"] for row in listed}[order] == ["af"]


def test_render_writes_each_part(call: Callable[..., Outcome]) -> None:
    parts = {
        form: call("render", RECEIPT, "--format", form).out for form in ("html", "text", "subject", "json")
    }
    assert parts["html"].lower().startswith("<!doctype html")
    assert "<" not in parts["text"].split("http")[0]
    assert parts["subject"].count("\n") == 1
    whole = json.loads(parts["json"])
    assert whole["html"].rstrip("\n") == parts["html"].rstrip("\n")
    assert whole["subject"] == parts["subject"].rstrip("\n")


def test_eml_is_a_message_that_a_mail_program_opens(call: Callable[..., Outcome]) -> None:
    text = call("render", SITE, "--format", "eml").out
    message = email.message_from_string(text, policy=email.policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["From"].addresses[0].domain == "kimmyai.io"
    assert message["Date"]
    assert message["List-Unsubscribe"]


@pytest.mark.parametrize(
    "name", sorted(f"{p.parts[-3]}/{p.parts[-2]}" for p in ROOT.glob("fixtures/*/*/hostile.json"))
)
def test_hostile_data_make_a_message_to_the_one_address_that_they_hold(
    call: Callable[..., Outcome], name: str
) -> None:
    """Before the @ stands markup in quotes: odd, and yet an address that the contract lets through."""
    outcome = call("render", name, "--fixture", "hostile", "--format", "eml")
    assert outcome.status == 0
    message = email.message_from_string(outcome.out, policy=email.policy.default)
    (recipient,) = message["To"].addresses
    data = json.loads((ROOT / "fixtures" / name / "hostile.json").read_text())
    assert f'"{recipient.username}"@{recipient.domain}' == data["tenantEmail"]
    assert outcome.err == ""


def test_data_without_an_address_make_a_message_to_a_placeholder(
    call: Callable[..., Outcome], tmp_path: Path
) -> None:
    data = json.loads((ROOT / "fixtures/receipts/receipt/typical.json").read_text())
    file = tmp_path / "data.json"
    file.write_text(json.dumps(data | {"tenantEmail": "jörg@example.com"}))
    outcome = call("render", RECEIPT, "--data", file, "--lenient", "--format", "eml")
    message = email.message_from_string(outcome.out, policy=email.policy.default)
    assert message["To"] == "recipient@example.com"
    assert outcome.err.count("--to") == 1
    assert "tenantEmail" in outcome.err


def test_a_message_goes_to_whom_the_call_or_the_data_say(call: Callable[..., Outcome]) -> None:
    def recipient(*more: str) -> str:
        outcome = call("render", RECEIPT, "--format", "eml", *more)
        assert outcome.err == ""
        return str(email.message_from_string(outcome.out, policy=email.policy.default)["To"])

    data = json.loads((ROOT / "fixtures/receipts/receipt/typical.json").read_text())
    assert recipient() == data["tenantEmail"]
    assert recipient("--to", "ann@example.com") == "ann@example.com"
    assert recipient("--to", "Ann <ann@example.com>") == "Ann <ann@example.com>"


def test_a_message_of_a_bare_file_lacks_a_sender_and_says_where_to_write_it(
    call: Callable[..., Outcome], small: Callable[..., list[str]]
) -> None:
    outcome = call("render", "one", "--format", "eml", *small("<p>Hello</p>"))
    assert (outcome.status, outcome.out) == (1, "")
    assert "no sender" in outcome.err
    assert "one.json" in outcome.err


def test_data_may_come_from_a_file_or_standard_input(call: Callable[..., Outcome], tmp_path: Path) -> None:
    data = (ROOT / "fixtures/receipts/receipt/minimal.json").read_bytes()
    (tmp_path / "data.json").write_bytes(data)
    from_file = call("render", RECEIPT, "--data", str(tmp_path / "data.json"))
    from_input = call("render", RECEIPT, "--data", "-", stdin=data)
    assert from_file.out == from_input.out == call("render", RECEIPT, "--fixture", "minimal").out


def test_lenient_renders_what_is_missing_as_nothing_and_says_so(
    call: Callable[..., Outcome], small: Callable[..., list[str]]
) -> None:
    arguments = small("<p>Dear {{name}}</p>")
    strict = call("render", "one", *arguments)
    assert strict.status == 1
    assert "one.html:1:9" in strict.err
    lenient = call("render", "one", "--lenient", *arguments)
    assert (lenient.status, "Dear </p>" in lenient.out) == (0, True)
    assert "name" in lenient.err


def test_a_file_whose_name_is_no_text_is_said_and_the_others_are_listed(
    call: Callable[..., Outcome], small: Callable[..., list[str]], tmp_path: Path
) -> None:
    folders = small("<p>Hello</p>")
    (tmp_path / os.fsdecode(b"t/bad\xff.html")).write_text("<p>Hello</p>")
    listed = call("list", *folders)
    assert (listed.status, "one" in listed.out) == (0, True)
    assert "bad\\xff.html" in listed.err
    checked = call("check", *folders)
    assert checked.status == 1
    assert checked.out.count("bad\\xff.html") == 1


def test_the_fixtures_folder_may_be_absent_where_nobody_names_one(
    call: Callable[..., Outcome], small: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = small("<!doctype html><html lang=en><title>x</title><p>Hello")
    monkeypatch.chdir(Path(folders[1]).parent)
    outcome = call("check", "--templates", "t", "--json")
    codes = {finding["code"] for finding in json.loads(outcome.out)["findings"]}
    assert "no-fixture" in codes


def test_each_place_is_warned_of_once_although_it_shows_in_several_parts(
    call: Callable[..., Outcome], small: Callable[..., list[str]], tmp_path: Path
) -> None:
    folders = small("<title>{{> subject}}</title>{{> preheader}}<p>{{b}} and {{b}}</p>")
    metadata = {"description": "d", "audience": "customer", "sender": {"address": "a@b.example"}}
    texts = {"subject": "Hi {{s}}", "preheader": "{{p}}", "contract": {"type": "object"}}
    (tmp_path / "t/one.json").write_text(json.dumps({**metadata, **texts}))
    lines = call("render", "one", "--lenient", *folders).err.splitlines()
    assert len(lines) == len(set(lines)) == 4


class TestMistakes:
    """One line that says what, where and how; never a traceback."""

    @pytest.mark.parametrize(
        ("words", "status", "expected"),
        [
            (["render", "receipts/reciept"], 2, "Did you mean receipts/receipt"),
            (["render", RECEIPT, "--fixture", "tpyical"], 2, "Did you mean typical"),
            (["check", "nope/nothing"], 2, "no template named"),
            (["render", RECEIPT, "--fixture", "typical", "--data", "-"], 2, "not both"),
            (["render", RECEIPT, "--data", "/does/not/exist.json"], 2, "cannot be read"),
            (["list", "--templates", "/does/not/exist"], 2, "--templates"),
            (["list", "--templates", "x" * 999], 2, "cannot be looked at"),
            (["serve", "--templates", "/does/not/exist"], 2, "no templates folder"),
            (["serve", "--fixtures", "/does/not/exist"], 2, "no fixtures folder"),
            (["serve", "--host", "a..b"], 4, "'a..b' is not an address of this machine"),
            (["serve", "--host", "x" * 80, "--port", "0"], 4, "no host can be called so"),
            (["serve", "--allowed-host", "http://preview.example/"], 2, "is no host name"),
            (["serve", "--allowed-host", "preview.example:8025"], 2, "is no host name"),
            (["serve", "--allowed-host", ""], 2, "is no host name"),
            (["check", "--fixtures", "/does/not/exist"], 2, "no fixtures folder '/does/not/exist'"),
            (["check", "--fixtures", "pyproject.toml"], 2, "'pyproject.toml' is not a folder"),
            (["check", "--templates", "pyproject.toml"], 2, "'pyproject.toml' is not a folder"),
            (["render", RECEIPT, "--format", "eml", "--to", "bad"], 2, "'bad' is not one mail address"),
            (["render", RECEIPT, "--format", "eml", "--to", "a@b.example, c@d.example"], 2, "one mail"),
            (["render", "../../etc/passwd"], 2, "no template named"),
        ],
    )
    def test_wrong_calls(
        self, call: Callable[..., Outcome], words: list[str], status: int, expected: str
    ) -> None:
        outcome = call(*words)
        assert outcome.status == status
        assert expected in outcome.err
        assert "Traceback" not in outcome.err
        assert outcome.out == ""

    @pytest.mark.parametrize("variable", ["BBWS_TEMPLATES", "BBWS_FIXTURES"])
    def test_a_folder_of_the_environment_that_is_not_there(
        self, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        monkeypatch.setenv(variable, "/does/not/exist")
        outcome = call("check")
        assert (outcome.status, outcome.out) == (2, "")
        assert variable in outcome.err

    def test_a_check_of_nothing_does_not_pass(self, call: Callable[..., Outcome], tmp_path: Path) -> None:
        outcome = call("check", "--templates", str(tmp_path))
        assert outcome.status == 1
        assert "no template" in outcome.out

    @pytest.mark.parametrize(
        ("stdin", "expected"),
        [
            (b"{", "standard input:1:2"),
            (b"[]", "one JSON object"),
            (b"\xff", "not UTF-8"),
            (b'{"orderId": 5}', "/orderId"),
        ],
    )
    def test_bad_data(self, call: Callable[..., Outcome], stdin: bytes, expected: str) -> None:
        outcome = call("render", RECEIPT, "--data", "-", stdin=stdin)
        assert outcome.status == 1
        assert expected in outcome.err
        assert outcome.out == ""

    def test_data_against_the_contract_names_every_problem(self, call: Callable[..., Outcome]) -> None:
        outcome = call("render", RECEIPT, "--data", "-", stdin=b'{"amount": 299.9, "extra": 1}')
        assert outcome.status == 1
        for pointer in ("/amount", "/extra", "/orderId", "/currency"):
            assert outcome.err.count(f"{pointer}: ") == 1

    @pytest.mark.parametrize(
        ("html", "place"),
        [
            ("<p>\n  {{#a}}", "one.html:2:3"),
            ("<p>\n  {{/a}}", "one.html:2:3"),
            ("<p>\n {{name", "one.html:2:2"),
            ("<p>\n {{> gone}}", "one.html:2:2"),
            ("<p>\n {{> one}}", "one.html:2:2"),
            ("<p>\n <b {{#a}}id=x{{/a}}>", "one.html:2:5"),
            (b"<p>\n\xff", "one.html:2:1"),
        ],
    )
    def test_a_broken_template_is_named_with_its_place(
        self, call: Callable[..., Outcome], small: Callable[..., list[str]], html: str | bytes, place: str
    ) -> None:
        arguments = small(html)
        for command in ("render", "check"):
            outcome = call(command, "one", *arguments)
            assert outcome.status == 1
            assert place in outcome.err + outcome.out
            assert "Traceback" not in outcome.err

    def test_json_errors_are_json(self, call: Callable[..., Outcome]) -> None:
        error: dict[str, Any] = json.loads(call("check", "nope", "--json").out)["error"]
        assert error["code"] == "unknown-name"
        assert error["remedy"]


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (300, 256)])
@pytest.mark.parametrize("command", [check.command, render_batch.command])
def test_there_are_as_many_workers_as_this_process_may_use_cores(
    monkeypatch: pytest.MonkeyPatch, command: click.Command, cores: int, workers: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 300)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)), raising=False)
    option = next(each for each in command.params if each.name == "workers")

    assert option.get_default(click.Context(command)) == workers
    assert option.type.convert(workers, option, None) == workers
