"""The fields that a contract declares, as a template sees them: by name, from scope to scope.

References and combined schemas are looked through: a field is declared if any part of the contract declares
it, and required if every reading of the contract requires it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bbws_templates.contract import is_kept
from bbws_templates.errors import ContractError
from bbws_templates.references import Schema, escaped, views

ITEM = "[]"
"""Stands in a path for any item of a list."""

_DEEPEST = 12


@dataclass(frozen=True)
class Field:
    """One field, or an item of a list, or the data as a whole.

    ``path`` leads to it through the data (``("items", "[]", "total")``), ``pointer`` to its declaration in
    the contract, as if references were not there. ``required`` is whether its parent always has it.
    """

    contract: Mapping[str, Any]
    schema: Schema
    path: tuple[str, ...] = ()
    pointer: str = ""
    required: bool = True

    @property
    def name(self) -> str:
        """The path as a person would write it: ``items[].total``."""
        return ".".join(self.path).replace(f".{ITEM}", ITEM)

    @cached_property
    def views(self) -> tuple[tuple[Mapping[str, Any], bool], ...]:
        """Every schema that speaks of the field, and whether it always applies."""
        return tuple(views(self.contract, self.schema))

    @cached_property
    def members(self) -> dict[str, Field]:
        """The fields of an object by name."""
        required: set[str] = set()
        found: dict[str, Field] = {}
        for view, always in self.views:
            names = view.get("required")
            if always and isinstance(names, list):
                required.update(name for name in names if isinstance(name, str))
        for view, _ in self.views:
            properties = view.get("properties")  # of a contract that is no schema, they are anything
            for name, schema in properties.items() if isinstance(properties, Mapping) else ():
                place = f"{self.pointer}/properties/{escaped(name)}"
                found.setdefault(
                    name, Field(self.contract, schema, (*self.path, name), place, name in required)
                )
        return found

    @cached_property
    def item(self) -> Field | None:
        """The items of a list; None if the contract does not speak of them."""
        for view, _ in self.views:
            if "items" in view:
                return Field(self.contract, view["items"], (*self.path, ITEM), f"{self.pointer}/items")
        return None

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the contract names for the field; empty if it names none."""
        names: set[str] = set()
        for view, _ in self.views:
            named = view.get("type", ())
            names.update([named] if isinstance(named, str) else named)
        return frozenset(names)

    @property
    def description(self) -> str:
        """What the contract says the field is, "" if nothing."""
        said = (view.get("description") for view, _ in self.views)
        return next((text for text in said if isinstance(text, str) and text), "")

    @property
    def is_certain(self) -> bool:
        """Whether what is required does not depend on other values (``if``, ``anyOf``, ``oneOf``)."""
        return all(always for _, always in self.views)

    def present_with(self, name: str) -> set[str]:
        """The names of the members that are there whenever the member ``name`` is (``dependentRequired``)."""
        return {
            other
            for view, always in self.views
            if always
            for other in view.get("dependentRequired", {}).get(name, ())
        }

    def accepts(self, value: Any) -> bool:
        """Whether the contract lets the field have this value."""
        try:
            return is_kept(self.contract, self.schema, value)
        except ContractError:
            return True

    def below(self) -> Iterator[Field]:
        """The fields directly below: the members of an object, or of the items of a list."""
        if len(self.path) < _DEEPEST:
            yield from self.members.values()
            if self.item is not None:
                yield from self.item.below()

    def within(self) -> Iterator[Field]:
        """The field itself and every one inside of it, lists and their items too."""
        yield self
        if len(self.path) < _DEEPEST:
            for member in self.members.values():
                yield from member.within()
            if self.item is not None:
                yield from self.item.within()
