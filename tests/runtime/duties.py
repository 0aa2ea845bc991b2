"""What processes are given to do in tests; imports nothing that they would wait for."""

from __future__ import annotations

import os
import signal

from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.reply import Reply
from bbws_templates.workers import side_by_side


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


def called(value: object) -> str:
    """What it says when it is called, if it can be."""
    return str(value() if callable(value) else value)


def childless(pipe: object) -> None:
    """In a process that may have none of its own."""
    pipe.send(list(side_by_side(doubled, range(200), 2)))  # type: ignore[attr-defined]


def met(value: int) -> tuple[Reply, int]:
    """A defect for some of them, and the process that met it."""
    return Reply(
        ZeroDivisionError() if value % 50 == 40 else BbwsTemplatesError("of the data"), ""
    ), os.getpid()
