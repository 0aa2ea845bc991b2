"""How a mail is looked at, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.browser.errors import FrameError

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


def refuse_window(frame: Frame, label: str, *, narrowest: int = 0) -> None:
    """Let pass a window that the mail client called ``label`` can have.

    Raises:
        FrameError: it has none so narrow, or does not darken mails when it is told to.
    """
    if frame.width < narrowest:
        raise FrameError(
            f"{label} has no window of {frame.width} pixels: its smallest is of {narrowest}.",
            remedy=f"Choose a width of {narrowest} pixels or more, or another client.",
        )
    if frame.mode is ColourMode.FORCED:
        raise FrameError(
            f"{label} cannot be told to darken a light mail: forced dark is an approximation, which Chromium "
            "draws.",
            remedy="Ask for dark: the client does then what it does for a reader whose system is dark.",
        )
