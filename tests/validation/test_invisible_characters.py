"""Characters that nobody sees, a NUL among them: each is named once, and hides nothing else."""

from __future__ import annotations

import pytest

from app.core.findings import Severity
from app.core.validation.page import Page
from app.core.validation.rendered import CHECKS
from tests.validation.conftest import Author
from tests.validation.pages import document


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("<p{} class=a>x</p>", "unknown-element", "HTML has no element <p"),
        ("<p{}class=a>x</p>", "unknown-element", "HTML has no element <p"),
        ("x<br{}/>y", "unknown-element", "HTML has no element <br"),
        ("<i title='a'{}class=a>x</i>", "unknown-attribute", "<i> has no attribute"),
        ("<p>x</p{}>", "html-syntax", "a part of the tag's name, so that the tag is another one: </p"),
        ("<o:p{}>x</o:p>", "html-syntax", "a part of the tag's name, so that the tag is another one: "),
        ("<svg><g{}></g></svg>x", "html-syntax", "a part of the tag's name, so that the tag is another"),
        ("<p>x</p {}>", "html-syntax", "a part of an attribute's name, so that the attribute is another"),
        ("<table role='none'><tr>{}<td>x</td></tr></table>", "html-syntax", "take it for text, so that"),
    ],
)
@pytest.mark.parametrize("character", ["\ufeff", "\u00a0", "\u200b"])
def test_an_invisible_character_is_one_finding_with_its_own_reason(
    author: Author, character: str, body: str, code: str, said: str
) -> None:
    report = author(body.format(character)).check()
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]

    assert [finding.code for finding in errors] == [code]
    assert said in errors[0].message
    assert f"U+{ord(character):04X}" in errors[0].message + errors[0].remedy


def test_many_invisible_characters_are_each_named() -> None:
    html = document("<table>" + "<tr>\u00a0<td>a</td></tr>" * 30 + "</table>")

    found = list(CHECKS[0](Page(html)))

    assert [html[problem.offset] for problem in found] == ["\u00a0"] * 30
    assert all("U+00A0" in problem.message for problem in found)


@pytest.mark.parametrize("written", ["&nbsp;", "&#160;", "&#XA0;", "&zwnj;"])
def test_an_invisible_character_is_named_where_a_reference_stands_for_it(written: str) -> None:
    html = f"<!doctype html><html>{written}<head><title>x</title></head><body>{written}a</body></html>"

    (problem,) = CHECKS[0](Page(html))

    assert html.startswith(written, problem.offset)
    assert f", written {written}. Parsers" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "<b\0>a</b>",
        "<b\0 title='c'>a</b>",
        "<b ti\0tle='c'>a</b>",
        "<style>b{color:r\0d}</style><b>a</b>",
        "<style>@media print{b{color:r\0d;top:0}}</style><b>a</b>",
        "<style>@media print{b{co\0lor:red}}</style><b>a</b>",
        "<style>@media print{b{top:0;\0}}</style><b>a</b>",
        "<b style='color:r\0d'>a</b>",
        "<b style='top:0;co\0lor:red;left:0'>a</b>",
        "<b style='top:0;\0;left:0'>a</b>",
    ],
)
def test_a_nul_is_one_finding(author: Author, text: str) -> None:
    report = author(f"<div>{text}</div>").check()
    found = [finding.code for finding in report.findings if finding.severity is not Severity.INFO]

    assert set(found) - {"no-fixture", "no-metadata", "style-in-body"} == {"forbidden-character"}
    assert found.count("forbidden-character") == 1


@pytest.mark.parametrize("css", ["i{color:r\0d}", "b{top:0}.x{top:0;quotes:'\0'}"])
def test_a_nul_of_a_rule_that_matches_nothing_is_one_finding(author: Author, css: str) -> None:
    report = author(f"<style>{css}</style><b>a</b>").check()
    found = [item for item in report.findings if item.code not in {"no-fixture", "no-metadata"}]

    assert [item.code for item in found] == ["css-syntax"]
    assert "U+0000 stands in a rule that matches nothing" in found[0].message


def test_a_nul_that_reaches_no_mail_as_it_is_hides_nothing_else(author: Author) -> None:
    report = author("<style>b{co\0lor:red;top:0}</style><b style='left:x;top:\0'>a</b>").check()

    assert [item.message.partition("CSS. ")[2] for item in report.findings if item.code == "css-syntax"] == [
        "There is no property 'co\ufffdlor'; did you mean color?",
        "'x' is no value of 'left'.",
    ]


