"""Where a reference in a JSON Schema leads: the one reading of ``$ref`` for everybody who follows one.

Schemas stand at the places that ``SCHEMAS``, ``SCHEMA_LISTS`` and ``SCHEMA_MAPS`` name, and nowhere else: a
``$ref`` in an example or an ``enum`` is data, and a reference to a place without a schema leads nowhere.

Source: JSON Schema 2020-12, Core, sections 8.2 and 9; RFC 6901, sections 3, 4 and 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from bbws_templates.errors import ContractError
from bbws_templates.printing import plain

SchemaObject: TypeAlias = Mapping[str, Any]
Schema: TypeAlias = SchemaObject | bool

SCHEMAS = frozenset(
    {"additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else"}
)
"""Keywords that hold a schema."""

SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
"""Keywords that hold a list of schemas."""

SCHEMA_MAPS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
"""Keywords that hold schemas by name."""

HOLDING = SCHEMAS | SCHEMA_LISTS | SCHEMA_MAPS
"""All keywords below which there are schemas."""

_UNQUOTED = {ord(character): None for character in "._-"}

_LONGEST_POINTER = 2000
_LONGEST_SHOWN = 80


def subschemas(schema: Any, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """``schema`` and every schema inside of it, each with its JSON pointer; what is no schema is left out."""
    if not isinstance(schema, Mapping) or len(pointer) > _LONGEST_POINTER:
        return
    yield pointer, schema
    for keyword, argument in schema.items():
        for part, member in members(keyword, argument):
            yield from subschemas(member, pointer + part)


def members(keyword: str, argument: Any) -> Iterator[tuple[str, Any]]:
    """The schemas directly below a keyword, each with its pointer from the schema that has the keyword."""
    place = f"/{escaped(keyword)}"
    if keyword in SCHEMAS:
        yield place, argument
    elif keyword in SCHEMA_LISTS and isinstance(argument, list):
        yield from ((f"{place}/{index}", member) for index, member in enumerate(argument))
    elif keyword in SCHEMA_MAPS and isinstance(argument, Mapping):
        yield from ((f"{place}/{escaped(name)}", member) for name, member in argument.items())


def resolved(root: Any, reference: Any) -> Schema:
    """The schema of ``root`` that a ``$ref`` such as ``#/$defs/money`` or ``#money`` names.

    Raises:
        ContractError: the reference leads out of ``root``, or nowhere, or to something that is no schema.
    """
    return located(root, reference)[1]


def located(root: Any, reference: Any) -> tuple[str, Schema]:
    """The JSON pointer of what a reference names in ``root``, and the schema there.

    Raises:
        ContractError: as ``resolved``.
    """
    address, fragment = parted(reference)
    if address and not is_own(root, address):
        raise ContractError(f"the reference {shown(reference)} leads out of the contract")
    return placed(root, fragment, reference)


def placed(root: Any, fragment: str, reference: str) -> tuple[str, Schema]:
    """As ``located``, of a fragment alone, without its percent-encoding; ``reference`` is what is told.

    Raises:
        ContractError: it leads nowhere, or to something that is no schema.
    """
    if fragment and not fragment.startswith("/"):
        return _anchored(root, fragment, reference)
    target, is_schema, by_name = root, True, False
    pointer = ""
    for part in pointer_parts(fragment, reference):
        found, target = _step(target, part)
        if not found:
            raise ContractError(f"the reference {shown(reference)} leads nowhere")
        if is_schema:
            is_schema, by_name = part in SCHEMAS, part in SCHEMA_LISTS or part in SCHEMA_MAPS
        else:
            is_schema, by_name = by_name, False
        pointer += f"/{escaped(part)}"
    if not is_schema:
        raise ContractError(
            f"the reference {shown(reference)} leads to a place where no schema is looked for"
        )
    if not isinstance(target, Mapping | bool):
        raise ContractError(f"the reference {shown(reference)} does not lead to a schema")
    return pointer, target


def views(root: Any, schema: Schema) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Every schema that speaks of the same value as ``schema``, itself first, and whether it always applies.

    References and combinations are looked through; a reference to nowhere says nothing.
    """
    return _views(root, schema, True, set())


