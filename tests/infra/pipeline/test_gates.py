"""The gate of the security scan reads Trivy's JSON: what is grave stops it, and so does what is no report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.pipeline.__main__ import main


def gate(folder: Path, report: Any) -> int:
    file = folder / "trivy.json"
    file.write_text(report if isinstance(report, str) else json.dumps(report), encoding="utf-8")
    return main(["scan-gate", "--report", str(file)])


def result(**members: Any) -> dict[str, Any]:
    return {"SchemaVersion": 2, "Results": [{"Target": "infra/main.tf", "Class": "config", **members}]}


MISCONFIGURATION = {"ID": "AVD-AWS-0132", "Title": "No customer key", "Severity": "HIGH", "Status": "FAIL"}
VULNERABILITY = {"VulnerabilityID": "CVE-1", "PkgName": "x", "InstalledVersion": "1", "Severity": "CRITICAL"}
SECRET = {"RuleID": "aws-access-key-id", "Title": "AWS Access Key ID", "Severity": "CRITICAL"}


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"Misconfigurations": [MISCONFIGURATION]}, "HIGH AVD-AWS-0132 in infra/main.tf"),
        ({"Vulnerabilities": [VULNERABILITY]}, "CRITICAL CVE-1 in infra/main.tf (x 1)"),
        ({"Secrets": [SECRET]}, "CRITICAL aws-access-key-id"),
        ({"Misconfigurations": [{**MISCONFIGURATION, "Severity": "critical"}]}, "CRITICAL AVD"),
    ],
)
def test_what_is_grave_is_named_and_stops_the_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], members: dict[str, Any], named: str
) -> None:
    assert gate(tmp_path, result(**members)) == 1
    assert named in capsys.readouterr().out


@pytest.mark.parametrize(
    "report",
    [
        {"SchemaVersion": 2},
        {"SchemaVersion": 2, "Results": None},
        result(),
        result(Misconfigurations=None),
        result(Misconfigurations=[{**MISCONFIGURATION, "Severity": "MEDIUM"}]),
        result(Misconfigurations=[{**MISCONFIGURATION, "Status": "PASS"}]),
    ],
)
def test_what_is_not_grave_passes(tmp_path: Path, report: Any) -> None:
    assert gate(tmp_path, report) == 0


@pytest.mark.parametrize(
    "report",
    ["", "{", "[]", "{}", {"SchemaVersion": 3}, {"SchemaVersion": 2, "Results": "none"},
     result(Vulnerabilities=[{"VulnerabilityID": "CVE-1"}]), result(Secrets=["x"])],
)  # fmt: skip
def test_a_report_that_is_none_is_no_clean_one(tmp_path: Path, report: Any) -> None:
    assert gate(tmp_path, report) == 3


def test_a_missing_report_is_no_clean_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan-gate", "--report", str(tmp_path / "none.json")]) == 3
    assert "the scan has not run" in capsys.readouterr().err
