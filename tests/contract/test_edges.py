"""Where a bound lies, to the one: what is just within it passes, and what is one beyond does not."""

from __future__ import annotations

from typing import Any

import pytest

from bbws_templates.addresses import is_address
from bbws_templates.contract import contract_problems, every_problem, require, unsupported_keywords
from bbws_templates.contract.formats import FORMATS
from bbws_templates.contract.schema import MAX_STEPS, Evaluation, apply
from bbws_templates.contract.wording import did_you_mean, is_plain_name
from bbws_templates.errors import ContractError
from bbws_templates.json_values import MAX_NESTING

STEPS = "more than 200,000 steps"
DEEP = f"must not be nested deeper than {MAX_NESTING} levels"


def domain(length: int) -> str:
    """A domain of so many characters, in labels of at most 63."""
    labels = []
    while length > 64:
        labels.append("d" * 63)
        length -= 64
    return ".".join([*labels, "e" * length])


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("a" * 64 + "@" + domain(189), True),  # 254 characters
        ("a" * 64 + "@" + domain(190), False),
        ("a@" + domain(252), True),
        ("a@" + domain(253), False),
        ("a" * 65 + "@example.com", False),
        ("a@" + "d" * 63 + ".example", True),
        ("a@" + "d" * 64 + ".example", False),
        ("a@[192.0.2.1]", True),
        ("a@[192.0.2.1x", False),
        ("a@x192.0.2.1]", False),
        ("a@[IPv6:fe80::1]", True),
        ("a@[IPv6:fe80::1%eth0]", False),
    ],
)
def test_an_address_ends_where_rfc_5321_ends_it(address: str, is_one: bool) -> None:
    assert is_address(address) is is_one


@pytest.mark.parametrize(
    ("moment", "is_one"),
    [
        ("1998-12-31T23:59:60Z", True),
        ("1998-12-31T23:58:60Z", False),
        ("1999-01-01T00:29:60+00:30", True),
        ("1999-01-01T00:30:60+00:30", False),
        ("1998-12-31T15:59:60-08:00", True),
        ("1998-12-31T22:59:60-23:00", False),
    ],
)
def test_a_leap_second_falls_at_midnight_of_greenwich(moment: str, is_one: bool) -> None:
    assert FORMATS["date-time"].accepts(moment) is is_one


# --- steps ----------------------------------------------------------------------------------------------


def test_a_check_may_take_all_its_steps_and_not_one_more() -> None:
    within = {"allOf": [True] * (MAX_STEPS - 1)}
    assert contract_problems(within, "") == ()
    beyond = {"allOf": [True] * MAX_STEPS}
    assert [problem.expectation for problem in contract_problems(beyond, "")] == [
        f"must be less: to check them takes {STEPS}"
    ]
    with pytest.raises(ContractError, match=STEPS):
        every_problem(beyond, "")


class Counting(Evaluation):
    """A check that adds up its steps."""

    taken: int | float = 0

    def spend(self, steps: int = 1) -> None:
        self.taken += steps
        super().spend(steps)


TWICE_BY_ANCHOR: dict[str, Any] = {
    "allOf": [{"$ref": "#one"}, {"$ref": "#one"}],
    "$defs": {"a": {"$anchor": "one"}},
}