def _views(root: Any, schema: Any, always: bool, seen: set[int]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    if not isinstance(schema, Mapping) or id(schema) in seen:
        return
    seen.add(id(schema))
    yield schema, always
    if "$ref" in schema:
        try:
            yield from _views(root, resolved(root, schema["$ref"]), always, seen)
        except ContractError:
            return  # a finding of its own
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(keyword)
        for part in parts if isinstance(parts, list) else ():
            yield from _views(root, part, always and keyword == "allOf", seen)
    dependent = schema.get("dependentSchemas")
    for part in dependent.values() if isinstance(dependent, Mapping) else ():
        yield from _views(root, part, False, seen)
    for keyword in ("then", "else"):
        yield from _views(root, schema.get(keyword), False, seen)


def parted(reference: Any) -> tuple[str, str]:
    """The address in front of a reference's ``#``, and the fragment behind it; neither percent-encoded.

    Raises:
        ContractError: it is no text.
    """
    if not isinstance(reference, str):
        raise ContractError("a '$ref' that is no text leads nowhere")
    address, _, fragment = reference.partition("#")
    return unquoted(address), unquoted(fragment)


def pointer_parts(fragment: str, reference: Any) -> list[str]:
    """The parts of a JSON pointer.

    Raises:
        ContractError: a ``~`` in it stands for nothing.
    """
    if "~" in fragment.replace("~0", " ").replace("~1", " "):
        raise ContractError(
            f"the reference {shown(reference)} leads nowhere: a '~' is written '~0', and a '/' '~1'"
        )
    return parts_of(fragment)


def parts_of(pointer: str) -> list[str]:
    """The parts of a JSON pointer that is known to be one (RFC 6901, section 4)."""
    parts = pointer.split("/")[1:]
    return [part.replace("~1", "/").replace("~0", "~") for part in parts] if "~" in pointer else parts


def to_definition(name: str) -> str:
    """The reference to the definition ``name``."""
    if name.isascii() and name.translate(_UNQUOTED).isalnum():
        return f"#/$defs/{name}"
    from urllib.parse import quote  # Only where a contract is put together, and hardly ever there.

    return f"#/$defs/{quote(escaped(name), safe='~!$&()*+,;=:@/?')}"


def escaped(part: str) -> str:
    """One part of a JSON pointer (RFC 6901, section 3)."""
    return part.replace("~", "~0").replace("/", "~1") if "~" in part or "/" in part else part


def unquoted(text: str) -> str:
    """A part of a URI without its percent-encoding (RFC 6901, section 6)."""
    if "%" not in text:
        return text
    from urllib.parse import unquote  # Costs milliseconds; the names of definitions hardly ever need it.

    return unquote(text)


def shown(text: Any, longest: int = _LONGEST_SHOWN) -> str:
    """``text`` in quotes as it can stand in a sentence: on one line, and not longer than ``longest``."""
    return f"'{plain(str(text), longest)}'"


def _step(target: Any, part: str) -> tuple[bool, Any]:
    if isinstance(target, Mapping):
        return part in target, target.get(part)
    is_index = part.isascii() and part.isdigit() and len(part) < 10 and (part == "0" or part[0] != "0")
    if isinstance(target, list) and is_index and int(part) < len(target):
        return True, target[int(part)]
    return False, None


def _anchored(root: Any, name: str, reference: Any) -> tuple[str, Schema]:
    for pointer, schema in subschemas(root):
        if schema.get("$anchor") == name:
            return pointer, schema
    raise ContractError(f"the reference {shown(reference)} leads nowhere")


def is_own(root: Any, address: str) -> bool:
    """Whether an address in a reference is that of the contract itself (Core, 8.2.1)."""
    own = root.get("$id") if isinstance(root, Mapping) else None
    if not isinstance(own, str):
        return False
    from urllib.parse import urljoin  # Hardly any contract has an address.

    own = own.partition("#")[0]
    return own == address or urljoin(own, address) == own
