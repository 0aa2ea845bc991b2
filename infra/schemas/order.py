"""The order of two instants as JSON Schema, which cannot compare two members by itself.

Both have one form, digits at fixed places, so the first place at which they differ decides. What this writes
stands in ``$defs`` of each schema under ``notAfter…``; ``python -m infra.schemas.order`` writes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
INSTANT: Final = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
"""Where the digits of ``2025-12-19T10:30:00Z`` stand."""
DAY: Final = INSTANT[:8]
"""Where those of ``2025-12-19`` stand."""
ORDERS: Final[Mapping[str, Sequence[tuple[str, str, Sequence[int]]]]] = {
    "tenants": [("dateCreated", "dateLastUpdated", INSTANT)],
    "products": [("dateCreated", "dateLastUpdated", INSTANT)],
    "campaigns": [("fromDate", "toDate", DAY), ("dateCreated", "dateLastUpdated", INSTANT)],
}
"""Schema to the members of which the first is not after the second."""
_WIDTH: Final = 119


def name_of(first: str, second: str) -> str:
    """The name of the definition: ``fromDateNotAfterToDate``."""
    return f"{first}NotAfter{second[0].upper()}{second[1:]}"


def definitions(first: str, second: str, places: Sequence[int]) -> dict[str, Any]:
    """The definition that ``first`` is not after ``second``, and those that it consists of, one a digit."""
    name = name_of(first, second)
    names = [name, *(f"{name}{number}" for number in range(1, len(places)))]
    found: dict[str, Any] = {}
    for number, place in enumerate(places):
        before = [_digits(first, second, place, digit, f"[{digit + 1}-9]") for digit in range(9)]
        same: dict[str, Any] = {"anyOf": [_digits(first, second, place, digit, digit) for digit in range(10)]}
        rest = [{"$ref": f"#/$defs/{names[number + 1]}"}] if number + 1 < len(places) else []
        found[names[number]] = {"anyOf": [*before, {"allOf": [same, *rest]}]}
    return found


def with_orders(table: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """``schema`` of ``table`` with these definitions in place of those that stand there."""
    kept = {name: part for name, part in schema["$defs"].items() if "NotAfter" not in name}
    for order in ORDERS[table]:
        kept |= definitions(*order)
    return {**schema, "$defs": kept}


def laid_out(value: Any, indent: int = 0, head: str = "") -> str:
    """JSON as these files are written: on one line what fits, else a member a line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(" " * indent + head + line) <= _WIDTH:
        return line
    inner, names = " " * (indent + 2), value if isinstance(value, dict) else range(len(value))
    heads = [f"{json.dumps(name)}: " if isinstance(value, dict) else "" for name in names]
    parts = [
        inner + head + laid_out(value[name], indent + 2, head)
        for head, name in zip(heads, names, strict=True)
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, ",\n".join(parts), " " * indent + closing])


def _digits(first: str, second: str, place: int, one: object, other: object) -> dict[str, Any]:
    start = f"^.{{{place}}}" if place else "^"
    return {"properties": {first: {"pattern": f"{start}{one}"}, second: {"pattern": f"{start}{other}"}}}


def main() -> None:
    """Write the definitions into the schemas."""
    for table in ORDERS:
        file = HERE / f"{table}.schema.json"
        schema = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(laid_out(with_orders(table, schema)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
