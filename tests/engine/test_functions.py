"""A template that is written out as a function says what the walk over its tree says, or nothing at all."""

from __future__ import annotations

import sys
from collections import UserDict, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.batch.json_lines import JSON
from app.core.workspace import Workspace
from bbws_templates import BbwsTemplatesError, Mode, Template
from bbws_templates.functions import Function
from bbws_templates.limits import DEFAULT_LIMITS, Limits
from bbws_templates.mailing import Part, parsed_part
from bbws_templates.modes import FILTERS, PLAIN
from tests.engine.test_against_chevron import Place, data_sets, partial_sets, templates
from tests.engine.test_specification import LATER, Case, published_cases
from tests.selection import drawn

ROOT = Path(__file__).parents[2]
MODES = {Part.HTML: Mode.HTML, Part.TEXT: Mode.TEXT, Part.SUBJECT: Mode.HEADER, Part.PREHEADER: Mode.HEADER}


def written(template: Template, mode: Mode = Mode.HTML) -> Function[str] | None:
    """``template`` as a function, made as its many renderings would make it."""
    return template.written_out(mode)


def walked(
    template: Template, data: Any, mode: Mode, *, strict: bool = True, limits: Limits = DEFAULT_LIMITS
) -> str | None:
    """What the walk over the tree says; None for an error."""
    try:
        pieces = template.trace(data, mode=mode, strict=strict, limits=limits)
    except BbwsTemplatesError:
        return None
    return "".join(piece.text for piece in pieces)


def agree(template: Template, data: Any, limits: Limits = DEFAULT_LIMITS) -> int:
    """How many modes the function was sure of; it must say the same as the walk, strict and lenient."""
    sure = 0
    for mode in Mode:
        function = written(template, mode)
        result = function(data, limits) if function else None
        if result is not None:
            sure += 1
            assert result == walked(template, data, mode, limits=limits)
            assert result == walked(template, data, mode, strict=False, limits=limits)
    return sure


# --- what it says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [*published_cases(), *LATER], ids=lambda case: case.name)
def test_the_specification(case: Case) -> None:
    function = written(Template.parse(case.template, partials=case.partials), Mode.MUSTACHE)
    assert function is None or function(case.data) in {None, case.expected}


def test_every_part_of_every_email_is_written_out_and_sure_of_every_fixture() -> None:
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    for name in workspace.names():
        compiled = workspace.compilation(name).compiled
        for label, fixture in workspace.source(name).fixtures.items():
            for part, mode in MODES.items():
                template = parsed_part(compiled, part)
                function = written(template, mode)
                assert function, f"{name}, {part}"
                result = function(fixture.data)
                # A header with a line break in its data is rare enough to be walked.
                assert result is not None or mode is Mode.HEADER, f"{name}, {part}, {label}"
                assert result in {None, walked(template, fixture.data, mode)}


@settings(max_examples=drawn(400), deadline=None)
@given(
    template=templates(Place(partials=("any", "lines", "absent")), 3),
    data=data_sets,
    partials=partial_sets,
)
def test_any_template_and_any_data(template: str, data: dict[str, Any], partials: dict[str, str]) -> None:
    agree(Template.parse(template, partials=partials), data)


class Odd(str):
    """Text with ideas of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "odd"

    def __format__(self, spec: str) -> str:
        return "odd"


class Flag(int):
    """A whole number that is not quite one."""

    def __str__(self) -> str:
        return "flag"


leaves = st.one_of(
    st.text(alphabet="a <>&\"'\n\x00\x85\ud800\u00a0é😀", max_size=4),
    st.sampled_from(
        [
            *(None, True, False, 0, 1, -7, 10**9, 10**18, 1.5, float("nan"), Decimal("0.00")),
            *(
                Decimal("NaN"),
                Decimal("2.50"),
                b"x",
                Odd("a&b"),
                Flag(3),
                len,
                object(),
                (),
                (1, 2),
                "x" * 300,
            ),
        ]
    ),
)
odd_data = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.sampled_from(["a", "b", "c", "0"]), inner, max_size=4),
        st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2).map(UserDict),
        st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2).map(
            lambda members: defaultdict(list, members)
        ),
        st.tuples(inner, inner),
    ),
    max_leaves=12,
)
tags = st.sampled_from(["a", "b", "c", ".", "a.b", "b.a.c", "a.0", "0", "nowhere"])
pieces = st.recursive(
    st.one_of(
        st.sampled_from(["", "x", "\n", "<b>&amp;", "'''", '"""', "\\", "{0}", "%s", "é"]),
        tags.map(lambda name: f"{{{{{name}}}}}"),
        tags.map(lambda name: f"{{{{&{name}}}}}"),
    ),
    lambda inner: st.builds(
        lambda sign, name, body: f"{{{{{sign}{name}}}}}{''.join(body)}{{{{/{name}}}}}",
        st.sampled_from("##^"),
        tags,
        st.lists(inner, max_size=4),
    ),
    max_leaves=10,
)


