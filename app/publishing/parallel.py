"""Many requests at once, in order of their results, up to the first failure.

What is kept of each is what ``work`` returns, so whoever goes through much lets it return little: then no
more than ``WORKERS`` objects are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

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
    """``work`` done on every item; the first error stops what has not begun and is raised."""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="publish") as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def at_once(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Both, side by side. Both have ended when it returns, or raises: of two errors, that of ``first``."""
    with ThreadPoolExecutor(1, thread_name_prefix="publish") as pool:
        beside = pool.submit(second)
        return first(), beside.result()
