"""A value to begin with where there is none: the contract's own example, else the least of its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.forms.schemas import alternatives, flattened, of_alternative, type_of
from bbws_templates.contract.formats import FORMATS

MOST_VALUES = 1000
"""How many values one specimen is made of, but for the siblings of the last ones."""

_DEEPEST = 6
_MOST_ITEMS = 20
_LONGEST_TEXT = 1000


@dataclass
class SpecimenBudget:
    """How many values may still be made up for all specimens of one form or snippet."""

    left: int


def specimen(contract: Mapping[str, Any], schema: Any, allowance: SpecimenBudget | None = None) -> Any:
    """A JSON value for ``schema``, a part of ``contract``.

    It keeps the contract wherever that gives examples, constants or plain types; a pattern without an example
    is left to the person who fills the form in. So is what lies beyond ``MOST_VALUES``, or beyond the
    ``allowance``: members and items that are demanded within each other are more than anybody's memory holds.
    """
    most = MOST_VALUES if allowance is None else min(MOST_VALUES, allowance.left)
    maker = _SpecimenMaker(contract, most)
    value = maker.value(schema, 0)
    if allowance:
        allowance.left -= most - maker.left
    return value


@dataclass
class _SpecimenMaker:
    contract: Mapping[str, Any]
    left: int

    def value(self, schema: Any, depth: int) -> Any:
        self.left -= 1
        flat = flattened(self.contract, schema, None)
        for keyword in ("const", "default"):
            if keyword in flat:
                return flat[keyword]
        for keyword in ("examples", "enum"):
            values = flat.get(keyword)
            if isinstance(values, list) and values:
                return values[0]
        choice = alternatives(self.contract, flat)
        if choice and self._goes_on(depth):
            return self.value(of_alternative(self.contract, flat, choice[0], None), depth + 1)
        match type_of(flat):
            case "object":
                properties = flat.get("properties", {})
                names = flat.get("required", ()) if self._goes_on(depth) else ()
                return {name: self.value(properties.get(name), depth + 1) for name in names}
            case "array":
                return [self.value(flat.get("items"), depth + 1) for _ in range(self._items(flat, depth))]
            case "integer" | "number":
                return _number(flat)
            case "boolean":
                return False
            case "null":
                return None
        form = FORMATS.get(flat["format"]) if isinstance(flat.get("format"), str) else None
        return form.sample if form else _text(flat)

    def _goes_on(self, depth: int) -> bool:
        """Whether there may be values within one at ``depth``."""
        return depth < _DEEPEST and self.left > 0

    def _items(self, flat: Mapping[str, Any], depth: int) -> int:
        least = flat.get("minItems", 0)
        return min(max(1, least if isinstance(least, int) else 1), _MOST_ITEMS) if self._goes_on(depth) else 0


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
