"""Malformed CSS: what is right of it is inlined and proven, what is broken is not taken along."""

from __future__ import annotations

from pathlib import Path

import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings
from app.core.css.measure import completion, measured, nestable, token_count
from app.core.errors import CompileError
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from tests.compiler.conftest import Compile
from tests.selection import drawn

EMPTY = TemplateSet(Path("/t"), {}, {}, {}, {})

CSS_PIECES = st.sampled_from(
    [
        *(
            "{",
            "}",
            ";",
            ":",
            "(",
            "[",
            "]",
            ")",
            "'",
            '"',
            "\\",
            "/*",
            "*/",
            "<!--",
            "-->",
            ",",
            "&",
            "\n",
            "@{",
            "p>",
        ),
        *("p", "color:red", "!important", "--x:{a:b}", "url(", ":not(", "p{a:b}c{", "@media", "@unknown;"),
        *("p{color:red}", ".a{left:0}", "#i{top:1px}", ".a .b{top:0}", "*{right:0}", "b{top:0}}", "0{top:0}"),
        *("p:hover{top:0}", "::before{content:'x'}", "p{color}", "p{color:blue;;top:0}", "p{top:0;{left:0}}"),
        *("@media print{", "@layer x{", "@supports (a:b){", "@font-face{a:b}", "@unknown x{p{top:2px}}"),
        *("@import url(x.css);", "@charset 'a';"),
    ]
)
MALFORMED = [
    "@{",  # never closed: what the compiler writes behind it belongs to it
    "p{a:b}c{@unknown;",
    "p{top:1px} p,0{top:0}",  # one bad selector voids its list
    # So does what is none by the token alone, and what stands after a pseudo-element.
    *(f"p{{top:1px}} .a,{void}{{top:0}}" for void in ("[x=1]", "b:nth-child(evn)", "b:not()", "o|b", "#2c")),
    *(
        f"p{{top:1px}} .a,{void}{{top:0}}"
        for void in ("p::after b", "b || c", "b::after.c", "b::before:hover")
    ),
    "p{top:1px} .a,b:not(.b,:foo),b:has(:foo){top:0}",
    *(f"p{{top:1px}} .a,b:nth-child({end}){{top:0}}" for end in ("2n+", "+", "n-", "-n -")),
    "p{top:1px} .a{&-b{top:0} &\\31{top:0}}",
    "p{top:1px} p,\u00a0,.a{top:0} @media print{.a\u00a0{left:0}}",  # to CSS a name
    "p{top:1px} @media-width:9px{p{top:0}} @scope\u00e9 (p){p{top:0}}",
    "p{top:1px} .a{left:calc(1px + 2px \n",  # a bracket ends with the stylesheet, before its blanks
    "p{background:url(x\n",
    "p{top:1px} .a{color:red'}\n",  # a string that its line breaks
    "p{top:1px} .a{quotes:'x' 'y'\n",
    "p{top:1px} p:not([class='\\7'])::before{content:'x'}",  # which no text of XML can hold
    "p{top:1px} @m\\65 dia print{p{top:0}} @\\6Cayer x{.a{top:0}}",
    "@namespace o url(x); p{top:1px} .a,o|b,b::-webkit-x:hover,b:is(:foo){top:0}",  # these are selectors
    "p{left:0},#i{top:0}",
    "p{color:red}&p{color:blue}",
    "p{color:red}p>{color:blue}",
    "p{color:red}:no-such{color:blue}",
    # A name that ends with "url", and "url" with an escape; what no address holds.
    *(f"i{{{name}(:')}}p:hover{{top:0}}p{{left:0}}" for name in ("aurl", "-url", "\u00e9url", "\\66 url")),
    "p{background:u\\72l(x'y);top:0}.a{background:URL(x\x01y);left:0}",
    "i{}p{top:1px}.a{top:0!impor\\74 ant;left:0!\\69mportant}p{left:1px;right:\\!important}",
    "p{top:1px}@'';@;p{left:0}",  # no name, and so no at-rule
    "p{top:1px}@l\\61yer b;@layer a{.a{top:0}}@layer b{.a{top:2px}}",
    "i{}p{top:\\ }.a{left:0}",  # a blank that is escaped
    "i{}p{\\d800:x;top:0}[class='\\dfff'],p{left:0}.\\d812{top:1px}",  # half a character
    *(f"p{{top:1px}}p{{{odd}top:0}}.a{{left{odd}:0}}" for odd in ("\x0b", "\x1c", "\x85", "\u3000")),
    "p{\\b:0;\\1:0;\\85:0}",
    "p{top:(/*",
    "p{top:1px}p:nth-child(n+1){left:(\n",
    *(f"p{{top:0;content:{end}" for end in ("x\\", "\\", "'x\\", "x('\\", "url(x\\")),
    # A mark behind what is left open; no value, but a rule, before another one.
    "i{}.b{background-image:x}p:hover{background:[",
    ".b{background-image:x}@media screen{.b{background:[",
    "p{color:d;&:hover{color:{}b{top:0",
    "p{top:1px}.a,b:-c{top:0}",
    "p{top:1px}p:nth-child(n\u00a0+1){top:0}",
    '"@supports (a:b){b{top:0}}*{right:0}\\',
    "p{top:0}url(:not(@charset 'a';)#i{top:1px}p{color:blue}",
    "p{content:'x\n;color:blue}",
    "p{background:url(a b);color:red}",
    "p{color:red);top:0}",
    "p{content:'a",
    "p{content:'a}",
    'p{content:"',
    "p{content:x(}",
    "p{content:[}",
    "p{content:\\}",
    "{}p{\\':top}",
    "p{background:url(a}",
    "i{url(a\")}p{content:'a}",
    "i{}p{content:'a</style><p hidden></p><style>p{top:0}",
    "@media print{-->#i{top:1px}}p{top:0}",
    "p{top:0}<!-- p{top:1px} p --> b{top:2px}",
]


