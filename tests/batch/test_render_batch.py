"""A batch: each line of data becomes its email once, in order, whatever comes between."""

from __future__ import annotations

import json
import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.batch import json_lines, processes
from app.batch.chunks import BatchLine, Edition, Task
from app.batch.forms import Form, Writer
from app.batch.json_lines import JsonLines, json_text
from app.cli import run
from app.core.errors import SurroundingsError
from app.core.workspace import Workspace
from bbws_templates import Mode, RenderedEmail, RenderError, Template
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.mailing import render_email
from tests.batch.calling import NAME, batch, damage
from tests.engine.test_functions import odd_data, pieces
from tests.selection import drawn

# --- what is written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", ["1", "2"])
def test_each_line_becomes_the_email_that_a_lambda_makes_in_order(
    data: Path, tmp_path: Path, workspace: Workspace, workers: str
) -> None:
    result = batch(data, tmp_path / "out.jsonl", "--workers", workers)
    assert (tmp_path / "out.jsonl").read_text("utf-8").count("due by 13 February 2026") >= 23

    assert result.exit_code == 0, result.output
    made = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [each["line"] for each in made] == list(range(1, 24))
    for line, each in zip(data.read_text("utf-8").splitlines(), made, strict=True):
        email = workspace.render(NAME, json.loads(line))
        assert (each["html"], each["text"], each["subject"]) == (email.html, email.text, email.subject)
    assert {path.name for path in tmp_path.iterdir()} == {"data.jsonl", "out.jsonl"}


def test_a_mailbox_and_files_hold_messages_that_mail_programs_open(
    data: Path, tmp_path: Path, target: str
) -> None:
    mbox = batch(data, tmp_path / "out.mbox", "--format", "mbox", "--workers", "1", target=target)
    assert mbox.exit_code == 0, mbox.output
    assert batch(data, tmp_path / "out", "--format", "eml", "--workers", "1", target=target).exit_code == 0

    box = mailbox.mbox(tmp_path / "out.mbox", create=False)
    files = sorted((tmp_path / "out").rglob("*.eml"))
    assert len(box) == len(files) == 23
    for number, (file, boxed) in enumerate(zip(files, box, strict=True), start=1):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert f"Customer {number}" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert boxed["Message-ID"] == message["Message-ID"]
        assert boxed["To"] == message["To"]
    assert len({message["Message-ID"] for message in box}) == 23
    box.close()


def test_no_line_of_an_email_ends_the_email_in_a_mailbox(workspace: Workspace) -> None:
    email = workspace.render(NAME, workspace.source(NAME).fixtures["typical"].data)
    hostile = type(email)(**{**vars(email), "text": "From here\n>From there\nFromage\n"})
    writer = Writer(Form.MBOX, datetime(2026, 1, 31, tzinfo=UTC))
    written = writer.written(hostile, {"tenantEmail": "a@example.com"}, b"{}")
    assert b"\n>From here" in written
    assert b"\n>>From there" in written
    assert b"\nFromage" in written


def test_the_release_of_a_target_is_what_the_emails_are_made_with(
    data: Path, tmp_path: Path, target: str
) -> None:
    result = batch(data, tmp_path / "out.jsonl", "--workers", "1", "--json", target=target)
    assert result.exit_code == 0, result.output
    first = json.loads((tmp_path / "out.jsonl").read_text("utf-8").partition("\n")[0])
    assert len(first["release"]) == 64


# --- lines that are wrong -----------------------------------------------------------------------------------


