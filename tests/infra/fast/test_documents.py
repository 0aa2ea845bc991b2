"""The documents of the infrastructure name what there is, and commands that the programs take."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app.cli import COMMANDS
from infra.deploy.__main__ import _parser as deploy_parser
from infra.restore.__main__ import _parser as restore_parser
from infra.verify.__main__ import _parser as verify_parser
from tests.infra.facts import ACCOUNT, BUDGET, ENVIRONMENTS, INDEXES, STATE_KEY
from tests.infra.terraform import INFRA, ROOT

GUIDE = ROOT / "docs" / "infrastructure.md"
DOCUMENTS = (GUIDE, *sorted((ROOT / "docs" / "runbooks").glob("*.md")))
PARSERS = {"deploy": deploy_parser, "restore": restore_parser, "verify": verify_parser}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_command_in_it_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    targets = set(
        re.findall(r"^([a-z-]+):", (INFRA / "targets.mk").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(re.findall(r"make (infra-[a-z-]+)", text)) <= targets
    assert set(re.findall(r"bin/bbws-templates ([a-z]+)", text)) <= set(COMMANDS)
    for program, arguments in re.findall(r"python -m infra\.(\w+) ([^\n`]*)", text):
        PARSERS[program]().parse_args(shlex.split(arguments, comments=True))
    for variable, value in re.findall(r"\b(ENV|COMPONENT|CONFIRM)=(\w[\w-]*)", text):
        allowed = {
            "ENV": {*ENVIRONMENTS, "ENV"},
            "COMPONENT": {path.parent.name for path in (INFRA / "components").glob("*/main.tf")},
            "CONFIRM": {"deploy-dev", "promote-sit", "promote-prod", "destroy-dev"},
        }
        assert value in allowed[variable]


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
