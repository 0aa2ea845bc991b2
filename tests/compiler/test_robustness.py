"""Whatever stands in a template: it compiles, or there is one clear error with a place."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.errors import CompileError
from app.core.html.veil import Veil
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Template
from bbws_templates.errors import BbwsTemplatesError, LimitError
from bbws_templates.mailing import render_email
from bbws_templates.tokens import tokenize
from tests.selection import drawn
from tests.slices import each_of

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})

PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div class='a'>",
            "</div>",
            "<td",
            ">",
            "/>",
            "<",
            "</",
            "<!--",
            "-->",
            "<![endif]>",
        ),
        *(
            "<!--[if mso]>",
            "<![if x]>",
            "<!doctype html>",
            "<html>",
            "<body>",
            "</body>",
            "<head>",
            "</head>",
        ),
        *(
            "<style>",
            "</style>",
            ".a{color:red}",
            "@media x{",
            "}",
            "p{",
            "color:{{v}};",
            "<title>",
            "</title>",
        ),
        *(
            "<script>",
            "</script>",
            "<textarea>",
            "</textarea>",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<li>",
        ),
        *(
            " class=",
            "'",
            '"',
            "a",
            " ",
            "\n",
            "=",
            "style='color:red'",
            'style="',
            "id=i",
            "&amp;",
            "&",
            "&#123;",
        ),
        *(
            "{{a}}",
            "{{{a}}}",
            "{{#a}}",
            "{{/a}}",
            "{{^a}}",
            "{{! c }}",
            "{{",
            "}}",
            "{",
            "{{=<% %>=}}",
            "<%a%>",
        ),
        *(
            "{{> p}}",
            "{{>subject}}",
            "\0",
            "\x0c",
            "\ufeff",
            "\ufdd0",
            "\U000f0000",
            "é",
            "\r\n",
            "<?xml x?>",
        ),
        *(
            "<img src={{a}}>",
            "<a href='{{a}}'>",
            "</a>",
            "<svg>",
            "<o:p>",
            "<iframe>",
            "<xmp>",
            "<frameset>",
        ),
        *(
            "<select>",
            "<option>",
            "<noscript>",
            "<template>",
            "<p style=''>",
            "<link rel=stylesheet href=x.css>",
        ),
    ]
)


# Time is not what this is about. The same sources in each run: a failure is never a matter of chance.
@settings(deadline=None, derandomize=True, max_examples=drawn(300))
@given(st.lists(PIECES, max_size=14).map("".join))
def test_anything_compiles_or_is_refused_with_a_place(html: str) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    try:
        compilation = compile_template(source, EMPTY)
    except BbwsTemplatesError as raised:
        error = raised
    else:
        require_sound(compilation)
        return
    assert error.location is not None
    assert error.location.file == "mail.html"
    assert error.location.line >= 1
    assert error.location.column >= 1
    assert error.remedy


def require_sound(compilation: Compilation) -> None:
    Template.parse(compilation.compiled.text)
    Template.parse(compilation.compiled.subject)
    for data in ({}, {"a": "x <b>", "v": "red"}):
        render_email(compilation.compiled, data, strict=False)
        assert not equivalence_findings(compilation, EMPTY, data, fixture="")


@pytest.mark.parametrize("name", ["noscript", "iframe", "noframes", "noembed", "xmp", "textarea", "select"])
def test_markup_that_data_bring_into_an_element_of_text_is_that_text(name: str) -> None:
    for html in (f"<{name}>{{{{{{a}}}}}}", f"<body><{name}>{{{{{{a}}}}}}</{name}>"):
        test_anything_compiles_or_is_refused_with_a_place.hypothesis.inner_test(html)  # type: ignore[attr-defined]


@pytest.mark.parametrize("html", ["{{#a}}<p>x<template>{{/a}}", "<template>{{#a}}x</template><p>y{{/a}}"])
def test_a_section_that_ends_where_no_client_looks_is_one_clear_error(html: str) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    with pytest.raises(CompileError, match=r"^mail\.html:1:\d+: Section 'a' ends, in line 1"):
        compile_template(source, EMPTY)


@pytest.mark.parametrize(
    "html", ["", " \n", "just text", "{{a}}", "<p>", "<!-- only -->", "<!doctype html>", "{{! x }}"]
)
def test_hardly_anything_compiles_to_itself(html: str) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    compilation = compile_template(source, EMPTY)
    assert compilation.compiled.html == html.replace("{{! x }}", "")
    for origins in (compilation.origins, compilation.text_origins):
        place = origins.locate(0)
        assert place.file == "mail.html"
        assert place.line >= 1
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("html", "line"),
    [("<div>" * 3000, 1), ("<p>" + "<b>" * 3000, 1), ("<p>x</p>\n" * 20 + "<div>\n" * 600, 319)],
)
def test_nesting_without_end_is_one_clear_error_where_it_is_too_deep(html: str, line: int) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    with pytest.raises(
        LimitError, match=rf"^mail\.html:{line}:\d+: More than 300 elements .* nested too deeply"
    ):
        compile_template(source, EMPTY)


@pytest.mark.parametrize("last", [0xFDEF, 0xFDF0])
def test_a_text_that_leaves_no_character_for_the_compiler_is_one_clear_error(last: int) -> None:
    html = "<p>\n{{a}} x" + "".join(map(chr, range(0xFDD0, last))) + "</p>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    with pytest.raises(CompileError, match=r"^mail\.html:2:8: The character U\+FDD0 stands here"):
        compile_template(source, EMPTY)


def test_thousands_of_tags_are_told_apart() -> None:
    source = "".join(f"<{{{{v{number}}}}}>" for number in range(40_000))
    veil = Veil(source, tokenize(source))
    assert len(veil.text) == len(source)
    assert "{" not in veil.text
    assert veil.lift(veil.text) == source


@pytest.mark.parametrize(
    ("css", "words"),
    [
        ("a{" * 3000, "1:73: In this stylesheet more than 32 brackets"),
        ("a{" * 1000 + "top:0" + "}" * 1000, "more than 32 brackets"),
        ("@media print{" * 1000 + "p{top:0}" + "}" * 1000, "more than 32 brackets"),
        ("p{top:" + "(" * 50_000, "more than 32 brackets"),
        ("p" + ":not(" * 1000 + "a" + ")" * 1000 + "{top:0}", "more than 32 brackets"),
        ("p{top:" + "calc(" * 1000 + "0" + ")" * 1000 + "}", "more than 32 brackets"),
        ("p" + "[" * 1000 + "{top:0}", "more than 32 brackets"),
        (".a," * 33_000 + ".b{top:0}", "more than 6,000 selectors"),
        ("p,b{" + "&:hover,&:focus{" * 30 + "top:0" + "}" * 31, "more than 6,000 selectors"),
        ("p{" + "color:red;" * 100_000 + "}", "more than 100,000 words"),
        ("p{font-family:" + "a " * 500_000 + "}", "more than 100,000 words"),
        ("p" + ".a" * 500_000 + "{top:0}", "more than 100,000 words"),
        ("@charset 'a';" * 50_000, "more than 100,000 words"),
        ("".join(f"p:nth-child({number}){{top:0}}" for number in range(1, 2_900)), "selectors to try"),
        ("".join(f"p{{left:{number}px}}" for number in range(500)), "apply to them 250,000 times"),
        (".a{all:unset}" * 50, "to set"),
        (
            "p{" + "".join(f"x{number}:1;" for number in range(2_001)) + "}",
            "1:8: This rule has more than 2,000",
        ),
        ("".join(f"{'p~' * 30}p:not(.c{number}){{top:0}}" for number in range(80)), "leads past"),
        ("".join(f".a:nth-child({number}n+1){{top:0}}" for number in range(1, 300)), "leads past"),
        (f":is({','.join(f'.c{number}' for number in range(5_000))}) .a{{top:0}}" * 2, "more than 6,000"),
        ("p{background:url(data:," + "a" * 9_000 + ")}", "longer than 4,000,000 characters"),
    ],
)
def test_css_that_nests_or_lists_without_end_is_one_clear_error(css: str, words: str) -> None:
    refused(f"<style>{css}</style>{'<p class=a>x</p>' * 500}", words)


@pytest.mark.parametrize("choice", ["is", "where"])
def test_a_choice_of_more_than_lxml_can_look_for_stays(choice: str) -> None:
    css = f":{choice}({','.join(f'.c{number}' for number in range(600))}) {{ top: 0 }}"
    html = f"<style>\n{css}\n</style><p class=c1>x</p>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    compilation = compile_template(source, EMPTY)
    assert compilation.compiled.html == html
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<p " + " ".join(f"data-c{number}=1" for number in range(100_000)) + ">x</p>",
            "more than 1,000 attr",
        ),
        (f'<p style="{"left:0;" * 140_000}">x</p>', "1:4: This style attribute holds more than 10,000"),
        (f"<!--[if mso]>{'<p>x</p>' * 100_000}<![endif]-->", "more than 12,000 start tags"),
        (
            "<style>" + f"{'div ' * 30}p{{top:0}}" * 300 + "</style>" + "<div>" * 100 + "<p>x</p>" * 300,
            "leads past",
        ),
        ("{{#a}}<p>x</p>{{/a}}" * 20_000, "1:100001: The template has more than 10,000 Mustache tags"),
        ("{{a}} " * 100_000, "more than 10,000 Mustache tags"),
        (
            f"<style>{''.join(f'.c{number}{{top:0}}' for number in range(900))}</style>"
            + f"""<p class="{" ".join(f"c{number}" for number in range(900))}">x</p>""" * 100,
            "leads past",
        ),
        (f"<!--[if mso]><style>{'p{top:0}' * 3_001}</style><![endif]-->", "more than 3,000 rules"),
        ("<font><p>" * 5_000, "1:10: Elements such as this <font> .* more than 20,000 times"),
        ("".join(f"<font size={number}><p>" for number in range(300)), "opened again"),
        ("<i><b><div><p></i>" * 3_000, "opened again"),
        (f"<template>{'<font><p>' * 5_000}</template>", "opened again"),
        ("<b><table></b></table><p>x" * 2_000, "opened again"),
        (
            f"<!--[if mso]>{'<div>' * 9_000}<![endif]-->x",
            "In what Outlook reads, .* nested too deeply",
        ),
        ("<!--[if mso]><div><![endif]-->" * 1_000, "nested too deeply"),
        ("<!--[if mso]>" + '<p a="' * 4_000 + "><![endif]-->x", "more than 1,000 attributes"),
        (f"<!--[if mso 12]>{'<font><p>' * 5_000}<![endif]-->x", "opened again"),
    ],
)
def test_markup_without_measure_is_one_clear_error(html: str, words: str) -> None:
    refused(html, words)


def refused(html: str, words: str) -> None:
    """One clear error, within seconds of this process's own time, however busy the machine is."""
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    start = process_time()
    with pytest.raises(LimitError, match=words):
        compile_template(source, EMPTY)
    assert process_time() - start < 6


