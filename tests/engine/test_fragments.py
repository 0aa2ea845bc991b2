"""Markup that data bring along stands in a text part as the words that a reader of the HTML sees.

Chromium's word on the same, with a whole mail around it, is in ``tests/corpus/text``.
"""

from __future__ import annotations

import html
import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbws_templates import Mode, Template
from tests.engine.test_functions import agree

CASES = [
    ("<p>Hello <b>Ada</b>,</p>\n<p>welcome.</p>", "\nHello Ada,\n\nwelcome.\n"),
    ("one<br>two<br/>three<br><br><br>four", "one\ntwo\nthree\n\nfour"),
    ("<div>a</div><div>b</div>", "\na\nb\n"),
    ("  a <i>b</i>c  ", " a bc "),
    ("Fish &amp; chips&nbsp;&copy 2026 &#8364;5", "Fish & chips © 2026 €5"),
    ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
    ("a<!-- b -->c<!-->d<!--->e<!-- f", "acde"),
    ("<![if !mso]>a<![endif]></ b>c<?xml d?>", "ac"),
    ("a<style>b{}</style><script>'<p>c'</script><title>d</title>e<style>f", "ae"),
    ("<head><meta name=a></head>b<template>c</template>", "b"),
    ("<p title='>'>a</p><p title=\"'>\">b", "\na\n\nb"),
    ('a <b c"d>e</b>', "a e"),
    ("a<b c", "a"),
    ("<ul><li>a<li>b<ol start=7><li>c</ol></ul>d", "\n- a\n- b\n  7. c\n\nd"),
    ("<pre>a\n  b</pre>", "\na\n  b\n"),
    ("<table><tr><td>a</td><td>b</td></tr></table>", "\na\nb\n"),
    ("<s>R 20</s> R 10, <del>a <s>b</s></del>", "~~R 20~~ R 10, ~~a b~~"),
    ("<img alt='a &amp; b'>c<img alt=d width=1><img alt=e role=presentation>", " a & b c "),
    ("<a href='https://a.example/?b=1&amp;c=2&copy=3'>d</a>.", "d: https://a.example/?b=1&c=2&copy=3 ."),
    ("<a href='https://www.a.example/'>a.example</a>", "https://www.a.example/ "),
    ("<a href='mailto:a@b.example?subject=c'>write</a>", "write: a@b.example "),
    ("<a href='https://a.example'><img alt></a>", " https://a.example "),
    ("<a href='https://a.example'></a><a href='#b'>c</a><a href='JavaScript:d'>e</a>", "ce"),
    # As in the text part of a template: no tab, no line end and no blank, at which programs end a link.
    ("<a href=' https://a.example/b c\td\r\n.pdf '>e</a>", "e: https://a.example/b%20cd.pdf "),
    (
        "<a href='https://a.example/b c'>a.example/b c</a><a href='tel:1 2'>d</a>",
        "https://a.example/b%20c d: 1 2 ",
    ),
    ("<a href='https://a.example' href='https://b.example'>b</a>", "b: https://a.example "),
    ("<ol start=4><li>a<li>b</ol>", "\n4. a\n5. b\n"),
    ("a<img hidden alt='b'>c<wbr style='display: none'>d", "acd"),
    ("<a href=x>b<a href=y>c", "b: x c: y "),
    ("<p hidden>a</p><div style='top: 0; DISPLAY : none !important'>b<div>c</div>d</div>e", "e"),
    ("<i style='visibility:hidden'>a</i><i style='font-size:0px'>b</i><i style='opacity: 0.5'>c</i>", "c"),
    ("<div style='max-height:0;overflow:hidden'>a</div><div style='max-height:0'>b</div>", "\nb\n"),
    ("in\u200bvi\u00adsible<b>\u034f</b>", "invisible"),
    ("https://a.example/?b=1&copy=2&amp;c=3", "https://a.example/?b=1&copy=2&c=3"),
    # What is struck out from within a link ends in it, and begins again behind it.
    ("<a href='https://a.example'>a.<s>example</a></s>", "a.~~example~~: https://a.example "),
    ("<a href='https://a.example'>--><s>", "-->: https://a.example "),
    ("<a href='https://a.example'>a.<s>example</a> b</s>", "a.~~example~~: https://a.example ~~b~~"),
    ("<p><a href='https://a.example'>b <del></a>R 20</del></p>", "\nb: https://a.example ~~R 20~~\n"),
    ("<s><a href='https://a.example'>a.example</a></s>b", "~~https://a.example ~~ b"),
    ("<s>a <a href='https://a.example'>b</a></s>c", "~~a b: https://a.example ~~ c"),
    ("<s><a href='https://a.example'><img alt></a></s>", " ~~https://a.example ~~ "),
]


