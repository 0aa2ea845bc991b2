"""A directory with the semantics of a bucket: whole writes, conditions, any number of processes.

Writers take an exclusive lock on ``.lock``, which the kernel lets go of however a process ends. Readers take
none: a file appears and is replaced by rename (POSIX), so they see one content or another, never a mixture.

``.reserve`` holds some room for the day when the disk is full: what exists already can then be replaced all
the same, so that releases can be rolled back, and pruned, which makes room.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

from app.core.locking import is_taken_in_time
from app.core.writing import put
from app.publishing.errors import TooLateError
from app.publishing.store import InTime, ListedObject, SeenObject, always, require_readable
from bbws_templates.directory import DirectoryReader, etag_of, unreadable
from bbws_templates.faults import DeniedError, StoreError, UnreachableError
from bbws_templates.files import read_opened, require_file
from bbws_templates.layout import longest
from bbws_templates.reader import StoredObject
from bbws_templates.target import DirectoryTarget

_LOCK = ".lock"
_STAGING = ".staging"
_RESERVE = ".reserve"
_ROOM = 256 * 1024
_HAS_NO_FOLLOW = hasattr(os, "O_NOFOLLOW")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class DirectoryStore(DirectoryReader):
    """See ``ObjectStore``; an ETag is the SHA-256 of the content."""

    patience = 60.0
    """For how many seconds a writer waits for the others."""

    @property
    def target(self) -> DirectoryTarget:
        """As ``ObjectStore.target``."""
        return DirectoryTarget(self.root)

    @property
    def ahead(self) -> timedelta:
        """Nothing: a directory has no clock but that of the machine."""
        return timedelta()

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        """As ``ObjectStore.put``."""
        path = self.path_of(key)
        require_readable(key, body)
        with self._writing(key):
            current = self.get(key)
            if current and current.body == body:
                return current.etag
            holds = not (current and if_absent) and (not if_match or (current and current.etag == if_match))
            if not holds:
                return None
            self._replace(path, body)
        return etag_of(body)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """As ``ObjectStore.list``."""
        self.require_directory()
        keys = []
        for folder, folders, files in os.walk(self.root, onerror=_complain):
            folders[:] = [name for name in folders if not name.startswith(".")]
            relative = Path(folder).relative_to(self.root)
            keys += [(relative / name).as_posix() for name in files if not name.startswith(".")]
        for key in sorted(keys):
            if key.startswith(prefix):
                try:
                    size = (self.root / key).stat().st_size
                except FileNotFoundError:
                    continue  # deleted since
                except OSError as error:
                    raise StoreError(f"{self.root / key} cannot be read: {error.strerror}.") from error
                yield ListedObject(key, size)

    def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
        """As ``ObjectStore.look``; each file is read, as that is how its ETag is known."""
        seen = {}
        plain: dict[str, bool] = {}  # what holds for a folder is found out once for all that it holds
        for key in keys:
            folder = key.rpartition("/")[0]
            if folder not in plain:
                plain[folder] = self._is_plain(folder)
            found = self._plain_file(key) if plain[folder] and key[:1] != "." else self.get(key)
            if found:
                seen[key] = SeenObject(len(found.body), found.etag)
        return seen

    def _is_plain(self, folder: str) -> bool:
        """Whether a folder is inside as it is called: no link and no ``..`` is on the way to it."""
        place = f"{self._within}{folder}"
        return _HAS_NO_FOLLOW and os.path.realpath(place) == place.rstrip(os.sep)

    def _plain_file(self, key: str) -> StoredObject | None:
        """As ``get`` of a key in a plain folder, of which no link is followed."""
        try:
            with open(f"{self._within}{key}", "rb", buffering=0, opener=_regular) as file:
                body = read_opened(file, longest(key))
        except OSError:
            return self.get(key)
        return StoredObject(body, etag_of(body))

    def etag_for(self, body: bytes) -> str:
        """As ``ObjectStore.etag_for``."""
        return etag_of(body)

    def delete(self, key: str, *, if_match: str = "", in_time: InTime = always) -> bool:
        """As ``ObjectStore.delete``; folders that it leaves empty go as well."""
        path = self.path_of(key)
        with self._writing(key):
            # Under the lock: whoever is suspended from here on keeps everybody else from writing.
            if not in_time():
                raise TooLateError(f"No time is left in which to delete '{key}' of {self.root}.")
            if if_match and (current := self.get(key)) and current.etag != if_match:
                return False
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self.root or not folder.exists() or any(folder.iterdir()):
                    break
                folder.rmdir()
            if folder.exists():
                _sync_directory(folder)  # or the power fails, and what went later has gone, and this has not
        return True

    def require_versioning(self) -> None:
        """Nothing to require: a directory is a working copy, and its releases are immutable anyway."""

    def require_conditions(self) -> None:
        """Nothing to require: conditions are ours."""

    def _replace(self, path: Path, body: bytes) -> None:
        try:
            staged = self._stage(body)
        except OSError as error:
            if error.errno not in _FULL or not path.exists():
                raise
            staged = self._stage_in_reserve(body, error)
        try:
            _make_folder(path.parent)
            put(staged, path)
        except OSError:
            staged.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)

    def _stage(self, body: bytes) -> Path:
        descriptor, name = tempfile.mkstemp(dir=self.root / _STAGING)
        staged = Path(name)
        try:
            _fill(descriptor, body)
        except OSError:
            staged.unlink()
            raise
        return staged

    def _stage_in_reserve(self, body: bytes, full: OSError) -> Path:
        """As ``_stage``, in the room that the reserve has on the disk already."""
        staged = self.root / _STAGING / "reserve"
        try:
            require_file(self.root / _RESERVE)
            (self.root / _RESERVE).replace(staged)
            _fill(os.open(staged, os.O_WRONLY), body)
        except OSError:
            staged.unlink(missing_ok=True)
            raise full from None
        return staged

    def _restock(self) -> None:
        """Make the reserve as large as it should be, or as the disk has room for."""
        reserve = self.root / _RESERVE
        with suppress(OSError):
            held = reserve.stat().st_size if _is_there(reserve) else 0
            if held < _ROOM:
                descriptor = os.open(reserve, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    while held < _ROOM:  # a write may stop where the disk is full
                        # Noise, as there are file systems that give no room to zeros.
                        held += os.write(descriptor, os.urandom(_ROOM - held))
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock on the file that everybody else finds by now: a person may have deleted another."""
        path = self.root / _LOCK
        while True:
            _is_there(path)
            with path.open("ab") as lock:
                self._wait_for(lock)
                if _is_at(lock, path):
                    yield
                    return

    def _wait_for(self, lock: IO[bytes]) -> None:
        if not is_taken_in_time(lock, self.patience):
            raise UnreachableError(
                f"{self.root} has been locked for {self.patience:.0f} seconds by a process that "
                "writes there, or was suspended while it did.",
                remedy=f"Let it go on, or end it: `fuser {self.root / _LOCK}` names it.",
            )

    @contextmanager
    def _writing(self, key: str) -> Iterator[None]:
        self.require_directory()
        try:
            staging = self.root / _STAGING
            _make_folder(staging)
            with self._locked():
                # Whoever holds the lock is the only writer, so what lies here is of one that was killed.
                for leftover in staging.iterdir():
                    leftover.unlink(missing_ok=True)
                yield
                self._restock()
        except PermissionError as error:
            raise DeniedError(f"{error.filename or self.root} may not be written by this user.") from error
        except OSError as error:
            remedy = "Make room: `prune` itself needs none." if error.errno in _FULL else ""
            place = f" ({error.filename})" if error.filename else ""
            raise StoreError(
                f"'{key}' cannot be written to {self.root}: {error.strerror}{place}.", remedy=remedy
            ) from error


