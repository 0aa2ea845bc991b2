"""What the verifier says of trust and rights that IAM takes and the design does not, or writes otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.design import ENVIRONMENTS, WORKFLOWS
from infra.verify.documents import rights
from infra.verify.recorded import role_rights
from infra.verify.trust import may_be_ours, trust_problems

GITHUB = "token.actions.githubusercontent.com"
DEV = ENVIRONMENTS["dev"]
PLANNER = "bbws-terraform-planner-dev"
CLAIM = "repo:BigBeardWebSolutions/2_1_bbws_s3_schemas:ref:refs/heads/main"
EQUALS = {
    f"{GITHUB}:aud": "sts.amazonaws.com",
    f"{GITHUB}:ref": "refs/heads/main",
    f"{GITHUB}:sub": CLAIM,
    f"{GITHUB}:job_workflow_ref": [
        f"BigBeardWebSolutions/2_1_bbws_s3_schemas/.github/workflows/{name}@refs/heads/main"
        for name in WORKFLOWS
    ],
}
TRUST: Mapping[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Federated": f"arn:aws:iam::536580886816:oidc-provider/{GITHUB}"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": EQUALS},
}
LOOK: Mapping[str, Any] = {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}


def problems(statement: Any) -> list[str]:
    return list(trust_problems({"Version": "2012-10-17", "Statement": statement}, DEV, CLAIM))


def test_a_single_statement_may_stand_without_a_list() -> None:
    assert problems(TRUST) == problems([TRUST]) == []


def test_rights_are_compared_one_by_one() -> None:
    """However IAM writes them: order, lists of one, and the names of statements mean nothing."""
    designed = role_rights("dev")[PLANNER]["read-for-plans"]
    apart = [
        {"Effect": "Allow", "Action": action, "Resource": resource, **condition}
        for statement in reversed(designed)
        for condition in [{"Condition": statement["Condition"]} if "Condition" in statement else {}]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert rights(apart) == rights(designed)
    refusal = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
    found = rights([*apart[1:], LOOK, refusal])
    assert found - rights(designed) == {"iam:GetRole on *", "refused all but iam:* on *"}
    assert rights(designed) - found == rights(apart[:1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": "*"}, {"Principal": {"AWS": ["*"]}}),
        ({"Condition": {"Bool": {"a": True}}}, {"Condition": {"Bool": {"a": ["true"]}}}),
        ({"Condition": {"NumericLessThan": {"a": 1.2}}}, {"Condition": {"NumericLessThan": {"a": "1.2"}}}),
    ],
    ids=["everybody", "truth", "number"],
)
def test_two_ways_to_write_one_right(one: Any, other: Any) -> None:
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert rights([{**statement, **one}]) == rights([{**statement, **other}])


@pytest.mark.parametrize(
    "change",
    [
        {"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": "1"}}},
        {"Action": ["s3:GetObject", "s3:PutObject"]},
        {"Resource": ["a", "b"]},
        {"Effect": "Deny"},
        {"Principal": {"Service": "s3.amazonaws.com"}},
        {"Surprise": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_changes_a_statement_changes_its_rights(change: Mapping[str, Any]) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "s3:GetObject", "Resource": "a"}
    assert rights([statement]) != rights([{**statement, **change}])


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
        ([{**TRUST, "Condition": {"StringEquals": {**EQUALS, f"{GITHUB}:ref": []}}}], "any branch"),
        ([{**TRUST, "Condition": {"StringLike": EQUALS}}], "any subject"),
        ([], "nobody"),
    ],
    ids=["refused", "taken away again", "another way", "one more way", "any branch", "patterns", "empty"],
)
def test_a_trust_that_is_not_the_statement_of_the_design_is_named(statements: list[Any], says: str) -> None:
    assert any(says in problem for problem in problems(statements))


@pytest.mark.parametrize(
    ("condition", "ours"),
    [
        ({"StringLike": {f"{GITHUB}:sub": "repo:BigBeardWebSolutions/*"}}, True),
        ({"StringLike": {f"{GITHUB}:sub": "repo:*"}}, True),
        ({"StringLike": {f"{GITHUB}:sub": "*"}}, True),
        ({"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}, True),
        ({}, True),
        ({"StringEquals": {f"{GITHUB}:sub": CLAIM}}, True),
        ({"ForAnyValue:StringLike": {f"{GITHUB}:sub": [CLAIM, "repo:other/other:*"]}}, True),
        ({"StringEquals": {f"{GITHUB}:repository": "BigBeardWebSolutions/2_1_bbws_s3_schemas"}}, True),
        ({"StringLike": {f"{GITHUB}:sub": "repo:BigBeardWebSolutions/another:*"}}, False),
        ({"StringEquals": {f"{GITHUB}:sub": "repo:somebody/2_1_bbws_s3_schemas:ref:refs/heads/main"}}, False),
    ],
)
def test_a_role_for_this_repository_is_recognised_however_it_is_written(condition: Any, ours: bool) -> None:
    assert may_be_ours({**TRUST, "Condition": condition}) is ours
