"""What has been worked out before, on disk: a folder of JSON documents by digest, which may go at any time.

Nothing in it is ever needed, and nothing of it is believed that another user could have written: the folder
is the user's own, closed to others, or it is not used. No document is executed or unpickled when it is read.
A release is built without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.core.writing import put, stage
from bbws_templates.files import read_file

MOST_BYTES = 64 * 1024 * 1024
"""Beyond this, the documents that have not been read for longest go."""

_ROOT = Path(__file__).resolve().parents[2]
_OWN = re.compile(r"\.?[0-9a-f]{64}\.json(\.[0-9a-f]{8})?")
"""A document, or one that is being written."""

_LOOKED_AT = 50
"""After so many documents written it is looked how much the folder holds."""


class CacheFolder:
    """Documents by key, for any number of processes at once. What cannot be read or written is not there."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._written = 0

    def find(self, key: str) -> Any | None:
        """The document of this key as it was kept; None where there is none that is whole."""
        path = self._path(key)
        try:
            if not self._is_ours():
                return None
            digest, _, text = read_file(path).partition(b"\n")
            if hashlib.sha256(text).hexdigest().encode("ascii") != digest:
                return None
            os.utime(path)  # what is used stays
            return json.loads(text)
        except (OSError, ValueError, RecursionError):  # the last of one that is deeper than any of ours
            return None

    def keep(self, key: str, document: Any) -> None:
        """Keep ``document``, which JSON can hold, under ``key``; where that cannot be written, not."""
        text = json.dumps(document, separators=(",", ":")).encode("ascii")
        path = self._path(key)
        try:
            path.parent.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            if not self._is_ours():
                return
            digest = hashlib.sha256(text).hexdigest().encode("ascii")
            put(stage(path, digest + b"\n" + text), path)
        except OSError:
            return
        self._written += 1
        if self._written % _LOOKED_AT == 1:
            self._shrink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{tool_digest()} {key}'.encode()).hexdigest()}.json"

    def _is_ours(self) -> bool:
        """Whether nobody else can have put anything there."""
        if os.name != "posix":  # permissions are another matter there; the folder is in the user's profile
            return True
        found = self._folder.lstat()
        return found.st_uid == os.geteuid() and not found.st_mode & 0o077

    def _shrink(self) -> None:
        kept = sorted(self._documents(), reverse=True)
        room = self._most_bytes
        for _, size, path in kept:
            room -= size
            if room < 0:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    def _documents(self) -> Iterator[tuple[float, int, Path]]:
        """Of each: when it was used last, its size, and where it is."""
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._folder):
                if not _OWN.fullmatch(entry.name):  # the folder may be one that holds other things
                    continue
                with contextlib.suppress(OSError):  # another process has removed it
                    about = entry.stat(follow_symlinks=False)
                    yield about.st_mtime, about.st_size, Path(entry.path)


@lru_cache(maxsize=1)
def tool_digest() -> str:
    """A digest of the program that works: its own files, every installed library, the Python that runs it."""
    digest = hashlib.sha256(sys.version.encode())
    for package in ("app", "bbws_templates"):
        for parent, folders, names in os.walk(_ROOT / package):
            # In place, while it walks: what Python keeps of a first run is no other program.
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                about = os.stat(f"{parent}/{name}")  # noqa: PTH116  hundreds of paths take as long as they do
                digest.update(
                    f"{parent}/{name} {about.st_size} {about.st_mtime_ns}\0".encode("utf-8", "replace")
                )
    for place in sys.path:
        with contextlib.suppress(OSError):
            found = sorted(each.name for each in Path(place).iterdir() if each.suffix == ".dist-info")
            digest.update("\0".join(found).encode("utf-8", "replace"))
    return digest.hexdigest()
