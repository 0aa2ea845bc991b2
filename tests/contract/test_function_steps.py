"""A contract written out as a function counts what it does: it is sure of nothing that the check gives up."""

from __future__ import annotations

from typing import Any

import pytest

from bbws_templates.contract import contract_problems, functions
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


GIVEN_UP = {"not": {"const": 1}}
"""What no function is made of: where it may be missing, the rest is written out without it."""


def fewest_steps(schema: Any, data: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many steps a check must have before the function is sure of ``data``."""
    least, most = 0, 4_000
    while least < most:
        middle = (least + most) // 2
        monkeypatch.setattr(functions, "MAX_STEPS", middle)
        if agrees(schema, data):
            most = middle
        else:
            least = middle + 1
    return least


def test_of_what_is_given_up_nothing_counts_and_nothing_is_taken_for_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    word = {"type": "string", "pattern": "^[a-z]+$"}
    with_it, without = (
        {"type": "object", "properties": {"a": a, "b": word}} for a in ({**word, **GIVEN_UP}, GIVEN_UP)
    )
    needed = fewest_steps(without, {"b": "x"}, monkeypatch)
    assert fewest_steps(with_it, {"b": "x"}, monkeypatch) == needed > 0


def test_what_is_given_up_is_not_taken_for_what_stands_around_the_rest() -> None:
    members = {f"m{number}": {**GIVEN_UP} for number in range(60)}
    assert agrees({"type": "object", "properties": {**members, "b": {"type": "string"}}}, {"b": "x"})


def test_an_address_beyond_ascii_which_takes_longer_is_left_to_the_check() -> None:
    schema = {"type": "string", "format": "email"}
    assert agrees(schema, "a@e.example")
    assert is_accepted(schema, "a@é.example")
    assert not agrees(schema, "a@é.example")
