"""Reading objects from a directory that has the semantics of a bucket."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from bbws_templates.faults import DeniedError, MissingBucketError, StoreError, UnfitObjectError
from bbws_templates.files import kind_of, read_file
from bbws_templates.layout import longest, too_long
from bbws_templates.reader import UNCHANGED, StoredObject, Unchanged


class DirectoryReader:
    """Objects are files; an ETag is the SHA-256 of the content."""

    def __init__(self, root: Path) -> None:
        self.root = real(root)
        self._within = os.path.join(self.root, "")  # noqa: PTH118  as text, which ends with a separator

    def get(self, key: str) -> StoredObject | None:
        """As ``ObjectReader.get``."""
        try:
            body = read_file(self.path_of(key), longest(key))
        except (FileNotFoundError, NotADirectoryError):
            self.require_directory()
            return None
        except PermissionError as error:
            raise unreadable(error) from error
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # no file can be there
                self.require_directory()
                return None
            self.require_fit(key)
            raise StoreError(f"{self.root / key} cannot be read: {error.strerror}.") from error
        return StoredObject(body, etag_of(body))

    def require_fit(self, key: str) -> None:
        """That ``key`` has a file, or nothing, and no more bytes than one of ours has there.

        Raises:
            UnfitObjectError: it has something else.
        """
        path = self.root / key
        try:
            found = path.stat()
        except OSError as error:
            if error.errno == errno.ELOOP and self.root.is_dir():
                raise UnfitObjectError(str(path), "this is a link that leads to itself") from None
            return
        if kind := kind_of(found.st_mode):
            raise UnfitObjectError(str(path), f"this is {kind}, not a file")
        if found.st_size > longest(key):
            # Not by its content, which is not read: it names what whoever writes over it has seen.
            etag = f'"{found.st_size:x}-{found.st_mtime_ns:x}-{found.st_ino:x}"'
            raise UnfitObjectError(str(path), too_long(key, found.st_size), etag=etag, size=found.st_size)

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        """As ``ObjectReader.revalidate``."""
        found = self.get(key)
        return UNCHANGED if found and found.etag == etag else found

    def require_directory(self) -> None:
        """That nothing else lies where the directory belongs; one that does not exist yet is an empty one.

        Raises:
            MissingBucketError: something does; to a reader that would look like a target without a release.
            DeniedError: this user may not know.
        """
        try:
            there = next((path for path in (self.root, *self.root.parents) if path.exists()), None)
            if there is None or there.is_dir():
                return
            kind = kind_of(there.stat().st_mode) or "a file"
        except PermissionError as error:
            raise unreadable(error) from error
        except FileNotFoundError:  # it has gone since
            return
        raise MissingBucketError(
            f"{there} is {kind}, not a directory of releases.",
            remedy="Name a directory, or move the file out of the way.",
        )

    def path_of(self, key: str) -> Path:
        """The file of ``key``.

        Raises:
            StoreError: it is no key, as it would lie outside of the directory by its name.
            UnfitObjectError: it would because of a link.
        """
        # Resolved first and compared after, so that neither '..' nor a symbolic link leads out.
        path = self.root / key
        outside = f"is not a key inside of {self.root}"
        if not os.path.abspath(path).startswith(self._within) or key.startswith((".", "/")):  # noqa: PTH100
            raise StoreError(f"'{key}' {outside}.")
        if not os.path.realpath(path).startswith(self._within):
            raise UnfitObjectError(str(path), f"this {outside}, as a link leads out of it")
        return path


def real(path: Path) -> Path:
    """Where ``path`` leads. One that leads to itself stays as it is, and whoever opens it hears of that."""
    return Path(os.path.realpath(path))


def unreadable(error: PermissionError) -> DeniedError:
    """What this user may not read."""
    return DeniedError(f"{error.filename} may not be read by this user.")


def etag_of(body: bytes) -> str:
    """The ETag of an object with this content."""
    return f'"{hashlib.sha256(body).hexdigest()}"'
