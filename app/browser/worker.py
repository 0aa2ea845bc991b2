"""A thread that does one thing after another and can be left behind when it hangs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from app.core.threads import begin

T = TypeVar("T")


class Worker:
    """One daemon thread: unlike an executor's, it does not keep the program from ending.

    Raises:
        SurroundingsError: no thread can be started.
    """

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        begin(self._run, name=name)

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """Do ``task`` after those before it, unless its future is cancelled by then."""
        future: Future[T] = Future()
        self._tasks.put((task, future))
        return future

    def stop(self) -> None:
        """End the thread once it is idle."""
        self._tasks.put(None)

    def _run(self) -> None:
        while (entry := self._tasks.get()) is not None:
            task, future = entry
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = task()
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the result
                future.set_exception(error)
            else:
                future.set_result(result)
