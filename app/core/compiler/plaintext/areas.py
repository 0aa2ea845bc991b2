"""Which elements take room though they hold nothing, so that a link around them can be met.

Within a line a box is as high as its letters, so that its width counts; a block is as wide as what is around
it, so that its height does. Tables keep their cells apart, and cells have padding, where nothing says that
they do not.

Sources: HTML, 15.3 to 15.5 (what browsers give elements by themselves); CSS Backgrounds and Borders 3, 3.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.core.compiler.plaintext.declarations import pixels

# What browsers draw, with a size of its own; of these, what has a frame whatever is said of its size.
_DRAWN = frozenset(
    {"audio", "button", "embed", "iframe", "input", "marquee", "meter", "object", "progress", "select"}
    | {"textarea", "video"}
)
_FRAMED = frozenset({"button", "details", "fieldset", "hr", "select", "textarea"})
_PICTURES = frozenset({"img", "svg"})  # which are seen whatever their size is, unless that is none
_CELLS = frozenset({"td", "th"})
_PRESSABLE = 2.0  # pixels of a box that can be met
_PADDING = "1px"  # of a cell
_WIDTHS = {"thin": 1.0, "medium": 3.0, "thick": 5.0}
_BORDERLESS = frozenset({"none", "hidden", "initial"})
_ACROSS, _DOWN = ("width", "left", "right"), ("height", "top", "bottom")


def has_area(
    tag: str,
    style: Mapping[str, str],
    hints: tuple[str, ...],
    *,
    is_box: bool,
    is_block: bool,
    padded: bool,
    spaced: bool,
) -> bool:
    """Whether an element takes room though it holds nothing.

    ``is_box`` says that width and height mean something, ``is_block`` that it takes a line for itself;
    ``padded`` that its table gives padding to cells, ``spaced`` that it keeps them apart.
    """
    if tag in _FRAMED or (tag in _CELLS and spaced):
        return True
    if tag in _CELLS and padded:
        style = {"padding-top": _PADDING, "padding-bottom": _PADDING, **style}
    by_itself = tag in _DRAWN and "shapeless" not in hints
    wide = _is_long(style, hints, _ACROSS, by_itself=by_itself, is_box=is_box)
    if not is_box or ((tag in _DRAWN or tag in _PICTURES) and not is_block):
        return wide
    high = _is_long(style, hints, _DOWN, by_itself=by_itself, is_box=True)
    return high and (wide or is_block)


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


def _is_long(
    style: Mapping[str, str],
    hints: tuple[str, ...],
    axis: tuple[str, str, str],
    *,
    by_itself: bool,
    is_box: bool,
) -> bool:
    """Whether an element has a size along an axis: by its style, by attributes, or by what it is."""
    name, *sides = axis
    length = 0.0
    if is_box:
        share = name == "width"
        said = _length(style.get(name, ""), share=share)
        least = _length(style.get(f"min-{name}", ""), share=share) or 0.0
        if said is None:
            said = _PRESSABLE if f"{name}+" in hints or (by_itself and f"{name}-" not in hints) else 0.0
        length = max(said, least)
    for side in sides:
        length += (_length(style.get(f"padding-{side}", ""), share=True) or 0.0) + _border(style, side)
    return length >= _PRESSABLE


def _length(value: str, *, share: bool) -> float | None:
    """Pixels of a length; a percentage is ``share`` of a width, or of a height that is not known."""
    if value.endswith("%"):
        return _PRESSABLE if share and value.strip("+-0.%") else None
    return pixels(value)


def _border(style: Mapping[str, str], side: str) -> float:
    if style.get(f"border-{side}-style", "none") in _BORDERLESS:
        return 0.0
    width = style.get(f"border-{side}-width", "medium")
    return _WIDTHS.get(width, pixels(width) or 0.0)
