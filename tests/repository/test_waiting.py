"""Limits grow with what the machine does now, not only with what it did in the last minute."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import AT_LEAST, crowd, eventually, patience

TESTS = Path(__file__).parents[1]


def test_a_load_that_has_just_begun_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux says how many programs run now; elsewhere the mean alone can count."""
    expected = 20 if Path("/proc/loadavg").exists() else 10
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    cores = os.cpu_count() or 1
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * cores)]
    try:
        eventually(lambda: 10 * crowd(), lambda limit: limit >= expected)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_a_load_of_the_last_minute_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    cores = os.cpu_count() or 1
    monkeypatch.setattr(os, "getloadavg", lambda: (1000.0 * cores, 0.0, 0.0))
    assert patience(10) >= 10_000


def test_an_idle_machine_may_be_busy_before_what_is_waited_for_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    monkeypatch.setattr("tests.waiting._running", lambda: 1)
    assert (crowd(), patience(10)) == (1, 10 * AT_LEAST)
    monkeypatch.setenv("TEST_PATIENCE", "3")
    assert (crowd(), patience(10)) == (3, 30 * AT_LEAST)


BARE = re.compile(r"\.(?:wait|join)\(\d\d+\)|\btimeout=\d\d+\b(?!\.)|monotonic\(\) \+ \d|\bpatience=\d\d+\b")
ROUTE_TAKEN_OFF = re.compile(r"\.unroute(?:_all)?\(")
MARKED = re.compile(r"xdist_group\(")
OF_THE_PROCESS = re.compile(r"^ +.*\b(?:setrlimit|setuid|seteuid|setegid|setgid|chroot)\(", re.MULTILINE)


@pytest.mark.parametrize(
    "chance",
    [BARE, ROUTE_TAKEN_OFF, MARKED, OF_THE_PROCESS],
    ids=["fixed time", "route taken off", "marked", "of the process"],
)
def test_no_test_leaves_to_chance(chance: re.Pattern[str]) -> None:
    """A limit that does not grow with the load ends what is only slow.

    Of the requests that are under way when a route is taken off some are never answered: a barrier that is
    opened stays (``tests.web.browsing.Barrier``). A mark groups nothing: what tests share is named in
    ``tests.conftest.TOGETHER``, or two workers make it at once. A limit of the process holds for what other
    threads write and start, whole environments among them: a program of its own is given it.
    """
    met = [
        f"{file.relative_to(TESTS)}: {found[0]}"
        for file in sorted(TESTS.rglob("*.py"))
        if file != Path(__file__)
        if chance is not OF_THE_PROCESS or file.name.startswith(("test_", "conftest"))
        for found in chance.finditer(file.read_text(encoding="utf-8"))
    ]
    assert not met
