"""A template lives with a warning for a reason and until a day, and is not reminded of it meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.core.errors import SourceError
from app.core.findings import CheckReport, Finding, Findings, Severity
from app.core.junit import junit_of_check
from app.core.sarif import sarif_log
from app.core.workspace import Workspace
from bbws_templates.errors import Location

Check = Callable[..., CheckReport]
DAY = date(2027, 3, 31)
PALE = '<p style="color:#cccccc;background-color:#ffffff">a</p>'
WAIVER = {"rule": "low-contrast", "reason": "The old grey.", "until": "2027-03-31"}


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """The report on a template of that body with these waivers, on a day, in a set of these settings."""
    monkeypatch.chdir(tmp_path)

    def check(
        body: str, *waivers: dict[str, Any], today: date | None = DAY, settings: str = "", af: str = ""
    ) -> CheckReport:
        folder = tmp_path / "templates"
        folder.mkdir(exist_ok=True)
        metadata = {
            "description": "x", "audience": "customer", "sender": {"address": "a@a.example"}, "subject": "x",
            "preheader": "y", "waivers": list(waivers), "contract": {"type": "object"},
        }  # fmt: skip
        (folder / "mail.html").write_text(f"<body>{body}</body>", encoding="utf-8")
        (folder / "mail.json").write_text(json.dumps(metadata, indent=1), encoding="utf-8")
        if af:
            (folder / "mail.af.html").write_text(f"<body>{af}</body>", encoding="utf-8")
            (folder / "mail.af.json").write_text('{"subject": "z", "preheader": "w"}', encoding="utf-8")
        (folder / "settings.toml").write_text(settings, encoding="utf-8")
        return Workspace.load(folder, tmp_path / "fixtures").check(today=today)

    return check


def waived(report: CheckReport) -> set[tuple[str, str]]:
    return {(each.code, str(each.waiver)) for each in report.findings if each.waiver}


def of_waivers(report: CheckReport) -> list[tuple[str, str, int]]:
    return [
        (each.code, each.severity.value, each.location.line)
        for each in report.findings
        if each.code.startswith("waiver-")
    ]


def test_what_is_waived_is_reported_with_its_reason_and_counted_no_more(check: Check) -> None:
    before, after = check(PALE), check(PALE, WAIVER)

    assert waived(after) == {("low-contrast", "The old grey. (until 2027-03-31)")}
    assert of_waivers(after) == []
    assert after.count(Severity.WARNING) == before.count(Severity.WARNING) - 1
    assert after.waived == 1


def test_it_covers_what_the_set_has_made_an_error(check: Check) -> None:
    strict = '[checks]\nerrors = ["low-contrast"]'

    assert check(PALE, settings=strict).failed
    assert not check(PALE, WAIVER, settings=strict).failed


def test_an_error_by_itself_cannot_be_waived(check: Check) -> None:
    report = check('<a href="/x">Pay</a>', {**WAIVER, "rule": "relative-url"})

    assert report.failed
    assert of_waivers(report) == [("waiver-unused", "warning", 10)]


@pytest.mark.parametrize(
    ("waiver", "today", "found"),
    [
        (WAIVER, date(2027, 4, 1), [("waiver-expired", "warning", 10)]),
        ({**WAIVER, "rule": "low-contrats"}, DAY, [("waiver-unknown", "error", 10)]),
        ({**WAIVER, "rule": "img-alt"}, DAY, [("waiver-unused", "warning", 10)]),
        ({**WAIVER, "says": "over the moon"}, DAY, [("waiver-unused", "warning", 10)]),
        ({**WAIVER, "says": "between text"}, DAY, []),
        (WAIVER, None, []),
    ],
)
def test_a_waiver_that_does_nothing_is_a_finding_at_its_line(
    check: Check, waiver: dict[str, str], today: date | None, found: list[tuple[str, str, int]]
) -> None:
    report = check(PALE, waiver, today=today)

    assert of_waivers(report) == found
    assert bool(waived(report)) is not bool(found)


def test_a_waiver_of_a_template_is_one_of_its_translations(check: Check) -> None:
    report = check(
        '<p style="color:#000000;background-color:#ffffff">a</p>',
        WAIVER,
        settings="locale = 'en-ZA'",
        af=PALE,
    )

    assert {each.template for each in report.findings if each.waiver} == {"mail.af"}
    assert of_waivers(report) == []


@pytest.mark.parametrize(
    ("waiver", "said"),
    [
        ({"rule": "img-alt", "until": "2027-03-31"}, "/waivers/0/reason is missing"),
        ({"rule": "img-alt", "reason": "x"}, "/waivers/0/until is missing"),
        ({**WAIVER, "until": "soon"}, '/waivers/0/until must be a day, as "2027-03-31"'),
        ({**WAIVER, "until": "2027-02-30"}, '/waivers/0/until must be a day, as "2027-03-31"'),
        ({**WAIVER, "until": 20270331}, '/waivers/0/until must be a day, as "2027-03-31"'),
        ({**WAIVER, "rules": "x"}, "/waivers/0/rules is not known"),
    ],
)
def test_a_waiver_without_rule_reason_and_day_is_none(
    check: Check, waiver: dict[str, Any], said: str
) -> None:
    (finding,) = [each for each in check(PALE, waiver).findings if each.code == SourceError.code]

    assert said in finding.message
    assert finding.location.line >= 8


def test_sarif_suppresses_it_and_junit_skips_it(check: Check) -> None:
    report = check(PALE + '<a href="/x">Pay</a>', WAIVER)

    results = sarif_log(report, version="1.0.0")["runs"][0]["results"]
    (suppressed,) = [result for result in results if "suppressions" in result]
    assert suppressed["ruleId"] == "low-contrast"
    assert suppressed["suppressions"][0]["justification"] == "The old grey. (until 2027-03-31)"
    assert suppressed["suppressions"][0]["location"]["physicalLocation"]["region"]["startLine"] == 10

    root = ElementTree.fromstring(junit_of_check(report, ("mail", "other")))
    suites = {suite.get("name"): suite for suite in root}
    assert suites.keys() == {"mail", "other"}
    assert root.get("skipped") == suites["mail"].get("skipped") == "1"
    assert root.get("tests") == str(len(report.findings) + 1)
    (skipped,) = [case for case in suites["mail"] if case.find("skipped") is not None]
    assert str(skipped.get("name")).startswith("low-contrast templates/mail.html:1:")
    failed = {failure.get("type") for failure in root.iter("failure")}
    assert failed == {each.code for each in report.findings if each.severity is Severity.ERROR}
    assert [case.get("name") for case in suites["other"]] == ["check"]


def test_of_what_is_said_twice_of_one_place_the_gravest_counts() -> None:
    found = Findings()
    for severity in (Severity.WARNING, Severity.ERROR, Severity.INFO):
        found.add(Finding("img-alt", severity, "It has no text.", Location("a.html", 1, 1)))
    assert [each.severity for each in found] == [Severity.ERROR]
