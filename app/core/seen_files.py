"""Every file of a set with a digest of what it holds; of one whose mark is as before, the digest from before.

Git knows the files of a working tree so, by its index. A mark counts as ``sight`` says: its time of change is
the system's own, and it says nothing until its file has rested. Where a sight would not be sure, every byte
is read (``all_files``).
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.core.filenames import READ_SUFFIXES
from app.core.sight import Mark, mark_of, sight

LARGEST = 4 * 1024 * 1024
"""Bytes; nothing that size is read by anybody."""

_Value = TypeVar("_Value")


class Memory(Protocol):
    """Documents by key, as ``CacheFolder`` keeps them."""

    def find(self, key: str) -> Any | None:
        """The document of ``key``, or None."""

    def keep(self, key: str, document: Any) -> None:
        """Keep a document that JSON can hold."""


def recalled(memory: Memory, key: str, read: Callable[[Any], _Value]) -> _Value | None:
    """What ``read`` makes of the document of ``key``; None where there is none, or one of another shape.

    Its digest says that it is as somebody has kept it, and not who that was.
    """
    kept = memory.find(key)
    try:
        return None if kept is None else read(kept)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def require_texts(values: Iterable[Any]) -> None:
    """Raise TypeError unless all of them are texts."""
    if not {*map(type, values)} <= {str}:
        raise TypeError("there is one that is no text")


@dataclass(frozen=True)
class SeenFiles:
    """The files below some folders by path, each with a digest, "" for one in which nobody looks.

    ``marks`` are those of files and folders at that moment.
    """

    digests: Mapping[str, str]
    folders: frozenset[str]
    marks: Mapping[str, Mark] = field(default_factory=dict, compare=False)

    def names(self) -> str:
        """A digest of which files and folders there are, whatever they hold."""
        return _digest_of([*sorted(self.digests), "", *sorted(self.folders)])

    def content(self) -> str:
        """A digest of all of it."""
        lines = [f"{path}\0{digest}" for path, digest in sorted(self.digests.items())]
        return _digest_of([*lines, "", *sorted(self.folders)])

    def rested_until(self, later: SeenFiles) -> bool:
        """Whether nothing was written, came or went up to ``later``, not even to be put back as it was."""
        return self == later and self.marks == later.marks

    def holds(self, read: Mapping[str, str]) -> bool:
        """Whether the files that were ``read``, digests by path, are all among these, and said the same."""
        return read.items() <= self.digests.items()


def seen_files(
    folders: Iterable[Path], memory: Memory, *, clock: Callable[[], int] = time.time_ns
) -> SeenFiles | None:
    """What is below ``folders`` now; None where that would not be sure.

    ``memory`` has the marks from before, and gets those of now. ``clock`` gives nanoseconds as
    ``time.time_ns``.
    """
    try:
        roots = [str(folder.resolve()) for folder in folders]
    except (OSError, RuntimeError):  # a link that leads to itself
        return None
    seen = sight(roots, clock())  # before anything is read: what is saved meanwhile has another mark later
    if seen is None:
        return None
    key = f"marks {roots}"
    known = recalled(memory, key, _marks) or {}
    found: dict[str, list[Any]] = {}
    try:
        for path, mark in seen.files.items():
            before = known.get(path)
            found[path] = before if before and before[1:] == [*mark] else [_content(path), *mark]
    except OSError:
        return None
    lasting = {path: entry for path, entry in found.items() if path not in seen.unsettled}
    if lasting != known:
        memory.keep(key, lasting)
    digests = {path: entry[0] for path, entry in found.items()}
    return SeenFiles(digests, frozenset(seen.folders), {**seen.files, **seen.folders})


def _marks(kept: Any) -> dict[str, list[Any]]:
    """By path: the digest of a file, and its mark.

    Raises:
        AttributeError, IndexError, TypeError: it is something else.
    """
    if not {*map(type, kept.values())} <= {list}:
        raise TypeError("there is one that is no list")
    require_texts(entry[0] for entry in kept.values())
    return dict(kept)


def all_files(folders: Iterable[Path]) -> SeenFiles | None:
    """What is below ``folders`` now, hidden files as well, every byte read; None where it would not be sure.

    That is so where a folder is a link, a file cannot be read, or is no regular file.
    """
    digests: dict[str, str] = {}
    found: set[str] = set()
    marks: dict[str, Mark] = {}
    try:
        for folder in folders:
            for parent, below, names in os.walk(folder.resolve(), onerror=_refuse):
                if any(os.path.islink(os.path.join(parent, name)) for name in below):  # noqa: PTH114, PTH118
                    return None
                found.add(parent)
                marks[parent] = mark_of(os.stat(parent))  # noqa: PTH116
                for name in names:
                    path = os.path.join(parent, name)  # noqa: PTH118
                    status = os.stat(path)  # noqa: PTH116
                    if not stat.S_ISREG(status.st_mode):
                        return None
                    marks[path] = mark_of(status)
                    digests[path] = _content(path)
    except (OSError, RuntimeError):  # a link that leads to itself
        return None
    return SeenFiles(digests, frozenset(found), marks)


def _content(path: str) -> str:
    """The digest of a file; by its name, since a ``Path`` of thousands costs what reading them does."""
    if os.path.splitext(path)[1].lower() not in READ_SUFFIXES:  # noqa: PTH122
        return ""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        content = file.read(LARGEST)
    if len(content) == LARGEST:
        raise OSError(f"{path} is larger than anything that is read")
    return digest_of(content)


def _digest_of(lines: list[str]) -> str:
    return digest_of("\0".join(lines).encode("utf-8", "replace"))


def _refuse(error: OSError) -> None:
    raise error


def digest_of(content: bytes) -> str:
    """By which it is known what a file holds."""
    return hashlib.sha256(content).hexdigest()
