"""Standard input, output and error: any of them may be closed, full, or without anybody at its other end.

An error of the system that names no file may come of anything: a socket, a thread, a working folder that is
gone. That it is one of standard output is known where that is written, and nowhere else.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

from app.core.errors import SurroundingsError
from bbws_templates.files import read_file

_PIECE: Final = 1 << 16


class UnreadError(Exception):
    """The reader of the output has gone (``| head``)."""


def hold_descriptors() -> None:
    """Have a closed stream lead nowhere: else the next file that is opened is what a program writes to."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        os.set_inheritable(descriptor, True)
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)


@contextmanager
def watched_streams() -> Iterator[None]:
    """Within, standard output that fails is an error of ours, and standard error never is.

    In there, whoever writes to standard output meets ``SurroundingsError`` or, when nobody reads it any more,
    ``UnreadError``. Standard error that is closed takes what is written to it.
    """
    output, aside = sys.stdout, sys.stderr
    if output is not None:
        sys.stdout = _Output(output)
    sys.stderr = _Aside(io.StringIO() if aside is None else aside)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = output, aside


def require_output() -> None:
    """That there is a standard output.

    Raises:
        SurroundingsError: it was closed from the start.
    """
    if sys.stdout is None:
        raise SurroundingsError("Standard output is closed.", remedy="Send it to /dev/null instead.")


def read_given(name: str, most: int) -> bytes:
    """What is in the file of that name, or comes through the pipe, or with ``-`` by standard input.

    A pipe is read while somebody writes into it, as a shell does with ``<(…)``; nobody is waited for.

    Raises:
        OSError: there is none that can be read, nobody writes, or it has more than ``most`` bytes.
        SurroundingsError: standard input is closed.
    """
    if name == "-":
        if sys.stdin is None:
            raise SurroundingsError("Standard input is closed.", remedy="Give the data with --data FILE.")
        return _at_most(sys.stdin.buffer, most)
    if not stat.S_ISFIFO(os.stat(name).st_mode):  # noqa: PTH116
        return read_file(name, most)
    with open(name, "rb", buffering=0, opener=_at_once) as pipe:
        first = pipe.read(1)  # None where somebody is there who has not written yet
        if first == b"":
            raise OSError(errno.EPIPE, "nobody writes into this pipe", name)
        os.set_blocking(pipe.fileno(), True)
        return (first or b"") + _at_most(pipe, most)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _at_most(stream: IO[bytes], most: int) -> bytes:
    pieces, room = [], most
    while room >= 0 and (piece := stream.read(min(room + 1, _PIECE))):
        pieces.append(piece)
        room -= len(piece)
    if room < 0:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return b"".join(pieces)


def has_person() -> bool:
    """Whether somebody sits at a terminal and can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


class _Watched:
    """A stream whose writes are watched; in all else it is that stream."""

    def __init__(self, stream: Any, whole: _Watched | None = None) -> None:
        self._stream = stream
        self._whole = whole or self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> _Watched:
        """The same for bytes."""
        return type(self)(self._stream.buffer, self._whole)

    def write(self, content: Any) -> int:
        """As the stream's."""
        self._whole.require()
        try:
            written: int = self._stream.write(content)
        except OSError as error:
            self._whole.fail(error)
            return len(content)
        return written

    def flush(self) -> None:
        """As the stream's."""
        self._whole.require()
        try:
            self._stream.flush()
        except OSError as error:
            self._whole.fail(error)

    def require(self) -> None:
        """That all before could be written, if that matters."""

    def fail(self, error: OSError) -> None:  # noqa: ARG002  for those below
        """Send the rest nowhere; else Python would complain of it once more at its exit."""
        with suppress(OSError):  # of a stream that is none of the system's
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self._stream.fileno())
            finally:
                os.close(nowhere)


class _Output(_Watched):
    """Standard output: what a command has found and nobody got must not pass for done.

    It fails for good: a library that tries it, as click does, may swallow what it meets. And each time with
    the same error, so that what those have added to it whom it came through first is not lost.
    """

    _failure: UnreadError | SurroundingsError | None = None

    def require(self) -> None:
        if self._failure is not None:
            raise self._failure

    def fail(self, error: OSError) -> None:
        super().fail(error)
        if isinstance(error, BrokenPipeError):
            self._failure = UnreadError()
        else:
            self._failure = SurroundingsError(
                f"Standard output cannot be written: {error.strerror or error}.",
                remedy="Make room, or send it elsewhere.",
            )
        raise self._failure from error


class _Aside(_Watched):
    """Standard error: a word that finds no room there ends no command, whose exit status says the same."""
