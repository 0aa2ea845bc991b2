"""Whether a process is still running, as far as that can be known from this one.

A process is named by the machine since its last start, the process number and the moment that it began
(Linux, proc(5)): so nobody is taken for another that had the same number before. The machine is a digest, as
the name is written into a target that others read.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from bbws_templates.digests import Digest

_PROC: Final = Path("/proc")
_ENDED: Final = {"Z", "X"}  # a zombie has ended, and its parent has not asked yet


def this_process() -> str:
    """The name of this process, "" where the system does not tell."""
    machine, state = _machine(), _state(os.getpid())
    return f"{machine}/{os.getpid()}/{state[1]}" if machine and state else ""


def has_ended(process: str) -> bool:
    """Whether the process of that name has ended for certain: False for one on another machine."""
    machine, _, rest = process.partition("/")
    number, _, began = rest.partition("/")
    if not machine or machine != _machine() or not number.isdecimal():
        return False
    state = _state(int(number))
    return state is None or state[0] in _ENDED or state[1] != began


@cache
def _machine() -> str:
    """This machine since its last start, and the numbering of processes that this one is in."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        numbering = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return Digest.of(f"{boot} {numbering}".encode()).hex[:16]


def _state(number: int) -> tuple[str, str] | None:
    """The state and the beginning of a process, None when there is none of that number."""
    try:
        text = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program stands in parentheses and may have any character in it.
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]
