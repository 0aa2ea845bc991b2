"""The checks behind the pages go on, whatever one template does to them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.findings import CheckReport
from app.core.validation import rendered
from app.core.validation.eyes import Observation
from app.core.validation.page import Page
from app.core.validation.rules import Violation
from app.core.workspace import Workspace
from app.web.live.checks import Checks
from app.web.live.renderings import Data, Renderings
from app.web.live.workspace import LiveWorkspace
from app.web.services import Services
from tests.waiting import patience
from tests.web.calling import Caller
from tests.web.conftest import Folders


def test_a_defect_met_in_one_template_is_logged_and_does_not_end_the_checks_of_the_others(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    check = Workspace.check

    def fail_over_one(self: Workspace, names: Iterable[str] = (), **options: Any) -> CheckReport:
        if tuple(names) == ("mails/greeting",):
            raise RuntimeError("a defect of ours")
        return check(self, names, **options)

    monkeypatch.setattr(Workspace, "check", fail_over_one)
    told: queue.Queue[str] = queue.Queue()
    live = LiveWorkspace(folders.templates, folders.fixtures)
    checks = Checks(live, Renderings(), told.put)
    checks.start()
    try:
        others = {told.get(timeout=patience()) for _ in range(2)}
    finally:
        checks.stop()
    assert others == {"deep/down/here/bare", "mails/greeting_internal"}
    assert checks.known(live.current, "mails/greeting") is None
    assert "mails/greeting" in caplog.text


def test_what_lists_show_is_at_hand_before_the_first_check_and_a_defect_in_it_ends_none(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    live, told = LiveWorkspace(folders.templates, folders.fixtures), queue.Queue[tuple[str, str]]()

    def beforehand(_: object, name: str) -> None:
        told.put(("beforehand", name))
        if name == "mails/greeting":
            raise RuntimeError("a defect of ours")

    checks = Checks(live, Renderings(), lambda name: told.put(("checked", name)), beforehand=beforehand)
    checks.start()
    try:
        heard = [told.get(timeout=patience()) for _ in range(6)]
    finally:
        checks.stop()
    names = set(live.current.names)
    assert set(heard[:3]) == {("beforehand", name) for name in names}
    assert set(heard[3:]) == {("checked", name) for name in names}
    assert "mails/greeting" in caplog.text


def test_what_a_browser_is_asked_keeps_nobody_from_the_other_findings(folders: Folders) -> None:
    live = LiveWorkspace(folders.templates, folders.fixtures)
    checks = Checks(live, Renderings(), lambda _: None)
    looking, enough = threading.Event(), threading.Event()

    def eyes(_: str) -> tuple[Observation, ...]:
        looking.set()
        assert enough.wait(patience())
        return ()

    with ThreadPoolExecutor() as pool:
        try:
            seen = pool.submit(checks.seen, live.current, "mails/greeting", eyes)
            assert looking.wait(patience())
            known = pool.submit(checks.of, live.current, "mails/greeting").result(patience())
        finally:
            enough.set()
        assert seen.result(patience()) == known, "they have seen nothing"


class _Pausing(dict[Any, Any]):
    """Whoever looks for the oldest entry waits a moment for another who does."""

    def __init__(self, entries: dict[Any, Any]) -> None:
        super().__init__(entries)
        self.meeting = threading.Barrier(2)  # which is of no use any more once nobody has come

    def __iter__(self) -> Iterator[Any]:
        oldest = super().__iter__()
        with suppress(threading.BrokenBarrierError):
            self.meeting.wait(0.5)
        return oldest


def test_two_whose_findings_come_at_once_forget_the_oldest_one_after_the_other(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveWorkspace(folders.templates, folders.fixtures)
    checks = Checks(live, Renderings(), lambda _: None)
    kept: Any = _Pausing({(f"old{number}", "", date.min): () for number in range(100)})
    monkeypatch.setattr(checks, "_known", kept)
    with ThreadPoolExecutor() as pool:
        found = pool.map(
            lambda name: checks.of(live.current, name), ("mails/greeting", "mails/greeting_internal")
        )
        assert len(list(found)) == 2


def test_two_mails_that_are_made_at_once_forget_the_oldest_one_after_the_other(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision, made = LiveWorkspace(folders.templates, folders.fixtures).current, Renderings()
    monkeypatch.setattr("app.web.live.renderings._KNOWN", 100)
    monkeypatch.setattr(made, "_rendered", _Pausing({(f"old{number}", ""): None for number in range(100)}))
    data = Data({"name": "Ann", "note": "x"})
    with ThreadPoolExecutor() as pool:
        found = pool.map(
            lambda name: made.rendered(revision, name, data), ("mails/greeting", "mails/greeting_internal")
        )
        assert all(each.email.html for each in found)
    assert made.at_hand(revision, "mails/greeting")


def test_what_the_checks_say_of_a_mail_is_asked_anew_each_day(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A waiver ends by the day, and a preview may be left open over night."""
    revision, made = LiveWorkspace(folders.templates, folders.fixtures).current, Renderings()
    asked: list[date] = []

    def examine(*_: object, today: date, **__: object) -> tuple[()]:
        asked.append(today)
        return ()

    monkeypatch.setattr(type(revision.workspace), "examine", examine)
    for day in (28, 28, 29):
        now = datetime(2028, 2, day, 23, 59, tzinfo=UTC)
        monkeypatch.setattr("app.web.live.renderings.utc_now", lambda now=now: now)
        made.findings(revision, "mails/greeting", Data({"name": "Ann", "note": "x"}))
    assert asked == [date(2028, 2, 28), date(2028, 2, 29)]


