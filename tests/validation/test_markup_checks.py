"""Checks of markup: what is wrong is named at its place, and good markup is left alone."""

from __future__ import annotations

import pytest

from app.core.validation.checks.attributes import check_attributes
from app.core.validation.checks.elements import check_elements
from app.core.validation.checks.head import check_head
from app.core.validation.checks.identifiers import check_identifiers
from app.core.validation.checks.links import check_links
from app.core.validation.checks.nesting import check_nesting
from app.core.validation.checks.syntax import check_syntax
from app.core.validation.checks.tables import check_tables
from app.core.validation.checks.urls import check_urls
from app.core.validation.data.vocabulary import EMAIL_ATTRIBUTES, OBSOLETE_ATTRIBUTES
from app.core.validation.page import Page
from tests.validation.pages import HEAD, codes, document, problems


class TestSyntax:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("<table>word<tr><td>a</td></tr></table>", [("html-syntax", "word<tr><td>")]),
            ("<div><p>a</div>", []),  # the end tag of a paragraph may be left out
            ("<div>a", [("html-syntax", "<div>a</body")]),
            ('<a href="?a=1&b=2">AT&T</a>', []),  # ambiguous ampersands are no errors
            ('<p>&copy 2026</p>', [("html-syntax", "&copy 2026</")]),
            ("<p>&nosuch;</p>", [("html-syntax", "&nosuch;</p>")]),
            ("<br/><img alt='' src='x'/>", []),
            ("<p><o:p></o:p></p>", []),
            ("<div/>", [("html-syntax", "<div/></body"), ("html-syntax", "<div/></body")]),
            ("<![if !mso]>a<![endif]>",
             [("old-conditional", "<![if !mso]>"), ("old-conditional", "<![endif]></")]),
            ("<!-- a -- b --- c --!d --->", []),
            ("<!-- a <!-- b -->", [("html-syntax", "<!-- b --></")]),
            ("<!--[if !mso]><!-- -->a<!--<![endif]-->", [("old-conditional", "<!-- -->a<!-")]),
            ("<!--[if !mso]><!-->a<!--<![endif]-->", []),
            ("<!-- a --!>", [("html-syntax", "--!></body><")]),
        ],
    )  # fmt: skip
    def test_body(self, body: str, found: list[tuple[str, str]]) -> None:
        assert problems(check_syntax, body) == found

    def test_the_doctype_of_xhtml_is_old_but_not_broken(self) -> None:
        html = document("a").replace(
            "<!DOCTYPE html>",
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
        )

        assert [problem.rule.code for problem in check_syntax(Page(html))] == ["old-doctype"]

    def test_words_are_plain_and_name_the_elements(self) -> None:
        (problem,) = check_syntax(Page(document("<a href=x>a<a href=y>b</a>")))

        assert problem.message == "<a> begins while <a> is open, and so closes it."
        assert problem.remedy == "Close <a> first: it must not contain <a>."


class TestElements:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("<p>a</p><center>b</center><section>c</section>", []),
            ("<tabel>a</tabel>", ["unknown-element"]),
            ("<v:rect><w:anchorlock></w:anchorlock></v:rect>", []),
            ("<x:y>a</x:y>", ["unknown-element"]),
            ("<my-card>a</my-card>", ["unknown-element"]),
            ("<font color=red>a</font>", ["obsolete-element"]),
            ("<script>alert(1)</script>", ["stripped-element"]),
            ("<iframe src='https://a.example/'></iframe>", ["stripped-element"]),
            ("<form><input></form>", ["stripped-element", "stripped-element"]),
            ("<svg><path d=''/></svg>", ["unreliable-element"]),
            ("<video src='https://a.example/v'></video>", ["stripped-element"]),
            ("<video src='https://a.example/v'>See it <a href='x'>here</a></video>", ["unreliable-element"]),
        ],
    )  # fmt: skip
    def test_body(self, body: str, found: list[str]) -> None:
        assert codes(check_elements, body) == found


