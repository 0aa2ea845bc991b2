"""What a change of a data contract means for those who call the template.

A change is *breaking* when data that the old contract accepted may be refused by the new one: a new required
field, a removed field, or one whose values are narrowed. What cannot be proven harmless counts as breaking.
New optional fields are compatible, in open objects too (JSON Schema 2020-12).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bbws_templates.contract import is_kept
from bbws_templates.digests import canonical_json
from bbws_templates.errors import BbwsTemplatesError, ContractError
from bbws_templates.references import (
    SCHEMA_LISTS,
    SCHEMA_MAPS,
    SCHEMAS,
    SchemaObject,
    located,
    resolved,
    subschemas,
)

_TYPES: Final = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
_ANNOTATIONS: Final = frozenset(
    {"$schema", "$id", "$anchor", "$comment", "$defs", "title", "description", "examples", "default"}
    | {"deprecated", "readOnly", "writeOnly"}
)
DEEPEST: Final = 64
"""How many levels of schemas are compared; of a contract with more of them, whether it is the same."""

_WORDS: Final = _ANNOTATIONS - {"$id", "$anchor", "$defs"}
"""What is said for people, and leads no reference anywhere."""

# keyword → (the type it speaks of, what a larger number does: "lower" bounds tighten as they grow)
_BOUNDS: Final = {
    "minLength": ("string", "lower"),
    "maxLength": ("string", "upper"),
    "minItems": ("array", "lower"),
    "maxItems": ("array", "upper"),
    "minProperties": ("object", "lower"),
    "maxProperties": ("object", "upper"),
    "minimum": ("number", "lower"),
    "maximum": ("number", "upper"),
    "exclusiveMinimum": ("number", "lower"),
    "exclusiveMaximum": ("number", "upper"),
}
_OF_KIND: Final = {
    "string": {"string"},
    "array": {"array"},
    "object": {"object"},
    "number": {"number", "integer"},
}
_EXACT: Final = {"pattern": "string", "format": "string", "multipleOf": "number"}
_RESTS: Final = (
    ("prefixItems", "items", "array"),
    ("patternProperties", "additionalProperties", "object"),
)
_STRUCTURAL: Final = frozenset(
    {
        "type",
        "enum",
        "const",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "uniqueItems",
        "$ref",
    }
)


_UNPROVEN: Final = "changed in a way that cannot be proven compatible"


@dataclass(frozen=True, order=True)
class ContractChange:
    """One consequence for callers. ``field`` is a path such as ``address.street`` or ``items[].total``."""

    field: str
    breaking: bool
    consequence: str

    def __str__(self) -> str:
        return f"{self.field or 'the data'} {self.consequence}"


def contract_changes(old: SchemaObject | None, new: SchemaObject | None) -> tuple[ContractChange, ...]:
    """Every consequence of going from ``old`` to ``new``, breaking ones first; None is "no contract"."""
    if new is None:
        return ()
    if old is None:
        return (ContractChange("", True, "is now checked against a contract: there was none before"),)
    if equal(old, new):
        return ()
    if any(nests_deeper(contract, 2 * DEEPEST) for contract in (old, new)):
        return (ContractChange("", True, _UNPROVEN),)
    try:
        changes = set(_Comparison(old, new).compare(old, new, ""))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError, BbwsTemplatesError):
        # Another program may have written it, and what is no contract cannot be understood as one.
        return (ContractChange("", True, _UNPROVEN),)
    return tuple(sorted(changes, key=lambda change: (not change.breaking, change)))


def equal(one: object, other: object) -> bool:
    """Whether the two are the same; what is nested deeper than Python compares counts as different."""
    try:
        return one == other
    except RecursionError:
        return False


def nests_deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists lie in each other more than ``levels`` deep."""
    inside = [value]
    for _ in range(levels + 1):
        holders = [each for each in inside if isinstance(each, Mapping | list)]
        if not holders:
            return False
        inside = [part for each in holders for part in (each.values() if isinstance(each, Mapping) else each)]
    return True


