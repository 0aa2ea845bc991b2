"""How names find values: the context stack of Mustache over plain data, never over Python objects.

Data are mappings, sequences and scalars. Attributes, methods and characters of strings are out of reach:
chevron answers ``{{x.__class__}}`` and ``{{name.upper}}`` from Python, and data are not ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
"""What a lookup answers for a name that no context has; None is a value."""

_BYTES = (bytes, bytearray, memoryview)


def lookup(stack: list[Any], path: tuple[str, ...]) -> Any:
    """The value of a dotted name, innermost context first; ``()`` is the innermost context itself.

    The first name alone chooses the context, the others are looked up in what it found: a name missing
    there is missing, even if an outer context has the whole path.

    Source: mustache/spec, interpolation, "Dotted Names - Context Precedence".
    """
    if not path:
        return stack[-1]
    first = path[0]
    for scope in reversed(stack):
        # An exact dict is by far the most frequent scope; the abstract classes cost ten times as much.
        if type(scope) is dict:
            if first in scope:
                value = scope[first]
                break
        elif (value := _member(scope, first)) is not MISSING:
            break
    else:
        return MISSING
    for name in path[1:]:
        value = _member(value, name)
        if value is MISSING:
            return MISSING
    return value


def is_list(value: Any) -> bool:
    """Whether a section repeats over ``value``: sequences do, text and bytes do not."""
    kind = type(value)
    if kind is list or kind is tuple:
        return True
    if kind is dict or kind is str or kind is bool or kind is int:
        return False
    return isinstance(value, Sequence) and not isinstance(value, (str, *_BYTES))


def is_data(value: Any) -> bool:
    """Whether templates work on values like ``value``: not on functions, iterators, bytes and objects."""
    if value is None or isinstance(value, (str, int, float, Mapping)):
        return True
    return is_list(value) or is_decimal(value)


def is_decimal(value: Any) -> bool:
    """Whether ``value`` is a ``decimal.Decimal``, which is how boto3 hands out the numbers of DynamoDB."""
    # Imported here: where there is a Decimal the module is loaded, and a cold start without need not wait.
    from decimal import Decimal

    return isinstance(value, Decimal)


def decimal_text(value: Any) -> str:
    """The text of a ``decimal.Decimal``, whatever a class that is made of it prints."""
    from decimal import Decimal

    return Decimal.__str__(value)


def _member(container: Any, name: str) -> Any:
    """One step into ``container``: a key of a mapping, or ``0``, ``1``, … of a sequence."""
    if isinstance(container, Mapping):
        # Not by subscript, which would make a defaultdict grow.
        return container.get(name, MISSING)
    if name.isascii() and name.isdecimal() and is_list(container):
        # At most as many digits as a list can need: int() refuses thousands of them.
        index = int(name) if len(name) <= 18 else len(container)
        return container[index] if index < len(container) else MISSING
    return MISSING
