"""Processes side by side give what one would: the same, in the same order, whatever becomes of them."""

from __future__ import annotations

import gc
import io
import itertools
import json
import logging
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates import BbwsTemplatesError, RecordError, RenderedEmail, TemplateClient
from bbws_templates.metrics import Metrics
from bbws_templates.workers import ENOUGH, GROUP, in_turns, usable_cores
from tests.infra.terraform import ROOT
from tests.publishing.samples import publish_to
from tests.runtime import duties
from tests.runtime.duties import Deadly, Faulty, Unspeakable, called, childless, doubled, met, where
from tests.runtime.test_languages import AFRIKAANS, DATA, release_in
from tests.waiting import patience


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def own_children() -> list[int]:
    threads = Path("/proc/self/task").iterdir()
    return [int(each) for thread in threads for each in (thread / "children").read_text("ascii").split()]


WARNING = "its share is made by this one"


@pytest.mark.parametrize("number", [0, 1, GROUP, GROUP + 1, 3 * GROUP, 5 * GROUP + 7])
def test_whatever_their_number_all_come_in_order(number: int) -> None:
    assert list(in_turns(doubled, iter(range(number)), 2)) == [value * 2 for value in range(number)]


def test_all_of_them_work_and_none_where_there_is_little_to_do() -> None:
    assert len(set(in_turns(where, range(9 * GROUP), 3)) - {os.getpid()}) == 3
    assert set(in_turns(where, range(GROUP), 3)) == {os.getpid()}
    assert set(in_turns(where, range(9 * GROUP), 1)) == {os.getpid()}


def test_no_more_is_read_than_they_have_in_work() -> None:
    given = itertools.count()
    made = in_turns(doubled, given, 2)
    for number in range(5 * GROUP):
        assert next(made) == number * 2
    assert next(given) <= number + 5 * GROUP + 1


def test_who_asks_no_more_leaves_nothing_running() -> None:
    made = in_turns(where, range(9 * GROUP), 2)
    process = next(made)
    assert is_there(process)
    made.close()
    assert not is_there(process)


@pytest.mark.parametrize("at", [0, GROUP * 4 + 3])
def test_of_one_that_is_killed_nothing_is_lost(at: int, caplog: pytest.LogCaptureFixture) -> None:
    made = list(in_turns(Deadly(os.getpid(), at), range(GROUP * 9), 2))
    assert made == [value * 2 for value in range(GROUP * 9)]
    assert [record.message for record in caplog.records] == [f"A process has ended; {WARNING}."]


def test_an_error_is_raised_at_its_place_whatever_it_holds() -> None:
    made = in_turns(Faulty(GROUP * 3 + 5), range(GROUP * 9), 2)
    for value in range(GROUP * 3 + 5):
        assert next(made) == value * 2
    with pytest.raises(Unspeakable):
        next(made)


def test_what_cannot_be_handed_over_is_worked_on_here(caplog: pytest.LogCaptureFixture) -> None:
    odd = [lambda: "here", lambda: "there", duties.Closed()]
    things: list[Any] = [*range(GROUP * 3), *odd, *range(GROUP * 3)]
    assert list(in_turns(called, things, 2)) == [called(thing) for thing in things]
    assert [record.message.partition(" (")[0] for record in caplog.records] == [
        "A process cannot be given all of it",
        "A process cannot read or make all of it",
    ]


def test_what_cannot_be_handed_back_is_made_here(caplog: pytest.LogCaptureFixture) -> None:
    made = list(in_turns(duties.refused, range(GROUP * 2), 2))
    assert isinstance(made.pop(GROUP), duties.Unreadable)
    assert made == [value for value in range(GROUP * 2) if value != GROUP]
    assert f"A process cannot read or make all of it (TypeError); {WARNING}." == caplog.messages[0]


