"""Files that others have put somewhere: what is no file, or has no end, is not read."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

LONGEST: Final = 256 << 20
"""Bytes of the longest file that anything here reads whole."""

_PIECE: Final = 1 << 16
_KINDS: Final = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def kind_of(mode: int) -> str:
    """What a file that is no regular one is, in words; "" for a regular file. ``mode`` as of ``os.stat``."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")


def require_file(path: str | Path) -> None:
    """That ``path``, all links followed, is a file and nothing that whoever opens it might wait for.

    A pipe has its reader wait for a writer, and a device may have no end.

    Raises:
        OSError: it is something else, which ``strerror`` names; or there is nothing.
    """
    if kind := kind_of(os.stat(path).st_mode):  # noqa: PTH116  there may be no pathlib yet
        raise OSError(errno.EINVAL, f"this is {kind}, not a file", str(path))


def read_file(path: str | Path, most: int = LONGEST) -> bytes:
    """What is in a file, of at most ``most`` bytes.

    Raises:
        OSError: as ``require_file``, it has more, or it cannot be read.
    """
    require_file(path)
    with open(path, "rb", buffering=0, opener=_at_once) as file:
        return read_opened(file, most)


def read_opened(file: FileIO, most: int = LONGEST) -> bytes:
    """As ``read_file``; of a file that grows meanwhile no more is held than that."""
    found = os.fstat(file.fileno())
    if kind := kind_of(found.st_mode):  # put into the place of the file that was looked at
        raise OSError(errno.EINVAL, f"this is {kind}, not a file", str(file.name))
    pieces, room = [], most
    if found.st_size <= most:
        while room >= 0 and (piece := file.read(min(room, max(found.st_size, _PIECE)) + 1)):
            pieces.append(piece)
            room -= len(piece)
        if room >= 0:
            return b"".join(pieces)
    raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(file.name))


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever writes into a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
