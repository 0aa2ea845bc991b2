"""The post-deployment test passes on what was applied and finds everything that is broken afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from infra.design import ENVIRONMENTS
from infra.verify.actions import ACTIONS
from infra.verify.areas import AREAS, questions
from infra.verify.aws import Account
from infra.verify.checks import Check, ask_all
from tests.infra.applied.batches import Verdicts, batch_of, batches
from tests.infra.applied.conftest import Estates
from tests.infra.applied.faults import FAULTS
from tests.infra.applied.test_publishing import Role
from tests.infra.applied.test_publishing import release as release
from tests.infra.estate import Estate

pytestmark = pytest.mark.usefixtures("with_templates")


@pytest.fixture(scope="module")
def with_templates(estates: Estates, release: object) -> None:
    """Whatever was applied, with the templates of this repository published."""
    for estate in filter(lambda made: made.applied, estates.made()):
        deployer = Role(estate, f"bbws-terraform-deployer-{estate.name}")
        deployer.publish(release)  # type: ignore[arg-type]


@cache
def account(name: str) -> Account:
    """One for all tests: its clients are made once, against the emulator of their environment."""
    return Account(ENVIRONMENTS[name])


def failures(estate: Estate, *areas: str) -> list[Check]:
    """What an account answers now, as far as it is not as designed."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in estate.emulator.for_boto3.items():
            patch.setenv(name, value)
        account(estate.name).forget()
        return [check for check in ask_all(questions(account(estate.name), areas)) if not check.passed]


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """What is found of each batch of faults."""
    return Verdicts(failures)


@dataclass(frozen=True)
class Look:
    """A whole verification: what it found to be wrong, and which calls it made."""

    failed: list[Check]
    calls: frozenset[str]


@pytest.fixture(scope="module")
def looks() -> Callable[[Estate], Look]:
    """One verification of each estate, when all faults have been made and taken back."""
    made: dict[str, Look] = {}

    def look(estate: Estate) -> Look:
        if estate.name not in made:
            made[estate.name] = Look(failures(estate, *AREAS), account(estate.name).asked)
        return made[estate.name]

    return look


def test_an_applied_estate_is_as_designed(estate: Estate) -> None:
    finished = estate.verify("--json", role=estate.auditor).ok()
    report = json.loads(finished.output)
    assert report["passed"] is True
    assert report["environment"] == estate.name
    assert {check["area"] for check in report["checks"]} == set(AREAS)
    assert len(report["checks"]) > 390


ASKED_OF_WHAT_IS_FOUND = {"cloudwatch.get_alarm_mute_rule", "dynamodb.describe_export"}
"""Calls that are made only where a list has shown something that should not be there."""

CASES = [
    pytest.param(
        name,
        where,
        id=f"{name} in {where}",
        marks=[] if where == "dev" else [pytest.mark.heavy("estate")],
    )
    for name, fault in FAULTS.items()
    for where in fault.estates
]


@pytest.mark.parametrize(("name", "where"), CASES)
def test_a_fault_is_found_and_nothing_else(
    request: pytest.FixtureRequest, verdicts: Verdicts, name: str, where: str
) -> None:
    """It is made together with others, none of which fails the row in which it is found."""
    batch, fault = batch_of(name, where), FAULTS[name]
    verdict = verdicts.of(batch, request.getfixturevalue(where))
    if name in verdict.errors:
        raise verdict.errors[name]
    found = sorted(verdict.found)
    assert fault.rows(where) <= verdict.found.keys(), f"found instead, of {batch}: {found}"
    beyond = verdict.found.keys() - batch.rows
    assert not beyond, f"one of these does more than it should: {batch}"
    for row in fault.rows(where):
        assert verdict.found[row].remedy
        assert verdict.found[row].found


@pytest.mark.parametrize("where", ["dev", "prod"])
def test_every_fault_is_made_once_and_found_by_itself(where: str) -> None:
    """What makes one look enough for many."""
    made = [name for batch in batches(where) for name in batch.names]
    assert sorted(made) == sorted(name for name, fault in FAULTS.items() if where in fault.estates)
    for batch in batches(where):
        for name in batch.names:
            others = [FAULTS[other] for other in batch.names if other != name]
            assert FAULTS[name].area == batch.area
            assert not any(FAULTS[name].named(where) in other.rows(where) for other in others), batch


@pytest.mark.heavy("estate")
def test_the_rights_listed_are_those_that_are_used(
    dev: Estate, prod: Estate, looks: Callable[[Estate], Look]
) -> None:
    """A role that is made from the list can verify, and has no right that nobody needs."""
    assert looks(dev).calls | looks(prod).calls | ASKED_OF_WHAT_IS_FOUND == set(ACTIONS)


def test_after_all_repairs_everything_is_as_designed(estate: Estate, looks: Callable[[Estate], Look]) -> None:
    assert looks(estate).failed == []


def test_the_table_shows_a_fault_and_the_exit_code_tells_it(dev: Estate) -> None:
    undo = FAULTS["recovery disabled"].cause(dev)
    try:
        finished = dev.verify("--only", "tables").ok(1)
    finally:
        undo()
    lines = [line.split() for line in finished.output.splitlines()]
    (place,) = [number for number, words in enumerate(lines) if words[:1] == ["FAIL"]]
    assert lines[place][1:] == ["point-in-time", "recovery"]
    assert [line for line in lines[:place] if line[:1] == ["tables:"]][-1] == ["tables:", "tenants"]
    said = [" ".join(words) for words in lines[place + 1 : place + 4]]
    assert [line.split()[0] for line in said] == ["expected", "found", "remedy"]
    assert "1 failed" in " ".join(lines[-1])


def test_the_wrong_account_is_no_verification(dev: Estate, estates: Estates) -> None:
    prod = estates.get("prod")
    finished = dev._python(
        {**dev.workbench.environment, **prod.emulator.environment, "PYTHONPATH": "."},
        "infra.verify",
        "--env",
        "dev",
    ).ok(2)
    assert "belong to account 093646564004, but dev is account 536580886816" in finished.output


def test_no_answer_is_no_verification(dev: Estate) -> None:
    environment = {
        **dev.workbench.environment,
        **dev.emulator.environment,
        **dict.fromkeys(("AWS_ENDPOINT_URL", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9"),
        "PYTHONPATH": ".",
    }
    finished = dev._python(environment, "infra.verify", "--env", "dev").ok(4)
    assert finished.output.startswith("AWS could not be asked")
    assert "Traceback" not in finished.output
