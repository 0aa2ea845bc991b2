"""What stays in a <style> element stays as it was written; shared stylesheets are put into the document."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.css.stylesheet import parse_stylesheet
from app.core.errors import CompileError
from app.core.findings import Severity
from app.core.workspace import Workspace
from tests.compiler.conftest import Compile, Loader
from tests.compiler.test_equivalence import EMPTY

KEPT = [
    "@media (max-width: 600px) { .a { color: red !important } /* remark */ }",
    "@media screen and (-webkit-min-device-pixel-ratio:0){.a{color:red}}",
    "@font-face { font-family: 'A B'; src: url(https://x.example/a.woff2) format('woff2') }",
    "@supports (display: grid) { .a { display: grid } }",
    "@-ms-viewport { width: device-width }",
    ":root { color-scheme: light dark }",
    "a:hover, .a { color: red }",
    ".a::before { content: '\\201C' }",
    "* { box-sizing: border-box }",
    "u + .body .a { color: red }",
    "#outlook a { padding: 0 }",
    ".ExternalClass { width: 100% }",
    "[data-ogsc] .a { color: red !important }",
    "a[x-apple-data-detectors] { color: inherit !important }",
    "div[style*='margin: 16px 0;'] { margin: 0 !important }",
    "div p:first-child { margin: 0 }",
    "v\\:* { behavior: url(#default#VML) }",
    ".a { & .b { color: red } }",
    "@media x { @media y { .a { top: 0 } } }",
]


@pytest.mark.parametrize("css", KEPT)
def test_what_cannot_be_inlined_is_kept_to_the_letter(compiled: Compile, css: str) -> None:
    html = f"<style>\n.p {{ top: 0 }}\n  {css}\n.q {{ top: 0 }}</style><p class='a'>x</p>"
    assert f"<style>\n{css}\n</style>" in compiled(html).compiled.html


def test_what_can_be_inlined_is_gone_with_its_line(compiled: Compile) -> None:
    html = "<head>\n  <style>\n  .a { top: 0 }\n  </style>\n  <title>t</title>\n</head>\n<p class='a'>x</p>"
    expected = "<head>\n  <title>t</title>\n</head>\n<p class='a' style=\"top:0\">x</p>"
    assert compiled(html).compiled.html == expected


@pytest.mark.parametrize(
    ("own", "inlined"),
    [
        ("", 'style="margin: 0"'),
        ("color:red", 'style="margin: 0;color:red"'),
        ("x:margin:0", 'style="margin:0;x:margin:0"'),
    ],
    ids=["no style", "another", "one that it asks for"],
)
def test_what_is_inlined_is_spelled_so_that_no_rule_finds_it(
    compiled: Compile, own: str, inlined: str
) -> None:
    css = "[style*='margin:0']{top:0} p{margin:0}"
    written = f" style='{own}'" if own else ""
    result = compiled(f"<style>{css}</style><p{written}>x</p>").compiled.html
    assert inlined.replace('"', "") in result.replace('"', "").replace("'", "")


@pytest.mark.parametrize(
    ("attributes", "inlined"),
    [
        ("", True),
        (" type='text/css'", True),
        (" type='TEXT/CSS'", True),
        (" type=''", True),
        (" type=' text/css '", False),
        (" type='text/css; charset=utf-8'", False),
        (" media='all'", True),
        (" media=Screen", True),
        (" media='print'", False),
        (" media='(max-width: 1px)'", False),
        (" data-embed", False),
        (" data-premailer='ignore'", False),
    ],
)
def test_a_stylesheet_for_one_medium_is_left_alone(compiled: Compile, attributes: str, inlined: bool) -> None:
    html = f"<style{attributes}>.a{{top:0}}</style><p class='a'>x</p>"
    assert (compiled(html).compiled.html == "<p class='a' style=\"top:0\">x</p>") is inlined
    assert (compiled(html).compiled.html == html) is not inlined


def test_rules_stay_for_markup_that_data_bring_along(compiled: Compile) -> None:
    result = compiled("<style>p{top:0}</style><p>x</p>{{{markup}}}").compiled.html
    assert result == '<style>\np{top:0}\n</style><p style="top:0">x</p>{{{markup}}}'


def test_a_shared_stylesheet_takes_the_place_of_its_link(compiled: Compile) -> None:
    css = ".a { color: red }\n@media print { .a { top: 0 } }\n"
    html = "<head>\n<link rel='stylesheet' href='styles/email.css' media='screen'>\n</head><p class='a'>x</p>"
    result = compiled(html, {"styles/email.css": css})
    expected = (
        "<head>\n<style media='screen'>\n@media print { .a { top: 0 } }\n</style>\n</head>"
        "<p class='a' style=\"color:red\">x</p>"
    )
    assert result.compiled.html == expected
    place = result.origins.locate(result.compiled.html.index("@media"))
    assert str(place).endswith("styles/email.css:2:1")


@pytest.mark.parametrize(
    "address", ["styles/a.css", "/styles/a.css", "../styles/a.css", "./b/../../styles/a.css"]
)
def test_a_stylesheet_is_found_from_the_root_and_from_the_file(compiled: Compile, address: str) -> None:
    files = {"partials/p.html": f'<link rel="StyleSheet" href="{address}"/>', "styles/a.css": "p{top:0}"}
    assert compiled("{{> p}}<p>x</p>", files).compiled.html == '<p style="top:0">x</p>'


@pytest.mark.parametrize(
    "address", ["https://x.example/a.css", "//x.example/a.css", "{{address}}", "data:text/css,p{}"]
)
def test_a_stylesheet_elsewhere_is_left_and_remarked_upon(compiled: Compile, address: str) -> None:
    html = f'<link rel="stylesheet" href="{address}"><p>x</p>'
    result = compiled(html)
    assert result.compiled.html == html
    remarks = [finding for finding in result.findings if finding.code == "remote-stylesheet"]
    assert len(remarks) == 1
    assert address in remarks[0].message


@pytest.mark.parametrize(
    ("html", "files", "place"),
    [
        ("<link rel=stylesheet href='css/gone.css'><p>x</p>", {}, "mail.html:1:1"),
        ("<style>@import 'gone.css'; p{top:0}</style><p>x</p>", {}, "mail.html:1:8"),
        ("<link rel=stylesheet href=a.css><p>x</p>", {"a.css": "p{top:0}\n"}, ""),
        ("<link rel=stylesheet href='a.css#x'><p>x</p>", {"a.css": "p{top:0}\n"}, ""),
        (
            "<link rel=stylesheet href='a.css?v=3#x'><p>x</p>",
            {"a.css": "@import url(gone.css);p{top:0}"},
            "a.css:1:1",
        ),
    ],
)
def test_a_stylesheet_that_is_not_there_is_a_warning(
    load: Loader, html: str, files: dict[str, str], place: str
) -> None:
    templates = load({"mail.html": html, **files})
    compilation = compile_template(templates.templates["mail"], templates)
    found = [item for item in compilation.findings if item.code == "missing-stylesheet"]
    assert [str(item.location).endswith(place) for item in found] == ([True] if place else [])
    assert ('style="top:0"' in compilation.compiled.html) is ("top:0" in html or bool(files))
    assert not equivalence_findings(compilation, templates, {}, fixture="")


def test_a_name_close_to_one_that_is_there_is_told(compiled: Compile) -> None:
    result = compiled("<link rel=stylesheet href=styles/emial.css>", {"styles/email.css": ""})
    assert "Did you mean styles/email.css?" in result.findings[0].message


@pytest.mark.parametrize("address", ["../a.css", "/../a.css", "styles/../../a.css"])
@pytest.mark.parametrize(
    "html", ["<link rel=stylesheet href='{}'><p>x</p>", "<style>@import '{}';</style><p>x</p>"]
)
def test_a_stylesheet_outside_of_the_templates_folder_is_one_that_is_not_there(
    compiled: Compile, html: str, address: str
) -> None:
    found = [item for item in compiled(html.format(address)).findings if item.code == "missing-stylesheet"]
    assert [f"'{address}'" in item.message for item in found] == [True]
    assert "outside of it are not read" in found[0].message


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"styles/a.css": "p { color: {{c}} }"}, ["styles/a.css:1:12", "no template", "<style>"]),
        ({"styles/a.css": "\n/* </STYLE> */"}, ["styles/a.css:2:4", "would end the element", "Take it out"]),
    ],
)
def test_a_stylesheet_that_cannot_be_used_is_one_clear_error(
    compiled: Compile, files: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(CompileError) as caught:
        compiled("<link rel=stylesheet href='styles/a.css'><p>x</p>", files)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("css", "place", "words"),
    [
        ("p { color: red", "2:1", "not closed"),
        ("p { color: red }\n}", "3:1", "closes nothing"),
        ("p { color: red } p", "2:18", "EOF"),
        ("p { colour }", "2:11", "no declaration"),
        ("@media print { p { top: 0 }", "2:1", "not closed"),
    ],
)
def test_css_that_clients_skip_is_a_warning(compiled: Compile, css: str, place: str, words: str) -> None:
    findings = [
        item for item in compiled(f"<style>\n{css}</style><p>x</p>").findings if item.code == "css-syntax"
    ]
    assert len(findings) == 1
    assert words in findings[0].message
    assert str(findings[0].location).endswith(f"mail.html:{place}")


UNREADABLE = [
    # What a browser skips is named, at the brace or at the rule.
    (".red { color: red }} .b { top: 0 }", ["2:20 This '}' closes nothing"]),
    ("} .b { top: 0 }", ["2:1 This '}' closes nothing"]),
    (".a { top: 0 }\n}", ["3:1 This '}' closes nothing"]),
    ("@media print { .a { top: 0 } }}\n.b { top: 0 }} /* } */", ["2:31 This '}'", "3:14 This '}'"]),
    ("p,, .a { top: 0 }", ["2:1 No browser can read this rule's selector"]),
    (".a { top: 0 }\n.1a { top: 0 } p..b { top: 0 }", ["3:1 No browser", "3:16 No browser"]),
    ("p > > b { top: 0 }", ["2:1 No browser"]),
    ("@media print {\n  p, { top: 0 }\n}", ["3:3 No browser"]),
    ("p:hoover { top: 0 } p::befor { top: 0 } .a, p:nth-kid(2) { top: 0 }", ["2:1 No", "2:21 No", "2:41 No"]),
    # A list is void with one that is none: by its value, its count, its namespace, what it takes in brackets.
    (
        "td[width=600] { top: 0 } .a, td#2col { top: 0 }",
        ["2:1 '[width=600]': a value that", "2:26 '#2col' is"],
    ),
    (".a, [x=] { top: 0 } .a, [x=y z] { top: 0 }", ["2:1 '[x=]' asks", "2:21 '[x=y z]': a value"]),
    (
        ".a, tr:nth-child(evn) { top: 0 } .a, :nth-child(2 of) { top: 0 }",
        ["2:1 (evn)' is no count", "2:34 No"],
    ),
    (".a, o|p { top: 0 } .a, :not(.b, :foo) { top: 0 }", ["2:1 declares 'o'", "2:20 there is no ':foo'"]),
    (".a, :has(:foo) { top: 0 } .a, p:not() { top: 0 }", ["2:1 there is no", "2:27 'not()' holds nothing"]),
    (".a, a::after b { top: 0 } .a, b || c { top: 0 }", ["2:1 nothing stands within", "2:27 out of place"]),
    (".a, b::after.c { top: 0 } .a, ::hover { top: 0 }", ["2:1 '.' after '::after'", "2:27 no '::hover'"]),
    ("p { top: 0; &, { top: 1px } }", ["2:13 No"]),
    ("@media screen and(max-width: 600px) { p { top: 0 } }", ["2:15 'and(' needs a blank"]),
    # What is only newer, or for one client, is not.
    (
        "@namespace o 'x'; o|p { top: 0 } .a, ::-webkit-x:hover, b:is(:foo), :NTH-child( 2n+ 1 ) { top: 0 }",
        [],
    ),
    (
        "p:focus-visible::-moz-x, ::-webkit-scrollbar:end, p:HOVER, ::scroll-button(*), p:before { top: 0 }",
        [],
    ),
    ("a:not(.b, .c) { top: 0 } p:nth-child(2n+1 of .x) { top: 0 } a:lang(en, fr)[x='y' s] { top: 0 }", []),
    ("& p { top: 0 } :host(.x) ::slotted(.a) { top: 0 } _:-webkit-full-screen, .a { top: 0 }", []),
    ("* html .a, u + .b, .c\\:d, #\\31 a { top: 0 } p:hover::after { content: '}' }", []),
]


@pytest.mark.parametrize(("css", "places"), UNREADABLE)
def test_a_rule_is_named_that_no_browser_can_read(compiled: Compile, css: str, places: list[str]) -> None:
    result = compiled(f"<style>\n{css}</style><p>x</p>")
    found = [item for item in result.findings if item.code == "css-syntax"]
    assert len(found) == len(places), found
    for item, expected in zip(found, places, strict=True):
        place, _, words = expected.partition(" ")
        assert str(item.location).endswith(f"mail.html:{place}")
        assert words in item.message


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                ".a{b:c}",
                " ",
                "\r\n",
                "/* x */",
                "@media x{.a{b:c}}",
                "a:hover { b : c ; d:e }",
                "<!--",
                "-->",
            ),
            *("}", "{", ";", "@import x;", "p,q{}", "'", "url(", "\\", "\f", "é{x:y}", "@font-face{a:b}"),
        ]
    ),
    max_size=12,
).map("".join)


@settings(deadline=None)  # time is not what this is about
@given(PIECES)
def test_parts_of_a_stylesheet_are_slices_in_order(css: str) -> None:
    sheet = parse_stylesheet(css)
    spans = sorted([*(rule.span for rule in sheet.rules), *sheet.at_rules], key=lambda span: span.start)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(css)
        assert not css[span.start : span.end][:1].isspace()
        end = span.end


@settings(deadline=None)  # time is not what this is about
@given(PIECES)
def test_no_stylesheet_breaks_the_compiler(css: str) -> None:
    for rule in parse_stylesheet(css).rules:
        for item in rule.declarations:
            assert re.fullmatch(r"[^\n\r]+", item.value)


def test_what_is_wrong_with_an_inlined_declaration_is_placed_where_it_was_written(load: Loader) -> None:
    files = {
        "styles/a.css": ".a { color: red }\n.b {\n  background: URL('data:image/png;base64,AA==');\n"
        "  top: 0; display: flex }",
        "mail.html": '<link rel=stylesheet href="styles/a.css">\n<style>\ni { display:grid }</style>\n'
        '<p class="a b">x <i title="display: grid">y <b>z</b></i></p>\n<p class="b" style="top: 1px">x</p>\n'
        "<p class=a style='left: 0;\n  Display : flex'>x <i>y</i></p>",
    }
    report = Workspace(load(files)).check()
    places = {
        (finding.code, str(finding.location).rpartition("templates/")[2])
        for finding in report.findings
        if finding.code in {"unsafe-url", "unsupported-css"} and finding.severity is not Severity.INFO
    }
    assert places == {
        ("unsafe-url", "styles/a.css:3:3"),
        ("unsupported-css", "styles/a.css:3:3"),
        ("unsupported-css", "styles/a.css:4:11"),
        ("unsupported-css", "mail.html:3:5"),
        ("unsupported-css", "mail.html:7:3"),
    }


@pytest.mark.parametrize(
    "other", ["p::-moz-selection", "p:-ms-input-placeholder", "p:-webkit-any-link", "p:hoover", "p..b"]
)
def test_a_rule_whose_list_some_browser_cannot_read_is_not_inlined(compiled: Compile, other: str) -> None:
    """Selectors Level 4, section 4.1: one selector that is invalid makes the list invalid."""
    css = f".a, {other} {{ top: 0 }}"
    html = f"<style>\n{css}\n</style><p class='a'>x</p>"
    assert compiled(html).compiled.html == html


def test_every_browser_reads_a_pseudo_element_of_webkit(compiled: Compile) -> None:
    css = ".a, p::-webkit-scrollbar { top: 0 }"
    result = compiled(f"<style>{css}</style><p class='a'>x</p>").compiled.html
    assert result == f"<style>\n{css}\n</style><p class='a' style=\"top:0\">x</p>"


def test_signs_of_xml_are_no_part_of_a_stylesheet_in_a_drawing(compiled: Compile) -> None:
    style = "<style><![CDATA[ b{color:red} ]]></style>"
    drawn = compiled(f"<svg>{style}</svg><b>x</b>")
    assert style in drawn.compiled.html
    assert not equivalence_findings(drawn, EMPTY, {}, fixture="")
    # Elsewhere they make the first rule none.
    plain = compiled("<style><![CDATA[]]> b{color:red} b{top:0}</style><svg></svg><b>x</b>")
    assert '<b style="top:0">' in plain.compiled.html
    assert not equivalence_findings(plain, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("head", "style"),
    [
        # Of stylesheets with titles a browser takes those with the first, beside all without.
        (
            "<style title=a>p{top:1px}</style><style title=b>p{top:2px}</style><style>p{left:0}</style>",
            "left:0",
        ),
        (
            "<style>p{left:0}</style><style title=b>p{top:2px}</style><style title=b>p{top:3px}</style>",
            "left:0;top:3px",
        ),
        ("<style title=''>p{left:0}</style><style title=b>p{top:2px}</style>", "left:0;top:2px"),
        (
            "<meta http-equiv=Default-Style content=c><style title=b>p{top:2px}</style><style>p{left:0}"
            "</style>",
            "left:0",
        ),
    ],
)
def test_of_alternative_stylesheets_only_those_count_that_a_browser_takes(
    compiled: Compile, head: str, style: str
) -> None:
    compilation = compiled(f"<!doctype html><head>{head}</head><p>x</p>")
    assert f'<p style="{style}">x' in compilation.compiled.html
    kept = [each for each in ("top:1px", "top:2px") if len(style) < 9 and each in head]
    assert all(f"p{{{each}}}" in compilation.compiled.html for each in kept)
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


def test_an_alternative_stylesheet_that_is_linked_stays_a_link(compiled: Compile) -> None:
    link = "<link rel='alternate stylesheet' title=a href=a.css>"
    assert compiled(f"{link}<p>x</p>", {"a.css": "p{top:0}"}).compiled.html == f"{link}<p>x</p>"


def test_a_style_element_in_a_choice_stays(compiled: Compile) -> None:
    choice = "<select><option><style>p{top:0}</style>a</option></select>"
    compilation = compiled(f"{choice}<p>x</p>")
    assert compilation.compiled.html == f"{choice}<p>x</p>"
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


def test_a_style_element_in_a_template_counts_for_nothing(compiled: Compile) -> None:
    inert = "<template><p>x</p><style>p{top:0}</style></template>"
    compilation = compiled(f"<style>p{{left:0}}</style>{inert}<p>x</p>")
    assert compilation.compiled.html.endswith('</style></template><p style="left:0">x</p>')
    assert "p{top:0}" in compilation.compiled.html
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
