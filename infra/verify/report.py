"""The checks as a table for a person and as JSON for a machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from infra.verify.checks import Check


def as_table(checks: Sequence[Check], *, failures_only: bool = False) -> str:
    """One line a check, failures marked, a count at the end."""
    failed = [check for check in checks if not check.passed]
    shown = failed if failures_only else list(checks)
    rows = [("", "area", "subject", "what", "expected", "found")] + [
        (
            "ok" if check.passed else "FAIL",
            check.area,
            check.subject,
            check.what,
            check.expected,
            _found(check),
        )
        for check in shown
    ]
    widths = [min(48, max(len(row[column]) for row in rows)) for column in range(5)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]).rstrip()
        for row in rows
    ]
    summary = f"{len(checks) - len(failed)} of {len(checks)} checks passed"
    return "\n".join(
        [*(lines if shown else []), "", f"{summary}, {len(failed)} failed" if failed else summary]
    )


def as_json(checks: Sequence[Check], environment: str) -> str:
    """``{"environment": …, "passed": …, "checks": [{area, subject, what, expected, found, passed}, …]}``."""
    members = {
        "environment": environment,
        "passed": all(check.passed for check in checks),
        "checks": [asdict(check) for check in checks],
    }
    return json.dumps(members, indent=2)


def _found(check: Check) -> str:
    return "" if check.passed and check.found == check.expected else check.found