@pytest.mark.parametrize("css", MALFORMED)
def test_what_is_right_of_malformed_css_is_proven(css: str) -> None:
    html = f"<!doctype html><style>{css}</style><p class=a id=i>x<b class=b>y</b></p>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    assert not equivalence_findings(compile_template(source, EMPTY), EMPTY, {}, fixture="")


@settings(deadline=None, derandomize=True, max_examples=drawn(150))
@given(st.lists(CSS_PIECES, max_size=9).map("".join))
def test_css_of_any_pieces_is_proven(css: str) -> None:
    test_what_is_right_of_malformed_css_is_proven(css.replace("{{", "{ {"))


@pytest.mark.parametrize(
    ("css", "style"),
    [
        # A string that ends with its line, a bad address, a bracket that closes nothing: in an attribute they
        # would take along what follows.
        ("content:'x\n;color:blue", "color:blue"),
        ("background:url(a 'b);color:red", "color:red"),
        ("color:red);top:0", "top:0"),
        ("--x:');top:0", None),
        ("top:0;content:'a", "top:0;content:'a'"),  # the end of all closes everything
        ("top:0;content:'a}", "top:0;content:'a}'"),
        ("top:0;content:x([a", "top:0;content:x([a])"),
    ],
)
def test_a_declaration_with_something_broken_is_none(css: str, style: str | None) -> None:
    html = f"<style>p{{{css}\n</style><p>x</p>" if style is None else f"<style>p{{{css}</style><p>x</p>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    compiled = compile_template(source, EMPTY).compiled.html
    assert compiled == ("<p>x</p>" if style is None else f'<p style="{style}">x</p>')


@pytest.mark.parametrize(
    "html",
    [
        "<svg><style>.a &gt; .b{top:0}</style><g class=a><text class=b>x</text></g></svg>",
        "<svg><style>.a > .b{top:0}</style><g class=a><text class=b>x</text></g></svg>",
        "<svg><style>.a{content:'&lt;' }</style><!-- --><text class=a>x</text></svg>",
        "<svg><style><!-- .a{top:0} --></style><text class=a>x</text></svg>",
        "<style>.a{top:0}</style><svg><![CDATA[><p class=a>]]></svg><p class=a>x</p>",
        "<style>.a{content:'-->'}</style><!--[if mso]><p class=a>x</p><![endif]-->",
        "<style>.a{content:'--!>'}</style><!--[if mso]><p class=a>x</p><![endif]-->",
        "<style>.a{top:0}</style b='>'><p class=a>x</p c=\">\">",
    ],
)
def test_what_ends_elsewhere_than_it_seems_is_proven(html: str) -> None:
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    assert not equivalence_findings(compile_template(source, EMPTY), EMPTY, {}, fixture="")


