"""Bundled images that stand for remote ones, so that a picture is whole without a network."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bbws_templates.directory import real

ASSETS = (Path(__file__).parent / "assets").resolve()


@dataclass(frozen=True)
class StandIn:
    """An image's bytes and their media type."""

    content: bytes
    media_type: str


def stand_in_path(url: str, folder: Path) -> str | None:
    """The file that stands for ``url`` below ``folder``, as ``{host}/{path}``; None when there is none.

    The address comes out of a mail and is not trusted: it is resolved first, then must be inside the folder,
    which is given as it is resolved.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        path = f"{parts.hostname}/{unquote(parts.path).lstrip('/')}"
        file = real(folder / path)
        return path if file.is_relative_to(folder) and file.is_file() else None
    except (OSError, ValueError):
        return None


def stand_in(url: str) -> StandIn | None:
    """The bundled image for ``url``, None when there is none."""
    path = stand_in_path(url, ASSETS)
    if path is None:
        return None
    try:
        content = (ASSETS / path).read_bytes()
    except OSError:
        return None
    media_type, _ = mimetypes.guess_type(path)
    return StandIn(content, media_type) if media_type and media_type.startswith("image/") else None


def stand_ins_digest() -> str:
    """``sha256:…`` over every bundled image: another digest, other pixels."""
    digest = hashlib.sha256()
    for path in sorted(
        path for path in ASSETS.rglob("*") if path.suffix in {".png", ".jpg", ".gif", ".webp"}
    ):
        digest.update(path.relative_to(ASSETS).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}"
