"""A renderer that was calibrated before is known by whatever decides its pictures, and not calibrated again.

That is: our own programs, which start it and tell it what it is told; the fonts, flags, stand-in images and
calibration pages; the files that it is made of, as ``app.browser.clients.finding`` names them; and the files
that its processes had mapped when it drew the calibration pages, which nobody has to name: its libraries and
theirs. Ours are known by their content, those of the machine, which are many and large, by size and time.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import playwright

from app.browser.discovery import Browser
from app.browser.flags import flags_digest
from app.browser.fontset import font_set_digest
from app.browser.renderer import Renderer, identify
from app.browser.session import Session
from app.browser.stand_ins import stand_ins_digest
from app.browser.writing import write_whole
from bbws_templates.files import read_file

_OURS = Path(__file__).parent
_KINDS = frozenset({".py", ".js", ".php", ".html", ".conf"})
_APART = frozenset({"page", "axe"})
"""What of this room has no part in a picture: the page of the review, and what examines."""
_DRIVER = Path(playwright.__file__).parent / "driver" / "package" / "package.json"


def calibrated(session: Session, path: Path) -> Renderer:
    """The renderer behind ``session``; ``path`` is where what is known of it is kept.

    Raises:
        BrowserError: the browser does not start, or fails on a calibration page.
        BaselineError: the record cannot be written.
    """
    key = renderer_key(session.browser)
    known = _known(path, key)
    if known is None:
        known = identify(session)
        files = {str(file): _mark(file) for file in session.files() if file.is_file()}
        record = {"key": key, "files": files, "renderer": known.as_dict()}
        write_whole(path, json.dumps(record, indent=2).encode())
    return known


def renderer_key(browser: Browser) -> str:
    """``sha256:…`` of what decides the pictures of ``browser``, as far as it is known before its start."""
    members = (
        str(browser.executable),
        browser.version,
        sorted(browser.env.items()),
        os.environ.get("LD_LIBRARY_PATH", ""),  # which reaches every program that draws
        [(str(file), _mark(file)) for part in (browser.executable, *browser.parts) for file in _below(part)],
        _mark(_DRIVER),
        _ours(),
        font_set_digest(),
        flags_digest(),
        stand_ins_digest(),
    )
    return f"sha256:{hashlib.sha256(json.dumps(members).encode()).hexdigest()}"


@functools.cache
def _ours() -> str:
    digest = hashlib.sha256()
    for file in sorted(_OURS.rglob("*")):
        name = file.relative_to(_OURS)
        if file.suffix in _KINDS and name.parts[0] not in _APART:
            digest.update(f"{name.as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _below(part: Path) -> Iterable[Path]:
    """The files of a folder; a file itself."""
    if not part.is_dir():
        return (part,)
    return _walked(part)


def _walked(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        yield from (Path(place, name) for name in sorted(files))


def _mark(file: Path) -> tuple[int, int] | None:
    """The size of a file and when it was last changed; None when it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _known(path: Path, key: str) -> Renderer | None:
    try:
        record = json.loads(read_file(path))
        files: Mapping[str, list[int] | None] = record["files"]
        same = record["key"] == key and all(
            (mark := _mark(Path(name))) is not None and list(mark) == before for name, before in files.items()
        )
        return Renderer(**record["renderer"]) if same else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # no record of an earlier run, or not one of ours: draw the calibration pages again
