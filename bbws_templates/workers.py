"""Work on a long row of things, done by processes side by side and handed out in order.

Threads would give nothing: what renders holds Python's lock. The processes are fresh ones and talk through
pipes alone, so that it works in a Lambda too, whose system has no semaphores: a ``ProcessPoolExecutor``
cannot be made there. Each has one group at a time, and what it made of that is read whole before it is given
the next: neither side ever waits for the other to read.

What a process cannot be given, cannot make or does not live to give back is made here instead, so that a
caller has what one process would have given.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GROUP: Final = 32
"""Things that a process is given at a time: of emails some milliseconds of work and about a megabyte."""

_NOTHING: Final = pickle.dumps(None)

Given = TypeVar("Given")
Made = TypeVar("Made")


def usable_cores() -> int:
    """The cores that this process may use, which a container or a scheduler may have made fewer."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(
    work: Callable[[Given], Made], given: Iterable[Given], processes: int
) -> Generator[Made, None, None]:
    """``work`` of each of ``given``, in their order, by so many processes; ``work`` must be picklable.

    No more is read of ``given`` than they have in work. Where reading it fails, what was read before is
    worked on first, and then that error is raised. What is little is worked on here, without any process.
    """
    groups = _Groups(given)
    first = list(islice(groups, max(processes, 2)))
    if len(first) < 2 or processes < 2:
        for group in (*first, *groups):
            yield from map(work, group)
    else:
        yield from _shared_out(work, first, groups)
    if groups.fault is not None:
        raise groups.fault


def _shared_out(
    work: Callable[[Given], Made], first: list[list[Given]], rest: Iterable[list[Given]]
) -> Iterator[Made]:
    """A process for each of the ``first`` groups, which then take turns with the ``rest``."""
    workers: list[_Worker[Given, Made]] = []
    pending: deque[tuple[_Worker[Given, Made], list[Given]]] = deque()
    try:
        for group in first:
            workers.append(_Worker(work))
            workers[-1].give(group)
            pending.append((workers[-1], group))
        while pending:
            worker, group = pending.popleft()
            made = worker.take()
            for following in islice(rest, 1):
                worker.give(following)
                pending.append((worker, following))
            yield from map(work, group) if made is None else made
    finally:
        for worker in workers:
            worker.end()


class _Groups(Generic[Given]):
    """What is given, so many at a time; ``fault`` is what ended it before its end."""

    def __init__(self, given: Iterable[Given]) -> None:
        self._rest = iter(given)
        self.fault: Exception | None = None

    def __iter__(self) -> Iterator[list[Given]]:
        return self

    def __next__(self) -> list[Given]:
        group: list[Given] = []
        if self.fault is None:
            try:
                group.extend(islice(self._rest, GROUP))
            except Exception as error:  # noqa: BLE001  somebody else's; it is raised when its turn comes
                self.fault = error
        if not group:
            raise StopIteration
        return group


class _Worker(Generic[Given, Made]):
    """A process that works on one group after the other; that it is of no use any more is logged, once."""

    def __init__(self, work: Callable[[Given], Made]) -> None:
        # Fresh, and not a copy of this one: it may have threads, and not every system can copy.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self._is_usable = True
        try:
            self._process.start()
        except (OSError, AssertionError) as error:  # there are too many; or this one may have no children
            self._give_up(f"cannot be started: {error}")
        finally:
            theirs.close()

    def give(self, group: list[Given]) -> None:
        """Have ``group`` worked on."""
        if not self._is_usable:
            return
        try:
            message = pickle.dumps(group)
        except Exception:  # noqa: BLE001  whatever pickling somebody's data raises: they are worked on here
            message = b""
        try:
            self._pipe.send_bytes(message)
        except OSError:
            self._give_up("has ended")

    def take(self) -> list[Made] | None:
        """What was made of the group that it was given; None where that is to be made here."""
        if not self._is_usable:
            return None
        try:
            made: list[Made] | None = pickle.loads(self._pipe.recv_bytes())  # noqa: S301  our own process
        except (EOFError, OSError):
            self._give_up("has ended")
            return None
        return made

    def end(self) -> None:
        """Have it gone: it has nothing any more that somebody waits for."""
        self._pipe.close()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
            self._process.close()

    def _give_up(self, why: str) -> None:
        self._is_usable = False
        logging.getLogger("bbws_templates").warning("A process %s; its share is made by this one.", why)


def _serve(pipe: Connection, work: Callable[[Given], Made]) -> None:
    # Ctrl+C reaches every process of a terminal; it is for the one that asked.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            answer = pickle.dumps([work(each) for each in pickle.loads(message)])  # noqa: S301
        except Exception:  # noqa: BLE001  it is made again, and raised, where somebody can see it
            answer = _NOTHING
        try:
            pipe.send_bytes(answer)
        except OSError:
            return
