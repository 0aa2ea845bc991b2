"""What Terraform leaves behind in each environment, attribute by attribute against the facts."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from infra.deploy.cost.estimate import estimate
from infra.deploy.cost.resources import Resource, resources
from infra.deploy.report import plan_report
from infra.deploy.tags import MANDATORY, untagged
from tests.infra.applied.conftest import PLANNED, Estates
from tests.infra.estate import Estate
from tests.infra.facts import (
    ACCOUNT,
    BACKUP,
    BUDGET,
    COMPONENTS,
    FORCE_DESTROY,
    INDEXES,
    PROTECTED,
    REPLICATED,
    SCHEDULE,
    TABLES,
    reader_roles,
    tags,
)


@pytest.fixture(params=PLANNED)
def planned(request: pytest.FixtureRequest, estates: Estates) -> Estate:
    """Each environment, planned."""
    return estates.get(request.param)


def one(estate: Estate, component: str, address: str) -> dict[str, Any]:
    values = estate.values(component)
    assert address in values, f"{address} is not among {sorted(values)}"
    return values[address]


def test_the_bucket_is_as_designed(planned: Estate) -> None:
    name = f"bbws-templates-{planned.name}"
    bucket = one(planned, "templates", "module.bucket.aws_s3_bucket.this")
    assert bucket["bucket"] == name
    assert bucket["force_destroy"] is FORCE_DESTROY[planned.name]

    def setting(kind: str) -> dict[str, Any]:
        values = one(planned, "templates", f"module.bucket.aws_s3_bucket_{kind}.this")
        assert values["bucket"] == name
        return values

    assert setting("versioning")["versioning_configuration"][0]["status"] == "Enabled"
    (encryption,) = setting("server_side_encryption_configuration")["rule"]
    assert encryption["apply_server_side_encryption_by_default"][0]["sse_algorithm"] == "AES256"
    block = setting("public_access_block")
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block[switch] is True for switch in switches)
    assert setting("ownership_controls")["rule"][0]["object_ownership"] == "BucketOwnerEnforced"


def test_the_lifecycle_keeps_current_versions(planned: Estate) -> None:
    address = "module.bucket.aws_s3_bucket_lifecycle_configuration.this"
    rules = {rule["id"]: rule for rule in one(planned, "templates", address)["rule"]}
    noncurrent = rules.pop("expire-noncurrent-versions")
    assert noncurrent["noncurrent_version_expiration"][0]["noncurrent_days"] == 90
    multipart = rules.pop("abort-multipart-uploads")
    assert multipart["abort_incomplete_multipart_upload"][0]["days_after_initiation"] == 7
    assert rules == {}
    for rule in (noncurrent, multipart):
        assert rule["status"] == "Enabled"
        assert not rule["expiration"]
        assert not rule["transition"]


def test_access_logs_go_to_their_bucket(planned: Estate) -> None:
    logging = one(planned, "templates", "module.bucket.aws_s3_bucket_logging.this[0]")
    assert logging["target_bucket"] == f"bbws-logs-{planned.name}"
    assert logging["target_prefix"] == "s3-access-logs/templates/"
    log = one(planned, "templates", "module.bucket.aws_s3_bucket.log[0]")
    assert log["bucket"] == f"bbws-logs-{planned.name}"


def test_the_policy_names_the_roles_of_the_design(planned: Estate) -> None:
    policy = json.loads(one(planned, "templates", "module.bucket_policy.aws_s3_bucket_policy.this")["policy"])
    account = ACCOUNT[planned.name]
    reading = next(statement for statement in policy["Statement"] if statement["Sid"] == "AllowReading")
    for role in (*reader_roles(planned.name), f"bbws-terraform-deployer-{planned.name}"):
        assert f"arn:aws:iam::{account}:role/{role}" in reading["Principal"]["AWS"]
    publishing = next(statement for statement in policy["Statement"] if statement["Sid"] == "AllowPublishing")
    (publisher,) = (
        [publishing["Principal"]["AWS"]]
        if isinstance(publishing["Principal"]["AWS"], str)
        else publishing["Principal"]["AWS"]
    )
    assert publisher == f"arn:aws:iam::{account}:role/bbws-terraform-deployer-{planned.name}"


def test_only_production_is_copied(planned: Estate) -> None:
    address = "module.replication[0].aws_s3_bucket_replication_configuration.this"
    if not REPLICATED[planned.name]:
        assert not any("replica" in name or "replication" in name for name in planned.values("templates"))
        return
    replica = one(planned, "templates", "module.replica[0].aws_s3_bucket.this")
    assert replica["bucket"] == "bbws-templates-prod-dr-eu-west-1"
    (rule,) = one(planned, "templates", address)["rule"]
    assert rule["status"] == "Enabled"
    assert rule["delete_marker_replication"][0]["status"] == "Enabled"
    (destination,) = rule["destination"]
    assert destination["bucket"] == "arn:aws:s3:::bbws-templates-prod-dr-eu-west-1"
    assert destination["replication_time"][0]["status"] == "Enabled"
    assert destination["replication_time"][0]["time"][0]["minutes"] == 15
    assert destination["metrics"][0]["status"] == "Enabled"
    assert destination["metrics"][0]["event_threshold"][0]["minutes"] == 15


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_as_designed(planned: Estate, table: str) -> None:
    values = one(planned, table, "module.table.aws_dynamodb_table.this")
    assert values["name"] == table
    assert values["billing_mode"] == "PAY_PER_REQUEST"
    assert (values["hash_key"], values["range_key"]) == ("PK", "SK")
    assert values["stream_enabled"] is True
    assert values["stream_view_type"] == "NEW_AND_OLD_IMAGES"
    assert values["point_in_time_recovery"][0]["enabled"] is True
    assert values["point_in_time_recovery"][0]["recovery_period_in_days"] == 35
    assert values["server_side_encryption"][0]["enabled"] is True
    assert values["deletion_protection_enabled"] is PROTECTED[planned.name]
    indexes = {
        index["name"]: (index["hash_key"], index["range_key"] or None)
        for index in values["global_secondary_index"]
    }
    assert indexes == INDEXES[table]
    assert {index["projection_type"] for index in values["global_secondary_index"]} == {"ALL"}
    keys = {"PK", "SK", *(key for pair in INDEXES[table].values() for key in pair if key)}
    assert {attribute["name"]: attribute["type"] for attribute in values["attribute"]} == dict.fromkeys(
        keys, "S"
    )
    key = one(planned, "account", f'module.table_key["{table}"].aws_kms_key.this')
    assert key["enable_key_rotation"] is True


def test_the_design_has_eight_indexes() -> None:
    assert sum(len(indexes) for indexes in INDEXES.values()) == 8


@pytest.mark.parametrize("table", TABLES)
def test_production_tables_have_a_protected_replica(planned: Estate, table: str) -> None:
    """Asserted on the plan: making a protected replica takes the provider three minutes of waiting."""
    address = "module.table.aws_dynamodb_table_replica.this[0]"
    if not REPLICATED[planned.name]:
        assert address not in planned.values(table)
        return
    replica = one(planned, table, address)
    assert replica["deletion_protection_enabled"] is True
    assert replica["point_in_time_recovery"] is True
    assert f'module.table_key["{table}"].aws_kms_key.replica[0]' in planned.values("account")


def test_backups_follow_the_environment(planned: Estate) -> None:
    policy = BACKUP[planned.name]
    (rule,) = one(planned, "account", "module.backup.aws_backup_plan.this")["rule"]
    assert rule["schedule"] == SCHEDULE[policy]
    assert rule["schedule_expression_timezone"] == "Etc/UTC"
    assert rule["lifecycle"][0]["delete_after"] == 90
    assert len(rule["copy_action"]) == (1 if REPLICATED[planned.name] else 0)
    for copied in rule["copy_action"]:
        assert copied["lifecycle"][0]["delete_after"] == 90
    selection = one(planned, "account", "module.backup.aws_backup_selection.this")
    selected = {entry["key"]: entry["value"] for entry in selection["condition"][0]["string_equals"]}
    assert selected == {"aws:ResourceTag/BackupPolicy": policy, "aws:ResourceTag/Component": "dynamodb"}


def test_the_budget_follows_the_environment(planned: Estate) -> None:
    budget = one(planned, "account", "module.monitoring.aws_budgets_budget.this[0]")
    assert float(budget["limit_amount"]) == float(BUDGET[planned.name])
    assert (budget["limit_unit"], budget["time_unit"]) == ("USD", "MONTHLY")
    alerts = {alert["notification_type"]: alert["threshold"] for alert in budget["notification"]}
    assert alerts == {"ACTUAL": 80, "FORECASTED": 100}
    assert {alert["threshold_type"] for alert in budget["notification"]} == {"PERCENTAGE"}


def test_state_is_kept_where_the_design_says(planned: Estate) -> None:
    bucket = one(planned, "bootstrap", "module.bucket.aws_s3_bucket.this")
    assert bucket["bucket"] == f"bbws-terraform-state-{planned.name}"
    lock = one(planned, "bootstrap", "aws_dynamodb_table.lock")
    assert lock["name"] == f"terraform-state-lock-{planned.name}"
    assert lock["hash_key"] == "LockID"
    assert lock["deletion_protection_enabled"] is PROTECTED[planned.name]


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_taggable_resource_carries_the_seven_tags(planned: Estate, component: str) -> None:
    if component in planned.planned:
        assert untagged(planned.planned[component]) == {}
    taggable = {
        address: values["tags_all"]
        for address, values in planned.values(component).items()
        if "tags_all" in values
    }
    assert taggable
    for address, found in taggable.items():
        assert found["Component"] in ("dynamodb", "s3"), address
        assert tags(planned.name, found["Component"]).items() <= found.items(), address
    expected = "s3" if component in ("templates", "bootstrap") else "dynamodb"
    assert expected in {found["Component"] for found in taggable.values()}


@pytest.mark.parametrize("tag", MANDATORY)
def test_a_missing_tag_is_found_on_the_plan(estates: Estates, tag: str) -> None:
    plan = copy.deepcopy(estates.new.planned["tenants"])
    victim = next(
        change
        for change in plan["resource_changes"]
        if change["address"] == "module.table.aws_dynamodb_table.this"
    )
    del victim["change"]["after"]["tags_all"][tag]
    assert untagged(plan) == {"module.table.aws_dynamodb_table.this": (tag,)}
    assert f"`module.table.aws_dynamodb_table.this`: {tag}" in plan_report(plan)


def test_alarms_watch_errors_throttles_and_the_bucket_everywhere(planned: Estate) -> None:
    for table in TABLES:
        alarms = {values["alarm_name"] for values in planned.values(table).values() if "alarm_name" in values}
        prefix = f"bbws-{planned.name}-{table}"
        assert {f"{prefix}-system-errors", f"{prefix}-read-throttles", f"{prefix}-write-throttles"} <= alarms
    regions = {"": "af-south-1"} | ({"replica_": "eu-west-1"} if REPLICATED[planned.name] else {})
    for prefix, region in regions.items():
        actions_of = {
            values["metric_name"]: values["alarm_actions"]
            for address, values in planned.values("templates").items()
            if "alarm_name" in values and address.startswith(f"module.{prefix}monitoring")
        }
        wanted = {"4xxErrors", "5xxErrors"}
        assert wanted | ({"ReplicationLatency"} if len(regions) == 2 and not prefix else set()) <= set(
            actions_of
        )
        topic = f"arn:aws:sns:{region}:{ACCOUNT[planned.name]}:bbws-alarms-{planned.name}"
        assert all(actions == [topic] for actions in actions_of.values())


def test_the_second_region_has_a_topic_and_alarms_of_its_own(planned: Estate) -> None:
    """CloudWatch sends to a topic of its own region: alarms elsewhere would be heard by nobody."""
    account = planned.values("account")
    topics = {address for address in account if address.endswith(".aws_sns_topic.this[0]")}
    assert len(topics) == 1 + REPLICATED[planned.name]
    for component in ("templates", *TABLES):
        watched = [
            values["alarm_name"]
            for address, values in planned.values(component).items()
            if address.startswith("module.replica_monitoring") and "alarm_name" in values
        ]
        assert bool(watched) is REPLICATED[planned.name]


def test_no_bucket_of_the_account_is_public(planned: Estate) -> None:
    block = one(planned, "account", "aws_s3_account_public_access_block.this")
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block[switch] is True for switch in switches)


def test_a_vault_that_may_not_be_destroyed_is_locked(planned: Estate) -> None:
    account = planned.values("account")
    locks = {
        address: values
        for address, values in account.items()
        if ".aws_backup_vault_lock_configuration." in address
    }
    policies = [values for address, values in account.items() if ".aws_backup_vault_policy." in address]
    expected = {"dev": 0, "sit": 1, "prod": 2}[planned.name]
    assert len(locks) == len(policies) == expected
    for lock in locks.values():
        assert lock["min_retention_days"] == 90
        # Of governance: one of compliance can never be taken off again, and so is a decision of its own.
        assert lock.get("changeable_for_days") is None
    for policy in policies:
        (denied, *_) = json.loads(policy["policy"])["Statement"]
        assert (denied["Effect"], "backup:DeleteRecoveryPoint" in denied["Action"]) == ("Deny", True)


def test_the_state_has_access_logs_and_outlives_everything(planned: Estate) -> None:
    logging = one(planned, "bootstrap", "module.bucket.aws_s3_bucket_logging.this[0]")
    assert logging["target_bucket"] == f"bbws-terraform-state-logs-{planned.name}"
    policy = json.loads(one(planned, "bootstrap", "module.bucket_policy.aws_s3_bucket_policy.this")["policy"])
    denied = {
        action
        for statement in policy["Statement"]
        if statement["Sid"] == "DenyDestruction"
        for action in statement["Action"]
    }
    assert {"s3:DeleteBucket", "s3:DeleteObjectVersion"} <= denied


@pytest.mark.parametrize(
    "names",
    [("dev", "prod"), pytest.param(("dev", "sit", "prod"), marks=pytest.mark.heavy("estate"))],
    ids="-".join,
)
def test_monitoring_grows_with_the_environment(estates: Estates, names: tuple[str, ...]) -> None:
    count = [
        sum("alarm_name" in values for values in estates.get(name).values("tenants").values())
        for name in names
    ]
    assert sorted(set(count)) == count


@pytest.mark.heavy("estate")
def test_a_new_estate_is_within_its_limit(estates: Estates) -> None:
    """Every type of the estate is priced or free, every table and bucket has its assumptions."""
    planned = estates.get("sit").planned.values()
    found = estimate("sit", [resource for plan in planned for resource in resources(typed(plan))])
    assert 10 < found.total < 100
    assert {line.what for line in found.lines} >= PRICED


PRICED = {"metrics of the alarm", "request metrics", "GB of backups"}


@pytest.mark.parametrize("name", PLANNED)
def test_whatever_is_applied_has_a_price(estates: Estates, name: str) -> None:
    estate = estates.get(name)
    found = [
        Resource(f"{component}.{address}", kind_of(address), values)
        for component in COMPONENTS
        for address, values in estate.values(component).items()
    ]
    priced = estimate(name, found)
    assert 10 < priced.total < {"dev": 100, "sit": 100, "prod": 5000}[name]
    assert {line.what for line in priced.lines} >= PRICED


def kind_of(address: str) -> str:
    """The type in an address: ``module.table.aws_dynamodb_table.this[0]``."""
    return next(part for part in address.split(".") if part.startswith("aws_") or part == "terraform_data")


def typed(plan: dict[str, Any]) -> dict[str, Any]:
    """The part of a plan with the types of its resources."""
    entries = plan["planned_values"]["root_module"]["resources"]
    found = [{**entry, "type": kind_of(entry["address"])} for entry in entries]
    return {"planned_values": {"root_module": {"resources": found}}}


def test_the_report_of_a_new_estate_is_readable(estates: Estates) -> None:
    name, plan = estates.new.name, estates.new.planned["templates"]
    report = plan_report(plan, title=f"templates in {name}")
    creations = sum(change["change"]["actions"] == ["create"] for change in plan["resource_changes"])
    assert report.startswith(f"# templates in {name}\n\n**{creations} to create.**\n")
    assert f'+ bucket = "bbws-templates-{name}"' in report
    assert '"Sid": "DenyInsecureTransport"' in report
    assert "- statement: `AllowPublishing`" in report.partition("## create")[0]
    assert "**delete**" not in report
