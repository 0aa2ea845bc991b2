"""Which styles keep a reader from seeing an element: the ways of hiding that mails are written with.

``display``, ``visibility`` and the size of letters are the business of ``appearance``, since children inherit
or undo them. Here is what hides an element with all that it holds: no opacity, a box without room that cuts
off what does not fit, a place far off the screen, a clip or a transformation that leaves nothing.

Source: CSS Overflow 3, CSS Masking 1, CSS Transforms 1; what hides in Chromium, by ``tests/corpus/text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from app.core.compiler.plaintext.declarations import EVERYWHERE, PLACES, pixels

_FAR = -900.0  # pixels beyond an edge of the screen; no mail is wider
_ABOVE = -300.0  # pixels above its top; no text that is to be hidden is as high, or its one line as long
_SCREEN = re.compile(r"-[1-9]\d{2,}(?:\.\d*)?[dsl]?v(?:[whbi]|min|max)")  # or as much as the screen has
_LITTLE = 1.0  # pixels in which no letter can be read
_ROOM = 5.0  # pixels of padding in which something of the first line shows
_CUTS = frozenset({"hidden", "clip", "scroll", "auto"})
_BEYOND = ("top", "right", "bottom")
_ONE_LINE = frozenset({"nowrap", "pre"})
_OUT_OF_FLOW = frozenset({"absolute", "fixed"})
_ANIMATIONS = ("animation", "animation-name", "-webkit-animation", "-webkit-animation-name")
_UNMOVED = frozenset({"", "none", *EVERYWHERE})
_FUNCTION = re.compile(r"([a-z0-9-]+)\(([^()]*)\)")
_ROUND = re.compile(r"\bround\b")  # before the corners of an inset
_BREAK = re.compile(r"[\s,]+")


def is_hidden(
    style: Mapping[str, str], *, is_box: bool, has_room: bool, has_margin: bool, anchored: Set[str]
) -> bool:
    """Whether an element is out of sight with everything in it.

    ``is_box`` says that it is a block, or at least a box within a line, which can be moved and shrunk;
    ``has_room`` that width, height and overflow mean something, as they do not to tables and their parts, and
    ``has_margin`` that it keeps others at a distance, as cells and rows do not.
    Of a position among those that are ``anchored``, the place may be counted from an element around it.
    """
    if not style or _is_moving(style):
        return False
    return (
        is_faded(style)
        or (has_room and (_is_cut_off(style) or style.get("content-visibility") == "hidden"))
        or (is_box and any(map(_is_transformed, _transforms(style))))
        or _is_clipped(style)
        or _is_off_screen(style, has_room=has_room, has_margin=has_margin)
        or (style.get("position") not in anchored and _is_off_page(style))
    )


def is_faded(style: Mapping[str, str]) -> bool:
    """Whether nothing of an element is painted, although it takes its room."""
    return _is_nothing(style.get("opacity", "")) or _is_filtered(style.get("filter", ""))


def _is_moving(style: Mapping[str, str]) -> bool:
    """Whether an element is animated: what hides it is where it comes from, or goes to."""
    return any(style.get(name, "none") not in _UNMOVED for name in _ANIMATIONS)


def is_indented_away(style: Mapping[str, str]) -> bool:
    """Whether the text of a block begins far beyond its edge, and with it all of its one line."""
    indent = style.get("text-indent", "")
    cuts = style.get("overflow-x", "visible") in _CUTS and style.get("white-space") in _ONE_LINE
    if indent.endswith("%"):
        return cuts and float_of(indent[:-1]) >= 100
    length = pixels(indent)
    if length is None:
        return False
    # With a margin as wide, as Word writes it, the first line hangs beside the others.
    shift = sum(pixels(style.get(f"{name}-left", "")) or 0 for name in ("margin", "padding"))
    return length + shift <= _ABOVE or (cuts and length >= -_FAR)


def float_of(text: str) -> float:
    """A number, 0.0 for what is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _is_nothing(amount: str) -> bool:
    """Whether a number or percentage is 0; "" is none."""
    try:
        return float(amount.removesuffix("%")) <= 0
    except ValueError:
        return False


def _is_filtered(value: str) -> bool:
    return any(name == "opacity" and _is_nothing(amount.strip()) for name, amount in _FUNCTION.findall(value))


