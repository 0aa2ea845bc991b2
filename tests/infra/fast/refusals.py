"""Bad input, and the sentence that must answer it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """``changes`` to good input of ``source``, and parts of the sentence that must refuse them."""

    name: str
    source: str
    changes: Mapping[str, Any]
    says: tuple[str, ...]
    environment: str = ""


GOOD: Mapping[str, Mapping[str, Any]] = {
    "modules/s3_bucket": {"name": "bbws-templates-dev", "environment": "dev"},
    "modules/gsi": {"attributes": {"PK": "S", "email": "S"}, "table_keys": ["PK"]},
    "modules/dynamodb_table": {
        "name": "tenants",
        "environment": "prod",
        "deletion_protection": True,
        "replicate": True,
    },
    "modules/backup": {
        "environment": "dev",
        "vault_name": "bbws-tables-dev",
        "plan_name": "bbws-tables-dev-daily",
        "role_name": "bbws-backup-dev",
        "frequency": "daily",
        "selection_tags": {"BackupPolicy": "daily"},
    },
    "modules/bucket_policy": {"bucket": "bbws-templates-dev", "account_id": "536580886816"},
    "modules/monitoring": {"environment": "dev", "level": "basic", "topic": {"name": "bbws-alarms-dev"}},
    "modules/replication": {
        "source_bucket": "bbws-templates-prod",
        "destination_bucket": "bbws-templates-prod-dr-eu-west-1",
        "account_id": "093646564004",
        "role_name": "bbws-templates-replication-prod",
    },
}

GITHUB: Mapping[str, Any] = {
    "repository": "BigBeardWebSolutions/2_1_bbws_s3_schemas",
    "planner_subjects": ["ref:refs/heads/main"],
    "auditor_subjects": ["environment:prod-audit"],
    "deployer_subjects": ["environment:prod"],
    "pruner_subjects": ["environment:prod-prune"],
}

REFUSALS = (
    Refusal(
        "an_environment_that_does_not_exist",
        "modules/s3_bucket",
        {"environment": "staging"},
        ('no environment "staging"', "write dev, sit or prod"),
    ),
    Refusal(
        "a_bucket_name_in_capitals",
        "modules/s3_bucket",
        {"name": "BBWS_Templates"},
        (
            '"BBWS_Templates" is not a bucket name',
            "3 to 63 lower-case letters",
            "for example bbws-templates-dev",
        ),
    ),
    Refusal(
        "a_bucket_name_of_two_letters",
        "modules/s3_bucket",
        {"name": "bb"},
        ('"bb" is not a bucket name', "3 to 63"),
    ),
    Refusal(
        "a_bucket_name_like_an_address",
        "modules/s3_bucket",
        {"name": "192.168.5.4"},
        ('"192.168.5.4" is not a bucket name',),
    ),
    Refusal(
        "a_bucket_name_with_a_reserved_ending",
        "modules/s3_bucket",
        {"name": "bbws-templates-s3alias"},
        ("a part that S3 keeps for itself", "write a name without it"),
    ),
    Refusal(
        "a_production_bucket_that_may_be_destroyed",
        "modules/s3_bucket",
        {"environment": "prod", "force_destroy": True},
        ("write force_destroy = false",),
    ),
    Refusal(
        "noncurrent_versions_kept_for_no_day",
        "modules/s3_bucket",
        {"lifecycle_days": {"noncurrent_versions": 0}},
        ("is 0", "from 1 to 3650", "the design says 90"),
    ),
    Refusal(
        "a_log_bucket_that_logs_into_itself",
        "modules/s3_bucket",
        {"logging": {"bucket": "bbws-templates-dev", "prefix": "s3-access-logs/templates/"}},
        ("logging.bucket is the bucket itself", "write another one"),
    ),
    Refusal(
        "a_log_bucket_with_a_reserved_ending",
        "modules/s3_bucket",
        {"logging": {"bucket": "bbws-logs-s3alias", "prefix": "s3-access-logs/templates/"}},
        ("logging.bucket is not a bucket name", "endings that S3 keeps for itself"),
    ),
    *(
        Refusal(
            f"logs_under_a_prefix_{name}",
            "modules/s3_bucket",
            {"logging": {"bucket": "acme-central-logs", "prefix": prefix, "create_bucket": False}},
            ("logging.prefix is not a folder", "ends with one slash and begins with none"),
        )
        for name, prefix in {
            "that_is_empty": "",
            "without_a_slash_at_the_end": "templates",
            "with_a_slash_at_the_beginning": "/templates/",
            "that_is_a_slash": "/",
            "with_a_wildcard": "*/templates/",
        }.items()
    ),
    Refusal(
        "logs_kept_for_a_day_and_a_half",
        "modules/s3_bucket",
        {
            "logging": {
                "bucket": "bbws-logs-dev",
                "prefix": "s3-access-logs/templates/",
                "retention_days": 1.5,
            }
        },
        ("logging.retention_days is out of range", "a whole number of days from 1 to 3650"),
    ),
    Refusal(
        "an_index_on_an_undeclared_attribute",
        "modules/gsi",
        {"indexes": [{"name": "EmailIndex", "partition_key": "mail"}]},
        ("EmailIndex needs mail", "Write the attribute with its type into attributes", "declared: PK, email"),
    ),
    Refusal(
        "an_index_on_a_boolean",
        "modules/gsi",
        {"attributes": {"PK": "S", "active": "BOOL"}},
        ("active = BOOL", "write S, N or B", "a string attribute that is derived from it"),
    ),
    Refusal(
        "an_index_without_name_and_partition_key",
        "modules/gsi",
        {"indexes": [{"name": None, "partition_key": "", "sort_key": "email"}]},
        ('Not so: "nothing"', "A key of an index is empty", "write the name of an attribute"),
    ),
    Refusal(
        "a_sort_key_that_is_the_partition_key",
        "modules/dynamodb_table",
        {"sort_key": {"name": "PK"}},
        ("has the name of the partition key", "or sort_key = null"),
    ),
    Refusal(
        "an_attribute_that_contradicts_a_key",
        "modules/dynamodb_table",
        {"attributes": {"SK": "N"}},
        ("another type than the key itself has", "leave the table's keys out of attributes"),
    ),
    Refusal(
        "an_index_of_a_table_on_an_undeclared_attribute",
        "modules/dynamodb_table",
        {"indexes": [{"name": "EmailIndex", "partition_key": "email"}]},
        ("EmailIndex needs email", "Write the attribute with its type into attributes"),
    ),
    Refusal(
        "a_production_table_without_protection",
        "modules/dynamodb_table",
        {"deletion_protection": False},
        ("must be protected against deletion", "write deletion_protection = true"),
    ),
    Refusal(
        "a_production_table_without_replica",
        "modules/dynamodb_table",
        {"replicate": False},
        ("write replicate = true",),
    ),
    Refusal(
        "a_recovery_period_of_36_days",
        "modules/dynamodb_table",
        {"recovery_period_days": 36},
        ("is 36", "1 to 35 days", "the design says 35"),
    ),
    Refusal(
        "a_key_called_back_within_a_week_and_a_half_day",
        "modules/dynamodb_table",
        {"key_deletion_window_days": 7.5},
        ("key_deletion_window_days is 7.5", "7 to 30 days", "a whole number"),
    ),
    Refusal(
        "backups_kept_for_three_days",
        "modules/backup",
        {"retention_days": 3},
        ("retention_days is 3", "from 7 to 365", "the design says 90"),
    ),
    Refusal(
        "backups_kept_for_ten_years",
        "modules/backup",
        {"retention_days": 3650},
        ("retention_days is 3650", "from 7 to 365"),
    ),
    Refusal(
        "a_frequency_that_does_not_exist",
        "modules/backup",
        {"frequency": "weekly"},
        ('"weekly" is no backup frequency', "write daily (at 02:00 UTC) or hourly"),
    ),
    Refusal(
        "backups_selected_by_a_tag_without_value",
        "modules/backup",
        {"selection_tags": {"BackupPolicy": ""}},
        ("a tag without name or value", "write both"),
    ),
    Refusal(
        "names_that_nothing_to_be_watched_has",
        "modules/monitoring",
        {
            "tables": [{"name": "a b c", "replica_region": "mars"}, {"name": "a b c"}],
            "bucket": {"name": "Templates", "replication": {"destination_bucket": "copies", "rule_id": ""}},
            "budget": {"name": "dev:monthly", "limit_usd": 500, "emails": ["support"]},
        },
        (
            "tables holds a name that no table and no index has",
            "tables names a table or an index twice",
            "replica_region of a table is not a region",
            "bucket holds a name that no bucket has",
            "rule_id is empty",
            "budget.name is not the name of a budget",
            "budget.emails holds something that is not an email address",
        ),
    ),
    Refusal(
        "backups_watched_for_nobody",
        "modules/monitoring",
        {
            "watch_backups": True,
            "topic": None,
            "alarm_topic_arn": "arn:aws:sns:af-south-1:536580886816:bbws-alarms-dev",
        },
        ("write topic as well, or watch_backups = false",),
    ),
    Refusal(
        "copies_to_a_bucket_with_a_reserved_ending",
        "modules/replication",
        {"destination_bucket": "bbws-templates-s3alias"},
        ('"bbws-templates-s3alias" cannot take the copies',),
    ),
    Refusal(
        "a_policy_for_a_bucket_with_a_reserved_beginning_and_a_role_with_a_blank",
        "modules/bucket_policy",
        {"bucket": "xn--templates", "writers": ["arn:aws:iam::536580886816:role/the deployer"]},
        (
            "beginnings and endings that S3 keeps for itself",
            "Not so: arn:aws:iam::536580886816:role/the deployer",
        ),
    ),
    Refusal(
        "a_reader_of_another_account",
        "modules/bucket_policy",
        {"readers": ["arn:aws:iam::111122223333:role/stranger"]},
        ("write arn:aws:iam::536580886816:role/NAME", "Not so: arn:aws:iam::111122223333:role/stranger"),
    ),
    Refusal(
        "an_account_without_its_zeros",
        "modules/bucket_policy",
        {"account_id": "93646564004"},
        ('"93646564004" is not an AWS account', "12 digits in quotes"),
    ),
    Refusal(
        "a_component_in_an_environment_that_does_not_exist",
        "components/tenants",
        {"environment": "staging"},
        ('no environment "staging"', "write dev, sit or prod"),
        environment="dev",
    ),
    Refusal(
        "the_bucket_of_another_environment",
        "components/templates",
        {"bucket_name": "bbws-templates-prod"},
        ("does not belong to dev", "ends with -dev"),
        environment="dev",
    ),
    Refusal(
        "a_production_table_component_without_protection",
        "components/campaigns",
        {"deletion_protection": False},
        ("must be protected against deletion", "write deletion_protection = true"),
        environment="prod",
    ),
    Refusal(
        "production_without_a_copy_of_the_bucket",
        "components/templates",
        {"replica": None},
        ("Production's bucket is copied to the second region",),
        environment="prod",
    ),
    Refusal(
        "backups_of_production_once_a_day",
        "components/account",
        {"backup_policy": "daily"},
        ('write backup_policy = "hourly"',),
        environment="prod",
    ),
    Refusal(
        "alarms_that_nobody_hears",
        "components/account",
        {"alert_emails": []},
        ("write at least one address into alert_emails",),
        environment="sit",
    ),
    Refusal(
        "a_deployer_that_any_job_on_main_may_take",
        "components/account",
        {
            "github": {
                **GITHUB,
                "planner_subjects": ["environment:prod-plan"],
                "deployer_subjects": ["ref:refs/heads/main", "environment:prod"],
            }
        },
        ('write for example ["environment:prod"]', "nobody has approved such a job", "takes the planner"),
        environment="prod",
    ),
    Refusal(
        "one_environment_for_deployer_and_pruner",
        "components/account",
        {"github": {**GITHUB, "pruner_subjects": ["environment:prod"]}},
        ("No subject may take two of the roles", "environment:prod-prune for the pruner"),
        environment="prod",
    ),
    *(
        Refusal(
            f"a_tag_{name}",
            "modules/s3_bucket",
            {"tags": tags},
            ("tags holds one that AWS refuses", "values of up to 256 letters", *says),
        )
        for name, tags, says in (
            ("that_begins_with_aws", {"aws:team": "portal"}, ('"aws:team"',)),
            ("with_a_value_of_257_letters", {"team": "x" * 257}, ('"team"',)),
            ("with_a_value_that_holds_a_semicolon", {"team": "a;b"}, ('"team"',)),
            ("without_a_value", {"team": None}, ('"team"',)),
            ("and_43_others", {f"team{number}": "x" for number in range(44)}, ("at most 43",)),
        )
    ),
    Refusal(
        "a_recovery_point_with_a_tag_that_begins_with_aws",
        "modules/backup",
        {"recovery_point_tags": {"aws:team": "portal"}},
        ("recovery_point_tags holds one that AWS refuses", '"aws:team"'),
    ),
    Refusal(
        "a_stable_key_that_is_everything_with_a_dot",
        "modules/bucket_policy",
        {"stable_key_patterns": ["*.*"]},
        ("would take in everything", "for example *.html"),
    ),
    Refusal(
        "one_attribute_too_many_in_all_indexes",
        "modules/gsi",
        {
            "indexes": [
                {
                    "name": f"Email{index}",
                    "partition_key": "email",
                    "projection": "INCLUDE",
                    "include": [f"attribute{number}" for number in range(length)],
                }
                for index, length in (("Index", 60), ("Other", 41))
            ]
        },
        ("include 101 attributes", "takes 100 in all indexes", "write fewer"),
    ),
    Refusal(
        "an_included_attribute_that_is_null",
        "modules/gsi",
        {
            "indexes": [
                {"name": "EmailIndex", "partition_key": "email", "projection": "INCLUDE", "include": [None]}
            ]
        },
        ("include holds a name that no attribute has",),
    ),
    *(
        Refusal(f"a_null_among_{name}", source, {name: [None]}, says, environment)
        for source, name, says, environment in (
            ("modules/bucket_policy", "readers", ("Each reader must be a role", "Not so: nothing"), ""),
            ("modules/bucket_policy", "settled_for", ("settled_for takes roles",), ""),
            ("modules/bucket_policy", "immutable_prefixes", ("must name a folder",), ""),
            ("modules/bucket_policy", "pointer_keys", ("must name one object",), ""),
            ("modules/bucket_policy", "stable_key_patterns", ("A stable key pattern",), ""),
            ("modules/monitoring", "sending_buckets", ("sending_buckets takes the names",), ""),
            ("components/account", "alert_emails", ("is not an email address",), "sit"),
            ("components/account", "template_buckets", ("template_buckets takes the names",), "sit"),
            ("components/account", "tables", ("tables takes names without wildcards",), "sit"),
            ("components/templates", "reader_role_names", ("not the name of a role",), "sit"),
        )
    ),
    Refusal(
        "a_lock_that_is_longer_than_the_backups",
        "modules/backup",
        {"lock": {"min_days": 91}},
        ("lock.min_days is longer than the backups are kept", "write 1 to 90"),
    ),
    Refusal(
        "a_key_of_a_table_that_is_a_name",
        "modules/dynamodb_table",
        {"keys": {"table": "alias/tenants", "replica": "alias/tenants"}},
        ("is not the ARN of a key", "arn:aws:kms:REGION:ACCOUNT:key/ID"),
    ),
    Refusal(
        "a_replica_without_a_key",
        "modules/dynamodb_table",
        {"keys": {"table": "arn:aws:kms:af-south-1:093646564004:key/1"}},
        ("The replica has no key", "keys.replica"),
    ),
    Refusal(
        "unguarded_buckets_in_sit",
        "components/templates",
        {"guard": False},
        ("changed by an administrator alone", "write guard = true"),
        environment="sit",
    ),
    Refusal(
        "an_auditor_with_the_environment_of_the_deployer",
        "components/account",
        {"github": {**GITHUB, "auditor_subjects": ["environment:prod"]}},
        ("No subject may take two of the roles", "environment:prod-audit for the auditor"),
        environment="prod",
    ),
    Refusal(
        "no_account_at_all",
        "modules/bucket_policy",
        {"account_id": None},
        ("var.account_id", "may not be set to null"),
    ),
    Refusal(
        "an_unprotected_lock_table_in_production",
        "components/bootstrap",
        {"deletion_protection": False},
        ("write deletion_protection = true",),
        environment="prod",
    ),
)


def refusal_test(refusal: Refusal, sources: Path) -> str:
    """A file for ``terraform test`` with mocked providers, in which the refusal is not expected."""
    values = dict(GOOD.get(refusal.source, {})) | dict(refusal.changes)
    lines = [f"    {name} = {_expression(value)}" for name, value in values.items()]
    if refusal.environment:
        tfvars = sources / refusal.source / "environments" / f"{refusal.environment}.tfvars"
        lines += _without(tfvars.read_text(encoding="utf-8"), set(refusal.changes))
    assignments = "\n".join(lines)
    return (
        'mock_provider "aws" {}\n\nmock_provider "aws" {\n  alias = "replica"\n}\n\n'
        f'run "{refusal.name}" {{\n  command = plan\n\n'
        f'  module {{\n    source = "../{refusal.source}"\n  }}\n\n'
        f"  variables {{\n{assignments}\n  }}\n}}\n"
    )


def _without(text: str, names: set[str]) -> list[str]:
    """The assignments of a .tfvars file, but for those of ``names``; values of several lines stay whole."""
    kept: list[str] = []
    keep = True
    for line in text.splitlines():
        if line and not line[0].isspace() and line[0] not in "]}":
            keep = line.split("=")[0].strip() not in names
        if keep:
            kept.append(line)
    return kept


def _expression(value: Any) -> str:
    """JSON is Terraform for everything used here, once its object keys are followed by an equals sign."""
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(f"{json.dumps(key)} = {_expression(member)}" for key, member in value.items())
            + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_expression(member) for member in value) + "]"
    return json.dumps(value)
