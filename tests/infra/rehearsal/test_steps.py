"""No command of a workflow is left out of the rehearsal without a reason, nor any reason without need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infra.pipeline.workflows import FILES, load
from tests.infra.rehearsal import names, steps
from tests.infra.rehearsal.runs import Event, Run, Step

BEGUN = {name for name in vars(names).values() if isinstance(name, str) and name.endswith(".yml")} | {
    "validate-templates.yml", "validate-schemas.yml", "comment-pull-request.yml",
}  # fmt: skip
"""The workflows that the stages begin."""


def called() -> set[str]:
    """Those, and what they call."""
    found = set(BEGUN)
    for file in FILES:
        if file.name in BEGUN:
            found |= {
                Path(job["uses"]).name for job in load(file)["jobs"].values() if "uses" in job
            }  # fmt: skip
    return found


def test_every_workflow_is_begun_by_a_stage_or_there_is_a_reason() -> None:
    left = {file for file, _, _ in steps.commands()} - called()
    left = {name for name in left if not name.startswith("actions/")}
    assert {name for name in left if not steps.NOT_EXECUTED.get(name)} == set()


def test_every_reason_is_about_something_that_is_there_and_not_executed() -> None:
    known = {place for file, job, text in steps.commands() for place in (file, f"{file}/{job}: {text}")}
    assert set(steps.NOT_EXECUTED) <= known
    assert not set(steps.NOT_EXECUTED) & called()
    assert all(len(why.split()) > 3 for why in steps.NOT_EXECUTED.values())


def test_the_list_names_every_run_of_every_file() -> None:
    """Counted in the text, apart from how the list is made."""
    places = [*FILES, *(FILES[0].parents[1] / "actions").glob("*/action.yml")]
    texts = [line.strip() for file in places for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(steps.commands()) == sum(text.removeprefix("- ").startswith("run:") for text in texts)


@pytest.mark.parametrize("executed", [0, 1, 2])
def test_what_was_not_executed_is_found(executed: int) -> None:
    expected = [("one.yml", "a", "make x"), ("one.yml", "b", "make x")]
    ran = [Step(*command, status=0) for command in expected[:executed]]
    runs = [Run(1, Event("one.yml", "push", "c"), steps=ran)]
    assert steps.left_out(runs, expected) == expected[executed:]
    assert [row["executed"] for row in steps.table(runs, expected)] == [1] * executed + [0] * (2 - executed)
