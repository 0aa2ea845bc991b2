"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

_PATIENCE = 2.0
"""How many seconds a reader on Windows may hold a file open that is to be replaced."""

_STAGED = re.compile(r"\..+(\.[a-z]+)\.[0-9a-f]{8}")  # as ``stage`` names it


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, and its folder, down to the disk.

    Raises:
        OSError: no room or no permission, or there is such a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def stage(path: Path, content: bytes) -> Path:
    """Write ``content`` beside ``path`` and return where; ``put`` it there to make it the file.

    Raises:
        OSError: no room, no permission or no name; nothing is left behind.
    """
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        write_new(temporary, content)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def put(staged: Path, path: Path) -> None:
    """Make ``staged`` the file at ``path``, at once: whoever reads sees the old one or the new one.

    Windows refuses that while somebody has the old one open, as a reader does for a moment: so it is tried
    again.

    Raises:
        OSError: no permission, or a folder stands there; ``path`` is as it was, and ``staged`` is gone.
    """
    last = time.monotonic() + (_PATIENCE if sys.platform == "win32" else 0)
    while True:
        try:
            staged.replace(path)
        except OSError as error:
            if not isinstance(error, PermissionError) or time.monotonic() >= last:
                staged.unlink(missing_ok=True)
                raise
            time.sleep(0.02)
        else:
            return


def sweep(folder: Path, suffixes: Collection[str]) -> None:
    """Remove what those were killed over who staged files with these suffixes anywhere in ``folder``.

    Nobody may be writing there. No link is followed, and what cannot be removed stays: no reader takes it
    for the file that it was to become.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            staged = _STAGED.fullmatch(name)
            if staged and staged[1] in suffixes:
                with suppress(OSError):
                    Path(place, name).unlink()
