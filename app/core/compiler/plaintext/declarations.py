"""A style attribute as a text part needs it: one value for each property, shorthands taken apart.

Only what decides about words is read: whether they can be seen, where lines begin, which text is struck. A
value that CSS does not know is passed over, as browsers do; so is one that is left to data.

Source: CSS Cascading and Inheritance Level 4, sections 4 and 6; the property definitions of CSS 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from app.core.compiler.plaintext.sums import PIXELS, reduced
from app.core.css.stylesheet import parse_declarations
from app.core.css.values import is_valid
from app.core.html.veil import is_veiled

EVERYWHERE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})

_SIDES = ("top", "right", "bottom", "left")
_KEYWORDS = {
    "display": frozenset(
        {"block", "contents", "flex", "flow-root", "grid", "inline", "inline-block", "inline-flex"}
        | {"inline-grid", "inline-table", "list-item", "none", "table", "table-caption", "table-cell"}
        | {"table-column", "table-column-group", "table-footer-group", "table-header-group", "table-row"}
        | {"table-row-group", "-webkit-box", "-webkit-flex", "-webkit-inline-box", "-webkit-inline-flex"}
    ),
    "visibility": frozenset({"visible", "hidden", "collapse"}),
    "white-space": frozenset({"normal", "nowrap", "pre", "pre-wrap", "pre-line", "break-spaces"}),
    "position": frozenset({"static", "relative", "absolute", "fixed", "sticky"}),
    "float": frozenset({"left", "right", "none", "inline-start", "inline-end"}),
    "overflow-x": frozenset({"visible", "hidden", "clip", "scroll", "auto"}),
    "overflow-y": frozenset({"visible", "hidden", "clip", "scroll", "auto"}),
    "caption-side": frozenset({"top", "bottom"}),
    "border-collapse": frozenset({"collapse", "separate"}),
    "content-visibility": frozenset({"visible", "hidden", "auto"}),
}
_LENGTHS = frozenset(
    {"bottom", "font-size", "height", "left", "max-height", "max-width", "min-height"}
    | {"min-width", "right", "text-indent"}
    | {"top", "width"}
    | {f"{name}-{side}" for name in ("margin", "padding") for side in ("top", "right", "bottom", "left")}
)
_WORDS_FOR_LENGTHS = frozenset(
    {"auto", "none", "min-content", "max-content", "fit-content", "smaller", "larger", "medium", "small"}
    | {"large", "x-small", "xx-small", "x-large", "xx-large", "xxx-large"}
)
_AS_WRITTEN = frozenset(
    {"animation", "animation-name", "-webkit-animation", "-webkit-animation-name", "aspect-ratio"}
    | {"background", "background-clip", "background-image", "-webkit-background-clip", "clip", "clip-path"}
    | {
        "color",
        "filter",
        "line-height",
        "list-style-type",
        "opacity",
        "scale",
        "text-decoration-line",
        "transform",
    }
    | {"translate"}
)
_AS_WRITTEN |= {"border-spacing"} | {
    f"border-{side}-{part}" for side in _SIDES for part in ("width", "style")
}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]*|%)")
_SIZE = re.compile(
    r"(?:^|\s)(0|[\d.]+(?:[a-z]+|%)|(?:x{0,3}-)?(?:small|large)|medium|smaller|larger)(?=[\s/])"
)
_QUOTED = re.compile(r"""(["'])(?:\\.|(?!\1)[^\\])*+\1""", re.DOTALL)
_MARKER_WORDS = frozenset({"inside", "outside"})
# Which of so many values of a shorthand is that of each side.
PLACES = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}

# Of a text that runs from left to right. Source: CSS Logical Properties and Values Level 1.
_PHYSICAL = {
    f"{least}{logical}": f"{least}{physical}"
    for logical, physical in (("block-size", "height"), ("inline-size", "width"))
    for least in ("", "min-", "max-")
} | {
    f"{name}-{axis}-{edge}": side if name == "inset" else f"{name}-{side}"
    for name in ("inset", "margin", "padding")
    for axis, edge, side in (
        ("block", "start", "top"),
        ("block", "end", "bottom"),
        ("inline", "start", "left"),
        ("inline", "end", "right"),
    )
}
_AXES = {
    f"{name}-{axis}": (f"{name}-{axis}-start", f"{name}-{axis}-end")
    for name in ("inset", "margin", "padding")
    for axis in ("block", "inline")
}
# Shorthands of borders, with the sides and the parts of each.
_BORDERS = {
    "border": (_SIDES, ("width", "style")),
    "border-width": (_SIDES, ("width",)),
    "border-style": (_SIDES, ("style",)),
    **{f"border-{side}": ((side,), ("width", "style")) for side in _SIDES},
}
_BORDER_STYLES = frozenset(
    {"none", "hidden", "dotted", "dashed", "solid", "double", "groove", "ridge", "inset", "outset"}
)
_BORDER_WIDTHS = frozenset({"thin", "medium", "thick"})
_SHORTHANDS = frozenset(
    {"all", "font", "inset", "list-style", "margin", "overflow", "padding", "text-decoration"}
    | {"-webkit-text-decoration", *_PHYSICAL, *_AXES, *_BORDERS}
)
# What a box is inside, where it is one within a line; those of any other are called by that word alone.
# Source: CSS Display 3, section 2.
_INSIDE_LINE = {
    "flow": "inline",
    "flow-root": "inline-block",
    "ruby": "inline",
    **{inside: f"inline-{inside}" for inside in ("flex", "grid", "table")},
}
_OUTSIDE = frozenset({"block", "inline"})
_BLANKS = re.compile(r"\s+(?![^()]*\))")  # and none within brackets
_UNITED = _LENGTHS | _SHORTHANDS - {
    "all",
    "list-style",
    "overflow",
}  # of which no mere number but 0 is a value


