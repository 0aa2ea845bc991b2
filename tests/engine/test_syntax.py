"""Malformed Mustache is one clear error with its place; in the rest every tag knows where it stands."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bbws_templates import BbwsTemplatesError, LimitError, Template, TemplateSyntaxError, render
from bbws_templates.nodes import Partial, Section, Text, Variable
from bbws_templates.parser import parse
from bbws_templates.tokens import TokenKind, position, tokenize

# Template, line and column of the error, a word that its message or remedy must have.
MALFORMED = {
    "tag not closed": ("Dear {{name", 1, 6, "not closed"),
    "tag not closed, at the very end": ("a\nb {{", 2, 3, "not closed"),
    "tag not closed before the next": ("a\n\n {{name, {{other}}", 3, 2, "before the next"),
    "lines not closed before the next": ("{{first\nsecond {{other}}", 1, 1, "next one opens: 'first'."),
    "comment not closed": ("{{! all the rest\nof it }", 1, 1, "not closed"),
    "triple closed by two": ("x {{{name}} y }}}", 1, 3, "}}}"),
    "triple never closed": ("x {{{name}} y", 1, 3, "}}}"),
    "triple with other delimiters": ("{{=<% %>=}}\n<%{a%>", 2, 1, "}%>"),
    "empty": ("é😀{{}}", 1, 3, "no name"),
    "blank": ("{{  }}", 1, 1, "no name"),
    "empty triple": ("{{{}}}", 1, 1, "no name"),
    "section without a name": ("{{#}}{{/}}", 1, 1, "no name"),
    "partial without a name": ("\n {{> }}", 2, 2, "no name"),
    "blank before the sign": ("{{ #a }}{{/a}}", 1, 1, "{{#a}}"),
    "delimiters not closed": ("{{=<% %>}}", 1, 1, "=}}"),
    "one delimiter": ("\n{{=|=}}", 2, 1, "two delimiters"),
    "three delimiters": ("{{=< | >=}}", 1, 1, "two delimiters"),
    "delimiters with an equals sign": ("{{=<= =>=}}", 1, 1, "two delimiters"),
    "no delimiters": ("{{==}}", 1, 1, "two delimiters"),
    "section not closed": ("a\n  {{#items}}\n{{x}}", 2, 3, "'items' is not closed"),
    "inner section not closed": ("{{#a}}\n{{^b}}\n{{/a}}", 2, 1, "{{/a}}"),
    "section closed twice": ("{{#a}}{{/a}}\n{{/a}}", 2, 1, "not opened"),
    "end without a section": ("text {{/a}}", 1, 6, "not opened"),
    "a parent": ("a\n{{<layout}}{{$a}}x{{/a}}{{/layout}}", 2, 1, "inherits from a parent"),
    "a parent with a blank": (" {{< layout }}{{/layout}}", 1, 2, "{{> layout/open}}"),
    "a parent of several lines": ("{{<lay\nout}}", 1, 1, "optional part of Mustache"),
    "a block": ("x{{$title}}Default{{/title}}", 1, 2, "block of inheritance"),
    "a block with a blank": ("{{ $title }}", 1, 1, "optional part of Mustache"),
    "a dynamic name": ("{{#a}}\n{{>*name}}{{/a}}", 2, 1, "dynamic name"),
    "a dynamic name with blanks": ("{{> * name }}", 1, 1, "Choose among partials by sections"),
    "a parent with other delimiters": ("{{=<% %>=}}<%<a%>", 1, 12, "'<%<a%>'"),
    "a block with other delimiters": ("{{=| |=}}|$a|", 1, 10, "'|$a|'"),
    "other delimiters forgotten": ("{{=<% %>=}}<%#a%>{{/a}}", 1, 12, "'a' is not closed"),
}


@pytest.mark.parametrize(("source", "line", "column", "word"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_template(source: str, line: int, column: int, word: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template.parse(source, name="receipts/receipt")
    error = caught.value
    assert error.location is not None
    assert (error.location.file, error.location.line, error.location.column) == (
        "receipts/receipt",
        line,
        column,
    )
    assert word in f"{error.message} {error.remedy}"
    assert error.remedy
    assert "\n" not in str(error)


def test_a_mismatch_names_both_ends() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template.parse("{{#open}}\n{{x}}\n {{/other}}")
    assert str(caught.value) == (
        "template:1:1: Section 'open' is closed by '{{/other}}' in line 3, column 2. "
        "Close it with '{{/open}}' first."
    )


@pytest.mark.parametrize(
    ("source", "instead"),
    [
        ("{{#each items}}{{/each}}", "Mustache repeats with '{{#items}}…{{/items}}'."),
        ("{{#if a.b}}{{/if}}", "Mustache asks with '{{#a.b}}…{{/a.b}}'."),
        ("{{#unless  paid}}{{/unless}}", "Mustache asks for the opposite with '{{^paid}}…{{/paid}}'."),
        ("{{#with user}}{{/with}}", "Mustache goes inside with '{{#user}}…{{/user}}'."),
    ],
)
def test_a_block_of_handlebars_is_told_in_mustache(source: str, instead: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template.parse(source)
    assert caught.value.remedy == f"That is Handlebars: {instead}"


@pytest.mark.parametrize(
    "source", ["{{&$a}}", "{{{$a}}}", "{{#$a}}x{{/$a}}", "{{^$a}}x{{/$a}}", "{{a$}}", "{{a.$b}}"]
)
def test_a_dollar_that_begins_no_block_is_part_of_a_name(source: str) -> None:
    assert parse(source)


def test_an_optional_tag_in_a_partial_is_placed_there() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template.parse("{{>layout}}", partials={"layout": "<p>\n{{$body}}{{/body}}"})
    assert str(caught.value.location) == "layout:2:1"


def test_an_error_in_a_partial_names_the_partial() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template.parse("{{#never}}{{>footer}}{{/never}}", partials={"footer": "a\n {{/x}}"})
    assert caught.value.location is not None
    assert str(caught.value.location) == "footer:2:2"


def test_a_partial_that_is_not_reached_may_be_malformed() -> None:
    assert Template.parse("a", partials={"unused": "{{#"}).render({}) == "a"


FRAGMENTS = (
    "{{ }} {{{ }}} {{#a}} {{/a}} {{^b}} {{/b}} {{>p}} {{!c}} {{=<%_%>=}} <%={{_}}=%> <%a%> {{a}} {{&b}} "
    "\n \r\n _ \t x {{=|_|=}} |#a| |/a|"
)
letters = st.one_of(st.sampled_from("{}#^/&>!=ab. \t\r\n<%|'"), st.characters())
fragments = st.sampled_from([fragment.replace("_", " ") for fragment in FRAGMENTS.split(" ")])
soup = st.text(letters, max_size=40) | st.lists(fragments, max_size=12).map("".join)


@given(soup)
@example("\x0b{{#a}}\n{{/a}}")
@example("\x1c{{! c }}\x85\n")
def test_whatever_is_typed_is_rendered_or_refused_by_name(source: str) -> None:
    refusal: TemplateSyntaxError | None = None
    try:
        render(source, {"a": [1, {"b": 2}], "b": "x"}, {"p": "{{a}}\n"})
    except TemplateSyntaxError as error:
        refusal = error
    if refusal:
        assert refusal.location is not None
        lines = source.split("\n")
        assert 1 <= refusal.location.line <= len(lines)
        assert 1 <= refusal.location.column <= len(lines[refusal.location.line - 1])


@given(soup)
def test_tokens_tile_the_source(source: str) -> None:
    try:
        tokens = tokenize(source)
    except TemplateSyntaxError:
        return
    at = 0
    for token in tokens:
        assert token.outer_start == at
        assert token.outer_start <= token.start < token.end <= token.outer_end
        at = token.outer_end
        around = source[token.outer_start : token.start] + source[token.end : token.outer_end]
        assert around.strip() == ""
        if token.kind is TokenKind.LITERAL:
            assert source[token.start : token.end] == token.key
        else:
            assert token.key in source[token.start : token.end]
        if not token.alone:
            assert around == ""
    assert at == len(source)


@given(st.text(alphabet="ab\n\r"), st.data())
def test_position_counts_lines_and_characters(source: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(source)))
    line, column = position(source, offset)
    assert source[:offset].split("\n")[line - 1] == source[offset - column + 1 : offset]
    assert len(source[:offset].split("\n")) == line


def test_the_tree_of_a_template() -> None:
    source = "Dear {{ name }},\n{{#items}}\n{{{.}}} {{>row}}{{^a.b}}-{{/a.b}}\n{{/items}}\n"
    nodes = (
        Text("Dear ", 0),
        Variable("name", ("name",), True, 5),
        Text(",\n", 15),
        Section(
            "items",
            ("items",),
            False,
            (
                Variable(".", (), False, 28),
                Text(" ", 35),
                Partial("row", "", 36),
                Section("a.b", ("a", "b"), True, (Text("-", 52),), 44),
                Text("\n", 61),
            ),
            17,
        ),
    )
    assert parse(source) == nodes
    template = Template.parse(source, name="order")
    assert (template.name, template.source, template.nodes) == ("order", source, nodes)


def test_after_its_sign_a_tag_may_have_any_name() -> None:
    assert render("{{#&a}}x{{/&a}}{{^#b}}y{{/#b}}", {"&a": True, "#b": False}) == "xy"


def test_spans_of_a_tag_that_stands_alone() -> None:
    source = "a\n  {{> p }} \r\nb"
    literal, partial, rest = tokenize(source)
    assert (literal.key, partial.key, rest.key) == ("a\n", "p", "b")
    assert source[partial.start : partial.end] == "{{> p }}"
    assert source[partial.outer_start : partial.outer_end] == "  {{> p }} \r\n"
    assert partial.indent == "  "


@pytest.mark.timeout(30)  # not a measure: work that grows with the square of the length would take minutes
def test_long_templates_of_every_tag_are_parsed() -> None:
    tags = ("{{a}}", "{{#a}}{{/a}}", "{{! c }}\n", "{{=| |=}}|={{ }}=|", " {{{a}}}", "\n{{>p}}\n")
    pieces = (*tags, "x\n", "}", "{ ")
    for source in (*(piece * 20_000 for piece in pieces), "".join(pieces) * 4_000):
        Template.parse(source, partials={"p": ""})
        assert tokenize(source)[-1].outer_end == len(source)


@pytest.mark.timeout(30)
def test_long_templates_whose_tags_are_not_closed_are_refused() -> None:
    with pytest.raises(BbwsTemplatesError):
        Template.parse("{{#a}}" * 100_000)
    with pytest.raises(TemplateSyntaxError):
        Template.parse("{{{a}} " * 100_000)


def test_sections_nested_without_measure_are_refused() -> None:
    with pytest.raises(LimitError) as caught:
        Template.parse("{{#a}}\n" * 401 + "{{/a}}\n" * 401)
    assert str(caught.value.location) == "template:401:1"