def test_the_checks_step_aside_while_somebody_renders(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    renderings = Renderings()
    renderings.last_used = 100.0

    def now() -> float:
        return 100.0 if threading.current_thread().name == "checks" else time.monotonic()

    def pause(seconds: float) -> None:
        if threading.current_thread().name != "checks":  # of another server, which has stopped
            time.sleep(seconds)
            return
        seen.append("waits")
        if len(seen) == 3:
            renderings.last_used = 0.0

    check = Workspace.check

    def noted(self: Workspace, names: Iterable[str] = (), **options: Any) -> CheckReport:
        seen.append("checks")
        return check(self, names, **options)

    for room in ("checks", "renderings"):
        clock = SimpleNamespace(monotonic=now, sleep=pause)
        monkeypatch.setattr(f"app.web.live.{room}.time", clock)
    monkeypatch.setattr(Workspace, "check", noted)
    told: queue.Queue[str] = queue.Queue()
    checks = Checks(LiveWorkspace(folders.templates, folders.fixtures), renderings, told.put)
    checks.start()
    try:
        for _ in range(3):
            told.get(timeout=patience())
    finally:
        checks.stop()
    assert seen == ["waits"] * 3 + ["checks"] * 3


def test_whoever_asks_for_findings_waits_for_no_other_check_in_hand(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in hand behind the pages steps aside in its midst, and goes on when it is itself asked for."""
    begun, judged = threading.Event(), rendered.CHECKS[0]
    asked: list[str] = []

    def check(page: Page) -> Iterator[Violation]:
        begun.set()
        return judged(page)

    monkeypatch.setattr(rendered, "CHECKS", (check, *rendered.CHECKS[1:]))
    renderings = Renderings()
    told: queue.Queue[str] = queue.Queue()
    live = LiveWorkspace(folders.templates, folders.fixtures)
    checks = Checks(live, renderings, told.put)
    monkeypatch.setattr(Renderings, "are_in_use", property(lambda _: begun.is_set() and not asked))
    checks.opened("mails/greeting")
    checks.start()
    try:
        assert begun.wait(patience())
        checks.of(live.current, "mails/greeting_internal")
        assert checks.known(live.current, "mails/greeting") is None, "it rests while somebody renders"
        checks.of(live.current, "mails/greeting")
        asked.append("enough")
        assert told.get(timeout=patience()) == "mails/greeting"
    finally:
        checks.stop()


def test_a_check_of_what_has_been_saved_since_is_given_up(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveWorkspace(folders.templates, folders.fixtures)
    old = live.current
    seen: list[str] = []

    def check(page: Page) -> Iterator[Violation]:
        seen.append(page.html)
        if len(seen) == 1:
            folders.write("templates/mails/greeting.html", "<!doctype html><html lang=en><title>x</title>")
            live.reload()
        return iter(())

    monkeypatch.setattr(rendered, "CHECKS", (check,))
    told: queue.Queue[str] = queue.Queue()
    checks = Checks(live, Renderings(), told.put)
    checks.opened("mails/greeting")
    checks.start()
    try:
        assert told.get(timeout=patience()) == "mails/greeting"
        assert checks.known(live.current, "mails/greeting") is not None
        assert checks.known(old, "mails/greeting") is None
    finally:
        checks.stop()


def test_what_is_open_is_checked_before_all_others_at_the_start_and_after_a_save(
    folders: Folders, calling: Callable[..., Caller]
) -> None:
    caller = calling()
    services: Services = caller.app.state.services
    told: queue.Queue[str] = queue.Queue()
    checks = Checks(services.live, Renderings(), told.put)
    services = replace(services, checks=checks)
    caller.app.state.services = services
    assert caller.get("/templates/mails/greeting_internal").status_code == 200
    checks.start()
    try:
        first = [told.get(timeout=patience()) for _ in range(3)]
        folders.write("templates/partials/header.html", "<p>Another Ltd</p>\n")
        folders.write("templates/mails/new.html", "<!doctype html><html lang=en><title>x</title>")
        assert caller.get("/api/templates/mails/greeting").status_code == 200
        services.reload_now()
        second = [told.get(timeout=patience()) for _ in range(3)]
    finally:
        checks.stop()
    assert first[0] == "mails/greeting_internal"
    assert second == ["mails/greeting", "mails/greeting_internal", "mails/new"]
