"""What an engine is asked about a page: where the elements of a mail are, how they look, how tall it is.

Each script is the body of a function. It asks by the engine's own members, which no name in a mail can take
the place of, and only once nothing moves any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.html.tree import is_element, parse_document


def _script(name: str) -> str:
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")


UNSPOILT = _script("unspoilt")
"""What the scripts of this room begin with: ``member``, ``root``, ``body`` and ``all`` of a page."""
_HOLDERS = UNSPOILT + _script("holders")
STILL = _HOLDERS + _script("still")
"""Brings what moves to one state, the same in every engine."""
SIZE = (
    f"{STILL}return [innerWidth, innerHeight, outerWidth, outerHeight, "
    "Math.max(root.scrollHeight, body ? body.scrollHeight : 0)];"
)
"""Returns width and height of the window inside and outside, and how tall the page in it is."""
MEASURE = STILL + _script("measure")
"""Returns how many elements and nodes there are and, for each element in its order, what is asked of it."""
RENAMED = UNSPOILT + _script("renamed")
"""Gives names of a mail that hide a member another, for scripts of others, which know no better."""
UNPLACED = frozenset({"html", "head", "body", "meta", "title", "style", "link", "script", "base"})
"""Tags of which nothing is measured."""


class NothingMeasuredError(Exception):
    """A page that has elements was measured, and none was found; a session answers with a fresh browser."""


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


def elements_of(answer: Sequence[Any], html: str) -> tuple[PlacedElement, ...]:
    """What ``MEASURE`` returned of the page ``html``, as objects.

    Raises:
        NothingMeasuredError: nothing, though the page has elements, or is empty and should have some.
    """
    placed, held, measured = answer
    if all(each[0] == "body" for each in measured) and (placed or not held) and (lost := _in_body(html)):
        raise NothingMeasuredError(f"none of {lost} elements was found in the page")
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
        for tag, text, box, styles, right, lines, cut, shown, natural in measured
    )


def _in_body(html: str) -> int:
    """How many elements a browser has in the body of ``html``.

    Tags say too much: a parser drops some (a cell without a table), and others belong to the head.
    """
    root = parse_document(html)
    if root is None:
        return 0
    head = root.find("head")  # which every document has
    whole, above = (
        sum(is_element(each) and each.tag not in UNPLACED for each in part.iter()) for part in (root, head)
    )
    return whole - above
