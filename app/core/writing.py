"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4


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
    """Write ``content`` beside ``path`` and return where; ``replace`` it there to make it the file.

    Raises:
        OSError: no room or no permission; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        write_new(temporary, content)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
