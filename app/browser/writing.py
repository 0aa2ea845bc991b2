"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from app.browser.errors import BaselineError
from bbws_templates.errors import Location


def stage(path: Path, content: bytes) -> Path:
    """Write ``content`` beside ``path`` and return where; ``replace`` it there to make it the file.

    Raises:
        OSError: no room or no permission; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of the file at ``path``, at once.

    Raises:
        BaselineError: no room or no permission; the file is as it was.
    """
    try:
        stage(path, content).replace(path)
    except OSError as error:
        raise not_written(error, path) from error


def not_written(error: OSError, path: Path) -> BaselineError:
    """An error that says which file could not be written and what to do."""
    return BaselineError(
        f"cannot be written: {error.strerror or error}.",
        location=Location(str(error.filename or path)),
        remedy="Make room or correct the permissions, then run the command again.",
    )
