"""Rules reach the elements that a browser builds, whatever the author left out or wrote in another way."""

from __future__ import annotations

import re

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.html.tree import every_node, parse_document
from tests.compiler.conftest import Compile, Loader
from tests.compiler.test_equivalence import EMPTY


def styles(html: str) -> list[tuple[str, str]]:
    """Name and style of each start tag that has one."""
    return re.findall(r'<([\w:]+)[^>]*?\sstyle="([^"]*)"', html)


CASES = [
    # What HTML implies is there; what it does not is not.
    (".a > tbody > tr > td { top: 0 }", "<table class=a><tr><td>x</td></tr></table>", [("td", "top:0")]),
    (".a > tr > td { top: 0 }", "<table class=a><tr><td>x</td></tr></table>", []),
    (".a > tr > td { top: 0 }", "<table><tbody class=a><tr><td>x</td></tr></table>", [("td", "top:0")]),
    ("table > colgroup > col { top: 0 }", "<table><col><tr><td>x</table>", [("col", "top:0")]),
    # Void elements hold nothing.
    (".a > b { top: 0 }", "<p class=a>x<wbr><b>y</b></p>", [("b", "top:0")]),
    (".a > img { top: 0 }", "<picture class=a><source srcset=x><img src=y></picture>", [("img", "top:0")]),
    (".a > b { top: 0 }", "<video class=a><track src=x><b>y</b></video>", [("b", "top:0")]),
    # A block ends a paragraph.
    ("p > section { top: 0 }", "<p>x<section>y</section>", []),
    ("p > main { top: 0 } body > main { left: 0 }", "<p>x<main>y</main>", [("main", "left:0")]),
    ("p > p { top: 0 }", "<p>x<p>y", []),
    # In the standard's mode a table does so too, in quirks mode it does not.
    ("p > table { top: 0 }", "<p><table><tr><td>x</table>", []),
    # An element that one tag makes twice.
    ("b { top: 0 }", "<p><b>x</p><p>y</b></p>", [("b", "top:0")]),
    # Names of VML and of other worlds.
    (
        ".a { top: 0 }",
        "<o:p class=a>x</o:p><v:rect class=a></v:rect>",
        [("o:p", "top:0"), ("v:rect", "top:0")],
    ),
]


@pytest.mark.parametrize(("css", "body", "expected"), CASES)
def test_rules_match_the_tree_that_browsers_build(
    load: Loader, css: str, body: str, expected: list[tuple[str, str]]
) -> None:
    html = f"<!doctype html><html><head><style>{css}</style></head><body>{body}</body></html>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert styles(compilation.compiled.html) == expected
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_a_rule_for_an_implied_element_stays_and_others_go(compiled: Compile) -> None:
    html = "<style>tbody { top: 0 } td { left: 0 }</style><table><tr><td>x</td></tr></table>"
    result = compiled(html).compiled.html
    assert result == '<style>\ntbody { top: 0 }\n</style><table><tr><td style="left:0">x</td></tr></table>'


BARE = [
    ("<td style>x</td>", '<td style="top:0">x</td>'),
    ("<td STYLE>x</td>", '<td STYLE="top:0">x</td>'),
    ("<td class=a style>x</td>", '<td class=a style="top:0">x</td>'),
    ("<td style class=a>x</td>", '<td style="top:0" class=a>x</td>'),
    ("<td style/>x</td>", '<td style="top:0"/>x</td>'),
    ("<td style=>x</td>", '<td style="top:0">x</td>'),
    ("<td style= >x</td>", '<td style= "top:0">x</td>'),
    ("<td style=''>x</td>", "<td style='top:0'>x</td>"),
    ("<td style=left:0>x</td>", '<td style="top:0;left:0">x</td>'),
]


@pytest.mark.parametrize(("cell", "expected"), BARE)
def test_a_style_attribute_may_be_written_in_any_way(compiled: Compile, cell: str, expected: str) -> None:
    result = compiled(f"<style>td{{top:0}}</style><table><tr>{cell}</tr></table>").compiled.html
    assert result == f"<table><tr>{expected}</tr></table>"


@pytest.mark.parametrize("cell", [cell for cell, _ in BARE])
def test_a_style_attribute_that_no_rule_concerns_stays_as_it_is(compiled: Compile, cell: str) -> None:
    html = f"<style>p{{top:0}}</style><table><tr>{cell}</tr></table><p>x</p>"
    assert cell.split(">")[0] in compiled(html).compiled.html


