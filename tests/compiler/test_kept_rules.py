"""Rules that stay in the style element win where their author has them win, or a warning names them."""

from __future__ import annotations

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from tests.compiler.conftest import Compile, Loader

UNTOUCHED = {"settings.toml": "[compiler]\nstrengthen = false\n"}
OVERRIDDEN = [
    ("p { color: red } @media print { p { color: blue; top: 0 } }", "color"),
    ("p { margin: 0 } p:hover { margin-top: 1px }", "margin-top"),
    ("p { color: red } [data-ogsc] p { color: blue }", "color"),
    ("p { color: red; &:hover { color: blue } }", "color"),
    (
        "div { p { color: red } & .a { color: red; @media print { color: blue } } } .a { color: green }",
        "color",
    ),
    ("p { color: red } p:nth-child(1 of p) { color: blue }", "color"),
    # Nothing to say: marked, another property, weaker anyway, or about something that is not there.
    ("p { color: red } @media print { p { color: blue !important } }", ""),
    ("p { color: red } @media print { p { background: blue } }", ""),
    ("p { color: red } :root { color-scheme: light dark }", ""),
    ("div p { color: red } @media print { p { color: blue } }", ""),
    ("p { color: red } @media print { .unused { color: blue } }", ""),
    ("p { color: red } p::before { color: blue }", ""),
    # Nothing lost: what was inlined says the same, or won already.
    ("p, p:hover { color: red }", ""),
    ("p { color:  Red } @media print { p { color: red } }", ""),
    ("p { color: red; color: blue } p:hover { color: blue }", ""),
    ("p { color: red !important } p:hover { color: blue }", ""),
    ("p.a, p:hover { border: 1px solid #000; border-color: #f00 }", ""),
    ("p, p:hover { border: 1px solid #000; border-color: #f00 }", ""),
    ("p { border: 0; border-color: red } p:hover { border: 0; border-color: red }", ""),
    # Lost all the same: not the last of the values, not all the properties, not the strongest rule.
    ("p { color: red; color: blue } p:hover { color: red }", "color"),
    ("p { color: red; top: 0 } p:hover { color: red; top: 1px }", "top"),
    ("p { color: red } div p { color: blue } p:hover { color: red }", "color"),
    ("p { margin: 0 } p:hover { margin-top: 0 }", "margin-top"),
    ("p { border: 0; border-color: red } p:hover { border: 1px; border-color: red }", "border"),
    ("p.a { color: red } p:hover { color: blue }", "color"),
    # What no browser takes wins over nothing.
    ("p { color: red } @media print { p { color: blue } } p { color: c00 }", "color"),
    ("p { top: 0 } @media print { p { top: 1px } } p { top: 2 px } p { top: 3px!ie }", "top"),
    ("p { color: red } @media print { p { color: blue } } p { color: color-mix(in srgb, red, blue) }", ""),
]


@pytest.mark.parametrize(("css", "names"), OVERRIDDEN)
def test_a_rule_that_inlining_defeats_is_a_warning(compiled: Compile, css: str, names: str) -> None:
    html = f'<html><head>\n<style>\n{css}</style></head><body><div><p class="a">x</p></div></body></html>'
    result = compiled(html, UNTOUCHED)
    assert result.compiled.html.count("!important") <= css.count("!important")
    found = [finding for finding in result.findings if finding.code == "overridden-rule"]
    assert bool(found) is bool(names)
    for finding in found:
        assert f"This rule's {names} never" in finding.message
        assert finding.location.line == 3
        assert finding.location.column > 10


