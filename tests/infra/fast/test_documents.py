"""The guide to the infrastructure names what there is."""

from __future__ import annotations

import re

from tests.infra.facts import ACCOUNT, BUDGET, ENVIRONMENTS, INDEXES, STATE_KEY
from tests.infra.terraform import INFRA, ROOT

GUIDE = ROOT / "docs" / "infrastructure.md"


def cells(label: str) -> list[str]:
    (row,) = (
        line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {label}")
    )
    return [cell.strip().replace(",", "") for cell in row.split("|")[2:-1]]


def test_the_guide_gives_each_environment_its_own_figures() -> None:
    assert cells("account |") == [ACCOUNT[name] for name in ENVIRONMENTS]
    assert cells("monthly budget") == [BUDGET[name] for name in ENVIRONMENTS]


def test_the_guide_names_every_state_index_and_waiver() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert STATE_KEY["templates"] in text
    for table, indexes in INDEXES.items():
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {table} | `"))
        assert re.findall(r"(\w+Index): ", row) == list(indexes)
    waived = {
        check
        for path in INFRA.rglob("*.tf")
        for check in re.findall(r"checkov:skip=(\w+):", path.read_text(encoding="utf-8"))
    }
    assert set(re.findall(r"^\| (CKV\w+)", text, re.MULTILINE)) == waived