MUCH_OF_ONE_THING = [
    f"<style>p{{{'&:hover{top:0}' * 2_900}}}</style><p>x</p>",
    f"<style>p{{{''.join(f'x{number}:1;' for number in range(2_000))}}}</style><p>x</p>",
    f"<style>/*{'a ' * 500_000}*/ p{{top:0}}</style><p>x</p>",
    f"<style>p{{content:'{'a' * 1_000_000}'}}</style><p>x</p>",
    f'<style>.c5{{top:0}}</style><p class="{" ".join(f"c{number}" for number in range(100_000))}">x</p>',
    f'<p title="{"a " * 500_000}">x</p><!-- {"a " * 500_000} -->',
    "<style>p{top:0}"
    + "".join(f"@media (width:{number}px){{p{{top:{number}px}}}}" for number in range(590))
    + f"</style>{'<p>x</p>' * 500}",
    # Which of them win, which get a mark, and what the text part follows: each once, not each with each.
    "<style>"
    + "".join(f".a{{left:{number}px}}" for number in range(100))
    + "".join(f".a:hover{{left:{number}px}}" for number in range(900))
    + f"</style>{'<p class=a>x</p>' * 190}",
    "<style>"
    + "".join(f"p{{x{number}:0}}" for number in range(400))
    + "".join(f"p:hover{{x{number}:0}}" for number in range(400))
    + f"</style>{'<p>x</p>' * 70}",
    "<style>.a{"
    + "".join(f"&.b{number}{{left:{number}px}}" for number in range(900))
    + f"}}</style>{'<p class=a>x</p>' * 95}",
    "<style>"
    + "".join(f"@media (width:{number}px){{p{{left:revert-layer}}}}" for number in range(700))
    + f"</style>{'<p style=left:0>x</p>' * 190}",
    "<style>p{left:9px}"
    + "".join(f"@media (width:{number}px){{p{{left:{number}px}}}}" for number in range(700))
    + f"</style>{'<p style=left:0>x</p>' * 190}",
    # What CSS takes is asked of each value once.
    f"<style>{''.join(f'.b{n}{{border:{n}px solid #{n:06x}}}' for n in range(1_000))}</style><p>x</p>",
    "<style>p{background:linear-gradient(red" + ",red 1%" * 999 + ")}</style><p>x</p>",
    "<p " + " ".join(f'data-x{number}="y"' for number in range(990)) + ">x</p>" * 40,
    f"<p>x</p><svg>{'<![CDATA[x]]>' * 60_000}</svg>",
    # Of what is opened again, and of Outlook's comments, each is looked at once.
    "<font><p>" * 190,
    f"<table>{'<tr><td><b>x</b></td><td><i>y</i></td></tr>' * 1_900}</table>",
    "<!--[if mso]><p>x</p><![endif]-->" * 2_900,
    # What stands under a heading is looked at once, however many sums are compared with it.
    "<table><tr><th>a<th>b<th>c</tr>"
    + "<tr><td>d<td>2<td>5</tr>" * 1_200
    + "<tr><td><td>Sum<td>x</tr><tr><td colspan=2>Sum<td>x</tr>" * 1_000
    + "</table>",
    f"<style>{''.join(f'p:nth-child({n}n){{top:0}}' for n in range(1, 590))}</style>"
    + f"<div>{'<p>x</p>' * 100}</div>" * 4,
]


