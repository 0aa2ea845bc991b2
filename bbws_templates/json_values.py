"""JSON values in Python: their type, their equality, and how to speak of one without repeating it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bbws_templates.values import text_of

if TYPE_CHECKING:
    import re

MAX_NESTING = 100
"""Values nested deeper than this are not compared."""

_MOST_DIGITS = 20
_LONG = 10**_MOST_DIGITS  # str() refuses thousands of digits, and takes the square of their number


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
    """The kind and size of ``value`` in words, such as ``text of 12 characters``; never its content.

    No digit of a number is said either: it may be an identity or a telephone.
    """
    if isinstance(value, str):
        return f"text of {_counted(len(value), 'character')}" if value else "empty text"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return _shape_of_number(value)
    if isinstance(value, list | tuple):
        return f"a list of {_counted(len(value), 'item')}" if value else "an empty list"
    if isinstance(value, Mapping):
        return "an object" if value else "an empty object"
    return "null" if value is None else f"a Python {type(value).__name__}, which JSON does not have"


def _shape_of_number(value: Any) -> str:
    if isinstance(value, float) and not value.is_integer():
        kind = "number with a fraction" if value - value == 0 else "number"  # neither without end nor NaN
    else:
        size = abs(int(value))
        digits = _counted(len(str(size)), "digit") if size < _LONG else f"more than {_MOST_DIGITS} digits"
        kind = f"whole number of {digits}"
    return f"a negative {kind}" if value < 0 and kind != "number" else f"a {kind}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def plain_copy(value: Any) -> Any:
    """``value`` in the classes that JSON is read into: nobody else's code runs where it is looked at.

    What JSON does not have is an object without anything, and so is what nests beyond ``MAX_NESTING``.
    What the class of a value raises as it is read is raised.
    """
    return _plain_copy(value, {}, 0)


def _plain_copy(value: Any, made: dict[int, Any], depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if depth > MAX_NESTING + 1 or not isinstance(value, Mapping | list | tuple):
        return object()
    if id(value) in made:  # as often as it is met: it may hold itself
        return made[id(value)]
    if isinstance(value, Mapping):
        members: dict[Any, Any] = {}
        made[id(value)] = members
        members.update(
            (_plain_copy(name, made, depth + 1), _plain_copy(member, made, depth + 1))
            for name, member in value.items()
        )
        return members
    items: list[Any] = []
    made[id(value)] = items
    items.extend(_plain_copy(item, made, depth + 1) for item in value)
    return items


def canonical(value: Any, spend: Callable[[int], None], depth: int = 0) -> str:
    """Text that is the same for equal JSON values and no others: 1 equals 1.0, but not True (Core, 4.2.2).

    Text, because its hash is keyed: numbers, lists and mappings can be chosen so that all have the same hash,
    and a thousand of them then take the time of a million. ``spend`` counts the steps.

    Raises:
        TooDeepError: the value is nested deeper than ``MAX_NESTING``.
    """
    if depth > MAX_NESTING:
        raise TooDeepError
    spend(1)
    if isinstance(value, str):
        spend(len(value) // 1000)
        return f"s{len(value)}:{str.__str__(value)}"  # not what the class of an enumeration writes
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        spend(value.bit_length() // 1000)
        return f"{int.__int__(value):x}"
    if isinstance(value, float):
        value = float.__float__(value)
        return f"{int(value):x}" if value.is_integer() else value.hex()
    if isinstance(value, Mapping):
        members = sorted(
            f"{canonical(name, spend, depth + 1)}={canonical(member, spend, depth + 1)}"
            for name, member in value.items()
        )
        return _joined("{", members, "}", spend)
    if isinstance(value, list | tuple):
        return _joined("[", (canonical(item, spend, depth + 1) for item in value), "]", spend)
    return f"python {id(value)}"


def _joined(start: str, parts: Iterable[str], end: str, spend: Callable[[int], None]) -> str:
    text = f"{start}{','.join(parts)}{end}"
    spend(len(text) // 4000)  # what is nested is copied once more at each level
    return text


def is_multiple(value: float, of: float) -> bool:
    """Whether ``value`` is a multiple of ``of`` as decimal numbers, so that 0.3 is one of 0.1."""
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    from math import isfinite

    if not isinstance(value, int) and not isfinite(value):
        return False
    from fractions import Fraction  # Costs milliseconds, and contracts hardly ever need it.

    # An integer is exact as it is, and str() refuses one with thousands of digits.
    return (Fraction(value) if isinstance(value, int) else Fraction(text_of(value))) % Fraction(str(of)) == 0


def ecma_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression of ECMA 262 as Python's ``re`` understands it; see ``ecma`` for the subset.

    Raises:
        ValueError: the pattern is malformed or outside the subset.
    """
    from bbws_templates.patterns import translated  # Only loaded where a contract has a pattern.

    return translated(pattern)
