"""Rendering the compiled template is inlining the rendered source; and the proof notices when it is not."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.equivalence import equivalence_findings, first_difference
from app.core.loader import load_template_set
from app.core.proof.quirks import is_quirky
from app.core.proof.witness import look
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from tests.compiler.conftest import Loader
from tests.compiler.documents import DATA, DOCUMENTS

ROOT = Path(__file__).resolve().parents[2]
EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})

_STYLE_ATTRIBUTE = re.compile(r"""\sstyle=("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_STYLE_ELEMENT = re.compile(r"<style.*?</style>", re.DOTALL)
_BLANK_LINES = re.compile(r"\n[ \n]*(?=\n|</body>)")


def compile_text(html: str) -> Compilation:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    return compile_template(source, EMPTY)


def without_styles(html: str) -> str:
    """All but style attributes, style elements and the blank lines that they leave."""
    return _BLANK_LINES.sub("", _STYLE_ATTRIBUTE.sub("", _STYLE_ELEMENT.sub("", html)))


@settings(deadline=None)  # time is not what this is about
@given(DOCUMENTS, DATA)
def test_compiling_and_inlining_change_places(html: str, data: dict[str, Any]) -> None:
    compilation = compile_text(html)
    findings = equivalence_findings(compilation, EMPTY, data, fixture="generated")
    assert not findings, (findings, compilation.compiled.html)


@settings(deadline=None)  # time is not what this is about
@given(DOCUMENTS)
def test_nothing_but_styles_is_touched(html: str) -> None:
    compilation = compile_text(html)
    assert without_styles(compilation.compiled.html) == without_styles(compilation.flat)


@settings(deadline=None)  # time is not what this is about
@given(DOCUMENTS)
def test_compiling_twice_is_compiling_once(html: str) -> None:
    once = compile_text(html).compiled.html
    findings = equivalence_findings(compile_text(once), EMPTY, {}, fixture="")
    assert not findings


def test_the_twelve_with_every_fixture() -> None:
    templates = load_template_set(ROOT / "templates", ROOT / "fixtures")
    proofs = 0
    for source in templates.templates.values():
        compilation = compile_template(source, templates)
        for scenario, fixture in source.fixtures.items():
            findings = equivalence_findings(compilation, templates, fixture.data, fixture=scenario)
            assert not findings, findings
            proofs += 1
    assert proofs >= 60


SABOTAGE = [
    ("color:red", "color:blue", "style"),
    ("<b>", "<i>", "<i> instead of <b>"),
    ("&amp; more", "&amp; less", "less"),
    ('title="x"', "", "title"),
    ("<!--[if mso]>", "<!--[if gte mso 9]>", "comment reads"),
    ("max-width", "min-width", "under @media"),
    ("<p ", "<br><p ", "<br> instead of <p>"),
    ("{{#a}}", "{{^a}}", "instead of"),
    ("<!doctype html>", "", "instead of doctype"),
]


@pytest.mark.parametrize(("piece", "other", "words"), SABOTAGE)
def test_a_wrong_compilation_is_found_and_placed(load: Loader, piece: str, other: str, words: str) -> None:
    html = (
        "<!doctype html>\n<html><head><style>p{color:red} @media (max-width: 1px) {p{top:0}}</style></head>\n"
        '<body>\n<!--[if mso]>x<![endif]-->\n{{#a}}\n<p title="x">{{a}} &amp; more <b>b</b></p>\n{{/a}}\n'
        "</body></html>"
    )
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {"a": "<A>"}, fixture="f")
    broken = replace(compilation.compiled, html=compilation.compiled.html.replace(piece, other))
    assert broken != compilation.compiled
    (finding,) = equivalence_findings(
        replace(compilation, compiled=broken), templates, {"a": "<A>"}, fixture="f"
    )
    assert finding.code == "not-equivalent"
    assert words in finding.message
    assert (finding.template, finding.fixture) == ("mail", "f")
    assert finding.location.line >= 1


