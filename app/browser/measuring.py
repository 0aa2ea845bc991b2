"""Where the elements of a mail are, and how they look, as an engine itself says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
"""The body of a function that returns, for each element in its order, what ``elements_of`` reads."""


@dataclass(frozen=True)
class PlacedElement:
    """One element of a page as it is laid out.

    ``text`` is its own, without that of elements in it. ``box`` is x, y, width and height in CSS pixels of
    the page. ``styles`` are computed ones by their names in scripts. ``text_right`` is where its longest line
    ends, ``lines`` how many there are, ``cut`` whether it has more than it shows. ``shown`` is False for an
    image that has not come; ``natural_width`` is the width of the file of one that has, in its own pixels.
    """

    tag: str
    text: str
    box: tuple[float, float, float, float]
    styles: dict[str, str]
    text_right: float = 0.0
    lines: int = 0
    cut: bool = False
    shown: bool = True
    natural_width: int = 0

    @property
    def seen(self) -> bool:
        """Whether it takes any room."""
        return self.box[2] > 0 and self.box[3] > 0 and self.styles.get("visibility") != "hidden"


def elements_of(answer: Sequence[Sequence[Any]]) -> tuple[PlacedElement, ...]:
    """What ``MEASURE`` returned, as objects."""
    return tuple(
        PlacedElement(
            tag,
            text,
            tuple(box),
            dict(styles),
            float(right),
            int(lines),
            bool(cut),
            bool(shown),
            int(natural),
        )
        for tag, text, box, styles, right, lines, cut, shown, natural in answer
    )
