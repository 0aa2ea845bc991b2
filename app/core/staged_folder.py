"""A folder that is written whole or not at all, in the place of an earlier one.

What is written stands beside its final place, in ``.NAME.xxxxxxxx.staged``, until all of it is there; then it
takes that place, and what stood there goes. Linux exchanges the two at once. Elsewhere the earlier folder
steps aside first: whoever is killed at that moment leaves it in the staging folder, and the next who writes
there puts it back. A staging folder is locked by whoever works in it, so what is not is a leftover.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.locking import is_taken_by_us
from bbws_templates.directory import real

_SUFFIX = ".staged"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """A new folder to write into, which stands at ``folder`` once the block is through.

    An earlier folder there is removed: whoever writes has seen to it that all of that is his own. However the
    block or the exchange end otherwise, it is there as it was. A link stays, and leads to what is new.

    Raises:
        OSError: no room or no permission, or somebody else has the place of ``folder``.
    """
    folder = real(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _mend(folder)
    with _staging(folder) as staging:
        new, old = staging / "new", staging / "old"
        new.mkdir()
        try:
            yield new
            _put_in_place(new, folder, old)
        finally:
            # Where not even putting it back came to its end, the next who writes here does so.
            if os.path.lexists(folder) or not os.path.lexists(old):
                shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(new: Path, folder: Path, old: Path) -> None:
    if not os.path.lexists(folder):
        os.rename(new, folder)  # noqa: PTH104  as below
        return
    if _are_exchanged(new, folder):
        return
    try:
        os.rename(folder, old)  # noqa: PTH104
        os.rename(new, folder)  # noqa: PTH104
    except BaseException:
        if not os.path.lexists(folder) and os.path.lexists(old):
            old.replace(folder)
        raise


def _are_exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders at once, where the system and the file system can.

    Source: renameat2(2).
    """
    if sys.platform != "linux":
        return False
    import ctypes

    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    return renameat2 is not None and renameat2(*paths, _RENAME_EXCHANGE) == 0


def _mend(folder: Path) -> None:
    """Remove what those were killed over who wrote ``folder``; one that stood aside comes back."""
    own = re.compile(rf"\.{re.escape(folder.name)}\.[a-z0-9_]{{8}}{re.escape(_SUFFIX)}")
    for leftover in [path for path in folder.parent.iterdir() if own.fullmatch(path.name)]:
        with _locked(leftover) as is_left:
            if not is_left:
                continue
            old = leftover / "old"
            if old.is_dir() and not os.path.lexists(folder):
                old.replace(folder)
            shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    while True:
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=_SUFFIX, dir=folder.parent))
        with _locked(staging) as is_ours:
            # Somebody may have taken it for a leftover before it was locked.
            if is_ours is not False and staging.is_dir():
                yield staging
                return


@contextmanager
def _locked(staging: Path) -> Iterator[bool | None]:
    """Hold the lock on a staging folder: False where somebody else does, None where there are no locks."""
    if sys.platform == "win32":
        yield None
        return
    try:
        descriptor = os.open(staging, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield False
        return
    try:
        is_ours: bool | None = None
        with suppress(OSError):  # of a file system without locks
            is_ours = is_taken_by_us(descriptor)
        yield is_ours
    finally:
        os.close(descriptor)
