"""More bad input: what AWS would refuse in the middle of the apply, or would take in another sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.infra.fast.refusals import GITHUB, Refusal

_READER: Final = "arn:aws:iam::536580886816:role/"
_STATE: Final = {"bucket": "bbws-terraform-state-prod", "lock_table": "terraform-state-lock-prod"}
_ACCESS: Final[Mapping[str, Any]] = {
    "environment": "prod",
    "account_id": "093646564004",
    "region": "af-south-1",
    "replica_region": "eu-west-1",
    "github": GITHUB,
    "planner_role_name": "planner",
    "deployer_role_name": "deployer",
    "pruner_role_name": "pruner",
    "reader_policy_name": "reader",
    "boundary_policy_name": "boundary",
    "template_buckets": ["bbws-templates-prod"],
    "log_buckets": ["bbws-logs-prod"],
    "tables": ["tenants"],
    "state": {**_STATE, "key_prefixes": ["2_1_bbws_s3_schemas/"]},
}


def access(name: str, says: tuple[str, ...], **changes: Any) -> Refusal:
    """Bad input of the module that makes the roles."""
    return Refusal(name, "modules/access", {**_ACCESS, **changes}, says)


FURTHER_REFUSALS: Final = (
    access(
        "a_deployer_of_production_that_development_approves",
        ("another stage than prod", "write environment:prod"),
        github={**GITHUB, "deployer_subjects": ["environment:dev"]},
    ),
    access(
        "an_auditor_of_another_stage",
        ("another stage than prod",),
        github={**GITHUB, "auditor_subjects": ["environment:SIT-audit"]},
        auditor_role_name="auditor",
    ),
    access(
        "one_environment_in_other_letters_for_two_roles",
        ("No subject may take two of the roles",),
        github={**GITHUB, "pruner_subjects": ["environment:PROD"]},
    ),
    access("a_planner_named_as_the_deployer", ("cannot be the planner",), planner_role_name="Deployer"),
    access("one_name_for_two_policies", ("write a name of its own",), boundary_policy_name="reader"),
    access(
        "logs_among_the_templates",
        ("log_buckets and in template_buckets",),
        log_buckets=["bbws-templates-prod"],
    ),
    access(
        "a_state_of_the_administrator_within_that_of_the_deployer",
        ("takes in one of state.administrators_keys",),
        state={**_STATE, "key_prefixes": ["2_1/"], "administrators_keys": ["2_1/account/"]},
    ),
    access(
        "a_state_among_the_templates",
        ("state.bucket is one of the buckets",),
        state={**_STATE, "bucket": "bbws-templates-prod", "key_prefixes": ["x/"]},
    ),
    Refusal(
        "more_readers_than_a_bucket_policy_holds",
        "modules/bucket_policy",
        {"readers": [f"{_READER}{'reader' * 9}-{number}" for number in range(160)]},
        ("longer than the 20,480 characters that S3 takes", "name fewer roles"),
    ),
    Refusal(
        "a_reader_with_a_longer_name_than_a_role_has",
        "modules/bucket_policy",
        {"readers": [f"{_READER}{'x' * 65}"]},
        ("Each reader must be a role of account 536580886816",),
    ),
    Refusal(
        "a_reader_of_another_partition",
        "modules/bucket_policy",
        {"readers": ["arn:aws-cn:iam::536580886816:role/reader"]},
        ("of another partition than",),
    ),
    Refusal(
        "a_stable_key_in_the_history",
        "modules/bucket_policy",
        {"stable_key_patterns": ["history/*"]},
        ("takes in what nobody may delete (history/)",),
    ),
    Refusal(
        "a_replica_with_a_key_of_the_first_region",
        "modules/dynamodb_table",
        {
            "keys": {
                "table": "arn:aws:kms:af-south-1:093646564004:key/a",
                "replica": "arn:aws:kms:af-south-1:093646564004:key/b",
            }
        },
        ("keys of the same region",),
    ),
    Refusal(
        "three_keys_of_a_table",
        "modules/gsi",
        {"attributes": {"PK": "S", "SK": "S", "email": "S"}, "table_keys": ["PK", "SK", "email"]},
        ("at most one sort key",),
    ),
    Refusal(
        "backups_selected_by_a_tag_that_aws_refuses",
        "modules/backup",
        {"selection_tags": {"BackupPolicy": "<daily>"}},
        ("or one that AWS refuses",),
    ),
    Refusal(
        "more_addresses_than_a_budget_tells",
        "modules/monitoring",
        {
            "budget": {
                "name": "b",
                "limit_usd": 1,
                "emails": [f"a{n}@example.com" for n in range(11)],
            }
        },
        ("more than the 10 addresses",),
    ),
    Refusal(
        "an_alarm_with_too_long_a_name",
        "modules/monitoring",
        {"tables": [{"name": "t" * 120, "indexes": ["i" * 120]}]},
        ("longer than the 255 characters that CloudWatch takes",),
    ),
    Refusal(
        "a_table_with_too_long_a_name_for_its_key",
        "modules/table_key",
        {"table": "t" * 250},
        ("or one that the name of a key cannot hold",),
    ),
)
