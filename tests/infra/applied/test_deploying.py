"""The commands that an operator runs: plan, read, confirm, apply; and what they refuse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.infra.applied.conftest import Estates
from tests.infra.applied.faults import FAULTS
from tests.infra.estate import Estate, working_copy


def work(estate: Estate, component: str) -> Path:
    return estate.home / "work" / estate.name / component


def test_nothing_is_applied_without_a_reviewed_plan(dev: Estate) -> None:
    finished = dev.deploy("apply", "--component", "products", "--confirm", "deploy-dev").ok(3)
    assert (
        "There is no reviewed plan of products for dev: run `make infra-plan ENV=dev` first"
        in finished.sentence
    )


def test_nothing_is_applied_while_a_plan_is_missing(dev: Estate) -> None:
    """The plan of one component does not go live alone when all were asked for."""
    plan = work(dev, "templates") / "plan.tfplan"
    plan.parent.mkdir(parents=True, exist_ok=True)
    plan.write_bytes(b"not looked at")
    finished = dev.deploy("apply", "--confirm", "deploy-dev").ok(3)
    assert "no reviewed plan of tenants and products and campaigns for dev" in finished.sentence
    assert "Nothing was applied" in finished.sentence
    assert plan.exists()


def test_a_plan_that_fails_leaves_no_older_one_to_apply(dev: Estate) -> None:
    plan = work(dev, "templates") / "plan.tfplan"
    plan.parent.mkdir(parents=True, exist_ok=True)
    plan.write_bytes(b"of last week")
    iam = dev.emulator.client("iam")
    role = "2-1-bbws-payment-lambda-role-dev"
    iam.delete_role(RoleName=role)
    try:
        dev.deploy("plan", "--component", "templates").ok(3)
    finally:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    assert not plan.exists()


@pytest.mark.parametrize("typed", ["", "yes", "promote-prod"])
def test_nothing_is_applied_without_its_name_typed(dev: Estate, typed: str) -> None:
    finished = dev.deploy("apply", "--component", "products", "--confirm", typed).ok(3)
    assert "confirm it by its name: CONFIRM=deploy-dev" in finished.output


@pytest.mark.heavy("estate")
def test_drift_is_planned_by_one_role_and_repaired_by_another(dev: Estate, tmp_path: Path) -> None:
    """As the pipeline does it: the plan of the planner, who takes no lock, is applied by the deployer.

    From a working copy of its own, as an older commit is gone back to.
    """
    only, copy = ("--component", "tenants"), working_copy(tmp_path)
    FAULTS["recovery disabled"].cause(dev)
    assert drifted(dev, "tenants") == RECOVERY_COMES_BACK
    dev.deploy("plan", *only, "--no-lock", "--detailed-exitcode", role=dev.planner, checkout=copy).ok(2)
    folder = work(dev, "tenants")
    report = (folder / "plan.md").read_text(encoding="utf-8")
    assert report.startswith("# tenants in dev\n\n**1 to change, ")
    assert "! point_in_time_recovery[0].enabled\n-   false\n+   true" in report
    outside = report.partition("## Changed outside Terraform")[2]
    assert "! point_in_time_recovery[0].enabled\n-   true\n+   false" in outside
    keep_the_plan_alone(folder)
    dev.deploy("apply", *only, "--confirm", "deploy-dev", role=dev.deployer, checkout=copy).ok()
    assert not (folder / "plan.tfplan").exists()
    dev.verify("--only", "tables", role=dev.auditor).ok()


@pytest.mark.heavy("estate")
def test_what_was_repaired_is_as_deployed_and_its_plan_is_stale(dev: Estate) -> None:
    only = ("--component", "tenants")
    assert drifted(dev, "tenants") == []
    FAULTS["recovery disabled"].cause(dev)
    assert drifted(dev, "tenants", "products") == RECOVERY_COMES_BACK
    dev.deploy("plan", *only, "--no-lock", "--detailed-exitcode", role=dev.planner).ok(2)
    folder = work(dev, "tenants")
    plan = keep_the_plan_alone(folder)
    apply = ("apply", *only, "--confirm", "deploy-dev")
    dev.deploy(*apply, role=dev.deployer).ok()
    dev.verify("--only", "tables", role=dev.auditor).ok()
    assert drifted(dev, "tenants") == []

    # It was made without the lock; that the state has gone on since then is seen all the same.
    (folder / "plan.tfplan").write_bytes(plan)
    assert "Saved plan is stale" in dev.deploy(*apply, role=dev.deployer).ok(1).sentence
    dev.deploy("plan", *only, "--detailed-exitcode").ok(0)
    assert "**No changes. What is there" in (folder / "plan.md").read_text(encoding="utf-8")


RECOVERY_COMES_BACK = [
    "to change: module.table.aws_dynamodb_table.this",
    "  ! point_in_time_recovery[0].enabled",
    "  -   false",
    "  +   true",
    "  ! point_in_time_recovery[0].recovery_period_in_days",
    "  -   0",
    "  +   35",
]


def keep_the_plan_alone(folder: Path) -> bytes:
    """What is left of the planner's machine is the plan."""
    plan = (folder / "plan.tfplan").read_bytes()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "plan.tfplan").write_bytes(plan)
    return plan


