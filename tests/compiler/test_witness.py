"""What the proof's own reader makes of a document: names, layers, comments, stylesheets of other kinds."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest

from app.core.compiler.compilation import compile_template
from app.core.compiler.equivalence import equivalence_findings, first_difference
from app.core.css.data import PROPERTIES
from app.core.css.values import is_valid
from app.core.proof.refused import is_refused
from app.core.proof.witness import look
from tests.compiler.conftest import Loader
from tests.compiler.test_equivalence import EMPTY, compile_text


def differ(left: str, right: str) -> str:
    """How two documents differ, "" when they do not."""
    found = first_difference(look(left), look(right))
    return found.message if found else ""


@pytest.mark.parametrize("css", ["P{COLOR:red;Margin:0}", "p{color:red;MARGIN-TOP:1px!IMPORTANT}"])
def test_properties_are_the_same_in_any_case(css: str) -> None:
    assert not equivalence_findings(compile_text(f"<style>{css}</style><p>x</p>"), EMPTY, {}, fixture="")


def test_an_authors_own_property_is_another_in_another_case() -> None:
    assert not differ('<p style="--A:1;--a:2">', '<p style="--a:2;--A:1">')
    assert differ('<p style="--A:1">', '<p style="--a:1">')
    assert differ('<p style="--A:1;--a:2">', '<p style="--A:2;--a:2">')


def test_what_stands_in_braces_of_an_own_property_is_no_rule() -> None:
    for css in ("p{--x:{a:b};color:red}", "p{--x:{a:b}{c:d};color:red}"):
        assert not differ(f"<style>{css}</style><p>x</p>", f"<style>{css}</style><p>x</p>")
        assert not equivalence_findings(compile_text(f"<style>{css}</style><p>x"), EMPTY, {}, fixture="")
        assert differ(f"<style>{css}</style><p>x</p>", f"<style>{css.replace('red', 'blue')}</style><p>x</p>")


@pytest.mark.parametrize("code", ["0", "d7ff", "d800", "dfff", "e000", "10ffff", "110000"])
def test_a_name_may_hold_any_escape(code: str) -> None:
    """One of a code that is no character stands for U+FFFD (CSS Syntax Level 3, section 4.3.7)."""
    number = int(code, 16)
    is_none = not number or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF
    name = "\N{REPLACEMENT CHARACTER}" if is_none else chr(number)
    css = rf".a\{code} b{{color:red}} i.a\{code} b:hover{{top:0}}"
    page = f"<style>{css}</style><i class='a{name}b'>x</i>"
    assert not equivalence_findings(compile_text(page), EMPTY, {}, fixture="")
    assert not differ(
        f"<style>{css}</style><i class='a{name}b'>x</i>",
        f"<style>.a{name}b{{color:red}} i.a{name}b:hover{{top:0}}</style><i class='a{name}b'>x</i>",
    )


@pytest.mark.parametrize(
    ("css", "body"),
    [
        (".c[title='a b'] p{color:red}", "<div class=c title='a b'><p>x</p></div>"),
        (".c[title=a\\20 b]{color:red}", "<p class=c title='a b'>x</p>"),
        ("@scope (.c[title='a b']){p{color:red}}", "<div class=c title='a b'><p>x</p></div>"),
    ],
)
def test_a_blank_in_an_attributes_value_is_none_in_the_class_before_it(css: str, body: str) -> None:
    """Such a class is none, and with it all rules of such selectors were passed over: nobody saw one lost."""
    assert differ(f"<style>{css}</style>{body}", f"<style></style>{body}")


@pytest.mark.parametrize(
    ("statement", "css", "winner"),
    [
        ("", "@layer a{p{color:red}} @layer c{@layer d{p{color:blue}}}", "blue"),
        ("", "@layer c{@layer d{p{color:blue}}} @layer a{p{color:red}}", "red"),
        ("", "@layer a{@layer b{p{color:blue}}} @layer a{p{color:red}}", "red"),
        ("@layer a,c;", "@layer c.d{p{color:blue}} @layer a.b{p{color:red}}", "blue"),
        ("@layer a,c.d;", "@layer c.d{p{color:blue!important}} @layer a{p{color:red!important}}", "red"),
    ],
)
def test_layers_come_as_they_first_appear(statement: str, css: str, winner: str) -> None:
    mark = "!important" * ("!" in css)
    alone = f"@layer x{{p{{color:{winner}{mark}}}}}"
    assert not differ(*(f"<style>{statement}{each}</style><p>x</p>" for each in (css, alone)))


def test_a_stylesheet_of_another_kind_hides_none_that_follows() -> None:
    other, own = "<style type='text/x-other'>p{color:red}</style>", "<style>p{color:blue}</style>"
    assert not differ(f"{other}{own}<p>x</p>", "<p style='color:blue'>x</p>")
    assert not differ(f"{other}<p>x</p>", "<p>x</p>")


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ("<p><!--a-->", "<p><!--b-->", "comment reads 'a' instead of 'b'"),
        ("<!doctype htm><p>", "<!doctype html><p>", "doctype reads 'htm' instead of 'html'"),
    ],
)
def test_a_difference_is_told_in_the_words_that_stand_there(left: str, right: str, message: str) -> None:
    assert differ(left, right) == message


def test_each_class_that_may_stay_is_looked_at_alone(load: Loader) -> None:
    """One that nothing refers to may stay, beside others that stay, where a third goes."""
    html = "<!DOCTYPE html><html><body><p class='gmail_a x {{a}} c'>x</p></body></html>"
    templates = load({"settings.toml": "[compiler]\nremove_unused = true\n", "mail.html": html})
    compilation = compile_template(templates.templates["mail"], templates)
    assert not equivalence_findings(compilation, templates, {"a": "b"}, fixture="")
    for written, same in (
        ("'gmail_a b'", True),
        ("'b'", True),
        ("'gmail_a x'", True),
        ("'b gmail_a'", False),
    ):
        other = replace(
            compilation.compiled, html=f"<!DOCTYPE html><html><body><p class={written}>x</p></body></html>"
        )
        found = equivalence_findings(replace(compilation, compiled=other), templates, {"a": "b"}, fixture="")
        assert (not found) is same


@pytest.mark.parametrize(
    ("selector", "is_read"),
    [
        ("p:not(:foo)", False),
        ("p:not(.b, :foo)", False),
        ("p:not(.b:not(:foo))", False),
        ("p:not()", False),
        ("p:not(:hover)", True),
        ("p:is(:foo, .a)", True),  # which forgives
        ("p:not(:is(:foo, .b))", True),
        (r"p.\:not, p", True),
    ],
)
def test_a_list_that_forgives_nothing_makes_no_rule_with_what_nobody_knows(
    selector: str, is_read: bool
) -> None:
    page = f"<style>p{{margin:2px}} {selector}{{color:red}}</style><p class=a>x</p>"
    compilation = compile_text(page)
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    assert bool(differ(page, "<p class=a style='margin:2px'>x</p>")) is is_read


@pytest.mark.parametrize(
    ("left", "right"),
    [
        # What is text to every client.
        ("<xmp>a</xmp>", "<xmp>b</xmp>"),
        ("<p>x<plaintext>a", "<p>x<plaintext>b"),
        # What a rule asks of style attributes is asked of what stands there.
        *(
            (
                f"<style>[style*='top:']{{color:red}}</style><p style='{one}'>",
                f"<style>[style*='top:']{{color:red}}</style><p style='{other}'>",
            )
            for one, other in (("top:0", "TOP:0"), ("top:0", "top :0"))
        ),
        # What a comment says, were it of styles.
        ("<!-- <p style='top:0'> -->", "<!-- <p style='top:1px'> -->"),
        # Where a stylesheet stands that the page shows.
        (
            "<p>x</p><style style='display:block'>b{top:0}</style><i>y</i>",
            "<p>x</p><i>y</i><style style='display:block'>b{top:0}</style>",
        ),
        # At-rules that one of them lacks, whichever it is.
        ("<style>@font-face{font-family:a}</style><p>x</p>", "<p>x</p>"),
        ("<p>x</p>", "<style>@font-face{font-family:a}</style><p>x</p>"),
        # Styles beside what no client shows.
        ("<template>a</template><p style='color:red'>", "<template>a</template><p style='color:blue'>"),
    ],
)
def test_a_difference_is_seen(left: str, right: str) -> None:
    assert not differ(left, left)
    assert differ(left, right)


@pytest.mark.parametrize(
    ("before", "around"),
    [
        ("", "<div hidden><p>x</p>{}</div>"),
        ("", "<div hidden><p>x<b>y</b></p><i>z</i>{}</div>"),
        ("<style>i{left:0}</style>", "<div>{}</div>"),
        ("<style>i{left:0}</style><style>u{top:0}</style>", "<div><p>x</p>{}</div>"),
    ],
)
def test_stylesheets_that_are_shown_are_counted_among_those_that_are_not(before: str, around: str) -> None:
    style = "<style style='display:block'>/* b */ b{top:0} i:hover{top:0}</style>"
    compilation = compile_text(f"{before}<p>x</p>{around.format(style)}<b>y</b><i>z</i>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")


def test_a_lost_fallback_is_seen_in_what_outlook_alone_reads() -> None:
    css = ".g{width:1px;width:calc(1px + 2px)} @media (max-width:9px){.g{top:0!important}}"
    compilation = compile_text(
        f"<style>{css}</style><!--[if mso]><p class=g>x</p><![endif]--><p class=g>y</p>"
    )
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    lost = compilation.compiled.html.replace("width:1px;", "", 1)
    assert lost.index("width:1px") > lost.index("<![endif]-->")
    broken = replace(compilation, compiled=replace(compilation.compiled, html=lost))
    (finding,) = equivalence_findings(broken, EMPTY, {}, fixture="")
    assert finding.code == "not-equivalent"


@pytest.mark.parametrize(
    "style",
    ["color:", "font-family:'\n;", "color: red !foo", "color: red ! important !important", "--x: a !b"],
)
def test_what_is_no_declaration_says_nothing(style: str) -> None:
    assert not differ(f'<p style="{style}">x</p>', "<p>x</p>")


def test_noscript_is_markup_in_any_case_and_over_lines() -> None:
    page = "<STYLE>p{{top:{}}}</STYLE><NoScript\n><P CLASS=w>x</P><!-- a\n<noscript> --></NOSCRIPT><p>y</p>"
    assert not equivalence_findings(compile_text(page.format(0)), EMPTY, {}, fixture="")
    inlined = (
        "<noscript><p class=w style='top:{}'>x</p><!-- a\n<noscript> --></noscript><p style='top:0'>y</p>"
    )
    assert not differ(page.format(0), inlined.format(0))
    assert differ(page.format(0), inlined.format("1px"))


def test_a_block_in_the_brackets_of_a_value_is_no_rule() -> None:
    page = "<style>p{{x:(a;b{{c:d}});color:{}}} p:hover{{top:0}}</style><p>x <b>y</b></p>"
    assert not equivalence_findings(compile_text(page.format("red")), EMPTY, {}, fixture="")
    assert differ(page.format("red"), page.format("blue"))


@pytest.mark.parametrize("other", ["p::-moz-x", "p:blank", "p:lang('en')"])
def test_a_list_with_what_some_browsers_know_is_a_rule_for_these(other: str) -> None:
    page = f"<style>p, {other} {{ color: red }}</style>"
    compilation = compile_text(f"{page}<p>x</p>")
    assert not equivalence_findings(compilation, EMPTY, {}, fixture="")
    assert differ(f"{page}<p style='color:red'>x</p>", f"{page}<p>x</p>")


WRONGLY_READ = [
    # MathML in which HTML may stand, and which html5ever closes before that.
    *(
        f"<style>.a{{color:red}}math p,annotation-xml > p{{top:0}}</style><math>{inner}</math><p class=a>y"
        for inner in (
            "<annotation-xml encoding='text/html'><p class=a>x</p></annotation-xml>",
            "<semantics><annotation-xml\nENCODING=Application/xhtml+xml><div><p>x</div></annotation-xml></semantics>",
            "<annotation-xml encoding='text/x'><p class=a>x</p></annotation-xml>",
            "<annotation-xml><svg><foreignObject><p>x</p></foreignObject></svg></annotation-xml>",
        )
    ),
    # Word knows no revert-layer, whoever says it.
    *(
        f"<style>{css}</style><!--[if mso]><div class=a style='left:0;top:revert-layer'>x</div><![endif]-->y"
        for css in (
            ".a{top:revert-layer}div{top:1px}",
            "div{top:1px!important}.a{top:revert-layer!important}div:hover{top:2px}",
            "div{all:revert-layer}.a{color:red}",
            "div{color:red}",
        )
    ),
    "<style>i{top:1px}</style><!--[if mso]><style>.a{top:revert-layer}</style><i class=a>x</i><![endif]-->",
    # Words end the head, so that what follows them is no part of it.
    *(
        f"{begins}<style>body{{background:red}}p{{top:0}}</style>{rest}"
        for begins in ("<<<noscript>noscript>doctype html>", "x<noscript>", "<noscript>x", "<noscript></p>")
        for rest in ("<body bgcolor=red><p>x", "<p>x</noscript><p>y")
    ),
    "<head><template>x<p></template><noscript><style>p{top:0}</style></noscript></head><p>y",
]


@pytest.mark.parametrize("doctype", ["<!doctype html>", ""])
@pytest.mark.parametrize("html", WRONGLY_READ)
def test_what_html5ever_or_word_reads_otherwise_is_proven(html: str, doctype: str) -> None:
    assert not equivalence_findings(compile_text(doctype + html), EMPTY, {}, fixture="")


def test_a_rule_lost_where_html5ever_reads_otherwise_is_seen() -> None:
    html = "<math><annotation-xml encoding=text/html><p{}>x</p></annotation-xml></math>"
    css = "<style>annotation-xml p{top:0}</style>"
    assert not differ(html.format(" style='top:0'"), css + html.format(""))
    assert differ(html.format(""), css + html.format(""))


@pytest.mark.parametrize(
    "refused",
    [
        *("color:colour", "color:#gg0", "width:80", "display:grdi", "font-weight:regular", "margin:auto 3"),
        # Known words in a wrong order, one of them once too often, numbers out of bounds.
        *("border:1px dashed solid", "font:Arial 12px", "list-style:square circle", "padding:-1px"),
        *("text-decoration:underline underline", "margin:0 0 0 0 0", "flex:1 1 1 1", "background:red blue"),
    ],
)
def test_what_stands_before_a_refused_value_is_asked_for(refused: str) -> None:
    """Which a browser takes, who skips the other: it must not be lost."""
    name = refused.partition(":")[0]
    mail = f"<p style='{{}}{refused}'>x</p>"
    assert differ(mail.format(""), mail.format(f"{name}:inherit;"))
    source = f"<!doctype html><style>p{{{name}:inherit}} .a{{{refused}}}</style><p class=a>x</p>"
    assert not equivalence_findings(compile_text(source), EMPTY, {}, fixture="")


def test_the_proof_and_the_compiler_refuse_the_same_plain_values() -> None:
    """Read from the same data, by two readers."""
    draw = Random(1)
    words = (
        "red nope #gg0 #fff 5 0 -1 1px 2% 1.5 auto none solid bold regular grid inherit 3d 1s / span ease ,"
    )
    for name, syntax in PROPERTIES.items():
        own = re.findall(r"(?<![<'\w-])[a-z][\w-]+(?![\w(>'-])", syntax) or words.split()
        for _ in range(8):
            drawn = draw.choices(words.split(), k=draw.choice([0, 1, 2, 3]))
            value = " ".join(draw.sample([*drawn, draw.choice(own)], k=len(drawn) + 1))
            assert is_refused(name, value) == (is_valid(name, value) is False), (name, value)


def test_a_difference_is_placed_at_its_element_and_not_at_the_blanks_before_that() -> None:
    compilation = compile_text("<style>p{top:0}</style><div>\n  <p>x</p></div>")
    lost = replace(compilation.compiled, html=compilation.compiled.html.replace("top:0", "top:1px"))
    (finding,) = equivalence_findings(replace(compilation, compiled=lost), EMPTY, {}, fixture="")
    assert (finding.location.line, finding.location.column) == (2, 3)


@pytest.mark.parametrize(
    "html",
    [
        "<style>p{color:red}</style><p>x<table><p>y",
        "<style>p{color:red} p+table b{left:0}</style><p>x<table><tr><p>y</p><td><b>z</b></table><p>w",
        '<!doctype html public "-//W3C//DTD HTML 3.2//EN"><style>p{color:red}</style><p>x<table><p>y<i>z</i>',
    ],
)
def test_what_no_markup_can_say_of_a_document_of_old_is_no_difference(html: str) -> None:
    """There a table may stand in a paragraph, and one that begins in that table goes into the first."""
    found = compile_text(html)
    assert "color:red" in found.compiled.html
    assert not equivalence_findings(found, EMPTY, {}, fixture="")
    lost = found.compiled.html.replace("color:red", "color:blue", 1)
    changed = replace(found, compiled=replace(found.compiled, html=lost))
    assert equivalence_findings(changed, EMPTY, {}, fixture="")
