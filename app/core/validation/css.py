"""Inline styles as declarations; lengths and colours of CSS as numbers.

Only what the checks ask for: values that depend on other elements (percentages, ``inherit``) are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import tinycss2
import tinycss2.color3

Rgb = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""

_LENGTH = re.compile(r"(-?[\d.]+)(px|pt)?$")
_PX_PER_PT = 96 / 72


@lru_cache(maxsize=4096)
def declarations(style: str) -> Mapping[str, str]:
    """The declarations of a style attribute that hold, one of each property, without ``!important``.

    They are in the order of the cascade: of a longhand and its shorthand, the later one holds.
    Names are in lower case. A declaration that is not CSS is left out, as clients leave it out.
    """
    found: dict[str, str] = {}
    important: dict[str, str] = {}
    for item in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            these = important if item.important else found
            these.pop(item.lower_name, None)
            these[item.lower_name] = tinycss2.serialize(item.value).strip()
    for name in important:
        found.pop(name, None)
    return MappingProxyType(found | important)


@lru_cache(maxsize=1024)
def pixels(value: str) -> float | None:
    """A length in CSS pixels; None for one that depends on something else."""
    match = _LENGTH.fullmatch(value.strip().lower())
    if match is None:
        return None
    try:
        number = float(match[1])
    except ValueError:
        return None
    if match[2] is None:
        return 0.0 if number == 0 else None
    return number * _PX_PER_PT if match[2] == "pt" else number


@lru_cache(maxsize=1024)
def colour(value: str) -> Rgb | None:
    """An opaque colour; None for one that is not, or that depends on something else."""
    parsed = tinycss2.color3.parse_color(value.strip())
    if parsed is None or isinstance(parsed, str) or parsed.alpha < 1:
        return None
    return (parsed.red, parsed.green, parsed.blue)


def attribute_colour(value: str) -> Rgb | None:
    """The colour of a ``bgcolor`` or ``color`` attribute, which may lack its #."""
    return colour(value) or colour(f"#{value.strip()}")


@lru_cache(maxsize=1024)
def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