def test_the_place_of_a_difference_is_the_authors(load: Loader) -> None:
    files = {
        "mail.html": "<style>\nb { color: red }\n</style>\n<p>\n\n{{> p}}</p>",
        "partials/p.html": "x\n<b>{{x}}</b>",
    }
    templates = load(files)
    compilation = compile_template(templates.templates["mail"], templates)
    broken = replace(compilation.compiled, html=compilation.compiled.html.replace("red", "blue"))
    (finding,) = equivalence_findings(
        replace(compilation, compiled=broken), templates, {"x": "y"}, fixture=""
    )
    assert str(finding.location).endswith("partials/p.html:2:1")


@pytest.mark.parametrize("style", ["", ".x{color:red}", ".x{color:red} body{top:0}"])
@pytest.mark.parametrize(
    "body",
    [
        "<section class=x>t</section>",
        "<foo class=x>t</foo>",
        "text <b class=x>t</b>",
        "{{#a}}<section class=x>t</section>{{/a}}",
        "<p\u00a0class=x>t</p>",
    ],
)
def test_a_fragment_is_proven_whatever_element_it_begins_with(style: str, body: str) -> None:
    """The parser takes an element that it does not know for one of the head's, after a style element."""
    compilation = compile_text(f"<style>{style}</style>\n{body}")
    assert not equivalence_findings(compilation, EMPTY, {"a": True}, fixture="")


@pytest.mark.parametrize("style", ["", ".x{color:red}", "@media print{.x{color:red}}"])
@pytest.mark.parametrize("body", ["<p class=x>t</p>", "<section class=x>t</section>", "t <b class=x>t</b>"])
@pytest.mark.parametrize(
    "comments", [("", "<!-- b -->"), ("<!-- a -->\n", ""), ("<!-- a\n-->", "\n<!-- b -->\n")]
)
def test_a_fragment_is_proven_with_comments_around_its_stylesheet(
    style: str, body: str, comments: tuple[str, str]
) -> None:
    """Whether a comment stands in the head or before it depends on the style element, which may be gone."""
    before, after = comments
    compilation = compile_text(f"{before}<style>{style}</style>{after}{body}<!-- c -->")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("color:red;top:0", "top:0 ; color: red", True),
        ("color:red;color:blue", "color:blue", True),
        ("margin:0;margin-top:1px", "margin-top:1px;margin:0", False),
        ("border-top:0;border-color:red", "border-color:red;border-top:0", False),
        ("color:red !important;color:blue", "color:red !important", True),
        ("font:1px a;line-height:2", "line-height:2;font:1px a", False),
        ("font-family:'a'", 'font-family:"a"', True),
        ("--x:1", "--y:1", False),
    ],
)
def test_styles_are_compared_by_what_they_amount_to(first: str, second: str, same: bool) -> None:
    left, right = (look(f'<p style="{html.escape(style)}">x</p>') for style in (first, second))
    assert (first_difference(left, right) is None) is same


def test_documents_are_compared_by_what_they_mean() -> None:
    def differ(left: str, right: str) -> bool:
        return first_difference(look(left), look(right)) is not None

    assert not differ("<p class='a' id=b>x\n  y</p>", '<p id="b" class="a">x y</p>')
    assert differ("<p>a<b>c</b> d</p>", "<p>a<b>c</b>d</p>")
    assert differ("<p>x</p>", "")
    assert not differ("", "")


