"""Many requests at once, in order of their results, up to the first failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 8
"""How many requests a publisher has under way at once."""

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
