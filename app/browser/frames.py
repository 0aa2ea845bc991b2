"""How a mail is looked at, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_HEIGHT = 16_000
"""The tallest picture in pixels, which is what Chromium can draw at once; a longer page is cut there."""


class ColourMode(StrEnum):
    """In which colours a mail is drawn.

    ``LIGHT`` and ``DARK`` are what the reader's system asks for, answered by the mail's own
    ``prefers-color-scheme`` styles; ``FORCED`` is a light mail inverted by the client, whatever its styles.
    """

    LIGHT = "light"
    DARK = "dark"
    FORCED = "forced-dark"


@dataclass(frozen=True, order=True)
class Frame:
    """The view through which a page is drawn: ``width`` in CSS pixels (= picture pixels), colours."""

    width: int
    mode: ColourMode = ColourMode.LIGHT


@dataclass(frozen=True)
class Drawing:
    """Full-page PNGs in the order of the frames; ``refused`` are the addresses that the page did not get."""

    pictures: tuple[bytes, ...]
    refused: tuple[str, ...]