@settings(max_examples=drawn(600), deadline=None)
@given(
    template=st.lists(pieces, max_size=5).map("".join),
    data=st.dictionaries(st.sampled_from(["a", "b", "c", "0"]), odd_data, max_size=4),
)
@example(template="{{#a}}{{b}}{{c}}{{/a}}", data={"a": [{"b": "<", "c": "x"}] * 4})
@example(template="{{#a}}{{b}}{{c}}{{/a}}", data={"a": [{"b": "1", "c": Odd("&")}] * 4})
@example(template="{{#a}}{{.}}{{/a}}", data={"a": [1, 2, 3, 10**12]})
@example(template="{{#a}}{{^b}}{{c}}{{/b}}{{c}}{{/a}}", data={"a": [{"c": "'"}] * 3})
def test_data_of_every_kind(template: str, data: dict[str, Any]) -> None:
    agree(Template.parse(template), data)


@settings(max_examples=drawn(300), deadline=None)
@given(
    template=st.lists(pieces, max_size=4).map("".join),
    data=st.dictionaries(st.sampled_from(["a", "b", "c"]), odd_data, max_size=4),
    limits=st.builds(Limits, depth=st.integers(0, 4), output=st.integers(0, 40), turns=st.integers(0, 40)),
)
@example(template="{{a}}", data={"a": "\n" * 30}, limits=Limits(output=20))
def test_it_is_never_sure_beyond_the_limits(template: str, data: dict[str, Any], limits: Limits) -> None:
    agree(Template.parse(template), data, limits)


def test_no_more_is_kept_of_rows_than_may_come_of_them() -> None:
    import tracemalloc

    function = written(Template.parse("{{#rows}}{{a}}{{b}}{{/rows}}"))
    assert function
    rows = [{"a": "x" * 1000, "b": ""}] * 20_000
    tracemalloc.start()
    try:
        assert function({"rows": rows}, Limits(output=10_000)) is None
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


# --- what it is sure of -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("{{a}} {{{a}}} {{&a}}", {"a": "x 'y'"}),
        ("{{a}} {{b}}", {"a": "x & <y>", "b": "&amp;"}),
        ("{{#rows}}{{a}}: {{n}}\n{{/rows}}", {"rows": [{"a": "x", "n": 1}, {"a": "<", "n": 2}] * 3}),
        (
            "{{#rows}}{{a}}{{#more}}{{.}}{{b}}{{/more}}{{/rows}}",
            {"b": "'", "rows": [{"a": "", "more": "x"}] * 5},
        ),
        # Rows in rows: what was gathered of the outer ones is still to be looked at after the inner ones.
        (
            "{{#rows}}{{a}}{{b}}{{#more}}{{c}}{{d}}{{/more}}{{/rows}}",
            {"rows": [{"a": "<a>", "b": "&", "more": [{"c": "x", "d": "y"}] * 4}] * 4},
        ),
        ("{{#a.b}}{{.}}{{/a.b}}{{^a.c}}none{{/a.c}}", {"a": {"b": ["x", "y"]}}),
        ("{{price}}", {"price": Decimal("0.00")}),
        (
            "{{total}}{{#rows}}{{a}}: {{total}}\n{{/rows}}",
            {"total": "R1\u00a0234,50 1\u202fs \u200e\u2019", "rows": [{"a": "\u00e9"}] * 3},
        ),
        ("{{#on}}{{a}}{{/on}}{{^on}}{{a}}{{/on}}", {"on": True, "a": "x"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_sure_of_what_emails_are_made_of(template: str, data: Mapping[str, Any]) -> None:
    assert agree(Template.parse(template), dict(data)) == len(Mode)


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("{{n}}{{#rows}}{{n}}{{/rows}}", {"n": "out", "rows": [{"n": "in"}, {}]}),
        ("{{n}}{{#row}}{{n}}{{/row}}{{n}}", {"n": "a&b", "row": {"n": "c<d"}}),
        # Looked up before, filtered within: where that is not come to, it has not been.
        ("{{{n}}}{{^on}}{{n}}{{/on}}{{n}}", {"n": "a&b", "on": True}),
        ("{{^on}}{{n}}{{/on}}{{n}}", {"n": "a", "on": True}),
        ("{{^on}}{{n}}{{/on}}{{n}}", {"n": "a", "on": False}),
    ],
)
def test_what_was_looked_up_counts_where_it_was(template: str, data: Mapping[str, Any]) -> None:
    assert agree(Template.parse(template), data)


