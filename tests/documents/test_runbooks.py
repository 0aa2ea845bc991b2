"""The four runbooks of the design have what somebody needs who has never seen the system."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from tests.documents.commands import commands, problem
from tests.documents.markdown import ROOT, blocks, documents, links, rows, tokens

FOLDER = ROOT / "docs" / "runbooks"
FOUR = [FOLDER / name for name in ("deploy.md", "promote.md", "troubleshooting.md", "roll-back.md")]
BORDERS = ("for", "time", "who decides", "needed")
AREAS = ("Mails", "The bucket", "The tables", "Plans and applies", "The pipeline")


def headings(document: Path) -> list[str]:
    found = tokens(document)
    return [after.content for token, after in itertools.pairwise(found) if token.type == "heading_open"]


@pytest.mark.parametrize("runbook", FOUR, ids=lambda path: path.stem)
def test_a_runbook_says_for_whom_how_long_who_decides_and_what_to_do_when_it_fails(runbook: Path) -> None:
    first = [cells for _, cells in rows(runbook)][: len(BORDERS)]
    assert tuple(cells[0] for cells in first) == BORDERS
    assert all(cells[1] for cells in first)
    assert re.search(r"estimate|measured", first[1][1]), "say whether the time was measured"
    assert {"Before you begin", "When a step fails", "Whom to tell"} <= set(headings(runbook))
    text = runbook.read_text(encoding="utf-8")
    failing = text.partition("## When a step fails")[2].partition("\n## ")[0]
    assert failing.count("\n| ") >= 4, "what may be said, and what to do then"
    assert any(block.language == "bash" for block in blocks(runbook))
    assert any(block.details == "output" for block in blocks(runbook)), "show what is printed"


@pytest.mark.parametrize("runbook", [FOUR[0], FOUR[1], FOUR[3]], ids=lambda path: path.stem)
def test_a_runbook_that_changes_something_has_numbered_steps_a_decision_and_an_end(runbook: Path) -> None:
    text = runbook.read_text(encoding="utf-8")
    assert len(re.findall(r"(?m)^\d\. ", text)) >= 4
    assert re.search(r"## (Go on, or not|What is wrong)", text)
    assert text.rstrip().endswith("```")
    assert "**Done** when" in text


def test_every_runbook_ends_with_how_one_knows_that_it_is_done() -> None:
    for runbook in documents("docs/runbooks/*.md"):
        if runbook.name not in {"README.md", "troubleshooting.md"}:
            assert "**Done** when" in runbook.read_text(encoding="utf-8"), runbook.name


def test_every_runbook_is_found_from_the_first_page() -> None:
    listed = {target.partition("#")[0] for _, target in links(FOLDER / "README.md")}
    assert {path.name for path in documents("docs/runbooks/*.md")} - {"README.md"} <= listed


def symptoms(area: str) -> list[list[str]]:
    text = (FOLDER / "troubleshooting.md").read_text(encoding="utf-8").splitlines()
    begin = text.index(f"## {area}") + 1
    end = next(
        (line for line, words in enumerate(text, 1) if line > begin and words.startswith("## ")), 10**6
    )
    return [cells for line, cells in rows(FOLDER / "troubleshooting.md") if begin < line < end]


@pytest.mark.parametrize("area", AREAS)
def test_a_symptom_is_found_by_a_command_that_is_one(area: str) -> None:
    found = symptoms(area)
    assert len(found) >= 6
    for seen, ask, so in found:
        code = re.search(r"`([^`]+)`", ask)
        assert code, f"{seen}: no command to ask with"
        typed = list(commands(re.sub(r"(?<![A-Z])ENV(?!=)", "dev", code[1])))
        assert [problem(command) for command in typed] == [""] * len(typed), seen
        assert so, seen


def test_there_are_more_symptoms_than_the_design_asks_for() -> None:
    assert sum(len(symptoms(area)) for area in AREAS) >= 18
