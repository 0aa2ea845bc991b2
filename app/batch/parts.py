"""The emails of a chunk on their way from the process that made them to the one that writes the result.

Through a pipe they would be packed, copied, taken apart and put together again. So a process of this machine
leaves them in a file beside the result, all that it made of a chunk in one, and the system itself appends
that to the result: half of the time, and no more room than the chunks that are under way.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from app.core.writing import naming

_PREFIX: Final = "emails-"


@dataclass(frozen=True)
class PartFile:
    """A file with so many emails in a row."""

    path: Path
    number: int

    def append_to(self, result: BinaryIO) -> None:
        """Put what it holds behind all that ``result`` holds; the file is gone then.

        Raises:
            OSError: it cannot be read, or there is no room.
        """
        result.flush()
        with self.path.open("rb", buffering=0) as file:
            if sys.platform == "linux":
                rest = os.fstat(file.fileno()).st_size
                while rest and (sent := os.sendfile(result.fileno(), file.fileno(), None, rest)):
                    rest -= sent
            else:  # elsewhere it is for sockets alone
                shutil.copyfileobj(file, result)
        result.seek(0, os.SEEK_END)
        self.path.unlink()


def keep_part(folder: Path, emails: Iterable[bytes]) -> Path:
    """Write ``emails`` into a new file in ``folder``, which this user alone can read, and return where.

    Raises:
        OSError: there is no room.
    """
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    with naming(Path(name)), os.fdopen(descriptor, "wb") as file:
        file.writelines(emails)
    return Path(name)


def clear_parts(folder: Path) -> None:
    """Remove what a batch that was killed has left in ``folder``, and the folder if nothing else is in it."""
    for path in folder.glob(f"{_PREFIX}*"):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