@pytest.mark.parametrize(
    ("contract", "data", "steps"),
    [
        pytest.param(True, "", 1, id="true"),
        pytest.param({}, "", 1, id="nothing"),
        pytest.param(
            {"x-1": 1, "x-2": 2, "x-3": 3, "x-4": 4, "x-5": 5, "x-6": 6, "x-7": 7}, "", 1, id="seven"
        ),
        pytest.param({"title": "", **{f"x-{n}": n for n in range(7)}}, "", 2, id="eight keywords"),
        pytest.param({"type": ["string"] * 7}, "", 1, id="seven types"),
        pytest.param({"type": ["string"] * 8}, "", 2, id="eight types"),
        pytest.param({"type": ["string"] * 9}, "", 2, id="nine types"),
        pytest.param({"format": "email"}, "a" * 30 + "@example.com", 1 + 5 + 4, id="format"),
        pytest.param({"format": "email"}, "a@é.com", 1 + 5 + 0 + 14, id="format beyond ASCII"),
        pytest.param({"format": "uri"}, "é" * 1000, 1 + 5 + 100 + 600 + 20, id="format beyond any domain"),
        pytest.param({"multipleOf": 7}, 14, 1 + 5, id="multiple"),
        pytest.param({"multipleOf": 1}, 2**1_000_000, 1 + 5 + 1, id="multiple of a long number"),
        pytest.param({"multipleOf": 7}, 7 * 2**1_000_000, 1 + 5 + 3, id="long multiple of three bits"),
        pytest.param({"multipleOf": 2**1_000_000}, 0, 1 + 5, id="a long number of nothing"),
        pytest.param({"dependentRequired": {"a": ["b", "c"]}}, {}, 1 + 3, id="dependent"),
        pytest.param({"dependentRequired": {"a": ["b", "c", "d"]}}, {}, 1 + 4, id="dependent on three"),
        # A reference by its anchor is looked for over the whole contract once: its four schemas.
        pytest.param(TWICE_BY_ANCHOR, "", 1 + 1 + 4 + 1 + 1 + 1, id="anchor"),
        # Read and proven (10 a character, half the square of the positions), then run.
        pytest.param({"pattern": "^ab$"}, "ab", 1 + 40 + 2 + 1, id="pattern"),
        pytest.param(
            {"patternProperties": {"a": False}}, {"b" * 10_001: 1}, 1 + 1 + 20 + 1, id="name too long"
        ),
        pytest.param({"pattern": "^" + "a" * 200}, "", 1 + 2010 + 20_000 + 1 + 20, id="long pattern"),
    ],
)
def test_what_a_check_takes_is_the_sum_of_what_its_parts_take(contract: Any, data: Any, steps: int) -> None:
    check = Counting(contract)
    list(apply(check, contract, data, "", 0))
    assert check.taken == steps
    assert isinstance(check.taken, int)


# --- depth ----------------------------------------------------------------------------------------------


def within(levels: int, wrap: Any) -> Any:
    schema: Any = True
    for _ in range(levels):
        schema = wrap(schema)
    return schema


def lists(levels: int) -> Any:
    return within(levels, lambda inner: [inner])


def objects(levels: int, name: str) -> Any:
    return within(levels, lambda inner: {name: inner})


NAME_OF_A_PERSON = "Lerato Mokoena"  # no plain name: said without being repeated


def test_below_a_name_that_is_not_repeated_it_is_still_said_where() -> None:
    contract = {"additionalProperties": {"properties": {"a": {"type": "null"}}}}
    (problem,) = contract_problems(contract, {NAME_OF_A_PERSON: {"a": 1}})
    assert problem.expectation.endswith(" at /a")
    assert NAME_OF_A_PERSON not in str(problem)


@pytest.mark.parametrize("read", [contract_problems, every_problem])
@pytest.mark.parametrize(
    ("wrap", "data"),
    [
        pytest.param(lambda inner: {"allOf": [inner]}, lambda levels: "", id="the same value"),
        pytest.param(lambda inner: {"items": inner}, lists, id="items"),
        pytest.param(
            lambda inner: {"properties": {"a": inner}}, lambda levels: objects(levels, "a"), id="members"
        ),
        pytest.param(
            lambda inner: {"properties": {NAME_OF_A_PERSON: inner}},
            lambda levels: objects(levels, NAME_OF_A_PERSON),
            id="members without a plain name",
        ),
    ],
)
def test_schemas_apply_within_each_other_a_hundred_deep(read: Any, wrap: Any, data: Any) -> None:
    assert read(within(MAX_NESTING, wrap), data(MAX_NESTING)) == ()
    beyond = within(MAX_NESTING + 1, wrap), data(MAX_NESTING + 1)
    if read is contract_problems:
        assert [problem.expectation[-len(DEEP) :] for problem in read(*beyond)] == [DEEP]
    else:
        with pytest.raises(ContractError, match=f"{MAX_NESTING} levels"):
            read(*beyond)


