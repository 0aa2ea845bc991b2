"""JSON values in Python: their type, their equality, and how to speak of one without repeating it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any

MAX_NESTING = 100
"""Values nested deeper than this are not compared."""


class TooDeepError(Exception):
    """Internal: a value nested deeper than anything that a template renders; ``pointer`` says where."""

    def __init__(self, pointer: str = "") -> None:
        super().__init__(pointer)
        self.pointer = pointer


def is_type(value: Any, name: str) -> bool:
    """Whether ``value`` is of the JSON Schema type ``name``: 1.0 is an integer, True is no number."""
    match name:
        case "string":
            return isinstance(value, str)
        case "number":
            return _is_number(value)
        case "integer":
            return _is_number(value) and (isinstance(value, int) or value.is_integer())
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list | tuple)
        case "object":
            return isinstance(value, Mapping)
        case "null":
            return value is None
        case _:
            return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shape(value: Any) -> str:
    """The kind and size of ``value`` in words, such as ``text of 12 characters``; never its content."""
    if isinstance(value, str):
        return f"text of {_counted(len(value), 'character')}" if value else "empty text"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        number = str(value) if abs(value) < 1e15 else ""
        return f"the number {number}" if 0 < len(number) <= 20 else "a number"
    if isinstance(value, list | tuple):
        return f"a list of {_counted(len(value), 'item')}" if value else "an empty list"
    if isinstance(value, Mapping):
        return "an object" if value else "an empty object"
    return "null" if value is None else f"a Python {type(value).__name__}, which JSON does not have"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def distinct_key(value: Any, depth: int = 0) -> Hashable:
    """A hashable stand-in that is equal for equal JSON values: 1 equals 1.0, but not True (Core, 4.2.2).

    Raises:
        TooDeepError: the value is nested deeper than ``MAX_NESTING``.
    """
    if depth > MAX_NESTING:
        raise TooDeepError
    if isinstance(value, Mapping):
        return "object", frozenset((key, distinct_key(item, depth + 1)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return "array", tuple(distinct_key(item, depth + 1) for item in value)
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, str | int | float) or value is None:
        return value
    return "python", id(value)


def is_multiple(value: float, of: float) -> bool:
    """Whether ``value`` is a multiple of ``of`` as decimal numbers, so that 0.3 is one of 0.1."""
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    if value in (float("inf"), float("-inf")) or value != value:
        return False
    from fractions import Fraction  # Costs milliseconds, and contracts hardly ever need it.

    # An integer is exact as it is, and str() refuses one with thousands of digits.
    return (Fraction(value) if isinstance(value, int) else Fraction(str(value))) % Fraction(str(of)) == 0


# What ECMA 262 means by the classes where Python differs. Both know Unicode white space, but Python's \s also
# holds the separators U+001C to U+001F and lacks U+FEFF.
_SPACES = r"\t\n\x0b\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_OUTSIDE = {"d": "[0-9]", "D": "[^0-9]", "s": f"[{_SPACES}]", "S": f"[^{_SPACES}]", "/": "/"}
_INSIDE = {"d": "0-9", "s": _SPACES, "/": "/"}
_REFUSED = "ZAaPpckG"  # they mean something else in Python, or nothing
_PIECE = r"\\(?P<escaped>.)|(?P<open>\[\^?)|(?P<group>\(\?.)|(?P<other>.)"


@cache
def ecma_pattern(pattern: str) -> re.Pattern[str]:
    r"""A regular expression of ECMA 262 as Python's ``re`` understands it.

    ``$`` means the very end, not "before a last line feed"; ``\d`` and ``\w`` are ASCII, ``\s`` is as ECMA
    has it. Not in the subset: ``\p{…}``, ``\c``, named groups, empty classes, ``\S`` or ``\D`` in brackets.

    Raises:
        ValueError: the pattern is malformed or outside the subset.
    """
    parts: list[str] = []
    in_class = False
    for match in re.finditer(_PIECE, pattern, re.DOTALL):
        piece, kind = match[0], match.lastgroup
        if kind == "escaped":
            letter = match["escaped"]
            if letter in _REFUSED or (in_class and letter in "SD"):
                raise ValueError(f"'{piece}' is not supported here")
            parts.append((_INSIDE if in_class else _OUTSIDE).get(letter, piece))
        elif in_class:
            if piece == "]" and parts[-1] in ("[", "[^"):
                raise ValueError("an empty class is not supported")
            in_class = piece != "]"
            # "[", "&&", "||" and "~~" are reserved in Python's classes.
            parts.append("".join(f"\\{sign}" if sign in "[&|~" else sign for sign in piece))
        elif kind == "group" and piece not in ("(?:", "(?=", "(?!", "(?<"):
            raise ValueError(f"'{piece}' is not supported")
        else:
            in_class = kind == "open"
            parts.append(r"\Z" if piece == "$" else piece)
    try:
        return re.compile("".join(parts), re.ASCII)
    except re.error as error:
        raise ValueError(str(error)) from error
