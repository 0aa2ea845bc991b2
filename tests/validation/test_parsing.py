"""Positions: every element and every repair leads back to what caused it."""

from __future__ import annotations

import html5lib
import pytest
from html5lib.constants import E
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.validation.data.parse_errors import CHARACTERS, DASHES, PARSE_ERRORS
from app.core.validation.nodes import Element
from app.core.validation.page import Page
from tests.selection import drawn

# Codes of frames, fragments and html5lib's own bugs, which no mail brings about.
UNWORDED = {
    "eof-in-frameset", "eof-in-foreign-lands", "eof-in-head-noscript", "eof-in-innerhtml",
    "eof-in-script-in-script", "eof-in-select", "char-in-head-noscript", "unexpected-char-after-frameset",
    "unexpected-char-in-frameset", "unexpected-end-tag-after-body-innerhtml",
    "unexpected-end-tag-after-frameset", "unexpected-end-tag-in-frameset", "unexpected-end-tag-in-select",
    "unexpected-frameset-in-frameset-innerhtml", "unexpected-html-element-in-foreign-content",
    "unexpected-inhead-noscript-tag", "unexpected-input-in-select", "unexpected-select-in-select",
    "unexpected-start-tag-after-frameset", "unexpected-start-tag-in-frameset",
    "unexpected-start-tag-in-select", "unexpected-table-element-end-tag-in-select-in-table",
    "unexpected-table-element-start-tag-in-select-in-table", "XXX-undefined-error",
}  # fmt: skip


@pytest.mark.parametrize(
    ("html", "code", "at"),
    [
        ("<!DOCTYPE html><p>a</b>c", "unexpected-end-tag", "</b>"),
        ("<!DOCTYPE html><table>\n  word<tr><td></table>", "text-in-table", "word"),
        ("<!DOCTYPE html><table>\n  a &amp; b<tr><td></table>", "text-in-table", "a &amp;"),
        ("<!DOCTYPE html><table><tr>word</table>", "text-in-table", "word"),
        ("<!DOCTYPE html><table>&nbsp;<tr><td></table>", "text-in-table", "&nbsp;"),
        ("<!DOCTYPE html><table>&Copf;<tr><td></table>", "text-in-table", "&Copf;"),
        ("<!DOCTYPE html><table><td>x</table>", "unexpected-cell-in-table-body", "<td>"),
        ("<!DOCTYPE html><a href=x>a<a href=y>b</a>", "unexpected-start-tag-implies-end-tag", "<a href=y>"),
        ("<!DOCTYPE html><h1>a<h2>b</h2></h1>", "unexpected-start-tag", "<h2>"),
        ("<!DOCTYPE html><p><div>a</div></p>", "unexpected-end-tag", "</p>"),
        ("<!DOCTYPE html><i>a<b>b</i>c</b>", "adoption-agency-1.3", "</i>"),
        ("<!DOCTYPE html><td>a</td>", "unexpected-start-tag-ignored", "<td>"),
        ("<!DOCTYPE html><div><span>a", "expected-closing-tag-but-got-eof", "<span>"),
        ("<!DOCTYPE html>a &nosuch; b", "expected-named-entity", "&nosuch;"),
        ("<!DOCTYPE html><title>x &copy y</title>", "named-entity-without-semicolon", "&copy y"),
        ("<!DOCTYPE html>\r\n<p>\r\n</b>", "unexpected-end-tag", "</b>"),
        ("<p>a", "expected-doctype-but-got-start-tag", "<p>"),
    ],
)
def test_a_repair_is_placed_at_its_cause(html: str, code: str, at: str) -> None:
    error = Page(html).errors[0]

    assert error.code == code
    assert html[error.offset :].startswith(at)


def test_elements_know_their_start_tags() -> None:
    html = (
        '<!DOCTYPE html>\r\n<html lang="en"><title>a</title>'
        '<TABLE Border="0"><tr><td>\U0001f600<b>x</b></table>'
    )

    tags = [html[element.offset : element.end] for element in Page(html).elements]

    assert tags == ['<html lang="en">', "<title>", '<TABLE Border="0">', "<tr>", "<td>", "<b>"]


