"""How much room an element takes by its style, though it holds nothing, so that a link around it can be met.

A box has a size along an axis by itself, or is said to have none, or that hangs on what it holds and on what
is around it (``rooms``). Tables keep their cells apart, and cells have padding, where nothing says that they
do not.

Sources: HTML, 15.3 to 15.5 (what browsers give elements by themselves); CSS Backgrounds and Borders 3, 3; CSS
Sizing 3, section 5, and 4, section 4 (``aspect-ratio``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.core.compiler.plaintext.declarations import pixels

# What browsers draw, with a size of its own; of these, what has a frame whatever is said of its size.
_DRAWN = frozenset(
    {"audio", "button", "embed", "iframe", "input", "marquee", "meter", "object", "progress", "select"}
    | {"textarea", "video"}
)
_FRAMED = frozenset({"button", "details", "fieldset", "hr", "select", "textarea"})
_PICTURES = frozenset({"img", "svg"})
_CELLS = frozenset({"td", "th"})
_PRESSABLE = 2.0  # pixels of a box that can be met
_PADDING = {
    f"padding-{side}": "1px" for side in ("top", "right", "bottom", "left")
}  # of a cell, or the room around it
_FRAME = {f"border-{side}-style": "inset" for side in ("top", "right", "bottom", "left")}  # of an <iframe>
_WIDTHS = {"thin": 1.0, "medium": 3.0, "thick": 5.0}
_BORDERLESS = frozenset({"none", "hidden", "initial"})
_ACROSS, _DOWN = ("width", "left", "right"), ("height", "top", "bottom")
_BY_CONTENT = frozenset({"fit-content", "max-content", "min-content"})
_RATIO = re.compile(r"[\d.]")
_OUT_OF_FLOW = frozenset({"absolute", "fixed"})
_HOLDERS = frozenset({"flow-root", "inline-block", "table", "inline-table", "table-cell"})
_CUTS = frozenset({"hidden", "scroll", "auto"})
_FLOATS = frozenset({"left", "right", "inline-start", "inline-end"})


@dataclass(frozen=True, slots=True)
class Extent:
    """The room of a box along both axes: True and False where its style says so, None where that hangs.

    ``wide`` and ``high`` are of all of it, ``roomy`` and ``tall`` of what is left for what it holds.
    ``shrinks`` says that it is as wide as that, ``stretches`` that it is as high as what is around it;
    ``is_flat`` that it is a part of a line without a size, ``is_within_line`` that it is part of one at all;
    ``is_away`` that what is around it does not grow with it, though with a float does what ``holds_floats``;
    ``margin`` that it keeps neighbours in a line at a distance, and ``is_pixel`` that it is a picture too
    small to see.
    """

    wide: bool | None = None
    high: bool | None = None
    roomy: bool | None = None
    tall: bool | None = None
    shrinks: bool = False
    stretches: bool = False
    is_flat: bool = False
    is_within_line: bool = False
    is_away: bool = False
    is_float: bool = False
    holds_floats: bool = False
    margin: bool = False
    is_pixel: bool = False


SEEN = Extent(wide=True, high=True)
"""That of what is seen by itself."""
NOWHERE = Extent(wide=False, high=False, is_away=True)
"""That of what is not."""
_FLAT = Extent(is_flat=True, is_within_line=True)


def extent(
    tag: str,
    style: Mapping[str, str],
    hints: tuple[str, ...],
    display: str,
    *,
    is_box: bool,
    is_block: bool,
    padded: bool,
    spaced: bool,
) -> Extent:
    """The room that an element takes.

    ``is_box`` says that width and height mean something, ``is_block`` that it takes a line for itself;
    ``padded`` that its table gives padding to cells, ``spaced`` that it keeps them apart.
    """
    if tag in _FRAMED:
        return SEEN
    if tag in _CELLS and (padded or spaced):
        style = {**style, **_PADDING} if spaced else {**_PADDING, **style}
    if tag == "iframe" and "frameless" not in hints:
        style = {**_FRAME, **style}
    if not style and not hints and not is_box and tag not in _DRAWN and tag not in _PICTURES:
        return _FLAT
    margin = any((pixels(style.get(f"margin-{side}", "")) or 0) >= _PRESSABLE for side in _ACROSS[1:])
    is_drawn = tag in _DRAWN and "shapeless" not in hints
    is_sized = is_box or tag in _DRAWN or tag in _PICTURES
    roomy = _own(style, hints, "width", is_drawn=is_drawn) if is_sized else None
    tall = _own(style, hints, "height", is_drawn=is_drawn) if is_sized else None
    wide = True if _edges(style, _ACROSS) >= _PRESSABLE else roomy
    high = True if _edges(style, _DOWN) >= _PRESSABLE else tall
    is_pixel = tag == "img" and roomy is False and tall is False
    if not is_sized:
        return Extent(wide=wide, high=high, is_flat=True, is_within_line=True, margin=margin)
    if (tag in _PICTURES or tag in _DRAWN) and not is_block:
        # One that has not come, or of which one side is not known, is as high as it is wide.
        return SEEN if wide else Extent(wide=wide, is_within_line=True, is_away=True, is_pixel=is_pixel)
    absolute = style.get("position") in _OUT_OF_FLOW
    floats = style.get("float") in _FLOATS
    by_width = _is_share(style, "width") or _is_share(style, "min-width")
    by_place = absolute and all(side in style for side in _ACROSS[1:])
    by_content = style.get("width", "") in _BY_CONTENT
    shrinks = (absolute or floats or not is_block or display == "table" or by_content) and not (
        by_width or by_place or "width%" in hints
    )
    found = Extent(
        wide=wide,
        high=high,
        roomy=roomy,
        tall=tall,
        shrinks=shrinks and tag not in _CELLS,
        stretches=_is_share(style, "height") or (absolute and all(side in style for side in _DOWN[1:])),
        is_within_line=not is_block,
        is_away=absolute or floats,
        is_float=floats and not absolute,
        holds_floats=absolute or floats or display in _HOLDERS or style.get("overflow-y") in _CUTS,
        margin=margin,
        is_pixel=is_pixel,
    )
    return _in_ratio(found) if _RATIO.search(style.get("aspect-ratio", "")) else found


def keeps_cells_apart(style: Mapping[str, str], hints: tuple[str, ...]) -> bool:
    """Whether a table has room between its cells, or draws lines there."""
    if "ruled" in hints:
        return True
    if style.get("border-collapse") == "collapse":
        return False
    written = style.get("border-spacing", "")
    lengths = [pixels(each) for each in written.split()]
    if written and None not in lengths:
        return any(lengths)
    return "dense" not in hints


def _in_ratio(found: Extent) -> Extent:
    """A box one side of which goes by the other."""
    if found.high is None and (found.wide or not found.shrinks):
        return replace(found, high=found.wide is not False, tall=found.wide is not False)
    if found.wide is None and found.high and found.shrinks:
        return replace(found, wide=True, roomy=True)
    return found


def _own(style: Mapping[str, str], hints: tuple[str, ...], name: str, *, is_drawn: bool) -> bool | None:
    """Whether the style of a box, or else its attributes or what it is, give it a size along an axis."""
    least = pixels(style.get(f"min-{name}", "")) or 0.0
    if least >= _PRESSABLE:
        return True
    most = pixels(style.get(f"max-{name}", ""))
    if most is not None and most < _PRESSABLE:
        return False
    said = style.get(name, "")
    length = pixels(said)
    if length is not None:
        return None if _is_share(style, f"min-{name}") else length >= _PRESSABLE
    if f"{name}+" in hints:
        return True
    if f"{name}-" in hints:
        return False
    return True if is_drawn else None


def _is_share(style: Mapping[str, str], name: str) -> bool:
    """Whether a size is a share of what is around a box."""
    value = style.get(name, "")
    return value.endswith("%") and bool(value.strip("+-0.%"))


def _edges(style: Mapping[str, str], axis: tuple[str, str, str]) -> float:
    """Pixels of borders and padding along an axis; a share counts as one that can be met."""
    _, *sides = axis
    return sum(_padding(style.get(f"padding-{side}", "")) + _border(style, side) for side in sides)


def _padding(value: str) -> float:
    if value.endswith("%"):
        return _PRESSABLE if value.strip("+-0.%") else 0.0
    return pixels(value) or 0.0


def _border(style: Mapping[str, str], side: str) -> float:
    if style.get(f"border-{side}-style", "none") in _BORDERLESS:
        return 0.0
    width = style.get(f"border-{side}-width", "medium")
    return _WIDTHS.get(width, pixels(width) or 0.0)
