"""What CSS has: properties with the syntax of their values, shorthands, the names of pseudo-classes.

Data of the MDN project, public domain (CC0 1.0); ``scripts/css_data.py`` makes the file anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

_DATA: Mapping[str, Any] = json.loads(Path(__file__).with_name("mdn.json").read_text(encoding="utf-8"))

PROPERTIES: Mapping[str, str] = MappingProxyType(_DATA["properties"])
"""The syntax of the values of each property, in the language of CSS Values and Units, section 2."""

SYNTAXES: Mapping[str, str] = MappingProxyType(_DATA["syntaxes"])
"""What the names in a syntax stand for; functions have ``()`` at the end of their names."""

# Not in the data: newer ones of Chromium, and what it and WebKit ask of scrollbars.
_PSEUDOS_BESIDES = frozenset(
    re.findall(
        r"\S+",
        """
        ::column ::scroll-button ::search-text ::view-transition-group-children
        :interest-source :interest-target :target-after :target-before
        :corner-present :decrement :double-button :end :horizontal :increment :no-button :single-button :start
        :vertical :window-inactive
        """,
    )
)

PSEUDOS: frozenset[str] = frozenset(_DATA["pseudos"]) | _PSEUDOS_BESIDES
"""Pseudo-classes and pseudo-elements with their colons, those of one browser included, without arguments."""

PSEUDOS_OF_SOME: frozenset[str] = _PSEUDOS_BESIDES | frozenset(
    re.findall(
        r"\S+",
        """
        ::checkmark ::cue ::cue-region ::grammar-error ::picker ::picker-icon ::scroll-marker
        ::scroll-marker-group ::spelling-error
        :blank :buffering :current :future :has-slotted :host-context :local-link :muted :open :past :paused
        :picture-in-picture :playing :seeking :stalled :target-current :target-within :volume-locked
        :xr-overlay
        """,
    )
)
"""Those that Chromium 147, Firefox 153 and WebKitGTK 2.50, each asked, do not all know.

Who does not reads nothing of a list with one. Names that begin with a hyphen are not among them.
"""


_UNTOUCHED_BY_ALL = frozenset({"all", "direction", "unicode-bidi"})
_SIDES = {"inline": ("left", "right"), "block": ("top", "bottom")}
_SIDE = re.compile(r"(?:(?P<before>.+)-)?(?P<axis>inline|block)-(?:start|end)(?P<after>-.+)?")
_SIZE = re.compile(r"(?P<before>.*)(?P<axis>inline|block)-size")
_AXIS = re.compile(r"(?P<before>overflow|overscroll-behavior)-(?P<axis>inline|block)")
_CORNER = re.compile(r"border-(?:start|end)-(?:start|end)-radius")
_CORNERS = tuple(f"border-{y}-{x}-radius" for y in ("top", "bottom") for x in ("left", "right"))
# What a shorthand resets without saying anything of it (Backgrounds and Borders 3, 3.4; Fonts 4, 2.6).
_RESET = {
    "border": ("border-image",),
    "font": tuple(
        re.findall(
            r"[\w-]+",
            """
            font-size-adjust font-kerning font-feature-settings font-variation-settings font-language-override
            font-optical-sizing font-variant-alternates font-variant-caps font-variant-east-asian
            font-variant-emoji font-variant-ligatures font-variant-numeric font-variant-position
            """,
        )
    ),
    "font-variant": tuple(
        f"font-variant-{part}"
        for part in ("alternates", "caps", "east-asian", "emoji", "ligatures", "numeric", "position")
    ),
}
_OLDER_NAMES = {"word-wrap": "overflow-wrap"} | {
    f"{older}{part}": f"{newer}{part}"
    for older, newer, parts in (
        ("page-break-", "break-", ("after", "before", "inside")),
        ("grid-", "", ("gap", "row-gap", "column-gap")),
    )
    for part in parts
}


@lru_cache(maxsize=1024)
def longhands(name: str) -> tuple[str, ...]:
    """The longhands that a property may set: for anything but a shorthand, itself.

    A logical one (``margin-inline-start``) may set either side, in text that runs from left to right or from
    right to left; one by an older name sets the newer one.

    Source: CSS Logical Properties Level 1, section 4; the Compatibility standard, section 3.
    """
    return tuple(dict.fromkeys(_longhands(name)))


def _longhands(name: str) -> Iterator[str]:
    if name == "all":
        yield from (each for each in map(_touched_by_all, PROPERTIES) if each)
        return
    newer = _OLDER_NAMES.get(name, name.removeprefix("-webkit-"))
    if newer != name and newer in PROPERTIES:
        yield from _longhands(newer)
        return
    parts = (*_DATA["longhands"].get(name, ()), *_RESET.get(name, ()))
    if not parts:
        yield from _physical(name)
    for part in parts:
        yield from _longhands(part)


def _touched_by_all(name: str) -> str:
    """``name`` where it is a longhand that ``all`` resets, else ""."""
    plain = longhands(name) == (name,) if name not in _UNTOUCHED_BY_ALL else False
    return name if plain and not name.startswith("--") else ""


def _physical(name: str) -> Iterator[str]:
    """The longhands for top, right, bottom and left that a logical one stands for in horizontal text."""
    if "inline" not in name and "block" not in name and "start" not in name and "end" not in name:
        yield name
    elif match := _SIDE.fullmatch(name):
        before = "" if match["before"] == "inset" else f"{match['before']}-"
        yield from (f"{before}{side}{match['after'] or ''}" for side in _SIDES[match["axis"]])
    elif match := _SIZE.fullmatch(name):
        yield match["before"] + ("width" if match["axis"] == "inline" else "height")
    elif match := _AXIS.fullmatch(name):
        yield f"{match['before']}-{'x' if match['axis'] == 'inline' else 'y'}"
    elif _CORNER.fullmatch(name):
        yield from _CORNERS
    else:
        yield name


def overlap(first: str, second: str) -> bool:
    """Whether two properties have a longhand in common, as ``border-top`` and ``border-color`` do."""
    return first == second or _share(first, second)


@lru_cache(maxsize=4096)
def _share(first: str, second: str) -> bool:
    return not set(longhands(first)).isdisjoint(longhands(second))


def family(name: str) -> str:
    """The name of all properties that a chain of overlaps joins with this one, but for ``all``."""
    first = longhands(name)[0]
    return _families().get(first, first)


@lru_cache(maxsize=1)
def _families() -> Mapping[str, str]:
    heads: dict[str, str] = {}

    def head(name: str) -> str:
        while heads.setdefault(name, name) != name:
            name = heads[name]
        return name

    for name in PROPERTIES:
        first, *others = longhands(name) if name != "all" else (name,)
        for other in others:
            heads[head(other)] = head(first)
    return MappingProxyType({name: head(name) for name in list(heads)})
