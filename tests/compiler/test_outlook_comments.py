"""A comment for Outlook is markup for one client: rules reach into it, and what is not for it stays out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.errors import CompileError
from app.core.findings import Severity
from tests.compiler.conftest import Compile, Loader

OF_NEIGHBOURS = [
    ("tr:first-child td { top: 0 }", "<tr><!--[if mso]><td>g</td><![endif]--><td>b</td></tr>"),
    ("table[align=left] p { top: 0 }", "<tr><td><!--[if mso]><p>g</p><![endif]--></td></tr>"),
    ("td { top: 1px } td + td { top: 0 }", "<!--[if mso]><tr><td>x</td><td>g</td></tr><![endif]-->"),
    (
        ".a ~ i.b { top: 0 } i { top: 1px }",
        "<!--[if mso]><tr><td><b class=a></b><i class=b>g</i><![endif]-->",
    ),
    ("i { top: 1px } i:not(.a) { top: 0 }", "<!--[if mso]><tr><td><i>g</i><![endif]-->"),
]
CSS = ".w { padding: 24px } .t { width: 600px } div .w { color: red }"
INSIDE = [
    (
        "<!--[if mso]><td class='w'><![endif]-->",
        "<!--[if mso]><td class='w' style=\"padding:24px;color:red\"><![endif]-->",
    ),
    (
        "<!--[if gte mso 9]><td class=w style='top:0'><![endif]-->",
        "<!--[if gte mso 9]><td class=w style='padding:24px;color:red;top:0'><![endif]-->",
    ),
    (
        "<!--[if (mso)|(IE)]><p class=w style><![endif]-->",
        '<!--[if (mso)|(IE)]><p class=w style="padding:24px;color:red"><![endif]-->',
    ),
    # Not for Outlook, not an element, or an end of nothing: as it was.
    ("<!--[if IE]><td class='w'><![endif]-->", None),
    ("<!--[if lt mso 12]><td class='w'><![endif]-->", None),
    # Of any version from 2007 on, and in conditions within conditions.
    (
        "<!--[if lt mso 14]><td class='w'><![endif]-->",
        "<!--[if lt mso 14]><td class='w' style=\"padding:24px;color:red\"><![endif]-->",
    ),
    (
        "<!--[IF mso]><![if gte mso 9]><td class='w'><![endif]><![endif]-->",
        "<!--[IF mso]><![if gte mso 9]><td class='w' style=\"padding:24px;color:red\"><![endif]><![endif]-->",
    ),
    ("<!--[if mso]><![if !mso]><td class='w'><![endif]><![endif]-->", None),
    ("<!--[if mso]></td><![endif]-->", None),
    ("<!-- <td class='w'> -->", None),
    # VML is XML: its rules stay in the stylesheet.
    ("<!--[if mso]><v:rect class='w' href='x'></v:rect><![endif]-->", None),
]


@pytest.mark.parametrize(("comment", "expected"), INSIDE)
def test_rules_reach_into_comments_for_outlook(load: Loader, comment: str, expected: str | None) -> None:
    body = f"<table><tr>{comment}</tr></table>" if "<td" in comment else comment
    templates = load({"mail.html": f"<style>{CSS}</style><div>{body}<b>{{{{name}}}}</b></div>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert (expected or comment) in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {"name": "x"}, fixture="")


def test_every_byte_outside_of_style_attributes_stays(compiled: Compile) -> None:
    comment = (
        "<!--[if mso]><TABLE Width=600  class='t'><tr >"
        '<td class="x" >&nbsp;{{a}}</td></tr></TABLE><![endif]-->'
    )
    result = compiled(f"<style>{CSS}</style>{comment}").compiled.html
    assert result.replace(' style="width:600px"', "") == comment


def test_outlook_gets_no_rule_of_a_stylesheet_that_is_not_for_it(compiled: Compile) -> None:
    hidden = "<!--[if !mso]><!-->\n<style>.w { font-family: 'Brand' }</style>\n<!--<![endif]-->"
    html = f"<head><style>.w {{ top: 0 }}</style>\n{hidden}</head><p class=w>x</p>"
    result = compiled(html).compiled.html
    assert result == f'<head>\n{hidden}</head><p class=w style="top:0">x</p>'


def test_a_stylesheet_that_everybody_reads_is_inlined(compiled: Compile) -> None:
    html = "<!--[if mso]><!--><style>.w { top: 0 }</style><!--<![endif]--><p class=w>x</p>"
    assert compiled(html).compiled.html.endswith('<p class=w style="top:0">x</p>')


def test_data_decide_of_no_rule_inside_a_comment_either(compiled: Compile) -> None:
    with pytest.raises(CompileError, match="would depend on the data: its class"):
        compiled("<style>.w{top:0}</style><!--[if mso]><p class='{{c}}'>x</p><![endif]-->")


def test_the_proof_reads_what_outlook_reads(load: Loader) -> None:
    html = "<style>.w{top:0}</style>\n<!--[if mso]><p class=w>x</p><![endif]-->\n<p>y</p>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {}, fixture="")
    for piece, other in ((' style="top:0"', ""), ("top:0", "top:1px"), ("<p class=w", "<i class=w")):
        broken = replace(compilation.compiled, html=compilation.compiled.html.replace(piece, other, 1))
        assert broken != compilation.compiled
        (finding,) = equivalence_findings(replace(compilation, compiled=broken), templates, {}, fixture="")
        assert finding.code == "not-equivalent"


def test_a_stylesheet_of_outlooks_own_that_loses_is_a_warning(load: Loader) -> None:
    own = "<!--[if mso]><style>p { color: blue }</style><![endif]-->"
    templates = load({"mail.html": f"<head><style>p {{ color: red }}</style>{own}</head><p>x</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert own in compilation.compiled.html
    (finding,) = equivalence_findings(compilation, templates, {}, fixture="")
    assert finding.code == "overridden-rule"
    marked = own.replace("blue", "blue !important")
    templates = load({"mail.html": f"<head><style>p {{ color: red }}</style>{marked}</head><p>x</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_a_comment_in_capitals_is_one_of_outlooks_too(load: Loader) -> None:
    html = "<style>i { top: 0 }</style><!--[IF MSO]><i>g</i><![ENDIF]--><p>x</p>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert '<!--[IF MSO]><i style="top:0">g' in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<td {{a}}>", "a start tag, between its attributes|an attribute's name"),
        ("<td {{#a}}class='x'{{/a}}>", "between its attributes"),
        ("<td width={{a}}>", "without quotes"),
        ("<v:rect style='{{#a}}top:0{{/a}}'>", "inside a style attribute"),
        ("<{{a}}>", "a tag's name"),
        ("{{#a}}<td width='{{/a}}'>", "ends, in line 1, in an attribute's value"),
    ],
)
def test_mustache_stands_in_such_a_comment_where_it_may_elsewhere(
    compiled: Compile, inside: str, message: str
) -> None:
    with pytest.raises(CompileError, match=message):
        compiled(f"<p>x</p><!--[if mso]>{inside}<![endif]-->")
    remark = f"<p>x</p><!-- {inside} --><!--[if IE]>{inside}<![endif]-->"
    assert compiled(remark).compiled.html == remark


def test_a_section_in_one_comment_for_outlook_surrounds_what_it_likes_there(compiled: Compile) -> None:
    html = "<!--[if mso]>{{#a}}<table><tr><td>{{/a}}<![endif]--><p>x</p>"
    assert compiled(html).compiled.html == html
    with pytest.raises(CompileError, match="begins in a comment and ends, in line 1, in another comment"):
        compiled("<!--[if mso]>{{#a}}<td><![endif]--><!--[if mso]>{{/a}}<![endif]-->")


def test_what_is_wrong_with_the_css_inside_is_said(compiled: Compile) -> None:
    inside = "<td style='colr: red'><v:rect style='v-text-anchor:middle'></v:rect>"
    result = compiled(f"<!--[if mso]>{inside}<![endif]-->")
    (finding,) = [item for item in result.findings if item.code == "css-syntax"]
    assert (finding.location.line, finding.location.column) == (1, 25)


def test_a_stylesheet_inside_is_read_by_the_same_grammar(compiled: Compile) -> None:
    css = r"""v\:*, o\:* { behavior: url(#default#VML) }
        td { mso-table-lspace: 0pt; colr: red } @page a { mso-page-orientation: portrait }
        p { width: 9 } table { border-collapse: collapse; mso-hide: all }"""
    for mso in ("mso", "lt mso 14"):
        result = compiled(f"<!--[if {mso}]>\n<style>{css}</style><![endif]--><p>x</p>")
        found = [item for item in result.findings if item.code == "css-syntax"]
        assert [item.location.line for item in found] == [3, 4]
        assert css in result.compiled.html


def test_the_hook_for_vml_stays_everywhere_as_it_is_written(compiled: Compile) -> None:
    css = r"v\:* { behavior: url(#default#VML); display: inline-block }"
    result = compiled(f"<style>{css} p {{ top: 0 }}</style><p>x</p>")
    assert [item.code for item in result.findings if item.code == "css-syntax"] == []
    assert f"{css}\n</style><p style" in result.compiled.html


def test_a_stylesheet_linked_there_is_put_in_its_place_there(load: Loader) -> None:
    comment = "<!--[if mso]>{}<link rel='stylesheet' href='https://a.example/x.css'><![endif]-->"
    html = (
        comment.format("<link rel='stylesheet' href='styles/b.css' media='all'>") + "<p class='{{c}}'>x</p>"
    )
    sheets = {"styles/a.css": "p{top:0}", "styles/b.css": '@import "a.css"; p{left:0}'}
    templates = load({"mail.html": html, **sheets})
    compilation = compile_template(templates.templates["mail"], templates)
    assert comment.format("<style media='all'>p{top:0} p{left:0}</style>") in compilation.compiled.html
    assert [item.code for item in compilation.findings] == ["remote-stylesheet", "no-metadata"]
    assert not equivalence_findings(compilation, templates, {"c": "c"}, fixture="")


def test_such_a_stylesheet_ends_no_comment(compiled: Compile) -> None:
    with pytest.raises(CompileError, match="would end the comment"):
        compiled(
            "<!--[if mso]><link rel=stylesheet href=styles/a.css><![endif]-->",
            {"styles/a.css": "p{top:0} -->"},
        )


def test_a_rule_that_reaches_an_element_through_outlooks_own_stays(load: Loader) -> None:
    html = (
        "<style>.ghost .w { color: red } .v { top: 0 }</style>"
        "<!--[if mso]><div class=ghost><![endif]--><p class='w v'>x</p><!--[if mso]></div><![endif]-->"
    )
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert ".ghost .w { color: red }" in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    ("css", "inside"),
    [
        (".w { top: 0 }", "<v:rect class=w></v:rect>"),
        ("#w { top: 0 }", "<V:Rect ID=w></V:Rect>"),
        (r"v\:rect { top: 0 }", "<v:rect/>"),
        (".w, i { top: 0 }", "<v:image class='a w'/>"),
        ("div .w.a { top: 0 }", "<v:rect class='w a'><v:fill/></v:rect>"),
        (".w { top: 0 }", "<v:rect class='{{c}}'></v:rect>"),
        (".w { top: 0 }", "<p class=w>y</p><w:anchorlock class=w />"),
        # And what reaches HTML by way of VML.
        (".w > p { top: 0 }", "<v:textbox class=w><p>y</p></v:textbox>"),
        (r"v\:textbox .x { top: 0 }", "<v:rect><v:textbox><p class=x>y</p></v:textbox></v:rect>"),
        (".w + .x { top: 0 }", "<v:rect class=w /><p class=x>y</p>"),
    ],
)
@pytest.mark.parametrize("version", ["mso", "lt mso 14"])
def test_a_rule_for_vml_stays_for_word(load: Loader, css: str, inside: str, version: str) -> None:
    comment = f"<!--[if {version}]>{inside}<![endif]-->"
    html = f"<head><style>{css} b {{ left: 0 }}</style></head><div>{comment}<b>x</b></div>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert f"<style>\n{css}\n</style>" in compilation.compiled.html
    assert '<b style="left:0">' in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {"c": "w"}, fixture="")


def test_a_rule_that_can_reach_no_vml_does_not_stay(compiled: Compile) -> None:
    css = ".w { top: 0 } i.v { left: 0 } .p .v { right: 0 }"
    inside = "<!--[if mso]><v:rect class=v></v:rect><p class=w>y</p><![endif]--><!-- <v:rect class=w> -->"
    result = compiled(f"<head><style>{css}</style></head><p class=w>x</p>{inside}").compiled.html
    assert ".p .v { right: 0 }" in result, "whether a .p is around it is not asked"
    assert "top: 0" not in result
    assert "left: 0" not in result


def test_what_stays_for_vml_beats_nothing_by_its_mark(load: Loader) -> None:
    css = ".w { top: 0 !important } p.w { top: 1px !important }"
    html = f"<head><style>{css}</style></head><p class=w>x</p><!--[if mso]><v:rect class=w /><![endif]-->"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert compilation.compiled.html.count("!important") >= 2, "the stronger rule stays beside the weaker"
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize("css", ["body > .w { color: red }", ".w { top: 0 } .ghost .w { top: 1px }"])
def test_where_outlooks_own_elements_change_what_a_rule_reaches_is_a_warning(load: Loader, css: str) -> None:
    html = (
        f"<head><style>{css}</style></head>"
        "<body><!--[if mso]><div class=ghost><![endif]--><p class=w>x</p>"
        "<!--[if mso]></div><![endif]--></body>"
    )
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    (finding,) = equivalence_findings(compilation, templates, {}, fixture="")
    assert (finding.code, finding.severity) == ("outlook-rule", Severity.WARNING)
    assert finding.remedy == "Give the element a class, and write the rule for that."


def test_an_element_that_a_parser_adds_is_to_be_written_out(load: Loader) -> None:
    html = (
        "<head><style>*:not(br):not(tr):not(html) { box-sizing: border-box !important }</style></head>"
        "<body><p>x</p><!--[if mso]><table><tr><td>y</td></tr></table><![endif]--></body>"
    )
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    (finding,) = equivalence_findings(compilation, templates, {}, fixture="")
    assert finding.code == "outlook-rule"
    assert "<tbody>" in finding.message
    assert (
        finding.remedy == "Write the <tbody> out, which parsers add here: then it can have a style attribute."
    )


@pytest.mark.parametrize(("css", "rows"), OF_NEIGHBOURS)
def test_a_rule_reaches_into_a_comment_by_what_is_asked_of_others(load: Loader, css: str, rows: str) -> None:
    templates = load({"mail.html": f"<style>{css}</style><table align=left>{rows}</table>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert 'style="top:0">g<' in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_a_rule_of_neighbours_that_only_outlook_reads_stays_for_those_that_clients_bring(
    load: Loader,
) -> None:
    cells = "<tr>{{#a}}<td>g</td>{{/a}}<td>h</td></tr>"
    html = f"<!--[if mso]><table>{cells}</table><![endif]--><p class=w>x</p>"
    templates = load({"mail.html": f"<style>td + td {{ top: 0 }} u + .w {{ left: 0 }}</style>{html}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert compilation.compiled.html.count("top: 0") == compilation.compiled.html.count("left: 0") == 1
    assert "style=" not in compilation.compiled.html, "a section moves the cells, and nobody has seen a <u>"
    assert not equivalence_findings(compilation, templates, {"a": True}, fixture="")


def test_what_word_does_not_know_is_not_asked_of_what_it_alone_reads(load: Loader) -> None:
    cell = "<!--[if mso]><table><tr><td><![endif]--><p>x</p><!--[if mso]></td></tr></table><![endif]-->"
    templates = load({"mail.html": f"<style>td:hover {{ color: red }} td {{ color: blue }}</style>{cell}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {}, fixture="")
    wrong = compilation.compiled.html.replace("color:blue", "color:red")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=wrong))
    assert equivalence_findings(broken, templates, {}, fixture="")


@pytest.mark.parametrize(
    "css",
    [
        "td { top: 1px } .x * { top: 0 }",
        "td { top: 1px } td[title] { top: 0 }",
        "td { top: 1px } .x { & td { top: 0 } }",
    ],
)
def test_a_rule_that_stays_and_loses_on_what_outlook_alone_reads_is_a_warning(load: Loader, css: str) -> None:
    cell = "<!--[if mso]><table class=x><tr><td title=a>y</td></tr></table><![endif]-->"
    templates = load({"mail.html": f"<style>{css}</style>{cell}<p>x</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    (finding,) = equivalence_findings(compilation, templates, {}, fixture="")
    assert (finding.code, finding.severity) == ("overridden-rule", Severity.WARNING)
    assert "A rule that stays loses in Outlook" in finding.message
    lost = replace(compilation.compiled, html=compilation.compiled.html.replace("top: 0", "top: 9px"))
    (finding,) = equivalence_findings(replace(compilation, compiled=lost), templates, {}, fixture="")
    assert finding.code == "not-equivalent"


@pytest.mark.parametrize("question", ["[style]", "p[style*='top:']", "[style] b"])
def test_what_is_inlined_for_outlook_is_found_by_no_rule_that_asks_about_style(
    load: Loader, question: str
) -> None:
    css = f"{question} {{ color: red }} .a {{ top: 9px }}"
    templates = load({"mail.html": f"<style>{css}</style><!--[if mso]><p class=a><b>x</b></p><![endif]-->"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_a_condition_within_another_is_read_with_it(load: Loader) -> None:
    inner = "<!--[if gte mso 9]><p class=a>x</p><![endif]-->"
    templates = load(
        {"mail.html": f"<style>.a {{ top: 0 }}</style><!--[if mso]>{inner}<p class=a>y</p><![endif]-->"}
    )
    compilation = compile_template(templates.templates["mail"], templates)
    assert compilation.compiled.html.count('<p class=a style="top:0">') == 2
    assert not equivalence_findings(compilation, templates, {}, fixture="")
