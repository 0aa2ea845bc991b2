"""The form of data under a contract: every value has a field, and every offence stands at its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.forms import schemas
from app.core.forms.form import MOST_BEGUN, MOST_DEPTH, MOST_FIELDS, MOST_ITEMS, FormField, form_of
from app.core.forms.specimens import MOST_VALUES, specimen
from app.core.workspace import Workspace
from bbws_templates.contract import contract_problems
from bbws_templates.errors import ContractError
from bbws_templates.references import resolved
from tests.own_templates import NAMES, ROOT

ADDRESS: dict[str, Any] = {
    "type": "object",
    "required": ["city"],
    "additionalProperties": False,
    "properties": {"city": {"type": "string", "minLength": 1}, "code": {"type": "string", "maxLength": 5}},
}
ALL = {"$ref": "#/$defs/all"}
CONTRACT: dict[str, Any] = {
    "type": "object",
    "required": ["name", "rows"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "amount": {"$ref": "#/$defs/money", "description": "What is due."},
        "currency": {"type": "string"},
        "day": {"type": "string", "format": "date"},
        "moment": {"type": "string", "format": "date-time"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "paid": {"type": "boolean"},
        "state": {"enum": ["OPEN", "PAID", 3]},
        "version": {"const": "v1"},
        "address": {"$ref": "#/$defs/address"},
        "rows": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/address"}},
        "payment": {
            "oneOf": [
                {
                    "title": "Card",
                    "type": "object",
                    "required": ["kind", "last4"],
                    "properties": {"kind": {"const": "card"}, "last4": {"type": "string", "minLength": 4}},
                },
                {
                    "title": "Transfer",
                    "type": "object",
                    "required": ["kind", "bank"],
                    "properties": {"kind": {"const": "transfer"}, "bank": {"type": "string"}},
                },
            ]
        },
        "remark": {"type": ["string", "null"]},
        "extra": {"type": "object", "additionalProperties": {"type": "number"}},
    },
    "$defs": {
        "address": ADDRESS,
        "money": {
            "type": "string",
            "pattern": "^[0-9]+\\.[0-9]{2}$",
            "examples": ["299.90"],
            "x-display": {"kind": "money", "currencyField": "currency"},
        },
    },
}
DATA: dict[str, Any] = {
    "name": "Ann",
    "amount": "1.00",
    "currency": "ZAR",
    "rows": [{"city": "Cape Town"}],
    "payment": {"kind": "transfer", "bank": "First"},
    "remark": None,
}


def within(root: FormField) -> Iterator[FormField]:
    yield root
    for each in root.fields:
        yield from within(each)


def fields_of(data: Any, contract: dict[str, Any] = CONTRACT, **more: Any) -> dict[str, FormField]:
    return {each.pointer: each for each in within(form_of(contract, data, **more))}


def test_each_kind_of_value_has_its_field() -> None:
    fields = fields_of(DATA)
    kinds = {pointer: each.kind for pointer, each in fields.items()}
    assert kinds == {
        "": "object",
        "/name": "text",
        "/amount": "money",
        "/currency": "text",
        "/day": "date",
        "/moment": "moment",
        "/count": "number",
        "/paid": "boolean",
        "/state": "choice",
        "/version": "constant",
        "/address": "object",
        "/rows": "list",
        "/rows/0": "object",
        "/rows/0/city": "text",
        "/rows/0/code": "text",
        "/payment": "object",
        "/payment/kind": "constant",
        "/payment/bank": "text",
        "/remark": "null",
        "/extra": "object",
    }
    assert (fields["/amount"].unit, fields["/amount"].description) == ("ZAR", "What is due.")
    assert fields_of({**DATA, "version": "v0"})["/version"].blank == '"v1"'
    assert fields["/count"].limits == "from 1, to 9"
    assert not fields["/day"].present
    assert fields["/name"].required
    assert not fields["/name"].removable
    assert fields["/rows/0"].removable
    assert fields["/rows"].item
    assert not fields_of({**DATA, "rows": [{"city": "a"}] * 2})["/rows"].item, "a list that is full"


def test_of_two_kinds_of_value_the_one_is_chosen_that_is_there_and_a_wish_counts_where_none_is() -> None:
    fields = fields_of(DATA)
    assert [option.label for option in fields["/payment"].alternatives] == ["Card", "Transfer"]
    assert fields["/payment"].chosen == 1
    assert json.loads(fields["/payment"].alternatives[0].json) == {"kind": "card", "last4": "text"}
    broken = {**DATA, "payment": {"kind": "card", "last4": "1"}}
    assert fields_of(broken)["/payment"].chosen == 0, "by the constant, though it is not kept"
    assert "at least 4" in fields_of(broken)["/payment/last4"].problems[0]
    both = {**DATA, "payment": {}}
    assert [fields_of(both, choices={"/payment": n})["/payment"].chosen for n in (0, 1)] == [0, 1]
    assert fields["/remark"].chosen == 1
    assert fields_of({**DATA, "remark": "x"})["/remark"].kind == "text"


@pytest.mark.parametrize(
    ("change", "pointer", "sentence"),
    [
        ({"count": 0}, "/count", "must be 1 or more"),
        ({"count": "2,"}, "/count", "must be a whole number"),
        ({"rows": [{"city": "a"}, {"city": ""}]}, "/rows/1/city", "must not be empty"),
        ({"rows": [{}]}, "/rows/0/city", "is required but missing"),
        ({"colour": "red"}, "/colour", "must not be here"),
        ({"rows": "none"}, "/rows", "must be a list"),
        ({"state": "LATE"}, "/state", "must be"),
        ({"\u202e x": 1}, "", "must not be here"),
    ],
)
def test_an_offence_stands_at_the_field_that_it_concerns(
    change: dict[str, Any], pointer: str, sentence: str
) -> None:
    fields = fields_of({**DATA, **change})
    assert any(sentence in problem for problem in fields[pointer].problems), fields[pointer].problems
    assert [each.pointer for each in fields.values() if each.problems] == [pointer]


def test_what_the_contract_does_not_know_or_wants_otherwise_is_a_field_as_well() -> None:
    fields = fields_of({**DATA, "colour": {"deep": [1]}, "name": ["x"], "extra": {"a": 1, "b": "c"}})
    assert (fields["/colour"].kind, fields["/colour"].known, fields["/colour"].removable) == (
        "object",
        False,
        True,
    )
    assert fields["/colour/deep/0"].kind == "number"
    assert (fields["/name"].kind, fields["/name"].blank) == ("json", '""')
    assert fields["/extra/b"].problems
    assert fields["/extra"].other == "0"
    assert not fields["/rows/0"].other, "an address has no further members"


def test_conditions_decide_what_may_be_there() -> None:
    contract = {
        "type": "object",
        "properties": {"paid": {"type": "boolean"}},
        "if": {"properties": {"paid": {"const": True}}, "required": ["paid"]},
        "then": {"properties": {"on": {"type": "string", "format": "date"}}, "required": ["on"]},
    }
    assert "/on" not in fields_of({"paid": False}, contract)
    asked = fields_of({"paid": True}, contract)["/on"]
    assert (asked.required, asked.present, asked.kind) == (True, False, "date")


def test_a_form_has_an_end_whatever_the_data_and_the_contract() -> None:
    rows = [{"city": "x"} for _ in range(3 * MOST_ITEMS)]
    many = fields_of({"name": "a", "rows": rows})
    assert many["/rows"].hidden == 2 * MOST_ITEMS
    wide = {f"m{number}": number for number in range(2 * MOST_FIELDS)}
    made = fields_of(wide, {"type": "object"})
    assert (len(made), made[""].hidden) == (MOST_FIELDS, MOST_FIELDS + 1)
    named = fields_of({"m": wide, "name": "a"}, {"type": "object", "properties": {"m": {}, "name": {}}})
    assert named["/name"].present, "what the contract names has a field whatever stands before it"
    chain: dict[str, Any] = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}}
    assert fields_of({"next": {"next": {}}}, chain)["/next/next/next"].present is False
    assert fields_of({}, {"$ref": "#"})[""].kind == "object"


@pytest.mark.parametrize("contract", [{}, {"properties": {"a": {"$ref": "#"}}}])
def test_what_lies_too_deep_for_fields_is_one_field_of_json(contract: dict[str, Any]) -> None:
    deep: dict[str, Any] = {"a": 1}
    for _ in range(4 * MOST_DEPTH):
        deep = {"a": [deep]} if not contract else {"a": deep}
    made = fields_of(deep, contract)
    last = max(made, key=len)
    assert (last.count("/"), made[last].kind, made[last].present) == (MOST_DEPTH, "json", True)
    assert {each.kind for pointer, each in made.items() if pointer != last} <= {"object", "list"}


@pytest.mark.parametrize(
    "schema",
    [
        {"required": list("abcdefgh"), "properties": dict.fromkeys("abcdefgh", ALL)},
        {"items": ALL, "minItems": 20},
    ],
)
def test_what_a_contract_demands_without_end_is_begun_and_not_made_up(schema: dict[str, Any]) -> None:
    contract = {"properties": {"more": ALL}, "$defs": {"all": schema}}
    assert len(json.dumps(specimen(contract, schema))) < MOST_VALUES * 20

    contract["properties"] = {f"m{number}": ALL for number in range(100)}
    begun = sum(len(each.blank) for each in form_of(contract, {}).fields)
    assert begun < MOST_BEGUN * 100


def test_a_schema_that_holds_many_times_over_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    definitions = {str(each): {"allOf": [{"$ref": f"#/$defs/{each + 1}"}] * 2} for each in range(14)}
    contract = {"$ref": "#/$defs/0", "$defs": {**definitions, "14": {"required": ["a"]}}}
    followed: list[str] = []

    def following(root: Any, reference: str) -> Any:
        followed.append(reference)
        return resolved(root, reference)

    monkeypatch.setattr(schemas, "resolved", following)

    assert schemas.flattened(contract, contract, {})["required"] == ["a"]
    assert len(followed) < 2 * len(contract["$defs"])


@pytest.fixture(scope="module")
def own() -> Workspace:
    return Workspace.load(ROOT / "templates", ROOT / "fixtures")


@pytest.mark.parametrize("name", NAMES)
def test_the_forms_of_our_own_data_hold_every_value_and_no_offence(own: Workspace, name: str) -> None:
    source = own.source(name)
    assert source.metadata is not None
    for fixture in source.fixtures.values():
        fields = fields_of(fixture.data, dict(source.metadata.contract))
        assert not [each.problems for each in fields.values() if each.problems]
        leaves = dict(_leaves(fixture.data, ""))
        assert leaves.keys() <= {pointer for pointer, each in fields.items() if each.present}
    begun = specimen(source.metadata.contract, source.metadata.contract)
    assert contract_problems(source.metadata.contract, begun) == (), "what is put in keeps the contract"


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for part, member in inner:
        yield from _leaves(member, f"{pointer}/{part}")
    if not inner:
        yield pointer, value


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
_KEYWORDS = st.sampled_from(
    ["type", "properties", "required", "items", "prefixItems", "oneOf", "anyOf", "allOf", "enum", "const"]
) | st.sampled_from(
    ["examples", "if", "then", "$ref", "additionalProperties", "minItems", "format", "x-display"]
)


@given(
    st.dictionaries(_KEYWORDS, _VALUES, max_size=6), st.dictionaries(st.text(max_size=4), _VALUES, max_size=4)
)
def test_contracts_that_are_no_schemas_end_in_a_form_or_in_one_sentence(
    contract: dict[str, Any], data: dict[str, Any]
) -> None:
    for odd in (contract, {"properties": {"a": contract}, "items": contract, "oneOf": [contract]}):
        try:
            form = form_of(odd, {**data, "a": data})
        except ContractError:
            continue  # said in one sentence
        assert all(isinstance(each.kind, str) for each in within(form))
