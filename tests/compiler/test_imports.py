"""An @import brings its stylesheet along, in its place and under its conditions."""

from __future__ import annotations

import re

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.errors import CompileError
from tests.compiler.conftest import Compile, Loader

BASE = "p { color: blue; top: 0 }"
IMPORTS = [
    '@import "base.css"; p { color: red }',
    "@charset 'utf-8'; /* x */ @import url(base.css); p { color: red }",
    "@IMPORT url( 'base.css' ) ;p { color: red }",
    "@import '/styles/base.css'; p { color: red }",
    "@import 'styles/base.css'; p { color: red }",
    "@import/* a; */ 'base.css' /* b; */ ; p { color: red }",
    "@import 'last.css'; p { color: red }",
    "@\\69mport 'base.css'; p { color: red }",
    "@l\\61 yer y; @im\\50 ORT u\\72l(base.css); p { color: red }",
]


@pytest.mark.parametrize("css", IMPORTS)
def test_an_import_comes_before_what_follows_it(load: Loader, css: str) -> None:
    """CSS Cascading and Inheritance Level 4, section 2."""
    files = {"styles/base.css": BASE, "styles/mail.css": css, "styles/last.css": "@import 'base.css'"}
    for html in (
        "<link rel=stylesheet href=styles/mail.css><p>x</p>",
        f"<style>{re.sub('(?<!/)(?=base|last)', 'styles/', css)}</style><p>x</p>",
    ):
        templates = load({**files, "mail.html": html})
        compilation = compile_template(templates.templates["mail"], templates)
        assert compilation.compiled.html.endswith('<p style="top:0;color:red">x</p>')
        assert not compilation.findings[1:]
        assert not equivalence_findings(compilation, templates, {}, fixture="")
        place = compilation.origins.locate(compilation.compiled.html.index("top:0"))
        assert str(place).endswith("styles/base.css:1:18")