def _is_cut_off(style: Mapping[str, str]) -> bool:
    """Whether a box has no room, and nothing may show outside it."""
    if style.get("overflow-x") not in _CUTS and style.get("overflow-y") not in _CUTS:
        return False
    low = _is_little(style, "height", "max-height") and not _is_roomy(style, "min-height")
    if low and not _is_roomy(style, "padding-bottom"):  # into which the first line reaches
        return True
    return _is_little(style, "width", "max-width") and not _is_roomy(style, "padding-left", "padding-right")


def _is_little(style: Mapping[str, str], *names: str) -> bool:
    lengths = [pixels(style[name]) for name in names if name in style]
    return any(length is not None and length <= _LITTLE for length in lengths)


def _is_roomy(style: Mapping[str, str], *names: str) -> bool:
    lengths = [pixels(style[name]) for name in names if name in style]
    return any(length is None or length >= _ROOM for length in lengths)


def _is_off_screen(style: Mapping[str, str], *, has_room: bool, has_margin: bool) -> bool:
    names = ["margin-left"] if has_margin else []
    if has_room:
        names.append("margin-top")
    position = style.get("position", "static")
    if position in _OUT_OF_FLOW:
        names += ["left", "top", "right", "bottom"]
    elif position == "relative":
        names += ["left", "top"]
    return any(_is_far(style[name]) for name in names if name in style)


def _is_off_page(style: Mapping[str, str]) -> bool:
    """Whether a box lies above the page, or left of it with all its width, or beside the window."""
    position = style.get("position")
    if position not in _OUT_OF_FLOW:
        return False
    top, left, width = (pixels(style.get(name, "")) for name in ("top", "left", "width"))
    if (top is not None and top <= _ABOVE) or (left is not None and width is not None and left + width <= 0):
        return True
    return position == "fixed" and any(_is_outside(side, style[side]) for side in _BEYOND if side in style)


def _is_outside(side: str, value: str) -> bool:
    """Whether a box so far from a side of the window lies beside it."""
    if value.endswith("%"):
        share = float_of(value[:-1])
        return share >= 100 or (share <= -100 and side != "right")
    length = pixels(value)
    return side == "bottom" and length is not None and length <= _ABOVE


def _is_far(value: str) -> bool:
    length = pixels(value)
    return _SCREEN.fullmatch(value) is not None or (length is not None and length <= _FAR)


def _is_clipped(style: Mapping[str, str]) -> bool:
    if style.get("position") in _OUT_OF_FLOW:
        for name, inside in _FUNCTION.findall(style.get("clip", "")):
            edges = [pixels(edge) for edge in _BREAK.split(inside.strip())]
            if name == "rect" and len(edges) == len(("top", "right", "bottom", "left")):
                top, right, bottom, left = edges
                if _are_close(top, bottom) or _are_close(left, right):
                    return True
    for name, inside in _FUNCTION.findall(style.get("clip-path", "")):
        if _leaves_nothing(name, inside.strip()):
            return True
    return False


def _leaves_nothing(shape: str, inside: str) -> bool:
    """Whether nothing lies in a shape of ``clip-path``."""
    parts = _BREAK.split(inside)
    if shape == "inset":
        edges = [
            float_of(part[:-1]) if part.endswith("%") else 0.0 for part in _ROUND.split(inside)[0].split()
        ]
        top, right, bottom, left = (
            [edges[place] for place in PLACES.get(len(edges), PLACES[1])] if edges else [0.0] * 4
        )
        return top + bottom >= 100 or right + left >= 100
    if shape == "polygon":
        return len({" ".join(point.split()) for point in inside.split(",")}) == 1
    return shape in {"circle", "ellipse"} and _is_nothing(parts[0].removesuffix("px"))


def _are_close(first: float | None, second: float | None) -> bool:
    return first is not None and second is not None and second - first <= _LITTLE


def _transforms(style: Mapping[str, str]) -> Iterator[str]:
    """What moves or shrinks a box, as functions (CSS Transforms 2, section 3)."""
    yield style.get("transform", "")
    yield from (f"{name}({style[name]})" for name in ("scale", "translate") if name in style)


def _is_transformed(value: str) -> bool:
    for name, inside in _FUNCTION.findall(value):
        parts = _BREAK.split(inside.strip())
        if name in {"scale", "scalex", "scaley", "scale3d"} and any(map(_is_nothing, parts[:2])):
            return True
        moves = name in {"translate", "translatex", "translatey", "translate3d"}
        if moves and any(map(_is_far, parts[:2])):
            return True
    return False