class _Comparison:
    """One walk over two contracts side by side."""

    def __init__(self, old: SchemaObject, new: SchemaObject) -> None:
        self._old = old
        self._new = new
        self._same_definitions = _definitions(old) == _definitions(new)
        self._open: set[tuple[int, int]] = set()

    def compare(self, old: Any, new: Any, field: str) -> Iterator[ContractChange]:
        before, after = _resolved(self._old, old), _resolved(self._new, new)
        if after is None or before is None:
            if canonical_json(_bare(old)) != canonical_json(_bare(new)) or not self._same_definitions:
                yield ContractChange(field, True, _UNPROVEN)
            return
        key = (id(old), id(new))
        if key in self._open:  # a schema that refers to itself: the outer comparison speaks for the inner
            return
        if len(self._open) == DEEPEST:  # references lead deeper than schemas are nested
            yield ContractChange(field, True, _UNPROVEN)
            return
        self._open.add(key)
        yield from self._compare_resolved(before, after, field)
        self._open.discard(key)

    def _compare_resolved(
        self, before: SchemaObject, after: SchemaObject, field: str
    ) -> Iterator[ContractChange]:
        if "enum" in before or "const" in before:
            values = before.get("enum", [before.get("const")])
            try:
                refused = [value for value in values if not is_kept(self._new, after, value)]
            except ContractError:
                yield ContractChange(field, True, _UNPROVEN)
                return
            if refused:
                yield ContractChange(field, True, f"no longer accepts {_listed(refused)}")
            return
        yield from self._compare_values(before, after, field)
        yield from self._compare_members(before, after, field)
        yield from self._compare_opaque(before, after, field)

    def _compare_values(self, old: SchemaObject, new: SchemaObject, field: str) -> Iterator[ContractChange]:
        types = _types(old)
        lost = types - _types(new)
        if lost:
            yield ContractChange(field, True, f"no longer accepts {_listed(sorted(lost), quote=False)}")
        if "enum" in new or "const" in new:
            allowed = new.get("enum", [new.get("const")])
            yield ContractChange(field, True, f"accepts nothing but {_listed(allowed)} any more")
        for keyword, (kind, side) in _BOUNDS.items():
            bound, earlier = new.get(keyword), old.get(keyword)
            if bound is None or bound == earlier or not types & _OF_KIND[kind]:
                continue
            if earlier is None and not (side == "lower" and kind != "number" and bound == 0):
                yield ContractChange(field, True, f"is now bounded: {keyword} {bound}")
            elif earlier is not None and (bound > earlier) == (side == "lower"):
                yield ContractChange(field, True, f"is narrowed: {keyword} {earlier} became {bound}")
        for keyword, kind in _EXACT.items():
            if keyword in new and new[keyword] != old.get(keyword) and types & _OF_KIND[kind]:
                yield ContractChange(field, True, f"must now have the {keyword} {new[keyword]}")
        if new.get("uniqueItems") and not old.get("uniqueItems") and "array" in types:
            yield ContractChange(field, True, "must not repeat an item any more")

    def _compare_members(self, old: SchemaObject, new: SchemaObject, field: str) -> Iterator[ContractChange]:
        types = _types(old)
        if "object" in types:
            yield from self._compare_properties(old, new, field)
        # What is no longer named by its place or by a pattern falls to the keyword for all the rest.
        for keyword, rest, kind in _RESTS:
            if keyword in old and keyword not in new and rest in new and kind in types:
                yield ContractChange(field, True, f"changed in '{keyword}': it cannot be proven compatible")
        if "array" in types and "items" in new:
            yield from self.compare(old.get("items", {}), new["items"], f"{field}[]")

    def _compare_properties(
        self, old: SchemaObject, new: SchemaObject, field: str
    ) -> Iterator[ContractChange]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted({*before, *after, *required_before, *required}):
            place = f"{field}.{name}" if field else name
            if name in required - required_before:
                consequence = "is now required" if name in before else "is new and required"
                yield ContractChange(place, True, f"{consequence}: callers that do not send it are refused")
            elif name in required_before - required and name in after:
                yield ContractChange(place, False, "is no longer required")
            if name in before and name not in after:
                yield ContractChange(place, True, "was removed: callers still send it")
            elif name in after and name not in before and name not in required:
                yield ContractChange(place, False, "is new and optional")
            elif name in before and name in after:
                yield from self.compare(before[name], after[name], place)
        extra_before, extra = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if extra is False and extra_before is not False:
            yield ContractChange(field, True, "no longer accepts fields that the contract does not name")
        elif extra not in (True, False) and extra_before is not False:
            yield from self.compare(extra_before, extra, f"{field}.*" if field else "*")

    def _compare_opaque(self, old: SchemaObject, new: SchemaObject, field: str) -> Iterator[ContractChange]:
        """Keywords whose effect is not worked out: the same is the same, gone is wider, else breaking."""
        known = _ANNOTATIONS | _STRUCTURAL | _BOUNDS.keys() | _EXACT.keys()
        for keyword in sorted(new.keys() - known):
            if keyword.startswith("x-"):
                continue
            text = canonical_json(_bare_argument(keyword, new[keyword]))
            same = keyword in old and canonical_json(_bare_argument(keyword, old[keyword])) == text
            if not same or (b'"$ref"' in text and not self._same_definitions):
                yield ContractChange(field, True, f"changed in '{keyword}': it cannot be proven compatible")


