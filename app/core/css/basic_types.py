"""Whether one token of CSS is of a basic type: a length, a percentage, a name, a string.

Source: CSS Values and Units Level 4, sections 4 to 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tinycss2.ast import LiteralToken

from app.core.css.grammar import Term

WIDE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
"""The keywords that every property takes."""

NO_NAMES = WIDE | {"default"}
"""What is no name of an author's own (section 4.2)."""

GENERIC_FAMILIES = frozenset(
    {"serif", "sans-serif", "cursive", "fantasy", "monospace", "system-ui", "math", "-webkit-body"}
)
"""Families of no one font: no longer name begins with one, unless in quotes (CSS Fonts 4, 2.1.1)."""

_LENGTHS = frozenset(
    re.findall(
        r"\w+",
        "px pt em ex in cm mm pc q rem ch cap ic lh rlh vw vh vmin vmax vi vb svw svh lvw lvh dvw "
        "dvh cqw cqh cqi cqb cqmin cqmax ",
    )
)
_UNITS = {
    "length": _LENGTHS,
    "angle": frozenset({"deg", "grad", "rad", "turn"}),
    "time": frozenset({"s", "ms"}),
    "frequency": frozenset({"hz", "khz"}),
    "resolution": frozenset({"dpi", "dpcm", "dppx", "x"}),
    "flex": frozenset({"fr"}),
}
_DASHED = frozenset({"dashed-ident", "custom-property-name"})
_IDENTIFIERS = _DASHED | {"custom-ident", "ident", "family-name"}
BASIC = frozenset(
    {*_UNITS, *_IDENTIFIERS, "number", "integer", "percentage"}
    | {"string", "opentype-tag", "url", "hex-color", "zero"}
)
"""The types that are of one token each; a family's name may be more."""

_SUMS = frozenset({"calc", "min", "max", "clamp", "abs"})
_OF_NUMBERS = frozenset(
    {"sin", "cos", "tan", "asin", "acos", "atan", "atan2", "pow", "sqrt", "hypot", "log", "exp"}
)
_MATHS = _SUMS | _OF_NUMBERS | {"round", "mod", "rem", "sign", "calc-size"}
_WITH_SHARES = 2  # kinds, of which one is a percentage
_TAG = re.compile(r"[ -~]{4}")  # of a feature or an axis of a font (CSS Fonts 4, section 7.1)
_COLOUR = re.compile(r"[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}", re.IGNORECASE)


def significant(tokens: list[Any]) -> list[Any]:
    """The tokens that are neither blanks nor comments."""
    return [token for token in tokens if token.type not in {"whitespace", "comment"}]


def unbracketed(tokens: list[Any]) -> list[Any]:
    """The tokens with those of brackets, ``[first]``, between two signs: a syntax says it so."""
    if "[] block" not in [token.type for token in tokens]:
        return tokens
    found: list[Any] = []
    for token in tokens:
        if token.type == "[] block":
            place = token.source_line, token.source_column
            found += [LiteralToken(*place, "["), *significant(token.content), LiteralToken(*place, "]")]
        else:
            found.append(token)
    return found


def every(tokens: list[Any]) -> Iterator[Any]:
    """Every token, those of functions and brackets included."""
    for token in tokens:
        yield token
        inner = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inner, list):
            yield from every(significant(inner))


def is_basic(term: Term, token: Any) -> bool:
    """Whether one token is of a basic type; of a type without data any token is."""
    name = term.text
    if _is_sum(token):
        return name in {*_UNITS, "number", "integer", "percentage"} and _may_come_to(token, name)
    if name in {"number", "integer"}:
        whole = name == "number" or (token.type == "number" and token.int_value is not None)
        return token.type == "number" and whole and _within(term, token.value)
    if name == "zero":
        return bool(token.type == "number" and token.value == 0)
    if name == "percentage":
        return token.type == "percentage" and _within(term, token.value)
    if name in _UNITS:
        if token.type == "number":  # that an angle needs no unit is said of each that does not
            return token.value == 0 and name == "length"
        return token.type == "dimension" and token.lower_unit in _UNITS[name] and _within(term, token.value)
    if name == "hex-color":
        return token.type == "hash" and _COLOUR.fullmatch(token.value) is not None
    if name == "string":
        return bool(token.type == "string")
    if name == "opentype-tag":
        return token.type == "string" and _TAG.fullmatch(token.value) is not None
    if name == "url":
        return token.type == "url" or (token.type == "function" and token.lower_name in {"url", "src"})
    if name in _IDENTIFIERS:
        return _is_name(name, token) and not (term.excluded and _word(token) in term.excluded)
    return True


def _is_name(name: str, token: Any) -> bool:
    if name in _DASHED:
        return bool(token.type == "ident" and token.value.startswith("--"))
    named = token.type == "ident" and (name == "ident" or token.lower_value not in NO_NAMES)
    return named or (name == "family-name" and token.type == "string")


def _word(token: Any) -> str:
    return str(getattr(token, "lower_value", ""))


def _is_sum(token: Any) -> bool:
    return bool(token.type == "function" and token.lower_name in _MATHS)


def is_mixed(token: Any, names: set[str]) -> bool:
    """Whether it is a sum of percentages and of what they are shares of, and ``names`` are types of both.

    What takes one of them alone takes no such sum (section 5.6).
    """
    if not _is_sum(token):
        return False
    kinds = _kinds(token)
    return len(kinds) == _WITH_SHARES and "percentage" in kinds and kinds <= names


def _may_come_to(function: Any, name: str) -> bool:
    """Whether a sum may be of a type, by the units in it; what is divided may be a number (section 10.9)."""
    if any(
        each == "/" or (each.type == "function" and each.lower_name not in _SUMS)
        for each in every([function])
    ):
        return True
    kinds = _kinds(function)
    return not kinds if name in {"number", "integer"} else kinds == {name}


def _kinds(function: Any) -> set[str]:
    """The types of what stands in a sum with a unit or as a percentage."""
    return {_kind(each) for each in every([function]) if each.type in {"dimension", "percentage"}}


def _kind(token: Any) -> str:
    """The type of a percentage or of a number with a unit, "" of one with a unit that nobody knows."""
    if token.type == "percentage":
        return "percentage"
    return next((kind for kind, units in _UNITS.items() if token.lower_unit in units), "")


def _within(term: Term, number: float) -> bool:
    return term.bounds[0] <= number <= term.bounds[1]
