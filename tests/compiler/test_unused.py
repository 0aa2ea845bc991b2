"""Classes, ids and comments without a use leave a compiled template where its set wants so; no others do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.settings import CompilerSettings, SetSettings
from tests.compiler.conftest import Loader
from tests.compiler.documents import DATA, DOCUMENTS
from tests.compiler.test_equivalence import EMPTY, compile_text

SWITCH = {"settings.toml": "[compiler]\nremove_unused = true\n"}
REMOVING = SetSettings(compiler=CompilerSettings(remove_unused=True))


@pytest.fixture
def removed(load: Loader) -> Any:
    def removed(body: str, head: str = "", data: dict[str, Any] | None = None) -> str:
        """The body of the compiled mail, which the proof has to agree with."""
        html = f"<!DOCTYPE html>\n<html>\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
        templates = load({**SWITCH, "mail.html": html})
        compilation = compile_template(templates.templates["mail"], templates)
        assert equivalence_findings(compilation, templates, data or {}, fixture="") == ()
        found = re.search(r"<body>\n(.*)\n</body>", compilation.compiled.html, re.DOTALL)
        assert found is not None
        return found[1]

    return removed


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ('<p class="a">x</p>', "<p>x</p>"),
        ("<p class=a >x</p>", "<p >x</p>"),
        ("<p class>x</p>", "<p>x</p>"),
        ('<p title="t" class="a" id="b" dir="ltr">x</p>', '<p title="t" dir="ltr">x</p>'),
        ('<img class="a"/>', "<img/>"),
        ("<p>a<!-- b -->c</p>", "<p>ac</p>"),
        ("<p>a</p>\n  <!-- the\n  end -->\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("<p>a <!-- b --> c</p>", "<p>a  c</p>"),
        ("<pre>a\n<!-- b -->\nc</pre>", "<pre>a\n\nc</pre>"),
        ("<p><!----></p>", "<p></p>"),
    ],
)
def test_what_nothing_refers_to_goes(removed: Any, body: str, left: str) -> None:
    assert removed(body) == left


@pytest.mark.parametrize("character", ["\x0b", "\x1c", "\x1f", "\x85"])
def test_a_class_ends_where_html_has_a_blank(removed: Any, character: str) -> None:
    head = "<style>@media (max-width: 600px) { .a { color: red } .c { color: red } }</style>"
    body = f'<p class="a{character}b">x</p><p class="a\tb">y</p><p class="c">z</p>'
    assert removed(body, head) == '<p>x</p><p class="a">y</p><p class="c">z</p>'


@pytest.mark.parametrize(
    "style",
    [
        "@media (max-width: 600px) { .a { color: red } }",
        "@media (max-width: 600px) { P.A:hover { color: red } }",
        ".a:hover { color: red }",
        "u + .body .a { color: red }",
        "p:not(.a) { color: red }",
        "p:is(.a, :hover) { color: red }",
        "@media (max-width: 600px) { [class*=a] { color: red } }",
        "@media (max-width: 600px) { p[ class ] { color: red } }",
        "@media (max-width: 600px) { p[class='a'] { color: red } }",
        "@media (max-width: 600px) { p[class^=a] { color: red } }",
        "@media (max-width: 600px) { p[class~='a'] { color: red } }",
        r"@media (max-width: 600px) { .\61 { color: red } }",
        "@container (width > 1px) { p { &.a { color: red } } }",
    ],
)
def test_a_class_that_a_rule_asks_for_stays(removed: Any, style: str) -> None:
    body = '<p class="a">x</p>'

    assert removed(body, f"<style>{style}</style>") == body


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("10", r"<style>@media print { .\31 0 { color: red } }</style>"),
        ("c", r"<style>@media print { .a\'b { top: 0 } .c { top: 0 } .d\'e { top: 0 } }</style>"),
        ("a&#x1f600;b", r"<style>@media print { .a\1f600 b, .c\ffffff d { top: 0 } }</style>"),
        ("sm:x", r"<!--[if mso]><style>.sm\:x { top: 0 }</style><![endif]-->"),
    ],
)
def test_a_class_stays_that_a_rule_names_with_escapes(removed: Any, name: str, head: str) -> None:
    body = f'<p class="{name}">x</p>'

    assert removed(body, head) == body


def test_a_part_of_a_class_that_a_rule_asks_for_keeps_no_others(removed: Any) -> None:
    style = "<style>@media (width > 1px) { [class*='col-'] { color: red } }</style>"

    assert removed('<p class="a my-col-6 b">x</p>', style) == '<p class="my-col-6">x</p>'


def test_what_stands_in_a_string_refers_to_nothing(removed: Any) -> None:
    style = "<style>p:hover::after { content: '.a #b' } p:hover:not([title='.a']) { top: 0 }</style>"
    assert removed('<p class="a" id="b">x</p>', style) == "<p>x</p>"


def test_blanks_around_a_last_comment_make_no_difference(removed: Any) -> None:
    assert removed("<p>x</p>\n<!-- a -->\n<!-- b -->\n") == "<p>x</p>\n"


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("/* phones */ p:hover { /* b */ top: 0; /* c */ } /* d */", "p:hover {  top: 0;  }"),
        ("p:hover { top: 0 /* a value's */; left/**/: 0; /*\\*/ right: 0; /*/*/ }", None),
        ("p:hover { top: 0; /*! licence */ /* {{a}} */ content: '{ /* text */' }", None),
    ],
)
def test_comments_for_people_leave_a_stylesheet_and_hacks_stay(
    load: Loader, css: str, left: str | None
) -> None:
    templates = load({**SWITCH, "mail.html": f"<style>{css}</style><p>x</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert f"<style>\n{left or css}\n</style>" in compilation.compiled.html
    assert equivalence_findings(compilation, templates, {}, fixture="") == ()


@pytest.mark.parametrize("media", ["", " media='screen and (width > 1px)'"])
def test_a_stylesheet_that_the_page_shows_stays_to_the_letter(load: Loader, media: str) -> None:
    shown = "/* the margin of phones */ @media (max-width:600px){p{margin:9px}}"
    html = f"<style>p{{margin:0}}</style><p>x</p><style style='display:block'{media}>{shown}</style>"
    templates = load({**SWITCH, "mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert f">{shown}</style>" in compilation.compiled.html
    assert shown in compilation.compiled.text
    assert "overridden-rule" in {finding.code for finding in compilation.findings}
    assert equivalence_findings(compilation, templates, {}, fixture="") == ()


def test_a_class_whose_rule_was_inlined_goes(removed: Any) -> None:
    left = removed('<p class="a b">x</p>', "<style>.a { color: red } .b:hover { color: blue }</style>")

    assert left == '<p class="b" style="color:red">x</p>'


@pytest.mark.parametrize(
    "body",
    [
        '<a href="#a">x</a><p id="a">y</p>',
        '<a href="#{{target}}">x</a><p id="a">y</p>',
        '<p id="{{target}}">y</p>',
        '<p class="a{{target}} b">y</p>',
        '<label for="a">x</label><p id="a">y</p>',
        '<p aria-labelledby="b a">x</p><p id="a">y</p>',
        '<table><tr><th id="a">x</th></tr><tr><td headers="a">y</td></tr></table>',
        '<img usemap="#a"><map name="a" id="a"></map>',
        '<p mc:edit="a" id="a">y</p>',
        '<p data-target="a" class="a">y</p>',
        '<!--[if mso]><style>.a { color: red }</style><![endif]--><p class="a">y</p>',
        '<!--[if mso]><p id="b" class="b">y</p><![endif]-->',
        '<!--[if mso]><v:rect type="#a"></v:rect><![endif]--><p id="a">y</p>',
        "<!--[if !mso]><!--><p>y</p><!--<![endif]-->",
        '<p class="ExternalClass">y</p>',
        '<p class="gmail-hide" id="outlook">y</p>',
        '<p class="a" id="b">{{{markup}}}</p>',
        "<!-- {{#list}} --><p>y</p><!-- {{/list}} -->",
        "<!-- *|IF:LOGO|* --><p>y</p><!-- *|END:IF|* -->",
    ],
)
def test_what_something_may_refer_to_stays(removed: Any, body: str) -> None:
    data = {"target": "a", "markup": "<a href='#b'>x</a>", "list": [1]}

    assert removed(body, data=data) == body


def test_what_data_say_to_a_script_refers_to_nothing(removed: Any) -> None:
    body = '<p id="b" data-track="{{target}}">y</p>'
    assert removed(body, data={"target": "x"}) == '<p data-track="{{target}}">y</p>'


def test_a_stylesheet_on_the_web_may_ask_for_anything(removed: Any) -> None:
    link = '<link rel="stylesheet" href="https://fonts.example/a.css">'

    assert removed('<p class="a">x</p>', link) == '<p class="a">x</p>'


def test_without_the_switch_all_stay() -> None:
    html = '<p class="a" id="b">x<!-- c --></p>'

    assert compile_text(html).compiled.html == html


@settings(deadline=None, max_examples=15)  # time is not what this is about
@given(DOCUMENTS, DATA)
def test_the_proof_agrees_with_what_was_taken_out(html: str, data: dict[str, Any]) -> None:
    source = compile_text(html).source
    templates = replace(EMPTY, settings=REMOVING)
    compilation = compile_template(source, templates)

    assert equivalence_findings(compilation, templates, data, fixture="generated") == ()


class TestProof:
    """Taken out by hand, what something refers to is missed."""

    @pytest.mark.parametrize(
        ("body", "damaged", "missed"),
        [
            ('<a href="#a">x</a><p id="a">y</p>', ' id="a"', "id is None instead of 'a'"),
            ('<a href="{{link}}">x</a><p id="a">y</p>', ' id="a"', "id is None instead of 'a'"),
            ('<label for="a">x</label><p id="a">y</p>', ' id="a"', "id is None instead of 'a'"),
            ('<img usemap="#a"><map id="a"></map>', ' id="a"', "id is None instead of 'a'"),
            ('<svg><use xlink:href="#a"/></svg><p id="a">y</p>', ' id="a"', "id is None instead of 'a'"),
            ('<p class="k">y</p>', ' class="k"', "class is None instead of 'k'"),
            ('<p class="my-col-6">y</p>', ' class="my-col-6"', "class is None instead of 'my-col-6'"),
            ('<u></u><p class="c">y</p>', ' class="c"', "class is None instead of 'c'"),
            ("<p>a</p><!--[if mso]><p>b</p><![endif]-->", "<!--[if mso]><p>b</p><![endif]-->", "instead of"),
            ('<p title="t">y</p>', ' title="t"', "title is None instead of 't'"),
            ("<p>a<!-- b --> c</p>", " c", "reads"),
        ],
    )
    def test_it_is_named(self, load: Loader, body: str, damaged: str, missed: str) -> None:
        css = "@media (width > 1px) { .k, [class*=col-] { color: red } } u ~ .c::after { color: red }"
        templates = load({**SWITCH, "mail.html": f"<style>{css}</style>{body}"})
        compilation = compile_template(templates.templates["mail"], templates)
        compilation = _damaged(compilation, damaged)

        (finding,) = equivalence_findings(compilation, templates, {"link": "#a"}, fixture="")

        assert finding.code == "not-equivalent"
        assert missed in finding.message


def _damaged(compilation: Compilation, text: str) -> Compilation:
    html = compilation.compiled.html.replace(text, "")
    return replace(compilation, compiled=replace(compilation.compiled, html=html))


@pytest.mark.parametrize("operator", ["=", "^=", "$="])
def test_a_question_about_the_whole_attribute_keeps_all_that_is_in_it(removed: Any, operator: str) -> None:
    body = '<p class="a b a">x</p>'
    assert removed(body, f"<style>@media print {{ [class{operator}a] {{ top: 0 }} }}</style>") == body


@pytest.mark.parametrize(
    ("attribute", "left"),
    [
        ("class='a a&#39;b'", "class='a&#39;b'"),
        ('class="a a&quot;b"', 'class="a&quot;b"'),
        ('class="a a\'b"', 'class="a\'b"'),
    ],
)
def test_a_quote_in_a_class_that_stays_remains_one(removed: Any, attribute: str, left: str) -> None:
    head = r"""<style>@media print { .a\'b { top: 0 } .a\"b { top: 0 } }</style>"""
    assert removed(f"<p {attribute}>x</p>", head) == f"<p {left}>x</p>"
