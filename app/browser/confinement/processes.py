"""Processes and what descends from them, as Linux tells of them in ``/proc``."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections.abc import Iterator
from pathlib import Path

# <linux/prctl.h>
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def adopt_orphans() -> None:
    """Have whatever descends from this process fall to it when its parent ends."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when its parent ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def kill(process: int) -> None:
    """End it at once, if it is still there."""
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)


def reap() -> None:
    """Wait for all children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _folders() -> Iterator[Path]:
    """What ``/proc`` has of each process; nothing where that is of another numbering than ours.

    There a number is that of a stranger, and ours that of another one.
    """
    with contextlib.suppress(OSError):
        if str(Path("/proc/self").readlink()) == str(os.getpid()):
            yield from (folder for folder in Path("/proc").iterdir() if folder.name.isdigit())


def below(ancestor: int) -> list[int]:
    """Every process that descends from ``ancestor``, those that nobody has waited for left out."""
    children: dict[int, list[int]] = {}
    for folder in _folders():
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            if state != b"Z":
                children.setdefault(int(parent), []).append(int(folder.name))
    found, waiting = [], [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            found.append(child)
            waiting.append(child)
    return found


def mapped_files() -> list[str]:
    """The files that the processes below this one have mapped: their programs, libraries and data."""
    found = set()
    for process in below(os.getpid()):
        with contextlib.suppress(OSError):
            for line in (
                Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace").split("\n")
            ):
                # address, permissions, offset, device, inode, path
                path = line.split(maxsplit=5)[5:]
                if path and path[0].startswith("/") and not path[0].endswith(" (deleted)"):
                    found.add(path[0])
    return sorted(found)


def with_setting(setting: str) -> list[int]:
    """The processes that were started with ``NAME=VALUE`` in their environment, as far as we may look."""
    found = []
    for folder in _folders():
        with contextlib.suppress(OSError):
            if os.fsencode(setting) in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def forget_display(number: str, process: int) -> None:
    """Remove what the X server ``process``, if it was killed, has left of its display."""
    lock = Path("/tmp", f".X{number}-lock")  # noqa: S108  where all X servers have it
    with contextlib.suppress(OSError, ValueError):
        if int(lock.read_text(encoding="ascii")) == process:
            Path("/tmp/.X11-unix", f"X{number}").unlink(missing_ok=True)  # noqa: S108
            lock.unlink()
