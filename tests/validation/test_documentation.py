"""docs/checks.md lists exactly the codes that findings can have, each with its severity."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import app.core.errors
import bbws_templates.errors
from app.core.findings import Severity
from app.core.validation import (
    characters,
    contracts,
    display,
    envelope,
    eyes,
    injection,
    placeholders,
    rendered,
    usage,
    written_links,
)
from bbws_templates.errors import BbwsTemplatesError

ROOT = Path(__file__).parents[2]

RULES = [
    rule
    for module in (
        rendered,
        envelope,
        eyes,
        contracts,
        display,
        usage,
        written_links,
        injection,
        placeholders,
        characters,
    )
    for rule in module.RULES
]

# Bases, and errors of calls and of releases, none of which belongs to a template under check.
NEVER_FINDINGS = {
    "error",
    "render",
    "record",
    "header",
    "unknown-name",
    "release",
    "surroundings",
    "check-failed",
    "recipient-refused",
    "fixture-changed",
}


def documented() -> dict[str, str]:
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^### `([a-z-]+)` \((\w+)\)$", text, re.MULTILINE))


def codes_of_errors() -> set[str]:
    return {
        kind.code
        for module in (bbws_templates.errors, app.core.errors)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BbwsTemplatesError)
    } - NEVER_FINDINGS


def codes_in_calls() -> Iterator[str]:
    """The codes that other modules of the core write out where they make a finding."""
    for path in (*(ROOT / "app" / "core").rglob("*.py"), ROOT / "app/operations/content_lint.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "Finding",
                "WaiverFault",
                "self._report",
            }:
                named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                for argument in (*named, *node.args[:1]):
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value


def test_the_document_lists_exactly_the_codes_that_exist() -> None:
    existing = {rule.code for rule in RULES} | set(codes_in_calls()) | codes_of_errors()

    assert documented().keys() - existing == set(), "documented, but not in the code"
    assert existing - documented().keys() == set(), "in the code, but not documented"


def test_the_document_names_each_severity() -> None:
    severities = documented()

    assert {rule.code: rule.severity.value for rule in RULES}.items() <= severities.items()
    assert set(severities.values()) <= {severity.value for severity in Severity}


def test_no_two_rules_share_a_code() -> None:
    codes = [rule.code for rule in RULES]

    assert sorted(codes) == sorted(set(codes))


def test_every_entry_says_who_is_affected_and_how_to_mend_it() -> None:
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")

    for entry in text.split("\n### ")[1:]:
        assert "- Who is affected: " in entry, entry.splitlines()[0]
        assert "- How to mend it: " in entry, entry.splitlines()[0]
