"""Backups: the vaults with their keys, locks and policies, the plan, and what it selects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Final

from infra.design import (
    BACKUP_DAYS,
    BACKUP_SCHEDULES,
    LOCK_DAYS,
    REGION,
    REPLICA_REGION,
    TABLES,
    Environment,
)
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject
from infra.verify.documents import rights, rights_of
from infra.verify.keys import key_arn
from infra.verify.recorded import recorded
from infra.verify.tags import own

_OURS: Final = "bbws-"
_ABOUT_THE_RULE: Final = {"RuleId", "RuleName"}


def backup_questions(account: Account) -> Iterator[Question]:
    """Every question on the vaults, the plan, its selection and the settings of the region."""
    environment = account.environment
    for region in environment.regions:
        yield from _vault(account, region)
    yield from _plan(account)
    yield from _settings(account)


def _vault(account: Account, region: str) -> Iterator[Question]:
    environment = account.environment
    name = environment.vault
    subject = Subject("backup", f"vault {name} in {region}", "account")

    def read(call: str) -> Mapping[str, Any]:
        return account.read(f"backup.{call}", region, BackupVaultName=name)

    def key() -> str:
        used = str(read("describe_backup_vault").get("EncryptionKeyArn", "none"))
        alias = f"alias/{name}"
        return alias if used == key_arn(account, alias, region) else used

    yield subject.question("key", f"alias/{name}", key)
    yield subject.question("lock", _lock(environment), lambda: _locked(read("describe_backup_vault")))
    designed = recorded(environment.name, "vault policy", f"{name} in {region}")
    yield subject.question(
        "policy",
        rights(designed),
        lambda: rights_of(json.loads(read("get_backup_vault_access_policy")["Policy"])),
        absent=frozenset(),
    )
    yield subject.question(
        "notifications",
        {},
        lambda: {
            name: value
            for name, value in read("get_backup_vault_notifications").items()
            if name in {"SNSTopicArn", "BackupVaultEvents"} and value
        },
        absent={},
    )
    yield subject.question(
        "tags",
        environment.tags("dynamodb"),
        lambda: own(
            account.read(
                "backup.list_tags", region, ResourceArn=read("describe_backup_vault")["BackupVaultArn"]
            )["Tags"]
        ),
    )
    yield subject.named(f"vaults in {region}").question(
        "vaults of this product",
        frozenset({name}),
        lambda: frozenset(
            vault["BackupVaultName"]
            for vault in account.read("backup.list_backup_vaults", region)["BackupVaultList"]
            if vault["BackupVaultName"].lower().startswith(_OURS)
        ),
    )


def _lock(environment: Environment) -> dict[str, Any]:
    """A vault that may be torn down has none; the others one of governance, which has no date."""
    if environment.torn_down:
        return {"Locked": False}
    return {"Locked": True, "MinRetentionDays": BACKUP_DAYS, "MaxRetentionDays": LOCK_DAYS}


def _locked(found: Mapping[str, Any]) -> dict[str, Any]:
    members = ("MinRetentionDays", "MaxRetentionDays", "LockDate")
    return {"Locked": bool(found.get("Locked"))} | {
        name: found[name] if name != "LockDate" else str(found[name]) for name in members if found.get(name)
    }


def _plan(account: Account) -> Iterator[Question]:
    environment = account.environment
    name = f"{environment.vault}-{environment.backup_policy}"
    subject = Subject("backup", f"plan {name}", "account")

    def plan() -> Mapping[str, Any]:
        return account.read("backup.get_backup_plan", BackupPlanId=_plan_id(account, name))

    for region in environment.regions:
        where = subject if region == REGION else subject.named(f"plans in {region}")
        yield where.question(
            "plans of this product", [name] if region == REGION else [], partial(_named, account, region)
        )
        others = "plans of others" if region == REGION else f"plans of others in {region}"
        yield subject.named(others).question("that back up a table", [], partial(_others, account, region))
    yield subject.question(
        "rules",
        {environment.backup_policy: _rule(environment)},
        lambda: {rule["RuleName"]: _found_rule(rule) for rule in plan()["BackupPlan"]["Rules"]},
    )
    yield subject.question(
        "advanced settings", [], lambda: list(plan()["BackupPlan"].get("AdvancedBackupSettings", []))
    )
    yield subject.question(
        "selections",
        {f"{name}-tables": _selection(environment)},
        lambda: _selections(account, _plan_id(account, name)),
    )
    yield subject.question(
        "tags",
        environment.tags("dynamodb"),
        lambda: own(account.read("backup.list_tags", ResourceArn=plan()["BackupPlanArn"])["Tags"]),
    )


def _named(account: Account, region: str) -> list[str]:
    return sorted(str(entry["BackupPlanName"]) for entry in _plans(account, region))


def _others(account: Account, region: str) -> list[str]:
    """Plans of other names that back up a table or replica: into which vault, and copied where."""
    found = []
    for entry in account.read("backup.list_backup_plans", region)["BackupPlansList"]:
        if entry["BackupPlanName"].lower().startswith(_OURS):
            continue
        selected = _selections(account, str(entry["BackupPlanId"]), region).values()
        if any(_reaches(account.environment, selection, region) for selection in selected):
            found.append(str(entry["BackupPlanName"]))
    return sorted(found)


def _reaches(environment: Environment, selection: Mapping[str, Any], region: str) -> bool:
    """Whether a selection takes in a table, by its ARN or by its tags; a doubt counts as yes."""
    tags = {f"aws:ResourceTag/{name}": value for name, value in environment.tags("dynamodb").items()}
    arns = [f"arn:aws:dynamodb:{region}:{environment.account}:table/{table}" for table in TABLES]
    by_arn = any(fnmatchcase(arn, pattern) for arn in arns for pattern in selection["resources"])
    meant = selection["conditions"].get("StringEquals", {})
    by_condition = all(
        tags.get(name) == value for name, value in meant.items() if name.startswith("aws:ResourceTag/")
    )
    listed = selection["narrowed by"].get("ListOfTags", [])
    by_tags = any(
        tags.get(f"aws:ResourceTag/{one['ConditionKey']}", "") == one["ConditionValue"] for one in listed
    )
    return (by_arn and by_condition) or by_tags


def _plans(account: Account, region: str = REGION) -> list[Mapping[str, Any]]:
    listed = account.read("backup.list_backup_plans", region)["BackupPlansList"]
    return [entry for entry in listed if entry["BackupPlanName"].lower().startswith(_OURS)]


def _plan_id(account: Account, name: str) -> str:
    ids = [str(entry["BackupPlanId"]) for entry in _plans(account) if entry["BackupPlanName"] == name]
    if not ids:
        raise AbsentError("absent")
    return ids[0]


def _rule(environment: Environment) -> dict[str, Any]:
    lifecycle = {"DeleteAfterDays": BACKUP_DAYS}
    arn = f"arn:aws:backup:{REPLICA_REGION}:{environment.account}:backup-vault:{environment.vault}"
    copies = [{"DestinationBackupVaultArn": arn, "Lifecycle": lifecycle}] if environment.replicated else []
    return {
        "TargetBackupVaultName": environment.vault,
        "ScheduleExpression": BACKUP_SCHEDULES[environment.backup_policy],
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 180,
        "Lifecycle": lifecycle,
        "CopyActions": copies,
        "RecoveryPointTags": environment.tags("dynamodb"),
    }


def _found_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule without what says nothing: its id, settings that are off, periods that are none."""
    found = {"ScheduleExpressionTimezone": "Etc/UTC", "CopyActions": [], **rule}
    kept = {
        name: value
        for name, value in found.items()
        if name not in _ABOUT_THE_RULE and value not in (False, None)
    }
    kept["Lifecycle"] = _lifecycle(rule)
    kept["CopyActions"] = [{**copy, "Lifecycle": _lifecycle(copy)} for copy in found["CopyActions"]]
    return kept


