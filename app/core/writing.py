"""Files that are written whole or not at all, one or several.

Who names a file to be written may have anything there: ``overwrite`` leaves a link, a device or a pipe what
it is. Whatever cuts a write off, be it an interruption, leaves nothing half-written behind but what kills.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from bbws_templates.directory import real
from bbws_templates.files import kind_of

_PATIENCE = 2.0
"""How many seconds a reader on Windows may hold a file open that is to be replaced."""

_STAGED = re.compile(r"\..+(\.[a-z]+)\.[0-9a-f]{8}")  # as ``stage`` names it


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors of what is open say of no file which it is: those in here are about ``path``."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, and its folder, down to the disk.

    Raises:
        OSError: no room or no permission, or there is such a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with naming(path), path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def all_or_none() -> Iterator[Callable[[Path, bytes], None]]:
    """A function that writes new files, and their folders; unless the block ends well, all of these go.

    Raises:
        OSError: no room or no permission, or there is such a file.
    """
    made: list[Path] = []

    def write(path: Path, content: bytes) -> None:
        missing = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        made.extend(reversed(missing))
        with naming(path), path.open("xb") as file:
            made.append(path)
            file.write(content)

    try:
        yield write
    except BaseException:
        for path in reversed(made):
            with suppress(OSError):  # a folder in which somebody else has put something
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def overwrite(path: Path, content: bytes) -> None:
    """Make ``content`` that of the file at ``path``, which somebody has named: at once, or not at all.

    A link stays, and what it leads to is written. Who may read the file stays as it is. A device or a pipe is
    written to: a file in its place would be nobody's wish.

    Raises:
        OSError: no room or no permission, or a folder stands there; the file is as it was.
    """
    mode: int | None = None
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
    if mode is not None and kind_of(mode) and not stat.S_ISDIR(mode):
        with naming(path), open(path, "wb", opener=_not_waiting) as file:
            file.write(content)
        return
    path = real(path) if path.name else path
    staged = stage(path, content)
    if mode is not None:
        with suppress(OSError):  # of a file system without permissions
            staged.chmod(stat.S_IMODE(mode))
    put(staged, path)


def _not_waiting(path: str, flags: int) -> int:
    """A pipe that nobody reads is an error: whoever opens it would wait for a reader."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(descriptor, True)
    return descriptor


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
    except BaseException:
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
        except BaseException as error:
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
