"""The processes of a batch: chunks of lines are worked on side by side and come back in order."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Final

from app.batch.chunks import BatchLine, ChunkOutcome, Task
from app.core.errors import SurroundingsError

LINES_A_CHUNK: Final = 100
_AHEAD: Final = 2  # chunks under way for each process: one in work, one that waits

_task: list[Task] = []  # of a process that works; set once, when it begins


def chunks(
    task: Task, lines: Iterable[BatchLine], workers: int
) -> Generator[tuple[BatchLine, ChunkOutcome], None, None]:
    """What comes of ``lines``, in order, each chunk with its last line.

    Memory does not grow with the number of lines: no more is read than the processes can begin with.

    Raises:
        SurroundingsError: a process was killed.
    """
    given = _grouped(lines)
    if workers == 1:
        for group in given:
            yield group[-1], task.chunk(group)
        return
    # Fresh processes, and not copies of this one: it has threads, and not every system can copy.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(task,)) as pool:
        pending: deque[tuple[BatchLine, Future[ChunkOutcome]]] = deque()
        try:
            for group in islice(given, workers * _AHEAD):
                pending.append((group[-1], pool.submit(_work, group)))
            while pending:
                last, future = pending.popleft()
                chunk = future.result()
                for group in islice(given, 1):
                    pending.append((group[-1], pool.submit(_work, group)))
                yield last, chunk
        except BrokenProcessPool as error:
            raise SurroundingsError(
                "A process of the batch was ended from outside.",
                remedy="Look whether memory was short; go on with --resume, or with fewer --workers.",
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _grouped(lines: Iterable[BatchLine]) -> Iterator[list[BatchLine]]:
    rest = iter(lines)
    while group := list(islice(rest, LINES_A_CHUNK)):
        yield group


def _begin(task: Task) -> None:
    # Ctrl+C reaches every process of a terminal; it is for the one that has the files.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _task[:] = [task]


def _work(lines: list[BatchLine]) -> ChunkOutcome:
    return _task[0].chunk(lines)
