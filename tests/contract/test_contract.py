"""What a caller learns from a contract: every problem at once, in words that help and give nothing away."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates.contract import MAX_PROBLEMS, contract_problems, require, unsupported_keywords
from bbws_templates.errors import ContractError

MONEY = {"type": "string", "pattern": r"^\d+\.\d{2}$", "examples": ["299.90"]}
ORDER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["orderId", "amount", "items"],
    "additionalProperties": False,
    "properties": {
        "orderId": {"type": "string", "minLength": 1, "examples": ["ORD-1"]},
        "amount": {"$ref": "#/$defs/money"},
        "status": {"enum": ["PAID", "PENDING"]},
        "paidAt": {"type": "string", "format": "date-time"},
        "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/item"}},
    },
    "$defs": {
        "money": MONEY,
        "item": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}},
        },
    },
}
GOOD: dict[str, Any] = {"orderId": "ORD-7", "amount": "299.90", "items": [{"name": "Site", "quantity": 2}]}


def expectations(contract: dict[str, Any], data: Any) -> dict[str, str]:
    return {problem.pointer: problem.expectation for problem in contract_problems(contract, data)}


def test_good_data_has_no_problem() -> None:
    assert contract_problems(ORDER, GOOD) == ()
    require(ORDER, GOOD)


def test_every_problem_is_listed_at_once_with_its_place() -> None:
    data = {
        "orderld": "ORD-7",
        "amount": 299.9,
        "status": "LOST",
        "paidAt": "2025-12-19",
        "items": [{"name": "Site", "quantity": 1.5}, {}],
    }

    assert expectations(ORDER, data) == {
        "/orderId": 'is required but missing; must be text such as "ORD-1"',
        "/orderld": "must not be here: the contract has no such field (did you mean 'orderId'?)",
        "/amount": 'must be text such as "299.90", is a number with a fraction; '
        "a JSON number keeps no zeros at its ends and no separators",
        "/status": 'must be one of "PAID", "PENDING", is other text of 4 characters',
        "/paidAt": 'must be a date and time with its zone such as "2025-12-19T10:30:00Z", '
        "is other text of 10 characters",
        "/items/0/quantity": "must be a whole number, is a number with a fraction",
        "/items/1/name": "is required but missing; must be text",
    }


def test_the_error_names_the_template_and_all_problems() -> None:
    with pytest.raises(ContractError) as caught:
        require(ORDER, {"items": []}, template="receipts/receipt")

    message = str(caught.value)
    assert message.startswith("The data breaks the contract of receipts/receipt in 3 places: /orderId: ")
    assert all(pointer in message for pointer in ("/orderId:", "/amount:", "/items:"))
    assert [problem.pointer for problem in caught.value.problems] == ["/orderId", "/amount", "/items"]
    with pytest.raises(ContractError, match=r"^The data breaks the contract in one place: /a: must be null"):
        require({"properties": {"a": {"type": "null"}}}, {"a": 1})


@pytest.mark.parametrize(
    ("schema", "value", "expectation"),
    [
        ({"type": "string"}, None, "must be text, is null"),
        ({"type": "string"}, True, "must be text, is a boolean"),
        ({"type": ["string", "null"]}, [], "must be text or null, is an empty list"),
        ({"type": "number"}, "12", "must be a number, is text of 2 characters"),
        ({"type": "integer"}, True, "must be a whole number, is a boolean"),
        ({"type": "object"}, [1], "must be an object, is a list of 1 item"),
        ({"type": "string"}, b"x", "must be text, is a Python bytes, which JSON does not have"),
        ({"minLength": 1}, "", "must not be empty"),
        ({"minLength": 3}, "ab", "must have at least 3 characters, has 2"),
        ({"maxLength": 1}, "ab", "must have at most 1 character, has 2"),
        ({"maxItems": 1}, [1, 2], "must have at most 1 item, has 2"),
        ({"uniqueItems": True}, [1, "a", 1.0], "must not repeat an item: item 2 equals item 0"),
        ({"exclusiveMinimum": 0}, 0, "must be more than 0, is a whole number of 1 digit"),
        ({"maximum": 100}, 150, "must be 100 or less, is a whole number of 3 digits"),
        ({"multipleOf": 0.01}, 0.005, "must be a multiple of 0.01, is a number with a fraction"),
        ({"const": "PAID"}, "FREE", 'must be "PAID", is other text of 4 characters'),
        ({"pattern": "^a"}, "javascript:", "must be text that matches ^a, is other text of 11 characters"),
        ({"anyOf": [{"type": "array"}, {"minimum": 2}]}, 1,
         "must fit one of 2 alternatives: must be a list, is a whole number of 1 digit, "
         "or must be 2 or more, is a whole number of 1 digit"),
        ({"oneOf": [{"type": "string"}, {"maxLength": 9}]}, "a",
         "must fit exactly one of 2 alternatives, fits 2"),
        ({"not": {"type": "null"}}, None, "must not be what the contract excludes, is null"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_wanted_and_what_is_there(
    schema: dict[str, Any], value: Any, expectation: str
) -> None:
    assert expectations(schema, value) == {"": expectation}


def test_one_depends_on_another() -> None:
    contract = {"dependentRequired": {"campaignCode": ["discount"]}}

    assert expectations(contract, {"campaignCode": "SUMMER"}) == {
        "/discount": "is required wherever 'campaignCode' is given"
    }


@given(secret=st.text(min_size=12, alphabet=st.characters(codec="utf-8")))
def test_text_of_the_data_is_never_repeated(secret: str) -> None:
    """Contract errors end in logs; names, addresses and tokens do not belong there."""
    contract = {
        "properties": {
            "a": {"type": "integer"},
            "b": {"enum": ["PAID"]},
            "c": {"maxLength": 1},
            "d": {"pattern": "^$"},
            "e": {"format": "uuid"},
            "f": {"const": 1},
            "g": {"type": "array", "items": {"not": True}},
            "h": {"propertyNames": {"maxLength": 1}, "additionalProperties": False},
        }
    }
    key = f"{secret}\n"
    data = dict.fromkeys("abcdef", secret) | {"g": [secret], "h": {key: secret}}

    problems = contract_problems(contract, data)

    assert len(problems) == 9
    assert not [problem for problem in problems if secret in str(problem)]


@pytest.mark.parametrize("name", ["a\nb", "x" * 61, "\u202egnp", 7])
def test_a_name_that_is_no_plain_word_is_not_repeated(name: Any) -> None:
    problem, *others = contract_problems({"additionalProperties": False}, {name: 1})

    assert not others
    assert problem.pointer == ""
    assert str(name) not in problem.expectation.replace("number 7", "")


@pytest.mark.parametrize(("name", "pointer"), [("b", "/b"), (7, "")])
def test_a_further_member_is_pointed_to_by_its_name_where_that_is_a_text(name: Any, pointer: str) -> None:
    [problem] = contract_problems(
        {"properties": {"a": {}}, "additionalProperties": {"type": "null"}}, {name: 1}
    )

    assert problem.pointer == pointer
    assert "must be null, is a whole number of 1 digit" in problem.expectation


def test_pointers_are_escaped() -> None:
    contract = {"properties": {"a/b": {"properties": {"c~d": False}}}}

    assert expectations(contract, {"a/b": {"c~d": 1}}) == {"/a~1b/c~0d": "must not be here"}


def test_data_nested_too_deeply_is_refused_and_not_followed() -> None:
    contract: dict[str, Any] = {"properties": {"child": {"$ref": "#"}}}
    data: dict[str, Any] = {}
    for _ in range(5_000):
        data = {"child": data}

    problem, *others = contract_problems(contract, data)

    assert not others
    assert problem.expectation == "must not be nested deeper than 100 levels"


def test_a_contract_that_refers_to_itself_takes_linear_time_on_hostile_data() -> None:
    contract: dict[str, Any] = {"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#"}}]}
    data: Any = "leaf"
    for _ in range(30):
        data = [data]

    (problem,) = contract_problems(contract, data)

    assert len(problem.expectation) < 1_000


def test_hostile_data_does_not_make_an_endless_report() -> None:
    data = {f"unknown{number}": number for number in range(10_000)}

    with pytest.raises(ContractError, match=f"in at least {MAX_PROBLEMS} places"):
        require({"properties": {}, "additionalProperties": False}, data)


@pytest.mark.parametrize(
    ("contract", "pointer", "word"),
    [
        ({"properties": {"a": {"contains": {}}}}, "/properties/a/contains", "contains"),
        ({"items": {"format": "hostname"}}, "/items/format", "hostname"),
        ({"allOf": [{"pattern": r"^\p{L}+$"}]}, "/allOf/0/pattern", r"\p"),
        ({"$defs": {"a": {"pattern": "("}}}, "/$defs/a/pattern", "cannot be used"),
        ({"patternProperties": {"[": {}}}, "/patternProperties", "cannot be used"),
        ({"$ref": "https://example.com/schema"}, "/$ref", "leads out"),
        ({"$ref": "#/$defs/none"}, "/$ref", "leads nowhere"),
        ({"$ref": "#/$defs/~", "$defs": {"~": {}}}, "/$ref", "is written '~0'"),
        ({"$ref": "#/$defs/~~01", "$defs": {"~~1": {}}}, "/$ref", "is written '~0'"),
        ({"$ref": "#"}, "/$ref", "leads back to itself"),
        (
            {
                "$ref": "#/$defs/0",
                "$defs": {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(9)}
                | {"9": {}},
            },
            "/$ref",
            "more than 1000",
        ),
        ({"$ref": "#/x-s", "x-s": {"pattern": "^(a+)+$"}}, "/$ref", "where no schema is looked for"),
        (
            {"properties": {"a": {"allOf": [{"$ref": "#/properties/a"}]}}},
            "/properties/a/allOf/0/$ref",
            "itself",
        ),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "/$schema", "2020-12"),
        ({"if": {"$dynamicRef": "#x"}}, "/if/$dynamicRef", "$dynamicRef"),
        ({"properties": {"a": {"$id": "other.json"}}}, "/properties/a/$id", "$id"),
    ],
)
def test_what_nobody_would_check_is_named(contract: dict[str, Any], pointer: str, word: str) -> None:
    (problem,) = unsupported_keywords(contract)

    assert problem.pointer == pointer
    assert word in problem.expectation


@pytest.mark.parametrize(
    ("contract", "way"),
    [
        *(({keyword: [{"$ref": "#"}]}, f"/{keyword}/0") for keyword in ("allOf", "anyOf", "oneOf")),
        *(({"if": {}, keyword: {"$ref": "#"}}, f"/{keyword}") for keyword in ("not", "if", "then", "else")),
        ({"dependentSchemas": {"a": {"$ref": "#"}}}, "/dependentSchemas/a"),
    ],
)
def test_a_circle_that_never_goes_down_into_the_value_is_named_whichever_keyword_it_runs_through(
    contract: dict[str, Any], way: str
) -> None:
    (problem,) = unsupported_keywords(contract)

    assert problem.pointer == f"{way}/$ref"
    assert "leads back to itself" in problem.expectation


def test_a_sound_contract_is_supported_whole() -> None:
    assert unsupported_keywords(ORDER | {"x-owner": "orders team", "$comment": "free text"}) == ()


@pytest.mark.parametrize(
    "schema", [{"pattern": "("}, {"$ref": "#/$defs/none"}, {"patternProperties": {"(": {}}}]
)
def test_a_contract_that_cannot_be_used_is_one_clear_error(schema: dict[str, Any]) -> None:
    data: Any = {"a": "b"} if "patternProperties" in schema else "b"

    with pytest.raises(ContractError):
        contract_problems(schema, data)


def test_importing_loads_nothing_that_slows_a_cold_start() -> None:
    heavy = ["json", "fractions", "decimal", "difflib", "urllib.parse", "ipaddress", "jsonschema"]
    script = (
        "import json as j, sys; before = set(sys.modules) - {'json'};"
        "sys.modules.pop('json'); import bbws_templates.contract;"
        f"print(j.dumps([name for name in {heavy} if name in sys.modules and name not in before]))"
    )

    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert json.loads(result.stdout) == []


def test_a_number_of_thousands_of_digits_is_a_number() -> None:
    (problem,) = contract_problems({"multipleOf": 0.3}, 10**5000)
    assert problem.expectation == "must be a multiple of 0.3, is a whole number of more than 20 digits"
    assert contract_problems({"multipleOf": 0.5, "minimum": 0.5}, 10**5000) == ()


def test_text_that_is_too_long_for_a_format_is_refused_unread() -> None:
    url = "https://example.com/".ljust(10_000, "x")
    assert contract_problems({"format": "uri"}, url) == ()
    (problem,) = contract_problems({"format": "uri"}, url + "x")
    assert problem.expectation == "must have at most 10,000 characters, has 10,001"


def test_text_that_is_too_long_for_a_pattern_is_refused_unread() -> None:
    """The time that this pattern takes grows with the square of the length: here, by a factor of 10,000."""
    schema = {"pattern": "a+$", "patternProperties": {"a+$": False}, "additionalProperties": {"type": "null"}}

    (problem,) = contract_problems(schema, "a" * 1_000_000 + "!")
    name, unknown = contract_problems(schema, {"a" * 1_000_000 + "!": 1})

    assert problem.expectation == "must have at most 10,000 characters, has 1,000,001"
    assert "must have a name of at most 10,000 characters" in name.expectation
    assert "must be null" in unknown.expectation
    assert contract_problems(schema, "a" * 10_000) == ()


_LONG_LINK = "javascript:alert(1)//".ljust(10_001, "x")


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ({"not": {"pattern": "^javascript:"}}, _LONG_LINK),
        ({"not": {"anyOf": [{"pattern": "^javascript:"}, {"format": "email"}]}}, _LONG_LINK),
        ({"not": {"not": {"not": {"pattern": "^javascript:"}}}}, _LONG_LINK),
        ({"items": {"not": {"format": "uri"}}}, [_LONG_LINK]),
        ({"if": {"pattern": "^javascript:"}, "then": False}, _LONG_LINK),
        ({"oneOf": [{"pattern": "^javascript:"}, {"type": "string"}]}, _LONG_LINK),
        ({"patternProperties": {"^javascript:": False}}, {_LONG_LINK: ""}),
        ({"not": {"propertyNames": {"pattern": "^[a-i]"}}}, {_LONG_LINK: ""}),
    ],
)
def test_text_that_is_too_long_for_a_pattern_does_not_pass_for_one_that_does_not_match(
    schema: dict[str, object], data: object
) -> None:
    (problem, *_) = contract_problems(schema, data)

    assert "10,000 characters" in problem.expectation
    assert "javascript" not in str(problem)


def test_long_text_is_no_matter_to_a_contract_that_decides_by_something_else() -> None:
    schema = {"not": {"type": "number"}, "if": {"maxLength": 5}, "then": False, "oneOf": [{"minLength": 1}]}

    assert contract_problems(schema, _LONG_LINK) == ()
