"""What senders read is no mistake, what harms nobody no error, and a set can want it otherwise."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core import validation
from app.core.findings import Finding, Severity
from app.core.validation.checks.attributes import check_attributes
from app.core.validation.checks.elements import check_elements
from app.core.validation.codes import KNOWN, OTHER_CODES, RULES
from app.core.validation.page import Page
from app.core.validation.rendered import CHECKS
from app.core.validation.rules import Rule
from app.core.workspace import Workspace
from tests.validation.conftest import Author
from tests.validation.pages import codes, document, problems
from tests.validation.test_documentation import codes_in_calls, codes_of_errors

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

Check = Callable[[str, str], tuple[Finding, ...]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """The findings of a set of one template with these settings."""
    monkeypatch.chdir(tmp_path)

    def check(body: str, settings: str) -> tuple[Finding, ...]:
        folder = tmp_path / "templates"
        folder.mkdir(exist_ok=True)
        (folder / "mail.html").write_text(document(body), encoding="utf-8")
        (folder / "settings.toml").write_text(settings, encoding="utf-8")
        return Workspace.load(folder, tmp_path / "fixtures").check().findings

    return check


class TestSenders:
    @pytest.mark.parametrize(
        "body",
        [
            '<a href="https://a.example/" clicktracking=off>a</a>',
            '<a href="https://a.example/" universal="true" ses:no-track disable-tracking=true>a</a>',
            '<a href="https://a.example/" mc:disable-tracking alias="Order" rilt="x" _label="x">a</a>',
            '<div mc:edit="body" mc:repeatable="x" mc:hideable mc:variant="a" mc:label="b">a</div>',
            '<p data-anything="x" sg-block="1" bh-id="2" x-apple-data-detectors="false" no-trackback>a</p>',
            '<p ng-scope ng-repeat="x" hs-id="a" e-editable="b">a</p>',
            '<p xmlns:fb="x"><a href="https://a.example/" mautic:disable-tracking="true">a</a></p>',
        ],
    )  # fmt: skip
    def test_their_attributes_are_no_mistakes(self, body: str) -> None:
        assert codes(check_attributes, body) == []

    def test_emogrify_belongs_to_a_style_in_the_head(self) -> None:
        head = '<style type="text/css" emogrify="no">a { color: red }</style>'

        assert codes(check_attributes, "a", head=head) == []

    @pytest.mark.parametrize(
        ("body", "severity", "remedy"),
        [
            ('<p sytle="a">a</p>', ERROR, "Did you mean style?"),
            ('<img scr="https://a.example/a">', ERROR, "Did you mean src?"),
            ('<td aling="left">a</td>', ERROR, "Did you mean align?"),
            ('<p acme="a">a</p>', WARNING, "settings.toml"),
            ('<p\u00a0class="a">a</p>', None, "U+00A0 (no-break space)"),
            ('<p title="b"\u200bclass="a">a</p>', ERROR, "U+200B (zero width space)"),
        ],
    )
    def test_other_names_are_graver_the_nearer_they_are_to_one(
        self, body: str, severity: Severity | None, remedy: str
    ) -> None:
        page = Page(document(body if "<td" not in body else f"<table><tr>{body}</tr></table>"))
        found = [*check_attributes(page), *check_elements(page)]

        assert found
        assert severity is None or found[0].severity is severity
        assert remedy in found[0].remedy

    @pytest.mark.parametrize(
        ("head", "found"),
        [
            ('<base target="_blank">', []),
            ('<base href="https://a.example/">', ["stripped-element"]),
            ('<script type="application/ld+json">{}</script>', []),
            ("<script>a()</script>", ["stripped-element"]),
        ],
    )
    def test_elements_that_do_no_harm(self, head: str, found: list[str]) -> None:
        assert codes(check_elements, "a", head=head) == found

    def test_elements_of_senders(self) -> None:
        body = (
            "<unsubscribe>Unsubscribe</unsubscribe> <webversion>Read it here</webversion> <spacer>a</spacer>"
        )

        assert problems(check_elements, body) == [("unknown-element", "<spacer>a</s")]


class TestSettings:
    def test_a_set_names_its_own(self, check: Check) -> None:
        body = '<acme-block><p acme:x="1" acme-y="2" zzz>a</p></acme-block>'
        settings = '[checks]\nattributes = ["acme:*", "acme-y"]\nelements = ["acme-*"]\n'

        found = {finding.code: finding.message for finding in check(body, settings)}

        assert found["unknown-attribute"] == "<p> has no attribute 'zzz'."
        assert "unknown-element" not in found
        assert {finding.code for finding in check(body, "")} >= {"unknown-attribute", "unknown-element"}

    def test_a_set_can_be_stricter(self, check: Check) -> None:
        body = '<img src="https://a.example/a" width="1" height="1">'

        (lenient,) = [finding for finding in check(body, "") if finding.code == "img-alt"]
        (strict,) = [
            finding for finding in check(body, '[checks]\nerrors = ["img-alt"]') if finding.code == "img-alt"
        ]

        assert (lenient.severity, strict.severity) == (WARNING, ERROR)

    def test_a_note_stays_one_where_the_warning_of_its_code_is_an_error(self, check: Check) -> None:
        body = '<div style="float:left;border-radius:4px">a</div>'

        found = check(body, '[checks]\nerrors = ["unsupported-css"]')

        said = {
            (finding.severity, finding.message.split()[0]) for finding in found if "has no" in finding.message
        }
        assert {(ERROR, "float"), (INFO, "border-radius")} <= said

    def test_a_misspelt_client_is_told(self, check: Check) -> None:
        found = check("<p>a</p>", '[checks]\nclients = ["gmail.io", "outlook.*"]')

        (finding,) = [finding for finding in found if finding.code == "source"]
        assert finding.message == "checks.clients: no client is called 'gmail.io'."
        assert finding.remedy == "Did you mean gmail.ios?"

    def test_a_misspelt_code_is_told(self, check: Check) -> None:
        found = check("<p>a</p>", '[checks]\nerrors = ["img-atl"]')

        (finding,) = [finding for finding in found if finding.code == "source"]
        assert finding.message == "checks.errors: no finding has the code 'img-atl'."
        assert finding.remedy == "Did you mean img-alt?"
        assert finding.location.file.endswith("settings.toml")

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ('attributes = "a"', "checks.attributes: a list of names is wanted."),
            ("attributes = [1]", "checks.attributes.0: Input should be a valid string."),
            ('attributes = ["*"]', "checks.attributes.0: '*' is no name, with or without a * at its end."),
            ('elements = ["A"]', "checks.elements.0: 'A' is no name, with or without a * at its end."),
            ('errors = ["Img Alt"]', "checks.errors.0: 'Img Alt' is no code of a finding."),
            ("nosuch = 1", "checks.nosuch: Extra inputs are not permitted."),
        ],
    )
    def test_what_is_wrong_is_told(self, check: Check, settings: str, message: str) -> None:
        found = [
            finding.message
            for finding in check("<p>a</p>", f"[checks]\n{settings}")
            if finding.code == "source"
        ]

        assert found == [message]

    def test_every_rule_there_is_can_be_named(self) -> None:
        modules = [
            importlib.import_module(f"{validation.__name__}.{each.name}")
            for each in pkgutil.walk_packages(validation.__path__)
        ]
        made = {
            value.code for module in modules for value in vars(module).values() if isinstance(value, Rule)
        }

        assert "machine-value" in made
        assert made <= KNOWN

    def test_every_code_can_be_named(self) -> None:
        named = {rule.code for rule in RULES} | OTHER_CODES

        assert named == {rule.code for rule in RULES} | set(codes_in_calls()) | codes_of_errors() - {
            "contract"
        }


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ('<p id="a b">a</p>', [("invalid-id", WARNING)]),
            ('<p id="">a</p>', [("invalid-id", WARNING)]),
            ("<p id>a</p>", [("invalid-id", WARNING)]),
            ('<p id=" a">a</p>', [("invalid-id", WARNING)]),
            ('<p id="row {{n}}">a</p>', [("invalid-id", WARNING)]),
            ('<p id="{{n}}">a</p>', []),
            ('<p id="a">a</p><p id="a">b</p>', [("duplicate-id", WARNING)]),
            ('<a href="#a">to a</a><p id="a">a</p><p id="a">b</p>', [("duplicate-id", ERROR)]),
            ('<svg xml:lang="en"><use xlink:href="#a"></use></svg><p id="a">b</p>', []),
            (
                '<svg><use xlink:href="#a"></use></svg><p id="a">a</p><p id="a">b</p>',
                [("duplicate-id", ERROR)],
            ),
            ('<label for="a">to a</label><p id="a">a</p><p id="a">b</p>', [("duplicate-id", ERROR)]),
        ],
    )
    def test_ids(self, author: Author, body: str, found: list[tuple[str, Severity]]) -> None:
        said = [
            (finding.code, finding.severity)
            for finding in author(body).check().findings
            if finding.code in {"invalid-id", "duplicate-id"}
        ]

        assert said == found

    @pytest.mark.parametrize("name", ["align", "hspace", "vspace"])
    def test_obsolete_attributes_of_images_are_found(self, name: str) -> None:
        page = Page(document(f'<img src="https://a.example/" alt="" {name}="left">'))

        (problem,) = check_attributes(page)

        assert problem.rule.code == "obsolete-attribute"
        assert "cell" in problem.remedy

    def test_those_of_tables_are_not(self) -> None:
        table = (
            '<table align="center" bgcolor="#fff" width="600" border="0" cellpadding="0" cellspacing="0">'
            '<tr valign="top"><td align="left" valign="top" bgcolor="#fff" width="10" height="5">a</td></tr>'
            '</table><img src="https://a.example/" alt="" border="0">'
        )

        assert codes(check_attributes, table) == []


class TestSeverities:
    @pytest.mark.parametrize(
        ("body", "severity"),
        [
            ("<p>&copy 2026</p>", WARNING),
            ("<p>a&#13;\nb</p>", WARNING),
            ("<p>9&#x96;17</p>", WARNING),
            ("<p>&#129;</p>", ERROR),
            ("<p>&#0;</p>", ERROR),
            ('<p title="a"class="b">a</p>', WARNING),
            ('<p class="a" class="a">a</p>', WARNING),
            ('<p class="a b" class="a">a</p>', WARNING),
            ('<p class="a" class="b">a</p>', ERROR),
            ('<p style="top: 0; left: 0" style="left:0;">a</p>', WARNING),
            ('<p style="top: 0" style="left: 0">a</p>', ERROR),
            ("<p title='a &gt; b' title=\"a > b\">a</p>", WARNING),
            ('<p title="a > b" title="c">a</p>', ERROR),
            ("<p align=LEFT align='left'>a</p>", WARNING),
            ("<p hidden hidden>a</p>", WARNING),
            ('<p title="a" TITLE>a</p>', WARNING),
            ('<p title TITLE="a">a</p>', ERROR),
            ("<p>a</p></td>", WARNING),
            ("<p>a</p></div>", ERROR),
            ("<div><p>a</p>", ERROR),
            ("<table>a<tr><td>b</td></tr></table>", ERROR),
        ],
    )
    def test_a_repair_by_which_nothing_is_lost_is_a_warning(self, body: str, severity: Severity) -> None:
        (problem,) = CHECKS[0](Page(document(body)))

        assert problem.severity is severity

    def test_a_document_without_a_doctype_is_read_by_every_client(self) -> None:
        found = list(CHECKS[0](Page("<html><body>a</body></html>")))

        assert [problem.severity for problem in found] == [WARNING]

    def test_a_stray_end_tag_in_outlook_alone_is_a_warning(self, author: Author) -> None:
        body = (
            '<table role="presentation"><tr><td>a</td></tr><!--[if mso]></td></tr><![endif]--></table>'
            "<!--[if mso]><table><tr><td><![endif]-->"
        )
        found = [finding for finding in author(body).check().findings if finding.code == "outlook-syntax"]

        assert {finding.severity for finding in found if "closes nothing" in finding.message} == {WARNING}
        assert ERROR in {finding.severity for finding in found}


class TestVeryMany:
    def test_of_places_that_are_alike_a_hundred_are_listed_and_all_counted(self, author: Author) -> None:
        found = author("<p>a</p>" + "<p>}} b</p>" * 250).check().findings

        braces = [finding for finding in found if finding.code == "stray-braces"]
        assert len(braces) == 100
        assert {finding.message.partition("them. ")[2] for finding in braces} == {
            "So it is at 250 places; 100 are listed."
        }

    @pytest.mark.parametrize(
        "style",
        [
            "{{s}}",
            "top:0;{{s}}",
            "top:0;{{s}};left:0",
            "{{s}} top:0",
            "{{s}}top:0",
            "{{s}}{{s}}",
            "top:0; {{s}} {{s}} ;left:0",
            "{{s}}: 0",
            "margin-{{s}}: 0",
        ],
    )
    def test_what_a_variable_may_bring_is_not_missing(self, author: Author, style: str) -> None:
        found = [finding.code for finding in author(f'<p style="{style}">a</p>').check().findings]

        assert set(found) == {"no-fixture", "no-metadata"}

    @pytest.mark.parametrize(
        "style", ["top {{s}}", "{{s}};top", "top;{{s}}", "top:{{s}};left", "{{s}};tpo:0", "{{s}};top:x"]
    )
    def test_what_no_variable_can_mend_is_told(self, author: Author, style: str) -> None:
        found = [finding.code for finding in author(f'<p style="{style}">a</p>').check().findings]

        assert found.count("css-syntax") == 1
