"""Processes that work side by side, each a copy of this one, with its program loaded and its files read.

Fresh processes would load the program first, which takes as long as three templates. Copies are made on Linux
only, and of a process without threads: a copy has one thread, and whatever the others held stays held.
Elsewhere, and for a few things, one process does everything.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Final, Generic, TypeVar

from app.core.errors import SurroundingsError

LEAST: Final = 4
"""Of fewer things, a copy would have done too little when the first process is through."""

_AHEAD: Final = 2  # things that a copy has been given: one in work, one that waits

_Result = TypeVar("_Result")


@contextmanager
def side_by_side(
    work: Callable[[str], _Result], names: Sequence[str], workers: int
) -> Iterator[Callable[[str], _Result]]:
    """``work``, of which so many processes have begun with ``names``, in their order.

    What comes of a name is the same, an exception included, whoever works it out. The copies end with the
    context, whatever they are at.

    Raises:
        SurroundingsError: in the context, when it asks for a name: a copy was killed.
    """
    if min(workers, len(names)) < 2 or len(names) < LEAST or not _may_be_copied():
        yield work
        return
    crew = _Crew(work, names)
    try:
        # Where no further process may begin, this one does what the others would have.
        yield crew.result if crew.has_begun(min(workers, len(names))) else work
    finally:
        crew.end()


def _may_be_copied() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


class _Crew(Generic[_Result]):
    """The copies, each behind a connection, and what they have worked out so far."""

    def __init__(self, work: Callable[[str], _Result], names: Iterable[str]) -> None:
        self._work = work
        self._left = deque(names)
        self._expected = set(self._left)
        self._made: dict[str, tuple[_Result] | None] = {}
        self._members: dict[Connection, ForkProcess] = {}

    def has_begun(self, workers: int) -> bool:
        """Make the copies and give each something to do; False where the system does not let it."""
        context = multiprocessing.get_context("fork")
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None if closed from the start
            with suppress(OSError):  # whoever writes next hears of it
                stream.flush()  # or each copy writes the same once more
        with suppress(OSError):
            for _ in range(workers):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=_serve, args=(self._work, theirs, (*self._members, ours)), daemon=True
                )
                process.start()
                self._members[ours] = process
                theirs.close()
                for _ in range(_AHEAD):
                    self._give(ours)
            return True
        return False

    def result(self, name: str) -> _Result:
        """What came of a name, when it has; asked for once."""
        while name in self._expected and name not in self._made:
            for connection in wait(list(self._members)):
                self._take(connection)  # type: ignore[arg-type]  # of those that were waited for
        made = self._made.pop(name, None)
        self._expected.discard(name)
        # An exception is raised here, where it is as it would be without copies.
        return self._work(name) if made is None else made[0]

    def end(self) -> None:
        """End the copies; none keeps anything that would be lost."""
        for connection, process in self._members.items():
            connection.close()
            process.kill()
        for process in self._members.values():
            process.join()
            process.close()

    def _take(self, connection: Connection) -> None:
        try:
            name, made = connection.recv()
            self._made[name] = made
            self._give(connection)
        except (EOFError, OSError) as error:
            raise SurroundingsError(
                "A process of the check was ended from outside.",
                remedy="Look whether memory was short; try with fewer --workers.",
            ) from error

    def _give(self, connection: Connection) -> None:
        if self._left:
            connection.send(self._left.popleft())


def _serve(work: Callable[[str], _Result], connection: Connection, inherited: Iterable[Connection]) -> None:
    """Work out what is asked for, until nobody asks any more."""
    # Ctrl+C reaches every process of a terminal; it is for the one that was started there.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()  # or no copy would ever see that the first process has gone
    with suppress(EOFError, OSError):
        while True:
            name = connection.recv()
            made: tuple[_Result] | None = None
            with suppress(Exception):
                made = (work(name),)
            connection.send((name, made))