def test_a_line_that_is_wrong_is_named_and_the_others_are_done(data: Path, tmp_path: Path) -> None:
    damage(
        data,
        {
            3: b"{not json",
            5: b"\xff\xfe",
            7: b"[1]",
            9: b'{"a": 1, "a": 2}',
            10: b'{"tenantName": "Secret Name"}',
            23: b'{"a": NaN}',
        },
    )
    result = batch(data, tmp_path / "out.jsonl", "--workers", "1")

    assert result.exit_code == 1
    faults = [json.loads(line) for line in (tmp_path / "out.jsonl.faults.jsonl").read_text().splitlines()]
    assert [fault["line"] for fault in faults] == [3, 5, 7, 9, 10, 23]
    assert all(fault["message"] for fault in faults)
    assert any(problem["pointer"] == "/invoiceId" for problem in faults[4]["problems"])
    assert "Secret" not in result.output + (tmp_path / "out.jsonl.faults.jsonl").read_text()
    made = [json.loads(line)["line"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert made == [number for number in range(1, 24) if number not in {3, 5, 7, 9, 10, 23}]
    assert "data.jsonl:3: " in result.output


def test_blank_lines_and_other_line_ends_are_no_emails(data: Path, tmp_path: Path) -> None:
    lines = data.read_bytes().splitlines()[:3]
    data.write_bytes(b"\xef\xbb\xbf" + b"\r\n\r\n".join(lines))
    result = batch(data, tmp_path / "out.jsonl", "--workers", "1")
    assert result.exit_code == 0, result.output
    made = [json.loads(line)["line"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert made == [1, 3, 5]


def test_an_empty_file_is_a_batch_of_no_emails(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    result = batch(empty, tmp_path / "none.jsonl")
    assert result.exit_code == 0
    assert (tmp_path / "none.jsonl").read_bytes() == b""


# --- wrong calls --------------------------------------------------------------------------------------------


def test_nothing_is_overwritten_and_no_other_batch_gone_on_with(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    assert batch(data, out).exit_code == 2
    assert out.read_text() == "mine"
    assert batch(data, tmp_path / "new.jsonl", "--resume").exit_code == 2
    out.unlink()
    (tmp_path / "out.jsonl.progress").write_text("{")
    result = batch(data, out, "--resume")
    assert isinstance(result.exception, SurroundingsError)


@pytest.mark.parametrize("place", ["", ".", "/"])
@pytest.mark.parametrize("form", list(Form))
def test_a_result_without_a_name_is_a_wrong_call(data: Path, place: str, form: Form) -> None:
    result = batch(data, Path(place), "--format", form.value)
    assert result.exit_code == 2
    assert "is no name of a file or folder" in result.output


def test_data_are_never_overwritten_by_what_is_written_beside_the_result(data: Path, tmp_path: Path) -> None:
    faults = data.rename(tmp_path / "out.faults.jsonl")
    (tmp_path / "link.jsonl").symlink_to(faults)
    before = faults.read_bytes()
    for place in (faults, tmp_path / "link.jsonl"):
        result = batch(place, tmp_path / "out")
        assert result.exit_code == 2
        assert "would be overwritten" in result.output
        assert faults.read_bytes() == before
        assert not (tmp_path / "out").exists()


def test_data_that_cannot_be_read_are_a_wrong_call(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.jsonl", tmp_path):
        result = batch(path, tmp_path / "out.jsonl")
        assert result.exit_code == 2
        assert "cannot be read" in result.output
    assert not list(tmp_path.iterdir())


def test_a_list_in_place_of_lines_is_refused_before_it_fills_the_memory(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.job._LONGEST_LINE", 1_000)
    data.write_bytes(b"[" + b"1," * 5_000 + b"1]")
    result = batch(data, tmp_path / "out.jsonl", "--workers", "1")
    assert "one JSON object in each line" in str(result.exception)


# --- its memory ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_no_more_is_read_than_the_processes_can_begin_with(
    workspace: Workspace, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LINES_A_CHUNK", 10)
    typical = json.dumps(dict(workspace.source(NAME).fixtures["typical"].data)).encode()
    read = 0

    def lines() -> Iterator[BatchLine]:
        nonlocal read
        for number in range(1, 201):
            read += 1
            yield BatchLine(number, typical, number)

    task = Task((Edition(workspace.compilation(NAME).compiled),), "", Writer(Form.JSONL, datetime.now(UTC)))
    ahead = processes.LINES_A_CHUNK * (workers * 2 + 1)
    for last, _ in processes.chunks(task, lines(), workers):
        assert read <= last.number + ahead
    assert read == 200


def test_a_caller_with_machines_of_its_own_gets_the_work_and_the_exit_statuses(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared: list[int] = []

    def sharing(task: Task, lines: Iterator[BatchLine], workers: int) -> processes.Worked:
        shared.append(workers)
        return processes.chunks(task, lines, 1)

    words = ["render-batch", NAME, "--data", str(data), "--workers", "2", "--out"]
    assert run([*words, str(tmp_path / "out.jsonl")], obj=sharing) == 0
    assert shared == [2]
    words[1] = "invoices/invoic"
    assert run([*words, str(tmp_path / "other.jsonl")], obj=sharing) == 2
    assert "There is no template named 'invoices/invoic'" in capsys.readouterr().err


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("".join(map(chr, range(0x300))))
@example('\u2028"\\\n\U0001f600')
def test_text_is_written_as_the_standard_library_writes_it(text: str) -> None:
    assert json_text(text) == json.dumps(text, ensure_ascii=False).encode()


# --- JSON Lines ---------------------------------------------------------------------------------------------


def test_a_line_is_what_the_standard_library_makes_of_the_email(workspace: Workspace) -> None:
    for name in workspace.editions():
        template = workspace.compilation(name).compiled
        lines = JsonLines(template, "a release", workspace.display(template.locale))
        for label, fixture in workspace.source(name).fixtures.items():
            for data in (fixture.data, workspace.shown(name, fixture.data)):
                expected = line_of(render_email(template, data, release="a release"))
                content = json.dumps(dict(fixture.data), ensure_ascii=False).encode()
                assert lines.written(data, fixture.data, 7, content) == expected, f"{name}, {label}"


def line_of(email: RenderedEmail) -> bytes:
    """A line of a batch as the standard library writes it."""
    members = {
        "line": 7,
        "template": email.template,
        "release": email.release,
        "locale": email.locale,
        "subject": email.subject,
        "preheader": email.preheader,
        "sender": {"name": email.sender[0], "address": email.sender[1]},
        "replyTo": email.reply_to,
        "html": email.html,
        "text": email.text,
    }
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


signs = st.sampled_from(["", "x", "a&b", "<i>", "it's", "&amp;", '"', "\\", "R1\u00a0234", "\x00"])


@settings(max_examples=drawn(400), deadline=None)
@given(
    html=st.lists(pieces, max_size=4).map("".join),
    text=st.lists(pieces, max_size=4).map("".join),
    data=st.dictionaries(
        st.sampled_from(["a", "b", "c", "&"]),
        signs | st.lists(signs | st.dictionaries(st.sampled_from("ab"), signs), max_size=4),
        max_size=4,
    ),
)
@example("{{a}}{{#b}}{{a}}{{.}}{{/b}}", "{{a}}{{&a}}", {"a": "1&2", "b": ["x&y"]})
@example("{{a}}{{#b}}{{.}}{{/b}}", "{{a}}", {"a": "1&2<", "b": ["x"] * 4})
@example("{{a}}{{&a}}", "{{a}}", {"a": "1&2", "b": ""})
def test_a_line_is_its_email_wherever_its_data_have_signs_of_html(
    html: str, text: str, data: dict[str, Any]
) -> None:
    template = CompiledTemplate("a/b", html, text, "s", "p", ("N", "n@example.com"), "", "", "", None)
    try:
        expected = line_of(render_email(template, data))
    except RenderError as error:
        expected = error.code.encode()
    try:
        content = json.dumps(data, ensure_ascii=False).encode()
        written = JsonLines(template, "").written(data, data, 7, content)
    except RenderError as error:
        written = error.code.encode()
    assert written == expected


@settings(max_examples=drawn(600), deadline=None)
@given(
    template=st.lists(pieces, max_size=5).map("".join),
    data=st.dictionaries(st.sampled_from(["a", "b", "c", "0"]), odd_data, max_size=4),
)
@example(template='{{#a}}"{{b}}\\{{{c}}}{{/a}}', data={"a": [{"b": '"<', "c": "\\\n\x01"}] * 4})
@example(template="{{#a}}{{b}}{{c}}{{/a}}", data={"a": [{"b": "R1\u00a0234", "c": "x"}] * 4})
def test_what_is_spelled_piece_by_piece_is_what_is_spelled_as_a_whole(
    template: str, data: dict[str, Any]
) -> None:
    parsed = Template.parse(template)
    for mode in Mode:
        function = parsed.spelled_out(mode, json_lines.JSON)
        result = function(data) if function else None
        if result is not None:
            assert b'"%s"' % result == json_text(parsed.render(data, mode=mode, strict=False))


def test_a_sender_may_have_an_international_domain_in_a_batch_too() -> None:
    email = RenderedEmail(
        template=NAME, subject="s", preheader="", html="<p>x</p>", text="x",
        sender=("KimmyAI", "noreply@bücher.example"), reply_to="",
    )  # fmt: skip
    message = Writer(Form.EML, datetime(2026, 1, 5, tzinfo=UTC)).written(
        email, {"tenantEmail": "a@example.com"}, b"{}"
    )
    assert message_from_bytes(message)["Message-ID"].endswith("@xn--bcher-kva.example>")
