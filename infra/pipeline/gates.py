"""Gates that read what a scanner or a price list has written: JSON of a documented shape, and a verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import DeployError, RefusedError

GRAVE: Final = ("CRITICAL", "HIGH")


@dataclass(frozen=True)
class Grave:
    """Something that a scanner finds grave: its id, severity, where it is, and what it is."""

    id: str
    severity: str
    where: str
    title: str

    def __str__(self) -> str:
        return f"{self.severity} {self.id} in {self.where}: {self.title}"


class GateError(DeployError):
    """A gate does not let the change through."""


def scan_gate(report: Path) -> list[Grave]:
    """What a report of Trivy (``--format json``) holds of high and critical findings.

    Source: aquasecurity/trivy, pkg/types/report.go (SchemaVersion 2): Results[] with Vulnerabilities[],
    Misconfigurations[] and Secrets[].

    Raises:
        RefusedError: the report cannot be read, or is not one. A missing report is no clean one.
    """
    whole = _read(report)
    if whole.get("SchemaVersion") != 2:
        raise RefusedError(f"{report} is no report of Trivy of schema version 2.")
    return sorted(_grave(whole), key=lambda found: (GRAVE.index(found.severity), found.where, found.id))


def _grave(report: Mapping[str, Any]) -> Iterator[Grave]:
    for result in _list(report, "Results"):
        target = str(result.get("Target", ""))
        for found in _list(result, "Vulnerabilities"):
            if _severity(found) in GRAVE:
                package = f"{found.get('PkgName', '')} {found.get('InstalledVersion', '')}".strip()
                yield Grave(
                    str(found.get("VulnerabilityID", "")),
                    _severity(found),
                    f"{target} ({package})",
                    str(found.get("Title", "")),
                )
        for found in _list(result, "Misconfigurations"):
            if _severity(found) in GRAVE and found.get("Status", "FAIL") == "FAIL":
                yield Grave(str(found.get("ID", "")), _severity(found), target, str(found.get("Title", "")))
        for found in _list(result, "Secrets"):
            if _severity(found) in GRAVE:
                yield Grave(
                    str(found.get("RuleID", "")), _severity(found), target, str(found.get("Title", ""))
                )


def _severity(found: Mapping[str, Any]) -> str:
    severity = found.get("Severity")
    if not isinstance(severity, str):
        raise RefusedError("A finding of the report has no severity: it cannot be judged.")
    return severity.upper()


def _list(members: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects; Trivy leaves out what is empty, or writes null."""
    value = members.get(name) or []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise RefusedError(f"{name} of the report is not a list of objects.")
    return value


def _read(file: Path) -> Mapping[str, Any]:
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RefusedError(f"{file} is missing: the scan has not run.") from None
    except (OSError, ValueError) as error:
        raise RefusedError(f"{file} cannot be read as JSON: {type(error).__name__}.") from error
    if not isinstance(whole, dict):
        raise RefusedError(f"{file} is not a JSON object.")
    return whole
