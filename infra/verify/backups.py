"""Backups: the plan, its schedule, how long it keeps, where it copies to, and what it selects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.design import BACKUP_DAYS, REGION, REPLICA_REGION, Environment
from infra.verify.aws import Account
from infra.verify.checks import Answer, Check, Subject, ask

SCHEDULES = {"daily": "cron(0 2 * * ? *)", "hourly": "cron(0 * * * ? *)"}


def verify_backups(account: Account) -> Iterator[Check]:
    """Every check of the vaults, the plan and its selection."""
    environment = account.environment
    vault = f"bbws-tables-{environment.name}"
    regions = (REGION, REPLICA_REGION) if environment.replicated else (REGION,)
    for region in regions:
        yield from _vault(account, vault, region)
    yield from _plan(account, vault)
    if environment.replicated:
        yield _advanced_features(account)


def _vault(account: Account, name: str, region: str) -> Iterator[Check]:
    subject = Subject("backup", f"vault {name} in {region}")
    client = account.backup(region)
    vault = ask(client.describe_backup_vault, BackupVaultName=name)
    if vault.problem:
        yield subject.missing("exists", "yes", vault)
        return
    key = vault.value.get("EncryptionKeyArn", "")
    yield subject.holds("encryption", ":key/" in key, expected="KMS", found=key or "none")
    arn = vault.value["BackupVaultArn"]
    tags = ask(client.list_tags, ResourceArn=arn)
    yield from subject.tags(
        account.environment.tags("dynamodb"), tags if tags.problem else Answer(tags.value["Tags"])
    )


def _plan(account: Account, vault: str) -> Iterator[Check]:
    environment = account.environment
    client = account.backup()
    name = f"bbws-tables-{environment.name}-{environment.backup_policy}"
    subject = Subject("backup", f"plan {name}")
    listed = ask(client.list_backup_plans)
    ids = [
        plan["BackupPlanId"]
        for plan in (listed.value or {}).get("BackupPlansList", [])
        if plan["BackupPlanName"] == name
    ]
    if len(ids) != 1:
        yield subject.missing("exists", "once", Answer(problem=listed.problem or f"{len(ids)} times"))
        return
    plan = client.get_backup_plan(BackupPlanId=ids[0])
    rules = plan["BackupPlan"]["Rules"]
    yield subject.equal("rules", 1, len(rules))
    for rule in rules:
        yield subject.equal("schedule", SCHEDULES[environment.backup_policy], rule["ScheduleExpression"])
        yield subject.equal("time zone", "Etc/UTC", rule.get("ScheduleExpressionTimezone", "Etc/UTC"))
        yield subject.equal("vault", vault, rule["TargetBackupVaultName"])
        yield subject.equal("kept for days", BACKUP_DAYS, rule.get("Lifecycle", {}).get("DeleteAfterDays"))
        yield subject.equal("copies", _expected_copies(environment, vault), _copies(rule))
    yield from _selection(account, ids[0], subject)
    tags = ask(client.list_tags, ResourceArn=plan["BackupPlanArn"])
    yield from subject.tags(
        environment.tags("dynamodb"), tags if tags.problem else Answer(tags.value["Tags"])
    )


def _expected_copies(environment: Environment, vault: str) -> tuple[str, ...]:
    if not environment.replicated:
        return ()
    arn = f"arn:aws:backup:{REPLICA_REGION}:{environment.account}:backup-vault:{vault}"
    return (f"{arn} for {BACKUP_DAYS} days",)


def _copies(rule: Mapping[str, Any]) -> tuple[str, ...]:
    copies = [
        (copy["DestinationBackupVaultArn"], copy.get("Lifecycle", {}).get("DeleteAfterDays", "?"))
        for copy in rule.get("CopyActions", [])
    ]
    return tuple(f"{vault} for {days} days" for vault, days in copies)


def _selection(account: Account, plan_id: str, subject: Subject) -> Iterator[Check]:
    client = account.backup()
    expected = tuple(
        f"{key}={value}"
        for key, value in (("BackupPolicy", account.environment.backup_policy), ("Component", "dynamodb"))
    )
    listed = client.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    if len(listed) != 1:
        yield subject.missing("selects tables tagged", expected, Answer(problem=f"{len(listed)} selections"))
        return
    answer = client.get_backup_selection(BackupPlanId=plan_id, SelectionId=listed[0]["SelectionId"])
    selection = answer["BackupSelection"]
    equals = selection.get("Conditions", {}).get("StringEquals", [])
    found = sorted(
        f"{entry['ConditionKey'].removeprefix('aws:ResourceTag/')}={entry['ConditionValue']}"
        for entry in equals
    )
    yield subject.equal("selects tables tagged", expected, tuple(found))
    yield subject.equal("selects", ("arn:aws:dynamodb:*:*:table/*",), tuple(selection.get("Resources", [])))
    other = {name: value for name, value in selection.get("Conditions", {}).items() if name != "StringEquals"}
    other |= {name: selection.get(name) for name in ("NotResources", "ListOfTags")}
    narrower = sorted(name for name, value in other.items() if value)
    yield subject.holds(
        "leaves no table out", not narrower, expected="yes", found=f"narrowed by {', '.join(narrower)}"
    )


def _advanced_features(account: Account) -> Check:
    """Without them AWS Backup copies no table to another region.

    The setting belongs to account and region, not to this estate, so Terraform leaves it alone.
    """
    subject = Subject("backup", f"AWS Backup in {REGION}")
    answer = ask(account.backup().describe_region_settings)
    if answer.problem:
        return subject.missing("advanced features for DynamoDB", "on", answer)
    on = bool(answer.value.get("ResourceTypeManagementPreference", {}).get("DynamoDB"))
    return subject.holds(
        "advanced features for DynamoDB", on, expected="on", found="off: tables are not copied"
    )
