"""A lock on an open file, which the system lets go of however the process that holds it ends.

Of POSIX it takes ``flock``, of Windows a lock on the first byte; both are tried without waiting. Neither is
imported before it is needed: reading, checking and rendering need no lock at all.
"""

from __future__ import annotations

import errno
import os
import random
import sys
import time
from typing import IO


def is_taken_by_us(file: IO[bytes] | int) -> bool:
    """Take the lock on ``file`` if nobody else holds it; it is ours until ``file`` is closed.

    It may be the descriptor of a folder, but for Windows, which opens none.

    Raises:
        OSError: the file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        if isinstance(file, int):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_taken_in_time(file: IO[bytes] | int, patience: float) -> bool:
    """Take the lock on ``file``, for which ``patience`` seconds are waited while somebody else holds it.

    A process that was suspended holds it for as long as it is: then the answer is no.

    Raises:
        OSError: as ``is_taken_by_us``.
    """
    last = time.monotonic() + patience
    while not is_taken_by_us(file):
        if time.monotonic() > last:
            return False
        time.sleep(random.uniform(0.0005, 0.005))  # noqa: S311  so that no two keep step
    return True
