"""The bar that shows how far a command is."""

from __future__ import annotations

import io
import threading

import pytest

from app.commands import output
from tests.few_threads import spare


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is written to a terminal."""
    written = io.StringIO()
    monkeypatch.setattr(output, "err", output.Console(file=written, force_terminal=True, width=80))
    return written


def test_it_is_drawn_on_machines_without_a_thread_to_spare_and_none_is_begun(
    drawn: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare(monkeypatch, 0)
    before = set(threading.enumerate())  # of which some may be about to end
    with output.progress_bar(2) as step:
        step("first.html")
        assert set(threading.enumerate()) <= before
        step("second\x1b[2J.html")
    assert "first.html" in drawn.getvalue()
    assert "\x1b[2J" not in drawn.getvalue()
    assert "1/2" in drawn.getvalue()


def test_elsewhere_than_on_a_terminal_nothing_is_written(
    drawn: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "err", output.Console(file=drawn, force_terminal=False))
    with output.progress_bar(1) as step:
        step("first.html")
    assert drawn.getvalue() == ""
