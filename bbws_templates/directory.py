"""Reading objects from a directory that has the semantics of a bucket."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bbws_templates.faults import DeniedError, StoreError
from bbws_templates.reader import UNCHANGED, StoredObject, Unchanged


class DirectoryReader:
    """Objects are files; an ETag is the SHA-256 of the content."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def get(self, key: str) -> StoredObject | None:
        """As ``ObjectReader.get``."""
        try:
            body = self.path_of(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise DeniedError(f"{error.filename} may not be read by this user.") from error
        except OSError as error:
            raise StoreError(f"{self.root / key} cannot be read: {error.strerror}.") from error
        return StoredObject(body, etag_of(body))

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        """As ``ObjectReader.revalidate``."""
        found = self.get(key)
        return UNCHANGED if found and found.etag == etag else found

    def path_of(self, key: str) -> Path:
        """The file of ``key``.

        Raises:
            StoreError: it would lie outside of the directory.
        """
        # Resolved first and compared after, so that neither '..' nor a symbolic link leads out.
        path = (self.root / key).resolve()
        if self.root not in path.parents or key.startswith((".", "/")):
            raise StoreError(f"'{key}' is not a key inside of {self.root}.")
        return self.root / key


def etag_of(body: bytes) -> str:
    """The ETag of an object with this content."""
    return f'"{hashlib.sha256(body).hexdigest()}"'
