"""Wrong input is refused at the plan, by a sentence that says what to write instead."""

from __future__ import annotations

import json

import pytest

from tests.infra.fast.conftest import Background
from tests.infra.fast.further_refusals import FURTHER_REFUSALS
from tests.infra.fast.refusals import REFUSALS, Refusal


@pytest.fixture(scope="session")
def answers(background: Background) -> dict[str, str]:
    """Name of the run to everything Terraform said of it, on one line."""
    said: dict[str, str] = {}
    for line in background.finished("refusals").output.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if message.get("type") == "diagnostic" and message["diagnostic"]["severity"] == "error":
            text = " ".join(message["diagnostic"]["detail"].split())
            said[message.get("@testrun", "")] = said.get(message.get("@testrun", ""), "") + " " + text
    return said


# Each costs Terraform a third of a second: every run asks a slice of them.
ASKED = [
    pytest.param(refusal, id=refusal.name, marks=[] if number % 6 == 0 else [pytest.mark.heavy("estate")])
    for number, refusal in enumerate([*REFUSALS, *FURTHER_REFUSALS])
]


@pytest.mark.parametrize("refusal", ASKED)
def test_bad_input_is_refused_with_what_to_write(answers: dict[str, str], refusal: Refusal) -> None:
    answer = answers.get(refusal.name, "")
    assert answer, f"{refusal.name} was not refused; said instead: {answers}"
    for part in refusal.says:
        assert part in answer