STRENGTHENED = [
    # What the author's cascade has win gets a mark; what it would not have win, or wins anyway, gets none.
    (
        "p { color: red } @media print { p { color: blue; top: 0 } }",
        "",
        "p { color: blue !important; top: 0 }",
    ),
    ("p { color: red } p:hover { color: blue }", "", "p:hover { color: blue !important }"),
    (
        "p { color: red } p:hover { COLOR : blue/* x */ ; top: 0 }",
        "",
        "COLOR : blue !important/* x */ ; top: 0",
    ),
    ("p { border: 0 } @media print { p { border-top: 1px solid } }", "", "border-top: 1px solid !important"),
    ("p { border-top: 0 } p:hover { border-color: red }", "", "border-color: red !important"),
    ("p { color: red; &:hover { color: blue } }", "", "&:hover { color: blue !important }"),
    ("p{color:red;&:hover{color:blue}}", "", "&:hover{color:blue !important}"),
    ("p{color:red;@media print{color:blue}}", "", "@media print{color:blue !important}"),
    ("p { color: red } [data-ogsc] p { color: blue }", "", "[data-ogsc] p { color: blue !important }"),
    ("div p { color: red } @media print { p { color: blue } }", "", "p { color: blue }"),
    ("p { color: red } @media print { .a { background: blue } }", "", ".a { background: blue }"),
    # A rule that beat it beats it still.
    (
        "p { color: red } p:hover { color: blue } p.a:hover { color: lime }",
        "",
        "p.a:hover { color: lime !important }",
    ),
    ("p { top: 0 } p:hover { top: 1px } div:hover p { top: 2px }", "", "div:hover p { top: 2px !important }"),
    # Where a mark would beat what has to win, there is none, but a warning.
    ("p { color: red } @media print { p { color: blue } }", "color: lime", "p { color: blue }"),
    ("p { color: red } @media print { p { color: blue } }", "{{style}}", "p { color: blue }"),
    ("p { color: red } .a { color: lime } @media print { p { color: blue } }", "", "p { color: blue }"),
    (
        "i:hover p, p { color: red } .b { color: lime } @media print { p { color: blue } }",
        "",
        "p { color: blue }",
    ),
    (
        "p { color: red } p:active { color: lime !important } .a:hover { color: blue }",
        "",
        ".a:hover { color: blue }",
    ),
    # Of a list, the selector that counts least must not come to win either.
    ("p:hover, p { color: red } .a { color: lime }", "", "p:hover, p { color: red }"),
    ("p { color: red } @scope { :scope { color: blue } }", "", ":scope { color: blue !important }"),
    ("p { color: red } *|p { color: blue }", "", "*|p { color: blue !important }"),
]


@pytest.mark.parametrize(("css", "style", "expected"), STRENGTHENED)
def test_what_stays_wins_where_the_author_has_it_win(
    load: Loader, css: str, style: str, expected: str
) -> None:
    attribute = f' style="{style}"' if style else ""
    html = f"<style>{css}</style><div><p>x</p><p class='a'{attribute}>y</p><p class='a b'>z</p></div>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert expected in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {"style": "color: lime"}, fixture="")
    place = compilation.origins.locate(compilation.compiled.html.index(expected) + len(expected))
    assert place.line == 1


def test_a_rule_that_cannot_get_its_mark_is_a_warning(compiled: Compile) -> None:
    css = "p { color: red } @media print { p { color: blue } }"
    result = compiled(f"<style>{css}</style><p>x</p><p style='color: lime'>y</p>")
    assert [finding.code for finding in result.findings if "rule" in finding.code] == ["overridden-rule"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[compiler", "not TOML"),
        ("[compiler]\nstrength = true", "compiler.strength: Extra inputs"),
        ("[compiler]\nstrengthen = 1", "compiler.strengthen: Input should be a valid boolean"),
        ("[other]", "other: Extra inputs"),
    ],
)
def test_settings_that_cannot_be_used_are_one_finding(load: Loader, text: str, words: str) -> None:
    templates = load({"mail.html": "<p>x</p>", "settings.toml": text})
    (finding,) = templates.problems
    assert words in finding.message
    assert str(finding.location).endswith("settings.toml")
    assert templates.settings.compiler.strengthen


TORN = (
    "@media (max-width: 650px) { .w { width: 3px !important } } @media print { * { width: 4px !important } }"
)


@pytest.mark.parametrize(
    ("css", "attribute"),
    [
        (".f { width: 1px !important; top: 0 }", "top:0;width:1px"),
        # What beats it, inlined, has to beat it there as well.
        (".f { width: 1px !important } #i { width: 2px !important }", "width:2px"),
        ("td { width: 9px } .f { width: 1px !important }", "width:1px"),
    ],
)
def test_a_rule_that_beats_one_that_stays_and_loses_to_another_stays_as_well(
    load: Loader, css: str, attribute: str
) -> None:
    html = f"<style>{css} {TORN}</style><table><tr><td class='f w' id=i>x</td></tr></table>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    sheet, _, body = compilation.compiled.html.partition("</style>")
    assert f'style="{attribute}"' in body
    assert ".f { width: 1px !important" in sheet
    assert ("#i {" in sheet) is ("#i {" in css)
    assert not equivalence_findings(compilation, templates, {}, fixture="")


CELLS = "<table><tr><td class=t>a</td><td class='t u' style='{}'>b</td></tr></table>"
PHONE = "td{{padding:4px;color:#000}}@media(max-width:480px){{.t{{{}}}{}}}"


