"""Who may take which role, and what each may do: as planned, and under its policies in the emulator."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.design import WORKFLOWS
from infra.verify import actions
from infra.verify.recorded import POLICIES, RIGHTS
from tests.infra.applied.conftest import Estates
from tests.infra.applied.test_plans import one
from tests.infra.applied.test_plans import planned as planned
from tests.infra.estate import SEEN_BY_THE_AUDITOR, Estate
from tests.infra.facts import ACCOUNT, TABLES
from tests.infra.policies import planned_policies
from tests.infra.rights import planned_rights

REPOSITORY = "repo:BigBeardWebSolutions/2_1_bbws_s3_schemas"
TAKEN_BY = {
    "planner": ("bbws-terraform-planner-{}", "ref:refs/heads/main"),
    "auditor[0]": ("bbws-terraform-auditor-{}", "environment:{}-audit"),
    "deployer": ("bbws-terraform-deployer-{}", "environment:{}"),
    "pruner": ("bbws-templates-pruner-{}", "environment:{}-prune"),
}
"""Role to its name and to the one subject that may take it."""


@pytest.mark.parametrize("role", TAKEN_BY)
def test_a_role_is_taken_on_main_for_an_hour_by_one_subject(planned: Estate, role: str) -> None:
    """No job deploys or prunes without the environment whose reviewers approve it; any job on main plans."""
    found = one(planned, "account", f"module.access.aws_iam_role.{role}")
    name, subject = (text.format(planned.name) for text in TAKEN_BY[role])
    assert found["name"] == name
    assert found["max_session_duration"] == 3600
    (statement,) = json.loads(found["assume_role_policy"])["Statement"]
    host = "token.actions.githubusercontent.com"
    assert statement["Principal"] == {
        "Federated": f"arn:aws:iam::{ACCOUNT[planned.name]}:oidc-provider/{host}"
    }
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{host}:aud": "sts.amazonaws.com",
            f"{host}:ref": "refs/heads/main",
            f"{host}:sub": [f"{REPOSITORY}:{subject}"],
            f"{host}:job_workflow_ref": [
                f"{REPOSITORY.removeprefix('repo:')}/.github/workflows/{file}@refs/heads/main"
                for file in WORKFLOWS
            ],
        }
    }


def test_the_rights_on_file_are_those_of_the_terraform(planned: Estate) -> None:
    """The verifier holds AWS against this file: run ``make infra-rights`` and review what it changes."""
    on_file = json.loads((RIGHTS / f"{planned.name}.json").read_text(encoding="utf-8"))
    assert planned_rights(planned.values("account")) == on_file


def test_the_policies_on_file_are_those_of_the_terraform(planned: Estate) -> None:
    on_file = json.loads((POLICIES / f"{planned.name}.json").read_text(encoding="utf-8"))
    assert planned_policies(planned) == on_file


def test_the_planner_only_looks(planned: Estate) -> None:
    """Every right of the role that nobody has to approve, against what may be looked at."""
    policy = json.loads(one(planned, "account", "module.access.aws_iam_role_policy.planner")["policy"])
    account, state = ACCOUNT[planned.name], f"arn:aws:s3:::bbws-terraform-state-{planned.name}"
    resources: dict[str, set[str]] = {}
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in statement["Action"]:
            assert re.fullmatch(r"[a-z0-9]+:(Get|Describe|List)[A-Za-z]+", action)
            resources.setdefault(action, set()).update(statement["Resource"])
    assert resources["s3:GetObject"] == {
        f"{state}/2_1_bbws_dynamodb_schemas/*",
        f"{state}/2_1_bbws_s3_schemas/*",
    }
    lock_table = f"arn:aws:dynamodb:af-south-1:{account}:table/terraform-state-lock-{planned.name}"
    assert resources["dynamodb:GetItem"] == {lock_table}
    data = {"s3:GetObjectVersion", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem", "kms:Decrypt"}
    assert not data & resources.keys()
    assert [address for address in planned.values("account") if "attachment.planner" in address] == []


@pytest.mark.heavy("estate")
def test_the_planner_has_no_right_that_a_plan_does_not_use(estates: Estates) -> None:
    """The second plans of dev and prod were made by it, and were whole; so this is also no right too few."""
    policy = json.loads(
        one(estates.get("prod"), "account", "module.access.aws_iam_role_policy.planner")["policy"]
    )
    rights = {action for statement in policy["Statement"] for action in statement["Action"]}
    used = set[str]()
    for name in ("dev", "prod"):
        estate = estates.get(name)
        used |= estate.emulator.used(estate.planner)
    assert used == rights


def deployer_statements(estate: Estate, policy: str) -> list[dict[str, Any]]:
    """One policy of the deployer, as planned."""
    found = one(estate, "account", f'module.access.aws_iam_policy.deployer["{policy}"]')
    statements: list[dict[str, Any]] = json.loads(found["policy"])["Statement"]
    return statements


def allowed(estate: Estate, policy: str, action: str) -> list[str]:
    """Resources for which the deployer may do ``action``."""
    return [
        resource
        for statement in deployer_statements(estate, policy)
        if action in statement["Action"]
        for resource in statement["Resource"]
    ]


def test_the_deployer_reaches_what_its_components_are_made_of(planned: Estate) -> None:
    """By name: what the Terraform calls things is what the policies let the deployer touch."""
    made = [
        (address, values)
        for component in ("templates", *TABLES)
        for address, values in planned.values(component).items()
    ]
    for kind, attribute, start, policy, action in (
        ("aws_cloudwatch_metric_alarm", "alarm_name", "alarm:", "surroundings", "cloudwatch:PutMetricAlarm"),
        ("aws_iam_role", "name", "role/", "surroundings", "iam:CreateRole"),
    ):
        names = [f"{start}{values[attribute]}" for address, values in made if f".{kind}." in address]
        assert names or kind == "aws_iam_role"
        account = f":{ACCOUNT[planned.name]}:"
        patterns = [resource.partition(account)[2] for resource in allowed(planned, policy, action)]
        for name in names:
            assert any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns), name
    assert [address for address, _ in made if ".aws_kms_key." in address] == []


def test_the_deployer_has_no_right_on_a_key_but_to_find_it(planned: Estate) -> None:
    """Whoever may make and tag keys may take over one that is there; so an administrator makes them."""
    rights = planned_rights(planned.values("account"))[planned.deployer]
    allowed_actions = {
        action
        for statements in rights.values()
        for statement in statements
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
        if action.startswith("kms:")
    }
    assert allowed_actions == {"kms:DescribeKey", "kms:ListAliases"}
    keys = {
        values["tags_all"]["Table"]
        for address, values in planned.values("account").items()
        if "module.table_key[" in address and ".aws_kms_key.this" in address
    }
    assert keys == set(TABLES)


def test_the_auditor_may_ask_whatever_the_verifier_asks(planned: Estate) -> None:
    rights = planned_rights(planned.values("account"))[f"bbws-terraform-auditor-{planned.name}"]
    may = {
        action
        for statements in rights.values()
        for statement in statements
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    assert set(actions.RIGHTS) - may == set()


def test_the_auditor_sees_the_whole_account_and_no_data(estate: Estate) -> None:
    """It verifies everything; that it changes nothing is tried elsewhere."""
    finished = estate.verify("--failures", role=estate.auditor)
    assert "AccessDenied" not in finished.output
    assert "not authorized" not in finished.output


@pytest.mark.parametrize("name", ["dev", "prod"])
@pytest.mark.heavy("estate")
def test_the_auditor_plans_what_an_administrator_applies(estates: Estates, name: str) -> None:
    for component in SEEN_BY_THE_AUDITOR[name]:
        estates.get(name).second_plans[component].ok()


@pytest.mark.heavy("estate")
def test_the_auditor_plans_the_bucket_and_its_copy(prod: Estate) -> None:
    """Of dev it does so with the second plans; those of production are the planner's."""
    prod.plan_of("templates", "-lock=false", "-detailed-exitcode", role=prod.auditor).ok()


