"""Newer CSS keeps its order: rules within rules, layers, scopes, and properties that have two names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.compiler.equivalence import equivalence_findings
from app.core.css.data import family, longhands, overlap
from app.core.css.stylesheet import parse_stylesheet
from app.core.proof.names import spelled_out
from app.core.proof.rules import sheet_rules
from tests.compiler.conftest import Compile
from tests.compiler.test_equivalence import EMPTY, compile_text
from tests.corpus.looks.newer import NEWER


@pytest.mark.parametrize("name", NEWER)
def test_the_proof_agrees(name: str) -> None:
    css, body = NEWER[name]
    compilation = compile_text(f"<!doctype html><style>{css}</style>{body}")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("css", "body", "kept"),
    [
        # Declarations after a rule within theirs come after it: nothing loses.
        (
            ".a{@media all{color:#0c0} color:#00c}",
            "<p class=a>x</p>",
            ".a{@media all{color:#0c0} color:#00c}",
        ),
        # A rule within a list is as specific as the strongest of the list: it wins over p.a.
        (".a,#q{& b{color:#c00}} p b{color:#00c}", "<p class=a><b>x</b></p>", "& b{color:#c00 !important}"),
        # One in a layer loses to any other, however specific it is; and with a mark, it wins.
        ("@layer x{p.a.a{color:#c00}} p{color:#00c}", "<p class=a>x</p>", "@layer x{p.a.a{color:#c00}}"),
        # What @scope brings nearer wins over what is as specific.
        (
            "@scope (.s){p{color:#0c0}} p{color:#c00}",
            "<div class=s><p>x</p></div>",
            "p{color:#0c0 !important}",
        ),
        ("@scope (.s){p{color:#0c0}} p{color:#c00}", "<p class=s>x</p>", "p{color:#0c0}"),
        # What stands in it directly counts no less than nothing.
        (":where(p){color:#c00} @scope (.s){color:#0c0}", "<p class=s>x</p>", "{color:#0c0 !important}"),
        ("p{color:#c00} @starting-style{p{color:#0c0}}", "<p>x</p>", "{p{color:#0c0 !important}}"),
        # Of a list around a rule, each may be more than one element.
        (
            ".s .b, .c > .d{& i{color:#0c0}} i{color:#c00}",
            "<p class=s><b class=b><i>x</i></b></p>",
            "& i{color:#0c0 !important}",
        ),
        (
            ".s .b, .c > .d{& i{color:#0c0}} i{color:#c00}",
            "<p class=s><i class=b>x</i></p>",
            "& i{color:#0c0}",
        ),
        # No browser knows that at-rule.
        (".s{@foo{b{color:#c00}}} b{color:#00c}", "<p class=s><b>x</b></p>", "@foo{b{color:#c00}}"),
        # Only one of two meets what was inlined, and never the other.
        (
            ".s:hover{color:#c00} .b:hover{color:#0c0} p.s{color:#00c}",
            "<p class=s>x</p><p class=b>y</p>",
            ".b:hover{color:#0c0}",
        ),
        # A mark in a string is not the rule around.
        (
            '.card{a[href*="?x=1&y=2"]{color:#c00}} a{color:#00c}',
            '<div class=card><a href="/?x=1&amp;y=2">x</a></div>',
            "color:#c00 !important",
        ),
        (
            '.card{a[href*="?1&=2"]{color:#c00}} a{color:#00c}',
            '<div class=card><a href="/?1&amp;=2">x</a></div>',
            "color:#c00 !important",
        ),
        # A side by another name, and all of them.
        ("p{margin-left:1px} @media print{p{margin-inline:0}}", "<p>x</p>", "margin-inline:0 !important"),
        ("p{width:1px} @media print{p{inline-size:9px}}", "<p>x</p>", "inline-size:9px !important"),
        ("p{color:#c00} @media print{p{all:unset}}", "<p>x</p>", "all:unset !important"),
        ("p{border-image:none} @media print{p{border:0}}", "<p>x</p>", "border:0 !important"),
    ],
)
def test_a_rule_that_stays_wins_where_its_author_has_it_win(css: str, body: str, kept: str) -> None:
    found = compile_text(f"<style>{css}</style>{body}")
    assert kept in found.compiled.html
    assert "overridden-rule" not in {finding.code for finding in found.findings}


def test_what_cannot_be_said_in_a_style_attribute_is_warned_of() -> None:
    css = "p{background-color:#c00!important;background-size:9px} @media print{p{background:#fff}}"
    found = compile_text(f"<style>{css}</style><p>x</p>").findings
    (warning,) = (item.message for item in found if item.code == "overridden-rule")
    assert warning.startswith("This rule's background never takes effect")


@pytest.mark.parametrize(
    "html",
    [
        "<style>p{color:red}</style><p style='color:revert-layer'>x</p>",
        "<style>p{color:red} .a{color:revert-layer}</style><p class=a>x</p>",
    ],
)
def test_nothing_is_inlined_into_an_element_that_takes_it_back(html: str) -> None:
    assert compile_text(html).compiled.html.replace("\n", "") == html.replace("} .a", "}.a")


def test_the_proof_sees_what_is_taken_back_in_the_wrong_place() -> None:
    compilation = compile_text("<style>p{color:red}</style><p style='color:revert-layer'>x</p>")
    wrong = "<p style='color:red;color:revert-layer'>x</p>"
    broken = replace(compilation, compiled=replace(compilation.compiled, html=wrong))
    assert equivalence_findings(broken, EMPTY, {}, fixture="")


@pytest.mark.parametrize("address", ["?x=1&y=2", "?1&=2", "#b(&"])
def test_the_proof_sees_what_a_rule_with_a_mark_in_a_string_reaches(address: str) -> None:
    css = f".card{{a[href*='{address}']{{color:#c00}}}} a[href]{{color:#00c}}"
    compilation = compile_text(f'<style>{css}</style><div class=card><a href="/{address}">x</a></div>')
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    wrong = compilation.compiled.html.replace("#c00", "#0c0")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=wrong))
    assert equivalence_findings(broken, EMPTY, {}, fixture="")


def test_the_proof_reads_no_syntax_in_the_strings_of_a_limit() -> None:
    (rule,) = sheet_rules("@scope (.c) to ([title=':scope #e']) {p{color:red}}", "").rules
    assert spelled_out(rule.selectors).count(r"[title='\3a scope\20 \23 e']") == 2


# An element that is named after its parent; two elements where there is one.
@pytest.mark.parametrize("css", ["p{&b{color:red}}", ":host(p b), p{color:red}", "::slotted(p b){top:0}"])
def test_what_looks_like_a_selector_may_be_none(css: str) -> None:
    problems = parse_stylesheet(css).problems
    assert "No browser can read" in problems[0].message


@pytest.mark.parametrize(
    ("nested", "specificity"),
    [
        ("&", (1, 0, 0)),
        ("b", (1, 0, 1)),
        ("& + &", (2, 0, 0)),
        (":where(&) b", (0, 0, 1)),
        (":is(&, b)", (1, 0, 0)),
        ("&:not(.c)", (1, 1, 0)),
        ("> b", (1, 0, 1)),
        ("b[title='&c']", (1, 1, 1)),
        (".d\\&e", (1, 1, 0)),
        ("b /* R&D */", (1, 0, 1)),
    ],
)
def test_how_specific_a_rule_within_a_list_is(nested: str, specificity: tuple[int, int, int]) -> None:
    (rule,) = parse_stylesheet(f".a, #q {{ {nested} {{ color: red }} }}").conditional
    assert {selector.specificity for selector in rule.selectors} == {specificity}


def test_properties_by_two_names() -> None:
    assert longhands("margin-inline-start") == ("margin-left", "margin-right")
    assert longhands("-webkit-border-radius") == longhands("border-radius")
    assert longhands("-webkit-text-fill-color") == ("-webkit-text-fill-color",)
    assert overlap("all", "min-width")
    assert not overlap("all", "--x")
    assert not overlap("all", "direction")
    assert not overlap("margin-block", "margin-left")
    assert family("inset-inline") == family("top")
    assert family("word-wrap") == family("overflow-wrap") == "overflow-wrap"
    assert family("border-collapse") != family("border")


OWN_PROPERTIES = [
    # An empty value is one, which var() takes.
    ("p{--x:;color:var(--x,red)}", "", "--x:;color:var(--x,red)"),
    ("p{--x: ;--y:/* c */;top:0}", "", "--x:;--y:;top:0"),
    ("p{--x:red} .a{--x: }", "", "--x:"),
    ("p{--x:red} .a{--x:}", "--x:blue", "--x:blue"),
    ("p{--x:red;top:0}", "--x:", "top:0;--x:"),
    ("p{--x: !important;top:0}", "--x:1", "top:0;--x:1;--x:"),
    # A name may hold anything, and its case counts.
    (r"p{--a\:b:1;--A\:b: ;--\31 0:2;--é:3}", "", r"--a\:b:1;--A\:b:;--10:2;--é:3"),
    (r"p{--a\:b:1} p.a{--a\3a b:2}", "", r"--a\:b:2"),
]


@pytest.mark.parametrize(("css", "own", "expected"), OWN_PROPERTIES)
def test_an_authors_own_property_is_inlined_as_it_is(
    compiled: Compile, css: str, own: str, expected: str
) -> None:
    style = f' style="{own}"' if own else ""
    compilation = compiled(f"<style>{css}</style><p class=a{style}>x</p>")
    result = compilation.compiled.html
    assert result == f'<p class=a style="{expected}">x</p>'
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    lost = result.replace("--x:;", "").replace(r"--a\:b:2", "")
    if lost != result:
        broken = replace(compilation, compiled=replace(compilation.compiled, html=lost))
        assert equivalence_findings(broken, EMPTY, {}, fixture=""), "and a lost one is seen"


def test_an_empty_value_that_stays_may_get_its_mark(compiled: Compile) -> None:
    css = "p{--x:1}@media(max-width:9px){p{--x: ;--x:}}"
    compilation = compiled(f"<style>{css}</style><p>x</p>")
    assert "p{--x: !important ;--x: !important}" in compilation.compiled.html
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


def test_a_property_without_a_value_is_none(compiled: Compile) -> None:
    assert compiled("<style>p{color:;top:0}</style><p>x</p>").compiled.html == '<p style="top:0">x</p>'


def test_no_other_case_stands_for_an_authors_own_property(compiled: Compile) -> None:
    """What is inlined is spelled so that no rule finds in it what it asks of style attributes."""
    css = '[style*="--aB:c"]{top:0} p{--aB:c}'
    result = compiled(f"<style>{css}</style><p>x</p>").compiled.html
    assert "--AB" not in result
    assert "--ab" not in result


@pytest.mark.parametrize(
    ("css", "is_inlined"),
    [
        ("p{color:red} [style*=RED]{top:0}", True),  # other capitals are another text
        ("p{color:red} [style=red]{top:0}", True),
        ("p{color:red} [style='color:red']{top:0}", False),
        ("p{font:9px Arial} [style~=Arial]{top:0}", False),
    ],
)
def test_nothing_is_inlined_that_would_answer_a_question_about_style_attributes(
    compiled: Compile, css: str, is_inlined: bool
) -> None:
    compilation = compiled(f"<style>{css}</style><p>x</p>")
    assert ("<p style=" in compilation.compiled.html) is is_inlined
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
