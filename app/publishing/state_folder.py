"""What a directory keeps for its writers beside its objects: a lock, what is being written, room in reserve.

::

    .lock                               whoever has locked it is the only writer
    .bbws-templates/{32 digits}.staged  what somebody is writing, or was killed over
    .bbws-templates/reserve             some room for the day when the disk is full

The directory may be one that others write to, or a folder of something else that was named by mistake. So no
link is followed here, nothing is removed but what has a name of ours, and nothing is written into a file that
has another name elsewhere.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from app.core.locking import is_taken_in_time
from bbws_templates.faults import UnreachableError
from bbws_templates.files import kind_of

LEAST_ROOM: Final = 256 * 1024
"""How many bytes are in reserve at least, where the disk has them."""

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a system says of a disk without room."""

_LOCK: Final = ".lock"
_FOLDER: Final = ".bbws-templates"
_RESERVE: Final = "reserve"
_EARLIER_RESERVE: Final = ".reserve"
_STAGED: Final = re.compile(r"[0-9a-f]{32}\.staged")
_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
# What a system does not have of these it does not need: Windows has no pipes among files, POSIX no text mode.
_OPENING: Final = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


class StateFolder:
    """The writers' own files in the directory ``root``. All but ``locked`` is for whoever holds the lock."""

    def __init__(self, root: Path) -> None:
        self.lock = root / _LOCK
        self._folder = root / _FOLDER
        self._reserve = self._folder / _RESERVE
        self.earlier_reserve = root / _EARLIER_RESERVE
        """Where earlier versions kept the reserve; what is there may be somebody's own, so it stays."""

    @contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """Hold the lock on the file that everybody else finds by now: a person may have deleted another.

        What was being written by somebody who was killed is gone then.

        Raises:
            OSError: something that is not ours is in the place of one of the files, or the system fails.
            UnreachableError: somebody else holds it for longer than ``patience`` seconds.
        """
        self._make()
        while True:
            with os.fdopen(_open(self.lock, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), "ab") as lock:
                self._wait_for(lock, patience)
                if _is_at(lock, self.lock):
                    self._sweep()
                    yield
                    return

    def stage(self, body: bytes) -> Path:
        """Write ``body`` down to the disk, and return where; what cannot be written leaves nothing behind.

        Raises:
            OSError: there is no room, or the system fails.
        """
        staged = self._new()
        descriptor = _open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fill(descriptor, body)
        except OSError:
            staged.unlink()
            raise
        return staged

    def stage_in_reserve(self, body: bytes) -> Path | None:
        """As ``stage``, in the room that the reserve has on the disk already; None where it is too small."""
        staged = self._new()
        held = self._held()
        try:
            self._reserve.replace(staged)
            descriptor = _open(staged, os.O_WRONLY)
            if os.fstat(descriptor).st_nlink > 1:
                os.close(descriptor)  # its room is somebody else's as well
                staged.unlink()
                return None
            fill(descriptor, body)
        except OSError:
            staged.unlink(missing_ok=True)
            self.restock(held)
            return None
        return staged

    def restock(self, room: int) -> None:
        """Make the reserve as large as ``room``, or as the disk has room for."""
        with suppress(OSError):
            if self._reserve.exists() and self._reserve.lstat().st_nlink > 1:
                self._reserve.unlink()  # a copy made of links, say, which is to stay as it is
            held = self._held()
            if held < room:
                descriptor = _open(self._reserve, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    while held < room:  # a write may stop where the disk is full
                        # Noise, as there are file systems that give no room to zeros.
                        held += os.write(descriptor, os.urandom(room - held))
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def _held(self) -> int:
        """How many bytes the reserve has."""
        with suppress(FileNotFoundError):
            return self._reserve.lstat().st_size
        return 0

    def _new(self) -> Path:
        return self._folder / f"{uuid4().hex}.staged"

    def _make(self) -> None:
        """Make the folder; refuse what is not ours before anything is written."""
        with suppress(FileNotFoundError):
            _require(stat.S_IFDIR, self._folder.lstat(), self._folder)
        make_folder(self._folder)
        # A link that a system calls something else, such as a junction of Windows, leads elsewhere as well.
        if os.path.realpath(self._folder) != str(self._folder):
            raise OSError(errno.EINVAL, "this is a link, not a folder", str(self._folder))
        with suppress(FileNotFoundError):
            _require(stat.S_IFREG, self._reserve.lstat(), self._reserve)

    def _sweep(self) -> None:
        """Remove what was being written: whoever holds the lock is the only writer."""
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if _STAGED.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    Path(entry.path).unlink(missing_ok=True)

    def _wait_for(self, lock: IO[bytes], patience: float) -> None:
        if not is_taken_in_time(lock, patience):
            raise UnreachableError(
                f"{self.lock.parent} has been locked for {patience:.0f} seconds by a process that "
                "writes there, or was suspended while it did.",
                remedy=f"Let it go on, or end it: `fuser {self.lock}` names it.",
            )


def fill(descriptor: int, body: bytes) -> None:
    """Make ``body`` the content of a file, down to the disk, and close it; room that it has is used first."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.truncate()
        if sys.platform != "win32":
            os.fchmod(descriptor, _FILE_MODE)
        os.fsync(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that there are none of, each of them known to the disk.

    They may be entered by all who may read what ``fill`` writes, whatever the umask: else a reader has the
    pointer and is denied what it names. One that is there stays as it is.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode | _FOLDER_MODE != mode:
            path.chmod(mode | _FOLDER_MODE)
    with suppress(PermissionError):  # where this user may put a folder, and not look what else is there
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk."""
    if sys.platform == "win32":
        return  # It opens no folder, and NTFS keeps its own journal of names.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_plain(path: str | Path, flags: int, mode: int = 0o600) -> int:
    """Open a file without following a link or waiting for a pipe; also an ``opener`` of ``open``.

    Raises:
        OSError: it is no file, or cannot be opened.
    """
    descriptor = os.open(path, flags | _OPENING, mode)
    try:
        _require(stat.S_IFREG, os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _open(path: Path, flags: int, mode: int = 0o600) -> int:
    """As ``open_plain``, and what is in the way is named, also where opening it would fail or wait."""
    with suppress(FileNotFoundError):
        _require(stat.S_IFREG, path.lstat(), path)
    return open_plain(path, flags, mode)


def _require(wanted: int, found: os.stat_result, path: str | Path) -> None:
    """That ``found``, what the system says of ``path`` itself, is of the ``wanted`` kind.

    Raises:
        OSError: it is something else, which ``strerror`` names.
    """
    if stat.S_IFMT(found.st_mode) != wanted:
        kind = "a link" if stat.S_ISLNK(found.st_mode) else kind_of(found.st_mode) or "a file"
        expected = "a folder" if wanted == stat.S_IFDIR else "a file"
        raise OSError(errno.EINVAL, f"this is {kind}, not {expected}", str(path))


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether the open ``file`` is the one that is found at ``path``."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except FileNotFoundError:
        return False
