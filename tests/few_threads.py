"""A machine that lets few threads begin, as where a limit of processes is reached."""

from __future__ import annotations

import threading

import pytest


def spare(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """Let no more than so many threads run at a time of those that begin from now on."""
    left, start = threading.Semaphore(threads), threading.Thread.start

    def limited(self: threading.Thread) -> None:
        if not left.acquire(blocking=False):
            raise RuntimeError("can't start new thread")
        run = self.run

        def counted() -> None:
            try:
                run()
            finally:
                left.release()

        self.run = counted  # type: ignore[method-assign]
        start(self)

    monkeypatch.setattr(threading.Thread, "start", limited)