def _definitions(contract: SchemaObject) -> bytes:
    """Whatever a reference in ``contract`` can lead to, as one text."""
    for _, schema in subschemas(contract):
        try:
            if "$ref" in schema and not located(contract, schema["$ref"])[0].startswith("/$defs/"):
                return canonical_json(_bare(contract))
        except ContractError:
            return canonical_json(_bare(contract))
    return canonical_json(_bare_argument("$defs", contract.get("$defs")))


def _bare(schema: Any) -> Any:
    """``schema`` without what changes nothing for callers: words for people, and how a value is shown."""
    if not isinstance(schema, Mapping):
        return schema
    return {
        keyword: _bare_argument(keyword, argument)
        for keyword, argument in schema.items()
        if keyword not in _WORDS and not keyword.startswith("x-")
    }


def _bare_argument(keyword: str, argument: Any) -> Any:
    if keyword in SCHEMAS:
        return _bare(argument)
    if keyword in SCHEMA_LISTS and isinstance(argument, list):
        return [_bare(each) for each in argument]
    if keyword in SCHEMA_MAPS and isinstance(argument, Mapping):
        return {name: _bare(each) for name, each in argument.items()}
    return argument


def _resolved(root: SchemaObject, schema: Any) -> SchemaObject | None:
    """``schema`` without its reference, None when the reference cannot be followed."""
    for _ in range(32):
        if schema is True:
            return {}
        if schema is False:
            return {"not": {}}
        if not isinstance(schema, Mapping):
            return None
        reference = schema.get("$ref")
        if reference is None:
            return schema
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        try:
            found = resolved(root, reference)
        except ContractError:
            return None
        if isinstance(found, Mapping) and (found.keys() & beside.keys()) - _ANNOTATIONS:
            return None
        schema = {**found, **beside} if isinstance(found, Mapping) else found
    return None


def _types(schema: SchemaObject) -> frozenset[str]:
    declared = schema.get("type")
    if declared is None:
        return _TYPES
    names = frozenset([declared] if isinstance(declared, str) else declared)
    return names | {"integer"} if "number" in names else names


def _listed(values: Any, *, quote: bool = True) -> str:
    words = [canonical_json(value).decode() if quote else str(value) for value in values]
    return ", ".join(words[:8]) + ("…" if len(words) > 8 else "")
