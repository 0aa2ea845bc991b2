"""Where a bound lies, and what an error says beside it: to the one character, to the one turn."""

from __future__ import annotations

from collections import UserDict
from typing import Any

import pytest

from bbws_templates import (
    LimitError,
    Limits,
    Mode,
    PartialError,
    RenderWarning,
    Template,
    TemplateSyntaxError,
    WrongTypeError,
    functions,
)
from bbws_templates.engine import _WARM
from tests.engine.test_functions import agree


def refused(source: str) -> TemplateSyntaxError:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template.parse(source)
    return caught.value


def test_a_delimiter_tag_of_an_equals_sign_alone_is_one_that_is_not_closed() -> None:
    assert "not closed by '=}}'" in str(refused("{{=}}"))
    assert "takes two delimiters" in str(refused("{{==}}"))


@pytest.mark.parametrize(("length", "shown"), [(39, 39), (40, 40), (41, 40)])
def test_of_a_long_name_forty_characters_are_shown(length: int, shown: int) -> None:
    name = "n" * length
    assert f"opens: '{('{{' + name)[2:][:shown]}'" in str(refused("{{" + name + "\n {{other}}"))
    block = str(refused("{{$" + name[1:] + "}}"))
    assert "'{{$" + name[1:][: shown - 1] + "}}'" in block


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("{{#each items}}{{/each}}", "'{{#items}}…{{/items}}'"),
        ("{{#each items}}{{/if}}", "Close it with '{{/each items}}' first."),
        ("{{#list items}}{{/list}}", "Close it with '{{/list items}}' first."),
    ],
)
def test_only_a_helper_that_is_closed_as_one_is_taken_for_handlebars(source: str, advice: str) -> None:
    error = refused(source)
    assert error.remedy is not None
    assert advice in error.remedy
    assert ("Handlebars" in error.remedy) is source.endswith("/each}}")


def test_of_several_sections_left_open_the_innermost_is_named() -> None:
    assert "'b' is not closed" in str(refused("{{#a}}{{#b}}"))


class Thing:
    """Not data, and nothing that can be called."""


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (lambda: "x", "Supply what it would return"),
        (Thing(), "Supply a mapping, a list"),
        (b"bytes", "Supply a mapping, a list"),
    ],
)
def test_a_section_over_what_is_no_data_says_what_to_supply(value: Any, remedy: str) -> None:
    with pytest.raises(WrongTypeError) as caught:
        Template.parse("{{#a}}x{{/a}}").render({"a": value})
    assert caught.value.remedy is not None
    assert caught.value.remedy.startswith(remedy)


def test_what_is_missing_is_no_context_for_what_stands_in_its_place() -> None:
    source, data = "{{#rows}}{{^note}}{{.}}{{/note}}{{/rows}}", {"rows": ["one", "two"], "note": ""}
    assert Template.parse(source).render(data) == "onetwo"


def test_too_many_turns_are_placed_where_the_nodes_begin_that_are_one_too_many() -> None:
    template = Template.parse("{{#a}}\n{{x}} {{y}} {{z}}{{/a}}")
    with pytest.raises(LimitError, match="More than 30 turns") as caught:
        template.render({"a": [{}] * 9, "x": 1, "y": 2, "z": 3}, limits=Limits(turns=30))
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == (2, 1)


# --- limits, to the one, as a function and as a walk --------------------------------------------------------

LAYERS = "".join(f"{{{{#s{n}}}}}" for n in range(11)), "".join(f"{{{{/s{10 - n}}}}}" for n in range(11))
PARTIALS = {
    "p": "<{{a}}{{#b}}{{a}}{{/b}}>",
    "q": "{{>r}}{{a}}",
    "r": "{{#b}}{{>s}}{{/b}}{{b}}",
    "s": "{{>t}}",
    "t": "{{>u}}{{a}}",
    "u": "{{b}}",
}
COUNTED: dict[str, tuple[str, dict[str, Any]]] = {
    "flat": ("{{a}} {{{b}}} x", {}),
    "empty sections": ("{{#a}}{{/a}}{{^none}}{{/none}}", {"none": []}),
    "a list": ("{{#l}}{{a}} {{n}};{{/l}}", {"l": [{"n": 1}, {"n": 2}, {"n": 3}]}),
    "a list of words": ("{{#l}}{{.}}{{/l}}", {"l": ["x", "y"]}),
    "lists in lists": (
        "{{#l}}{{#m}}{{a}}{{/m}}{{b}}{{/l}}",
        {"l": [{"m": [{}, {}]}, {"m": []}, {"m": [{}]}]},
    ),
    "a partial": ("{{>p}}{{#l}}{{>p}}{{/l}}", {"l": [{}, {}]}),
    "partials in partials": ("{{>q}}{{#l}}{{>q}}{{/l}}", {"l": [{}, {}]}),
    "inverted": ("{{^none}}{{a}}{{^none}}{{b}}{{/none}}{{/none}}", {"none": False}),
    "many layers": (LAYERS[0] + "{{a}}{{b}} {{a}}" + LAYERS[1], {f"s{n}": {"x": 1} for n in range(11)}),
}


