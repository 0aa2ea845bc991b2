"""Addresses that open a file in an editor on this machine, at a line.

Sources: the address handlers of Visual Studio Code (``vscode://file/…``), of IntelliJ IDEA and its family
(``idea://open``), and of Sublime Text (``subl://open``, which macOS has; elsewhere a package brings it).

It is chosen with ``serve --editor``, or for whoever starts a server beside ``bbws-templates.toml``::

    [preview]
    editor = "vscode"    # idea, sublime, or a pattern of addresses
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_from_bytes

from app.publishing.targets import settings_document
from bbws_templates.errors import Location
from bbws_templates.faults import TargetError

TABLE: Final = "preview"
KEYS: Final = frozenset({"editor"})

KNOWN: Final = {
    "vscode": "vscode://file{path}:{line}:{column}",
    "idea": "idea://open?file={path}&line={line}&column={column}",
    "sublime": "subl://open?url=file://{path}&line={line}&column={column}",
}
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# Those that a browser follows by itself: no page, script or request may come out of a setting.
_NEVER: Final = frozenset(
    {"about", "blob", "data", "file", "filesystem", "ftp", "http", "https", "javascript", "vbscript"}
    | {"view-source", "ws", "wss"}
)
_PLACEHOLDERS: Final = ("{path}", "{line}", "{column}")
_PLAIN: Final = re.compile(r"[!-~]+")  # blanks and control characters are what browsers drop from a scheme


@dataclass(frozen=True)
class Editor:
    """An editor by the ``pattern`` of its addresses, which has been found harmless."""

    pattern: str

    @classmethod
    def of(cls, text: str) -> Editor:
        """The editor that is called so, or that has such addresses.

        Raises:
            ValueError: it is neither; says what is wrong with it.
        """
        pattern = KNOWN.get(text, text)
        scheme = _SCHEME.match(pattern)
        if not scheme:
            raise ValueError(
                f"'{text}' is no editor that is known: {', '.join(KNOWN)}; nor an address pattern."
            )
        if not _PLAIN.fullmatch(pattern):
            raise ValueError("a pattern has ASCII letters, digits and signs alone, and no blank.")
        if scheme.group(1).lower() in _NEVER:
            raise ValueError(f"an address of '{scheme.group(1)}:' opens no editor.")
        bare = pattern
        for each in _PLACEHOLDERS:
            bare = bare.replace(each, "")
        if "{path}" not in pattern or "{" in bare or "}" in bare:
            raise ValueError("a pattern has {path}, and {line} and {column} if the editor takes them.")
        return cls(pattern)

    def address(self, file: Path) -> str:
        """The address that opens ``file``, an absolute path; who uses it puts in ``{line}`` and ``{column}``.

        Whatever stands in the path is encoded, so that it can be neither of them nor a further parameter.
        """
        drive = file.drive  # empty but on Windows
        path = quote_from_bytes(os.fsencode(file.as_posix()[len(drive) :]), safe="/")
        return self.pattern.replace("{path}", f"/{quote(drive, safe=':')}{path}" if drive else path)


def editor_of_settings(settings: Path | None = None) -> Editor | None:
    """The editor that the settings file names; None when it says nothing.

    Raises:
        TargetError: the file cannot be read, or names no editor; says where.
    """
    document = settings_document(settings)
    if document is None or TABLE not in document[1]:
        return None
    path, table = document[0], document[1][TABLE]

    def wrong(what: str) -> TargetError:
        return TargetError(f"[{TABLE}]: {what}", location=Location(str(path)), remedy="See docs/preview.md.")

    if not isinstance(table, dict):
        raise wrong("it is not a table.")
    if unknown := sorted(table.keys() - KEYS):
        raise wrong(f"'{unknown[0]}' is not known; it may have {', '.join(sorted(KEYS))}.")
    if "editor" not in table:
        return None
    if not isinstance(table["editor"], str):
        raise wrong("'editor' is not a text.")
    try:
        return Editor.of(table["editor"])
    except ValueError as error:
        raise wrong(f"'editor': {error}") from error