ALIKE = [
    # Rules that stay, beside one that is inlined: what a browser does with both is not changed.
    "p{color:red} p::before{color:blue}",
    "p::before{color:blue} p{color:red}",
    "p{color:red} p:first-letter{color:blue}",
    "p:hover{color:blue} p{color:red}",
    ":hover{color:blue} p{color:red}",
    "p:hover,p:active{color:blue} p{color:red}",
    "p:not(:hover){color:blue} p{color:red}",
    "p:not(.b:hover):not(:lang(de)){color:blue} p{color:red}",
    "p:is(:hover,:focus){color:blue} p{color:red}",
    "p:lang(en){color:blue} p{color:red}",
    "[data-ogsc] p{color:blue} p{color:red}",
    "p[data-ogsc]{color:blue} p{color:red}",
    "@media (max-width: 9px) {p:hover{color:blue}} p{color:red}",
    "p:hover::before{color:blue} p{color:red}",
    "p:is(.a,.b){color:blue} p{color:red}",
    ":is(#i,p){color:blue} p.a{color:red}",
    ":is(.a):not(:is(p,b):hover){color:blue} p{color:red}",
    "p{color:red} p:where(.a,.b){color:blue}",
    "p:not(#c,.b){color:blue} p.a{color:red}",
    "p:not(.b,i):not(.c,u){color:blue} p.a{color:red}",
    "p:nth-child(1 of .a){color:blue} p.a{color:red}",
    ":nth-last-child(odd of i,#i){color:blue} #i{color:red}",
]
WEAKER = [
    "p:hover{color:blue} p.a{color:red}",
    "p:hover{color:blue} #i.a{color:red}",
    "p:where(.a,:focus){color:blue} p{color:red}",
    "p:is(.a,:focus){color:blue} #i{color:red}",
    "p.a.a{color:red} p:not(i,:focus){color:blue}",
    "#i{color:red} p:not(.c,.b):not(i,:focus){color:blue}",
    "p:nth-child(1 of .a,.b){color:blue} p.a.a.a{color:red}",
]


