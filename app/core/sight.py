"""What stands below the folders of a set at one moment, so that the next reading knows what has changed.

Of each file its *mark* is taken: device, inode, size, and the times of its last writing and its last change.
The latter is the system's own (``st_ctime`` of POSIX, "last file status change"): no program can set it back,
as a copy or a checkout does with the time of writing; and a file renamed over another has its own inode.

A clock has steps, and a file written twice within one may keep its mark. So a mark says nothing before its
file has rested for ``SETTLED_NS`` when it was taken: until then the file is read again each time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from app.core.filenames import is_looked_into, is_visible, is_writable

SETTLED_NS = 10_000_000_000
"""Nanoseconds: FAT has steps of two seconds, and the clock of a mounted folder may be a few behind ours."""

Mark: TypeAlias = tuple[int, int, int, int, int]

HAS_MARKS = os.name == "posix"
"""Elsewhere ``st_ctime`` is when the file was made: there every byte is read each time."""


@dataclass(frozen=True)
class FolderSight:
    """The marks of all files and folders by path, and which of the files have not rested long enough."""

    files: dict[str, Mark]
    folders: dict[str, Mark]
    unsettled: frozenset[str]

    def has_same_names(self, other: FolderSight) -> bool:
        """Whether the same files and folders are there."""
        return self.folders.keys() == other.folders.keys() and self.files.keys() == other.files.keys()

    def unchanged(self, later: FolderSight) -> frozenset[str]:
        """The files that are certainly the same in ``later``."""
        known = self.files
        same = {path for path, mark in later.files.items() if known.get(path) == mark}
        return frozenset(same - self.unsettled)


def sight(folders: Iterable[str], now: int) -> FolderSight | None:
    """What is below ``folders``, of which one need not exist; ``now`` is nanoseconds of the system's clock.

    None where a sight would not be sure, so that all has to be read: with links, pipes, names that cannot be
    used, folders that cannot be read, and on systems without marks.
    """
    if not HAS_MARKS:
        return None
    files: dict[str, Mark] = {}
    found: dict[str, Mark] = {}
    unsettled: set[str] = set()
    waiting = [folder for folder in folders if os.path.lexists(folder)]
    try:
        while waiting:
            folder = waiting.pop()
            found[folder] = mark_of(os.stat(folder))  # noqa: PTH116
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if is_looked_into(entry.name):
                            waiting.append(entry.path)
                    elif not is_visible(entry.name):
                        continue
                    else:
                        status = entry.stat(follow_symlinks=False)
                        if not stat.S_ISREG(status.st_mode):
                            return None
                        files[entry.path] = mark_of(status)
                        if status.st_ctime_ns + SETTLED_NS > now:
                            unsettled.add(entry.path)
                    if not is_writable(entry.name):
                        return None
    except OSError:
        return None
    return FolderSight(files, found, frozenset(unsettled))


def mark_of(status: os.stat_result) -> Mark:
    """The mark of a file or folder; that of a folder moves when something in it comes, goes or is renamed."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
