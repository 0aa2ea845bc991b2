"""The checks as a table for a person and as JSON for a machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from textwrap import wrap

from bbws_templates.printable import printable
from infra.verify.checks import Check

_WIDTH = 110


def as_table(checks: Sequence[Check], *, failures_only: bool = False) -> str:
    """The checks by resource, what failed with what to do about it, and a count at the end."""
    failed = [check for check in checks if not check.passed]
    shown = failed if failures_only else list(checks)
    lines: list[str] = []
    for (area, subject), group in groupby(shown, key=lambda check: (check.area, check.subject)):
        lines += ["", f"{area}: {printable(subject)}", *_resource(list(group))]
    summary = f"{len(checks) - len(failed)} of {len(checks)} checks passed"
    return "\n".join([*lines, "", f"{summary}, {len(failed)} failed" if failed else summary]).lstrip("\n")


def as_json(checks: Sequence[Check], environment: str) -> str:
    """``{environment, passed, checks: […}, …]}``, each with all members of ``Check``."""
    members = {
        "environment": environment,
        "passed": all(check.passed for check in checks),
        "checks": [asdict(check) for check in checks],
    }
    return json.dumps(members, indent=2)


def _resource(checks: Sequence[Check]) -> Iterable[str]:
    width = max(len(printable(check.what)) for check in checks)
    for check in checks:
        what = printable(check.what)
        if check.passed:
            yield f"  ok    {what.ljust(width)}  {printable(check.found)}".rstrip()
            continue
        yield f"  FAIL  {what}"
        for name, text in (("expected", check.expected), ("found", check.found), ("remedy", check.remedy)):
            rows = wrap(printable(text, lines=True), _WIDTH - 18, break_on_hyphens=False) or ["none"]
            yield f"        {name.ljust(8)}  {rows[0]}"
            yield from (f"                  {row}" for row in rows[1:])