def _is_there(path: Path) -> bool:
    """Whether there is such a file of ours.

    Raises:
        OSError: there is something else, such as a pipe, which whoever opens it would wait for.
    """
    try:
        require_file(path)
    except FileNotFoundError:
        return False
    return True


def _regular(path: str, flags: int) -> int:
    """An opener that refuses a link, and whatever else is no file, which it does not wait for."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "this is not a file", path)


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether the open ``file`` is the one that is found at ``path``."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _complain(error: OSError) -> None:
    """Say what ``os.walk`` would pass over: a folder that it cannot list, unless there is none (any more)."""
    if isinstance(error, PermissionError):
        raise unreadable(error) from error
    if not isinstance(error, FileNotFoundError):
        raise StoreError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _fill(descriptor: int, body: bytes) -> None:
    """Make ``body`` the content of a file, down to the disk, and close it; room that it has is used first."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.truncate()
        if sys.platform != "win32":
            os.fchmod(descriptor, 0o644)
        os.fsync(descriptor)


def _make_folder(path: Path) -> None:
    """Make a folder, and those above it that there are none of, each of them known to the disk."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(exist_ok=True)
    with suppress(PermissionError):  # where this user may put a folder, and not look what else is there
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    if sys.platform == "win32":
        return  # It opens no folder, and NTFS keeps its own journal of names.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
