"""What a look for drift says of a plan and of the verifier's answer."""

from __future__ import annotations

import json
from subprocess import CompletedProcess
from typing import Any

import pytest

from infra.deploy.drift import (
    DRIFTED,
    SAME,
    UNSEEN,
    Finding,
    as_json,
    as_table,
    compared,
    exit_code,
    look_by_verifier,
)
from tests.infra.plans import change, plan_of

AS_DEPLOYED = Finding("tenants", SAME)


def test_nothing_to_change_is_no_drift() -> None:
    same = change("a.b", "no-op", before={"x": 1}, after={"x": 1})
    filled = change("a.b", "update", before={"policy": ""}, after={"policy": "of another resource"})
    assert compared("tenants", plan_of(same, resource_drift=[filled])) == AS_DEPLOYED


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            {"resource_changes": [change("a.b", "update", before={"x": 1}, after={"x": 2})]},
            ("to change: a.b", "  ! x", "  -   1", "  +   2"),
        ),
        ({"resource_changes": [change("a.b", "create", after={"x": 1})]}, ("to create: a.b",)),
        ({"resource_changes": [change("a.b", "forget", before={"x": 1})]}, ("to forget: a.b",)),
        (
            {"output_changes": {"arn": {"actions": ["update"], "before": "x", "after": "y"}}},
            ("to change: arn", "  ! (the value itself)", '  -   "x"', '  +   "y"'),
        ),
    ],
)
def test_drift_says_what_and_how(members: dict[str, Any], said: tuple[str, ...]) -> None:
    assert compared("tenants", plan_of() | members) == Finding("tenants", DRIFTED, said)


def verifier(stdout: str, code: int, stderr: str = "") -> tuple[Finding, ...]:
    def run(*_: Any, **__: Any) -> CompletedProcess[str]:
        return CompletedProcess([], code, stdout, stderr)

    return look_by_verifier("dev", run)


def checks(*passed: bool, unseen: int = 0) -> str:
    """Such as the verifier writes: those asked, then some that could not be."""
    members = {"area": "bucket", "subject": "b", "what": "versioning", "expected": "on", "found": "off"}
    asked = [{**members, "passed": one, "seen": True} for one in passed]
    denied = {**members, "found": "could not be asked: not allowed to look", "passed": False, "seen": False}
    return json.dumps({"checks": [*asked, *[denied] * unseen]})


def test_the_verifier_has_a_line_in_the_table() -> None:
    assert verifier(checks(True), 0) == (Finding("verifier", SAME),)
    (failed,) = verifier(checks(True, False), 1)
    assert failed == Finding("verifier", DRIFTED, ("bucket b: versioning should be on, is off",))
    assert as_table([AS_DEPLOYED, failed]).splitlines() == [
        "tenants   as deployed",
        "verifier  DRIFTED (1)",
        "",
        "verifier: DRIFTED",
        "  bucket b: versioning should be on, is off",
    ]


@pytest.mark.parametrize("stdout", ["", "[]", '{"checks": 5}', checks(True)])
def test_a_verifier_that_could_not_ask_is_not_taken_for_one_that_found_nothing(stdout: str) -> None:
    (found,) = verifier(stdout, 4, "AWS could not\nbe asked")
    assert found.result == UNSEEN
    assert exit_code([AS_DEPLOYED, found]) == 4


def test_what_could_not_be_asked_is_told_apart_from_what_drifted() -> None:
    line = "bucket b: versioning could not be asked: not allowed to look"
    unseen = Finding("verifier", UNSEEN, (line,))
    assert verifier(checks(True, unseen=1), 1) == (unseen,)
    assert exit_code([AS_DEPLOYED, *verifier(checks(True, unseen=1), 1)]) == 4
    both = verifier(checks(True, False, unseen=1), 1)
    assert [finding.result for finding in both] == [DRIFTED, UNSEEN]
    assert exit_code([AS_DEPLOYED, *both]) == 1
    assert as_table(both).splitlines()[:2] == ["verifier  DRIFTED (1)", "verifier  NOT SEEN (1)"]
    told = json.loads(as_json("dev", [AS_DEPLOYED, unseen]))
    assert (told["drifted"], told["unseen"]) == (False, True)


def test_the_exit_code_says_the_worst() -> None:
    drifted, unseen = Finding("a", DRIFTED, ("x",)), Finding("b", UNSEEN, ("y",))
    assert [exit_code(found) for found in ([AS_DEPLOYED], [drifted, unseen], [AS_DEPLOYED, unseen])] == [
        0,
        1,
        4,
    ]
    assert json.loads(as_json("dev", [AS_DEPLOYED, drifted])) == {
        "environment": "dev",
        "drifted": True,
        "unseen": False,
        "parts": [
            {"part": "tenants", "result": SAME, "lines": []},
            {"part": "a", "result": DRIFTED, "lines": ["x"]},
        ],
    }
