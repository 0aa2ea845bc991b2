"""The findings of a check as SARIF, which code hosts show beside the lines of a change.

Source: OASIS SARIF 2.1.0; GitHub's "SARIF support for code scanning" for the members that it reads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from app.core.findings import CheckReport, Finding, Severity
from app.core.waivers import Waiver
from bbws_templates.errors import Location

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif_log(report: CheckReport, *, version: str, help_page: str = "docs/checks.md") -> dict[str, Any]:
    """One run of the tool ``version``, with a rule for each code that was found.

    ``help_page`` explains the codes, under the heading that each of them has there.
    """
    codes = sorted({finding.code for finding in report.findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "bbws-templates",
                        "semanticVersion": version,
                        "rules": [_rule(code, report.findings, help_page) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, codes) for finding in report.findings],
            }
        ],
    }


def _rule(code: str, findings: Iterable[Finding], help_page: str) -> dict[str, Any]:
    gravest = min((finding for finding in findings if finding.code == code), key=lambda it: it.severity.rank)
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in re.split(r"\W+", code)),
        "shortDescription": {"text": code.replace("-", " ")},
        "help": {"text": f"{gravest.remedy} See {help_page}, {code}.".strip()},
        "defaultConfiguration": {"level": _LEVELS[gravest.severity]},
    }


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.remedy}".strip()},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
        **({"suppressions": [_suppression(finding.waiver)]} if finding.waiver else {}),
        **({"properties": {"fixture": finding.fixture}} if finding.fixture else {}),
    }


def _suppression(waiver: Waiver) -> dict[str, Any]:
    """SARIF 2.1.0, 3.35: the decision stands in the template's metadata, apart from the place itself."""
    return {
        "kind": "external",
        "status": "accepted",
        "justification": str(waiver),
        "location": _location(waiver.location),
    }


def _location(where: Location) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(where.file.replace("\\", "/"))}}
    if where.line:
        # Columns count from 1, as ours do; SARIF has no 0 for "not known".
        place["region"] = {"startLine": where.line, **({"startColumn": where.column} if where.column else {})}
    elif where.pointer:
        place["region"] = {"startLine": 1, "message": {"text": where.pointer}}
    return {"physicalLocation": place}


def _fingerprint(finding: Finding) -> str:
    """The same for the same mistake wherever in the file it moves to."""
    parts = (finding.code, finding.template, finding.location.file, finding.location.pointer, finding.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
