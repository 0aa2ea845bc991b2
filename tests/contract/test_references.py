"""A reference leads to the same schema for everybody who follows one."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.core.caller_types import caller_types
from app.core.compatibility import contract_changes
from app.core.validation.fields import Field
from app.web.api.variables import variables_of
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.contract import contract_problems, unsupported_keywords
from bbws_templates.contract.wording import wanted
from bbws_templates.errors import ContractError
from bbws_templates.references import located, resolved, to_definition

TARGET = {"type": "integer", "description": "What is meant.", "$anchor": "here"}
DEFINITIONS: dict[str, Any] = {
    "plain": TARGET,
    "a b": TARGET,
    "x/y": TARGET,
    "~": TARGET,
    "%25": TARGET,
    "é": TARGET,
    "": TARGET,
    "0": TARGET,
    'q"': TARGET,
    "list": {"prefixItems": [{}, TARGET], "items": TARGET},
    "all": {"allOf": [TARGET, {}]},
    "deep": {"properties": {"a": {"additionalProperties": TARGET}}},
}
REFERENCES = [
    "#/$defs/plain", "#/%24defs/plain", "#/$defs/a%20b", "#/$defs/a b", "#/$defs/x~1y", "#/$defs/x%7E1y",
    "#/$defs/~0", "#/$defs/%2525", "#/$defs/é", "#/$defs/%C3%A9", "#/$defs/", "#/$defs/0", "#/$defs/q%22",
    "#/$defs/list/items", "#/$defs/list/prefixItems/1", "#/$defs/all/allOf/0",
    "#/$defs/deep/properties/a/additionalProperties", "#here",
]  # fmt: skip
NOWHERE = [
    "#/", "#/$defs", "#/$defs/none", "#/$defs/a~2b", "#/$defs/~", "#/$defs/list/prefixItems/01",
    "#/$defs/list/prefixItems/-", "#/$defs/list/prefixItems/2", "#/$defs/all/allOf",
    "#/$defs/all/allOf/1/0", "#there", "#/x-free/schema", "#/examples/0", "#/$defs/plain/type",
    "other.json", "other.json#/$defs/plain", "/$defs/plain", "#$defs/plain", "#x/$defs/plain",
    "#/$defs/list/prefixItems/" + "9" * 5000,
]  # fmt: skip


def contract(reference: Any, **more: Any) -> dict[str, Any]:
    definitions = {name: dict(schema) for name, schema in DEFINITIONS.items()}
    if reference != "#here":
        definitions["a b"] = definitions["plain"] = {k: v for k, v in TARGET.items() if k != "$anchor"}
        for schema in definitions.values():
            schema.pop("$anchor", None)
        definitions["list"] = {"prefixItems": [{}, definitions["plain"]], "items": definitions["plain"]}
        definitions["all"] = {"allOf": [definitions["plain"], {}]}
        definitions["deep"] = {"properties": {"a": {"additionalProperties": definitions["plain"]}}}
    else:
        definitions = {"plain": TARGET}
    return {
        "type": "object",
        "properties": {"field": {"$ref": reference}},
        "required": ["field"],
        "$defs": definitions,
        "x-free": {"schema": {"type": "integer"}},
        "examples": [{"type": "integer"}],
        **more,
    }


def described(schema: dict[str, Any]) -> str:
    template = CompiledTemplate("a/b", "{{field}}", "", "", "", ("", ""), "", "", "", schema)
    return variables_of(template)[0].description


@pytest.mark.parametrize("reference", REFERENCES)
def test_every_reader_follows_it(reference: str) -> None:
    schema = contract(reference)

    assert unsupported_keywords(schema) == ()
    assert contract_problems(schema, {"field": 1}) == ()
    assert [problem.pointer for problem in contract_problems(schema, {"field": "x"})] == ["/field"]
    assert wanted(partial(resolved, schema), schema["properties"]["field"]) == "a whole number"
    assert Field(schema, schema).members["field"].types == {"integer"}
    assert "field: int" in caller_types({"a/b": schema})
    assert described(schema) == "What is meant."
    assert contract_changes(schema, schema) == ()
    direct = {**schema, "properties": {"field": TARGET}}
    assert contract_changes(schema, direct) == ()
    assert not any(change.breaking for change in contract_changes(direct, schema))
    text = {**schema, "properties": {"field": {"type": "string"}}}
    assert any("no longer accepts string" in str(change) for change in contract_changes(text, schema))


@pytest.mark.parametrize("reference", [each for each in REFERENCES if each.isascii() and " " not in each])
def test_jsonschema_follows_it_too(reference: str) -> None:
    validator = Draft202012Validator(contract(reference))

    assert validator.is_valid({"field": 1})
    assert not validator.is_valid({"field": "x"})


@pytest.mark.parametrize("reference", [*NOWHERE, 5, None, ["#"], {}])
def test_a_reference_to_nowhere_is_refused_by_every_reader_and_crashes_none(reference: Any) -> None:
    schema = contract(reference)

    (problem,) = unsupported_keywords(schema)
    assert problem.pointer == "/properties/field/$ref"
    assert len(problem.expectation) < 250
    with pytest.raises(ContractError):
        contract_problems(schema, {"field": 1})
    with pytest.raises(ContractError):
        located(schema, reference)
    assert wanted(partial(resolved, schema), schema["properties"]["field"]) == ""
    assert Field(schema, schema).members["field"].types == frozenset()
    assert "field: Any" in caller_types({"a/b": schema})
    assert described(schema) == ""
    assert all(change.breaking for change in contract_changes({"type": "object"}, schema))


def test_a_contract_may_refer_to_itself_by_its_own_address() -> None:
    address = "https://example.com/contracts/a.json"
    for reference in (f"{address}#/$defs/plain", "a.json#/$defs/plain", "/contracts/a.json#/$defs/plain"):
        schema = contract(reference, **{"$id": address})
        assert unsupported_keywords(schema) == ()
        assert [problem.pointer for problem in contract_problems(schema, {"field": "x"})] == ["/field"]
    (problem,) = unsupported_keywords(contract("b.json#/$defs/plain", **{"$id": address}))
    assert "leads out" in problem.expectation


def test_an_anchor_that_is_there_twice_is_refused() -> None:
    schema = {"$defs": {"a": {"$anchor": "here"}, "b": {"$anchor": "here"}}, "$ref": "#here"}

    assert {problem.pointer for problem in unsupported_keywords(schema)} == {
        "/$defs/a/$anchor",
        "/$defs/b/$anchor",
    }


@pytest.mark.parametrize(
    "name", ["plain", "a b", "x/y", "~", "~1", "%", "%25", "é", 'q"', "", "#", "?", "a\nb"]
)
def test_the_reference_to_a_definition_leads_to_it(name: str) -> None:
    schema = {"$defs": {name: {"type": "null"}, "other": {}}}

    assert located(schema, to_definition(name))[1] == {"type": "null"}
    Draft202012Validator({**schema, "$ref": to_definition(name)}).validate(None)


def test_items_begin_where_those_with_a_place_of_their_own_end() -> None:
    """Both keywords in one schema, with lists that are shorter, as long, and longer."""
    schema = {"prefixItems": [{"type": "string"}, {"type": "null"}], "items": {"type": "integer"}}

    for data, wrong in (
        ([], []), (["a"], []), ([1], ["/0"]), (["a", None], []), (["a", 1], ["/1"]), (["a", None, 1, 2], []),
        (["a", None, "b"], ["/2"]), ([1, 1, "b", 2, "c"], ["/0", "/1", "/2", "/4"]),
    ):  # fmt: skip
        assert [problem.pointer for problem in contract_problems(schema, data)] == wrong
