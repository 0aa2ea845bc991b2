"""A machine that lets few threads begin, as where a limit of processes is reached."""

from __future__ import annotations

import threading

import pytest


def spare(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """Let no more than so many threads run at a time of those that begin from now on."""
    left, start, run = threading.Semaphore(threads), threading.Thread.start, threading.Thread.run

    def limited(self: threading.Thread) -> None:
        if not left.acquire(blocking=False):
            raise RuntimeError("can't start new thread")
        start(self)

    def counted(self: threading.Thread) -> None:
        try:
            run(self)
        finally:
            left.release()

    monkeypatch.setattr(threading.Thread, "start", limited)
    monkeypatch.setattr(threading.Thread, "run", counted)