@pytest.mark.parametrize("css", ALIKE)
def test_what_a_client_decides_is_as_specific_as_css_says(css: str) -> None:
    compilation = compile_text(f"<style>{css}</style><div><p id=i class=a>x</p></div>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    lost = compilation.compiled.html.replace("blue", "green")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=lost))
    assert equivalence_findings(broken, EMPTY, {}, fixture=""), "and a wrong one is seen"


@pytest.mark.parametrize("css", WEAKER)
def test_what_a_client_decides_loses_where_css_says_so(css: str) -> None:
    compilation = compile_text(f"<style>{css}</style><div><p id=i class=a>x</p></div>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    marked = compilation.compiled.html.replace("color:blue", "color:blue !important")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=marked))
    assert equivalence_findings(broken, EMPTY, {}, fixture=""), "and one that wins is seen"


@pytest.mark.parametrize(
    "html",
    [
        "<style>.w{top:0}</style><noscript><p class=w>x</p></noscript><p class=w>y</p>",
        "<noscript><style>.w{top:0}</style></noscript><p class=w>y</p>",
        "<html><head><noscript><style>.w{top:0}</style></noscript></head><body><p class=w>y</p></body>",
        "<html><head><style>p{top:0}</style><noscript><p class=w>y</p></noscript></head></html>",
        "<style>noscript p, noscript > i{top:0}.noscript{left:0}</style><p class=noscript>x"
        "<noscript><i>x</i><!-- <noscript> --><a title='<noscript>'>x</a></noscript>",
        "<!-- <p> --><noscript><meta name=x content=y><style>p:first-child{top:0}</style></noscript><p>y</p>",
    ],
)
def test_what_stands_in_noscript_is_markup_to_mail_clients(html: str) -> None:
    compilation = compile_text(html)
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    broken = replace(compilation.compiled, html=compilation.compiled.html.replace("top:0", "top:1px", 1))
    assert broken != compilation.compiled
    (finding,) = equivalence_findings(replace(compilation, compiled=broken), EMPTY, {}, fixture="")
    assert finding.code == "not-equivalent"


def test_what_readers_see_of_a_stylesheet_is_compared() -> None:
    text = "/* margins */ @media print{p{margin:9px}}"
    compilation = compile_text(f"<p>x</p><div><br><style style='display:block'>{text}</style></div>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    for wrong in (text.replace("9px", "9px !important"), text.removeprefix("/* margins */ ")):
        other = replace(compilation.compiled, html=compilation.compiled.html.replace(text, wrong))
        (found,) = equivalence_findings(replace(compilation, compiled=other), EMPTY, {}, fixture="")
        assert "text reads" in found.message or "instead of" in found.message


@pytest.mark.parametrize(
    "around",
    ["<div hidden>{}</div>", "<div style='display:none'><img>{}</div>", "<dialog>{}</dialog>"],
)
def test_what_hides_a_stylesheet_again_is_no_difference(around: str) -> None:
    style = "<style style='display:block'>/* b */ b{top:0} i:hover{top:0}</style>"
    compilation = compile_text(f"<p>x</p>{around.format(style)}<b>y</b>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    assert 'style="top:0"' in compilation.compiled.html


def test_an_at_rule_without_rules_of_style_is_compared_as_it_is() -> None:
    compilation = compile_text("<style>@font-face { font-family: A; src: url(a) }</style><p>x</p>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    other = compilation.compiled.html.replace("url(a)", "url(b)")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=other))
    (found,) = equivalence_findings(broken, EMPTY, {}, fixture="")
    assert "the at-rules are" in found.message
    assert (found.location.line, found.location.column) == (1, 1)


@pytest.mark.parametrize("style", ['font-family:"a;top:1px', "color:rgb(1;top:1px", "color:red/*;top:1px"])
def test_the_proof_takes_nothing_behind_what_never_ends_for_a_declaration(style: str) -> None:
    (event,) = [event for event in look(f"<p style='{style}'>x</p>").events if event.kind == "<p>"]
    assert not [name for name in event.style if name.endswith("-top")]
    assert event.style


@pytest.mark.parametrize(
    "html",
    [
        "<style>p{top:0}</style>\ufeff<p>x</p>",
        "<style>p{top:0}</style>\n\ufeffx<p>y</p>",
        "<style>:first-child{top:0}<table></style><template><template>",
        "<!doctype html><html><head><style>:first-child{top:0}</style><table>x<template><template>",
    ],
)
def test_what_no_client_shows_is_no_difference(html: str) -> None:
    assert not equivalence_findings(compile_text(html), EMPTY, {}, fixture="")


OLD = "<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML {}//EN'>"


@pytest.mark.parametrize(
    ("html", "inlined"),
    [
        # Of more than three equal elements a parser opens three again: a style would make them unequal.
        ("<!DOCTYPE html><style>i i{top:0} b{top:0}</style><p><i><i><i><i>x</p><p>y<b>z", 1),
        ("<!DOCTYPE html><style>p>font{top:0}</style><p><font><font><font><font>x<p>y<p>z", 0),
        ("<!DOCTYPE html><style>i i{top:0}</style><p><i><i class=a><i><i>x</p><p>y", 3),
        ("<!DOCTYPE html><style>i{top:0}</style><p><i><i><i><i>x</p><p>y", 4),
        # Chromium matches these, and no other browser.
        ("<style>lineargradient,p{top:0}</style><svg><lineargradient /></svg>", 0),
        ("<style>foreignobject b{top:0}</style><svg><foreignObject><b>x</b></foreignObject></svg>", 0),
        ("<style>foreignObject b{top:0}</style><svg><foreignobject><b>x</b></foreignobject></svg>", 1),
        # In quirks mode a paragraph holds a table.
        (OLD.format("4.01 Transitional") + "<style>p>table{top:0}</style><p>x<table><tr><td>y</table>", 1),
        ("<!-- x -->" + OLD.format(3.2) + "<style>p table{top:0}</style><p>x<table><tr><td>y</table>", 1),
        (OLD.format("4.01") + "<style>p table{top:0}</style><p>x<table><tr><td>y</table>", 0),
    ],
)
def test_what_a_parser_makes_of_a_document_is_no_difference(html: str, inlined: int) -> None:
    compilation = compile_text(html)
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    assert compilation.compiled.html.count('style="top:0"') == inlined


def test_comments_before_a_document_without_a_doctype_are_read_once() -> None:
    document = "<!-- note -->" * 23 + "<p>x</p>"
    before = time.process_time()
    assert not is_quirky(document)
    assert time.process_time() - before < 1, "the time doubles with each comment"


def test_words_that_get_lost_behind_a_byte_order_mark_are_a_difference() -> None:
    compilation = compile_text("<style>p{top:0}</style>\ufeff<p>x</p>")
    broken = replace(
        compilation, compiled=replace(compilation.compiled, html='\ufeffz<p style="top:0">x</p>')
    )
    assert equivalence_findings(broken, EMPTY, {}, fixture="")
