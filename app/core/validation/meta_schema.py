"""Whether a contract is a JSON Schema at all, asked quickly of the many that are.

The library that knows takes as long to load as two mails to be checked, and to walk through its meta-schema,
which is one of dynamic references, as long as half of one. So it is asked only where this is not sure: of
what is wrong, for its words, and of keywords that contracts have no use for.

Source: https://json-schema.org/draft/2020-12/schema with the vocabularies that it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bbws_templates.references import SCHEMA_LISTS, SCHEMA_MAPS, SCHEMAS

_KINDS: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_ANCHOR: Final = re.compile("[A-Za-z_][-A-Za-z0-9._]*")
_LEVELS: Final = 100  # deeper ones are for those who know what to say of them


def is_surely_a_schema(contract: Any) -> bool:
    """Whether the meta-schema holds for ``contract``; False also where that would take a closer look."""
    return _is_schema(contract, _LEVELS)


def _is_schema(value: Any, levels: int) -> bool:
    if isinstance(value, bool):
        return True
    if not isinstance(value, dict) or not levels:
        return False
    for keyword, argument in value.items():
        if keyword in SCHEMAS:
            below: Any = (argument,)
        elif keyword in SCHEMA_LISTS and isinstance(argument, list) and argument:
            below = argument
        elif keyword in SCHEMA_MAPS and isinstance(argument, dict):
            below = argument.values()
        elif keyword in _ARGUMENTS and _ARGUMENTS[keyword](argument):
            continue
        elif keyword in KNOWN:
            return False
        else:
            continue  # of other words the meta-schema says nothing
        if not all(_is_schema(each, levels - 1) for each in below):
            return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value)


def _are_kinds(value: Any) -> bool:
    names = [value] if isinstance(value, str) else value
    return _are_names(names) and bool(names) and _KINDS.issuperset(names)


_ARGUMENTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(("$schema", "$ref", "$comment", "title", "description", "format", "pattern"), _is_text),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), _is_text),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly", "uniqueItems"), _is_flag),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("minContains", "maxContains", "minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("enum", "examples"), _is_list),
    **dict.fromkeys(("const", "default"), lambda _: True),
    "type": _are_kinds,
    "required": _are_names,
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "$id": lambda value: _is_text(value) and "#" not in value,
    "$anchor": lambda value: _is_text(value) and bool(_ANCHOR.fullmatch(value)),
    "dependentRequired": lambda value: isinstance(value, dict) and all(map(_are_names, value.values())),
}

KNOWN: Final = (
    SCHEMAS
    | SCHEMA_LISTS
    | SCHEMA_MAPS
    | _ARGUMENTS.keys()
    | {"$dynamicRef", "$dynamicAnchor", "$vocabulary", "$recursiveRef", "$recursiveAnchor"}
    | {"definitions", "dependencies", "unevaluatedItems", "unevaluatedProperties", "contentSchema"}
)
"""Every keyword of which the meta-schema says something."""
