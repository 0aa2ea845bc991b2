"""What a reviewer decides first: new grants, denials and protections that go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.deploy.report import plan_report
from tests.infra.plans import body, change, plan_of

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::536580886816:role/{number}" for number in range(9)]},
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": "arn:aws:s3:::bbws-templates-dev/*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {"Sid": "NoHttp", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
    ],
}


FOREIGN = "arn:aws:iam::999999999999:root"


def edited(**members: Any) -> dict[str, Any]:
    """The policy with other members in its first statement; None takes one away."""
    first = {**POLICY["Statement"][0], **members}  # type: ignore[dict-item]
    kept = {name: value for name, value in first.items() if value is not None}
    return {**POLICY, "Statement": [kept, POLICY["Statement"][1]]}


def policy_change(before: Any, after: Any) -> dict[str, Any]:
    return plan_of(
        change(
            "aws_s3_bucket_policy.this",
            "update",
            before={"policy": json.dumps(before)},
            after={"policy": json.dumps(after)},
        )
    )


READERS = POLICY["Statement"][0]["Principal"]["AWS"]  # type: ignore[index]


GRANTS = {
    "a wider action": (
        edited(Action=["s3:GetObject", "s3:GetObjectVersion", "s3:*"]),
        "grants more than before",
        "  - action: `s3:*`",
    ),
    "a principal at the end": (
        edited(Principal={"AWS": [*READERS, FOREIGN]}),
        "grants more than before",
        f"  - principal: `AWS:{FOREIGN}`",
    ),
    "a principal of the world": (
        edited(Principal="*"),
        "grants more than before",
        "  - principal: `*`",
    ),
    "a removed condition": (
        edited(Condition=None),
        "grants more than before",
        "  - condition: `bool aws:securetransport: true becomes (none)`",
    ),
    "a wider resource": (
        edited(Resource="*"),
        "grants more than before",
        "  - resource: `*`",
    ),
    "everything but": (
        edited(Action=None, NotAction="iam:*"),
        "grants more than before",
        "  - every action but: `iam:*`",
    ),
    "a removed denial": (
        {**POLICY, "Statement": POLICY["Statement"][:1]},
        "no longer denies",
        "  - action: `s3:*`",
    ),
    "a condition on a denial": (
        {
            **POLICY,
            "Statement": [
                POLICY["Statement"][0],
                {**POLICY["Statement"][1], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},  # type: ignore[dict-item]
            ],
        },
        "denies less than before",
        "  - condition: `bool aws:securetransport: (none) becomes false`",
    ),
    "a denial made a grant": (
        {**POLICY, "Statement": [POLICY["Statement"][0], {**POLICY["Statement"][1], "Effect": "Allow"}]},  # type: ignore[dict-item]
        "grants something new",
        "  - statement: `NoHttp`",
    ),
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_new_grant_is_the_first_decision(name: str) -> None:
    after, what, particular = GRANTS[name]
    lines = plan_report(policy_change(POLICY, after)).splitlines()
    assert lines[4] == "## Decide on these"
    assert lines[6] == f"- **{what}**: `aws_s3_bucket_policy.this` in `policy`"
    assert particular in lines


@pytest.mark.parametrize(
    "after",
    [
        edited(Action="s3:GetObject"),
        edited(Principal={"AWS": READERS[:3]}),
        edited(Resource="arn:aws:s3:::bbws-templates-dev/receipts/*"),
        edited(Sid="Other"),
        edited(Condition={"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:x": "y"}}),
        {**POLICY, "Statement": [*POLICY["Statement"], POLICY["Statement"][1]]},
    ],
)
def test_what_gives_no_more_is_no_decision_and_is_shown(after: Any) -> None:
    report = body(policy_change(POLICY, after))
    assert "Decide on these" not in report
    assert "! policy" in report


def test_a_policy_is_shown_statement_by_statement() -> None:
    report = body(policy_change(POLICY, edited(Action=["s3:GetObject", "s3:*"])))
    assert '! policy.Statement[Sid="Read"].Action[1 becomes 1]' not in report
    assert '! policy.Statement[Sid="Read"].Action[1]\n-   "s3:GetObjectVersion"\n+   "s3:*"' in report
    assert "NoHttp" not in report


def test_the_order_in_a_policy_is_no_difference_of_meaning() -> None:
    turned = {
        **POLICY,
        "Statement": [*reversed(edited(Action=["s3:GetObjectVersion", "s3:GetObject"])["Statement"])],
    }
    report = body(policy_change(POLICY, turned))
    assert "only how it is written differs" in report
    assert "Decide on these" not in report


def test_a_name_that_stands_twice_in_json_is_not_read_as_one_value() -> None:
    twice = '{"Statement": [], "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    before, after = {"policy": '{"Statement": []}'}, {"policy": twice}
    report = body(plan_of(change("aws_sqs_queue_policy.q", "update", before=before, after=after)))
    assert "cannot be compared" in report
    assert '\\"Action\\": \\"*\\"' in report


def test_a_policy_that_becomes_unknown_is_a_decision() -> None:
    before, unknown = {"policy": json.dumps(POLICY)}, {"policy": True}
    plan = plan_of(change("aws_kms_key.k", "update", before=before, after={}, after_unknown=unknown))
    assert "- **a policy that this plan does not show**: `aws_kms_key.k` in `policy`" in body(plan)
    marks = {"before_sensitive": unknown, "after_sensitive": unknown}
    plan = plan_of(change("aws_kms_key.k", "update", before=before, after={"policy": "{}"}, **marks))
    assert "- **a policy that this plan does not show**: `aws_kms_key.k` in `policy`" in body(plan)


def test_another_version_of_the_language_is_a_decision() -> None:
    report = body(policy_change(POLICY, {**POLICY, "Version": "2008-10-17"}))
    assert "- **the version of a policy's language changes**" in report


def test_a_policy_that_is_not_known_yet_is_a_decision() -> None:
    made = change("aws_sns_topic_policy.t", "create", after={}, after_unknown={"policy": True})
    assert "- **a policy that this plan does not show**: `aws_sns_topic_policy.t` in `policy`" in body(
        plan_of(made)
    )


BLOCK = "aws_s3_bucket_public_access_block.b"


RECOVERY = "point_in_time_recovery"


@pytest.mark.parametrize(
    ("address", "before", "after", "said"),
    [
        ("aws_iam_role.r", {"permissions_boundary": "arn:b"}, {}, "permissions_boundary"),
        (BLOCK, {"block_public_acls": True}, {"block_public_acls": False}, "block_public_acls"),
        (BLOCK, {"restrict_public_buckets": True}, None, "restrict_public_buckets"),
        (
            "aws_dynamodb_table.t",
            {RECOVERY: [{"enabled": True}]},
            {RECOVERY: [{"enabled": False}]},
            f"{RECOVERY}[0].enabled",
        ),
        ("aws_s3_bucket.t", {"force_destroy": False}, {"force_destroy": True}, "force_destroy"),
        (
            "aws_iam_role.r",
            {"max_session_duration": 3600},
            {"max_session_duration": 43200},
            "max_session_duration",
        ),
        (
            "aws_kms_key.k",
            {"deletion_window_in_days": 30},
            {"deletion_window_in_days": 7},
            "deletion_window_in_days",
        ),
        (
            "aws_backup_plan.p",
            {"rule": [{"delete_after": 90}]},
            {"rule": [{"delete_after": 1}]},
            "rule[0].delete_after",
        ),
    ],
)
def test_a_protection_that_goes_is_a_decision(address: str, before: Any, after: Any, said: str) -> None:
    actions = ("delete",) if after is None else ("update",)
    report = body(plan_of(change(address, *actions, before=before, after=after)))
    assert f"- **weakens a protection**: `{address}` in `{said}`" in report


def test_rights_that_are_attached_are_a_decision() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = change("aws_iam_role_policy_attachment.a", "create", after={"role": "r", "policy_arn": arn})
    report = body(plan_of(attached))
    assert "- **connects somebody or something**: `aws_iam_role_policy_attachment.a`" in report
    assert f'`"{arn}"`' in report
