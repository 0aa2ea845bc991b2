"""The processes of a batch: chunks of lines are worked on side by side and come back in order."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from app.batch.chunks import BatchLine, ChunkOutcome, Task
from app.batch.parts import PartFile, keep_part
from app.core.errors import SurroundingsError

LINES_A_CHUNK: Final = 100
_AHEAD: Final = 2  # chunks under way for each process: one in work, one that waits

Worked: TypeAlias = Generator[tuple[BatchLine, ChunkOutcome], None, None]
"""Chunks in order, each with its last line."""
Sharing: TypeAlias = Callable[[Task, Iterable[BatchLine], int], Worked]
"""How lines are shared out among so many workers: ``chunks``, or whoever has further machines."""


class Pending(Protocol):
    """A chunk that is being worked on somewhere."""

    def result(self) -> ChunkOutcome:
        """What came of it, once it is done."""
        ...


_task: list[tuple[Task, Path | None]] = []  # of a process that works; set once, when it begins


def chunks(task: Task, lines: Iterable[BatchLine], workers: int, *, parts: Path | None = None) -> Worked:
    """What comes of ``lines``, in order, each chunk with its last line.

    Memory does not grow with the number of lines: no more is read than the processes can begin with.
    Several processes leave the emails of a chunk in a file in ``parts``, where that is given.

    Raises:
        SurroundingsError: a process was killed.
    """
    if workers == 1:
        for group in _grouped(lines):
            yield group[-1], task.chunk(group)
        return
    # Fresh processes, and not copies of this one: it has threads, and not every system can copy.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(task, parts)) as pool:
        try:
            yield from in_order(lines, lambda group: pool.submit(_work, group), workers * _AHEAD)
        except BrokenProcessPool as error:
            raise SurroundingsError(
                "A process of the batch was ended from outside.",
                remedy="Look whether memory was short; go on with --resume, or with fewer --workers.",
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def in_order(lines: Iterable[BatchLine], submit: Callable[[list[BatchLine]], Pending], ahead: int) -> Worked:
    """What comes of ``lines``, in order, where ``submit`` begins with a chunk; ``ahead`` are under way."""
    given = _grouped(lines)
    pending: deque[tuple[BatchLine, Pending]] = deque()
    for group in islice(given, ahead):
        pending.append((group[-1], submit(group)))
    while pending:
        last, begun = pending.popleft()
        chunk = begun.result()
        for group in islice(given, 1):
            pending.append((group[-1], submit(group)))
        yield last, chunk


def work_on(task: bytes, lines: bytes) -> ChunkOutcome:
    """A chunk of another machine's batch: ``task`` and ``lines`` are pickled there by the same program.

    A worker keeps nothing that it must have: it may be new, or have been given another batch before.
    """
    return _unpacked(task).chunk(pickle.loads(lines))  # noqa: S301  who may connect may run code anyway


@lru_cache(maxsize=4)
def _unpacked(task: bytes) -> Task:
    unpacked: Task = pickle.loads(task)  # noqa: S301
    return unpacked


def _grouped(lines: Iterable[BatchLine]) -> Iterator[list[BatchLine]]:
    rest = iter(lines)
    while group := list(islice(rest, LINES_A_CHUNK)):
        yield group


def _begin(task: Task, parts: Path | None) -> None:
    # Ctrl+C reaches every process of a terminal; it is for the one that has the files.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _task[:] = [(task, parts)]


def _work(lines: list[BatchLine]) -> ChunkOutcome:
    task, parts = _task[0]
    made = task.chunk(lines)
    if parts is None:
        return made
    path = keep_part(parts, (content for _, content in made.emails))
    return ChunkOutcome((), made.faults, PartFile(path, len(made.emails)))