@pytest.mark.parametrize(("source", "data"), COUNTED.values(), ids=COUNTED)
def test_a_limit_holds_to_the_one_however_the_template_is_rendered(source: str, data: dict[str, Any]) -> None:
    template = Template.parse(source, partials=PARTIALS)
    full = {"a": "aaa", "b": "bb", **data}
    sure = [agree(template, full, Limits(turns=turns)) for turns in range(90)]
    assert sure[0] == 0
    assert sure[-1] > 0, "with all the turns that it takes the function knows it"
    for depth in range(16):
        agree(template, full, Limits(depth=depth))
    for output in range(40):
        agree(template, full, Limits(output=output))


def test_the_length_of_a_value_counts_before_a_header_makes_one_blank_of_many_breaks() -> None:
    template, limits = Template.parse("{{a}}"), Limits(output=5)
    assert template.render({"a": "\n" * 5}, mode=Mode.HEADER, limits=limits) == " "
    with pytest.raises(LimitError):
        template.render({"a": "\n" * 6}, mode=Mode.HEADER, limits=limits)


def test_a_partial_that_is_deep_by_itself_includes_nobody_without_end() -> None:
    template = Template.parse("{{>p}}", partials={"p": "{{#a}}" * 5 + "x" + "{{/a}}" * 5})
    with pytest.raises(LimitError, match="nested more than 4 deep"):
        template.render({"a": {"b": 1}}, limits=Limits(depth=4))


def test_what_is_missing_at_the_same_offset_of_two_partials_is_said_of_both() -> None:
    warnings: list[RenderWarning] = []
    template = Template.parse("{{>p}}{{>q}}{{>p}}", partials={"p": "{{a}}", "q": "{{a}}"})
    template.render({}, strict=False, warnings=warnings)
    assert [each.location.file for each in warnings] == ["p", "q"]


def test_a_partial_that_is_missing_hides_no_other() -> None:
    template = Template.parse("{{>none}}{{>p}}{{>q}}", partials={"p": "{{a}}", "q": "{{>p}}"})
    assert template.render({"a": "x"}, strict=False) == "xx"
    with pytest.raises(TemplateSyntaxError):
        Template.parse("{{>none}}{{>p}}", partials={"p": "{{#a}}"})


@pytest.mark.parametrize(
    ("partials", "cycle"),
    [
        ({"a": "{{>a}}"}, "a → a"),
        ({"a": "{{>b}}", "b": "{{>a}}"}, "a → b → a"),
        ({"a": "{{>b}}", "b": "{{>c}}", "c": "{{>b}}"}, "b → c → b"),
    ],
)
def test_partials_that_include_each_other_are_named_once_round(partials: dict[str, str], cycle: str) -> None:
    with pytest.raises(PartialError) as caught:
        Template.parse("{{>a}}", partials=partials).render({})
    named = caught.value.message.rpartition(": ")[2].rstrip(".").split(" → ")
    wanted = cycle.split(" → ")
    assert named[0] == named[-1]
    assert sorted(named[1:]) == sorted(wanted[1:])
    assert len(named) == len(wanted)


@pytest.mark.parametrize(
    "value",
    [set(), {1}, b"", b"x", iter([]), object(), Thing(), UserDict(), UserDict(b=1), (), ({"b": 1},), 0j],
)
@pytest.mark.parametrize(
    "source",
    [
        "{{#a}}x{{/a}}",
        "{{^a}}x{{/a}}",
        "{{#a}}{{b}}{{/a}}",
        "{{#a.b}}x{{/a.b}}",
        "{{^a.b}}x{{/a.b}}",
        "{{a}}",
    ],
)
def test_what_is_no_plain_data_is_seen_by_a_function_as_by_the_walk(source: str, value: Any) -> None:
    agree(Template.parse(source), {"a": value})


def test_a_template_is_written_out_once_when_it_has_been_rendered_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []
    monkeypatch.setattr(functions, "function_of", lambda *given: made.append(given))
    template = Template.parse("{{a}}")
    for count in range(1, _WARM + 3):
        assert template.render({"a": 1}) == "1"
        assert len(made) == (count >= _WARM), count
    template.render({"a": 1}, mode=Mode.TEXT)
    assert len(made) == 1, "each mode has its own"
