"""Names: written with escapes, in other letters, with a comment beside them, of no namespace, or of SVG."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import cssselect
import pytest
import tinycss2

from app.core.compiler.compilation import Compilation
from app.core.compiler.equivalence import equivalence_findings
from app.core.css.compounds import class_names, may_lead_through, may_match
from app.core.css.nesting import Around
from app.core.css.selectors import parse_selectors
from app.core.errors import CompileError
from app.core.html.selecting import parsed_selectors
from tests.compiler.test_equivalence import EMPTY, compile_text

# What stylesheets of utilities call their classes (Tailwind, Maizzle), and what else a name can hold.
NAMES = {
    r".text-\[\#0f172a\]": "text-[#0f172a]",
    r".sm\:2col": "sm:2col",
    r".sm\:\31 0": "sm:10",
    r".w-\[calc\(1px\)\]": "w-[calc(1px)]",
    r".w-1\/2": "w-1/2",
    r".mt-1\.5": "mt-1.5",
    r".\31 0": "10",
    r".\31 0.x": "10 x",
    r"#\31 23": "123",
    r".a\>": "a>",
    r".a\+": "a+",
    r".a\:": "a:",
    r".a\[data-x\]": "a[data-x]",
    r".a\,b": "a,b",
    r".a\{b\}": "a{b}",
    r".a\'b": "a'b",
    r".a\*": "a*",
    r".-\!mt-1": "-!mt-1",
    r".\@x": "@x",
    r".a\\b": r"a\b",
    r".a\5c 1": r"a\1",
    r".a\\\5C c": r"a\\c",
    ".a\N{NO-BREAK SPACE}b": "a\N{NO-BREAK SPACE}b",
    r".a\&b": "a&b",
    r".x\2d\2d\3e b": "x-->b",
    r".sm\:x\:hover:\68 over": "sm:x:hover",
    r"[class~='sm\:x']:hover": "sm:x",
    ".\N{PERSON BOWING DEEPLY}": "\N{PERSON BOWING DEEPLY}",
}


@pytest.mark.parametrize("selector", NAMES)
@pytest.mark.parametrize(
    "form", ["{}:hover{{color:blue}}", "@media print{{{}{{color:blue}}}}", "div{{& {}{{color:blue}}}}"]
)
def test_a_name_with_escapes_wins_where_it_did_and_the_proof_sees_it(selector: str, form: str) -> None:
    compilation = _with_name(selector, form)
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    assert "color:blue !important" in compilation.compiled.html
    assert _is_refused_without(compilation, " !important"), "and a wrong one is seen"


@pytest.mark.parametrize("selector", [each for each in NAMES if ":hover" not in each])
@pytest.mark.parametrize(
    "form",
    ["{}{{color:blue}}", "div > {}{{color:blue}}", ":not(b){}{{color:blue}}", "{}:first-child{{color:blue}}"],
)
def test_a_rule_for_a_name_with_escapes_is_inlined(selector: str, form: str) -> None:
    compilation = _with_name(selector, form)
    assert ' style="color:blue"' in compilation.compiled.html
    assert "<style>" not in compilation.compiled.html
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    assert _is_refused_without(compilation, ' style="color:blue"'), "and a wrong one is seen"


def _with_name(selector: str, form: str) -> Compilation:
    name = "id" if selector.startswith("#") else "class"
    css = f"p{{color:red}} {form.format(selector)}"
    return compile_text(f'<style>{css}</style><div><p {name}="{escape(NAMES[selector])}">x</p></div>')


def _is_refused_without(compilation: Compilation, part: str) -> bool:
    wrong = compilation.compiled.html.replace(part, "")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=wrong))
    return bool(equivalence_findings(broken, EMPTY, {}, fixture=""))


@pytest.mark.parametrize("selector", [r".a\1 b", "[class~='a\\1 b']"])
def test_a_name_that_the_matcher_cannot_hold_stays(selector: str) -> None:
    compilation = compile_text(f"<style>p{{color:red}} {selector}{{color:blue}}</style><p class=ab>x</p>")
    assert f"{selector}{{color:blue}}" in compilation.compiled.html
    assert 'style="color:red"' in compilation.compiled.html
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


def test_data_may_not_decide_of_a_name_with_escapes() -> None:
    style = r"<style>.sm\:w-full{color:red}</style>"
    for body in (
        '<p class="sm:{{size}}">x</p>',
        '<!--[if mso]><p class="sm:{{size}}">x</p><![endif]-->',
        '<!--[if mso]><p class="{{size}}">x</p><![endif]-->',
    ):
        with pytest.raises(CompileError, match=r"\.sm:w-full"):
            compile_text(style + body)


def test_a_rule_for_a_name_with_escapes_reaches_into_outlooks_comments() -> None:
    css = r".sm\:x{color:red} .w-1\/2 > p{color:blue}"
    comment = '<!--[if mso]><p class="sm:x">x</p><div class="w-1/2"><![endif]--><p>y</p>'
    comment += "<!--[if mso]></div><![endif]-->"
    compiled = compile_text(f"<style>{css}</style>{comment}").compiled.html
    assert '<p class="sm:x" style="color:red">' in compiled
    assert r".w-1\/2 > p{color:blue}" in compiled, "it reaches an element of everybody's by one of Outlook's"


def test_a_name_with_escapes_leaves_the_rest_of_its_list_alone() -> None:
    compiled = compile_text(r"<style>.a, .sm\:-mt-2{color:red}</style><p class=a>x</p>").compiled.html
    assert compiled == '<p class=a style="color:red">x</p>'


def test_a_selector_that_leaves_no_character_to_stand_for_a_backslash_is_one_that_cannot_be_read() -> None:
    with pytest.raises(cssselect.SelectorError):
        parsed_selectors(f".{''.join(map(chr, range(0x10F000, 0x10FFFE)))}\\\\")


@pytest.mark.parametrize("character", [chr(code) for code in (0x0B, 0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0xA0)])
def test_only_the_blanks_of_html_part_two_classes(character: str) -> None:
    assert class_names(f"\fa{character}b\t\r\nc ") == [f"a{character}b", "c"]


@pytest.mark.parametrize(
    "written", [r".a\\b", r".a\5c b", r".a\5C  b", r"[class='a\\b']", r".a\\1", r".a\\\\"]
)
def test_a_backslash_in_a_name_is_read_and_written_alike(written: str) -> None:
    (once,) = parsed_selectors(written)
    (again,) = parsed_selectors(once.canonical())
    assert "\\" in once.canonical()
    assert repr(again.parsed_tree) == repr(once.parsed_tree)


@pytest.mark.parametrize(
    ("css", "body", "inlined"),
    [
        # A comment is no blank, and parts two names.
        (".c/**/.d{top:0}", "<p class='c d'>x</p>", True),
        (".c/**/.d{top:0}", "<div class=c><p class=d>x</p></div>", False),
        (".c/**/ .d{top:0}", "<div class=c><p class=d>x</p></div>", True),
        (".c/**/p{top:0}", "<div class=c><p>x</p></div>", False),
        ("div/**/>/**/p/**/:not(/**/.a/**/){top:0}", "<div><p>x</p></div>", True),
        # A property's name may have escapes as well.
        (r"p{t\6fp:0} p{le\66 t:1px;\74 op:0}", "<p>x</p>", True),
        (r"p{t\op:0}", "<p>x</p>", True),
        # No class holds a blank.
        (r".a\ b{top:0}", "<p class='a b'>x</p>", False),
        (r":not(.a\ b){top:0}", "<p class='a b'>x</p>", True),
        (r"#a\ b{top:0}", "<p id='a b'>x</p>", True),
        # Of no namespace is no element of HTML.
        ("|p{top:0}", "<p>x</p>", False),
        ("*|p{top:0}", "<p>x</p>", False),
        # What only Firefox knows it is to read by itself.
        ("[align='left' s]{top:0}", "<p align=left>x</p>", False),
        ("p, [align='left' s]{top:0}", "<p align=left>x</p>", False),
        ("[align='left' i]{top:0}", "<p align=LEFT>x</p>", True),
        # Names in SVG have capitals, those in HTML none.
        ("foreignObject p{top:0}", "<svg><foreignObject><p>x</p></foreignObject></svg>", True),
        ("P{top:0} DIV > p{top:0}", "<div><P>x</P></div>", True),
    ],
)
def test_which_rules_are_inlined(css: str, body: str, inlined: bool) -> None:
    compilation = compile_text(f"<!doctype html><style>{css}</style>{body}")
    assert ("top:0" in compilation.compiled.html.lower().partition("<p")[2]) is inlined
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


@pytest.mark.parametrize(
    ("doctype", "told"),
    [
        ("", [".A", "#Q", ".E"]),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">', [".A", "#Q", ".E"]),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">', [".A", "#Q", ".E"]),
        ("<!doctype html>", []),
        (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">',
            [],
        ),
        (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
            [],
        ),
    ],
)
def test_names_in_other_letters_are_told_of_where_browsers_take_them_for_one(
    doctype: str, told: list[str]
) -> None:
    css = ".A{top:0} .A b{left:0} #Q{top:1px} .b, .None{top:0} @media print{.E:hover{top:0}}"
    compilation = compile_text(
        f'{doctype}<style>{css}</style><p class="a b" id=q>x <b class="&#101;">y</b></p>'
    )
    found = [item for item in compilation.findings if item.code == "name-case"]
    assert [item.message.split()[4].rstrip(",") for item in found] == told


@pytest.mark.parametrize(
    ("around", "within", "reach", "exact"),
    [
        (".a .b", "&.c", ".a .b.c", ".a .b.c"),
        (".a > .b", ".c", ".a > .b .c", ".a > .b .c"),
        (".a .b:hover", "& > .c", ".a .b > .c", ".a .b:hover > .c"),
        ("[data-x] .b", "&.c", "* .b.c", "[data-x] .b.c"),
        (".a .b", ".c &", ".c *", ""),  # the parent is at the end, and its own parents anywhere
        ("*", "&.c", ".c", ":is(*).c"),
    ],
)
def test_what_a_rule_within_another_may_match_and_what_it_does(
    around: str, within: str, reach: str, exact: str
) -> None:
    parents = parse_selectors(tinycss2.parse_component_value_list(around))
    prelude = tinycss2.parse_component_value_list(within)
    (selector,) = Around().within(parents).selectors(prelude)
    assert (selector.reach, selector.exact) == (reach, exact)


def test_what_a_selector_asks_of_its_element_and_of_those_around() -> None:
    """Told from the text: what it asks of others is nothing that its element has to be."""
    nobody = frozenset[str]()
    for selector in ("div .b", ".a > .b", ".a:not(p .c) ~ p.b", "[title='> .a'] .b"):
        assert may_match(selector, {"p"}, {"b"})
        assert not may_match(selector, {"p"}, {"a", "c"})
        assert may_lead_through(selector, {"div"}, {"a"})
        assert not may_lead_through(selector, nobody, {"b"})
    assert may_lead_through("* > .b", {"p"}, nobody)
    assert not may_lead_through(".a > p.b", {"p"}, nobody)
