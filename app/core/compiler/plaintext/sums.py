"""What ``calc()``, ``min()``, ``max()`` and ``clamp()`` come to, where no client's measures decide of that.

Source: CSS Values and Units 4, section 10.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import tinycss2

from app.core.css.selector_syntax import split_list

_SUM = re.compile(r"(?<![\w-])(?:-webkit-calc|calc|min|max|clamp)\(", re.IGNORECASE)
_DEEPEST = 8
_LEAST_BEST_MOST = 3  # values that clamp() takes
_Amount: TypeAlias = tuple[float, str]
"""A number and what it counts: "px", "%", or "" for a mere number."""

PIXELS: Final = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945} | {
    **dict.fromkeys(("em", "rem"), 16.0),
    **dict.fromkeys(("ex", "ch", "vh", "vmin"), 8.0),
    **dict.fromkeys(("vw", "vmax"), 10.0),
}
"""How many pixels each unit has; relative ones by the sizes that browsers begin with."""


@lru_cache(maxsize=1024)
def reduced(value: str, *, numbers: bool) -> str:
    """``value`` with an amount in the place of each function that has one.

    One that comes to a mere number, and so is no length, stays as it is without ``numbers``.
    """
    if not _SUM.search(value):
        return value
    return "".join(_written(token, numbers) for token in tinycss2.parse_component_value_list(value))


def _written(token: Any, numbers: bool) -> str:
    if token.type != "function":
        return str(token.serialize())
    amount = _amount(token, 0)
    if amount is None:
        inside = "".join(_written(each, numbers) for each in token.arguments)
        return f"{token.name}({inside})"
    if not amount[1] and not numbers:
        return str(token.serialize())
    return f"{amount[0]:.6g}{amount[1]}"


def _amount(token: Any, depth: int) -> _Amount | None:
    """What a token comes to, None for one of which that cannot be said."""
    if token.type == "number":
        return token.value, ""
    if token.type == "percentage":
        return token.value, "%"
    if token.type == "dimension":
        unit = PIXELS.get(token.lower_unit)
        return None if unit is None else (token.value * unit, "px")
    if depth > _DEEPEST:
        return None
    if token.type == "() block":
        return _sum(token.content, depth)
    if token.type != "function":
        return None
    if token.lower_name in {"calc", "-webkit-calc"}:
        return _sum(token.arguments, depth)
    choose = _CHOICES.get(token.lower_name)
    amounts = [_sum(part, depth) for part in split_list(token.arguments)]
    known = [amount for amount in amounts if amount is not None]
    if choose is None or len(known) < len(amounts) or len({unit for _, unit in known}) != 1:
        return None
    chosen = choose([number for number, _ in known])
    return None if chosen is None else (chosen, known[0][1])


def _clamped(values: Sequence[float]) -> float | None:
    if len(values) != _LEAST_BEST_MOST:
        return None
    return max(values[0], min(values[1], values[2]))


_CHOICES: Final[dict[str, Callable[[Sequence[float]], float | None]]] = {
    "min": min,
    "max": max,
    "clamp": _clamped,
}


def _sum(tokens: Sequence[Any], depth: int) -> _Amount | None:
    """Products, added and subtracted; around these signs there are blanks."""
    terms: list[list[Any]] = [[]]
    signs = [1.0]
    for number, token in enumerate(tokens):
        around = [
            each.type for each in (*tokens[max(0, number - 1) : number], *tokens[number + 1 : number + 2])
        ]
        if (token in ("+", "-")) and around == ["whitespace", "whitespace"]:
            signs.append(1.0 if token.value == "+" else -1.0)
            terms.append([])
        else:
            terms[-1].append(token)
    products = [_product(term, depth + 1) for term in terms]
    known = [product for product in products if product is not None]
    units = {unit for number, unit in known if number or unit != "%"}
    if len(known) < len(products) or len(units) > 1:
        return None
    total = sum(sign * number for sign, (number, _) in zip(signs, known, strict=True))
    return total, next(iter(units), "%")


def _product(tokens: Sequence[Any], depth: int) -> _Amount | None:
    found: _Amount | None = None
    sign = "*"
    for token in tokens:
        if token.type in {"whitespace", "comment"}:
            continue
        if token in ("*", "/") and not sign:
            sign = token.value
            continue
        amount = _amount(token, depth)
        if amount is None or not sign:
            return None
        if found is None:
            found = amount
        elif sign == "*" and not (found[1] and amount[1]):
            found = found[0] * amount[0], found[1] or amount[1]
        elif sign == "/" and not amount[1] and amount[0]:
            found = found[0] / amount[0], found[1]
        else:
            return None
        sign = ""
    return None if sign else found
