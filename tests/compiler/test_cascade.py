"""Rules are inlined as the CSS cascade has it: specificity, order, !important, the author's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from premailer import transform

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.css.stylesheet import parse_declarations
from app.core.proof.witness import look
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from tests.compiler.conftest import Compile, Loader


def style_of(html: str, tag: str = "p") -> str:
    found = re.search(rf'<{tag}\b[^>]*\sstyle="([^"]*)"', html)
    return found.group(1) if found else ""


CASES = [
    # More specific wins over later.
    (".a { color: red } p { color: blue }", '<p class="a">', "color:red"),
    ("#i { color: red } .a.b.c { color: blue }", '<p id="i" class="a b c">', "color:red"),
    ("div p { color: red } p { color: blue }", "<p>", "color:red"),
    # Later wins among equals.
    (".a { color: red } .b { color: blue }", '<p class="b a">', "color:blue"),
    ("p { color: red } p { color: blue }", "<p>", "color:blue"),
    # What premailer's own count gets wrong: attribute selectors and combinators without blanks.
    ("p[align=left] { color: red } p { color: blue }", '<p align="left">', "color:red"),
    ("[align=left] { color: red } div p { color: blue }", '<p align="left">', "color:red"),
    ("body>div>p { color: red } div p { color: blue }", "<p>", "color:red"),
    # What premailer's own merging gets wrong: a longhand overridden and set again.
    (
        "p { margin-top: 1px } .a { margin: 2px } .b { margin-top: 3px }",
        '<p class="a b">',
        "margin:2px;margin-top:3px",
    ),
    # Important beats more specific, and the author's own style.
    ("p { color: red !important } #i { color: blue }", '<p id="i">', "color:red"),
    ("p { color: red !important }", '<p style="color: blue">', "color: blue;color:red"),
    ("p { color: red !important }", '<p style="color: blue !important">', "color: blue !important"),
    ("p { margin: 0 !important }", '<p style="margin-top: 1px">', "margin-top: 1px;margin:0"),
    # The author's own style beats rules, and stays as it is.
    ("p { color: red; top: 0 }", '<p style="color: blue;">', "top:0;color: blue"),
    ("p { color: red }", "<p style='font-family:\"A B\"'>", None),
    ("p { color: red }", '<p style=" ; ">', "color:red"),
    # A fallback within one rule stays; across rules the later one wins.
    ("p { display: block; display: flex } p { display: none }", "<p>", "display:none"),
    ("p { display: none } p { display: block; display: flex }", "<p>", "display:block;display:flex"),
    *(
        (
            f"p {{ background: #036 }} .w {{ background: {value} }}",
            '<p class="w">',
            f"{before}background:{value}",
        )
        for before, values in (
            (
                "background:#036;",
                ("rgb(0 51 102 / 90%)", "rgb(0,51,102,.9)", "url(//a/) 0/9px", "url(a),url(b)"),
            ),
            ("", ("rgb(0,51,102)", "url(//a/) no-repeat 0 0", "#fff")),
        )
        for value in values
    ),
    ("p { width: 600px } .w { width: max-content }", '<p class="w">', "width:600px;width:max-content"),
    # Values are the author's.
    ("p { color: #FFF; width: calc(100% - 1px) }", "<p>", "color:#FFF;width:calc(100% - 1px)"),
    (
        "p { color: RED /* x */ ; mso-line-height-rule: exactly }",
        "<p>",
        "color:RED;mso-line-height-rule:exactly",
    ),
    ("p { font: 12px/1.5 'A B',\n  Arial }", "<p>", "font:12px/1.5 'A B', Arial"),
    ('p { font-family: "A B" }', "<p>", "font-family:'A B'"),
    ('p { quotes: "\'" }', "<p>", "quotes:&quot;'&quot;"),
    ("p { background: url(x?a=1&b=2) }", "<p>", "background:url(x?a=1&amp;b=2)"),
    ("P.a { color: red }", '<p class="a">', "color:red"),
]


@pytest.mark.parametrize(("css", "tag", "expected"), CASES)
def test_the_cascade(compiled: Compile, css: str, tag: str, expected: str | None) -> None:
    html = f"<html><head><style>{css}</style></head><body><div>{tag}x</p></div></body></html>"
    result = compiled(html).compiled.html
    if expected is None:
        assert "style='color:red;font-family:\"A B\"'" in result
    else:
        assert style_of(result) == expected
    assert "<style" not in result


IMPORTANT = [
    # The rule for phones comes later, or is more specific: it has to win, so nothing inlined is marked.
    ("p { color: red !important } @media print { p { color: blue !important } }", "color:red"),
    ("p { color: red !important } p:hover { color: blue !important }", "color:red"),
    ("p { color: red } @media print { p { color: blue !important } }", "color:red"),
    ("p { color: red !important } @media print { p { color: blue } }", "color:red"),
    # It comes earlier, or is less specific: the mark has to last. Outlook reads the first of the two.
    (
        "@media print { p { color: blue !important } } p { color: red !important }",
        "color:red;color:red !important",
    ),
    (
        "div p { color: red !important } @media print { p { color: blue !important } }",
        "color:red;color:red !important",
    ),
    (
        "@media print { p { margin-top: 0 !important } } p { margin: 1px !important }",
        "margin:1px;margin:1px !important",
    ),
]


@pytest.mark.parametrize(("css", "expected"), IMPORTANT)
def test_important_is_kept_where_the_cascade_needs_it(compiled: Compile, css: str, expected: str) -> None:
    html = f"<html><head><style>{css}</style></head><body><div><p>x</p></div></body></html>"
    assert style_of(compiled(html).compiled.html) == expected


SIMPLE = st.sampled_from(["p", ".a", ".b", "p.a", "div p", "#i", "div .b", "span", "div"])
DECLARED = st.sampled_from(
    ["color:red", "color:blue", "top:0", "left:1px !important", "left:2px", "color:green !important"]
)
SHEETS = st.lists(
    st.builds(
        lambda selector, body: f"{selector} {{{';'.join(body)}}}",
        SIMPLE,
        st.lists(DECLARED, min_size=1, max_size=3),
    ),
    max_size=6,
).map("\n".join)
BODIES = st.lists(
    st.sampled_from(
        [
            "<p>x</p>",
            "<p class='a b'>x</p>",
            "<p id='i'>x</p>",
            "<p class='b' style='top:5px'>x</p>",
            "<span>x</span>",
        ]
    ),
    max_size=4,
).map("".join)


@settings(deadline=None)  # time is not what this is about
@given(SHEETS, BODIES)
def test_where_premailer_counts_right_we_agree_with_it(css: str, body: str) -> None:
    """Selectors whose specificity premailer knows, properties that do not overlap: its result is ours."""
    html = f"<html><head><style>{css}</style></head><body><div>{body}</div></body></html>"
    theirs = transform(
        html, allow_network=False, disable_basic_attributes=["align", "valign", "bgcolor", "width", "height"]
    )
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    ours = compile_template(source, TemplateSet(Path("/t"), {}, {}, {}, {})).compiled.html

    def styles(document: str) -> list[tuple[str, object]]:
        return [(event.kind, event.style) for event in look(document).events]

    assert styles(ours) == styles(theirs.replace(" !important", ""))


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("color:red;;top:0;", ["color", "top"]),
        ("font-family:'a;b'; COLOR : red", ["font-family", "color"]),
        ("filter: progid:DX.Foo(a='b', c=1); *zoom: 1; top: 0", ["filter", "top"]),
        ("background:url(data:image/png;base64,AA==)", ["background"]),
        ("nonsense", []),
        ("", []),
    ],
)
def test_declarations_are_read_as_css_has_them(style: str, names: list[str]) -> None:
    assert [item.name for item in parse_declarations(style)] == names


FALLBACKS = [
    # Who does not understand the later value goes on with the earlier one.
    (
        ".a { background: red } .b { background: linear-gradient(red, blue) }",
        "",
        "background:red;background:linear-gradient(red, blue)",
    ),
    (".a { width: 10px } .b { width: calc(100% - 2px) }", "", "width:10px;width:calc(100% - 2px)"),
    (".a { color: red } .b { color: rgba(0, 0, 0, .5) }", "", "color:red;color:rgba(0, 0, 0, .5)"),
    (".a { font-size: 16px } .b { font-size: 1rem }", "", "font-size:16px;font-size:1rem"),
    (".a { display: block } .b { display: flex }", "", "display:block;display:flex"),
    (".a { color: red } .b { color: var(--x) }", "", "color:red;color:var(--x)"),
    (
        ".a { background: red }",
        "background: linear-gradient(red, blue)",
        "background:red;background: linear-gradient(red, blue)",
    ),
    (".a { color: red } .b { color: blue }", "", "color:blue"),
    (".a { background: linear-gradient(red, blue) } .b { background: red }", "", "background:red"),
    # What CSS refuses beats nothing.
    (".a { font-weight: 700 }", "font-weight: regular", "font-weight:700;font-weight: regular"),
    (
        ".a { border: 2px solid #636b63 }",
        "border: 1px dashed solid",
        "border:2px solid #636b63;border: 1px dashed solid",
    ),
    (".a { color: red } .b { color: colour }", "", "color:red;color:colour"),
    (".a { width: 5px } .b { width: 5 }", "", "width:5px;width:5"),
    (".a { padding: 5px } .b { padding: -5px }", "", "padding:5px;padding:-5px"),
    (".a { border: 1px solid } .b { border-width: -5px }", "", "border:1px solid;border-width:-5px"),
    (".a { top: 1px !important } .b { top: no !important }", "", "top:1px;top:no"),
]


@pytest.mark.parametrize(("css", "style", "expected"), FALLBACKS)
def test_a_value_beats_another_only_where_every_client_takes_it(
    compiled: Compile, css: str, style: str, expected: str
) -> None:
    attribute = f' style="{style}"' if style else ""
    result = compiled(f"<style>{css}</style><p class='a b'{attribute}>x</p>").compiled.html
    assert style_of(result) == expected


LONGHANDS = [
    # The author's own marked declaration beats every rule, whatever the rule is a shorthand of.
    (
        "padding: 8px !important",
        "padding-left: 40px !important",
        "padding:8px !important;padding-left: 40px !important;padding:8px",
    ),
    (
        "padding-left: 8px !important",
        "padding: 40px !important",
        "padding-left:8px !important;padding: 40px !important;padding-left:8px",
    ),
]


@pytest.mark.parametrize(("rule", "style", "expected"), LONGHANDS)
def test_the_authors_own_mark_is_the_strongest(load: Loader, rule: str, style: str, expected: str) -> None:
    css = f".a {{ {rule} }} @media (max-width: 600px) {{ p {{ padding: 4px !important }} }}"
    html = f'<style>{css}</style><p class="a" style="{style}">x</p>'
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert style_of(compilation.compiled.html) == expected
    assert not equivalence_findings(compilation, templates, {}, fixture="")


REFUSED = [
    ("colour:red", "There is no property 'colour'; did you mean color?"),
    ("font-size 14px", "no declaration"),
    ("height: 30px width: 30px", "A semicolon seems to be missing"),
    ("font-weight:regular", "'regular' is no value of 'font-weight'"),
    ("left: 0; margin: 0\u00a0auto", "U+00A0 (no-break space) stands here"),
    ("left: 0; top\u200b: 0", "U+200B (zero width space) stands here"),
    ("color: red; width: 100", "'100' is no value of 'width'"),
    ("left: 0; color: #1234567", "'#1234567' is no value of 'color'"),
    ("color: ; left: 0", "'color' has no value"),
    ("left: 0; border-width: -1px", "'-1px' is no value of 'border-width'"),
    ("line-height: -1.2", "'-1.2' is no value of 'line-height'"),
]


@pytest.mark.parametrize(
    ("css", "name"),
    [
        ("\ufeffp { color: red }", "U+FEFF (zero width no-break space)"),
        ("b { top: 0 }\ufeffp { color: red }", "U+FEFF (zero width no-break space)"),
        ("@media print { p:not(.a\u00a0) { color: red } }", "U+00A0 (no-break space)"),
        ("p { b { top: 0 } #\u200bi { color: red } }", "U+200B (zero width space)"),
        ("[class='a\ufeff'] { color: red }", "U+FEFF (zero width no-break space)"),
        ("a:hover\u200b { color: red }", "U+200B (zero width space)"),
        (".a\u200d { color: red }", "U+200D (zero width joiner)"),
        ("@scope (.a\u200b) { b { color: red } }", "U+200B (zero width space)"),
        ("@layer a\u200b { b { color: red } }", "U+200B (zero width space)"),
        ("@media\u00a0print { b { color: red } }", "U+00A0 (no-break space)"),
        ("b { font-family: A\u200bb }", "U+200B (zero width space)"),
        ("b { font-family: 'A\u200bb' }", "U+200B (zero width space)"),
    ],
)
def test_a_character_that_nobody_sees_in_a_name_is_named(compiled: Compile, css: str, name: str) -> None:
    html = f"<style>.caf\u00e9, .\u2764\ufe0f\u200d {{ top: 0 }}\n{css}</style><p>x</p>"
    (finding,) = [item for item in compiled(html).findings if item.code != "no-metadata"]
    assert finding.code == "hidden-character"
    assert finding.message.startswith(f"{name} stands here")
    assert finding.location is not None
    assert finding.location.line == 2


@pytest.mark.parametrize("url", ["url(x\ufeff.png)", "url('x\ufeff.png')", "image-set(url(x\ufeff.png) 1x)"])
@pytest.mark.parametrize(
    "html", ['<p style="background:{}">x</p>', "<style>p{{background:{}}}</style><p>x</p>"]
)
def test_a_character_that_nobody_sees_in_an_address_of_css_is_named(
    compiled: Compile, html: str, url: str
) -> None:
    (finding,) = [item for item in compiled(html.format(url)).findings if item.code != "no-metadata"]
    assert finding.code == "hidden-character"
    assert "stands in this address" in finding.message


def test_characters_that_nobody_sees_are_text_in_what_is_read(compiled: Compile) -> None:
    persian = ".\u0645\u06cc\u200c\u062e { top: 0 }"
    css = "p::before { content: '\u200b\u00a0'; quotes: '\u2060' '\u200b' }"
    assert [item.code for item in compiled(f"<style>{css} {persian}</style><p>x</p>").findings] == [
        "no-metadata"
    ]


def test_a_no_break_space_before_a_name_is_a_part_of_it(compiled: Compile) -> None:
    assert "<p>x" in compiled("<style>\u00a0p, .a\u00a0 { color: red }</style><p>x</p>").compiled.html


@pytest.mark.parametrize(("declaration", "words"), REFUSED)
def test_what_css_refuses_is_named_in_attributes_and_in_stylesheets(
    compiled: Compile, declaration: str, words: str
) -> None:
    for html in (f'<p\nstyle="{declaration}">x</p>', f"<style>\np {{ {declaration} }}</style><p>x</p>"):
        found = [item for item in compiled(html).findings if item.code == "css-syntax"]
        assert len(found) == 1, found
        assert words in found[0].message
        assert found[0].location.line == 2


@pytest.mark.parametrize(
    "declaration",
    [
        *("mso-hide:all", "-webkit-text-size-adjust:none", "--x: y", "color:{{c}}", "panose-1:2 1 1"),
        *("width:-moz-fit-content", "color:var(--x)", "filter:progid:DX(a=1)", "background:{{{a}}} none"),
        *("clip:rect(0 0 0 0)", "font-family:-apple-system,'A B',Segoe UI,sans-serif", "color:inherit"),
    ],
)
def test_what_cannot_be_judged_is_not_named(compiled: Compile, declaration: str) -> None:
    result = compiled(f'<p style="{declaration}">x</p>')
    assert not [item for item in result.findings if item.code == "css-syntax"]
