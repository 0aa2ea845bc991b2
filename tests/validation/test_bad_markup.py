"""What no reader of a mail may get, and characters that nobody sees: one finding each, where they stand."""

from __future__ import annotations

import pytest

from app.core.findings import Severity
from app.core.validation.page import Page
from app.core.validation.rendered import CHECKS
from tests.validation.conftest import Author
from tests.validation.pages import codes, document


class TestInvisible:
    @pytest.mark.parametrize(
        ("html", "named"),
        [
            ("<!DOCTYPE html><html>\u00a0<head><title>a</title></head><body>b</body></html>", "U+00A0"),
            ("<!DOCTYPE html><html>\ufeff<head><title>a</title></head><body>b</body></html>", "U+FEFF"),
            ("<!DOCTYPE html>\u200b<html><head><title>a</title></head><body>b</body></html>", "U+200B"),
            ("<!DOCTYPE html><html><head>\u00a0<title>a</title></head><body>b</body></html>", "U+00A0"),
            ("<!DOCTYPE html><html><head><title>a</title></head>\u3000<body>b</body></html>", "U+3000"),
            ("<!DOCTYPE html><body><table>\u00a0<tr><td>b</td></tr></table>", "U+00A0"),
            ("<!DOCTYPE html><body><table><tr>\u200c<td>b</td></tr></table>", "U+200C"),
            ("<!DOCTYPE html><html><body>b</body>\u00ad</html>", "U+00AD"),
            ("\ufeff<!DOCTYPE html><html><body>b</body></html>", "U+FEFF"),
        ],
    )
    def test_what_it_causes_is_one_finding_at_the_character(self, html: str, named: str) -> None:
        found = [problem for check in CHECKS[:1] for problem in check(Page(html))]

        assert [problem.rule.code for problem in found] == ["html-syntax"]
        assert named in found[0].message
        assert found[0].offset == next(html.index(item) for item in html if item > "\x7f")

    def test_the_ignored_head_is_named(self) -> None:
        html = "<!DOCTYPE html>\n<html>\n\u00a0<head><title>a</title></head><body>b \u00a0 c</body></html>"

        (problem,) = CHECKS[0](Page(html))

        assert "U+00A0 (no-break space)" in problem.message
        assert "<head> is ignored here" in problem.message
        assert html[problem.offset] == "\u00a0"

    def test_two_are_told_apart_and_what_they_do_not_cause_as_well(self) -> None:
        html = (
            "<!DOCTYPE html><html>\u200b<head></head><body>"
            "<table><tr>\u00a0<td>b\u00a0c</td></tr></table><div></body></html>"
        )

        found = list(CHECKS[0](Page(html)))

        assert sorted((html[problem.offset], problem.offset) for problem in found) == [
            ("<", html.index("<div>")),
            ("\u00a0", html.index("\u00a0")),
            ("\u200b", html.index("\u200b")),
        ]

    def test_where_it_is_harmless_nothing_is_said(self) -> None:
        assert codes(CHECKS[0], "<p>a\u00a0b\u200bc\u00adlong\ufeff</p>\u00a0") == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("<style>p { color: red } /* never</style><p>a</p>", "css-syntax"),
            ('<p style="color: red; /* never">a</p>', "css-syntax"),
            ('<p style="{color: red}">a</p>', "css-syntax"),
            ("<p>a</p><!-- never", "compile"),
            ("<p>a</p><!--[if mso]><p>b", "compile"),
            ("<style>p { color: red }", "compile"),
            ('<p title="never>a</p>', "compile"),
            ("<style>" + ".a { color: red }\n" * 60_000 + "</style><p>a</p>", "limit"),
            ("<b>" * 10_000 + "a" + "</b>" * 10_000, "limit"),
            ('<table role="presentation"><tr>\ufeff<td>a</td></tr></table>', "html-syntax"),
            ("<![if !mso]>x", "conditional-unclosed"),
            ("<p>x</p><![endif]-->", "conditional-unclosed"),
            ("<!--[if mso]>y<![endif]--!>z", "conditional-unclosed"),
            ("<!--[if mso]><p>a<!-- b --> c</p><![endif]-->d", "old-conditional"),
            ("a<!-- b --!>c", "html-syntax"),
            ("a" + "\0" * 5_000, "forbidden-character"),
        ],
        ids=range(16),
    )
    def test_one_finding_says_it(self, author: Author, body: str, code: str) -> None:
        found = [finding.code for finding in author(body).check().findings]

        assert [item for item in found if item not in {"no-fixture", "no-metadata", "style-in-body"}] == [
            code
        ]