def _lifecycle(found: Mapping[str, Any]) -> dict[str, Any]:
    periods = found.get("Lifecycle", {}).items()
    return {name: value for name, value in periods if value not in (None, False, -1, 0)}


def _selection(environment: Environment) -> dict[str, Any]:
    tags = {"BackupPolicy": environment.backup_policy, "Component": "dynamodb"}
    return {
        "role": environment.backup_role,
        "resources": ["arn:aws:dynamodb:*:*:table/*"],
        "conditions": {"StringEquals": {f"aws:ResourceTag/{name}": value for name, value in tags.items()}},
        "narrowed by": {},
    }


def _selections(account: Account, plan_id: str, region: str = REGION) -> dict[str, Any]:
    listed = account.read("backup.list_backup_selections", region, BackupPlanId=plan_id)[
        "BackupSelectionsList"
    ]
    found = {}
    for entry in listed:
        call = partial(account.read, "backup.get_backup_selection", region, BackupPlanId=plan_id)
        selection = call(SelectionId=entry["SelectionId"])["BackupSelection"]
        conditions = selection.get("Conditions", {}).items()
        found[selection["SelectionName"]] = {
            "role": selection.get("IamRoleArn", "none"),
            "resources": list(selection.get("Resources", [])),
            "conditions": {
                operator: {pair["ConditionKey"]: pair["ConditionValue"] for pair in pairs}
                for operator, pairs in conditions
                if pairs
            },
            "narrowed by": {
                name: selection[name] for name in ("NotResources", "ListOfTags") if selection.get(name)
            },
        }
    return found


def _settings(account: Account) -> Iterator[Question]:
    """Settings of account and region, in nobody's Terraform: without them nothing is backed up."""
    subject = Subject("backup", f"AWS Backup in {REGION}", "account")
    by_hand = "AWS Backup, Settings: switch DynamoDB on, see the runbook of the bootstrap"

    def on(preference: str) -> bool:
        return bool(account.read("backup.describe_region_settings").get(preference, {}).get("DynamoDB"))

    yield subject.question(
        "DynamoDB is backed up", True, lambda: on("ResourceTypeOptInPreference"), remedy=by_hand
    )
    if account.environment.replicated:
        yield subject.question(
            "advanced features for DynamoDB (without them nothing is copied)",
            True,
            lambda: on("ResourceTypeManagementPreference"),
            remedy=by_hand,
        )
