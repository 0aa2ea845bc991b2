"""What processes are given to do in tests; imports nothing that they would wait for."""

from __future__ import annotations

import os
import signal
import sys
from enum import Enum
from pathlib import Path
from typing import NoReturn

from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.reply import Reply
from bbws_templates.workers import GROUP, in_turns


def doubled(value: int) -> int:
    return value * 2


def where(value: int) -> int:
    """The process that works on it."""
    return os.getpid()


class Deadly:
    """Doubles, and ends every process but ``survivor`` that comes to ``at``."""

    def __init__(self, survivor: int, at: int) -> None:
        self.survivor = survivor
        self.at = at

    def __call__(self, value: int) -> int:
        if value == self.at and os.getpid() != self.survivor:
            os.kill(os.getpid(), signal.SIGKILL)
        return value * 2


class Faulty:
    """Doubles, but for one value, which raises what no pipe can carry."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self, value: int) -> int:
        if value == self.at:
            raise Unspeakable(lambda: None)
        return value * 2


class Unspeakable(Exception):  # noqa: N818
    """Cannot be pickled, for what it holds."""


class Unreadable(Exception):  # noqa: N818
    """Can be pickled, but not be had back: it is called with too little."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(what)
        self.where = where


class Closed:
    """Can be pickled, but not be had back: as wrappers do, it asks what it wraps, also before it has it."""

    def __init__(self) -> None:
        self.wrapped = "closed"

    def __getattr__(self, name: str) -> object:
        return getattr(self.wrapped, name)

    def __str__(self) -> str:
        return self.wrapped


def called(value: object) -> str:
    """What it says when it is called, if it can be."""
    return str(value() if callable(value) else value)


def refused(value: int) -> int | Unreadable:
    return Unreadable("x", "y") if value == GROUP else value


def numbered(value: dict[str, object]) -> object:
    return value["number"]


def undisturbed(value: bytes) -> tuple[int, bool]:
    """How large it is, and whether Ctrl+C at the terminal of who asked is nothing to this process."""
    return len(value), os.getsid(0) == os.getpid()


class Heavy:
    """Doubles; more of it than any pipe takes that nobody reads."""

    def __init__(self) -> None:
        self.weight = b"x" * (1 << 20)

    def __call__(self, value: int) -> int:
        return value * 2


class Held:
    """Doubles, the first one not before somebody opens ``pipe`` for writing."""

    def __init__(self, pipe: str) -> None:
        self.pipe = pipe

    def __call__(self, value: int) -> int:
        if value == 0:
            Path(self.pipe).read_bytes()
        return value * 2


class Late:
    """Doubles, and has ``asker`` told that it is taking too long when it comes to ``at``."""

    def __init__(self, asker: int, at: int) -> None:
        self.asker = asker
        self.at = at

    def __call__(self, value: int) -> int:
        if value == self.at and os.getpid() != self.asker:
            os.kill(self.asker, signal.SIGUSR1)
        return value * 2


def childless(pipe: object) -> None:
    """In a process that may have none of its own."""
    pipe.send(list(in_turns(doubled, range(200), 2)))  # type: ignore[attr-defined]


class Talkative:
    """Asks and prints when it is had back, as a class may."""

    def __setstate__(self, state: object) -> None:
        assert sys.stdin.read() == ""
        print("here I am", flush=True)
        os.write(1, b"and here\n")

    def __getstate__(self) -> object:
        return {"some": "thing"}


def met(value: int) -> tuple[Reply, int]:
    """A defect for some of them, and the process that met it."""
    return Reply(
        ZeroDivisionError() if value % 50 == 40 else BbwsTemplatesError("of the data"), ""
    ), os.getpid()


class Unruly(dict[str, object]):
    """A record that does not let itself be read, and says in its error what it holds."""

    SECRET = "sipho@example.com"

    def __getitem__(self, name: str) -> object:
        raise RuntimeError(self.SECRET)

    def get(self, name: str, default: object = None) -> object:
        raise RuntimeError(self.SECRET)

    def items(self) -> NoReturn:
        raise RuntimeError(self.SECRET)


class Tongue:
    """Languages that are members of an enumeration which no other process can import."""

    @staticmethod
    def local() -> str:
        class Language(str, Enum):  # noqa: UP042  as callers write it
            AF = "af"

        return Language.AF
