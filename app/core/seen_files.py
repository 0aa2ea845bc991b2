"""Every file of a set with a digest of what it holds; of one whose mark is as before, the digest from before.

Git knows the files of a working tree so, by its index. A mark counts as ``sight`` says: its time of change is
the system's own, and it says nothing until its file has rested. Where a sight would not be sure, every byte
is read.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.core.filenames import READ_SUFFIXES
from app.core.sight import sight

LARGEST = 4 * 1024 * 1024
"""Bytes; nothing that size is read by anybody."""


class Memory(Protocol):
    """Documents by key, as ``CacheFolder`` keeps them."""

    def find(self, key: str) -> Any | None:
        """The document of ``key``, or None."""

    def keep(self, key: str, document: Any) -> None:
        """Keep a document that JSON can hold."""


@dataclass(frozen=True)
class SeenFiles:
    """The files below some folders by path, each with a digest, "" for one in which nobody looks."""

    digests: Mapping[str, str]
    folders: frozenset[str]

    def names(self) -> str:
        """A digest of which files and folders there are, whatever they hold."""
        return _digest_of([*sorted(self.digests), "", *sorted(self.folders)])

    def content(self) -> str:
        """A digest of all of it."""
        lines = [f"{path}\0{digest}" for path, digest in sorted(self.digests.items())]
        return _digest_of([*lines, "", *sorted(self.folders)])


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
    known = memory.find(key) or {}
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
    return SeenFiles({path: entry[0] for path, entry in found.items()}, seen.folders)


def _content(path: str) -> str:
    """The digest of a file; by its name, since a ``Path`` of thousands costs what reading them does."""
    if os.path.splitext(path)[1].lower() not in READ_SUFFIXES:  # noqa: PTH122
        return ""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        content = file.read(LARGEST)
    if len(content) == LARGEST:
        raise OSError(f"{path} is larger than anything that is read")
    return _digest(content)


def _digest_of(lines: list[str]) -> str:
    return _digest("\0".join(lines).encode("utf-8", "replace"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
