"""What tests put between a page and the server lets everything through in the end."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TAKEN_OFF = re.compile(r"\.unroute(?:_all)?\(")


def test_no_test_takes_a_route_off() -> None:
    """Requests that are under way at that moment may never be answered: a barrier that is opened stays."""
    found = [
        f"{file.relative_to(TESTS)}: {taken[0]}"
        for file in sorted(TESTS.rglob("*.py"))
        if file != Path(__file__)
        for taken in TAKEN_OFF.finditer(file.read_text(encoding="utf-8"))
    ]
    assert not found
