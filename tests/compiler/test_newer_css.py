"""Newer CSS keeps its order: rules within rules, layers, scopes, and properties that have two names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.compiler.equivalence import equivalence_findings
from app.core.css.data import family, longhands, overlap
from app.core.css.stylesheet import parse_stylesheet
from app.core.proof.names import spelled_out
from app.core.proof.rules import sheet_rules
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
        ("p{color:#c00} @starting-style{p{color:#0c0}}", "<p>x</p>", "{p{color:#0c0 !important}}"),
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
    css = "p{margin-left:9px!important;margin-top:1px} @media print{p{margin:4px}}"
    found = compile_text(f"<style>{css}</style><p>x</p>").findings
    (warning,) = (item.message for item in found if item.code == "overridden-rule")
    assert warning.startswith("This rule's margin never takes effect")


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


def test_an_element_that_is_named_after_its_parent_is_no_selector() -> None:
    problems = parse_stylesheet("p{&b{color:red}}").problems
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
