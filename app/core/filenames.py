"""Which files of a folder are looked at, and which of their names can be written down.

A name goes into addresses, into findings of one line and into the keys of a release. Unix allows any bytes in
it but ``/`` and NUL; those that are no text, or would break a line, cannot go there.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bbws_templates.printable import printable

READ_SUFFIXES = frozenset({".html", ".txt", ".json", ".css", ".toml"})
"""The endings of files that make up a template set; in other files nobody looks."""

PARTIALS_FOLDER = "partials"
"""What stands in it, at the top of the templates folder, is no template."""

# Unicode general categories: controls, bytes that are not UTF-8 (as Python reads them), line separators.
_UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Walk:
    """What lies below a folder, each in sorted order, relative to it.

    ``files`` are the usable ones. ``unnameable`` are files and folders that a template set cannot use for
    their name; nothing below such a folder is in ``files``. ``closed`` are folders that may not be read, with
    the system's reason.
    """

    files: dict[PurePosixPath, Path]
    unnameable: tuple[Path, ...]
    closed: tuple[tuple[Path, str], ...]


def walk(folder: Path) -> Walk:
    """Everything below ``folder``, but for hidden files and editors' left-overs."""
    files: dict[PurePosixPath, Path] = {}
    unnameable: list[Path] = []
    closed: list[tuple[Path, str]] = []

    def refused(error: OSError) -> None:
        closed.append((Path(error.filename), error.strerror or str(error)))

    for parent, folders, names in os.walk(folder, onerror=refused):
        unnameable += (
            Path(parent, name)
            for name in sorted(folders)
            if is_looked_into(name) and not is_writable(name) and any(_read_files(Path(parent, name)))
        )
        folders[:] = sorted(name for name in folders if is_looked_into(name) and is_writable(name))
        below = PurePosixPath(Path(parent).relative_to(folder).as_posix())
        for name in sorted(filter(is_visible, names)):
            path = Path(parent, name)
            if is_writable(name):
                files[below / name] = path
            elif path.suffix.lower() in READ_SUFFIXES:
                unnameable.append(path)
    return Walk(files, tuple(unnameable), tuple(closed))


def is_visible(name: str) -> bool:
    """Whether a file of this name is looked at: not a hidden one, nor what an editor leaves behind."""
    return not name.startswith((".", "#")) and not name.endswith("~")


def is_writable(name: str) -> bool:
    """Whether ``name`` is text on one line, so that it can stand in an address and in a finding."""
    if name.isascii():  # nearly all are, and only the controls of ASCII cannot be printed
        return name.isprintable()
    return not any(unicodedata.category(character) in _UNWRITABLE for character in name)


def written(name: str) -> str:
    r"""``name`` with whatever cannot be written as an escape of Python: ``bad\xff``, ``two\nlines``."""
    if is_writable(name):
        return name
    return "".join(character if is_writable(character) else printable(character) for character in name)


def is_looked_into(name: str) -> bool:
    """Whether what is in a folder of this name may belong to a set."""
    return not name.startswith(".") and name != "node_modules"


def _read_files(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from (name for name in names if PurePosixPath(name).suffix.lower() in READ_SUFFIXES)
