"""No data and no contract keep whoever checks busy: what a check takes is counted, never timed."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import pytest

from bbws_templates.contract import contract_problems, every_problem, require, unsupported_keywords
from bbws_templates.contract.schema import MAX_STEPS, Evaluation
from bbws_templates.contract.wording import did_you_mean, one_of, text_example
from bbws_templates.errors import ContractError
from bbws_templates.json_values import canonical
from bbws_templates.patterns import usable

TOO_MUCH = f"must be less: to check them takes more than {MAX_STEPS:,} steps"


def nested(levels: int, leaf: str = "leaf") -> Any:
    data: Any = leaf
    for _ in range(levels):
        data = [data]
    return data


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many steps the checks of a test have taken, one by one."""
    taken: list[int] = []
    spend = Evaluation.spend

    def counted(self: Evaluation, number: int = 1) -> None:
        taken.append(number)
        spend(self, number)

    monkeypatch.setattr(Evaluation, "spend", counted)
    return taken


RECURSIVE: dict[str, dict[str, Any]] = {
    "oneOf": {"oneOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}, "minItems": 2}]},
    "anyOf": {"anyOf": [{"items": {"$ref": "#"}, "maxItems": 0}, {"items": {"$ref": "#"}}]},
    "allOf": {"allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]},
    "not": {"not": {"items": {"$ref": "#"}}, "items": {"$ref": "#"}},
    "if": {"if": {"items": {"$ref": "#"}}, "then": {"items": {"$ref": "#"}}},
    "definition": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {"oneOf": [{"$ref": "#/$defs/list"}, {"$ref": "#/$defs/list", "minItems": 2}]},
            "list": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        },
    },
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_a_contract_that_doubles_with_each_level_ends_and_is_refused_where_it_is_written(
    name: str, steps: list[int]
) -> None:
    contract = RECURSIVE[name]

    assert contract_problems(contract, nested(40))
    assert sum(steps[:-1]) <= MAX_STEPS
    with pytest.raises(ContractError):
        require(contract, nested(40))
    assert [problem for problem in unsupported_keywords(contract) if "doubles" in problem.expectation]


@pytest.mark.parametrize(
    "contract",
    [
        {"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#"}}]},
        {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}, "additionalProperties": False},
        {"prefixItems": [{"$ref": "#"}, {"$ref": "#"}], "items": {"$ref": "#"}},
        {"properties": {"child": {"$ref": "#"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"oneOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"b": {"$ref": "#"}}}]},
    ],
)
def test_a_contract_that_follows_the_data_once_is_sound_and_takes_steps_by_their_size(
    contract: dict[str, Any], steps: list[int]
) -> None:
    assert unsupported_keywords(contract) == ()
    taken = []
    for levels in (10, 20, 40):
        steps.clear()
        contract_problems(contract, nested(levels))
        taken.append(sum(steps))
    assert taken[2] <= 6 * taken[0]


MODULUS = sys.hash_info.modulus


@pytest.mark.parametrize(
    "items",
    [
        [number * MODULUS for number in range(4_000)],
        [float(number) * 2.0**61 for number in range(4_000)],
        [[number * MODULUS, -1] for number in range(4_000)],
        [{"a": number * MODULUS} for number in range(4_000)],
        [[-1] * (number % 30) + [-2] * (number // 30) for number in range(900)],
    ],
    ids=["integers", "floats", "lists", "objects", "minus-one-and-two"],
)
def test_items_whose_hashes_are_all_the_same_are_told_apart_in_linear_time(
    items: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equality would be asked of each pair. Only text is put into the table, whose hash nobody can choose."""
    asked = 0

    class Text(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal asked
            asked += 1
            return str.__eq__(self, other)

    module = "bbws_templates.contract.keywords"
    monkeypatch.setattr(f"{module}.canonical", lambda *arguments: Text(canonical(*arguments)))

    assert contract_problems({"uniqueItems": True}, items) == ()
    assert asked < len(items)


@pytest.mark.parametrize(
    ("items", "repeated"),
    [
        ([1, 1.0], True), ([True, 1], False), ([0, False], False), ([-0.0, 0], True), (["1", 1], False),
        ([None, "None"], False), ([[1], ["1"]], False), ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], True),
        (["a,b", ["a", "b"]], False), ([["a,s1:b"], ["a", "b"]], False), ([{"a": 1}, {"a": True}], False),
        ([1e300, int(1e300)], True), ([0.1, 0.1], True), ([[], {}], False), ([10**400, 10**400], True),
        ([{"a=1": 1}, {"a": "1=1"}], False), (["😀", "😀"], True), ([(1, 2), [1, 2]], True),
    ],
)  # fmt: skip
def test_items_are_equal_as_json_has_it(items: list[Any], repeated: bool) -> None:
    assert bool(contract_problems({"uniqueItems": True}, items)) == repeated
    assert bool(contract_problems({"const": items[0]}, items[1])) != repeated
    assert bool(contract_problems({"enum": [items[0]]}, items[1])) != repeated


HUGE = 10**400


@pytest.mark.parametrize(
    ("contract", "data"),
    [
        ({"multipleOf": 0}, 1), ({"multipleOf": 0.0}, 1.5), ({"multipleOf": float("nan")}, 1.5),
        ({"multipleOf": "1"}, 1), ({"minLength": HUGE}, "a"), ({"minLength": float("inf")}, "a"),
        ({"maxLength": -HUGE}, "a"), ({"minItems": HUGE}, []), ({"maxItems": -HUGE}, []),
        ({"minProperties": HUGE}, {}), ({"maxProperties": -HUGE}, {}), ({"minimum": HUGE}, 1),
        ({"minimum": 10**5000}, 1.5), ({"exclusiveMaximum": -(10**5000)}, 1), ({"multipleOf": HUGE}, 1),
        ({"multipleOf": HUGE}, 1.5), ({"minimum": "1"}, 1), ({"enum": 5}, 1), ({"type": 5}, 1),
        ({"required": 5}, {}), ({"properties": []}, {"a": 1}), ({"items": 5}, [1]), ({"allOf": 5}, 1),
        ({"$ref": 5}, 1), ({"$ref": []}, 1), ({"pattern": 5}, "a"), ({"format": []}, "a"),
        ({"format": "x"}, "a"),
        ({"enum": [HUGE]}, 1), ({"const": 10**5000}, 1), ({"dependentRequired": {"a": 5}}, {"a": 1}),
        ({"patternProperties": {"a": 5}}, {"a": 1}), ({"if": 5}, 1), ({"contains": {}}, [1]),
        ({"unknown": 1}, 1),
        ({"properties": {"a": {"$id": "b.json"}}}, {"a": 1}), ({"$ref": "#/$defs/a~2"}, 1), (5, 1), (None, 1),
    ],
)  # fmt: skip
def test_whatever_a_contract_holds_is_a_contract_error_and_nothing_raw(contract: Any, data: Any) -> None:
    with pytest.raises(ContractError) as caught:
        require(contract, data)

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"multipleOf": 0}, "above 0"),
        ({"multipleOf": -1}, "above 0"),
        ({"minLength": HUGE}, "minLength"),
        ({"maxItems": 10**10}, "maxItems"),
        ({"maxItems": -(10**10)}, "maxItems"),
        ({"minProperties": 1e300}, "minProperties"),
    ],
)
def test_a_bound_that_means_nothing_is_refused_where_it_is_written(schema: dict[str, Any], word: str) -> None:
    (problem,) = unsupported_keywords({"properties": {"a": schema}})

    assert problem.pointer == f"/properties/a/{next(iter(schema))}"
    assert word in problem.expectation


@pytest.mark.parametrize("pattern", [".*.*=.*", "^(a+)+$", "^(a|a)*$", "^" + "a?" * 40 + "a" * 40 + "$"])
def test_a_pattern_that_is_not_proven_harmless_never_runs(pattern: str) -> None:
    """Run, each would go on for hours: a release of another version may hold it."""
    for contract, data in (
        ({"pattern": pattern}, "a" * 50),
        ({"patternProperties": {pattern: False}}, {"a" * 50: 1}),
        ({"properties": {}, "patternProperties": {pattern: True}, "additionalProperties": False}, {"b": 1}),
    ):
        with pytest.raises(ContractError, match="not proven"):
            contract_problems(contract, data)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("^.*a.*$", "a" * 9_999 + "\n"), (r"^.+@.+\..+$", "@." * 4_000 + "\n"), ("a+$", "a" * 9_999 + "!")],
)
def test_what_a_pattern_may_take_is_counted_before_it_runs(pattern: str, text: str, steps: list[int]) -> None:
    contract = {"items": {"pattern": pattern}}

    *_, problem = contract_problems(contract, [text] * 50)

    assert problem.expectation == TOO_MUCH
    assert sum(steps[:-1]) <= MAX_STEPS
    assert usable(pattern).effort.degree > 1


@pytest.mark.parametrize(
    ("contract", "data"),
    [
        ({"items": {"type": "integer"}}, list(range(1_000_000))),
        ({"items": {"enum": list(range(2_000))}}, [1_999] * 100_000),
        ({"additionalProperties": False, "properties": {f"name{n}": {} for n in range(300_000)}}, {}),
        ({"items": {"oneOf": [{"required": [str(n)]} for n in range(3_000)]}}, [{}] * 10_000),
        ({"const": [1] * 1_000_000}, 5),
        ({"uniqueItems": True}, [[number] * 1_000 for number in range(1_000)]),
    ],
    ids=["items", "enum", "fields", "alternatives", "const", "unique"],
)  # fmt: skip
def test_more_than_a_check_may_take_is_said_of_the_data(
    contract: dict[str, Any], data: Any, steps: list[int]
) -> None:
    *_, problem = contract_problems(contract, data)

    assert (problem.pointer, problem.expectation) == ("", TOO_MUCH)
    assert len(steps) < 2 * MAX_STEPS


def test_data_as_large_as_an_email_can_be_take_a_part_of_it(steps: list[int]) -> None:
    row = {
        "type": "object",
        "required": ["name", "total"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "total": {"$ref": "#/$defs/money"},
            "quantity": {"type": "integer", "minimum": 1},
        },
    }
    contract = {
        "properties": {"rows": {"items": row}},
        "$defs": {"money": {"type": "string", "pattern": r"^\d+\.\d{2}$"}},
    }
    data = {"rows": [{"name": "Site", "total": "12.50", "quantity": 2}] * 2_000}

    assert contract_problems(contract, data) == ()
    assert sum(steps) < MAX_STEPS / 4


def test_only_the_first_misspelt_names_are_compared_with_all_that_there_are() -> None:
    contract = {"additionalProperties": False, "properties": {f"name{number}": {} for number in range(5_000)}}

    problems = contract_problems(contract, {f"nane{number}": 1 for number in range(90)})

    assert len(problems) == 90
    assert 0 < sum("did you mean" in problem.expectation for problem in problems) <= 10


HOSTILE = ["a\nb", "jane@example.com", "x" * 1_000_000, "\x1b[31m", "Jane Doe", "\u202egnp", "\ud800", ""]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_message_is_one_short_line_without_the_names_that_data_bring(name: str) -> None:
    contract = {
        "properties": {"known": {"type": "string"}},
        "patternProperties": {"^zz": {"type": "null"}},
        "propertyNames": {"maxLength": 3},
        "additionalProperties": {"additionalProperties": {"type": "null"}},
    }
    data = {name: {name: 1, "a": {name: 1}}, f"zz{name}": [1], "known": {name: 1}}

    with pytest.raises(ContractError) as caught:
        require(contract, data, template="a/b\n" + "t" * 500)

    for text in (str(caught.value), *(f"{p.pointer} {p.expectation}" for p in caught.value.problems)):
        assert text.isprintable()
        assert not name or name not in text
        assert len(text) < 5_000


def test_a_message_names_as_many_problems_as_fit_and_counts_the_rest() -> None:
    contract = {"required": [f"field{number}" for number in range(90)], "properties": {}}

    with pytest.raises(ContractError) as caught:
        require(contract, {})

    assert len(caught.value.problems) == 90
    assert len(str(caught.value)) < 4_500
    assert "/field0: is required" in str(caught.value)
    assert str(caught.value).endswith(" more.") or "field89" in str(caught.value)


def test_text_of_a_contract_stays_on_one_line() -> None:
    contract = {
        "pattern": "^\n\x1b$",
        "enum": ["a\nb", "\x1b[1m", "\u2028" * 500],
        "examples": ["two\nlines"],
        "type": ["integer", "\n"],
    }
    problems = contract_problems(contract, "x")

    assert len(problems) == 3
    assert all(str(problem).isprintable() for problem in problems)


def test_a_check_that_starts_deep_in_the_stack_is_a_problem_and_no_traceback() -> None:
    contract: dict[str, Any] = {"items": {"$ref": "#"}}

    def deep(levels: int) -> Any:
        return contract_problems(contract, nested(99)) if levels == 0 else deep(levels - 1)

    results = islice((deep(levels) for levels in count(400, 60)), 8)
    found = []
    try:
        for result in results:
            found.append(result)
    except RecursionError:  # the test's own stack
        pass
    assert found


ANCHORED = {f"d{n}": {"$anchor": f"a{n}"} for n in range(999)}
URL_OF_NO_HOST = f"https://{'a' * 9_000} "


@pytest.mark.parametrize(
    ("contract", "data"),
    [
        ({"items": {f"x-{number}": 1 for number in range(20_000)}}, [1] * 50_000),
        ({"items": {"type": ["string"] * 100_000}}, [1] * 9_000),
        ({"allOf": [{"$ref": f"#a{n}"} for n in range(999)], "$defs": ANCHORED}, {}),
        ({"patternProperties": {f"^{n}(a|b)*[0-9]+(c?d?e?f?)$": True for n in range(900)}}, {"a": 1}),
        ({"allOf": [{"const": 1}] * 90}, nested(90, "x" * 1_000_000)),
        ({"items": {"format": "uri"}}, [URL_OF_NO_HOST] * 9_000),
        ({"items": {"format": "email"}}, [f"a@{'é' * 240}.com"] * 9_000),
        ({"items": {"multipleOf": 0.01}}, [299.9] * 99_000),
        ({"items": {"multipleOf": 10**4_000 + 7}}, [10**40_000] * 1_000),
    ],
)  # fmt: skip
def test_whatever_takes_longer_than_a_step_counts_for_more_than_one(contract: Any, data: Any) -> None:
    with pytest.raises(ContractError, match="more than 200,000 steps"):
        every_problem(contract, data)


class Endless(list[Any]):
    """A list, or the members of an enum, of which nobody may look at more than a hundred."""

    def __iter__(self) -> Iterator[Any]:
        for number in range(101):
            assert number < 100, "all of it was looked at"
            yield 10_000_000 + number


def test_a_sentence_costs_no_more_than_it_shows() -> None:
    assert one_of([Endless([1])]).endswith("…")
    assert one_of(Endless([1])).startswith("10000000")
    assert text_example({"examples": Endless()}) == ""
    assert one_of(["x" * 10**6]) == f'"{"x" * 58}…'
    assert one_of([{"a": [1, True, None, 1.5, "é"]}]) == '{"a": [1, true, null, 1.5, "é"]}'
    assert one_of([10**5_000, 1]) == "one of a number with more than twenty digits, 1"
    assert did_you_mean("nam", {"name": 1}) == " (did you mean 'name'?)"


@pytest.mark.parametrize(
    "rule", [{"items": {"pattern": "^https:"}}, {"prefixItems": [False]}, {"maxItems": 0}]
)
def test_all_that_a_section_repeats_over_is_held_to_the_rules_for_lists(rule: dict[str, Any]) -> None:
    assert contract_problems(rule, deque(["javascript:alert(1)"]))
    assert contract_problems({"uniqueItems": True}, deque([1, 1.0]))