def test_what_the_parser_makes_up_is_not_an_element_that_somebody_wrote() -> None:
    page = Page("<!DOCTYPE html><p><b>a</p><p>b</b></p>")

    assert [element.name for element in page.elements] == ["p", "b", "p"]


def test_attributes_are_found_in_their_tag() -> None:
    html = """<!DOCTYPE html><html lang="en"><p title="id='x'" ID = y hidden>"""
    page = Page(html)
    paragraph = next(page.named("p"))

    assert html[page.place_of(paragraph, "id") :].startswith("ID = y")
    assert html[page.place_of(paragraph, "hidden") :].startswith("hidden>")
    assert page.place_of(paragraph, "class") == paragraph.offset


def test_a_no_break_space_is_a_part_of_an_attributes_name() -> None:
    html = '<!DOCTYPE html><p class="x" a\u00a0b="c">'
    page = Page(html)

    assert html[page.place_of(next(page.named("p")), "a\u00a0b") :].startswith("a\u00a0b=")


def test_every_repair_has_words() -> None:
    assert set(E) - set(PARSE_ERRORS) == UNWORDED | CHARACTERS | DASHES


def test_deep_nesting_is_no_trouble() -> None:
    page = Page("<!DOCTYPE html>" + "<div>" * 5_000)

    assert len(page.elements) == 5_000


PIECES = st.sampled_from([
    "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<p>", "</p>", "<div class=a>", "</div>",
    "<a href='x'>", "</a>", "<b>", "</b>", "<i>", "</i>", "<ul>", "<li>", "</ul>", "<style>", "</style>",
    "<title>", "</title>", "<br/>", "<h1>", "</h1>", "<select>", "<option>", "<svg>", "<path/>", "</svg>",
    "<!--", "-->", "<!DOCTYPE html>", "<html lang=en>", "<head>", "<body>", "</body>", "</html>", "text",
    " ", "\n", "\r\n", "&amp;", "&lt", "&x;", "&#1;", "<", ">", '"', "<script>", "</script>", "<x:y>",
    "<a b=c b=d>", "\x00", "\U0001f600",
    '<td class="a" hidden>', '<img src="x?a=1&amp;b=2" alt=""/>', '<p a="1" a="2">', '<p a="&copy" b="&x;">',
    "</td >", "&nbsp;", "&#8203;", "&#160;", "&#9;", "&#65;", "&#128;", "&Tab;", "&notit;", "a&#39;b ",
    '<v:rect\nfill="x">', "</v:rect>", '<p A="b">', '<p a="\x00<">', "\x0b", "\x80",
])  # fmt: skip


@settings(max_examples=drawn(400), deadline=None)
@given(pieces=st.lists(PIECES, max_size=25))
def test_the_tree_is_html5libs_own_and_every_place_is_in_the_document(pieces: list[str]) -> None:
    html = "".join(pieces)

    page = Page(html)

    for element in page.elements:
        assert html[element.offset : element.end].lower().startswith(f"<{element.name.lower()[:3]}")
    assert all(0 <= error.offset <= len(html) for error in page.errors)
    reference = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"))
    tree = reference.parse(html)
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
    texts = ["".join([node.text or "", *(child.tail or "" for child in node)]) for node in nodes]
    elements = [page.root, *page.root.walk()]
    assert [(node.tag.rpartition("}")[2], dict(node.attrib)) for node in nodes] == [
        (element.name, element.attributes) for element in elements
    ]
    assert [text.replace(" ", "") for text in texts] == [
        element.own_text.replace(" ", "")
        for element in elements  # a CR before LF counts as a blank here
    ]
    own = [error.code for error in page.errors if error.code != "text-in-table"]
    assert own == [code for _, code, _ in reference.errors]


def test_text_is_kept_in_the_tree() -> None:
    (paragraph,) = Page("<!DOCTYPE html><p>a <b>b&amp;c</b> d</p>").named("p")

    assert isinstance(paragraph, Element)
    assert paragraph.text == "a b&c d"
    assert paragraph.own_text == "a  d"
