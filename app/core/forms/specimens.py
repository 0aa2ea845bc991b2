"""A value to begin with where there is none: the contract's own example, else the least of its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.core.forms.schemas import alternatives, flattened, of_alternative, type_of
from bbws_templates.contract.formats import FORMATS

_DEEPEST = 6
_MOST_ITEMS = 20
_LONGEST_TEXT = 1000


def specimen(contract: Mapping[str, Any], schema: Any, depth: int = 0) -> Any:
    """A JSON value for ``schema``, a part of ``contract``.

    It keeps the contract wherever that gives examples, constants or plain types; a pattern without an example
    is left to the person who fills the form in.
    """
    flat = flattened(contract, schema, None)
    for keyword in ("const", "default"):
        if keyword in flat:
            return flat[keyword]
    for keyword in ("examples", "enum"):
        values = flat.get(keyword)
        if isinstance(values, list) and values:
            return values[0]
    choice = alternatives(contract, flat)
    if choice and depth < _DEEPEST:
        return specimen(contract, of_alternative(contract, flat, choice[0], None), depth + 1)
    match type_of(flat):
        case "object":
            return _object(contract, flat, depth)
        case "array":
            return _list(contract, flat, depth)
        case "integer" | "number":
            return _number(flat)
        case "boolean":
            return False
        case "null":
            return None
    form = FORMATS.get(flat["format"]) if isinstance(flat.get("format"), str) else None
    return form.sample if form else _text(flat)


def _object(contract: Mapping[str, Any], flat: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties = flat.get("properties", {})
    names = flat.get("required", ()) if depth < _DEEPEST else ()
    return {name: specimen(contract, properties.get(name), depth + 1) for name in names}


def _list(contract: Mapping[str, Any], flat: Mapping[str, Any], depth: int) -> list[Any]:
    least = flat.get("minItems", 0)
    count = min(max(1, least if isinstance(least, int) else 1), _MOST_ITEMS) if depth < _DEEPEST else 0
    return [specimen(contract, flat.get("items"), depth + 1) for _ in range(count)]


def _text(flat: Mapping[str, Any]) -> str:
    """As much text as there has to be."""
    least, most = (flat.get(keyword) for keyword in ("minLength", "maxLength"))
    if not isinstance(least, int) or least < 1:
        return ""
    return "text".ljust(min(least, _LONGEST_TEXT), "x")[
        : most if isinstance(most, int) and most > 0 else None
    ]


def _number(flat: Mapping[str, Any]) -> Any:
    least = flat.get("minimum", 0)
    return least if isinstance(least, int | float) and least > 0 else 0


def written(value: Any) -> str:
    """``value`` as the JSON that is put into a person's text."""
    return json.dumps(value, indent=2, ensure_ascii=False)
