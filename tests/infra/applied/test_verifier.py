"""The post-deployment test passes on what was applied and finds everything that is broken afterwards."""

from __future__ import annotations

import json
from functools import cache

import pytest

from infra.design import ENVIRONMENTS
from infra.verify.actions import ACTIONS
from infra.verify.areas import AREAS, questions
from infra.verify.aws import Account
from infra.verify.checks import Check, ask_all
from tests.infra.applied.faults import FAULTS
from tests.infra.applied.test_publishing import Role
from tests.infra.applied.test_publishing import release as release
from tests.infra.estate import Estate

pytestmark = pytest.mark.usefixtures("with_templates")


@pytest.fixture
def with_templates(dev: Estate, prod: Estate, release: object) -> None:
    """Both estates with the templates of this repository published."""
    for estate in (dev, prod):
        deployer = Role(estate, f"bbws-terraform-deployer-{estate.name}")
        deployer.publish(release)  # type: ignore[arg-type]


@cache
def account(name: str) -> Account:
    """One for all tests: its clients are made once, against the emulator of their environment."""
    return Account(ENVIRONMENTS[name])


def checks(estate: Estate, area: str, monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    for name, value in estate.emulator.for_boto3.items():
        monkeypatch.setenv(name, value)
    account(estate.name).forget()
    return ask_all(questions(account(estate.name), [area]))


def failures(estate: Estate, area: str, monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    return [check for check in checks(estate, area, monkeypatch) if not check.passed]


def test_an_applied_estate_is_as_designed(estate: Estate) -> None:
    finished = estate.verify("--json", role=f"bbws-terraform-auditor-{estate.name}").ok()
    report = json.loads(finished.output)
    assert report["passed"] is True
    assert report["environment"] == estate.name
    assert {check["area"] for check in report["checks"]} == set(AREAS)
    assert len(report["checks"]) > 390


CASES = [
    pytest.param(name, where, id=f"{name} in {where}")
    for name, fault in FAULTS.items()
    for where in fault.estates
]


@pytest.mark.parametrize(("name", "where"), CASES)
def test_a_fault_is_found_and_nothing_else(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, name: str, where: str
) -> None:
    estate: Estate = request.getfixturevalue(where)
    fault = FAULTS[name]
    undo = fault.cause(estate)
    try:
        found = failures(estate, fault.area, monkeypatch)
    finally:
        undo()
    said = [(check.subject, check.what) for check in found]
    assert any(what == fault.what and subject.startswith(fault.subject) for subject, what in said), said
    # A policy, and who takes a role, is compared as a whole and asked for each rule of the design besides.
    others = {what for _, what in said} - {fault.what, *fault.also}
    assert {what for what in others if what.split()[0] != fault.what.split()[0]} == set()
    assert all(check.remedy and check.found for check in found)


def test_the_rights_listed_are_those_that_are_used(
    dev: Estate, prod: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role that is made from the list can verify, and has no right that nobody needs."""
    made: set[str] = {"s3.get_object"}  # by the verification of the releases, which has a client of its own
    for estate in (dev, prod):
        for area in AREAS:
            checks(estate, area, monkeypatch)
            made |= account(estate.name).asked
    assert made == set(ACTIONS)


def test_after_all_repairs_everything_is_as_designed(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [check for area in AREAS for check in failures(estate, area, monkeypatch)] == []


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


def test_the_wrong_account_is_no_verification(dev: Estate, prod: Estate) -> None:
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
