"""The marks before the items of a list, as browsers count and write them.

Source: HTML, 4.4.5 (``ol``) and 4.4.8 (``li``); CSS Counter Styles 3, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import tinycss2

_BULLET = "- "
_BULLETS = frozenset({"disc", "circle", "square", "disclosure-open", "disclosure-closed"})
_BLANK = re.compile(r"\s")
_INTEGER = re.compile(r"\s*([+-]?\d+)", re.ASCII)
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN = 3999
_LETTERS = 26


def integer(text: str | None) -> int | None:
    """The whole number that an attribute begins with, None where it begins with none."""
    match = _INTEGER.match(text or "")
    return int(match.group(1)) if match else None


def counted(start: str | None, values: Sequence[str | None], *, down: bool) -> Iterator[int]:
    """The number of each item, from the ``start`` of its list and the ``value`` of each one."""
    step = -1 if down else 1
    first = integer(start)
    number = first if first is not None else len(values) if down else 1
    for written in values:
        value = integer(written)
        number = number if value is None else value
        yield number
        number += step


def marker(kind: str, number: int | None) -> str:
    """The mark of an item; a bullet where ``number`` cannot be known.

    ``kind`` is a ``list-style-type``.
    """
    if kind == "none":
        return ""
    if kind[:1] in {"'", '"'}:
        string = tinycss2.parse_one_component_value(kind)
        return _BLANK.sub(" ", string.value) if string.type == "string" else _BULLET
    if kind in _BULLETS or number is None:
        return _BULLET
    return f"{_written(kind, number)}. "


def _written(kind: str, number: int) -> str:
    if kind in {"lower-alpha", "lower-latin", "upper-alpha", "upper-latin"} and number > 0:
        text = _letters(number)
    elif kind in {"lower-roman", "upper-roman"} and 0 < number <= _MOST_ROMAN:
        text = _roman(number)
    elif kind == "decimal-leading-zero":
        text = f"{number:03d}" if number < 0 else f"{number:02d}"
    else:
        text = str(number)
    return text.upper() if kind.startswith("upper") else text


def _letters(number: int) -> str:
    text = ""
    while number:
        number, letter = divmod(number - 1, _LETTERS)
        text = chr(ord("a") + letter) + text
    return text


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