@pytest.mark.parametrize(("fragment", "text"), CASES)
def test_the_text_of_a_fragment(fragment: str, text: str) -> None:
    for tag in ("{{{v}}}", "{{&v}}"):
        assert Template.parse(tag).render({"v": fragment}, mode=Mode.TEXT) == text


def test_words_are_as_they_are() -> None:
    """They are no markup where the template does not say so."""
    value = "<b>a</b> &amp; <!-- c"
    assert Template.parse("{{v}}").render({"v": value}, mode=Mode.TEXT) == value


MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<br>", "<div>", "</div>", "<ul>", "<li>", "</ul>", "<i x='>'>"]
    )
    | st.sampled_from(
        [" ", "\n", "&amp;", "&lt;b&gt;", "<!-- x -->", "<s>", "</s>", "<td>", "<tr>", "<style>p{}</style>"]
    )
    | st.from_regex(r"\A[a-z]{3}[0-9]\Z"),
    max_size=14,
).map("".join)


@given(MARKUP)
def test_every_word_stands_there_once_and_in_order(fragment: str) -> None:
    tree = html5lib.parseFragment(fragment, namespaceHTMLElements=False)
    for style in list(tree.iter("style")):
        style.text = ""
    told = re.findall("[a-z]{3}[0-9]", "".join(tree.itertext()))
    text = Template.parse("{{{v}}}").render({"v": fragment}, mode=Mode.TEXT)
    assert re.findall("[a-z]{3}[0-9]", text) == told
    assert not re.search("<(?!b>)", text)


SOUP = st.lists(
    st.sampled_from(["<s>", "</s>", "<del>", "</del>", "<strike>", "</strike>", "<a>", "</a>", "<img alt>"])
    | st.sampled_from(["<a href='https://a.example/b'>", "<a href='https://a.example/c d'>", "<a href='#'>"])
    | st.sampled_from(
        ["a.example/b", "A", ".", ":", "~", " ", "\n", "&nbsp;", "<img alt='d'>", "<b>", "</b>"]
    )
    | st.sampled_from(["<br>", "<p>", "</p>", "<ul>", "<ol>", "<li>", "</ul>", "<pre>", "</pre>", "<td>"]),
    max_size=16,
).map("".join)


@given(SOUP)
def test_nothing_joins_an_address_and_each_mark_has_its_other(fragment: str) -> None:
    text = Template.parse("{{{v}}}").render({"v": fragment}, mode=Mode.TEXT)
    assert not re.search(r"https://a\.example/(?:b|c%20d)(?!\s|\Z)", text)
    if "~" not in fragment:
        assert text.count("~~") % 2 == 0
        assert text.count("~") == 2 * text.count("~~")


@given(MARKUP, st.integers(0, 4))
def test_a_function_says_what_the_walk_says(fragment: str, rows: int) -> None:
    source = "{{{v}}} {{v}}{{#rows}}{{{.}}}{{v}}{{/rows}}{{#rows}}{{&v}}, {{w}}{{/rows}}"
    agree(Template.parse(source), {"v": fragment, "w": "w", "rows": [fragment] * rows})
    assert agree(Template.parse(source), {"v": "plain", "w": "w", "rows": ["plain"] * rows})