@pytest.mark.parametrize(
    ("rule", "further", "own", "style"),
    [
        ("padding:9px", "", "padding:0", "padding:0;padding:0 !important"),
        # In their order, and all that one of them overlaps with: their order among each other stays.
        (
            "padding-left:9px",
            "",
            "margin:0;padding:0;padding-top:1px",
            "margin:0;padding:0;padding-top:1px;padding:0 !important;padding-top:1px !important",
        ),
        ("padding:9px", "", "padding:0!important", "padding:0!important"),  # wins as it is
        ("padding:9px", "[style*='margin: 16px']{top:0}", "padding:0", "padding:0;padding:0 !important"),
        ("padding:9px", "", "margin:0", "color:#000;margin:0"),
    ],
)
def test_what_an_author_wrote_is_repeated_where_a_mark_would_beat_it(
    compiled: Compile, rule: str, further: str, own: str, style: str
) -> None:
    html = f"<style>{PHONE.format(rule, further)}</style>{CELLS.format(own)}"
    compilation = compiled(html)
    assert "overridden-rule" not in {finding.code for finding in compilation.findings}
    assert f"{rule} !important" in compilation.compiled.html
    assert compilation.compiled.html.count(style) == 1


@pytest.mark.parametrize(
    ("rule", "further", "own"),
    [
        (
            "padding:9px",
            "}@media print{.u{padding:1px!important}",
            "padding:0",
        ),  # it beat the author's by a mark
        ("padding:9px", "", "padding:0!important;padding-top:1px"),  # the author's own mark did
        ("color:#00c", "", "color:#0c0"),  # clients change colours in the dark
        ("padding:9px", "", "padding:{{value}}"),
        ("padding:9px", "[style$='padding:0']{margin:0}", "padding:0"),  # it is asked what is written there
        ("padding:9px", "", "padding:0;top:calc(1px"),  # nothing can follow it
    ],
)
def test_nothing_is_repeated_where_its_mark_would_change_more(
    compiled: Compile, rule: str, further: str, own: str
) -> None:
    compilation = compiled(f"<style>{PHONE.format(rule, further)}</style>{CELLS.format(own)}")
    assert "overridden-rule" in {finding.code for finding in compilation.findings}
    assert f"{rule} !important" not in compilation.compiled.html


def test_what_is_repeated_leads_to_where_it_was_written(compiled: Compile) -> None:
    css = PHONE.format("padding:9px", "") + ".u{padding-top:1px!important}"
    compilation = compiled(f"<style>{css}</style>\n{CELLS.format('padding:0')}")
    again = [
        compilation.compiled.html.index(f"{item} !important") for item in ("padding:0", "padding-top:1px")
    ]
    assert [compilation.origins.locate(offset).line for offset in again] == [2, 1]


STRONGER = "#i{padding:2px}"


@pytest.mark.parametrize(
    ("css", "style"),
    [
        # It beats a rule for all cells and loses to that for one, of which each is inlined.
        (f"{STRONGER} td{{padding:4px}}", "padding:2px;padding:2px !important"),
        (
            "#i{padding-top:2px} td{padding:4px;margin:0}",
            "padding:4px;margin:0;padding-top:2px;padding-top:2px !important",
        ),
        # In their order, and of several that say the same the last.
        (
            "#i#i{padding:3px} td#i{padding-top:1px} #i{padding:2px} td{padding:4px}",
            "padding-top:1px;padding:3px;padding-top:1px !important;padding:3px !important",
        ),
        (
            "#i{padding:2px!important} td{padding:4px} #i{padding-top:9px}",
            "padding-top:9px;padding:2px;padding-top:9px !important;padding:2px !important",
        ),
    ],
)
def test_what_stronger_rules_say_is_repeated_where_a_mark_would_beat_it(
    load: Loader, css: str, style: str
) -> None:
    media = "@media(max-width:480px){.t{padding:9px}}"
    html = f"<style>{css}{media}</style><table><tr><td class=t>a</td><td class=t id=i>b</td></tr></table>"
    templates = load({"mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert ".t{padding:9px !important}" in compilation.compiled.html
    assert f'id=i style="{style}"' in compilation.compiled.html
    assert "overridden-rule" not in {finding.code for finding in compilation.findings}
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    "css",
    [
        # On a cell where it is weaker than what is inlined, one under the same condition beats both.
        "td{padding:9px} #i{padding:2px} @media print{td{padding:4px !important} #i{padding:5px !important}}",
        "td{color:#00c} #i{color:#0c0} @media print{td{color:#000 !important} #i{color:#111!important}}",
        "td{border:1px solid red} #i{border:0} @media print{td{border:2px solid blue !important}}",
    ],
)
def test_a_rule_gets_its_mark_where_what_beats_it_does_so_still(load: Loader, css: str) -> None:
    html = "<style>{}</style><table><tr><td class=t>a</td><td class=t id=i>b</td></tr></table>"
    templates = load({"mail.html": html.format(css.replace(" !important", ""))})
    compilation = compile_template(templates.templates["mail"], templates)
    assert css[css.index("@media") :] in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {}, fixture="")