@pytest.mark.parametrize("css", [".a{</b}", "<b>", "<!-- .a{}", "<![CDATA[.a{}"])
def test_markup_in_the_style_of_a_drawing_is_one_clear_error(css: str) -> None:
    html = f"<svg><style>{css}</style><text class=a>x</text></svg>"
    source = TemplateSource("mail", SourceFile(Path("/t/mail.html"), "mail.html", html), None, None, {})
    with pytest.raises(CompileError, match="In a drawing '<' begins a tag"):
        compile_template(source, EMPTY)


# To CSS "@url(" is a word of an at-rule and a bracket, no address.
@pytest.mark.parametrize(
    "css",
    [
        *("@,a", "@", "<!--a@media", "<!--@<!--@ x", "p{}@ {", "}@media{}-->a"),
        *("@url(", "@url(a'b", "@url(a[b", "@url(/*a", "#url(a'b", "i{b:@url(a[", "@\\75rl(a'b"),
    ],
)
def test_what_follows_a_whole_stylesheet_is_a_rule_of_its_own(css: str) -> None:
    *_, last = tinycss2.parse_stylesheet(f"{css}{completion(css)}z{{top:0}}")
    assert (last.type, tinycss2.serialize(getattr(last, "prelude", []))) == ("qualified-rule", "z")
    nested = nestable(css)
    inside, behind = tinycss2.parse_stylesheet(f"@media all{{{nested}{completion(nested)}}}z{{top:0}}")
    assert (inside.type, behind.type, len(nested)) == ("at-rule", "qualified-rule", len(css))


@pytest.mark.parametrize(
    ("css", "nested"),
    [
        (".ü{font-family:é;top:0}z{top:0}", ".ü{font-family:é;top:0}z{top:0}"),
        (".a{top:calc(1px)}}z{top:0}", ".a{top:calc(1px)})z{top:0}"),
    ],
)
def test_a_brace_is_put_out_of_the_way_where_it_closes_nothing(css: str, nested: str) -> None:
    assert nestable(css) == nested


@pytest.mark.parametrize(
    ("css", "rules", "selectors"),
    [
        (".a,.b{}", 1, 2),
        ("p{} .a,.b{top:0; .c,.d{}}", 3, 1 + 2 + 4),
        ("/* , */ .a,.b{.c,.d{}}", 2, 2 + 4),
        ("@media print,screen{.a,.b{.c,.d{}}}", 3, 2 + 2 + 4),
    ],
)
def test_a_nested_rule_counts_once_for_each_selector_around_it(css: str, rules: int, selectors: int) -> None:
    size = measured(css, 32)
    assert (size.rules, size.selectors) == (rules, selectors)


def test_a_string_an_address_and_a_comment_count_as_one_word() -> None:
    assert token_count("a b, 'c d' url(e f)/* g h */") == 6


@pytest.mark.parametrize(
    ("style", "is_told"),
    [
        ("color:red;{{v}}", False),  # whole declarations, as far as anybody knows
        ("color:red;{{v}} x", False),
        ("{{v}}x;color:red", False),
        ("color:red;x {{v}}", True),
        ("x{{v}};color:red", True),
        ("co\0lor:red", False),  # it reaches the mail as it is written: validation.characters tells of it
    ],
)
def test_what_is_no_declaration_is_told_unless_data_may_make_it_one(
    compiled: Compile, style: str, is_told: bool
) -> None:
    findings = compiled(f"<p style='{style}'>x</p>").findings
    assert ("css-syntax" in {finding.code for finding in findings}) is is_told