@pytest.mark.parametrize(
    ("body", "severity", "said", "column"),
    [
        (
            "<a href='https://x.io/\ufeffp'>a</a>",
            Severity.WARNING,
            "U+FEFF (zero width no-break space) stands in",
            23,
        ),
        (
            "<a href='https://x.io/p&#x200b;'>a</a>",
            Severity.WARNING,
            "U+200B (zero width space) stands in this",
            4,
        ),
        (
            "<a href='https://x.io/&shy;?b=\u00ad'>a</a>",
            Severity.WARNING,
            "address, so that it leads elsew",
            31,
        ),
        ("<p class='a\ufeff'>a</p>", Severity.WARNING, "stands in this class, so that it is another", 12),
        ("<p class='a\u00a0b'>a</p>", Severity.WARNING, "U+00A0 (no-break space) stands in this class", 12),
        ("<p class='a\u200d'>a</p>", Severity.WARNING, "U+200D (zero width joiner) stands in this class", 12),
        ("<p id='a\u200b'>a</p>", Severity.WARNING, "stands in this id", 9),
        ("<!--[if mso]><p class='a\ufeff'>b</p><![endif]-->a", Severity.WARNING, "stands in this class", 25),
        ("<p>{{\ufeffa}}</p>", Severity.ERROR, "U+FEFF (zero width no-break space) stands, so that", 4),
        ("<p>{{\u0645\u200c}}</p>", Severity.ERROR, "U+200C (zero width non-joiner) stands", 4),
        ("<p>{{#b}}{{a\0b}}{{/b}}x</p>", Severity.ERROR, "U+0000 (control character) stands", 10),
        ("<p>a\ufeffb</p>", Severity.WARNING, "a byte order mark, stands among the words", 5),
        ("<p>a</p>\ufeff<p>b</p>", Severity.WARNING, "between two blocks it opens a line", 9),
        ("<p>a <!-- c --> \ufeffb</p>", Severity.WARNING, "a byte order mark", 17),
        ("<p>x{{#a\u200b}}y{{/a\u200b}}</p>", Severity.ERROR, "U+200B (zero width space) stands", 5),
    ],
)
def test_an_invisible_character_that_leads_elsewhere_is_one_finding(
    author: Author, body: str, severity: Severity, said: str, column: int
) -> None:
    report = author(body).check()
    found = [item for item in report.findings if item.code not in {"no-fixture", "no-metadata"}]

    assert [(item.code, item.severity) for item in found] == [("hidden-character", severity)]
    assert said in found[0].message
    assert found[0].location.column == column


@pytest.mark.parametrize(
    "body",
    [
        "<p title='a\u00a0b'>a\u200b</p>",
        "<p class='{{a}} b'>x{{\u00a0a\u00a0}}</p>",
        "<p class='\u00e9'>a</p>",
        "<a href='https://x.io/\u0645\u06cc\u200c\u062e?q=&shy=1&shyness=2'>a</a>",
        "<a href='https://x.io/?text=\u2764\ufe0f\U0001f468\u200d\U0001f469'>a</a>",
        "<a href='https://x.io/?text=1\ufe0f\u20e3'>a</a>",
        "<p>{{\u0646\u0627\u0645\u200c\u06a9}}</p>",
        # A byte order mark that is one of a row of fillers, or in no words.
        "<p>a&zwnj;&#847;\ufeff &zwnj;&#847;\ufeff </p>",
        "<p>a\u00a0\u200c\ufeff\u00a0\u200c\ufeff</p>",
        "<p>a&#xfeff;b</p>",
        "<p>a</p><!-- \ufeff -->",
    ],
)
def test_where_an_invisible_character_leads_nowhere_nothing_is_said(author: Author, body: str) -> None:
    assert "hidden-character" not in {item.code for item in author(body).check().findings}


@pytest.mark.parametrize(
    "body",
    [
        "<table role='presentation'>\ufeff<tr><td>a</td></tr></table>",
        "<table role='presentation'><tr><td>a</td>\ufeff</tr></table>",
    ],
)
def test_a_byte_order_mark_between_rows_and_cells_is_told_once(author: Author, body: str) -> None:
    found = [item for item in author(body).check().findings if "U+FEFF" in item.message]

    assert [item.code for item in found] == ["html-syntax"]
