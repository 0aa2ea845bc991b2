"""Hostile data cost one clear error, early; honest recursion goes as far as the data."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from app.core.compiler.tracing import warning_at_authors_place
from app.core.workspace import Workspace
from bbws_templates import (
    DEFAULT_LIMITS,
    LimitError,
    Limits,
    PartialError,
    RenderWarning,
    Template,
    render,
    render_email,
)
from bbws_templates.tokens import line_starts

TREE = {"node": "({{v}}{{#kids}}{{>node}}{{/kids}})"}


def tree(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"v": depth, "kids": []}
    for level in range(depth - 1, 0, -1):
        node = {"v": level, "kids": [node]}
    return node


def test_a_recursive_partial_renders_until_the_data_run_out() -> None:
    depth = 150
    expected = "".join(f"({level}" for level in range(1, depth + 1)) + ")" * depth
    assert render("{{>node}}", tree(depth), TREE) == expected
    assert Template.parse("{{>node}}", partials=TREE).render(tree(depth)) == expected


def test_an_indented_recursive_partial() -> None:
    partials = {"node": "{{v}}\n{{#kids}}\n  {{>node}}\n{{/kids}}\n"}
    expected = "".join(f"{'  ' * level}{level + 1}\n" for level in range(100))
    assert render("{{>node}}", tree(100), partials) == expected


@pytest.mark.parametrize("source", ["{{>a}}", "  {{>a}}\n", "{{#x}}{{>a}}{{/x}}"])
@pytest.mark.parametrize("strict", [True, False])
def test_partials_without_end_are_an_error_that_shows_the_circle(source: str, strict: bool) -> None:
    template = Template.parse(source, name="t", partials={"a": "1 {{>b}}", "b": "2\n\n {{>a}}"})
    with pytest.raises(PartialError) as caught:
        template.render({"x": True}, strict=strict)
    assert any(circle in caught.value.message for circle in ("a → b → a", "b → a → b"))
    assert str(caught.value.location) in {"a:1:3", "b:3:2"}


def test_a_partial_that_includes_itself() -> None:
    with pytest.raises(PartialError) as caught:
        render("{{>self}}", {}, {"self": "{{>self}}{{>self}}"})
    assert "self → self" in caught.value.message


def test_a_section_that_never_runs_out_is_explained() -> None:
    # An item without "kids" finds those of the node around it.
    with pytest.raises(PartialError) as caught:
        render("{{>node}}", {"v": 1, "kids": [{"v": 2}]}, TREE)
    assert "looked up in the data around it" in caught.value.remedy


def test_a_circle_that_the_data_do_not_enter_is_legal() -> None:
    assert render("a{{#x}}{{>p}}{{/x}}", {}, {"p": "{{>p}}"}) == "a"


def test_depth_is_bounded_without_partials() -> None:
    template = Template.parse("{{#a}}" * 20 + "x" + "{{/a}}" * 20)
    assert template.render({"a": True}, limits=Limits(depth=20)) == "x"
    with pytest.raises(LimitError) as caught:
        template.render({"a": True}, limits=Limits(depth=19))
    assert str(caught.value.location) == "template:1:115"


@pytest.mark.timeout(60)  # all of it would take hours
def test_output_stops_early() -> None:
    template = Template.parse("{{#l}}{{#l}}{{#l}}{{text}}{{/l}}{{/l}}{{/l}}")
    data = {"l": list(range(1, 1001)), "text": "x" * 1000}  # a terabyte
    tracemalloc.start()
    with pytest.raises(LimitError) as caught:
        template.render(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(caught.value.location) == "template:1:19"
    assert peak < 2 * DEFAULT_LIMITS.output


def test_one_enormous_value_is_not_even_escaped() -> None:
    value = "&" * (DEFAULT_LIMITS.output + 1)
    tracemalloc.start()
    with pytest.raises(LimitError):
        render("{{a}}", {"a": value})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_output_may_be_as_long_as_the_limit() -> None:
    template = Template.parse("{{a}}b")
    assert template.render({"a": "12345"}, limits=Limits(output=6)) == "12345b"
    with pytest.raises(LimitError):
        template.render({"a": "123456"}, limits=Limits(output=6))
    with pytest.raises(LimitError):
        template.trace({"a": "123456"}, limits=Limits(output=6))


def test_escapes_count_as_output() -> None:
    with pytest.raises(LimitError):
        Template.parse("{{a}}").render({"a": "&&"}, limits=Limits(output=9))


@pytest.mark.timeout(60)  # all turns would take days
@pytest.mark.parametrize("source", ["{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}", "{{#l}}{{>p}}{{/l}}"])
def test_loops_that_print_nothing_end_too(source: str) -> None:
    partials = {"p": "{{#l}}{{>q}}{{/l}}", "q": "{{#l}}{{>r}}{{/l}}", "r": "{{#l}}{{/l}}"}
    with pytest.raises(LimitError) as caught:
        render(source, {"l": [1] * 1000}, partials)
    assert "turns" in caught.value.message


@pytest.mark.parametrize(
    "inner", ["{{none}}" * 100, "{{#none}}{{/none}}" * 100, "{{^one}}{{/one}}" * 100, "{{none.a.b}}" * 100]
)
def test_what_prints_nothing_counts_as_often_as_it_is_come_to(inner: str) -> None:
    """A thousand rows of a hundred names are a hundred thousand turns, and not one for each row."""
    template = Template.parse("{{#rows}}" + inner + "{{/rows}}")
    data = {"rows": [1] * 1_000, "one": 1}
    turns = 1 + 1_000 + 100 * 1_000

    assert template.render(data, strict=False, limits=Limits(turns=turns)) == ""
    with pytest.raises(LimitError, match="turns"):
        template.render(data, strict=False, limits=Limits(turns=turns - 1))


def test_names_that_are_looked_for_in_many_scopes_count_by_their_number() -> None:
    """Each of these names is looked for in 300 contexts: that is more than one turn."""
    names = "{{none}}" * 1_000
    deep = Template.parse("{{#a}}" * 300 + names + "{{/a}}" * 300)
    flat = Template.parse("{{#a}}" + names + "{{/a}}")
    limits = Limits(turns=10_000)

    assert flat.render({"a": {}, "b": 1}, strict=False, limits=limits) == ""
    with pytest.raises(LimitError, match="turns"):
        deep.render({"a": {"b": 1}}, strict=False, limits=limits)


@pytest.mark.parametrize("traced", [False, True])
def test_the_places_of_all_warnings_are_found_in_one_reading_of_the_source(traced: bool) -> None:
    count = 3_000
    source = "".join(f"{{{{name{number}}}}}\n" for number in range(count))
    template = Template.parse(source)
    warnings: list[RenderWarning] = []
    line_starts.cache_clear()

    (template.trace if traced else template.render)({}, strict=False, warnings=warnings)

    assert line_starts.cache_info().misses == 1
    assert [(w.location.line, w.location.column) for w in warnings] == [(n + 1, 1) for n in range(count)]


def test_the_authors_places_of_all_warnings_are_found_in_one_reading_of_each_text(tmp_path: Path) -> None:
    count = 1_000
    body = "".join(f"<p>{{{{name{number}}}}}</p>\n" for number in range(count))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.html").write_text(f"<!doctype html>\n{body}", encoding="utf-8")
    workspace = Workspace.load(tmp_path, tmp_path / "none")
    compilation = workspace.compilation("a/one")
    warnings: list[RenderWarning] = []
    render_email(compilation.compiled, {}, strict=False, warnings=warnings)
    line_starts.cache_clear()

    places = {str(warning_at_authors_place(compilation, warning).location) for warning in warnings}

    assert len(warnings) == 2 * count  # in the HTML, and in the text made from it
    assert len(places) == count
    assert line_starts.cache_info().misses <= 3  # the HTML, the text, the author's file


def test_a_caller_deep_in_the_stack_gets_an_error_of_ours() -> None:
    template = Template.parse("{{#a}}" * 300 + "x" + "{{/a}}" * 300)

    def call(frames: int) -> str:
        return call(frames - 1) if frames else template.render({"a": True})

    with pytest.raises(LimitError):
        call(sys.getrecursionlimit() - 250)


def test_a_list_that_contains_itself() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert render("{{a}}", {"a": endless}) == "[[...]]"
    with pytest.raises(PartialError):
        render("{{>p}}", {"a": endless}, {"p": "{{#a}}{{#.}}{{>p}}{{/.}}{{/a}}"})


def test_data_nested_too_deeply_to_print() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(LimitError):
        render("{{a}}", {"a": nested})
