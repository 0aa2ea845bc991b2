"""What an error of a contract offers to write instead, and what an address is written as."""

from __future__ import annotations

from typing import Any

import pytest

from bbws_templates.addresses import is_address, parted, written
from bbws_templates.contract import contract_problems

LOSES = "; a JSON number keeps no zeros at its ends and no separators"


def said(schema: dict[str, Any], value: Any) -> str:
    contract = {"type": "object", "properties": {"field": schema}}
    (problem,) = contract_problems(contract, {"field": value})
    return str(problem)


@pytest.mark.parametrize(
    ("schema", "value", "offered"),
    [
        ({"type": "string"}, 5, '"299.90"'),
        ({"type": "string", "format": "date"}, 5, '"2025-12-19"'),
        (
            {"type": "string", "format": "date", "examples": ["1 May"]},
            5,
            '"1 May"',
        ),
        ({"type": "string", "default": "none"}, 5, '"none"'),
        (
            {"type": "string", "examples": ["x" * 60]},
            5,
            '"' + "x" * 60 + '"',
        ),
        (
            {"type": "string", "examples": ["x" * 61, "", "a\nb", 7, "good"]},
            5,
            '"good"',
        ),
        ({"type": "string"}, 299.9, '"299.90"'),
        ({"type": "string"}, 1e30, '"299.90"'),
    ],
)
def test_a_number_in_place_of_text_is_answered_by_an_example(
    schema: dict[str, Any], value: Any, offered: str
) -> None:
    message = said(schema, value)
    assert f"must be text such as {offered}" in message
    assert message.endswith(LOSES)


def test_a_list_of_types_is_no_reason_to_offer_text() -> None:
    assert "such as" not in said({"type": ["string", "null"]}, 5)


def test_a_field_that_must_not_be_here_names_the_one_that_was_meant() -> None:
    contract = {"type": "object", "properties": {"orderId": {}, "note": False}, "additionalProperties": False}
    (problem,) = contract_problems(contract, {"orderld": 1})
    assert "the contract has no such field" in str(problem)
    assert "orderId" in str(problem)
    (problem,) = contract_problems(contract, {"note": 1})
    assert "must not be here" in str(problem)
    assert not contract_problems(contract, {"orderId": 1})


@pytest.mark.parametrize(
    ("address", "again"),
    [
        ("jane.doe+x@example.com", "jane.doe+x@example.com"),
        ('"jane doe"@example.com', '"jane doe"@example.com'),
        ('"a\\"b"@example.com', '"a\\"b"@example.com'),
        ('"a\\\\b"@example.com', '"a\\\\b"@example.com'),
        ('"jane"@example.com', "jane@example.com"),
        ('".jane"@example.com', '".jane"@example.com'),
    ],
)
def test_an_address_is_quoted_where_it_must_be_and_nowhere_else(address: str, again: str) -> None:
    parts = parted(address)
    assert parts
    assert written(*parts) == again
    assert parted(again) == parts


@pytest.mark.parametrize(
    ("text", "is_one"), [("a@[IPv6:::1]", True), ("a@[IPv6:::g]", False), ("a@[IPv6:1.2.3.4]", False)]
)
def test_a_bracketed_address_of_version_6_is_one_that_can_be_read(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one