def test_a_name_is_one_level_below_its_object() -> None:
    names = {"propertyNames": within(MAX_NESTING - 1, lambda inner: {"allOf": [inner]})}
    assert contract_problems(names, {"a": 1}) == ()
    names = {"propertyNames": within(MAX_NESTING, lambda inner: {"allOf": [inner]})}
    assert len(contract_problems(names, {"a": 1})) == 1


# --- sentences ------------------------------------------------------------------------------------------


def test_a_message_holds_four_thousand_characters_of_problems_and_counts_the_rest() -> None:
    """Each takes its length and two for what stands between them."""
    number = 80
    tail = ": is required but missing"
    names = [f"{index:02d}".rjust(47 - len(tail), "n") for index in range(number)]
    assert len(f"/{names[0]}{tail}") + 2 == 4_000 // number
    with pytest.raises(ContractError) as fits:
        require({"required": names}, {})
    assert "more" not in fits.value.message
    assert fits.value.message.count("missing") == number
    with pytest.raises(ContractError) as too_long:
        require({"required": [*names[:-1], names[-1] + "n"]}, {})
    assert too_long.value.message.endswith("; and 1 more.")
    with pytest.raises(ContractError) as two_left:
        require({"required": [*names[:-3], "a" * 60, "b" * 60, names[-1]]}, {})
    assert two_left.value.message.endswith("missing; and 2 more.")


def test_one_problem_takes_a_quarter_of_a_message_at_most() -> None:
    data: Any = 1
    schema: Any = {"type": "string"}
    for _ in range(60):
        data, schema = {"n" * 60: data}, {"properties": {"n" * 60: schema}}
    with pytest.raises(ContractError) as caught:
        require(schema, data)
    assert len(str(caught.value.problems[0])) > 3_000
    assert len(caught.value.message) < 1_100


def test_a_name_of_sixty_characters_is_plain_and_one_of_forty_is_suggested() -> None:
    assert is_plain_name("n" * 60)
    assert not is_plain_name("n" * 61)
    assert not is_plain_name("")
    assert is_plain_name("n")
    assert did_you_mean("n" * 40, ["n" * 39 + "m"])
    assert not did_you_mean("n" * 41, ["n" * 39 + "m"])
    assert did_you_mean("n" * 39, ["n" * 40])
    assert not did_you_mean("n" * 39, ["n" * 41])


def test_of_alternatives_the_first_three_are_said() -> None:
    kinds = ["string", "boolean", "array", "object"]
    found = contract_problems({"anyOf": [{"type": kind} for kind in kinds]}, 5)
    assert found[0].expectation.startswith("must fit one of 4 alternatives: ")
    assert "a list" in found[0].expectation
    assert "an object" not in found[0].expectation


@pytest.mark.parametrize(
    ("value", "said"), [(5, "is a whole number of 1 digit"), ("", "is empty text"), ("c", "is other text")]
)
def test_only_text_is_called_other_text(value: Any, said: str) -> None:
    found = contract_problems({"enum": ["a", "b"]}, value)
    assert said in found[0].expectation
    assert ("other" in found[0].expectation) is (value == "c")


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        ({"minItems": 1}, "must have at least 1 item, has 0"),
        ({"maxItems": 0}, "must have at most 0 items, has 2"),
        ({"items": {"minimum": 10**20 - 1}}, f"must be {10**20 - 1} or more"),
        ({"items": {"minimum": 10**20}}, "must be a number with more than twenty digits or more"),
        ({"items": {"const": "x" * 58}}, f'must be "{"x" * 58}", is'),
        ({"items": {"const": "x" * 70}}, f'must be "{"x" * 58}…, is'),
    ],
)
def test_amounts_and_examples_are_said_as_far_as_a_sentence_holds_them(
    contract: dict[str, Any], said: str
) -> None:
    data = [] if "minItems" in contract else [1, 2]
    assert contract_problems(contract, data)[0].expectation.startswith(said)


def test_a_hundred_problems_are_listed() -> None:
    names = [f"n{number}" for number in range(101)]
    assert len(contract_problems({"required": names}, {})) == 100
    assert len(every_problem({"required": names}, {})) == 101


# --- contracts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [0, -1, -0.5, "1", None, True])
def test_a_multiple_of_what_is_no_number_above_0_is_said_to_be(of: Any) -> None:
    with pytest.raises(ContractError, match="'multipleOf' must be more than 0"):
        contract_problems({"multipleOf": of}, 3)


