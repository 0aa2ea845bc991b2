"""The findings of a check as JUnit XML: a suite for each template, a case for each finding.

An error is a failure, a waived finding a skipped case with its reason; warnings and notes pass and say what
they are. A template without any finding is one case that passes.

Source: the dialect that Jenkins, GitLab and GitHub's actions read (llg.cubic.org/docs/junit).
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from app.core.findings import CheckReport, Finding, Severity

# XML 1.0 has no place for control characters, not even escaped.
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def xml_text(text: str) -> str:
    """``text`` as XML can hold it."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def xml_document(root: Element) -> bytes:
    """The document, indented, in UTF-8."""
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def junit_of_check(report: CheckReport, names: tuple[str, ...]) -> bytes:
    """The document of a check of the templates ``names``."""
    by_template = {
        template: tuple(found)
        for template, found in groupby(
            sorted(report.findings, key=lambda finding: finding.template), lambda finding: finding.template
        )
    }
    root = Element("testsuites", _counts("check", report.findings, len(set(names) - by_template.keys())))
    for name in sorted({*names, *by_template}):
        found = by_template.get(name, ())
        suite = SubElement(root, "testsuite", _counts(name or "templates", found, not found))
        if not found:
            SubElement(suite, "testcase", {"classname": xml_text(name), "name": "check"})
        for finding in found:
            _case(suite, finding)
    return xml_document(root)


def _case(suite: Element, finding: Finding) -> None:
    where = xml_text(str(finding.location))
    attributes = {"classname": xml_text(finding.template or "templates"), "name": f"{finding.code} {where}"}
    if finding.location.line:
        attributes |= {"file": xml_text(finding.location.file), "line": str(finding.location.line)}
    case = SubElement(suite, "testcase", attributes)
    said = xml_text(f"{finding.message} {finding.remedy}".strip())
    if finding.waiver is not None:
        SubElement(case, "skipped", {"message": xml_text(f"{said} Waived: {finding.waiver}")})
    elif finding.severity is Severity.ERROR:
        failure = SubElement(case, "failure", {"message": said, "type": finding.code})
        failure.text = where
    else:
        SubElement(case, "system-out").text = f"{finding.severity.value}: {said}"


def _counts(name: str, found: tuple[Finding, ...], clean: int) -> dict[str, str]:
    skipped = sum(finding.waiver is not None for finding in found)
    failures = sum(finding.waiver is None and finding.severity is Severity.ERROR for finding in found)
    return {
        "name": xml_text(name),
        "tests": str(len(found) + clean),
        "failures": str(failures),
        "skipped": str(skipped),
    }
