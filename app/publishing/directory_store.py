"""A directory with the semantics of a bucket: whole writes, conditions, any number of processes.

Writers take an exclusive lock on ``.lock``, which the kernel lets go of however a process ends. Readers take
none: a file appears and is replaced by rename (POSIX), so they see one content or another, never a mixture.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.publishing.store import ListedObject
from bbws_templates.directory import DirectoryReader, etag_of, unreadable
from bbws_templates.faults import DeniedError, StoreError
from bbws_templates.target import DirectoryTarget

_LOCK = ".lock"
_STAGING = ".staging"


class DirectoryStore(DirectoryReader):
    """See ``ObjectStore``; an ETag is the SHA-256 of the content."""

    @property
    def target(self) -> DirectoryTarget:
        """As ``ObjectStore.target``."""
        return DirectoryTarget(self.root)

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        """As ``ObjectStore.put``."""
        path = self.path_of(key)
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
                with suppress(FileNotFoundError):  # deleted since
                    yield ListedObject(key, (self.root / key).stat().st_size)

    def delete(self, key: str, *, if_match: str = "") -> bool:
        """As ``ObjectStore.delete``; folders that it leaves empty go as well."""
        path = self.path_of(key)
        with self._writing(key):
            if if_match and (current := self.get(key)) and current.etag != if_match:
                return False
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self.root or not folder.exists() or any(folder.iterdir()):
                    break
                folder.rmdir()
        return True

    def require_versioning(self) -> None:
        """Nothing to require: a directory is a working copy, and its releases are immutable anyway."""

    def require_conditions(self) -> None:
        """Nothing to require: conditions are ours."""

    def _replace(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, staged = tempfile.mkstemp(dir=self.root / _STAGING)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(descriptor, 0o644)
            os.fsync(descriptor)
        Path(staged).replace(path)
        _sync_directory(path.parent)

    @contextmanager
    def _writing(self, key: str) -> Iterator[None]:
        self.require_directory()
        try:
            staging = self.root / _STAGING
            staging.mkdir(parents=True, exist_ok=True)
            with (self.root / _LOCK).open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                # Whoever holds the lock is the only writer, so what lies here is of one that was killed.
                for leftover in staging.iterdir():
                    leftover.unlink(missing_ok=True)
                yield
        except PermissionError as error:
            raise DeniedError(f"{error.filename or self.root} may not be written by this user.") from error
        except OSError as error:
            raise StoreError(f"'{key}' cannot be written to {self.root}: {error.strerror}.") from error


def _complain(error: OSError) -> None:
    """Say what ``os.walk`` would pass over: a folder that it cannot list, unless there is none (any more)."""
    if isinstance(error, PermissionError):
        raise unreadable(error) from error
    if not isinstance(error, FileNotFoundError):
        raise StoreError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
