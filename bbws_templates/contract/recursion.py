"""References that a contract must not have: to nowhere, in a circle, and those that make its check explode.

For authors, at ``check``: whoever sends is kept from harm by the steps that a check may take.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bbws_templates.errors import ContractError
from bbws_templates.record import Derived
from bbws_templates.references import located, members, shown, subschemas

_MOST_REFERENCES = 1000
_SAME_VALUE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
_BELOW = frozenset({"properties", "patternProperties", "additionalProperties", "prefixItems", "items"})
_DOUBLING = (
    "what stands below is looked at in more than one way, each of which leads back here, so that the time "
    "doubles with every level of the data; say once, outside of the alternatives, what refers back"
)


class _Step(NamedTuple):
    """A way from a schema down to one for a part of the value: to which, and below which of its keywords."""

    owner: str
    keyword: str
    name: str
    target: str


class Recursion:
    """How the schemas of one contract lead to each other, by their JSON pointers."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._schemas = dict(subschemas(root))
        anchors = (schema["$anchor"] for schema in self._schemas.values() if "$anchor" in schema)
        self.anchors = Counter(map(str, anchors))
        self._weights: dict[str, int] = {}

    def reason_against(self, reference: Any) -> str:
        """What is wrong with a reference; "" if nothing is.

        Raises:
            ContractError: it leads nowhere, or out of the contract.
        """
        pointer, _ = located(self._root, reference)
        if self._runs_in_a_circle(pointer):
            return f"the reference {shown(reference)} leads back to itself, so that it describes no value"
        if self._weight(pointer) > _MOST_REFERENCES:
            return f"the reference {shown(reference)} stands for more than {_MOST_REFERENCES} others"
        return ""

    def doubling(self, pointer: str, keyword: str) -> str:
        """What is wrong with a keyword that looks below in one way of several; "" if nothing is."""
        return _DOUBLING if (pointer, keyword) in self._doubled else ""

    def _runs_in_a_circle(self, pointer: str) -> bool:
        """Whether a schema leads back to itself without going down into the value (Core, 9.4.1)."""
        pending, seen = self._same(pointer), set()
        while pending:
            other = pending.pop()
            if other == pointer:
                return True
            if other not in seen:
                seen.add(other)
                pending += self._same(other)
        return False

    def _weight(self, pointer: str) -> int:
        """How many schemas that are referred to apply to one value through this one, itself included."""
        if pointer not in self._weights:
            self._weights[pointer] = 1  # should it lead back here, that is said elsewhere
            self._weights[pointer] = self._below_weight(pointer) + 1
        return self._weights[pointer]

    def _below_weight(self, pointer: str) -> int:
        referred = self._referred(pointer)
        return sum(map(self._weight, referred)) + sum(map(self._below_weight, self._parts(pointer)))

    def _same(self, pointer: str) -> list[str]:
        """The schemas that apply to the same value because this one does."""
        return self._referred(pointer) + self._parts(pointer)

    def _referred(self, pointer: str) -> list[str]:
        schema = self._schemas.get(pointer, {})
        if "$ref" not in schema:
            return []
        try:
            return [located(self._root, schema["$ref"])[0]]
        except ContractError:
            return []  # said where that reference stands

    def _parts(self, pointer: str) -> list[str]:
        schema = self._schemas.get(pointer, {})
        return [
            pointer + part
            for keyword in schema.keys() & _SAME_VALUE
            for part, _ in members(keyword, schema[keyword])
            if pointer + part in self._schemas
        ]

    def _steps(self, pointer: str) -> Iterator[_Step]:
        schema = self._schemas.get(pointer, {})
        for keyword in schema.keys() & _BELOW:
            for part, _ in members(keyword, schema[keyword]):
                yield _Step(pointer, keyword, part, pointer + part)

    @Derived
    def _reached(self) -> dict[str, set[str]]:
        """From each schema, every one that it leads to, for the same value or for parts of it."""
        onward = {
            pointer: {*self._same(pointer), *(step.target for step in self._steps(pointer))}
            for pointer in self._schemas
        }
        found = {}
        for start in self._schemas:
            reached: set[str] = set()
            pending = [start]
            while pending:
                new = onward.get(pending.pop(), set()) - reached
                reached |= new
                pending += new
            found[start] = reached
        return found

    @Derived
    def _doubled(self) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for pointer in self._schemas:
            if pointer not in self._reached[pointer] or self._runs_in_a_circle(pointer):
                continue
            back = [
                step
                for step in self._all_steps(pointer)
                if step.target == pointer or pointer in self._reached.get(step.target, ())
            ]
            found.update(
                (other.owner, other.keyword)
                for number, step in enumerate(back)
                for other in back[number + 1 :]
                if _overlap(step, other)
            )
        return found

    def _all_steps(self, pointer: str) -> list[_Step]:
        """Every way down from a value to which this schema applies, as often as it is gone."""
        pending = [pointer]
        found: list[_Step] = []
        while pending and len(found) < _MOST_REFERENCES:
            here = pending.pop()
            found += self._steps(here)
            pending += self._same(here)
        return found


def _overlap(one: _Step, other: _Step) -> bool:
    """Whether two ways down can lead to the same part of a value."""
    if one == other:
        return True  # the same way, gone twice
    kinds = {one.keyword, other.keyword}
    if one.owner == other.owner:
        return kinds == {"patternProperties"} or kinds == {"properties", "patternProperties"}
    if kinds <= {"items", "prefixItems"}:
        return kinds != {"prefixItems"} or one.name == other.name
    if kinds == {"properties"}:
        return one.name == other.name
    return not kinds & {"items", "prefixItems"}
