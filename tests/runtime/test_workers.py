"""Processes side by side give what one would: the same, in the same order, whatever becomes of them."""

from __future__ import annotations

import io
import itertools
import json
import logging
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from app.publishing.directory_store import DirectoryStore
from bbws_templates import BbwsTemplatesError, RenderedEmail, TemplateClient
from bbws_templates.metrics import Metrics
from bbws_templates.workers import GROUP, side_by_side, usable_cores
from tests.infra.terraform import ROOT
from tests.publishing.samples import publish_to
from tests.runtime.duties import Deadly, Faulty, Unspeakable, called, childless, doubled, met, where
from tests.runtime.test_languages import AFRIKAANS, DATA, release_in
from tests.waiting import patience

WARNING = "its share is made by this one"


@pytest.mark.parametrize("number", [0, 1, GROUP, GROUP + 1, 3 * GROUP, 5 * GROUP + 7])
def test_whatever_their_number_all_come_in_order(number: int) -> None:
    assert list(side_by_side(doubled, iter(range(number)), 2)) == [value * 2 for value in range(number)]


def test_all_of_them_work_and_none_where_there_is_little_to_do() -> None:
    assert len(set(side_by_side(where, range(9 * GROUP), 3)) - {os.getpid()}) == 3
    assert set(side_by_side(where, range(GROUP), 3)) == {os.getpid()}
    assert set(side_by_side(where, range(9 * GROUP), 1)) == {os.getpid()}


def test_no_more_is_read_than_they_have_in_work() -> None:
    given = itertools.count()
    made = side_by_side(doubled, given, 2)
    for number in range(5 * GROUP):
        assert next(made) == number * 2
    assert next(given) <= number + 3 * GROUP + 1
    made.close()
    assert not multiprocessing.active_children(), "who asks no more leaves nothing running"


@pytest.mark.parametrize("at", [0, GROUP * 4 + 3])
def test_of_one_that_is_killed_nothing_is_lost(at: int, caplog: pytest.LogCaptureFixture) -> None:
    made = list(side_by_side(Deadly(os.getpid(), at), range(GROUP * 9), 2))
    assert made == [value * 2 for value in range(GROUP * 9)]
    assert [record.message for record in caplog.records] == [f"A process has ended; {WARNING}."]


def test_an_error_is_raised_at_its_place_whatever_it_holds() -> None:
    made = side_by_side(Faulty(GROUP * 3 + 5), range(GROUP * 9), 2)
    for value in range(GROUP * 3 + 5):
        assert next(made) == value * 2
    with pytest.raises(Unspeakable):
        next(made)
    assert not multiprocessing.active_children()


def test_what_cannot_be_handed_over_is_worked_on_here(caplog: pytest.LogCaptureFixture) -> None:
    things: list[Any] = [*range(GROUP * 3), lambda: "here", *range(GROUP * 3)]
    assert list(side_by_side(called, things, 2)) == [called(thing) for thing in things]
    assert not caplog.records


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("readable", [0, 5, GROUP * 5 + 3])
def test_where_reading_fails_what_was_read_comes_first(readable: int, processes: int) -> None:
    def given() -> Iterator[int]:
        yield from range(readable)
        raise ConnectionError("the table has gone")

    made = side_by_side(doubled, given(), processes)
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
        "from bbws_templates.workers import side_by_side\n"
        "if __name__ == '__main__': print(len(set(side_by_side(where, range(200), 2))))\n"
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


def test_a_defect_is_raised_at_its_place_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    lines = io.StringIO()
    client = TemplateClient(str(store.target), metrics=Metrics("dev", stream=lines))
    emails = client.render_many("mails/mail", [DATA] * 3)
    assert isinstance(next(emails), RenderedEmail)
    monkeypatch.setattr("bbws_templates.reply.render_email", lambda *given, **named: 1 // 0)
    with pytest.raises(ZeroDivisionError) as raised:
        next(emails)
    assert raised.traceback[-1].path == Path(__file__), "where it was met is to be seen"
    told = [json.loads(line).get("error") for line in lines.getvalue().splitlines()]
    assert told == [None, "ZeroDivisionError"]


def test_a_defect_in_a_process_is_met_again_where_it_can_be_seen() -> None:
    for number, (reply, process) in enumerate(side_by_side(met, range(GROUP * 7), 2)):
        start = number // GROUP * GROUP
        is_near = any(each % 50 == 40 for each in range(start, start + GROUP))
        assert (process == os.getpid()) is is_near
        assert isinstance(reply.made, ZeroDivisionError) is (number % 50 == 40)


def test_data_of_any_mapping_are_rendered(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    client = TemplateClient(str(store.target))
    given = [MappingProxyType({**DATA, "name": f"no {number}"}) for number in range(GROUP * 2 + 1)]
    made = list(client.render_many("mails/mail", given, processes=2))
    assert made == list(client.render_many("mails/mail", given))


@pytest.mark.parametrize("processes", [0, -2])
def test_no_process_at_all_is_refused_at_once(tmp_path: Path, processes: int) -> None:
    client = TemplateClient((tmp_path / "bucket").as_uri())
    with pytest.raises(ValueError, match=f"not {processes}"):
        client.render_many("mails/mail", [], processes=processes)


def test_errors_keep_their_kind(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "bucket")
    publish_to(store, release_in())
    client = TemplateClient(str(store.target))
    wrong = client.render_many("mails/mail", [{}] * (GROUP * 3), processes=2)
    assert all(isinstance(each, BbwsTemplatesError) for each in wrong)


@pytest.fixture(autouse=True)
def all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "bbws_templates")
