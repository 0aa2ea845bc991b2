"""Pictures as clients send them: PNG in base64, over whatever protocol they speak."""

from __future__ import annotations

import base64
from typing import Any

from app.browser.confinement.faults import ClientGoneError
from app.browser.pixels import read_picture

LONGEST_ANSWER = 256 << 20
"""In bytes; the largest picture of ours, not packed at all, is 220 MB in base64."""
_BEGIN, _END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


def png(encoded: Any) -> bytes:
    """The picture that is ``encoded``.

    Raises:
        ClientGoneError: it is no picture, not whole, or damaged.
    """
    try:
        picture = base64.b64decode(encoded, validate=True)
    except (ValueError, TypeError):
        raise ClientGoneError(f"it sends no picture: {str(encoded)[:60]}") from None
    if not picture.startswith(_BEGIN) or _END not in picture[-64:]:
        raise ClientGoneError(f"it sends a picture that is no whole PNG: {picture[:16]!r}")
    try:
        read_picture(picture)
    except ValueError as error:
        raise ClientGoneError(f"it sends a picture that is damaged: {error}") from None
    return picture
