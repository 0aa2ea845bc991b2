"""Small things that a mail hangs on, each once: what is read, what matches, which file is meant."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from app.core.compiler.bounds import MAX_RULES
from app.core.compiler.compilation import Compilation, compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.compiler.tracing import RenderedHtml
from app.core.css.selectors import Selector
from app.core.css.stylesheet import comments, parse_stylesheet
from app.core.css.values import is_valid
from app.core.errors import CompileError
from app.core.html.outlook_view import outlook_view
from app.core.workspace import Workspace
from bbws_templates.errors import LimitError, RenderError
from tests.compiler.conftest import Compile, Loader
from tests.core.folders import METADATA


def selectors(text: str) -> tuple[Selector, ...]:
    (rule,) = parse_stylesheet(f"{text} {{ color: red }}").rules
    return rule.selectors


# --- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ('<link rel="stylesheet" href="base.css">', "red"),
        ('<link rel="stylesheet" href="/base.css">', "red"),
        ('<link rel="stylesheet" href="../base.css">', "red"),
        ('<link rel="stylesheet" href="mails/base.css">', "blue"),
        ('<link rel="stylesheet" href="own.css">', "green"),
        # An import counts from where it stands, as CSS has it.
        ('<link rel="stylesheet" href="mails/more.css">', "blue"),
        ('<style>@import "base.css";</style>', "blue"),
    ],
)
def test_a_stylesheet_is_looked_for_in_the_right_folder_first(
    load: Loader, written: str, colour: str
) -> None:
    templates = load(
        {
            "base.css": "p { color: red }",
            "mails/base.css": "p { color: blue }",
            "mails/own.css": "p { color: green }",
            "mails/more.css": '@import "base.css";',
            "mails/mail.html": f"<html><head>{written}</head><body><p>x</p></body></html>",
        }
    )
    compiled = compile_template(templates.templates["mails/mail"], templates).compiled.html
    assert re.findall("color:(?: )?([a-z]+)", compiled) == [colour]


# --- stylesheets ------------------------------------------------------------------------------------------


def test_a_section_may_stand_in_a_comment_of_several_lines(compiled: Compile) -> None:
    html = "<style>p { color: red }\n/* {{#a}}\n  p { color: blue }\n{{/a}} */</style><p>x</p>"
    found: Compilation = compiled(html)
    assert '<p style="color:red">x</p>' in found.compiled.html


@pytest.mark.parametrize("function", ["url", "URL", "Url"])
def test_what_looks_like_a_comment_in_an_address_is_none(function: str) -> None:
    css = f"p {{ background: {function}(a/*b) }} /* c */"
    assert [css[span.start : span.end] for span in comments(css)] == ["/* c */"]


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("text-emphasis-position", "over right", True),
        ("text-emphasis-position", "over", True),
        ("text-emphasis-position", "over right right", False),
        ("box-shadow", "inset 0 0 #000", True),
        ("box-shadow", "inset 0 0 #000 inset", False),
        ("font-family", "Arial", True),
        ("font-family", "Arial,", False),
    ],
)
def test_what_may_be_left_out_may_not_be_said_twice(name: str, value: str, valid: bool) -> None:
    assert is_valid(name, value) is valid


# --- selectors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "reach"),
    [
        (":root", "html"),
        ("a:visited", "a"),
        ("p:target > b", "p > b"),
        (":hover", "*"),
        ("[data-ogsc] .a", "* .a"),
    ],
)
def test_what_a_selector_may_come_to_match_is_all_but_what_a_client_decides(written: str, reach: str) -> None:
    (found,) = selectors(written)
    assert found.reach == reach
    assert not found.inlinable


# --- documents --------------------------------------------------------------------------------------------


def test_of_too_many_rules_the_style_element_that_is_one_too_many_is_named(compiled: Compile) -> None:
    half = "i{top:0}" * (MAX_RULES // 2)
    few = f"<title>{'{ ' * MAX_RULES}</title><style>{half}</style>\n<style>{half}</style>"
    assert "<p>" in compiled(f"{few}<p>x</p>").compiled.html
    with pytest.raises(LimitError, match="more than 3,000 rules") as caught:
        compiled(f"{few}\n<style>i{{top:0}}</style><p>x</p>")
    assert caught.value.location is not None
    assert (caught.value.location.line, caught.value.location.column) == (3, 1)


def test_an_emptied_style_element_in_the_body_goes_unless_a_rule_counts_it(compiled: Compile) -> None:
    body = "<body><div><style>b{color:red}</style><b>x</b></div></body>"
    hover = "<head><style>a:hover{color:blue}</style></head>"
    counting = "<head><style>u + p:first-child{color:blue}</style></head>"
    assert compiled(hover + body).compiled.html.count("<style>") == 1
    assert compiled(counting + body).compiled.html.count("<style>") == 2


def test_characters_that_unicode_has_no_use_for_may_all_be_used_but_two(compiled: Compile) -> None:
    odd = "".join(map(chr, range(0xFDD0, 0xFDEE)))
    html = f"<p>{odd} {{{{a}}}} {{{{b}}}}</p>"
    assert compiled(html).compiled.html == html


@pytest.mark.parametrize(
    ("piece", "line", "column"),
    [("<p", 2, 1), ("first", 3, 3), ("rst", 3, 3), (" rest", 3, 8), ("</p>", 3, 13)],
)
def test_what_data_print_stands_where_its_tag_stands(
    compiled: Compile, piece: str, line: int, column: int
) -> None:
    compilation = compiled("x\n<p>\n  {{a}} rest</p>")
    place = RenderedHtml(compilation, {"a": "first"}, strict=True).locate(
        compilation.compiled.html.replace("{{a}}", "first").index(piece)
    )
    assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(("rules", "named"), [(1, ".a0"), (3, ".a0, .a1, .a2"), (4, ".a0, .a1, .a2")])
def test_of_the_rules_that_data_would_choose_among_three_are_named(
    compiled: Compile, rules: int, named: str
) -> None:
    css = "".join(f".a{number}{{top:0}}" for number in range(rules))
    with pytest.raises(CompileError) as caught:
        compiled(f'<style>{css}</style><p class="a{{{{n}}}}">x</p>')
    assert f"rules exist for {named}." in str(caught.value)


@pytest.mark.parametrize("doubled", ['class="x" class="{{a}}"', 'class="x" class="{{a}}" title="{{t}}"'])
def test_an_attribute_written_twice_counts_once_and_hides_none_after_it(
    compiled: Compile, doubled: str
) -> None:
    assert 'style="top:0"' in compiled(f"<style>.x{{top:0}}</style><p {doubled}>x</p>").compiled.html
    with pytest.raises(CompileError):
        compiled(f'<style>.x{{top:0}} #i{{top:1px}}</style><p {doubled} id="{{{{i}}}}">x</p>')


def test_what_is_wrong_in_a_style_attribute_is_placed_where_it_stands(compiled: Compile) -> None:
    found = compiled('<p>\n  <b style="color: red; colour: blue">x</b></p>').findings
    (finding,) = (item for item in found if item.code == "css-syntax")
    assert (finding.location.line, finding.location.column) == (2, 25)


def test_a_rule_that_may_match_anything_keeps_others_from_being_marked(compiled: Compile) -> None:
    known = "p{color:red} @media (max-width:9px) {p{color:blue}}"
    assert "color:blue !important" in compiled(f"<style>{known}</style><p>x</p>").compiled.html
    unknown = known + " @media (max-width:9px) {.a\\1 b{color:green}}"
    found = compiled(f"<style>{unknown}</style><p>x</p>")
    assert "!important" not in found.compiled.html
    assert "overridden-rule" in {finding.code for finding in found.findings}


def test_an_import_from_the_web_is_passed_over_and_not_those_after_it(load: Loader) -> None:
    templates = load(
        {
            "own.css": "p { color: red }",
            "mail.html": '<style>@import "https://x.example/a.css"; @import "own.css";</style><p>x</p>',
        }
    )
    html = compile_template(templates.templates["mail"], templates).compiled.html
    assert '<p style="color: red">' in html or '<p style="color:red">' in html
    assert "https://x.example/a.css" in html


# --- Outlook ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("mso", True),
        ("!mso", False),
        ("mso 16", True),
        ("mso 15", False),
        ("gt mso 15", True),
        ("gt mso 16", False),
        ("gte mso 16", True),
        ("gte mso 17", False),
        ("lt mso 17", True),
        ("lt mso 16", False),
        ("lte mso 16", True),
        ("lte mso 15", False),
        ("(gte mso 9)&(lte mso 16)", True),
        ("(gte mso 9)&(lte mso 12)", False),
        ("(lte mso 9)&(gte mso 9)", False),
        ("(mso 12)|(mso 16)", True),
        ("(mso 16)|(mso 12)", True),
        ("(mso 12)|(mso 14)", False),
        ("IE", False),
        ("!(lt mso 12)", True),
    ],
)
def test_outlook_reads_what_is_for_its_version(condition: str, met: bool) -> None:
    hidden = outlook_view(f"a<!--[if {condition}]>inside<![endif]-->b")
    assert ("inside" in hidden.html) is met
    assert hidden.html.startswith("a")
    assert hidden.html.endswith("b")
    revealed = outlook_view(f"a<!--[if {condition}]><!-->inside<!--<![endif]-->b")
    assert ("inside" in revealed.html) is met
    assert len(revealed.vml) == len(f"a<!--[if {condition}]><!-->inside<!--<![endif]-->b")


# --- the proof --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["<!-- ", "<!--[if mso]> x", "<style>p{"])
def test_data_that_leave_something_open_are_an_error_at_the_template(load: Loader, value: str) -> None:
    templates = load({"mail.html": "<style>p{color:red}</style>\n<p>{{{x}}}</p>\n<p>y</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {"x": "fine"}, fixture="f")
    (finding,) = equivalence_findings(compilation, templates, {"x": value}, fixture="f")
    assert finding.code == "not-equivalent"
    assert "never closed" in finding.message
    assert finding.location.line in {1, 2}


# --- what a template without metadata is called -----------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        ("<title>Your order</title>", "Your order"),
        ("<title>\n Your\n order {{n}}\n</title>", "Your order {{n}}"),
        ("<title>A &amp; B</title><title>second</title>", "A & B"),
        ("<style>p{top:0}</style><title>After</title>", "After"),
        ("<title> </title>", "mail"),
        ("", "mail"),
    ],
)
def test_its_subject_is_its_title(compiled: Compile, head: str, subject: str) -> None:
    found = compiled(f"<html><head>{head}</head><body><p>x</p></body></html>")
    assert found.compiled.subject == subject
    assert [finding.code for finding in found.findings] == ["no-metadata"]


# --- neighbours, and rules that lose ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("between", "inlined"), [("", True), (" ", True), ("{{#a}}<u>x</u>{{/a}}", False), ("{{{a}}}", False)]
)
@pytest.mark.parametrize(
    "selector",
    [
        "b + i",
        "b ~ i",
        "i:not(:first-child)",
        "b:first-child + i",
        "b + :is(i, u)",
        "i:not(:first-child, .a)",
    ],
)
def test_who_stands_beside_is_known_where_nothing_can_come_between(
    compiled: Compile, between: str, inlined: bool, selector: str
) -> None:
    html = compiled(f"<style>{selector}{{top:0}}</style><p><b>x</b>{between}<i>y</i></p>").compiled.html
    assert ('<i style="top:0">' in html) is inlined
    assert ("<style>" in html) is not ('<i style="top:0">' in html)


@pytest.mark.parametrize(
    ("selector", "inlined"),
    [
        (":is(.a, div) > p", True),
        (":where(.a) > p", True),
        ("p:not(.b, .c)", True),
        ("p:not(.a .b)", False),  # no reader here finds what that matches
        (":is(p, :hover)", False),
        ("p:not(:is(.a, .c))", False),
        ("p:not(.b, :hover)", False),
        (":is(*)", False),
        ("p:matches(p)", False),  # which no browser reads
    ],
)
def test_a_choice_is_inlined_where_nothing_but_the_document_makes_it(
    compiled: Compile, selector: str, inlined: bool
) -> None:
    html = compiled(
        f"<style>{selector}{{top:0}} p{{top:1px}}</style><div class=a><p>x</p></div>"
    ).compiled.html
    weighs = selector != ":where(.a) > p"
    assert f'<p style="top:{0 if inlined and weighs else "1px"}"' in html
    assert (selector in html) is not inlined


def test_a_choice_that_data_make_stays(compiled: Compile) -> None:
    html = compiled("<style>:is(.a, .b) > p{top:0}</style><div class='{{c}}'><p>x</p></div>").compiled.html
    assert ":is(.a, .b) > p{top:0}" in html
    assert "<p>" in html


@pytest.mark.parametrize("value", ["blue", "{{c}}"])
def test_a_rule_that_is_known_to_lose_is_a_warning_and_no_error(load: Loader, value: str) -> None:
    templates = load(
        {
            "settings.toml": "[compiler]\nstrengthen = false\n",
            "mail.html": f"<style>p{{color:red}} p:hover{{color:{value}}}</style><p>x</p>",
        }
    )
    found = compile_template(templates.templates["mail"], templates)
    assert [finding.code for finding in found.findings] == ["overridden-rule", "no-metadata"]
    for colour in ("blue", "red", "green"):
        assert not equivalence_findings(found, templates, {"c": colour}, fixture="f")
    lost = replace(found, defeated=frozenset())
    assert equivalence_findings(lost, templates, {"c": "blue"}, fixture="f"), "unless nobody has said so"


@pytest.mark.parametrize(
    ("css", "body", "expected"),
    [
        # Two elements are made of the one <i>, and the rule is for the first.
        ("b i{top:0}", "<b>a<i>b</b>c</i>", "b i{top:0}\n</style><b>a<i>b</b>c</i>"),
        (
            "div > :first-child{top:0}",
            "<div><style>p{left:0}</style><p>x</p></div>",
            '<div><p style="left:0">x',
        ),
        (
            ".a{top:0 !important}",
            "<p class=a style='left:url(x'>x</p>",
            "style='top:0 !important;left:url(x'>",
        ),
        (
            ".a{top:0}</style><style type=text/less>.a{top:1px}",
            "<p class=a>x</p>",
            '<p class=a style="top:0">',
        ),
        (".a{--Big:1px}", "<p class=a>x</p>", '<p class=a style="--Big:1px">'),
    ],
)
def test_what_no_style_attribute_can_say_stays_a_rule(
    compiled: Compile, css: str, body: str, expected: str
) -> None:
    assert expected in compiled(f"<style>{css}</style>{body}").compiled.html


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (
            {"mail.html": "<style>p{top:0}</style><p>x</p>{{> b}}", "partials/b.html": "<b>\n {{x}}</b>"},
            "partials/b.html:2:2",
        ),
        ({"mail.html": "<p>x</p>", "mail.txt": "Hi\n{{x}}"}, "mail.txt:2:1"),
        ({"mail.html": "<p>x</p>", "mail.json": json.dumps({**METADATA, "subject": "{{x}}"})}, "/subject"),
    ],
)
def test_what_data_lack_is_missed_where_the_author_asks_for_it(
    load: Loader, files: dict[str, str], place: str
) -> None:
    templates = load({"mail.json": json.dumps({**METADATA, "subject": "x"}), **files})
    with pytest.raises(RenderError) as caught:
        Workspace(templates).render("mail", {}, strict=True)
    assert place in str(caught.value.location)