@pytest.mark.parametrize(
    "further",
    [
        "td{top:1px} #i{top:2px} @media print{td:hover{top:3px} #i{top:4px}}",
        "td{top:1px} #i{top:2px} @media (max-width:9px){td{top:3px}} @media (max-width:5px){#i{top:0}}",
        "td{background:#fff} #i{background:none} @media print{td{background:#000}}",
        "td{margin:1px} #i{margin:2px} @media print{td{margin:3px}} @media screen{#i{margin:4px}}",
        "td{margin:1px} #i{margin:2px} @media print{td{margin:3px} #i{margin-top:4px}}",
        "#i{padding:1px!important} @media print{td{padding:0!important}}",  # beats the stronger one by a mark
        "@media print{#i#i{padding:1px}}",  # by its rank
        "#i{background:red} td{background:#fff} @media print{.t{background:none}}",
        "[style*='!important']{top:0}",
        "#i{padding:{{value}}}",
    ],
)
def test_no_stronger_rule_is_repeated_where_its_mark_would_change_more(
    compiled: Compile, further: str
) -> None:
    html = f"<style>td{{padding:4px}}{STRONGER}@media(max-width:480px){{.t{{padding:9px}}}}{further}</style>"
    compilation = compiled(f"{html}<table><tr><td class=t>a</td><td class=t id=i>b</td></tr></table>")
    assert "overridden-rule" in {finding.code for finding in compilation.findings}


def test_nothing_is_repeated_on_one_tag_of_which_a_parser_makes_two_elements(compiled: Compile) -> None:
    """The second, in the other paragraph, may be reached by other rules."""
    css = "b{padding:4px}@media(max-width:480px){b{padding:9px}}"
    compilation = compiled(f"<style>{css}</style><p><b style='padding:0'>x<p>y</b>")
    assert "overridden-rule" in {finding.code for finding in compilation.findings}
    assert "!important" not in compilation.compiled.html


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        # One browser takes the value and another does not: in both the rule wins, as its author has it.
        ("p{color:#00c margin:4px} p:hover{color:#0a0}", "p:hover{color:#0a0 !important}"),
        ("p{width:200} @media(max-width:9px){p{width:100px}}", "p{width:100px !important}"),
        ("p{width:20px} p{width:200} @media(max-width:9px){p{width:100px}}", "p{width:100px !important}"),
    ],
)
def test_a_rule_wins_over_a_value_that_not_every_client_takes(load: Loader, css: str, kept: str) -> None:
    templates = load({"mail.html": f"<style>{css}</style><p>x</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    assert kept in compilation.compiled.html
    assert not equivalence_findings(compilation, templates, {}, fixture="")
    assert "overridden-rule" not in {finding.code for finding in compilation.findings}


@pytest.mark.parametrize(
    "other",
    [":BLANK", "p:local-link", "::column", "p:lang('en')", "p:not(.b):open", "::-webkit-scrollbar:end"],
)
def test_a_list_with_a_selector_that_not_all_browsers_read_is_theirs_to_decide_of(
    load: Loader, other: str
) -> None:
    """Selectors Level 4, section 4.1; which know what was asked of Chromium, Firefox and WebKit."""
    templates = load(
        {"mail.html": f"<style>p {{ left: 0 }} {other}, .a {{ top: 0 }}</style><p class=a>x</p>"}
    )
    compilation = compile_template(templates.templates["mail"], templates)
    assert compilation.compiled.html.endswith(
        f'<style>\n{other}, .a {{ top: 0 }}\n</style><p class=a style="left:0">x</p>'
    )
    assert not equivalence_findings(compilation, templates, {}, fixture="")
    assert "css-syntax" not in {item.code for item in compilation.findings}


def test_a_rule_that_is_inlined_and_stays_is_no_rival_of_itself(load: Loader) -> None:
    """What it says in the attribute can be said again there: as a rule it is as strong, and says the same."""
    css = "p{padding:9px} @media print{.a{padding:1px}} .a.b,.a:hover{padding:3px}"
    templates = load({"mail.html": f"<style>{css}</style><p class=a>x</p><p class='a b'>y</p>"})
    compilation = compile_template(templates.templates["mail"], templates)
    html = compilation.compiled.html
    assert "@media print{.a{padding:1px !important}}" in html
    assert "<p class='a b' style=\"padding:3px;padding:3px !important\">" in html
    assert not equivalence_findings(compilation, templates, {}, fixture="")
    assert "overridden-rule" not in {finding.code for finding in compilation.findings}
