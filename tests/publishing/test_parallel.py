"""Requests that are made at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from app.publishing import parallel
from app.publishing.parallel import WORKERS, in_parallel
from tests.waiting import patience


def test_the_first_failure_stops_what_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    submitted, stopped = threading.Event(), threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            stopped.set()
            super().shutdown(wait=wait)

        def submit(self, *arguments: Any, **options: Any) -> Future[Any]:
            future: Future[Any] = super().submit(*arguments, **options)
            if arguments[1] == 10 * WORKERS - 1:
                submitted.set()
            return future

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            submitted.wait(patience())
            raise ValueError("the first")
        stopped.wait(patience())

    monkeypatch.setattr(parallel, "ThreadPoolExecutor", Pool)
    with pytest.raises(ValueError, match="the first"):
        in_parallel(work, range(10 * WORKERS))
    assert len(begun) <= WORKERS + 1