@pytest.mark.parametrize(
    "piece",
    [
        *('<a "', "<!--", "<s>", "<ul><li>x", '<a href="', "<p style='display:none'>", "&amp", "<style>"),
        *("</a>", "<a href=x>y", "< ", "=", "<a = ", "</s><s>y", "<img alt='x'>", "<pre>x"),
    ],
)
def test_in_time_that_grows_with_its_length(piece: str) -> None:
    """What grows faster would end by the limit of a test."""
    Template.parse("{{{v}}}").render({"v": piece * 20_000}, mode=Mode.TEXT)
    Template.parse("{{{v}}}").render({"v": f"<{piece * 20_000}"}, mode=Mode.TEXT)


@pytest.mark.parametrize("sign", ["/", " ", "%20", "&#47;", "www.", "https://", "~", "a"])
def test_in_time_that_grows_with_the_length_of_an_address(sign: str) -> None:
    """As above: slashes that do not end an address were looked through from each of them."""
    for words, address in ((sign * 200_000, "x"), ("x", sign * 200_000), (sign * 200_000,) * 2):
        value = f"<a href='https://x/{address}y'>{words}y</a>"
        Template.parse("{{{v}}}").render({"v": value}, mode=Mode.TEXT)


@pytest.mark.parametrize(
    "piece", ["max-height:0;", "max-height:0 ", "; ", "display:", "opacity:0.", "0a", "!"]
)
def test_in_time_that_grows_with_the_length_of_a_style(piece: str) -> None:
    """As above: a look ahead to ``overflow`` from each ``max-height`` took minutes for this."""
    Template.parse("{{{v}}}").render({"v": f'<p style="{piece * 60_000}">x</p>'}, mode=Mode.TEXT)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("max-height: 0; overflow: hidden", ""),
        ("overflow:hidden;MAX-HEIGHT:0px !important", ""),
        ("max-height: 0", "x"),
        ("max-height: 10px; overflow: hidden", "x"),
    ],
)
def test_a_box_without_height_hides_what_it_cuts(style: str, text: str) -> None:
    rendered = Template.parse("{{{v}}}").render({"v": f'<b style="{style}">x</b>'}, mode=Mode.TEXT)
    assert rendered == text


def test_references_are_those_of_html() -> None:
    for name in ("&hellip;", "&nbsp", "&#x1F600;", "&notit;", "&#0;", "&bogus;"):
        rendered = Template.parse("{{{v}}}").render({"v": f"a {name} b"}, mode=Mode.TEXT)
        assert rendered == re.sub("[ \u00a0]+", " ", html.unescape(f"a {name} b"))


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (f"&#{'0' * 5_000}65;", "A"),
        (f"&#{'0' * 5_000}65.", "A."),
        (f"&#{'0' * 5_000};", "\ufffd"),
        (f"&#{'1' * 5_000};", "\ufffd"),
        (f"&#x{'0' * 5_000}41;", "A"),
        (f"&#x{'f' * 5_000};", "\ufffd"),
        ("&#٣;", "&#٣;"),
        ("&#1114109;&#1114112;&#00000000128;", "\U0010fffd\ufffd\u20ac"),
    ],
)
def test_a_reference_may_have_any_number_of_digits(reference: str, text: str) -> None:
    """Python converts 4,300 and raises for more: one such letter ended a batch."""
    forms = {
        "{}": "{}",
        "<b>a</b>{}": "a{}",
        '<img alt="{}">': " {} ",
        "http://a.example/{}": "http://a.example/{}",
    }
    for markup, said in forms.items():
        rendered = Template.parse("{{{v}}}").render({"v": markup.format(reference)}, mode=Mode.TEXT)
        assert rendered == said.format(text)