@pytest.mark.parametrize(
    ("selector", "attribute", "matches"),
    [
        ("[align=center]", "align=CENTER", True),
        ("[ALIGN=Center]", "align=center", True),
        ("[valign='TOP']", "valign=top", True),
        ("[type=A]", "type=a", True),
        ("[bgcolor^='#FFF']", "bgcolor=#ffffff", True),
        ("[align=center s]", "align=CENTER", False),
        ("[role=Presentation]", "role=presentation", False),
        (".A", "class=a", False),
    ],
)
def test_attributes_compare_as_html_has_them(
    compiled: Compile, selector: str, attribute: str, matches: bool
) -> None:
    """The HTML standard, "Case-sensitivity of selectors": some values compare without regard to case."""
    html = f"<!doctype html><head><style>{selector}{{top:0}}</style></head><p {attribute}>x</p>"
    assert ('style="top:0"' in compiled(html).compiled.html) is matches


NEIGHBOURS = [
    ("td:first-child { top: 0 }", "<td>x</td><td>y</td>", "<td s>x</td><td>y</td>"),
    ("td:last-child { top: 0 }", "<td>x</td><td>y</td>", "<td>x</td><td s>y</td>"),
    ("td:nth-child(2) { top: 0 }", "<td>x</td><td>y</td>", "<td>x</td><td s>y</td>"),
    ("tr > :only-child { top: 0 }", "<td>x</td>", "<td s>x</td>"),
    ("td + td { top: 0 }", "<td>x</td><td>y</td>", "<td>x</td><td s>y</td>"),
    ("th ~ td { top: 0 }", "<th>x</th><td>y</td>", "<th>x</th><td s>y</td>"),
    (
        "td:not([class*=off]) { top: 0 }",
        "<td>x</td><td class='a-off'>y</td>",
        "<td s>x</td><td class='a-off'>y</td>",
    ),
    ("td:not(.a) { top: 0 }", "<td>x</td><td class='a'>y</td>", "<td s>x</td><td class='a'>y</td>"),
    # A section inside a cell moves no cell.
    ("td:first-child { top: 0 }", "<td>{{#a}}<b>x</b>{{/a}}</td>", "<td s>{{#a}}<b>x</b>{{/a}}</td>"),
    # One beside it may; so may markup that data bring, and a class that they say.
    ("td:first-child { top: 0 }", "{{#a}}<td>x</td>{{/a}}<td>y</td>", None),
    ("td:last-child { top: 0 }", "<td>x</td>{{#a}}<td>y</td>{{/a}}", None),
    ("td + td { top: 0 }", "<td>x</td>{{#a}}<td>y</td>{{/a}}", None),
    ("td:first-child { top: 0 }", "<!-- {{#a}} --><td>x</td><!-- {{/a}} --><td>y</td>", None),
    ("td:not(.a) { top: 0 }", "<td class='{{c}}'>x</td>", None),
    # What only a client knows stays, and so does what matches nothing: a client may bring the neighbour.
    ("td:first-child:hover { top: 0 }", "<td>x</td>", None),
    ("u + td { top: 0 }", "<td>x</td>", None),
    ("td:not(:hover) { top: 0 }", "<td>x</td>", None),
]


@pytest.mark.parametrize(("css", "row", "expected"), NEIGHBOURS)
def test_a_neighbour_decides_where_no_section_can_move_it(
    load: Loader, css: str, row: str, expected: str | None
) -> None:
    html = f"<style>{css}</style><table><tr>{row}</tr></table>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    result = compilation.compiled.html
    if expected is None:
        assert result == f"<style>\n{css}\n</style><table><tr>{row}</tr></table>"
    else:
        assert result == "<table><tr>" + expected.replace(" s>", ' style="top:0">') + "</tr></table>"
    for data in ({}, {"a": True, "c": "a"}):
        assert not equivalence_findings(compilation, templates, data, fixture="")


def test_markup_from_data_moves_neighbours(compiled: Compile) -> None:
    html = "<style>p:first-child { top: 0 }</style><div>{{{markup}}}<p>x</p></div>"
    assert "<p>x</p>" in compiled(html).compiled.html


@pytest.mark.parametrize(
    "rule", ["p:first-child:hover{top:0}", "i:hover + p{top:0}", "@media x{p:first-child{top:0}}"]
)
def test_an_emptied_stylesheet_still_counts_as_a_neighbour(compiled: Compile, rule: str) -> None:
    html = f"<style>{rule}</style><div><style>b{{left:0}}</style><p>x</p><b>y</b></div>"
    assert "<div><style></style><p>x</p>" in compiled(html).compiled.html