def test_the_conditions_of_an_import_hold_for_all_of_it(load: Loader) -> None:
    files = {
        "mail.html": "<style>@import 'a.css' layer(x) supports(display: grid) screen and (max-width: 9px);"
        "</style><p>x</p>",
        "a.css": "@import 'b.css' print; p { top: 0 }",
        "b.css": "p { left: 0 }",
    }
    templates = load(files)
    compilation = compile_template(templates.templates["mail"], templates)
    html = " ".join(compilation.compiled.html.split())
    assert (
        "@layer x { @supports (display: grid) { @media screen and (max-width: 9px) { @media print {" in html
    )
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.css": "@import 'a.css';"}, ["a.css:1:1", "without end: ", "a.css → "]),
        ({"a.css": "\n@import 'b.css';", "b.css": "@import 'a.css';"}, ["b.css:1:1", "b.css → "]),
    ],
)
def test_an_import_that_leads_nowhere_or_back_is_one_clear_error(
    compiled: Compile, files: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(CompileError) as caught:
        compiled("<style>@import 'a.css';</style><p>x</p>", files)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("where", ["<style>{}</style><p>x</p>", "<link rel=stylesheet href=a.css><p>x</p>"])
@pytest.mark.parametrize(
    "statement", ["@import url(https://x.example/a.css);", '@import "//x.example/a.css" print;']
)
def test_an_import_from_elsewhere_is_left_and_remarked_upon(
    compiled: Compile, where: str, statement: str
) -> None:
    result = compiled(where.format(statement), {"a.css": statement})
    assert statement in result.compiled.html
    (remark,) = [finding for finding in result.findings if finding.code == "remote-stylesheet"]
    assert "x.example/a.css" in remark.message


@pytest.mark.parametrize(
    "element",
    [
        "<!--[if !mso]><!--><style>{}</style><!--<![endif]-->",
        "<style data-embed>{}</style>",
        "<style media='(max-width: 600px)'>{}</style>",
    ],
)
def test_a_stylesheet_that_stays_has_what_it_imports(load: Loader, element: str) -> None:
    """``@import 'a.css'`` in what is sent leads nowhere."""
    html = element.format("@import 'https://x.example/b.css';@import 'a.css' screen") + "<p>x</p>"
    templates = load({"mail.html": html, "a.css": BASE})
    compilation = compile_template(templates.templates["mail"], templates)
    result = "".join(compilation.compiled.html.split("\n"))
    assert "@import 'https://x.example/b.css';@media screen {" + BASE + "}</style>" in result
    assert [item.code for item in compilation.findings] == ["remote-stylesheet", "no-metadata"]
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_a_stylesheet_that_ends_in_an_import_takes_nothing_of_the_next(compiled: Compile) -> None:
    files = {"a.css": "@import 'https://x.example/b.css'"}
    html = compiled("<style>@import 'a.css'; p { top: 0 }</style><p>x</p>", files).compiled.html
    assert '<p style="top:0">' in html


UNENDED = (
    *(
        "i { left: 0",
        "@media print { i { left: 0 }",
        "i { quotes: 'x",
        "/* x",
        "i { left: 0 } b",
        "b[title='",
    ),
    *("i { quotes: url(x", "i { left: 0 } -->", "<!--", "@x y", "@media print", "i { left: 0 };", "i:is(b"),
    *("i { quotes: '\\", "@layer x", "i { left: 0; /* x", "b, /* x */", "@media (a", "i /*x*/{", "}", "\\"),
)


def test_what_counts_at_the_head_of_a_stylesheet_counts_under_a_condition(load: Loader) -> None:
    """CSS Syntax Level 3, 5.4.1 and 5.5.3: a block reads a stray brace and signs of HTML otherwise."""
    files = {
        "a.css": "<!-- p { top: 0 } --> } p { top: 9px } p <!-- i { top: 9px } p { left: 0 }",
        "b.css": "<!-- @import 'a.css'; -->",
        "mail.html": "<style>@import 'b.css' screen; p { color: red } i { right: 0 }</style><p>x<i>y</i></p>",
    }
    templates = load(files)
    compilation = compile_template(templates.templates["mail"], templates)
    html = compilation.compiled.html
    assert html.endswith('<p style="color:red">x<i style="right:0">y</i></p>')
    assert "<!--" not in html.partition("p <!-- i")[0]
    assert html.partition("</style>")[0].count("{") == html.partition("</style>")[0].count("}")
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize("version", ["mso", "gte mso 9", "mso 15"])
def test_a_stylesheet_for_outlook_has_what_it_imports(load: Loader, version: str) -> None:
    html = f"<!--[if {version}]><style>@import 'a.css' screen;i{{top:0}}</style><![endif]--><p>x</p>"
    templates = load({"mail.html": html, "a.css": f"@import 'b.css';{BASE}", "b.css": "b { left: 0 }"})
    compilation = compile_template(templates.templates["mail"], templates)
    said = "".join(compilation.compiled.html.split("\n"))
    assert f"<style>@media screen {{b {{ left: 0 }}{BASE}}}i{{top:0}}</style><![endif]--><p>x</p>" in said
    assert [item.code for item in compilation.findings] == ["no-metadata"]
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_what_would_end_a_comment_for_outlook_is_not_imported_there(compiled: Compile) -> None:
    html = "<!--[if mso]><style>@import 'a.css';</style><![endif]--><p>x</p>"
    with pytest.raises(CompileError, match="would end the comment"):
        compiled(html, {"a.css": "/* --> */ p { top: 0 }"})


@pytest.mark.parametrize("end", UNENDED)
def test_a_stylesheet_ends_with_all_that_it_leaves_open(load: Loader, end: str) -> None:
    """CSS Syntax Level 3, sections 5.4.1 to 5.4.8: for itself, and not for what imports it."""
    for condition in ("", "screen"):
        html = f"<style>@import 'a.css' {condition}; p {{ top: 0 }} p {{ color: red }}</style><p>x</p>"
        templates = load({"mail.html": html, "a.css": f"{BASE} {end}"})
        compilation = compile_template(templates.templates["mail"], templates)
        assert "top:0;color:red" in compilation.compiled.html
        assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    ("attributes", "css"),
    [
        ("type='TEXT/CSS; charset=utf-8' media", BASE),
        ("title=a", BASE),
        ("type=text/less", ""),
        ("disabled", ""),
    ],
)
def test_a_link_is_put_in_place_as_browsers_load_it(load: Loader, attributes: str, css: str) -> None:
    """HTML, 4.2.4 and 4.6.7.22; CSSOM, 6.8.1: of stylesheets with titles the first set counts."""
    link = f"<link rel=stylesheet href=a.css {attributes}>"
    templates = load({"mail.html": f"{link}<style title=b>p {{ left: 0 }}</style><p>x</p>", "a.css": BASE})
    compilation = compile_template(templates.templates["mail"], templates)
    assert (link in compilation.compiled.html) == (not css)
    assert ("left: 0" in compilation.compiled.html) == (attributes == "title=a"), "of which nothing is taken"
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    ("html", "code", "words"),
    [
        ("<style>i{top:0}@import 'a.css';</style>", "missing-stylesheet", "a.css loads nothing"),
        ("<style>@media print{@import 'a.css';}</style>", "missing-stylesheet", "a.css loads nothing"),
        (
            "<style>@import 'a.css' p{top:0;left:0}</style>",
            "missing-stylesheet",
            "This @import loads nothing",
        ),
        ("<link rel=stylesheet href=late.css>", "missing-stylesheet", "//b.example/ loads nothing"),
        ("<!--[if mso]><style>i{}@import 'a.css'</style><![endif]-->", "missing-stylesheet", "loads nothing"),
        ("<style>i{top:0}@im\\70ort 'a.css';</style>", "missing-stylesheet", "a.css loads nothing"),
        ("<style>@\\69mport u\\72 l(//b.example/);</style>", "remote-stylesheet", "//b.example/"),
        ("<!--[if mso]><style>@import '//b.example/';</style><![endif]-->", "remote-stylesheet", "//b.exam"),
        ("<style>/*@import 'b.css';*/i{top:0;quotes:'@import' 'a.css'}</style>", "", ""),
    ],
)
def test_an_import_that_counts_for_nobody_is_told_and_does_not_come_to_count(
    load: Loader, html: str, code: str, words: str
) -> None:
    """Behind a rule it loads nothing, and would where that rule is inlined and gone."""
    files = {"a.css": BASE, "late.css": "i{top:0}\n@import url(//b.example/)"}
    templates = load({"mail.html": f"{html}<p>x</p>", **files})
    result = compile_template(templates.templates["mail"], templates)
    told = [item for item in result.findings if item.code.endswith("-stylesheet")]
    assert [item.code for item in told] == [code] * bool(code)
    assert all(words in item.message for item in told)
    assert not equivalence_findings(result, templates, {}, fixture="")
    assert bool(re.search(r"<style>\s*@", result.compiled.html)) == (
        "//b.ex" in html or "media" in html or "p{" in html
    )
    assert "color:blue" not in result.compiled.html


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ('<style\nmedia="screen and(width)">p{top:0}</style>', "2:15"),
        ("<style\nmedia='screen&#32;and(width)'>p{top:0}</style>", "2:8"),
        ("<link rel=stylesheet href=a.css\nmedia='screen and(width)'>", "1:1"),
    ],
)
def test_the_query_of_an_attribute_is_read_as_that_of_a_rule(
    compiled: Compile, element: str, place: str
) -> None:
    result = compiled(f"{element}<p>x</p>", {"a.css": BASE})
    (found,) = [item for item in result.findings if item.code == "css-syntax"]
    assert "'and(' needs a blank" in found.message
    assert str(found.location).endswith(f"mail.html:{place}")
    assert "style=" not in result.compiled.html


