"""Work on a long row of things, done by processes side by side and handed out in order.

Threads would give nothing: what renders holds Python's lock. The processes are fresh ones and talk through
pipes alone, so that it works in a Lambda too, whose system has no semaphores: a ``ProcessPoolExecutor``
cannot be made there. Each has one group at a time, and what it made of that is read whole before it is given
the next: neither side ever waits for the other to read.

What a process cannot be given, cannot make or does not live to give back is made here instead, so that a
caller has what one process would have given.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import multiprocessing.util  # what it does at the program's end comes after what is done here then
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GROUP: Final = 32
"""Things that a process is given at a time: of emails some milliseconds of work and about a megabyte."""

ENOUGH: Final = 1 << 20
"""Bytes that end a group before it has so many things."""

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

    Each is worked on as it was when it was read, also where it is the same thing again and again, changed.
    No more is read of ``given`` than they have in work. Where reading it fails, what was read before is
    worked on first, and then that error is raised. What is little is worked on here, without any process.

    Raises:
        RuntimeError: in a process that multiprocessing began, while it imports the program's main module,
            where each of them would do the program's work once more.
    """
    # What multiprocessing itself looks at, but not before something was read, or done here.
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(
            "A program with several processes begins its work under if __name__ == '__main__'."
        )
    if processes < 2:
        yield from map(work, given)
        return
    groups = _Groups(work, given)
    first = deque(islice(groups, processes))
    if len(first) < 2:
        for group in first:
            yield from group.made_here(work)
    else:
        yield from _shared_out(work, first, groups)
    if groups.fault is not None:
        raise groups.fault


def _shared_out(
    work: Callable[[Given], Made], first: deque[_Group[Given, Made]], rest: Iterable[_Group[Given, Made]]
) -> Iterator[Made]:
    """A process for each of the ``first`` groups, which then take turns with the ``rest``."""
    pending: deque[tuple[_Worker, _Group[Given, Made]]] = deque()
    with ExitStack() as ending:
        workers = []
        for _ in first:
            worker = _Worker()
            ending.callback(worker.end)
            workers.append(worker)
        # Not with its start: where a process ends before it has read that, multiprocessing waits for ever.
        message = pickle.dumps(work)
        for worker in workers:
            worker.give(message)
            worker.give(first[0].message())
            pending.append((worker, first.popleft()))
        while pending:
            worker, group = pending.popleft()
            made = worker.take()
            for following in islice(rest, 1):
                worker.give(following.message())
                pending.append((worker, following))
            yield from group.made_here(work) if made is None else (*made, *group.made)


class _Group(Generic[Given, Made]):
    """Things that are worked on together; ``made`` is what was made at once of the last one."""

    def __init__(self) -> None:
        self._things: list[tuple[bytes, Given]] = []
        self.made: list[Made] = []

    def add(self, message: bytes, thing: Given) -> None:
        self._things.append((message, thing))

    def message(self) -> bytes:
        """What is sent to a process."""
        return pickle.dumps([message for message, _ in self._things])

    def made_here(self, work: Callable[[Given], Made]) -> Iterator[Made]:
        """What comes of them, in this process."""
        for message, thing in self._things:
            as_read = thing
            with suppress(Exception):  # whatever is raised by a class that can be put away, but not got back
                as_read = pickle.loads(message)  # noqa: S301  our own message
            yield work(as_read)
        yield from self.made


class _Groups(Generic[Given, Made]):
    """What is given, so many at a time; ``fault`` is what ended it before its end."""

    def __init__(self, work: Callable[[Given], Made], given: Iterable[Given]) -> None:
        self._work = work
        self._rest = iter(given)
        self._has_told = False
        self.fault: Exception | None = None

    def __iter__(self) -> Iterator[_Group[Given, Made]]:
        return self

    def __next__(self) -> _Group[Given, Made]:
        group: _Group[Given, Made] = _Group()
        size = 0
        if self.fault is None:
            try:
                for thing in islice(self._rest, GROUP):
                    size += self._put(thing, group)
                    if size >= ENOUGH:
                        break
            except Exception as error:  # noqa: BLE001  somebody else's; it is raised when its turn comes
                self.fault = error
        if not size:
            raise StopIteration
        return group

    def _put(self, thing: Given, group: _Group[Given, Made]) -> int:
        """How large it is, as it is now: who gives it may change it before it gives the next."""
        try:
            message = pickle.dumps(thing)
        except Exception as error:  # noqa: BLE001  whatever pickling somebody's data raises
            if not self._has_told:
                _warn(f"cannot be given all of it ({type(error).__name__})")
                self._has_told = True
            group.made.append(self._work(thing))
            return ENOUGH
        group.add(message, thing)
        return len(message)


