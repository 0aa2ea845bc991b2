"""Whether a process is still running, as far as that can be known from this one.

A process is named by the machine since its last start, the process number and the moment that it began
(Linux, proc(5)): so nobody is taken for another that had the same number before. The machine is a digest, as
the name is written into a target that others read.

That a process is not to be seen does not say that it has ended: ``/proc`` may hide those of other users
(``hidepid``). Whether there is one of a number is for kill(2) to say, which hides nobody.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from bbws_templates.digests import Digest

_PROC: Final = Path("/proc")
_ENDED: Final = {"Z", "X"}  # a zombie has ended, and its parent has not asked yet
_BEGAN: Final = 19  # the place of the beginning among the fields behind the name of the program
_NAME: Final = re.compile(r"([0-9a-f]+)/([1-9][0-9]{0,8})/([0-9]+)")  # no system counts its processes further


def this_process() -> str:
    """The name of this process, "" where the system does not tell."""
    machine, state = _machine(), _state(os.getpid())
    return f"{machine}/{os.getpid()}/{state[1]}" if machine and state else ""


def has_ended(process: str) -> bool:
    """Whether the process of that name has ended for certain: False for one on another machine."""
    name = _NAME.fullmatch(process)
    if name is None or name[1] != _machine():
        return False
    number = int(name[2])
    if not _is_given(number):
        return True
    state = _state(number)
    return state is not None and (state[0] in _ENDED or state[1] != name[3])


def _is_given(number: int) -> bool:
    """Whether some process has that number, be it one that nobody may look at."""
    try:
        os.kill(number, 0)  # no signal is sent; only where ``_machine`` is known, which is Linux
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _machine() -> str:
    """This machine since its last start, and what numbers and beginnings are counted by; "" for unknown.

    Asked each time: a copy of this process may be in another numbering.
    """
    try:
        if str((_PROC / "self").readlink()) != str(os.getpid()):
            return ""  # this is the ``/proc`` of another numbering, and the processes there are others
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        numbering = (_PROC / "self/ns/pid").readlink()
        counted_from = _PROC / "self/ns/time"  # not before Linux 5.6
        start = counted_from.readlink() if counted_from.is_symlink() else ""
    except OSError:
        return ""
    return Digest.of(f"{boot} {numbering} {start}".encode()).hex[:16]


def _state(number: int) -> tuple[str, str] | None:
    """The state and the beginning of a process, None when they cannot be read."""
    try:
        text = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program stands in parentheses and may have any character in it.
    fields = text.rpartition(")")[2].split()
    return (fields[0], fields[_BEGAN]) if len(fields) > _BEGAN else None
