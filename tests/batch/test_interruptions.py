"""A batch that is cut off, killed or begun with other data: nothing is lost, doubled or mixed."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from app.batch.chunks import BatchLine, ChunkOutcome
from app.batch.forms import Form
from app.batch.job import BatchProgress, Job, noted_progress
from app.core.errors import SurroundingsError
from tests.batch.calling import batch, contents, damage


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
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, form: str, step: str, which: int
) -> None:
    damage(data, {5: b"{", 15: b"{"})
    out, whole = tmp_path / "out", tmp_path / "whole"
    options = ("--format", form, "--workers", "1")
    target = target if which > 1 else ""  # else from the sources
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
            batch(data, out, *options, target=target)
    assert batch(data, out, *options, target=target).exit_code == 2, "without --resume nothing is overwritten"
    if form != "eml":
        with out.open("ab") as file:
            file.write(b"half of an em")  # reached the disk, and was not noted any more

    began = json.loads((tmp_path / "out.progress").read_text())["began"]
    assert batch(data, out, *options, "--resume", target=target).exit_code == 1

    with monkeypatch.context() as patched:
        patched.setattr("app.batch.job.datetime", _Then(began))
        assert batch(data, whole, *options, target=target).exit_code == 1
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
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
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
        result = batch(data, tmp_path / "out.jsonl", "--workers", "2", target=target)
    assert isinstance(result.exception, SurroundingsError), result.output
    assert "--resume" in str(result.exception)

    assert batch(data, tmp_path / "out.jsonl", "--workers", "2", "--resume", target=target).exit_code == 0
    made = [json.loads(line)["line"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert made == list(range(1, 231))
    assert not (tmp_path / "out.jsonl.parts").exists()


@pytest.mark.parametrize("form", ["jsonl", "mbox"])
def test_several_processes_write_what_one_does_and_leave_nothing_beside_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, form: str
) -> None:
    data.write_bytes(data.read_bytes() * 10)
    damage(data, {5: b"{", 115: b"{", 230: b"{"})
    folder = tmp_path / "two.parts"  # of one that was killed at once, and what somebody else has put there
    folder.mkdir()
    (folder / "emails-of-a-killed-one").write_bytes(b"half of an em")
    (folder / "mine").touch()
    monkeypatch.setattr("app.batch.job.datetime", _Then("2026-11-29T12:00:00+00:00"))
    for name, workers in (("one", "1"), ("two", "2")):
        made = batch(data, tmp_path / name, "--format", form, "--workers", workers, target=target)
        assert made.exit_code == 1
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_a_full_disk_ends_a_batch_of_several_processes_with_a_sentence(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    data.write_bytes(data.read_bytes() * 10)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("app.batch.parts.os.sendfile", full)
        result = batch(data, tmp_path / "out.jsonl", "--workers", "2", target=target)
    assert isinstance(result.exception, SurroundingsError), result.output
    assert "out.jsonl" in str(result.exception), "it says where there is no room"
    assert not (tmp_path / "out.jsonl.parts").exists()
    assert batch(data, tmp_path / "out.jsonl", "--workers", "2", "--resume", target=target).exit_code == 0
    made = [json.loads(line)["line"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert made == list(range(1, 231))


def test_a_batch_of_other_data_is_not_gone_on_with(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    def cut(*_: Any) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(Job, "write", cut)
        with pytest.raises(Cut):
            batch(data, tmp_path / "out.jsonl", "--workers", "1", target=target)
    damage(data, {1: b"{}"})
    result = batch(data, tmp_path / "out.jsonl", "--resume", target=target)
    assert result.exit_code != 0
    assert "other data" in str(result.exception)


@pytest.mark.parametrize(
    "member",
    [
        {"began": "yesterday"},
        {"began": "0000-01-01T00:00:00+00:00"},
        {"began": 1},
        {"lines": "9"},
        {"offset": -1},
        {"written": 1.5},
        {"emails": True},
        {"form": None},
    ],
)
def test_a_note_of_how_far_a_batch_had_come_that_somebody_has_edited_is_refused(
    tmp_path: Path, member: dict[str, object]
) -> None:
    noted = BatchProgress("mail", "digest", "jsonl", "2026-01-05T12:00:00+00:00", "head", 9, 99, 999)
    path = tmp_path / "out.progress"
    path.write_text(json.dumps(vars(noted)), encoding="utf-8")
    assert noted_progress(tmp_path / "out") == noted
    path.write_text(json.dumps({**vars(noted), **member}), encoding="utf-8")
    with pytest.raises(SurroundingsError, match="does not say how far"):
        noted_progress(tmp_path / "out")
