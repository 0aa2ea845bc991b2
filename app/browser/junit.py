"""A comparison as JUnit XML: one test case a snapshot, one suite a template and broken client.

Source: the dialect that Jenkins, GitLab and GitHub's actions read (llg.cubic.org/docs/junit).
"""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from app.browser.results import Comparison, SnapshotResult, SnapshotStatus
from app.core.junit import xml_document, xml_text


def junit_xml(comparison: Comparison) -> bytes:
    """The document, with differences as failures and what could not be compared as errors."""
    broken = comparison.broken
    root = Element("testsuites", _counts("screenshots", comparison.results, len(broken)))
    root.set("time", f"{comparison.seconds:.3f}")
    by_template = groupby(comparison.results, key=lambda result: result.snapshot.template)
    for template, group in by_template:
        results = tuple(group)
        suite = SubElement(root, "testsuite", _counts(template, results))
        for result in results:
            _case(suite, result)
    for client in broken:
        suite = SubElement(root, "testsuite", _counts(client.client, (), 1))
        case = SubElement(suite, "testcase", {"classname": client.client, "name": "pictures"})
        SubElement(case, "error", {"message": xml_text(str(client)), "type": "broken"})
    return xml_document(root)


def _case(suite: Element, result: SnapshotResult) -> None:
    name = result.snapshot.id.removeprefix(f"{result.snapshot.template}/")
    case = SubElement(suite, "testcase", {"classname": result.snapshot.template, "name": name})
    message = xml_text(result.message)
    if result.status is SnapshotStatus.FAILED:
        SubElement(case, "error", {"message": message, "type": result.status})
    elif result.status is not SnapshotStatus.UNCHANGED:
        failure = SubElement(case, "failure", {"message": message, "type": result.status})
        failure.text = "\n".join(f"{box.width}×{box.height} at {box.x},{box.y}" for box in result.regions)


def _counts(name: str, results: tuple[SnapshotResult, ...], broken: int = 0) -> dict[str, str]:
    errors = broken + sum(result.status is SnapshotStatus.FAILED for result in results)
    failures = sum(
        result.status not in {SnapshotStatus.FAILED, SnapshotStatus.UNCHANGED} for result in results
    )
    return {
        "name": name,
        "tests": str(len(results) + broken),
        "failures": str(failures),
        "errors": str(errors),
    }