class _Worker:
    """A process that works on one group after the other; that it is of no use any more is logged, once."""

    def __init__(self) -> None:
        # Fresh, and not a copy of this one: it may have threads, and not every system can copy.
        context = multiprocessing.get_context("spawn")
        self._pipe: Connection | None = None
        self._process: Any = None
        self._has_told = False
        _WORKERS.add(self)
        try:
            self._pipe, theirs = context.Pipe()
            with theirs, _without_interrupts():
                self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
                self._process.start()
        except BaseException as error:
            # Too many, or of a process that may have no children, or of a program that is no Python. Nothing
            # says that it took too long: that is the program's own, of a signal that it had sent to itself.
            if isinstance(error, TimeoutError) or not isinstance(error, Exception):
                self.end()
                raise
            self._give_up(f"cannot be started: {error}")

    def give(self, message: bytes) -> None:
        """Have the things of ``message`` worked on."""
        if self._pipe is None:
            return
        try:
            self._pipe.send_bytes(message)
        except TimeoutError:  # the program's own, as above
            raise
        except OSError:
            self._give_up("has ended")

    def take(self) -> list[Any] | None:
        """What was made of the group that it was given; None where that is to be made here."""
        if self._pipe is None:
            return None
        try:
            answer = self._pipe.recv_bytes()
        except TimeoutError:  # the program's own, as above
            raise
        except (EOFError, OSError):
            self._give_up("has ended")
            return None
        try:
            made: list[Any] | str = pickle.loads(answer)  # noqa: S301  our own process
        except Exception as error:  # noqa: BLE001  as above, of what was made
            made = type(error).__name__
        if isinstance(made, list):
            return made
        if not self._has_told:
            _warn(f"cannot read or make all of it ({made})")
            self._has_told = True
        return None

    def end(self) -> None:
        """Have it gone: it has nothing any more that somebody waits for."""
        self._hang_up()
        self.kill()
        if self._process is not None and self._process.pid is not None:
            self._process.join()
        self.forget()

    def kill(self) -> None:
        if self._process is not None and self._process.pid is not None:
            self._process.kill()

    def forget(self) -> None:
        """Be done with it, which has ended, or is not ours: this may be a copy of who began it."""
        self._hang_up()
        process, self._process = self._process, None
        if process is not None and process.pid is not None:
            # Nobody can know of one that is not ours, or that somebody else has waited for: the program, or
            # the system where SIGCHLD is ignored. multiprocessing would keep it for ever, with its file
            # descriptors, and send it a signal at the end.
            process._popen.returncode = -signal.SIGTERM
            process.close()
        _WORKERS.discard(self)

    def _give_up(self, why: str) -> None:
        self._hang_up()
        _warn(why)

    def _hang_up(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


# Held, so that none goes with a cycle of garbage: its pipe would be closed twice, by a number that may
# be another's by then.
_WORKERS: Final[set[_Worker]] = set()


def _begin_in_child() -> None:
    """A copy of this process must end none of its processes, nor keep them from seeing that it has ended."""
    for worker in tuple(_WORKERS):
        worker.forget()


if hasattr(os, "register_at_fork"):  # not where there is no fork
    os.register_at_fork(after_in_child=_begin_in_child)


@atexit.register
def _at_exit() -> None:
    """Ahead of multiprocessing, which asks them to end, and waits for who is stopped or does not listen."""
    for worker in tuple(_WORKERS):
        worker.kill()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """What is started is spared Ctrl+C, which reaches all of a terminal and is for the one that asked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # where there are such masks

    resource_tracker.ensure_running()  # starting the first process would do that, and let them in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _warn(why: str) -> None:
    logging.getLogger("bbws_templates").warning("A process %s; its share is made by this one.", why)


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work: Any = None
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        if work is None:
            work = pickle.loads(message)  # noqa: S301
            continue
        try:
            answer = pickle.dumps([work(pickle.loads(each)) for each in pickle.loads(message)])  # noqa: S301
        except Exception as error:  # noqa: BLE001  it is made again, and raised, where somebody can see it
            answer = pickle.dumps(type(error).__name__)
        try:
            pipe.send_bytes(answer)
        except OSError:
            return