_PASSES = "It is put before the rules of "
_FONTS = '@import url("https://x.example/font.css")'


@pytest.mark.parametrize(
    ("html", "files", "styles"),
    [
        (
            f"<style>@import 'a.css'; {_FONTS}; p{{left:0}}</style>",
            {},
            [f"{_FONTS};@media print{{p{{top:0}}}}"],
        ),
        ("<link rel=stylesheet href=m.css>", {}, [f"{_FONTS};@media print{{p{{top:0}}}}"]),
        ("<style>@import 'm.css';</style>", {}, [f"{_FONTS};@media print{{p{{top:0}}}}"]),
        (
            f"<style>@import '//x.example/1'; @import 'c.css'; {_FONTS}</style><style>{_FONTS};</style>",
            {"c.css": "@import '//x.example/2';@import 'a.css'"},
            [
                f"@import '//x.example/1';@import '//x.example/2';{_FONTS};@media print{{p{{top:0}}}}",
                f"{_FONTS};",
            ],
        ),
    ],
)
def test_an_import_from_elsewhere_still_stands_before_all_rules(
    load: Loader, html: str, files: dict[str, str], styles: list[str]
) -> None:
    """Behind what an import of the set brought, no browser would load it."""
    own = {"a.css": "@media print{p{top:0}}", "m.css": f"@import 'a.css';{_FONTS};p{{left:0}}"}
    templates = load({"mail.html": f"{html}<p>x</p>", **own, **files})
    compilation = compile_template(templates.templates["mail"], templates)
    found = re.findall("<style>(.*?)</style>", re.sub(r"\n *", "", compilation.compiled.html))
    assert [re.sub(r"; +", ";", css) for css in found] == styles
    assert {item.code for item in compilation.findings} == {"remote-stylesheet", "no-metadata"}
    told = [item.message for item in compilation.findings if _PASSES in item.message]
    assert len(told) == 1, "it now loses to rules before which it came to stand"
    assert "a.css" in told[0]
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    "html",
    [
        "<!--[if mso]><style>/* c */@import 'late.css';@import 'a.css';</style><![endif]-->",
        "<!--[if mso]><style>@import 'm.css';@import 'm.css'</style><![endif]-->",
        "<style>i{top:0}@import 'a.css';</style><style>@import 'a.css';</style>",
        "<style>@import 'late.css'; @import 'a.css'; @import url(//x.example/2)</style>",
        "<style>@import 'a.css';@import 'm.css' p{top:0}</style>",
    ],
)
def test_the_proof_finds_imports_where_they_are_brought(load: Loader, html: str) -> None:
    own = {
        "a.css": BASE,
        "m.css": f"@import 'a.css';{_FONTS};i{{left:0}}",
        "late.css": f"{_FONTS};p{{}}{_FONTS};",
    }
    templates = load({"mail.html": f"{html}<p>x</p>", **own})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_an_import_from_elsewhere_within_the_conditions_of_another_is_told(compiled: Compile) -> None:
    files = {"a.css": f"{_FONTS};i{{top:0}}"}
    told = compiled("<style>@import 'a.css' print;</style><p>x</p>", files).findings
    assert [item.message.partition(":")[0] for item in told if item.code == "missing-stylesheet"] == [
        "The @import of https"
    ]


@pytest.mark.parametrize("condition", ["{{medium}}", "screen and (max-width: {{width}})", "layer({{name}})"])
def test_a_condition_that_data_name_is_one_clear_error(compiled: Compile, condition: str) -> None:
    with pytest.raises(CompileError, match=r"mail\.html:1:8: Data cannot say when .*a\.css is imported"):
        compiled(f"<style>@import 'a.css' {condition}; p{{top:0}}</style><p>x</p>", {"a.css": BASE})


def test_a_stylesheet_that_is_missing_keeps_none_after_it_from_being_read(load: Loader) -> None:
    links = "".join(f"<link rel=stylesheet href={name}.css>" for name in ("gone", "here"))
    templates = load({"mail.html": f"{links}<p>x</p>", "here.css": "p{top:0}"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert '<p style="top:0">' in compilation.compiled.html
