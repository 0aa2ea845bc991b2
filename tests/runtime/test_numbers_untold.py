"""A number may be whose it is, an identity or a telephone: none of the data is said in an error or a log."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishing.directory_store import DirectoryStore
from bbws_templates import Mode, RenderWarning, Template, TemplateClient, mime_message, ses_content
from bbws_templates.contract import contract_problems, require
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.leniency import permitted
from bbws_templates.message import unsubscribe_headers
from tests.publishing.samples import publish_to, release
from tests.runtime.test_message import rendered

IDENTITY = 8001015009087
TELEPHONE = "27821234567"

KINDS = ("string", "number", "integer", "boolean", "array", "object", "null")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxItems")
DEMANDS: list[dict[str, Any]] = [
    *({"type": kind} for kind in KINDS),
    *({bound: 7} for bound in BOUNDS),
    {"type": "string", "format": "date"},
    {"type": "string", "format": "email"},
    {"pattern": "^a+$"},
    {"enum": ["PAID", 5]},
    {"const": 0},
    {"not": {}},
    {"anyOf": [{"type": "boolean"}, {"minimum": 2e20}]},
    {"oneOf": [{}, {}]},
    {"uniqueItems": True},
    {"additionalProperties": False, "properties": {"line19": {"type": "string"}}},
    {"additionalProperties": {"type": "null"}},
    {"patternProperties": {"": {"type": "null"}}},
    {"propertyNames": {"maxLength": 1}},
    {"items": {"type": "null"}},
]

numbers = st.one_of(
    st.integers(min_value=10**4),
    st.integers(max_value=-(10**4)),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: abs(number) >= 10**4),
    st.decimals(min_value=10**4, allow_nan=False, allow_infinity=False),
)
digits = st.integers(10**4, 10**15).map(str)
names = st.builds(
    "{}{}{}".format, st.sampled_from(["", "x", "tel-", "+", "no_"]), digits, st.sampled_from("a_ ")
)
values = st.recursive(
    numbers | digits | digits.map("no. {}".format),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def numbers_in(data: Any) -> set[str]:
    return set(re.findall(r"\d{5,}", json.dumps(data, default=str)))


def assert_untold(data: Any, *told: object) -> None:
    for each in told:
        texts = [str(each), repr(each)]
        if isinstance(each, BaseException):
            texts += ["".join(traceback.format_exception(each)), repr(each.args), repr(vars(each))]
        for text in texts:
            for form in (text, re.sub(r"(?<=\d)[,.](?=\d)", "", text)):
                assert not [number for number in numbers_in(data) if number in form], form


@given(values, st.lists(st.sampled_from(DEMANDS), min_size=1, max_size=4))
def test_no_problem_with_a_contract_says_a_number_of_the_data(
    data: Any, demands: list[dict[str, Any]]
) -> None:
    for value, contract in (
        (data, {"allOf": demands}),
        ({"field": data}, {"properties": {"field": {"allOf": demands}}}),
        (data, {"additionalProperties": demands[0], "items": demands[0]}),
    ):
        assert_untold(value, *contract_problems(contract, value), *permitted(contract, value)[1])
        try:
            require(contract, value)
        except BbwsTemplatesError as error:
            assert_untold(value, error)


@given(values, st.sampled_from(list(Mode)))
def test_no_fault_of_rendering_says_a_number_of_the_data(data: Any, mode: Mode) -> None:
    for source in ("{{field}}", "{{{field}}}", "{{#field}}{{.}}{{a}}{{/field}}", "{{field.a}}"):
        warnings: list[RenderWarning] = []
        template = Template.parse(source)
        try:
            template.render({"field": data}, mode=mode)
        except BbwsTemplatesError as error:
            assert_untold(data, error)
        template.render({"field": data}, mode=mode, strict=False, warnings=warnings)
        assert_untold(data, *warnings)


@given(values)
def test_no_fault_of_a_header_says_a_number_of_the_data(data: Any) -> None:
    mail = rendered()
    calls: list[Callable[[], Any]] = [
        lambda: mime_message(mail, recipient=data),
        lambda: mime_message(mail, recipient="a@example.com", date=data),
        lambda: mime_message(mail, recipient="a@example.com", message_id=data),
        lambda: unsubscribe_headers(data),
        lambda: ses_content(mail, headers=cast("Any", [data])),
        *(
            partial(mime_message, mail, recipient="a@example.com", headers={name: data})
            for name in ("Cc", "Sender", "References", "Expires", "Return-Path", "X-Order", "List-Id")
        ),
    ]
    for call in calls:
        try:
            call()
        except BbwsTemplatesError as error:
            assert_untold(data, error)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (IDENTITY, "a whole number of 13 digits"),
        (-150, "a negative whole number of 3 digits"),
        (150.0, "a whole number of 3 digits"),
        (0, "a whole number of 1 digit"),
        (299.9, "a number with a fraction"),
        (-0.5, "a negative number with a fraction"),
        (10**20 - 1, "a whole number of 20 digits"),
        pytest.param(10**5000, "a whole number of more than 20 digits", id="longer than str"),
        (1e300, "a whole number of more than 20 digits"),
        (float("nan"), "a number"),
        (float("-inf"), "a number"),
    ],
)
def test_of_a_number_its_kind_is_said(value: Any, said: str) -> None:
    (problem,) = contract_problems({"type": "boolean"}, value)
    assert problem.expectation == f"must be true or false, is {said}"


def test_a_name_that_the_contract_has_is_said_whatever_its_digits() -> None:
    contract = {
        "properties": {"iso3166": {"type": "string"}, "line19": {"type": "string"}},
        "additionalProperties": False,
        "required": ["sha256"],
    }
    found = contract_problems(contract, {"iso3166": 1, "line19": 2, "line20": 3, "tel0821234567": 4})
    assert [problem.pointer for problem in found] == ["/iso3166", "/line19", "/line20", "", "/sha256"]
    assert found[3].expectation.startswith(
        "has a member whose name is text of 13 characters; it must not be here"
    )


def test_what_has_such_a_name_is_not_printed_and_what_the_contract_names_beside_it_is() -> None:
    contract = {"properties": {"iso3166": {"type": "string"}}, "additionalProperties": {"type": "boolean"}}
    data = {"iso3166": "ZA", "a": True, TELEPHONE: "javascript:alert(1)"}
    assert permitted(contract, data)[0] == {"iso3166": "ZA", "a": True, TELEPHONE: ""}


@pytest.mark.parametrize(
    ("contract", "data", "place"),
    [
        ({"dependentRequired": {"a": ["line12345"]}}, {"a": 1}, "/line12345"),
        (
            {"dependentRequired": {"line12345": ["a"]}, "additionalProperties": False},
            {"line12345": 1},
            "/line12345",
        ),
        ({"dependentSchemas": {"iso27001": {}}, "additionalProperties": False}, {"iso27001": 1}, "/iso27001"),
        (
            {"propertyNames": {"enum": ["iso27001"]}, "additionalProperties": {"type": "string"}},
            {"iso27001": 2},
            "/iso27001",
        ),
        (
            {
                "$defs": {"names": {"anyOf": [{"const": "iso27001"}, {"enum": ["iso9001"]}]}},
                "propertyNames": {"$ref": "#/$defs/names"},
                "additionalProperties": {"type": "string"},
            },
            {"iso27001": 2},
            "/iso27001",
        ),
        ({"patternProperties": {"^q[0-9]{4}$": {"type": "string"}}}, {"q2024": 1}, ""),
        ({"additionalProperties": {"type": "string"}}, {"q2024": 1}, ""),
    ],
)
def test_the_names_of_the_contract_are_those_that_it_writes(
    contract: dict[str, Any], data: Any, place: str
) -> None:
    assert place in {problem.pointer for problem in contract_problems(contract, data)}


@pytest.mark.parametrize("name", ["line12345", "c d", "a@example.com", "", "line\n1", "x" * 99])
def test_a_missing_member_is_not_said_to_be_there(name: str) -> None:
    for contract in ({"required": [name]}, {"dependentRequired": {"a": [name]}}):
        (problem,) = contract_problems(contract, {"a": 1})
        assert "has a member" not in problem.expectation
        assert "is required" in problem.expectation


def test_the_log_of_a_mail_has_no_number_of_its_data(
    directory: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    contract = {"properties": {"tenantEmail": {"type": "string"}}, "additionalProperties": False}
    publish_to(directory, release(contract=contract, html="{{tenantEmail}}"))
    client = TemplateClient(str(directory.target))
    data = {"tenantEmail": IDENTITY, f"x{TELEPHONE}": Decimal(12345)}
    with pytest.raises(BbwsTemplatesError) as found:
        client.render("receipts/receipt", data)
    assert_untold(data, found.value)
    with caplog.at_level(logging.WARNING, "bbws_templates"):
        client.render("receipts/receipt", data, strict=False)
    assert caplog.records
    assert_untold(
        data, *(record.getMessage() for record in caplog.records), *(record.args for record in caplog.records)
    )