def is_read(name: str) -> bool:
    """Whether a property decides about words."""
    return name in _KEYWORDS or name in _LENGTHS or name in _AS_WRITTEN or name in _SHORTHANDS


def pixels(value: str) -> float | None:
    """A length in pixels, relative ones by the sizes that browsers begin with; None for one without a size.

    A percentage has none that could be known here.
    """
    match = _NUMBER.fullmatch(reduced(value, numbers=False) if "(" in value else value)
    if match is None:
        return None
    number, unit = float(match.group(1)), match.group(2)
    if not unit:
        return 0.0 if number == 0 else None
    return number * PIXELS[unit] if unit in PIXELS else None


@lru_cache(maxsize=4096)
def final_values(css: str) -> dict[str, str]:
    """The value in force of each property that matters here, strings aside in lower case; not to be changed.

    ``css`` is the whole text of a style attribute in the order of the cascade.
    """
    found: dict[str, str] = {}
    declarations = parse_declarations(css)
    for important in (False, True):
        for item in declarations:
            if item.important is important and not is_veiled(item.value):
                if is_valid(item.name, item.value) is False:
                    continue
                written = _lowered(item.value.strip())
                if "(" in written:
                    written = reduced(written, numbers=item.name not in _UNITED)
                for name, value in _longhands(item.name, written):
                    if _is_valid(name, value):
                        found[name] = value
    return found


def _lowered(value: str) -> str:
    """``value`` in lower case, its strings as they are."""
    if '"' not in value and "'" not in value:
        return value.lower()
    ends = [0, *(end for match in _QUOTED.finditer(value) for end in match.span()), len(value)]
    pieces = [value[start:end] for start, end in pairwise(ends)]
    return "".join(piece if number % 2 else piece.lower() for number, piece in enumerate(pieces))


def _longhands(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name in {"margin", "padding", "inset"}:
        sides = _BLANKS.split(value)
        for side, place in zip(_SIDES, PLACES.get(len(sides), ()), strict=False):
            yield side if name == "inset" else f"{name}-{side}", sides[place]
    elif name in _AXES:
        ends = _BLANKS.split(value)
        for end, said in zip(_AXES[name], (ends * 2)[:2] if len(ends) < 3 else (), strict=False):
            yield _PHYSICAL[end], said
    elif name in _PHYSICAL:
        yield _PHYSICAL[name], value
    elif name in _BORDERS:
        yield from _border(name, value)
    elif name == "display":
        yield name, _single(value)
    elif name == "all":
        yield from ((each, value) for each in (*_KEYWORDS, *_LENGTHS, *_AS_WRITTEN))
    elif name == "overflow":
        both = value.split()
        yield "overflow-x", both[0] if both else ""
        yield "overflow-y", both[-1] if both else ""
    elif name == "font":
        size = _SIZE.search(value)
        yield "font-size", size.group(1) if size else "medium" if value not in EVERYWHERE else value
    elif name == "list-style":
        quoted = _QUOTED.search(value)
        words = [word for word in value.split() if word not in _MARKER_WORDS and not word.startswith("url(")]
        yield "list-style-type", quoted.group() if quoted else words[0] if words else "disc"
    elif name in {"text-decoration", "-webkit-text-decoration"}:
        yield "text-decoration-line", value
    else:
        yield name, value


def _border(name: str, value: str) -> Iterator[tuple[str, str]]:
    """The widths and styles that a shorthand gives the borders of some sides."""
    words = _BLANKS.split(value)
    sides, parts = _BORDERS[name]
    if len(parts) == 1:
        for side, place in zip(sides, PLACES.get(len(words), ()), strict=False):
            yield f"border-{side}-{parts[0]}", words[place]
        return
    style = next((word for word in words if word in _BORDER_STYLES), "none")
    width = next((word for word in words if word in _BORDER_WIDTHS or pixels(word) is not None), "medium")
    if value in EVERYWHERE:
        style = width = value
    for side in sides:
        yield f"border-{side}-width", width
        yield f"border-{side}-style", style


def _single(display: str) -> str:
    """The one word for what ``display`` says in several, such as ``inline flow-root``."""
    words = display.split()
    if "list-item" in words:
        return "list-item"
    if len(words) == 1 and words[0] not in {"flow", "ruby"}:
        return display
    inside = next((word for word in words if word not in _OUTSIDE), "flow")
    if "inline" in words or words == ["ruby"]:
        return _INSIDE_LINE.get(inside, display)
    return "block" if inside in {"flow", "ruby"} else inside


def _is_valid(name: str, value: str) -> bool:
    """Whether a property is one of those read here and a browser would take the value."""
    if value in EVERYWHERE:
        return name in _KEYWORDS or name in _LENGTHS or name in _AS_WRITTEN
    if name in _KEYWORDS:
        return value in _KEYWORDS[name]
    if name in _LENGTHS:
        return value in _WORDS_FOR_LENGTHS or "(" in value or value.endswith("%") or pixels(value) is not None
    return name in _AS_WRITTEN