@pytest.mark.parametrize("number", [GROUP // 2, GROUP * 5])
def test_each_is_worked_on_as_it_was_when_it_was_read(number: int) -> None:
    def given() -> Iterator[dict[str, Any]]:
        row: dict[str, Any] = {}
        for row["number"] in range(number):
            row["odd"] = [] if row["number"] % 7 else lambda: "cannot be pickled"
            yield row

    assert list(in_turns(duties.numbered, given(), 2)) == list(range(number))


def test_little_is_read_of_what_is_large_and_no_interrupt_reaches_who_works_on_it() -> None:
    read: list[int] = []

    def given() -> Iterator[bytes]:
        for number in range(8):
            read.append(number)
            yield bytes(ENOUGH)

    made = in_turns(duties.undisturbed, given(), 2)
    assert next(made) == (ENOUGH, True)
    assert len(read) == 5
    assert list(made) == [(ENOUGH, True)] * 7


@pytest.mark.parametrize("program", [shutil.which("false"), "", None])
def test_one_that_ends_before_it_has_read_what_to_do_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, program: str | None
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    assert list(in_turns(duties.Heavy(), range(GROUP * 3), 2)) == [value * 2 for value in range(GROUP * 3)]
    assert [message.endswith(f"; {WARNING}.") for message in caplog.messages] == [True, True]


def test_a_program_s_own_end_of_patience_is_not_taken_for_the_end_of_a_process() -> None:
    def impatient(*given: object) -> None:
        raise TimeoutError("It takes too long.")

    before = signal.signal(signal.SIGUSR1, impatient)
    try:
        with pytest.raises(TimeoutError, match="too long"):
            list(in_turns(duties.Late(os.getpid(), GROUP * 2), range(GROUP * 20), 2))
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_where_nobody_may_wait_for_a_process_it_ends_all_the_same() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        processes = set(in_turns(where, range(GROUP * 5), 2))
        assert len(processes) == 2
        assert not any(map(is_there, processes))
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_garbage_leaves_nothing_running() -> None:
    made = in_turns(where, range(GROUP * 9), 2)
    process = next(made)
    cycle: list[Any] = [made]
    cycle.append(cycle)
    del made, cycle
    gc.collect()
    assert not is_there(process)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("readable", [0, 5, GROUP * 5 + 3])
def test_where_reading_fails_what_was_read_comes_first(readable: int, processes: int) -> None:
    def given() -> Iterator[int]:
        yield from range(readable)
        raise ConnectionError("the table has gone")

    made = in_turns(doubled, given(), processes)
    got: list[int] = []
    with pytest.raises(ConnectionError, match="the table has gone"):
        got.extend(made)
    assert got == [value * 2 for value in range(readable)]


def test_a_process_that_may_have_none_does_it_alone() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=childless, args=(theirs,), daemon=True)
    process.start()
    assert ours.poll(patience(60))
    assert ours.recv() == [value * 2 for value in range(200)]
    process.join(patience(60))
    assert process.exitcode == 0


def test_nothing_is_shared_that_a_lambda_has_not() -> None:
    """Its system has no semaphores: to make one raises this error, as to make a pool of processes does."""
    program = (
        "import _multiprocessing, errno\n"
        "def no(*given, **named): raise OSError(errno.ENOSYS, 'Function not implemented')\n"
        "_multiprocessing.SemLock = no\n"
        "from tests.runtime.duties import where\n"
        "from bbws_templates.workers import in_turns\n"
        "print(len(set(in_turns(where, range(200), 2))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_there_is_a_core() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def records() -> Iterator[dict[str, Any]]:
    """Good ones and wrong ones in turns, in three languages, one of which the release has not."""
    for number in range(GROUP * 5):
        data: dict[str, Any] = {**DATA, "name": f"no {number}", "tag": ["af", "en-ZA", "xh"][number % 3]}
        if number % 5 == 3:
            data["total"] = {"no": "amount"}
        if number % 7 == 4:
            del data["when"]
        yield data


def tag_of(data: Any) -> str | None:
    tag: str = data["tag"]
    return tag


@pytest.mark.parametrize("strict", [True, False])
def test_a_client_tells_the_same_however_many_render(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, strict: bool
) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in(AFRIKAANS))
    told: dict[int | None, Any] = {}
    for processes in (1, 2, None):
        lines = (tmp_path / f"lines {processes}").open("w+", encoding="utf-8")
        client = TemplateClient(str(store.target), metrics=Metrics("dev", stream=lines))
        caplog.clear()
        made = [
            replace(each) if isinstance(each, RenderedEmail) else repr((type(each), str(each), each.__dict__))
            for each in client.render_many(
                "mails/mail", records(), strict=strict, locale=tag_of, processes=processes
            )
        ]
        lines.seek(0)
        metrics = [json.loads(line) for line in lines]
        for line in metrics:
            del line["_aws"]["Timestamp"], line["ReleaseAge"]
        told[processes] = (made, metrics, [record.getMessage() for record in caplog.records])
        lines.close()
    assert told[1] == told[2] == told[None]
    emails, metrics, logged = told[1]
    assert len(emails) == len(metrics) == GROUP * 5
    assert {each.locale for each in emails if isinstance(each, RenderedEmail)} == {"af", "en-ZA"}
    assert bool(logged) is not strict
    assert any(isinstance(each, str) for each in emails) is strict


def test_a_defect_stands_in_its_place_with_where_it_was_met_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    lines = io.StringIO()
    client = TemplateClient(str(store.target), metrics=Metrics("dev", stream=lines))
    emails = client.render_many("mails/mail", [DATA] * 3)
    assert isinstance(next(emails), RenderedEmail)
    monkeypatch.setattr("bbws_templates.reply.render_email", lambda *given, **named: 1 // 0)
    error = next(emails)
    assert isinstance(error, RecordError)
    assert "ZeroDivisionError" in str(error)
    assert error.location
    assert error.location.file == __file__, "where it was met is to be seen"
    monkeypatch.undo()
    assert isinstance(next(emails), RenderedEmail)
    told = [json.loads(line).get("error") for line in lines.getvalue().splitlines()]
    assert told == [None, "record", None]


def test_a_defect_in_a_process_is_met_again_where_it_can_be_seen() -> None:
    for number, (reply, process) in enumerate(in_turns(met, range(GROUP * 7), 2)):
        start = number // GROUP * GROUP
        is_near = any(each % 50 == 40 for each in range(start, start + GROUP))
        assert (process == os.getpid()) is is_near
        assert isinstance(reply.made, ZeroDivisionError) is (number % 50 == 40)


def test_whoever_keeps_an_error_keeps_no_process(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    emails = TemplateClient(str(store.target)).render_many("mails/mail", [DATA] * (GROUP * 9), processes=2)
    assert isinstance(next(emails), RenderedEmail)
    assert isinstance(emails, Generator)
    before = set(own_children())
    with pytest.raises(LookupError) as kept:
        emails.throw(LookupError("the caller's own"))
    assert len(before - set(own_children())) == 2, kept


def test_data_of_any_mapping_are_rendered(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    client = TemplateClient(str(store.target))
    given = [MappingProxyType({**DATA, "name": f"no {number}"}) for number in range(GROUP * 2 + 1)]
    made = list(client.render_many("mails/mail", given, processes=2))
    assert made == list(client.render_many("mails/mail", given))


def test_errors_keep_their_kind(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    client = TemplateClient(str(store.target))
    wrong = client.render_many("mails/mail", [{}] * (GROUP * 3), processes=2)
    assert all(isinstance(each, BbwsTemplatesError) for each in wrong)


@pytest.fixture(autouse=True)
def all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "bbws_templates")
