"""A contract that is written out as a function accepts nothing that the check does not accept."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.workspace import Workspace
from bbws_templates import ContractError
from bbws_templates.contract import checking, contract_problems, require
from bbws_templates.contract.functions import kept_function
from tests.contract.test_suite import CASES
from tests.selection import drawn

ROOT = Path(__file__).parents[2]


def is_accepted(schema: Any, data: Any) -> bool:
    """Whether the check has nothing against ``data``."""
    try:
        return not contract_problems(schema, data)
    except ContractError:
        return False


def agrees(schema: Any, data: Any) -> bool:
    """Whether the function says yes; what it says yes to, the check accepts."""
    function = kept_function(schema)
    says = bool(function and function(data))
    assert not says or is_accepted(schema, data)
    return says


def test_every_fixture_of_every_email_is_accepted_by_its_function() -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    for name in workspace.names():
        schema = workspace.compilation(name).compiled.contract
        fixtures = workspace.source(name).fixtures
        assert schema
        # Hostile data go beyond ASCII where an address stands: they are for the check.
        sure = {label for label, fixture in fixtures.items() if agrees(schema, fixture.data)}
        assert sure >= {*fixtures} - {"hostile", "international"}, name


def test_the_published_suite() -> None:
    sure = sum(agrees(case.schema, case.data) for case in CASES if isinstance(case.schema, dict))
    assert sure > 30


# --- the emails' own data, damaged --------------------------------------------------------------------------

ODD: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1.0,
        1e400,
        "",
        " ",
        "x" * 300,
        "x" * 3_000,
        "é",
        "\ud800",
        "a\nb",
        b"x",
        (),
        [],
        {},
    ),
    *([{}], {"a": 1}, "javascript:alert(1)", "299.90\n", "-0.00", "2026-02-30T00:00:00Z", "a@b", 10**30),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        for name, member in value.items():
            found += places(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def damaged(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    data = copy.deepcopy(data)
    container = data
    for step in path[:-1]:
        container = container[step]
    if value is ...:
        del container[path[-1]]
    else:
        container[path[-1]] = value
    return data


def test_damage_in_any_place_is_never_accepted_by_the_function_alone() -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    for name in ("invoices/invoice", "notifications/site_creation_customer"):
        schema = workspace.compilation(name).compiled.contract
        assert schema
        function = kept_function(schema)
        assert function
        data = json.loads(json.dumps(workspace.source(name).fixtures["typical"].data))
        assert function(data)
        accepted = 0
        for path in places(data):
            for value in (*ODD, ...):
                if value is ... and not path:
                    continue
                spoilt = damaged(data, path, value)
                if function(spoilt):
                    accepted += 1
                    assert is_accepted(schema, spoilt), (path, value)
            if path and isinstance(damaged(data, path, 0), dict):
                assert not function({**data, "noSuchField": 1})
        assert accepted


# --- any contract -------------------------------------------------------------------------------------------

texts = st.sampled_from(
    ["", "a", "ab", "A1", "a@example.com", "2026-01-14", "https://example.com/", "é", "x" * 257, "x" * 2_049]
)
values = st.recursive(
    st.one_of(texts, st.sampled_from([None, True, 0, 1, 3, -2, 1.0, 2.5, float("nan"), 10**20])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
arguments = {
    "type": st.sampled_from(
        ["string", "integer", "number", "boolean", "null", "array", "object", ["string", "null"], "text", 3]
    ),
    "minLength": st.sampled_from([0, 1, 2, 1.0, "1", True]),
    "maxLength": st.sampled_from([0, 1, 300]),
    "pattern": st.sampled_from(["^a", "b$", "^[A-Z0-9]+$", ".*.*=.*", "(", "a+b+", 3]),
    "format": st.sampled_from(["email", "date", "uri", "idn-email"]),
    "enum": st.sampled_from([["a", "ab"], [], ["a", 1], [None]]),
    "const": st.sampled_from(["a", 1, None]),
    "minimum": st.sampled_from([0, 1.5, "1"]),
    "exclusiveMaximum": st.sampled_from([3, 2.5]),
    "minItems": st.sampled_from([0, 2]),
    "maxItems": st.sampled_from([1, 3]),
    "required": st.lists(st.sampled_from("abcd"), max_size=2),
    "x-note": st.just("free"),
    "title": st.just("words"),
    "unknown": st.just(1),
    "uniqueItems": st.just(True),
    "$ref": st.sampled_from(["#/$defs/one", "#/$defs/two", "#/$defs/none", "#", "#one"]),
}
schemas = st.recursive(
    st.one_of(st.booleans(), st.fixed_dictionaries({}, optional=arguments)),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            **arguments,
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            "additionalProperties": inner,
            "items": inner,
            "allOf": st.lists(inner, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=8,
)


@settings(max_examples=drawn(600), deadline=None)
@given(schema=schemas, one=schemas, two=schemas, data=values)
def test_any_contract_and_any_data(schema: Any, one: Any, two: Any, data: Any) -> None:
    root = {**schema, "$defs": {"one": one, "two": two}} if isinstance(schema, dict) else {"allOf": [schema]}
    agrees(root, data)


def test_what_is_not_understood_is_left_to_the_check_only_where_it_stands() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"anyOf": [{"type": "string"}]},
            "c": {"type": "array", "items": {"anyOf": [{"type": "string"}]}},
        },
        "additionalProperties": False,
    }
    function = kept_function(schema)
    assert function
    assert function({"a": "x"})
    assert not function({"a": "x", "b": "y"})
    assert not function({"a": "x", "c": ["y"]})


ONE = {"properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "more"),
    [
        (ONE, True),
        ({**ONE, "additionalProperties": True}, True),
        ({**ONE, "additionalProperties": False}, False),
        ({**ONE, "required": ["a"], "additionalProperties": False}, False),
    ],
)
def test_a_member_that_has_no_name_in_the_contract_is_accepted_where_it_may_be(
    schema: dict[str, Any], more: bool
) -> None:
    contract = {"type": "object", **schema}
    assert agrees(contract, {"a": "x"})
    assert agrees(contract, {"a": "x", "b": 1}) is more


def test_a_required_member_of_which_nothing_else_is_said_is_demanded() -> None:
    contract = {"type": "object", **ONE, "required": ["a", "b"]}
    assert agrees(contract, {"a": "x", "b": 1})
    assert not agrees(contract, {"a": "x"})


def test_what_is_referred_to_is_demanded() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/word"}},
        "required": ["a"],
        "$defs": {"word": {"type": "string", "maxLength": 3}},
    }
    assert agrees(schema, {"a": "abc"})
    assert not agrees(schema, {"a": "abcd"})


@pytest.mark.parametrize(
    "spoilt",
    [
        {"$ref": 5},
        {"type": "object", "properties": 5},
        {"type": "object", "properties": {}, "required": "a"},
        {"type": "object", "properties": {}, "additionalProperties": {}},
        {"type": "string", "format": 5},
        {"type": "string", "format": "of my own"},
    ],
    ids=str,
)
def test_what_no_function_is_made_of_is_left_to_the_check_as_a_whole(spoilt: dict[str, Any]) -> None:
    assert kept_function(spoilt) is None


# --- its bounds ---------------------------------------------------------------------------------------------


def test_a_contract_of_more_schemas_than_a_person_writes_is_left_to_the_check() -> None:
    each = {str(number): {"title": "a field"} for number in range(3_000)}
    assert kept_function({"type": "object", "properties": each})
    assert kept_function({"type": "object", "properties": each, "required": [*each]}) is None


@pytest.mark.parametrize("items", [True, {}])
def test_rows_of_which_nothing_is_demanded(items: Any) -> None:
    assert agrees({"type": "array", "items": items}, [1, "x", None])


def test_references_in_a_circle_and_long_chains_are_left_to_the_check() -> None:
    circle = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert kept_function(circle) is None
    tree = {"type": "object", "properties": {"a": {"$ref": "#"}}}
    function = kept_function(tree)
    assert function
    assert function({})
    assert not function({"a": {}})
    chain = {f"d{index}": {"$ref": f"#/$defs/d{index + 1}"} for index in range(120)}
    assert kept_function({"$ref": "#/$defs/d0", "$defs": {**chain, "d120": {}}}) is None


def test_a_contract_that_is_left_to_the_check_is_written_out_in_vain_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Any] = []
    monkeypatch.setattr("bbws_templates.contract.functions.kept_function", tried.append)
    contract = {"type": "string"}
    for _ in range(40):
        require(contract, "x")
    assert tried == [contract]


def test_nothing_of_a_contract_becomes_code(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = '\'); import os #\n"""\\'
    sources: list[str] = []

    def seen(source: str, *arguments: Any) -> Any:
        sources.append(source)
        return compile(source, *arguments)

    monkeypatch.setattr("bbws_templates.contract.functions.compile", seen, raising=False)
    schema = {
        "type": "object",
        "title": hostile,
        "properties": {
            hostile: {"type": "string", "enum": [hostile], "description": hostile},
            "p": {"type": "string", "pattern": "import os", "const": hostile},
            "n": {"type": "number", "minimum": 123456789, "maximum": 1e300},
        },
        "required": [hostile],
        "x-note": hostile,
    }
    assert agrees(schema, {hostile: hostile, "n": 123456789})
    for source in sources:
        assert not {"import", "os", "123456789", "1e+300", "title"} & set(source.replace("(", " ").split())
        assert "\\" not in source
        assert '"' not in source


# --- when it is used ----------------------------------------------------------------------------------------


def test_a_contract_that_is_often_required_goes_on_to_refuse_and_to_accept() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    for _ in range(100):
        require(schema, {"a": "x"})
        with pytest.raises(ContractError, match="is required but missing"):
            require(schema, {})


def test_a_function_is_made_once_and_not_before_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def seen(contract: Any) -> Any:
        made.append(contract)
        return kept_function(contract)

    monkeypatch.setattr("bbws_templates.contract.functions.kept_function", seen)
    schema = {"type": "object", "properties": {"once": {"type": "string"}}, "required": ["once"]}
    require(schema, {"once": "x"})
    assert made == [], "who sends one mail and ends has no use for it"
    for _ in range(100):
        require(schema, {"once": "x"})
    assert made == [schema]


def test_a_contract_is_known_by_itself_and_not_by_where_it_lies_in_memory() -> None:
    for number in range(600):
        schema = {"type": "object", "properties": {"a": {"const": str(number)}}, "required": ["a"]}
        require(schema, {"a": str(number)})
    assert len(checking._used) <= 256