@settings(max_examples=drawn(600), deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=8))
@example(text="R1\u00a0234,50")
@example(text="\u2028")
def test_exactly_what_a_filter_would_change_is_filtered(text: str) -> None:
    for mode, is_plain in PLAIN.items():
        convert = FILTERS[mode][0]
        assert convert
        assert is_plain(text) == (convert(text) == text), mode


def test_markup_in_a_text_part_is_left_to_the_walk() -> None:
    """There it becomes words, which is not done twice; every other mode prints it as it is."""
    template = Template.parse("{{{a}}} {{&a}}")
    assert agree(template, {"a": "x & <y>"}) == len(Mode) - 1
    function = written(template, Mode.TEXT)
    assert function is None or function({"a": "x & <y>"}) is None


def test_a_partial_is_written_out_where_it_stands_and_one_without_end_is_not() -> None:
    partials = {"row": "<{{a}}>\n", "tree": "{{#a}}{{> tree}}{{/a}}"}
    assert agree(
        Template.parse("{{#rows}}\n  {{> row}}\n{{/rows}}", partials=partials), {"rows": [{"a": "x"}]}
    )
    assert written(Template.parse("{{> tree}}", partials=partials)) is None
    assert written(Template.parse("{{> nowhere}}")) is None


def test_what_is_out_of_proportion_is_not_written_out() -> None:
    assert written(Template.parse("{{#a}}" * 40 + "{{/a}}" * 40)) is None
    assert written(Template.parse("x{{a}}" * 10_000)) is None


# --- nothing in a template becomes code ---------------------------------------------------------------------

LITERALS = [
    *(
        "'''",
        '"""',
        "\\",
        "\\'",
        '")',
        "\n\nimport os\n",
        "\r",
        "\x00",
        "\f",
        "\u2028",
        "\ud800",
        "# ",
        "{x}",
    ),
    *(
        "';raise SystemExit;'",
        '");raise SystemExit#',
        "\\N{DIGIT ONE}",
        "%(a)s",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
    ),
]


@pytest.mark.parametrize("text", LITERALS, ids=ascii)
def test_text_names_and_data_are_never_code(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of text that a template can hold: between tags, in the name of each kind of tag, in its own
    name, in a partial and its name, spelled for JSON; and data.
    """
    name = text.translate(dict.fromkeys(map(ord, "{}=.#\n\r"))).strip() or "n"
    source = (
        f"{text}{{{{{name}}}}}{{{{&{name}}}}}{{{{{{{name}}}}}}}{{{{o.{name}}}}}"
        f"{{{{#{name}}}}}{text}{{{{{name}}}}}{{{{/{name}}}}}{{{{> {name}}}}}"
        f"{{{{^o.{name}}}}}{text}{{{{/o.{name}}}}}"
    )
    compiled: list[str] = []
    real = compile

    def seen(code: str, *arguments: Any) -> Any:
        compiled.append(code)
        return real(code, *arguments)

    monkeypatch.setattr("bbws_templates.functions.compile", seen, raising=False)
    template = Template.parse(source, name=text, partials={name: f"{text}{{{{{name}}}}}"})
    agree(template, {name: text, "o": {name: text}})
    written_out = len(compiled)
    assert written_out == len(Mode)
    is_text = text != "\ud800"  # half a character has no bytes to be spelled
    assert bool(template.spelled_out(Mode.HTML, JSON)) is is_text
    assert len(compiled) == written_out + is_text
    for code in compiled:
        # Neither the text nor the name: the same words and numbers as for any other template.
        assert code.isascii()
        assert set(code) <= set("NFabcdefghijklmnopqrstuvwxyz0123456789_ \n()[]{}=<>-+*.,:;'")
        assert "os" not in code.split()
        assert "SystemExit" not in code


# --- when it is made ----------------------------------------------------------------------------------------


def test_a_template_that_is_rendered_often_is_written_out_and_says_the_same() -> None:
    template = Template.parse("{{#rows}}{{a}}, {{/rows}}")
    data = {"rows": [{"a": f"<{number}>"} for number in range(5)]}
    assert len({template.render(data) for _ in range(100)}) == 1
    assert len({template.render(data, mode=Mode.TEXT) for _ in range(100)}) == 1


def test_one_rendering_loads_nothing_of_it() -> None:
    import subprocess

    code = (
        "import sys; from bbws_templates import Template; t = Template.parse('{{a}}'); t.render({'a': 'b'});"
        "assert 'bbws_templates.functions' not in sys.modules;"
        "[t.render({'a': 'b'}) for _ in range(100)];"
        "assert 'bbws_templates.functions' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
