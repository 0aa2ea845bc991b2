"""What the verifier says of roles whose policies IAM accepts and the design does not, or writes otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from moto import mock_aws

from infra.design import ENVIRONMENTS
from infra.verify.aws import Account
from infra.verify.checks import Check
from infra.verify.rights import FILES
from infra.verify.roles import verify_roles
from infra.verify.topic import verify_topic

GITHUB = "token.actions.githubusercontent.com"
PLANNER = "bbws-terraform-planner-dev"
EQUALS = {
    f"{GITHUB}:aud": "sts.amazonaws.com",
    f"{GITHUB}:ref": "refs/heads/main",
    f"{GITHUB}:sub": "repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:ref:refs/heads/main",
}
TRUST: Mapping[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Federated": f"arn:aws:iam::536580886816:oidc-provider/{GITHUB}"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": EQUALS},
}
LOOK: Mapping[str, Any] = {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "536580886816")
    with mock_aws():
        yield Account(ENVIRONMENTS["dev"])


def policy(statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def planner(account: Account, trust: Any, rights: Any) -> dict[str, Check]:
    """The verifier's lines on a planner with these statements, by what they check."""
    account.iam.create_role(RoleName=PLANNER, AssumeRolePolicyDocument=policy(trust), MaxSessionDuration=3600)
    account.iam.put_role_policy(RoleName=PLANNER, PolicyName="read-for-plans", PolicyDocument=policy(rights))
    return {check.what: check for check in verify_roles(account) if check.subject == PLANNER}


def test_a_single_statement_may_stand_without_a_list(account: Account) -> None:
    checks = planner(account, TRUST, LOOK)
    assert [check.what for check in checks.values() if not check.passed] == ["rights of read-for-plans"]
    assert {"taken by", "writes nothing, reads no data"} <= set(checks)


def test_a_single_statement_without_a_list_is_read(account: Account) -> None:
    check = planner(account, TRUST, {**LOOK, "Action": "iam:CreateRole"})["writes nothing, reads no data"]
    assert (check.passed, check.found) == (False, "it may iam:CreateRole")


def test_rights_are_compared_one_by_one(account: Account) -> None:
    """However IAM writes them: order, lists of one, and the names of statements mean nothing."""
    designed = json.loads((FILES / "dev.json").read_text(encoding="utf-8"))[PLANNER]["read-for-plans"]
    apart = [
        {"Effect": "Allow", "Action": action, "Resource": resource, **condition}
        for statement in reversed(designed)
        for condition in [{"Condition": statement["Condition"]} if "Condition" in statement else {}]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert planner(account, TRUST, apart)["rights of read-for-plans"].passed
    account.iam.delete_role_policy(RoleName=PLANNER, PolicyName="read-for-plans")
    account.iam.delete_role(RoleName=PLANNER)
    refusal = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
    check = planner(account, TRUST, [*apart[1:], LOOK, refusal])["rights of read-for-plans"]
    action, resource = apart[0]["Action"], apart[0]["Resource"]
    assert f"not {action} on {resource}" in check.found
    assert "also iam:GetRole on *" in check.found
    assert "also refused all but iam:* on *" in check.found


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([{**TRUST, "Effect": "Deny"}], "refused to"),
        ([TRUST, {**TRUST, "Effect": "Deny"}], "refused to"),
        ([{**TRUST, "Action": "sts:AssumeRole"}], "by sts:AssumeRole"),
        (
            [{**TRUST, "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]}],
            "by sts:AssumeRoleWithWebIdentity, sts:TagSession",
        ),
        (
            [{**TRUST, "Condition": {"StringEquals": {**EQUALS, f"{GITHUB}:actor": "somebody"}}}],
            f"a condition on {GITHUB}:actor",
        ),
        (
            [{**TRUST, "Condition": {"StringEquals": EQUALS, "Bool": {"aws:SecureTransport": "false"}}}],
            "a condition Bool",
        ),
    ],
    ids=["refused", "taken away again", "another way", "one more way", "one more claim", "one more operator"],
)
def test_a_trust_that_is_not_the_statement_of_the_design_is_named(
    account: Account, statements: list[Any], says: str
) -> None:
    check = planner(account, statements, [LOOK])["taken by"]
    assert not check.passed
    assert says in check.found


def test_a_topic_with_a_single_statement_is_read(account: Account) -> None:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
    account.sns.create_topic(Name="bbws-alarms-dev", Attributes={"Policy": policy(everybody)})
    checks = {check.what: check for check in verify_topic(account)}
    assert checks["policy allows nothing else"].found == "sns:Publish to *"
