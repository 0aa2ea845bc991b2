"""Inline styles as declarations; lengths and colours of CSS as numbers.

Only what the checks ask for: values that depend on other elements (percentages, ``inherit``) are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import tinycss2
import tinycss2.color3

from app.core.css.values import is_valid
from app.core.engines import without_placeholders
from app.core.html.blanks import BLANKS

Rgb = tuple[float, float, float]
"""Red, green and blue from 0 to 1."""

_LENGTH = re.compile(r"(-?[0-9.]+)(px|pt)?$")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_PX_PER_PT = 96 / 72


# What says one and the same thing: of these the last one that is valid holds, whichever of them it is.
_SAME = {"background-color": "background"}
_COLOURS = frozenset({"color", *_SAME, *_SAME.values()})


class Written(NamedTuple):
    """A declaration as it stands in a style; the name is in lower case."""

    name: str
    value: str
    is_important: bool


@lru_cache(maxsize=4096)
def written_declarations(style: str) -> tuple[Written, ...]:
    """Every declaration of a style attribute, those that a later one replaces included, in order.

    Some client reads each of them: one that does not understand a later value goes on with the earlier. What
    is not CSS is left out, as clients leave it out.
    """
    return _written(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True))


@lru_cache(maxsize=4096)
def declarations(style: str) -> Mapping[str, str]:
    """The declarations of a style attribute that hold, one of each property, without ``!important``.

    They are in the order of the cascade: of a longhand and its shorthand, the later one holds.
    """
    return MappingProxyType({each.name: each.value for each in _holding(written_declarations(style))})


def holding_declarations(items: Iterable[Any]) -> tuple[Written, ...]:
    """Of tinycss2's items of a block the declarations that hold, one of each property."""
    return _holding(_written(items))


def _written(items: Iterable[Any]) -> tuple[Written, ...]:
    return tuple(
        Written(item.lower_name, tinycss2.serialize(item.value).strip(BLANKS), item.important)
        for item in items
        if item.type == "declaration"
    )


def _holding(written: tuple[Written, ...]) -> tuple[Written, ...]:
    """Of each property the last declaration, or the last important one, whose value CSS takes.

    A value that it refuses stays where none is left instead, unless it is a colour: so made-up data, which
    are right where a colour stands, and placeholders of another engine come through to the checks, to which
    such a value means that nothing is known.

    Source: CSS Cascading and Inheritance Level 4, section 6.4; CSS 2.2, section 4.2, of refused ones.
    """
    rivals: dict[str, list[Written]] = {}
    for each in written:
        rivals.setdefault(_SAME.get(each.name, each.name), []).append(each)
    held: dict[str, Written] = {}
    for of_one in rivals.values():
        judged = len(of_one) > 1 or of_one[0].name in _COLOURS
        valid = [each for each in of_one if not _is_refused(each)] if judged else []
        for each in valid or (each for each in of_one if each.name not in _COLOURS):
            before = held.get(each.name)
            if before is None or each.is_important or not before.is_important:
                held[each.name] = each
    order = {id(each): number for number, each in enumerate(written)}
    return tuple(sorted(held.values(), key=lambda each: (each.is_important, order[id(each)])))


def _is_refused(each: Written) -> bool:
    return is_valid(each.name, each.value) is False and without_placeholders(each.value) == each.value


def number(value: str) -> float | None:
    """A number without a unit or a sign; None for what is none."""
    return float(value) if _NUMBER.fullmatch(value) else None


@lru_cache(maxsize=1024)
def pixels(value: str) -> float | None:
    """A length in CSS pixels; None for one that depends on something else."""
    match = _LENGTH.fullmatch(value.strip(BLANKS).lower())
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
    try:
        parsed = tinycss2.color3.parse_color(value.strip(BLANKS))
    except OverflowError:  # hundreds of digits
        return None
    if parsed is None or isinstance(parsed, str) or parsed.alpha < 1:
        return None
    return (parsed.red, parsed.green, parsed.blue)


def attribute_colour(value: str) -> Rgb | None:
    """The colour of a ``bgcolor`` or ``color`` attribute, which may lack its #."""
    return colour(value) or colour(f"#{value.strip(BLANKS)}")


@lru_cache(maxsize=1024)
def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
