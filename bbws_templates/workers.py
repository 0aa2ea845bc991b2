"""Work on a long row of things, done by processes side by side and handed out in order.

Threads would give nothing: what renders holds Python's lock. The processes are fresh interpreters that read
from one pipe and write to another, so that it works in a Lambda too, whose system has no semaphores: what
``multiprocessing`` shares out work by cannot be made there. Each has one group in work and one that waits; it
reads and writes beside its work, so that the two never wait for each other to read.

What a process cannot be given, cannot make or does not live to give back is made here instead, so that a
caller has what one process would have given.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, suppress
from io import BufferedReader, BufferedWriter
from itertools import chain, cycle, islice
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, Generic, TypeVar

from bbws_templates.log import warn

GROUP: Final = 32
"""Things that a process is given at a time: of emails some milliseconds of work and about a megabyte."""

ENOUGH: Final = 1 << 20
"""Bytes that end a group before it has so many things."""

_AHEAD: Final = 2  # groups that a process has: one in work, one that waits

_BEGUN: Final = b"bbws-templates answers from here on\n"
"""Before it an interpreter may have printed what it likes, as a ``sitecustomize`` does."""

_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; from bbws_templates.workers import serve; serve()"

Given = TypeVar("Given")
Made = TypeVar("Made")


def usable_cores() -> int:
    """The cores that this process may use, which a container or a scheduler may have made fewer."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_turns(
    work: Callable[[Given], Made], given: Iterable[Given], processes: int
) -> Generator[Made, None, None]:
    """``work`` of each of ``given``, in their order, by so many processes; ``work`` must be picklable.

    Each is worked on as it was when it was read, also where it is the same thing again and again, changed.
    No more is read of ``given`` than they have in work. Where reading it fails, what was read before is
    worked on first, and then that error is raised. What is little is worked on here, without any process.
    """
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
            workers.append(_Worker())
            ending.callback(workers[-1].end)
        message = pickle.dumps(work)
        for worker in workers:
            worker.give(message)
        turns, groups = cycle(workers), chain(first, rest)
        for group in islice(groups, len(workers) * _AHEAD):
            pending.append((next(turns), group))
            pending[-1][0].give(group.message())
        while pending:
            worker, group = pending.popleft()
            made = worker.take()
            for following in islice(groups, 1):
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
        self._process: subprocess.Popen[bytes] | None = None
        self._is_usable = False
        self._has_begun = False
        self._has_told = False
        _WORKERS.add(self)
        anything: list[object] = [*sys.path]
        places = [each for each in anything if isinstance(each, str)]  # as Python itself does
        try:
            self._process = subprocess.Popen(  # noqa: S603  this very program
                [sys.executable or "", "-c", _PROGRAM, *places],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                # Ctrl+C reaches every process of a terminal, and is for the one that asked.
                start_new_session=True,
            )  # fmt: skip
        except TimeoutError:  # no system says so: the program's own, of a signal that it had sent to itself
            self.forget()
            raise
        except OSError as error:  # too many, or this is not a Python of its own
            _warn(f"cannot be started: {error}")
        else:
            self._is_usable = True

    def give(self, message: bytes) -> None:
        """Have the things of ``message`` worked on."""
        if not self._is_usable or self._process is None or self._process.stdin is None:
            return
        rest = memoryview(pickle.dumps(message))
        try:
            while rest:  # unbuffered: what a copy of this process closes must not be written once more
                rest = rest[os.write(self._process.stdin.fileno(), rest) :]
        except BrokenPipeError:
            self._give_up()

    def take(self) -> list[Any] | None:
        """What was made of the group that it was given; None where that is to be made here."""
        if not self._is_usable or self._process is None or self._process.stdout is None:
            return None
        try:
            while not self._has_begun and (line := self._process.stdout.readline()):
                self._has_begun = line.endswith(_BEGUN)
            answer = pickle.load(self._process.stdout)  # noqa: S301  our own process
        except (EOFError, pickle.UnpicklingError):
            self._give_up()
            return None
        try:
            made: list[Any] | str = pickle.loads(answer)  # noqa: S301
        except Exception as error:  # noqa: BLE001  whatever getting back what was made raises
            made = type(error).__name__
        if isinstance(made, list):
            return made
        if not self._has_told:
            _warn(f"cannot read or make all of it ({made})")
            self._has_told = True
        return None

    def end(self) -> None:
        """Have it gone: it has nothing any more that somebody waits for."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Be done with it, which has ended, or is not ours: this may be a copy of who began it."""
        self._is_usable = False
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                # Not by its lock: in a copy of this process that may be held by a thread which is not there.
                if isinstance(pipe, BufferedReader | BufferedWriter):
                    pipe.raw.close()
            process.poll()  # of one that is not ours it learns that, and does not warn that it goes on
        _WORKERS.discard(self)

    def _give_up(self) -> None:
        self._is_usable = False
        _warn("has ended")


_WORKERS: Final[set[_Worker]] = set()


def _forget_all() -> None:
    """A copy of this process must end none of its processes, nor keep them from seeing that it has ended."""
    for worker in tuple(_WORKERS):
        worker.forget()


@atexit.register
def _end_all() -> None:
    """What nobody has read to its end; a process that has stopped would not see that this one ends."""
    for worker in tuple(_WORKERS):
        worker.end()


if hasattr(os, "register_at_fork"):  # not where there is no fork
    os.register_at_fork(after_in_child=_forget_all)


def _warn(why: str) -> None:
    warn("A process %s; its share is made by this one.", why)


def serve() -> None:
    """What a process does until nobody gives it anything any more."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # A class of somebody's data may read and print when it is made again, and so may programs that it runs.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout = sys.stderr
    with suppress(OSError):  # there may be nowhere to print to
        os.dup2(2, 1)
    asked: SimpleQueue[bytes] = SimpleQueue()
    said: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_read, args=(questions, asked), daemon=True).start()
    Thread(target=_write, args=(answers, said), daemon=True).start()
    work: Any = None
    unable = b""
    try:
        work = pickle.loads(asked.get())  # noqa: S301  of the process that has begun this one
    except Exception as error:  # noqa: BLE001  whatever the class raises of which it is; that one is told
        unable = pickle.dumps(type(error).__name__)
    while True:
        message = asked.get()
        said.put(unable or _answer(work, message))


def _read(questions: BufferedReader, asked: SimpleQueue[bytes]) -> None:
    # It ends with the process that asks, and not as Python does: that would write once more to a pipe that
    # nobody may read.
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            asked.put(pickle.load(questions))  # noqa: S301
    os._exit(0)


def _write(answers: BufferedWriter, said: SimpleQueue[bytes]) -> None:
    with suppress(OSError):  # whoever asks has gone
        answers.write(_BEGUN)
        while True:
            answers.flush()
            pickle.dump(said.get(), answers)
    os._exit(0)


def _answer(work: Callable[[Any], Any], message: bytes) -> bytes:
    try:
        return pickle.dumps([work(pickle.loads(each)) for each in pickle.loads(message)])  # noqa: S301
    except Exception as error:  # noqa: BLE001  it is made again, and raised, where somebody can see it
        return pickle.dumps(type(error).__name__)
