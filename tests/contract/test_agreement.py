"""The runtime's validator agrees with jsonschema, the reference that the checks use, on generated cases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bbws_templates.contract import contract_problems, unsupported_keywords
from bbws_templates.json_values import ecma_pattern
from tests.selection import drawn

NAMES = st.sampled_from(["a", "b", "c", "a/b", "~"])
# jsonschema takes any text with an @ in it for an address: that format is tested by examples alone.
TEXTS = st.one_of(
    st.text(max_size=4),
    st.sampled_from([
        "2025-12-19", "2025-13-19", "2025-12-19T10:30:00Z", "2025-12-19T10:30:00", "https://a.example/x?y=1",
        "relative/path", "aa0e8400-e29b-41d4-a716-446655440005", "ab1", "ab\n", "😀", "299.90",
    ]),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-4, 4), st.sampled_from([0.5, 1.0, -0.0, 2.5, 1e300]), st.integers(-(10**20), 10**20)
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "array", "object", "null"])
COUNTS = st.integers(0, 3)
PATTERNS = st.sampled_from(["^a", "b$", "^[a-c]+$", r"^\d+\.\d{2}$", "a|b", "^(?:ab)?1$", r"^[^/~]$"])


def keyword_strategies(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    schemas = st.lists(inner, min_size=1, max_size=3)
    names = st.lists(NAMES, max_size=3, unique=True)
    return {
        "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)),
        "enum": st.lists(VALUES, min_size=1, max_size=4),
        "const": VALUES,
        "required": names,
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "additionalProperties": inner,
        "propertyNames": inner,
        "minProperties": COUNTS,
        "maxProperties": COUNTS,
        "dependentRequired": st.dictionaries(NAMES, names, max_size=2),
        "items": inner,
        "prefixItems": schemas,
        "minItems": COUNTS,
        "maxItems": COUNTS,
        "uniqueItems": st.booleans(),
        "minLength": COUNTS,
        "maxLength": COUNTS,
        "pattern": PATTERNS,
        "format": st.sampled_from(["date", "date-time", "uri", "uuid"]),
        "minimum": NUMBERS,
        "maximum": NUMBERS,
        "exclusiveMinimum": NUMBERS,
        "exclusiveMaximum": NUMBERS,
        "multipleOf": st.sampled_from([1, 2, 0.5, 3]),
        "allOf": schemas,
        "anyOf": schemas,
        "oneOf": schemas,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "$ref": st.sampled_from(["#/$defs/one", "#/$defs/two"]),
        "title": st.just("an annotation"),
    }


def schema_level(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    strategies = keyword_strategies(inner)
    return st.lists(st.sampled_from(sorted(strategies)), max_size=4, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({name: strategies[name] for name in chosen})
    )


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.booleans(), schema_level, max_leaves=6)
DEFINITIONS = st.fixed_dictionaries({"one": st.just({"type": "string"}), "two": st.just({"minItems": 1})})
CONTRACTS = st.builds(lambda schema, defs: {**schema, "$defs": defs}, schema_level(SCHEMAS), DEFINITIONS)


@settings(max_examples=drawn(600), deadline=None)
@given(contract=CONTRACTS, data=VALUES)
def test_valid_or_not_is_the_same_in_both(contract: dict[str, Any], data: Any) -> None:
    reference = Draft202012Validator(contract, format_checker=Draft202012Validator.FORMAT_CHECKER)

    assert unsupported_keywords(contract) == ()
    problems = contract_problems(contract, data)

    assert (problems == ()) == reference.is_valid(data), problems


def resolves(data: Any, pointer: str) -> bool:
    """Whether ``pointer`` leads to a value of ``data``, or to a member that its object could have."""
    value, missing = data, False
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if missing:
            return False
        if isinstance(value, list):
            value = value[int(name)]
        elif name in value:
            value = value[name]
        else:
            missing = True
    return True


@settings(max_examples=drawn(200), deadline=None)
@given(contract=CONTRACTS, data=VALUES)
def test_every_problem_leads_to_a_place_in_the_data(contract: dict[str, Any], data: Any) -> None:
    for problem in contract_problems(contract, data):
        assert resolves(data, problem.pointer), problem
        assert problem.expectation.startswith(("must ", "is ", "has "))


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("^abc$", "abc", "abc\n"),  # Python's $ also matches before a last line feed
        (r"^\d$", "7", "७"),  # digits are ASCII
        (r"^\w$", "_", "é"),
        (r"^\s$", "\ufeff", "\x1c"),
        (r"^\S$", "\x1c", "\u2028"),
        (r"^\D$", "७", "7"),
        (r"^[\d\s]$", "\u00a0", "x"),
        (r"^https:\/\/", "https://", "http://"),
        (r"^[$&|~[]$", "$", "x"),
        (r"^a(?!b)", "ac", "ab"),
        (r"\$$", "1$", "1"),
    ],
)
def test_patterns_mean_what_ecma_says(pattern: str, matching: str, other: str) -> None:
    assert ecma_pattern(pattern).search(matching)
    assert not ecma_pattern(pattern).search(other)


@pytest.mark.parametrize(
    "pattern", [r"\p{L}", r"\cA", r"\Z", "[]a", r"[\S]", "(?i)a", "(?<name>a)", "(", "a{2,1}"]
)
def test_patterns_outside_the_subset_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ecma_pattern(pattern)