def test_the_planner_writes_no_object_and_reads_no_item(estate: Estate) -> None:
    """Under the policies of the role, as the extension of the emulator judges them."""
    session = estate.emulator.assume(estate.planner)
    s3 = estate.emulator.client("s3", **session)
    dynamodb = estate.emulator.client("dynamodb", **session)
    iam = estate.emulator.client("iam", **session)
    templates, state = f"bbws-templates-{estate.name}", f"bbws-terraform-state-{estate.name}"
    key = "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate"
    item = {"PK": {"S": "TENANT#x"}, "SK": {"S": "METADATA"}}
    lock = {"LockID": {"S": f"{state}/{key}"}}
    assert s3.get_object(Bucket=state, Key=key)["Body"].read()
    assert dynamodb.describe_table(TableName="tenants")["Table"]["TableName"] == "tenants"
    refused: dict[str, Callable[[], object]] = {
        "write a template": lambda: s3.put_object(Bucket=templates, Key="receipts/receipt.html", Body=b""),
        "read a template": lambda: s3.get_object(Bucket=templates, Key="receipts/receipt.html"),
        "write the state": lambda: s3.put_object(Bucket=state, Key=key, Body=b"{}"),
        "lock the state by a file": lambda: s3.put_object(Bucket=state, Key=f"{key}.tflock", Body=b"{}"),
        "lock the state by an item": lambda: dynamodb.put_item(
            TableName=f"terraform-state-lock-{estate.name}", Item=lock
        ),
        "delete the state": lambda: s3.delete_object(Bucket=state, Key=key),
        "read the state of account": lambda: s3.get_object(
            Bucket=state, Key="2_1_bbws_account/terraform.tfstate"
        ),
        "change a bucket": lambda: s3.delete_bucket_policy(Bucket=templates),
        "read an item": lambda: dynamodb.get_item(TableName="tenants", Key=item),
        "read all items": lambda: dynamodb.scan(TableName="tenants"),
        "write an item": lambda: dynamodb.put_item(TableName="tenants", Item=item),
        "change a table": lambda: dynamodb.delete_table(TableName="tenants"),
        "make a key": lambda: estate.emulator.client("kms", **session).create_key(),
        "silence an alarm": lambda: estate.emulator.client("cloudwatch", **session).disable_alarm_actions(
            AlarmNames=[f"bbws-{estate.name}-tenants-write-throttles"]
        ),
        "widen itself": lambda: iam.attach_role_policy(
            RoleName=estate.planner, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        ),
    }
    for what, call in refused.items():
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}, what
