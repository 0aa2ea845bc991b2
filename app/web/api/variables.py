"""The Mustache names that a template uses, beside what its contract says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bbws_templates.compiled import CompiledTemplate
from bbws_templates.display import RAW
from bbws_templates.errors import ContractError
from bbws_templates.nodes import Node, Section, Variable
from bbws_templates.parser import parse
from bbws_templates.references import resolved


@dataclass(frozen=True)
class UsedVariable:
    """One name: ``path`` from the top of the data, ``[]`` for the items of a list.

    ``required`` and ``description`` come from the contract; ``required`` is None for a name that it does not
    know.
    """

    path: str
    kind: str
    required: bool | None
    description: str


def variables_of(template: CompiledTemplate) -> tuple[UsedVariable, ...]:
    """Every name once, in the order of first use: subject, preheader, HTML, text."""
    reader = _Reader(template.contract or {})
    for source in (template.subject, template.preheader, template.html, template.text):
        reader.read(parse(source, name=template.name))
    return tuple(reader.found.values())


@dataclass(frozen=True)
class _Level:
    """A level of the context stack: its path, and its JSON Schema."""

    path: str
    schema: Mapping[str, Any]


class _Reader:
    def __init__(self, contract: Mapping[str, Any]) -> None:
        self.found: dict[str, UsedVariable] = {}
        self._root = _Level("", contract)

    def read(self, nodes: Iterable[Node], scopes: tuple[_Level, ...] = ()) -> None:
        scopes = scopes or (self._root,)
        for node in nodes:
            if isinstance(node, Variable):
                self._note(node.path, "value" if node.escaped else "unescaped", scopes)
            elif isinstance(node, Section):
                inner = self._note(node.path, "inverted" if node.inverted else "section", scopes)
                self.read(node.children, scopes if node.inverted else (*scopes, inner))

    def _note(self, path: tuple[str, ...], kind: str, scopes: tuple[_Level, ...]) -> _Level:
        if not path:
            return scopes[-1]
        if path[-1].endswith(RAW) and path[-1] != RAW:
            path = (*path[:-1], path[-1].removesuffix(RAW))  # the same field, as it was sent
        home = next((scope for scope in reversed(scopes) if self._members(scope.schema, path[0])), None)
        scope = home or scopes[0]
        required: bool | None = None
        for part in path:
            member = self._members(scope.schema, part)
            if member is None:
                required = None
                scope = _Level(_join(scope.path, part), {})
                continue
            required_here = self._resolve(scope.schema).get("required")
            required = isinstance(required_here, list) and part in required_here
            scope = _Level(_join(scope.path, part), member)
        schema = self._resolve(scope.schema)
        description = scope.schema.get("description") or schema.get("description") or ""
        self.found.setdefault(scope.path, UsedVariable(scope.path, kind, required, str(description)))
        items = schema.get("items")
        if kind == "section" and isinstance(items, Mapping):
            return _Level(f"{scope.path}[]", items)
        return scope

    def _members(self, schema: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
        member = _object(self._resolve(schema).get("properties")).get(name)
        return member if isinstance(member, Mapping) else None

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow references within the contract; a chain without an end is given up."""
        for _ in range(8):
            if "$ref" not in schema:
                break
            try:
                target = resolved(self._root.schema, schema["$ref"])
            except ContractError:
                break
            if not isinstance(target, Mapping):
                break
            schema = target
        return schema


def _object(value: Any) -> Mapping[str, Any]:
    """``value``, or nothing for what no schema has at this place: such a contract is shown all the same."""
    return value if isinstance(value, Mapping) else {}


def _join(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part
