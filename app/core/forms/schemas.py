"""What a contract demands of one value, as one flat schema: references followed, conditions decided.

A contract may be no schema at all (that is a finding); then nothing is demanded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from bbws_templates.contract import is_kept
from bbws_templates.errors import ContractError
from bbws_templates.references import resolved

Flat = dict[str, Any]
_OWN = frozenset({"$ref", "allOf", "if", "then", "else", "dependentSchemas"})
_SHAPES = frozenset({"type", "properties", "items", "const", "enum", "format", "pattern"})


def flattened(contract: Mapping[str, Any], schema: Any, value: Any) -> Flat:
    """The keywords that hold for ``value`` under ``schema``, a part of ``contract``.

    What stands outside goes before what a reference leads to; ``properties`` and ``required`` come together
    from everywhere. ``oneOf`` and ``anyOf`` stay, as it takes a choice to decide them.
    """
    flat: Flat = {}
    # Each is read once, however many ways lead to it; kept here, as a number may be that of a later one.
    seen: dict[int, Any] = {}
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping) and id(part) not in seen:
            seen[id(part)] = part
            _gather(part, flat)
            waiting.extend(reversed(_parts(contract, part, value)))
    return flat


def _gather(schema: Mapping[str, Any], flat: Flat) -> None:
    for keyword, argument in schema.items():
        if keyword == "properties":
            if isinstance(argument, Mapping):
                flat[keyword] = _joined(flat.get(keyword, {}), argument)
        elif keyword == "required":
            if isinstance(argument, list):
                names = [name for name in argument if isinstance(name, str)]
                flat[keyword] = list(dict.fromkeys([*flat.get(keyword, ()), *names]))
        elif keyword not in _OWN:
            flat.setdefault(keyword, argument)


def _parts(contract: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> list[Any]:
    """The schemas that hold for the same value because ``schema`` does."""
    parts: list[Any] = []
    if "$ref" in schema:
        with contextlib.suppress(ContractError):  # a finding of its own
            parts.append(resolved(contract, schema["$ref"]))
    together = schema.get("allOf")
    parts.extend(together if isinstance(together, list) else ())
    if "if" in schema:
        parts.append(schema.get("then" if keeps(contract, schema["if"], value) else "else"))
    dependent = schema.get("dependentSchemas")
    if isinstance(dependent, Mapping) and isinstance(value, Mapping):
        parts.extend(part for name, part in dependent.items() if name in value)
    return parts


def _joined(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(outer)
    for name, schema in inner.items():
        joined[name] = {"allOf": [joined[name], schema]} if name in joined else schema
    return joined


def keeps(contract: Mapping[str, Any], schema: Any, value: Any) -> bool:
    """Whether ``value`` keeps ``schema``; nothing keeps one that cannot be used."""
    try:
        return is_kept(contract, schema, value)
    except ContractError:
        return False


def alternatives(contract: Mapping[str, Any], flat: Flat) -> tuple[Any, ...]:
    """The schemas between which a person chooses: of ``oneOf``, ``anyOf``, or of more than one ``type``.

    Such as only ask for members that are known anyway are no choice between kinds of values.
    """
    for keyword in ("oneOf", "anyOf"):
        parts = flat.get(keyword)
        if isinstance(parts, list) and any(
            _SHAPES & flattened(contract, part, None).keys() for part in parts
        ):
            return tuple(parts)
    types = flat.get("type")
    if isinstance(types, list) and len(types) > 1 and "enum" not in flat and "const" not in flat:
        return tuple({"type": name} for name in types if isinstance(name, str))
    return ()


def of_alternative(contract: Mapping[str, Any], flat: Flat, alternative: Any, value: Any) -> Flat:
    """What holds for ``value`` once ``alternative`` of ``flat`` is chosen."""
    rest = {keyword: argument for keyword, argument in flat.items() if keyword not in ("oneOf", "anyOf")}
    if isinstance(rest.get("type"), list):
        del rest["type"]
    return flattened(contract, {"allOf": [alternative, rest]}, value)


def type_of(flat: Flat) -> str:
    """The JSON type that ``flat`` asks for, also where only its keywords tell; "" where none does."""
    name = flat.get("type")
    if isinstance(name, list):
        name = name[0] if len(name) == 1 else ""
    if isinstance(name, str) and name:
        return name
    if "properties" in flat:
        return "object"
    if "items" in flat:
        return "array"
    return "string" if flat.keys() & {"format", "pattern", "maxLength", "minLength"} else ""
