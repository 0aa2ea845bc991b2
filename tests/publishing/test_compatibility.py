"""What a change of a contract means for callers; checked against a real validator."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.core.compatibility import contract_changes
from tests.selection import drawn

TEXT: dict[str, Any] = {"type": "string"}


def contract(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (contract([]), contract(["a"], a=TEXT), "a is new and required: callers that do not send it"),
        (
            contract([], a={"prefixItems": [TEXT], "items": {"type": "integer"}}),
            contract([], a={"items": {"type": "integer"}}),
            "a changed in 'prefixItems'",
        ),
        (
            contract([], a={"type": "array", "prefixItems": [TEXT], "items": TEXT}),
            contract([], a={"type": "array", "prefixItems": [TEXT], "items": {"type": "integer"}}),
            "a[] no longer accepts string",
        ),
        (
            {"patternProperties": {"^x": TEXT}, **contract([], a=TEXT)},
            contract([], a=TEXT),
            "the data changed in 'patternProperties'",
        ),
        (
            {"$defs": {"a b": TEXT}, **contract([], a={"$ref": "#/$defs/a%20b"})},
            {"$defs": {"a b": {"type": "integer"}}, **contract([], a={"$ref": "#/$defs/a%20b"})},
            "a no longer accepts string",
        ),
        (
            contract([], a={"$ref": "#money"}, b={"$anchor": "money", "type": "string"}),
            contract([], a={"$ref": "#money"}, b={"$anchor": "money", "type": "integer"}),
            "a no longer accepts string",
        ),
        (
            contract([], a={"anyOf": [{"$ref": "#/properties/b"}]}, b=TEXT),
            contract([], a={"anyOf": [{"$ref": "#/properties/b"}]}, b={"type": "string", "maxLength": 1}),
            "a changed in 'anyOf'",
        ),
        (contract([], a=TEXT), contract(["a"], a=TEXT), "a is now required: callers that do not send it"),
        (contract(["a"], a=TEXT), contract([]), "a was removed: callers still send it"),
        (contract([], a=TEXT), contract([], a={"type": "integer"}), "a no longer accepts string"),
        (contract([], a={}), contract([], a=TEXT), "a no longer accepts array, boolean, integer, null"),
        (
            contract([], a=TEXT),
            contract([], a={"type": "string", "maxLength": 9}),
            "a is now bounded: maxLength 9",
        ),
        (
            contract([], a={"type": "integer", "minimum": 1}),
            contract([], a={"type": "integer", "minimum": 2}),
            "a is narrowed: minimum 1 became 2",
        ),
        (contract([], a=TEXT), contract([], a={"enum": ["x"]}), 'a accepts nothing but "x" any more'),
        (contract([], a={"enum": ["x", "y"]}), contract([], a={"enum": ["x"]}), 'a no longer accepts "y"'),
        (
            contract([], a=TEXT),
            contract([], a={"type": "string", "format": "email"}),
            "a must now have the format email",
        ),
        (
            contract([], a={"type": "array", "items": contract([], b=TEXT)}),
            contract([], a={"type": "array", "items": contract(["b"], b=TEXT)}),
            "a[].b is now required: callers that do not send it are refused",
        ),
        (
            {"$defs": {"d": contract([], s=TEXT)}, **contract([], a={"$ref": "#/$defs/d"})},
            {"$defs": {"d": contract(["s"], s=TEXT)}, **contract([], a={"$ref": "#/$defs/d"})},
            "a.s is now required: callers that do not send it are refused",
        ),
        (
            {**contract([], a=TEXT), "additionalProperties": True},
            contract([], a=TEXT),
            "the data no longer accepts fields that the contract does not name",
        ),
        (contract([], a={"anyOf": [TEXT]}), contract([], a={"anyOf": [{"type": "null"}]}),
         "a changed in 'anyOf': it cannot be proven compatible"),
    ],
)  # fmt: skip
def test_a_breaking_change_is_said_in_words(old: dict[str, Any], new: dict[str, Any], sentence: str) -> None:
    changes = contract_changes(old, new)
    assert changes
    assert changes[0].breaking
    assert str(changes[0]).startswith(sentence)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (contract([]), contract([], a=TEXT)),
        (contract(["a"], a=TEXT), contract([], a=TEXT)),
        (contract([], a={"type": "integer"}), contract([], a={"type": ["number", "null"]})),
        (contract([], a={"enum": ["x"]}), contract([], a={"enum": ["x", "y"]})),
        (contract([], a={"enum": ["x"]}), contract([], a=TEXT)),
        (contract([], a={"type": "string", "maxLength": 5}), contract([], a=TEXT)),
        (
            contract([], a={"type": "string", "description": "x"}),
            contract([], a={"type": "string", "title": "y"}),
        ),
        (contract([], a=TEXT), None),
        (contract([], a=TEXT), {"$defs": {"t": TEXT}, **contract([], a={"$ref": "#/$defs/t"})}),
    ],
)
def test_a_change_that_refuses_nobody_is_not_breaking(
    old: dict[str, Any], new: dict[str, Any] | None
) -> None:
    assert not [change for change in contract_changes(old, new) if change.breaking]


def test_a_first_contract_is_breaking() -> None:
    assert [change.breaking for change in contract_changes(None, contract([]))] == [True]


def test_a_contract_that_refers_to_itself_comes_to_an_end() -> None:
    def tree(required: list[str]) -> dict[str, Any]:
        node = contract(required, label=TEXT, left={"$ref": "#/$defs/node"}, right={"$ref": "#/$defs/node"})
        return {"$defs": {"node": node}, **contract([], root={"$ref": "#/$defs/node"})}

    assert contract_changes(tree([]), tree([])) == ()
    assert "root.label" in {change.field for change in contract_changes(tree([]), tree(["label"]))}


SCALARS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "maxLength": 2},
        {"type": "string", "minLength": 1},
        {"type": "integer"},
        {"type": "integer", "minimum": 1},
        {"type": "number", "minimum": 0},
        {"type": "number", "exclusiveMaximum": 3},
        {"type": ["string", "null"]},
        {"enum": ["a", 1]},
        {"const": "a"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {},
    ]
)
NAMES = st.sampled_from(["a", "b", "c"])


def closed(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return contract([name for name in required if name in properties], **properties)


CONTRACTS = st.builds(closed, st.dictionaries(NAMES, SCALARS), st.lists(NAMES, unique=True))
NESTED = st.builds(
    closed,
    st.dictionaries(NAMES, SCALARS | CONTRACTS | CONTRACTS.map(lambda c: {"type": "array", "items": c})),
    st.lists(NAMES, unique=True),
)
LEAVES = st.sampled_from(["", "a", "ab", "abc", 0, 1, 3, -1, 1.5, None, True])
DATA = st.dictionaries(
    NAMES,
    LEAVES
    | st.lists(LEAVES, max_size=2)
    | st.dictionaries(NAMES, LEAVES, max_size=3)
    | st.lists(st.dictionaries(NAMES, LEAVES, max_size=2), max_size=2),
)


@settings(max_examples=drawn(300), deadline=None)
@given(NESTED, NESTED, st.lists(DATA, min_size=1, max_size=8))
def test_what_is_called_compatible_refuses_no_data_that_were_accepted(
    old: dict[str, Any], new: dict[str, Any], data: list[Any]
) -> None:
    if any(change.breaking for change in contract_changes(old, new)):
        return
    before, after = Draft202012Validator(old), Draft202012Validator(new)
    for each in data:
        if before.is_valid(each):
            assert after.is_valid(each), each


@given(st.builds(random.random))
def test_what_is_drawn_beside_a_property_is_no_fault_of_it(value: float) -> None:
    """As by a thread of the SDK that another test has left waiting: nobody can tell it from a strategy."""
    assert 0 <= value < 1


@settings(deadline=None)  # time is not what this is about
@given(NESTED)
def test_a_contract_is_compatible_with_itself(same: dict[str, Any]) -> None:
    assert contract_changes(same, same) == ()


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("string", {"minimum": 5, "maxItems": 0, "minProperties": 3, "uniqueItems": True, "multipleOf": 7}),
        ("integer", {"minLength": 5, "maxItems": 0, "maxProperties": 0, "pattern": "^a$", "format": "date"}),
        ("array", {"maximum": 5, "exclusiveMinimum": 5, "maxLength": 0, "minProperties": 1, "format": "uri"}),
        ("boolean", {"maximum": 0, "maxLength": 0, "maxItems": 0, "maxProperties": 0, "pattern": "^a$"}),
        ("object", {"maximum": 0, "minLength": 9, "minItems": 9, "uniqueItems": True, "multipleOf": 3}),
    ],
)
def test_a_bound_of_a_kind_that_the_field_cannot_have_changes_nothing(
    kind: str, bound: dict[str, Any]
) -> None:
    before, after = contract([], a={"type": kind}), contract([], a={"type": kind, **bound})

    assert contract_changes(before, after) == ()
    assert contract_changes(after, before) == ()


def test_a_contract_whose_reference_leads_nowhere_is_not_proven_compatible() -> None:
    old = contract([], a={"enum": ["x"]})
    new = contract([], a={"allOf": [{"$ref": "#/$defs/none"}]})

    assert [change.breaking for change in contract_changes(old, new)] == [True]


def test_how_a_shared_definition_is_shown_and_described_is_nothing_to_a_caller() -> None:
    """A translation puts its words into a definition that fields refer to, some with a word of their own."""

    def with_words(words: dict[str, Any], description: str) -> dict[str, Any]:
        status = {"type": "string", "x-display": {"kind": "choice", "open": True, "words": words}}
        name = {"type": "string", "maxLength": 9, "description": description}
        return {
            "$defs": {"status": status, "name": name},
            **contract(
                [],
                a={"$ref": "#/$defs/status"},
                b={"$ref": "#/$defs/name", "maxLength": 5},
                c={"anyOf": [{"$ref": "#/$defs/status"}, {"type": "null", "description": description}]},
            ),
        }

    old = with_words({"PAID": "Paid"}, "A name.")
    assert contract_changes(old, with_words({"PAID": {"en": "Paid", "af": "Betaal"}}, "Other words.")) == ()
    narrower = with_words({"PAID": "Paid"}, "A name.")
    narrower["$defs"]["status"]["maxLength"] = 3
    assert {change.field for change in contract_changes(old, narrower)} >= {"a", "c"}


def below(levels: int, leaf: dict[str, Any]) -> dict[str, Any]:
    """``leaf``, so many objects deep."""
    for _ in range(levels):
        leaf = {"type": "object", "properties": {"x": leaf}}
    return leaf


def along(length: int, leaf: dict[str, Any]) -> dict[str, Any]:
    """``leaf`` at the end of a chain of references, none of which is nested deep."""
    chain = {
        f"d{number}": {"properties": {"x": {"$ref": f"#/$defs/d{number + 1}"}}} for number in range(length)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**chain, f"d{length}": leaf}}


@pytest.mark.parametrize("deep", [below, along])
def test_what_lies_deeper_than_is_looked_at_is_the_same_or_not_proven_compatible(
    deep: Callable[[int, dict[str, Any]], dict[str, Any]],
) -> None:
    old, wider = {"type": "string", "maxLength": 5}, {"type": "string"}
    assert contract_changes(deep(300, old), deep(300, old)) == ()
    assert contract_changes(deep(60, old), deep(60, wider)) == ()
    (change,) = contract_changes(deep(300, old), deep(300, wider))
    assert (change.breaking, "cannot be proven compatible" in change.consequence) == (True, True)
