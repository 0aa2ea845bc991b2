"""Pictures as pixels: reading, writing small, and a digest that no encoder can change."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""Height × width × 3 (red, green, blue), 0–255."""

SUFFIX = ".webp"
MEDIA_TYPE = "image/webp"


def read_picture(content: bytes) -> Pixels:
    """The pixels of a picture in any common format.

    Raises:
        ValueError: ``content`` is no picture, or one that is cut short.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image.convert("RGB"))
    except Exception as error:  # of a damaged file, Pillow's readers raise whatever they come across
        raise ValueError(str(error) or type(error).__name__) from error


def write_picture(pixels: Pixels) -> bytes:
    """Exactly these pixels as lossless WebP, a third of the size of a PNG of the same mail."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, method=4, quality=60)
    return file.getvalue()


def pixels_digest(pixels: Pixels) -> str:
    """``sha256:…`` of size and pixels: equal for equal pictures, however they are encoded."""
    digest = hashlib.sha256(f"{pixels.shape[1]}x{pixels.shape[0]}:".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return f"sha256:{digest.hexdigest()}"
