"""Many requests at once, in order of their results, up to the first failure.

What is kept of each is what ``work`` returns, so whoever goes through much lets it return little: then no
more than ``WORKERS`` objects are in memory at a time.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Generic, TypeVar, cast

from app.publishing.errors import NoThreadError

WORKERS = 8
"""How many requests a publisher has under way at once."""

First = TypeVar("First")
Second = TypeVar("Second")
Item = TypeVar("Item")
Result = TypeVar("Result")

Progress = Callable[[str], None]
"""Told of each step by name, before it is done."""


def silent(step: str) -> None:
    """The progress of those who do not watch."""


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """``work`` done on every item; the first error stops what has not begun and is raised.

    All that has begun has ended when it returns, or raises; unless it is interrupted while it waits for that
    because of an interruption. Then nothing more is begun, and Python does not end before that has.

    Raises:
        NoThreadError: ``work`` raised it, and no other thread of these has one to spare.
    """
    return _Team(work, [*items]).results()


def at_once(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Both, side by side. Both have ended when it returns, or raises: of two errors, that of ``first``."""
    tasks: tuple[Callable[[], Any], ...] = (first, second)
    return cast("tuple[First, Second]", tuple(in_parallel(lambda task: task(), tasks)))


class _Team(Generic[Item, Result]):
    """The thread that asks, and as many helpers as there is use for and the machine lets begin."""

    def __init__(self, work: Callable[[Item], Result], items: Sequence[Item]) -> None:
        self._work = work
        self._items = items
        self._left = deque(range(len(items)))
        self._made: dict[int, Result] = {}
        self._errors: dict[int, BaseException] = {}
        self._helpers: list[threading.Thread] = []
        self._at_work: set[threading.Thread] = set()
        self._ended: SimpleQueue[None] = SimpleQueue()
        self._is_over = False

    def results(self) -> list[Result]:
        """What came of each item, in their order."""
        try:
            self._call_helpers()
            self._take_part()
            self._await_helpers()
            # With them their threads have gone, and there may be one for what lacked one.
            starved = self._take_part()
        except BaseException:  # Ctrl+C between two items
            self._is_over = True
            self._await_helpers()
            raise
        if self._errors:
            # What is no Exception, as Ctrl+C is none, is no answer to an item, and goes before all that are.
            _, error = min(self._errors.items(), key=lambda each: (isinstance(each[1], Exception), each[0]))
            raise error
        if starved:
            raise starved
        return [self._made[number] for number in range(len(self._items))]

    def _call_helpers(self) -> None:
        with suppress(RuntimeError):  # no further thread can be started: those that there are do it all
            for _ in range(min(WORKERS, len(self._items)) - 1):
                helper = threading.Thread(target=self._help, name="publish")
                helper.start()
                self._helpers.append(helper)

    def _help(self) -> None:
        # Before it looks whether all is over: whoever ends it counts this one, or this one sees it.
        self._at_work.add(threading.current_thread())
        try:
            self._take_part()
        finally:
            self._at_work.discard(threading.current_thread())
            self._ended.put(None)

    def _await_helpers(self) -> None:
        # To join one is not enough: interrupted in that, Python 3.11 takes it for ended from then on.
        while self._at_work:
            self._ended.get()
        for helper in self._helpers:
            helper.join()  # which has nothing left to do; its thread is to be another's

    def _take_part(self) -> NoThreadError | None:
        """Work until nothing is left, or until an item takes a thread that is not to be had; that is left.

        After a failure nothing more is begun, also not what is left for want of a thread.
        """
        while not self._is_over:
            try:
                number = self._left.popleft()
            except IndexError:
                return None
            try:
                self._made[number] = self._work(self._items[number])
            except NoThreadError as error:
                self._left.appendleft(number)
                return error
            except BaseException as error:  # noqa: BLE001  raised where they were asked for
                self._errors[number] = error
                self._is_over = True
        return None