@pytest.mark.parametrize("html", each_of(MUCH_OF_ONE_THING, 5, "corpus"), ids=lambda html: html[:30])
def test_a_megabyte_of_one_thing_compiles_in_seconds(html: str) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    start = process_time()
    compile_template(source, EMPTY)
    assert process_time() - start < 6  # of this process's own time, however busy the machine is


@pytest.mark.parametrize(
    "css",
    [
        "p::before{content:'" + "(" * 100 + "'}/*" + "(" * 100 + "*/ p{top:0}",
        "p::after{content:'\\'" + "(" * 100 + "'} p{top:0}",
        "p{top:0}" + "".join(f".a{number},.b{number}{{left:0}}" for number in range(500)),
        "@media print{@supports(a:b){p{&:hover{left:0}}}} p{top:0}",
    ],
)
def test_css_that_only_looks_so_is_read(css: str) -> None:
    html = f"<style>{css}</style><p>x</p>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    assert '<p style="top:0">' in compile_template(source, EMPTY).compiled.html


def test_stylesheets_without_end_are_one_clear_error() -> None:
    css = "".join(f".a{number}{{top:0}}\n" for number in range(30_000))
    html = f"<p>x</p>\n<style>{css}</style>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    with pytest.raises(LimitError, match=r"^mail\.html:2:1: .* more than 3,000 rules"):
        compile_template(source, EMPTY)
