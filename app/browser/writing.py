"""Files of pictures, written whole or not at all; and what is said where they cannot be."""

from __future__ import annotations

from pathlib import Path

from app.browser.errors import BaselineError
from app.core.writing import overwrite
from bbws_templates.errors import Location


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of the file at ``path``, at once.

    Raises:
        BaselineError: no room or no permission; the file is as it was.
    """
    try:
        overwrite(path, content)
    except OSError as error:
        raise not_written(error, path) from error


def not_written(error: OSError, path: Path) -> BaselineError:
    """An error that says which file could not be written and what to do."""
    return BaselineError(
        f"cannot be written: {error.strerror or error}.",
        location=Location(str(path)),
        remedy="Make room or correct the permissions, then run the command again.",
    )