def test_no_text_passes_for_several_values_by_what_it_says() -> None:
    lists = [["a", "b"], ["a,b"], ["a,s1:b"], ["a,s:b"], ["a]"], [["a"]], "[a]"]
    assert contract_problems({"uniqueItems": True}, lists) == ()


def test_a_member_without_a_name_of_text_has_a_name_that_may_be_refused() -> None:
    assert contract_problems({"propertyNames": {"type": "string"}}, {5: "x"}) != ()


def test_a_number_in_an_annotation_is_free() -> None:
    assert unsupported_keywords({"x-order": 0, "x-bound": -(10**12)}) == ()


@pytest.mark.parametrize(("others", "words"), [(999, ()), (1000, ("stands for more than 1000 others",))])
def test_a_reference_stands_for_a_thousand_others_at_most(others: int, words: tuple[str, ...]) -> None:
    contract = {
        "$ref": "#/$defs/many",
        "$defs": {"many": {"allOf": [{"$ref": "#/$defs/one"}] * others}, "one": {"type": "string"}},
    }
    said = [problem.expectation for problem in unsupported_keywords(contract)]
    assert len(said) == len(words)
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))


BACK = {"$ref": "#"}


@pytest.mark.parametrize(
    ("contract", "doubles"),
    [
        pytest.param({"allOf": [{"items": BACK}, {"prefixItems": [BACK]}]}, True, id="every item, the first"),
        pytest.param(
            {"allOf": [{"prefixItems": [BACK]}, {"prefixItems": [True, BACK]}]}, False, id="first, second"
        ),
        pytest.param(
            {"allOf": [{"prefixItems": [True, BACK]}, {"prefixItems": [BACK]}]}, False, id="second, first"
        ),
        pytest.param({"allOf": [{"prefixItems": [BACK]}, {"prefixItems": [BACK]}]}, True, id="first twice"),
        pytest.param(
            {"allOf": [{"properties": {"a": BACK}}, {"properties": {"b": BACK}}]}, False, id="members a, b"
        ),
        pytest.param(
            {"allOf": [{"properties": {"b": BACK}}, {"properties": {"a": BACK}}]}, False, id="members b, a"
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": BACK}}, {"properties": {"a": BACK}}]}, True, id="member a twice"
        ),
        pytest.param({"patternProperties": {"a": BACK, "b": BACK}}, True, id="two patterns"),
        pytest.param(
            {"properties": {"a": BACK}, "patternProperties": {"a": BACK}}, True, id="a name and a pattern"
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": BACK}}, {"patternProperties": {"b": BACK}}]},
            True,
            id="name, pattern",
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": BACK}}, {"items": BACK}]}, False, id="a member, every item"
        ),
        pytest.param({"allOf": [{"items": BACK}, {"items": BACK}]}, True, id="every item twice"),
        pytest.param({"properties": {"a": BACK, "b": BACK}}, False, id="two names"),
        pytest.param({"prefixItems": [BACK, BACK], "items": BACK}, False, id="each item once"),
    ],
)
def test_ways_that_lead_to_one_part_of_the_data_double_and_others_do_not(
    contract: dict[str, Any], doubles: bool
) -> None:
    said = unsupported_keywords(contract)
    assert any("doubles" in problem.expectation for problem in said) is doubles, said


@pytest.mark.parametrize(
    ("contract", "data"),
    [
        pytest.param({"minLength": "1"}, "x", id="TypeError"),
        pytest.param({"properties": 5}, {"a": 1}, id="no mapping"),
        pytest.param({"required": [[]]}, {}, id="no name"),
        pytest.param({"properties": ["a"]}, {"a": 1}, id="AttributeError"),
        pytest.param({"minimum": "1"}, 1, id="no number"),
    ],
)
@pytest.mark.parametrize("read", [contract_problems, every_problem])
def test_a_contract_that_is_no_schema_is_one_clear_error(read: Any, contract: Any, data: Any) -> None:
    with pytest.raises(ContractError, match="is not a JSON Schema"):
        read(contract, data)
