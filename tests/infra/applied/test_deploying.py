"""The commands that an operator runs: plan, read, confirm, apply; and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infra.applied.faults import FAULTS
from tests.infra.estate import Estate


def work(estate: Estate, component: str) -> Path:
    return estate.home / "work" / estate.name / component


def test_nothing_is_applied_without_a_reviewed_plan(dev: Estate) -> None:
    finished = dev.deploy("apply", "--component", "products", "--confirm", "deploy-dev").ok(3)
    assert (
        "There is no reviewed plan of products for dev: run `make infra-plan ENV=dev` first"
        in finished.sentence
    )


@pytest.mark.parametrize("typed", ["", "yes", "promote-prod"])
def test_nothing_is_applied_without_its_name_typed(dev: Estate, typed: str) -> None:
    finished = dev.deploy("apply", "--component", "products", "--confirm", typed).ok(3)
    assert "confirm it by its name: CONFIRM=deploy-dev" in finished.output


def test_drift_is_planned_reported_and_repaired(dev: Estate) -> None:
    FAULTS["recovery disabled"].cause(dev)
    dev.deploy("plan", "--component", "tenants", "--detailed-exitcode").ok(2)
    report = (work(dev, "tenants") / "plan.md").read_text(encoding="utf-8")
    assert report.startswith("# tenants in dev\n\n**1 to change.**\n")
    assert "| `point_in_time_recovery.0.enabled` | `false` | `true` |" in report
    dev.deploy("apply", "--component", "tenants", "--confirm", "deploy-dev").ok()
    dev.verify("--only", "tables").ok()
    assert not (work(dev, "tenants") / "plan.tfplan").exists()
    dev.deploy("plan", "--component", "tenants", "--detailed-exitcode").ok(0)
    assert "**No changes.**" in (work(dev, "tenants") / "plan.md").read_text(encoding="utf-8")


def test_credentials_of_another_environment_are_refused(dev: Estate, prod: Estate) -> None:
    environment = {**dev.workbench.environment, **dev.emulator.environment, "PYTHONPATH": "."}
    finished = dev._python(environment, "infra.deploy", "plan", "--env", "prod").ok(3)
    assert "belong to account 536580886816, but prod is account 093646564004" in finished.sentence


def test_a_role_that_does_not_exist_is_named_before_s3_refuses_it(dev: Estate) -> None:
    iam = dev.emulator.client("iam")
    role = "2-1-bbws-payment-lambda-role-dev"
    iam.delete_role(RoleName=role)
    try:
        finished = dev.deploy("plan", "--component", "templates").ok(3)
    finally:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    assert f"The bucket policy names roles that do not exist: {role}." in finished.sentence
    assert "leave the role out of reader_role_names" in finished.sentence


def test_a_bootstrapped_account_is_left_alone(dev: Estate) -> None:
    finished = dev.deploy("bootstrap", "--approve").ok()
    assert "dev has its state already" in finished.output


def test_production_is_not_torn_down_by_a_command(prod: Estate) -> None:
    finished = prod.deploy("destroy", "--confirm", "destroy-prod").ok(3)
    assert "prod is not torn down by a command" in finished.output


def test_a_missing_terraform_says_where_to_get_one(dev: Estate) -> None:
    environment = {**dev.emulator.environment, "PATH": "/nowhere", "PYTHONPATH": "."}
    finished = dev._python(environment, "infra.deploy", "plan", "--env", "dev").ok(4)
    assert "Terraform was not found. Install Terraform 1.11" in finished.sentence
    assert "Traceback" not in finished.output