class TestAttributes:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ('<p class="a" style="" data-x="" aria-hidden="true" dir="rtl" xml:lang="en">a</p>', []),
            ('<td witdh="3">', []),  # no cell without a table: the parser drops it
            ('<p witdh="3">a</p>', [("unknown-attribute", 'witdh="3">a<')]),
            ('<a href="x" alt="y">a</a>', [("misplaced-attribute", 'alt="y">a</a')]),
            ('<p hspace="3">a</p>', [("obsolete-attribute", 'hspace="3">a')]),
            ('<p onclick="x()">a</p>', [("event-handler", 'onclick="x()')]),
            ('<table align="center" bgcolor="#fff" width="1" border="0" cellpadding="0"></table>', []),
            ('<p bgcolor="#fff">a</p>', [("obsolete-attribute", 'bgcolor="#ff')]),
            ('<div itemscope itemtype="https://schema.org/Order"><b itemprop="name">a</b></div>', []),
            ('<p v:ext="edit">a</p>', []),
            ('<p x:y="z">a</p>', [("unknown-attribute", 'x:y="z">a</p')]),
            ('<tabel witdh="3">a</tabel>', []),  # the element itself is the problem
        ],
    )  # fmt: skip
    def test_body(self, body: str, found: list[tuple[str, str]]) -> None:
        assert problems(check_attributes, body) == found

    def test_namespaces_of_office_may_be_declared(self) -> None:
        root = (
            '<html lang="en" xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" '
            'xmlns:o="urn:schemas-microsoft-com:office:office">'
        )

        assert codes(check_attributes, "a", root=root) == []

    @pytest.mark.parametrize("name", ["leftmargin", "topmargin", "rightmargin", "bottommargin"])
    def test_the_margins_of_a_body_are_obsolete_and_not_unknown(self, name: str) -> None:
        assert codes(check_attributes, "a", body_tag=f'<body {name}="0">') == ["obsolete-attribute"]

    @pytest.mark.parametrize("name", EMAIL_ATTRIBUTES)
    def test_every_exception_for_email_is_obsolete_html_with_a_reason(self, name: str) -> None:
        elements, reason = EMAIL_ATTRIBUTES[name]

        assert name in OBSOLETE_ATTRIBUTES
        assert elements
        assert reason.endswith(".")


class TestNesting:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("<div><p>a <b>b</b></p><ul><li><p>a</p></li></ul></div>", []),
            ("<span><div>a</div></span>", [("block-in-inline", "<div>a</div>")]),
            ("<h1><table></table></h1>", [("block-in-inline", "<table></tab")]),
            ("<b><a href='x'><p>a</p></a></b>", [("block-in-inline", "<p>a</p></a>")]),
            ("<a href='x'><div>a</div></a>", []),
            ("<a href='x'><table></table></a>", [("table-in-link", "<table></tab")]),
            ("<div><li>a</li></div>", [("stray-list-item", "<li>a</li></")]),
            ("<dt>a</dt>", [("stray-list-item", "<dt>a</dt></")]),
            ("<ul><p>a</p></ul>", [("list-content", "<p>a</p></ul")]),
            ("<a href='x'><b><button>a</button></b></a>", [("interactive-in-link", "<button>a</b")]),
            ("<div><style>p{}</style></div>", [("style-in-body", "<style>p{}</")]),
        ],
    )
    def test_body(self, body: str, found: list[tuple[str, str]]) -> None:
        assert problems(check_nesting, body) == found


class TestIdentifiers:
    def test_each_repetition_is_named(self) -> None:
        body = '<p id="a">1</p><p id="b">2</p><p id="a">3</p><p id="a">4</p>'

        assert problems(check_identifiers, body) == [
            ("duplicate-id", 'id="a">3</p>'),
            ("duplicate-id", 'id="a">4</p>'),
        ]


class TestHead:
    def test_a_sound_head(self) -> None:
        assert codes(check_head, "a") == []

    def test_all_that_is_missing_is_named(self) -> None:
        assert problems(check_head, "a", head="", root="<html>") == [
            ("missing-lang", "<html><head>"),
            ("missing-title", "<head></head"),
            ("missing-charset", "<head></head"),
            ("missing-viewport", "<head></head"),
        ]

    @pytest.mark.parametrize(
        ("replaced", "by", "found"),
        [
            ('<html lang="en">', '<html lang="english please">', ["missing-lang"]),
            ('<html lang="en">', '<html lang="zh-Hant-TW">', []),
            ("Payment received", " ", ["missing-title"]),
            (
                '<meta charset="utf-8">',
                '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">',
                [],
            ),
            ('<meta charset="utf-8">', '<meta charset="iso-8859-1">', ["missing-charset"]),
        ],
    )
    def test_what_counts(self, replaced: str, by: str, found: list[str]) -> None:
        html = document("a").replace(replaced, by)

        assert [problem.rule.code for problem in check_head(Page(html))] == found

    def test_a_fragment_is_judged_as_the_document_it_becomes(self) -> None:
        assert [problem.offset for problem in check_head(Page("<p>a</p>"))] == [0, 0, 0, 0]
        assert HEAD in document("a")


@pytest.mark.parametrize(
    ("blank", "is_one"),
    [(" ", True), ("\f", True), ("\xa0", False), ("\u2003", False), ("\x85", False)],
    ids=ascii,
)
def test_the_blanks_around_a_value_are_those_of_html(blank: str, is_one: bool) -> None:
    """What else Python takes for one is a part of the value, and so makes it another."""
    table, link = f'<table role="{blank}none"><tr><td>x</table>', f'<a href="{blank}">x y</a>'
    assert codes(check_tables, table) == ([] if is_one else ["table-role"])
    assert codes(check_links, link) == (["empty-link"] if is_one else [])
    found = codes(check_head, "x", root=f'<html lang="{blank}">')
    assert found == codes(check_head, "x", root=f'<html lang="{"" if is_one else "-"}">')


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1c", " "], ids=ascii)
def test_signs_before_a_url_hide_no_scheme(sign: str) -> None:
    """Browsers ignore them (URL standard, 4.4)."""
    assert codes(check_urls, f'<a href="{sign}javascript:x">x</a>') == ["unsafe-url"]
