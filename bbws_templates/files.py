"""Files that others have put somewhere: what is no file is not waited for."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

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


def read_file(path: str | Path) -> bytes:
    """What is in a file.

    Raises:
        OSError: as ``require_file``, or it cannot be read.
    """
    require_file(path)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.read()