def drifted(dev: Estate, *components: str) -> list[str]:
    """What the planner, who only reads, finds to have drifted in the first component; the others have not."""
    named = [argument for name in components for argument in ("--component", name)]
    finished = dev.deploy("drift", "--json", *named, role=dev.planner)
    parts = {part["part"]: part for part in json.loads(finished.output)["parts"]}
    assert list(parts) == [*components, "verifier"]
    assert all(parts[name]["result"] == "as deployed" for name in components[1:])
    lines: list[str] = parts[components[0]]["lines"]
    assert parts[components[0]]["result"] == ("DRIFTED" if lines else "as deployed")
    assert not list(work(dev, components[0]).glob("drift.tfplan"))
    return lines


def test_what_cannot_be_looked_at_is_not_taken_for_as_deployed(dev: Estate) -> None:
    """The planner may not read the state of the account."""
    finished = dev.deploy("drift", "--component", "account", role=dev.planner)
    assert finished.code in (1, 4)
    assert "account   NOT SEEN" in finished.output


def test_the_planner_neither_locks_nor_applies(dev: Estate) -> None:
    only = ("--component", "products")
    refused = dev.deploy("plan", *only, role=dev.planner).ok(3)
    assert "may not write the lock of the state: plan with --no-lock" in refused.sentence
    refused = dev.deploy("apply", *only, "--confirm", "deploy-dev", role=dev.planner).ok(3)
    assert "bbws-terraform-planner-dev, which only plans: take those of the deployer" in refused.sentence


def test_credentials_of_another_environment_are_refused(dev: Estate) -> None:
    environment = {**dev.workbench.environment, **dev.emulator.environment, "PYTHONPATH": "."}
    finished = dev._python(environment, "infra.deploy", "plan", "--env", "prod").ok(3)
    assert "belong to account 536580886816, but prod is account 093646564004" in finished.sentence


def test_a_role_that_does_not_exist_is_named_before_s3_refuses_it(dev: Estate) -> None:
    iam = dev.emulator.client("iam")
    role = "2-1-bbws-payment-lambda-role-dev"
    iam.delete_role(RoleName=role)
    try:
        finished = dev.deploy("plan", "--component", "templates", "--no-lock", role=dev.planner).ok(3)
    finally:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    assert f"The bucket policy names roles that do not exist: {role}." in finished.sentence
    assert "leave the role out of reader_role_names" in finished.sentence


def test_a_bootstrapped_account_is_left_alone(dev: Estate) -> None:
    finished = dev.deploy("bootstrap", "--approve").ok()
    assert "dev has its state already" in finished.output


def test_keys_are_not_handed_over_without_a_word(estates: Estates) -> None:
    said = estates.get("prod").deploy("hand-over").ok(3)
    assert "CONFIRM=hand-over-prod" in said.output


def test_production_is_not_torn_down_by_a_command(estates: Estates) -> None:
    finished = estates.get("prod").deploy("destroy", "--confirm", "destroy-prod").ok(3)
    assert "prod is not torn down by a command" in finished.output


def test_the_state_is_not_torn_down_by_a_command(dev: Estate) -> None:
    components = ("--component", "products", "--component", "bootstrap")
    finished = dev.deploy("destroy", *components, "--confirm", "destroy-dev").ok(3)
    assert "bootstrap keeps the state of everything and is not torn down by a command" in finished.sentence
    tables = dev.emulator.client("dynamodb").list_tables()["TableNames"]
    assert {"products", "terraform-state-lock-dev"} <= set(tables)


def test_a_missing_terraform_says_where_to_get_one(dev: Estate) -> None:
    environment = {**dev.emulator.environment, "PATH": "/nowhere", "PYTHONPATH": "."}
    finished = dev._python(environment, "infra.deploy", "plan", "--env", "dev").ok(4)
    assert "Terraform was not found. Install Terraform 1.11" in finished.sentence
    assert "Traceback" not in finished.output
