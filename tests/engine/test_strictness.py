"""Strict mode refuses what would be a blank or a wrong figure in a mail; lenient mode tells the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates import (
    Mode,
    PartialError,
    RenderError,
    RenderWarning,
    Template,
    UndefinedVariableError,
    WrongTypeError,
)

SOURCE = "Dear {{name}},\n{{#items}}\n  {{price}}\n{{/items}}\n"


def strict(source: str, data: Any, partials: dict[str, str] | None = None) -> str:
    return Template.parse(source, name="receipts/receipt", partials=partials).render(data)


def lenient(
    source: str, data: Any, partials: dict[str, str] | None = None
) -> tuple[str, list[RenderWarning]]:
    warnings: list[RenderWarning] = []
    template = Template.parse(source, name="receipts/receipt", partials=partials)
    return template.render(data, strict=False, warnings=warnings), warnings


REFUSED = {
    "missing": ({"name": "A", "items": [{}]}, UndefinedVariableError, "'price' is not in the data"),
    "null": ({"name": "A", "items": [{"price": None}]}, UndefinedVariableError, "'price' is null"),
    "float": ({"name": "A", "items": [{"price": 299.9}]}, WrongTypeError, "'price' is a float"),
    "boolean": ({"name": "A", "items": [{"price": True}]}, WrongTypeError, "'price' is a boolean"),
    "list": ({"name": "A", "items": [{"price": ["1"]}]}, WrongTypeError, "'price' is a list"),
    "empty list": ({"name": "A", "items": [{"price": []}]}, WrongTypeError, "'price' is a list"),
    "mapping": ({"name": "A", "items": [{"price": {"v": 1}}]}, WrongTypeError, "'price' is a mapping"),
    "date": ({"name": "A", "items": [{"price": datetime.now(UTC)}]}, WrongTypeError, "of type datetime"),
    "bytes": ({"name": "A", "items": [{"price": b"1"}]}, WrongTypeError, "of type bytes"),
    "not a number": ({"name": "A", "items": [{"price": Decimal("NaN")}]}, WrongTypeError, "of type Decimal"),
    "endless": ({"name": "A", "items": [{"price": Decimal("-Infinity")}]}, WrongTypeError, "of type Decimal"),
    "endless integer": ({"name": "A", "items": [{"price": 10**5000}]}, WrongTypeError, "thousands of digits"),
}


@pytest.mark.parametrize(("data", "error", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_strict_mode_names_template_variable_line_and_column(
    data: dict[str, Any], error: type[RenderError], words: str
) -> None:
    with pytest.raises(error) as caught:
        strict(SOURCE, data)
    assert str(caught.value.location) == "receipts/receipt:3:3"
    assert words in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(("data", "error", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_lenient_mode_says_the_same_as_a_warning(
    data: dict[str, Any], error: type[RenderError], words: str
) -> None:
    _, (warning,) = lenient(SOURCE, data)
    assert warning.code == error.code
    assert warning.variable == "price"
    assert str(warning.location) == "receipts/receipt:3:3"
    assert words in warning.message


@pytest.mark.parametrize(
    "value",
    [None, {}, [], pytest.param(10**5000, id="huge"), b"x", object(), datetime.now(UTC), lambda: "x"],
)
def test_what_has_no_text_form_prints_nothing_in_lenient_mode(value: Any) -> None:
    assert lenient("[{{a}}]", {"a": value})[0] == "[]"


def test_a_missing_name_prints_nothing_in_lenient_mode() -> None:
    assert lenient("[{{a}}{{a.b}}{{{c}}}]", {"a": None})[0] == "[]"


@pytest.mark.parametrize(
    ("value", "text"),
    [("", ""), ("x", "x"), (0, "0"), (-5, "-5"), (10**30, str(10**30)), (Decimal("299.90"), "299.90")],
)
def test_text_integers_and_decimals_are_due(value: Any, text: str) -> None:
    assert strict("[{{a}}]", {"a": value}) == f"[{text}]"


def test_a_section_over_a_missing_name_is_how_optional_fields_are_asked_for() -> None:
    source = (
        "{{#discount}}Less {{discount}}{{/discount}}{{^discount}}No discount{{/discount}}{{#a.b}}x{{/a.b}}"
    )
    assert strict(source, {}) == "No discount"
    assert strict(source, {"discount": "5.00", "a": {}}) == "Less 5.00"


@pytest.mark.parametrize("value", [0, 0.0, "", None, [], {}, False, Decimal(0), ()])
def test_what_is_false_in_a_section(value: Any) -> None:
    assert strict("{{#a}}yes{{/a}}{{^a}}no{{/a}}", {"a": value}) == "no"


@pytest.mark.parametrize(
    "value", [1, 0.5, "0", [0], {"k": None}, True, Decimal("0.1"), (None,), float("nan")]
)
def test_what_is_true_in_a_section(value: Any) -> None:
    assert strict("{{#a}}yes{{/a}}{{^a}}no{{/a}}", {"a": value}) == "yes"


def generator() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize("value", [lambda: 1, generator(), b"x", {1}, object(), datetime.now(UTC)])
def test_a_section_over_what_is_no_data_is_refused(value: Any) -> None:
    with pytest.raises(WrongTypeError) as caught:
        strict("a {{#s}}x{{/s}}", {"s": value})
    assert str(caught.value.location) == "receipts/receipt:1:3"
    assert lenient("{{#s}}x{{/s}}{{^s}}y{{/s}}", {"s": value})[0] == "y"


def test_a_partial_that_was_not_declared_is_refused_even_where_the_data_do_not_lead() -> None:
    with pytest.raises(PartialError) as caught:
        strict("{{#never}}\n{{> footer}}\n{{/never}}", {})
    assert str(caught.value.location) == "receipts/receipt:2:1"
    assert "'footer'" in caught.value.message


def test_a_partial_that_was_not_declared_in_another_partial() -> None:
    with pytest.raises(PartialError) as caught:
        strict("{{>a}}", {}, {"a": "\n {{>b}}"})
    assert str(caught.value.location) == "a:2:2"


def test_lenient_mode_warns_of_a_partial_that_was_not_declared() -> None:
    text, (warning,) = lenient("[{{>footer}}]", {})
    assert text == "[]"
    assert (warning.code, warning.variable, str(warning.location)) == (
        "partial",
        "footer",
        "receipts/receipt:1:2",
    )


def test_a_variable_missing_in_a_partial_names_the_partial_and_who_included_it() -> None:
    with pytest.raises(UndefinedVariableError) as caught:
        strict("{{>header}}", {}, {"header": "<h1>\n{{title}}</h1>"})
    assert str(caught.value.location) == "header:2:1"
    with pytest.raises(UndefinedVariableError) as alone:
        strict("{{title}}", {})
    assert caught.value.message == f"{alone.value.message[:-1]} (in a partial of 'receipts/receipt')."


def test_one_place_is_one_warning_however_often_it_repeats() -> None:
    _, warnings = lenient("{{#l}}{{a}} {{b}}\n{{/l}}", {"l": [{}] * 40})
    assert [(warning.variable, warning.location.column) for warning in warnings] == [("a", 7), ("b", 13)]
    _, warnings = lenient("{{a}} {{a}}", {})
    assert [warning.location.column for warning in warnings] == [1, 7]


def test_two_things_wrong_at_one_place_are_two_warnings() -> None:
    _, warnings = lenient("{{#l}}{{a}}{{/l}}", {"l": [{}, {"a": 1.5}, {}]})
    assert [warning.code for warning in warnings] == ["undefined-variable", "wrong-type"]


def test_errors_do_not_repeat_values() -> None:
    data = {"a": {"secret": "someone@example.com"}, "b": 12345.678}
    for source in ("{{a}}", "{{b}}", "{{a.c}}"):
        with pytest.raises(RenderError) as caught:
            strict(source, data)
        assert "someone" not in str(caught.value)
        assert "12345" not in str(caught.value)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
SHAPES = [
    "{{a}}",
    "{{{a}}}",
    "{{#a}}[{{b}}{{.}}]{{/a}}",
    "{{^a}}{{b}}{{/a}}",
    "{{a.b.c}}",
    "{{#a.b}}{{c}}{{/a.b}}",
]


@given(st.lists(st.sampled_from(SHAPES), max_size=4).map("".join), json_values, st.sampled_from(list(Mode)))
def test_strict_mode_raises_exactly_what_lenient_mode_warns_of(source: str, data: Any, mode: Mode) -> None:
    warnings: list[RenderWarning] = []
    template = Template.parse(source)
    text = template.render(data, mode=mode, strict=False, warnings=warnings)
    if warnings:
        with pytest.raises(RenderError) as caught:
            template.render(data, mode=mode)
        first = warnings[0]
        assert (caught.value.code, caught.value.location, caught.value.message) == (
            first.code,
            first.location,
            first.message,
        )
    else:
        assert template.render(data, mode=mode) == text
