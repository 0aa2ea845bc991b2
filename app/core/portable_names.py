"""Names that every target can hold, so that a release that one has can be promoted to any other.

A bucket takes whatever is text for a key. On a disk keys are files in folders: where one template is a file
no other can have a folder, some systems do not tell upper from lower case or one way of writing an accent
from another, and a name has its longest length. Releases that were made before are read as ever, whatever
their names; no new one has such names, and no directory is given one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bbws_templates.layout import POINTER, RESERVED, stable_key

_LONGEST: Final = 255
"""How many bytes the file systems of all our systems take in the name of a file or folder."""

_SUFFIXES: Final = ("html", "txt")


@dataclass(frozen=True)
class UnportableName:
    """The ``name`` of a template, or of a translation, that some target cannot hold; why, and what helps."""

    name: str
    message: str
    remedy: str


def unportable_names(editions: Iterable[str]) -> Iterator[UnportableName]:
    """Those of the ``editions`` of one release that some target cannot hold beside the others."""
    names = sorted(editions)
    files: dict[str, str] = {}
    for name in names:
        if problem := _by_itself(name):
            yield problem
        for suffix in _SUFFIXES:
            other = files.setdefault(_folded(stable_key(name, suffix)), name)
        if other != name:
            yield UnportableName(
                name,
                f"{other!r} and {name!r} are one file on systems that do not tell upper from lower case, or "
                "one way of writing an accent from another.",
                "Rename one of them.",
            )
    for name in names:
        for folder in _folders(name):
            what = files.get(_folded(folder))
            if what is not None or _folded(folder) == POINTER:
                has = f"{what!r} has a file" if what else "the active pointer lies"
                yield UnportableName(
                    name,
                    f"A template cannot be named {name!r}: its folder would be {folder!r}, where {has}.",
                    "Rename the folder.",
                )


def _by_itself(name: str) -> UnportableName | None:
    """What is wrong with a name whatever else there is."""
    *folders, last = name.split("/")
    cannot = f"A template cannot be named {name[:120]!r}: "
    if folders and _folded(folders[0]) in RESERVED:
        return UnportableName(
            name, f"{cannot}the folder {folders[0]!r} is where releases are kept.", "Rename the folder."
        )
    for folder in folders:
        if folder.endswith((".", " ")):
            return UnportableName(
                name,
                f"{cannot}the folder {folder!r} ends with a dot or a blank, which Windows drops.",
                "Rename the folder.",
            )
    if any(len(part.encode()) > _LONGEST for part in (*folders, *(f"{last}.{each}" for each in _SUFFIXES))):
        return UnportableName(
            name, f"{cannot}a part of it has more than {_LONGEST} bytes in a file's name.", "Shorten it."
        )
    return None


def _folders(name: str) -> Iterator[str]:
    """The folders that a template lies in, the outermost first."""
    for position, character in enumerate(name):
        if character == "/":
            yield name[:position]


def _folded(path: str) -> str:
    """The same for all paths that are one on some system."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
