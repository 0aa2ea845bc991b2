"""A batch: each line of data becomes its email once, in order, whatever comes between."""

from __future__ import annotations

import json
import mailbox
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.batch import processes
from app.batch.chunks import BatchLine, ChunkOutcome, Edition, Task
from app.batch.forms import Form, Writer
from app.batch.job import Job
from app.cli import cli
from app.core.building import make_unchecked_release
from app.core.errors import SurroundingsError
from app.core.release import Provenance
from app.core.workspace import Workspace
from app.publishing.directory_store import DirectoryStore
from tests.publishing.samples import publish_to

ROOT = Path(__file__).parents[2]
NAME = "invoices/invoice"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.fixture
def data(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """23 lines: three chunks, of which the lines 1, 10, 11 and 23 are the edges."""
    monkeypatch.setattr(processes, "LINES_A_CHUNK", 10)
    typical = dict(workspace.source(NAME).fixtures["typical"].data)
    path = tmp_path / "data.jsonl"
    lines = [json.dumps({**typical, "tenantName": f"Customer {number}"}) for number in range(1, 24)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def batch(data: Path, out: Path, *options: str) -> Result:
    """The command, called as a user calls it."""
    return CliRunner().invoke(
        cli,
        [
            *("render-batch", NAME, "--data", str(data), "--out", str(out), *options),
            *("--templates", str(ROOT / "templates"), "--fixtures", str(ROOT / "fixtures")),
        ],
    )


def contents(out: Path) -> dict[str, bytes]:
    """Every file of a result, by its name in it, without the date of the batch."""
    files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
    return {path.name if path == out else str(path.relative_to(out)): path.read_bytes() for path in files}


def damage(data: Path, numbers: dict[int, bytes]) -> None:
    lines = data.read_bytes().split(b"\n")
    for number, content in numbers.items():
        lines[number - 1] = content
    data.write_bytes(b"\n".join(lines))


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


def test_a_mailbox_and_files_hold_messages_that_mail_programs_open(data: Path, tmp_path: Path) -> None:
    assert batch(data, tmp_path / "out.mbox", "--format", "mbox", "--workers", "1").exit_code == 0
    assert batch(data, tmp_path / "out", "--format", "eml", "--workers", "1").exit_code == 0

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
    written = writer.written(hostile, {"tenantEmail": "a@example.com"}, 1, b"{}")
    assert b"\n>From here" in written
    assert b"\n>>From there" in written
    assert b"\nFromage" in written


def test_the_release_of_a_target_is_what_the_emails_are_made_with(
    data: Path, tmp_path: Path, workspace: Workspace
) -> None:
    store = DirectoryStore(tmp_path / "target")
    publish_to(store, make_unchecked_release(workspace, Provenance()))
    result = batch(data, tmp_path / "out.jsonl", "--from", str(store.target), "--workers", "1", "--json")
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


# --- interruptions ------------------------------------------------------------------------------------------


class Cut(BaseException):
    """The end of the process, as far as the files are concerned."""


CUTS = [
    # Of three choices, every two meet in each run; all three, with the other matrices of cuts.
    pytest.param(
        form.value, step, which, marks=[] if (a + b + which) % 3 == 0 else [pytest.mark.heavy("cuts")]
    )
    for a, form in enumerate(Form)
    for b, step in enumerate(("before", "after", "noted"))
    for which in (1, 2, 3)
]


@pytest.mark.parametrize(("form", "step", "which"), CUTS)
def test_a_batch_that_is_cut_off_goes_on_and_loses_and_doubles_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, step: str, which: int
) -> None:
    damage(data, {5: b"{", 15: b"{"})
    out, whole = tmp_path / "out", tmp_path / "whole"
    options = ("--format", form, "--workers", "1")
    write, count = Job.write, 0

    def cut(self: Job, chunk: ChunkOutcome, last: BatchLine) -> None:
        nonlocal count
        count += 1
        if count == which and step == "before":
            raise Cut
        write(self, chunk, last)
        if count == which:
            if step == "noted":
                self.note()
            raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(Job, "write", cut)
        with pytest.raises(Cut):
            batch(data, out, *options)
    assert batch(data, out, *options).exit_code == 2, "without --resume nothing is overwritten"
    if form != "eml":
        with out.open("ab") as file:
            file.write(b"half of an em")  # reached the disk, and was not noted any more

    began = json.loads((tmp_path / "out.progress").read_text())["began"]
    assert batch(data, out, *options, "--resume").exit_code == 1

    with monkeypatch.context() as patched:
        patched.setattr("app.batch.job.datetime", _Then(began))
        assert batch(data, whole, *options).exit_code == 1
    assert contents(out) == {name.replace("whole", "out"): body for name, body in contents(whole).items()}
    faults = [json.loads(line)["line"] for line in (tmp_path / "out.faults.jsonl").read_text().splitlines()]
    assert faults == [5, 15]
    assert not (tmp_path / "out.progress").exists()


class _Then:
    """A clock that stands at the beginning of another batch."""

    def __init__(self, moment: str) -> None:
        self.moment = moment

    def now(self, _: Any) -> _Then:
        return self

    def isoformat(self, **_: Any) -> str:
        return self.moment


def test_a_process_that_is_killed_ends_the_batch_with_a_sentence_and_not_for_good(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Job, chunk: ChunkOutcome, last: BatchLine) -> None:
        for process in multiprocessing.active_children():
            process.kill()
        write(self, chunk, last)

    lines = data.read_bytes() * 10
    data.write_bytes(lines)
    write = Job.write
    with monkeypatch.context() as patched:
        patched.setattr(Job, "write", killed)
        result = batch(data, tmp_path / "out.jsonl", "--workers", "2")
    assert isinstance(result.exception, SurroundingsError), result.output
    assert "--resume" in str(result.exception)

    assert batch(data, tmp_path / "out.jsonl", "--workers", "2", "--resume").exit_code == 0
    made = [json.loads(line)["line"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert made == list(range(1, 231))


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


def test_data_that_cannot_be_read_are_a_wrong_call(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.jsonl", tmp_path):
        result = batch(path, tmp_path / "out.jsonl")
        assert result.exit_code == 2
        assert "cannot be read" in result.output
    assert not list(tmp_path.iterdir())


def test_a_batch_of_other_data_is_not_gone_on_with(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(Job, "write", cut)
        with pytest.raises(Cut):
            batch(data, tmp_path / "out.jsonl", "--workers", "1")
    damage(data, {1: b"{}"})
    result = batch(data, tmp_path / "out.jsonl", "--resume")
    assert result.exit_code != 0
    assert "other data" in str(result.exception)


def test_a_list_in_place_of_lines_is_refused_before_it_fills_the_memory(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.job._LONGEST_LINE", 1_000)
    data.write_bytes(b"[" + b"1," * 5_000 + b"1]")
    result = batch(data, tmp_path / "out.jsonl", "--workers", "1")
    assert "one JSON object in each line" in str(result.exception)


# --- languages ----------------------------------------------------------------------------------------------

CONFIRMATION = "notifications/order_confirmation_customer"


def in_languages(path: Path, workspace: Workspace, *languages: str | None) -> Path:
    """A file of orders, each with the member ``language`` where one is given."""
    typical = dict(workspace.fixture(CONFIRMATION, "typical").data)
    lines = [json.dumps({**typical, **({"language": each} if each else {})}) for each in languages]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def subjects(data: Path, out: Path, *options: str) -> list[tuple[str, str]]:
    result = CliRunner().invoke(
        cli,
        [
            *(
                "render-batch",
                CONFIRMATION,
                "--data",
                str(data),
                "--out",
                str(out),
                "--workers",
                "1",
                *options,
            ),
            *("--templates", str(ROOT / "templates"), "--fixtures", str(ROOT / "fixtures")),
        ],
    )
    assert result.exit_code == 0, result.output
    mails = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return [(mail["locale"], mail["subject"].partition(" - ")[0]) for mail in mails]


ENGLISH, AFRIKAANS = ("en-ZA", "Order Confirmation"), ("af", "Bestelbevestiging")


@pytest.mark.parametrize("released", [False, True])
def test_a_batch_is_in_one_language_or_each_line_in_its_own(
    tmp_path: Path, workspace: Workspace, released: bool
) -> None:
    options: list[str] = []
    if released:
        store = DirectoryStore(tmp_path / "store")
        publish_to(store, make_unchecked_release(workspace, Provenance()))
        options = ["--from", str(store.target)]
    plain = in_languages(tmp_path / "plain.jsonl", workspace, None, None)
    assert subjects(plain, tmp_path / "a.jsonl", *options) == [ENGLISH, ENGLISH]
    assert subjects(plain, tmp_path / "b.jsonl", "--locale", "af-ZA", *options) == [AFRIKAANS, AFRIKAANS]
    mixed = in_languages(tmp_path / "mixed.jsonl", workspace, "af-ZA", None, "zu-ZA", "en-ZA")
    by_line = ["--locale-field", "language", *options]
    assert subjects(mixed, tmp_path / "c.jsonl", *by_line) == [AFRIKAANS, ENGLISH, ENGLISH, ENGLISH]
    assert subjects(mixed, tmp_path / "d.jsonl", "--locale", "af", *by_line)[:2] == [AFRIKAANS, AFRIKAANS]


@pytest.mark.parametrize(
    ("locale", "status", "sentence"),
    [
        ("zu-ZA", 0, "is not there in 'zu-ZA': this is en-ZA. There is af."),
        ("no tag", 2, "'no tag' is not a language tag"),
        ("../..", 2, "'../..' is not a language tag"),
    ],
)
def test_a_language_that_no_line_can_have_is_not_passed_over_in_silence(
    tmp_path: Path, workspace: Workspace, locale: str, status: int, sentence: str
) -> None:
    data = in_languages(tmp_path / "data.jsonl", workspace, None)
    arguments = ["--data", str(data), "--out", str(tmp_path / "out.jsonl"), "--workers", "1"]
    folders = ["--templates", str(ROOT / "templates"), "--fixtures", str(ROOT / "fixtures")]
    result = CliRunner().invoke(cli, ["render-batch", CONFIRMATION, *arguments, "--locale", locale, *folders])
    assert result.exit_code == status
    assert sentence in " ".join(result.output.split())


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