def test_of_faults_at_several_places_each_is_told(author: Author) -> None:
    body = "<![if !mso]>a<![endif]></i><!--[if mso]>b<!-- c --></p><![endif]--></b>\0d\0<p>x</p><![endif]-->"
    found = [item.code for item in author(body).check().findings]

    assert {code: found.count(code) for code in found if code not in {"no-fixture", "no-metadata"}} == {
        "html-syntax": 2,
        "old-conditional": 3,
        "forbidden-character": 2,
        "conditional-unclosed": 1,
        "outlook-syntax": 1,
    }


@pytest.mark.parametrize(
    ("html", "code"), [("%s", "html-syntax"), ("<!--[if mso]>%s<![endif]-->", "outlook-syntax")]
)
def test_of_many_attributes_given_twice_a_hundred_are_told(author: Author, html: str, code: str) -> None:
    """Each is looked for in its tag, which takes the square of their number."""
    found = [item.code for item in author(html % ("<p " + "a " * 900 + ">x")).check().findings]
    assert found.count(code) == 100


def test_a_break_written_as_an_end_is_read_as_one_by_everybody(author: Author) -> None:
    findings = author("<p>a</br>b</p>").check().findings
    (found,) = [finding for finding in findings if "</br>" in finding.message]
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("html", "severity"),
    [
        ('<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html><body>b</body>', Severity.WARNING),
        ('<!DOCTYPE html><p>a<?xml:namespace prefix = o ns = "urn:x" /><o:p></o:p></p>', Severity.WARNING),
        ("<!DOCTYPE html><p>a<?xml never</p>", Severity.ERROR),
        ('<!DOCTYPE html><p>a<?pi x="a>b" ?></p>', Severity.ERROR),
    ],
)
def test_what_xml_says_of_itself_is_lost_on_nobody(html: str, severity: Severity) -> None:
    found = [problem for problem in CHECKS[0](Page(html)) if "instructions" in problem.message]
    assert [problem.severity for problem in found] == [severity]


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("<table><tr><td/>\n<!-- b --><td>a</td><td /></tr></table>", Severity.WARNING),
        ("<table><tr><th/><td/></tr><tr/></table>", Severity.WARNING),
        ("<ul><li/><li/></ul>", Severity.WARNING),
        ("<dl><dt/><dd/></dl>", Severity.WARNING),
        ("<div><div/></div></div>", Severity.WARNING),
        ("<div><p/><p/></div>", Severity.WARNING),
        ("<table><tr><td/>a</td></tr></table>", Severity.ERROR),
        ("<table><tr><td/><p>a</p></tr></table>", Severity.ERROR),
        ("<div/><p>a</p>", Severity.ERROR),
        ("<p/>a", Severity.ERROR),
        ('<p><a name="top"/>a</p>', Severity.ERROR),
        ("<table><tr><td><ul><li/></td></tr></table>", Severity.ERROR),
    ],
)
def test_a_slash_that_ends_what_would_end_there_anyway_loses_nothing(body: str, severity: Severity) -> None:
    found = [problem for problem in CHECKS[0](Page(document(body))) if "slash" in problem.message]
    assert {problem.severity for problem in found} == {severity}
