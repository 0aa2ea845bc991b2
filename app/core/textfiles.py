"""The text files below the folders of a template set: what may be read, as what, and how findings name it."""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path
from typing import Any

from app.core.errors import Location, SourceError
from app.core.filenames import written
from app.core.jsontext import parse_json
from app.core.seen_files import digest_of
from app.core.sources import SourceFile
from bbws_templates.files import kind_of

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Larger files are refused: Gmail clips at 102 kB, so nothing that size is an email template."""


class TextFiles:
    """Files of ``folders``, which are absolute and without links, as they are in this one reading.

    What holds for a whole folder is found out once, and a file that many contracts refer to is parsed once:
    a set has thousands of files.
    """

    def __init__(self, *folders: Path) -> None:
        """All files of ``folders``; none has been read."""
        self.digests: dict[str, str] = {}
        """By path, of what each file that has been read held."""
        self._folders = folders
        self._working_folder = f"{Path.cwd().as_posix().rstrip('/')}/"
        self._inside: dict[str, bool] = {}
        self._read: dict[Path, SourceFile] = {}
        self._parsed: dict[Path, tuple[SourceFile, Any]] = {}

    def keep(self, before: TextFiles, unchanged: Set[str]) -> set[str]:
        """Take over what ``before`` has read and parsed of the files that still say the same.

        Of those ``unchanged`` that is known; others are read again. Returns the paths of all that were taken.
        """
        taken: set[str] = set()
        for path, file in before._read.items():
            name = str(path)
            if name not in unchanged:
                try:
                    if self.read(path) != file:
                        continue
                except SourceError:
                    continue
            self._read[path] = file
            self.digests.setdefault(name, before.digests[name])
            taken.add(name)
        self._parsed = {
            path: pair for path, pair in before._parsed.items() if self._read.get(path) is pair[0]
        }
        return taken

    def read(self, path: Path) -> SourceFile:
        """The text of one file, read once.

        Raises:
            SourceError: it leaves the folders, is too large, is not UTF-8, or no file that can be read.
        """
        if path not in self._read:
            self._read[path] = self._read_now(path)
        return self._read[path]

    def _read_now(self, path: Path) -> SourceFile:
        label = self.label(path)
        where = Location(label)
        try:
            is_inside = self._is_inside(path)
        except RuntimeError as error:  # how Python before 3.13 says it
            raise SourceError(
                "The link leads to itself.", location=where, remedy="Copy the file in."
            ) from error
        if not is_inside:
            raise SourceError(
                "The file is a link that leaves the folder.", location=where, remedy="Copy the file in."
            )
        try:
            # Before it is opened: whoever opens a pipe waits for its writer, and a file may have any size.
            status = path.stat()
            content = b"" if kind_of(status.st_mode) or status.st_size > MAX_FILE_BYTES else path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"The file cannot be read: {error.strerror or error}.",
                location=where,
                remedy="Check its permissions, or where the link leads to.",
            ) from error
        if kind := kind_of(status.st_mode):
            raise SourceError(f"This is {kind}, not a file.", location=where, remedy="Remove or rename it.")
        if status.st_size > MAX_FILE_BYTES:
            raise SourceError(
                f"The file has {status.st_size:,} bytes; {MAX_FILE_BYTES:,} is the most.",
                location=where,
                remedy="Mail clients clip far earlier: split or shorten it.",
            )
        self.digests[str(path)] = digest_of(content)
        try:
            # A checkout may have turned line ends into those of its machine; a release must not depend on it.
            text = content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
            raise SourceError(
                f"The file is not UTF-8: byte 0x{content[error.start]:02x} cannot stand here.",
                location=Location(label, line, column),
                remedy="Save it as UTF-8.",
            ) from error
        return SourceFile(path, label, text)

    def parsed(self, path: Path) -> tuple[SourceFile, Any]:
        """A JSON file and its value, which nobody may change: others get the same.

        Raises:
            SourceError: as ``read``, and it is no JSON.
        """
        if path not in self._parsed:
            file = self.read(path)
            self._parsed[path] = (file, parse_json(file.text, file.label))
        return self._parsed[path]

    def label(self, path: Path) -> str:
        """The path as a person in the working folder would type it; always one line of text."""
        name = path.as_posix()
        return "." if f"{name}/" == self._working_folder else written(name.removeprefix(self._working_folder))

    def _is_inside(self, path: Path) -> bool:
        """Whether ``path``, all links followed, lies in one of the folders.

        Raises:
            RuntimeError: a link leads to itself.
        """
        name = str(path)
        if os.path.islink(name):  # noqa: PTH114  these two spare a path of its own to each of thousands
            return self._belongs(path.resolve())
        parent = os.path.dirname(name)  # noqa: PTH120
        if parent not in self._inside:
            self._inside[parent] = self._belongs(Path(parent).resolve())
        return self._inside[parent]

    def _belongs(self, real: Path) -> bool:
        return any(real.is_relative_to(folder) for folder in self._folders)
