"""Walks over a contract: its fields, and the values of a fixture beside the schema that governs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bbws_templates.references import resolved

Schema = Mapping[str, Any]


def resolve(contract: Schema, schema: Schema) -> Schema:
    """``schema`` with its reference followed; its own members win over those of the definition."""
    if "$ref" not in schema:
        return schema
    target = resolved(contract, schema["$ref"])
    assert isinstance(target, Mapping)
    return {**resolve(contract, target), **{key: value for key, value in schema.items() if key != "$ref"}}


def fields(contract: Schema) -> Iterator[tuple[str, Schema]]:
    """Every field at any depth as (pointer, schema); ``*`` stands for each member of a list."""
    yield from _fields(contract, contract, "")


def _fields(contract: Schema, schema: Schema, pointer: str) -> Iterator[tuple[str, Schema]]:
    for name, member in schema.get("properties", {}).items():
        whole = resolve(contract, member)
        yield f"{pointer}/{name}", whole
        yield from _fields(contract, whole, f"{pointer}/{name}")
    if "items" in schema:
        yield from _fields(contract, resolve(contract, schema["items"]), f"{pointer}/*")


def values(contract: Schema, data: Any) -> Iterator[tuple[str, Schema, Any]]:
    """Every scalar in ``data`` as (pointer, schema, value)."""
    yield from _values(contract, contract, data, "")


def _values(contract: Schema, schema: Schema, value: Any, pointer: str) -> Iterator[tuple[str, Schema, Any]]:
    schema = resolve(contract, schema)
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _values(contract, schema["properties"][name], member, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(contract, schema["items"], item, f"{pointer}/{index}")
    else:
        yield pointer, schema, value


def is_free_text(schema: Schema) -> bool:
    """Whether the contract lets a field hold any characters at all."""
    return schema.get("type") == "string" and not {"pattern", "format", "enum", "const"} & set(schema)
