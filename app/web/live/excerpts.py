"""The lines of an author's file around a place, to show an error where it happened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, Field

from bbws_templates.directory import real
from bbws_templates.errors import Location

CONTEXT_LINES = 3
_MAX_BYTES = 2 * 1024 * 1024
_MAX_LINE = 400


class ExcerptLine(BaseModel):
    """One line of a source file."""

    number: int = Field(description="Counts from 1.")
    text: str
    marked: bool = Field(default=False, description="Whether this is the line in question.")


class Excerpts:
    """Reads excerpts of files below the given folders, and of no others."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(real(folder) for folder in folders)

    def around(self, location: Location) -> list[ExcerptLine]:
        """The line of ``location`` with its neighbours; nothing when the file cannot be shown."""
        text = self.read(location.file) if location.line else None
        if text is None:
            return []
        lines = text.split("\n")
        first = max(1, location.line - CONTEXT_LINES)
        last = min(len(lines), location.line + CONTEXT_LINES)
        return [
            ExcerptLine(number=n, text=lines[n - 1].rstrip("\r")[:_MAX_LINE], marked=n == location.line)
            for n in range(first, last + 1)
        ]

    def path_of(self, label: str) -> Path | None:
        """The file that findings call ``label``, links followed; None when it is not ours or not there."""
        try:
            path = real(Path(label))
            # A label comes from an error; resolving before the comparison defeats `..` and links alike.
            if not any(path.is_relative_to(folder) for folder in self._folders) or not path.is_file():
                return None
        except (OSError, ValueError):
            return None
        return path

    def read(self, label: str) -> str | None:
        """The text of the file that findings call ``label``; None when it is not ours or not readable.

        Bytes that are not UTF-8 become U+FFFD: an excerpt must be able to show the very file that could
        not be decoded.
        """
        path = self.path_of(label)
        try:
            if path is None:
                return None
            with path.open("rb") as file:
                return file.read(_MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            return None