def test_a_stylesheet_that_nothing_counts_is_gone(compiled: Compile) -> None:
    html = "<div><style>b{left:0}</style><b>y</b></div>"
    assert compiled(html).compiled.html == '<div><b style="left:0">y</b></div>'


def test_a_stylesheet_is_a_neighbour_when_rules_are_inlined(compiled: Compile) -> None:
    html = "<style>p:first-child{top:0}</style><div><style>b{left:0}</style><p>x</p></div>"
    assert "<p>x</p>" in compiled(html).compiled.html


def test_the_flat_part_of_a_nested_rule_is_inlined(compiled: Compile) -> None:
    css = ".a { color: red; &:hover { color: blue !important } }"
    result = compiled(f"<style>{css}</style><p class=a>x</p>").compiled.html
    assert result == f'<style>\n{css}\n</style><p class=a style="color:red">x</p>'


def test_one_newer_selector_keeps_no_other_from_being_inlined(compiled: Compile) -> None:
    css = ".a, .b:not(p, i) { color: red }"
    result = compiled(f"<style>{css}</style><p class=a>x</p>").compiled.html
    assert result == f'<style>\n{css}\n</style><p class=a style="color:red">x</p>'


def test_the_parser_takes_everything_in_its_place() -> None:
    root = parse_document(
        "<!-- a --><!doctype html><html><p x=1 X=2 y>t\0\x0bé<![CDATA[x]]></html><!-- b -->"
    )
    assert root is not None
    nodes = list(every_node(root))
    assert [node.text.strip() for node in (nodes[0], nodes[-1])] == ["a", "b"]
    (paragraph,) = root.iter("p")
    assert dict(paragraph.attrib) == {"x": "1", "y": ""}
    assert paragraph.text.startswith("t")
    assert parse_document(" \n") is None


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<body class=k><p>x</p><body style='margin:9px'>", "padding:5px;margin:9px"),
        ("<body class=k><table><tr><td>x<body style='margin:9px'></table>", "padding:5px;margin:9px"),
        # The first that has an attribute says what it is.
        ("<body style='top:1px'><p>x</p><body style='margin:9px'>", "padding:5px;top:1px"),
        ("<body><p>x</p><body style='top:1px'><body style='margin:9px'>", "padding:5px;top:1px"),
        # Inside of a template it is no tag of the body.
        ("<body><template><body style='margin:9px'></template>x", "padding:5px"),
    ],
)
def test_of_a_second_body_the_element_has_the_attributes_that_it_lacks(
    load: Loader, body: str, style: str
) -> None:
    """HTML, 13.2.6.4.7: so mails are put together of parts that each have a frame of their own."""
    templates = load(
        {"mail.html": f"<!doctype html><html><head><style>body{{padding:5px}}</style></head>{body}"}
    )
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {}, fixture="")
    assert compilation.compiled.html.replace('"', "'").count(f"style='{style}'") == 1


def test_a_second_body_may_hide_the_words_of_the_first(compiled: Compile) -> None:
    assert compiled("<body class=k><p>x</p><body style='display:none'>").compiled.text.strip() == ""
    assert compiled("<html lang=en><p>x</p><html style='display:none'>").compiled.text.strip() == ""


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # A doctype that comes too late counts for nothing, and must not come to count.
        ("<style>p{top:0}</style><!DOCTYPE html><p>x", '<style></style><!DOCTYPE html><p style="top:0">x'),
        ("<!doctype html><style>p{top:0}</style><p>x", '<!doctype html><p style="top:0">x'),
    ],
)
def test_a_style_element_before_a_doctype_stays(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(html).compiled.html == expected
    assert not equivalence_findings(compiled(html), EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        # Behind an attribute without a value, whatever follows would be the value.
        ("<p class=>", '<p style="top:0" class=>'),
        ("<p id=a class = >", '<p style="top:0" id=a class = >'),
        ("<p style=>", '<p style="top:0">'),
        ("<p class= title=b>", '<p class= title=b style="top:0">'),
        # What stood without quotes may hold some.
        ('<p style=font-family:"a";left:0>', '<p style="top:0;font-family:&quot;a&quot;;left:0">'),
        ("<p style=left:0;>", '<p style="top:0;left:0">'),
        # An attribute without a name.
        ('<p ="b c"=1 =>', '<p ="b c"=1 = style="top:0">'),
    ],
)
def test_a_tag_that_somebody_left_unfinished_gets_its_style(
    compiled: Compile, tag: str, expected: str
) -> None:
    compilation = compiled(f"<style>p{{top:0}}</style>{tag}x</p>")
    assert compilation.compiled.html == f"{expected}x</p>"
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
