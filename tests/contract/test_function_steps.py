"""A contract written out as a function counts what it does: it is sure of nothing that the check gives up."""

from __future__ import annotations

from typing import Any

import pytest

from bbws_templates.contract import contract_problems
from tests.contract.test_functions import agrees, is_accepted


@pytest.mark.parametrize("rows", [10, 1_000, 10_000, 100_000])
def test_more_than_a_check_may_take_is_not_accepted_for_being_quick(rows: int) -> None:
    row = {
        "type": "object",
        "properties": {"a": {"type": "string", "pattern": "^[a-z]+$"}},
        "required": ["a"],
    }
    schema = {"type": "array", "items": row}
    assert agrees(schema, [{"a": "x"}] * rows) == (rows <= 10_000)


NAMES = [f"m{number}" for number in range(40)]
COSTLY_ROWS = {
    "a schema of many keywords": (4_000, {f"x-{number}": 1 for number in range(400)}, 1),
    "members that must be no others": (
        2_300,
        {"type": "object", "properties": dict.fromkeys(NAMES, True), "additionalProperties": False},
        dict.fromkeys(NAMES, 1),
    ),
    "members that may be others": (
        2_300,
        {"type": "object", "properties": dict.fromkeys(NAMES, True), "additionalProperties": True},
        dict.fromkeys([*NAMES, *"abc"], 1),
    ),
    "members that must be there": (
        1_700,
        {"type": "object", "properties": dict.fromkeys(NAMES, True), "required": NAMES},
        dict.fromkeys(NAMES, 1),
    ),
    "many words": (
        1_900,
        {"type": "string", "enum": [f"word {number}" for number in range(105)]},
        "word 104",
    ),
    "long words": (1_950, {"type": "string", "enum": ["x" * 100_000, "y"]}, "y"),
}


@pytest.mark.parametrize(("rows", "row", "data"), COSTLY_ROWS.values(), ids=COSTLY_ROWS)
def test_each_row_counts_at_least_as_much_as_in_the_check(rows: int, row: Any, data: Any) -> None:
    """The check does not come to the end of so many rows: then the function is not sure of them."""
    schema = {"type": "array", "items": row}
    assert [problem.expectation for problem in contract_problems(schema, [data] * rows)] == [
        "must be less: to check them takes more than 200,000 steps"
    ]
    assert not agrees(schema, [data] * rows)
    assert agrees(schema, [data] * (rows // 20))


@pytest.mark.parametrize(
    ("members", "distinct", "sure"), [(10, True, True), (60, True, False), (60, False, True)]
)
def test_reading_many_patterns_counts_as_much_as_in_the_check(
    members: int, distinct: bool, sure: bool
) -> None:
    names = [f"m{number:03}" for number in range(members)]
    written = {name: f"^(x|{name if distinct else ''}{'y' * 80})$" for name in names}
    contract = {
        "type": "object",
        "properties": {name: {"type": "string", "pattern": written[name]} for name in names},
        "required": names,
    }
    assert agrees(contract, dict.fromkeys(names, "x")) is sure
    assert is_accepted(contract, dict.fromkeys(names, "x")) is sure


@pytest.mark.parametrize(("pattern", "length"), [("^[xy]+$", 2_048), ("x+y+", 256)])
def test_longer_texts_than_these_are_left_to_the_check(pattern: str, length: int) -> None:
    contract = {"type": "string", "pattern": pattern}
    assert agrees(contract, "x" * (length - 1) + "y")
    assert not agrees(contract, "x" * length + "y")
