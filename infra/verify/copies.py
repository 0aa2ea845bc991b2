"""Copies of the tables beside those of the design: restored, backed up, exported, in this region or another.

Each holds the same personal data as the table, and nothing that protects the table protects it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.design import REGION, TABLES
from infra.verify.aws import AbsentError, Account, UnansweredError
from infra.verify.checks import Question, Subject
from infra.verify.keys import key_arn

LOCK: Final = "terraform-state-lock-"
_COPIED: Final = "delete the backup, or note who needs it until when: those of the plan lie in the vault"
_RENAMED: Final = (
    "delete the table when nobody needs it any more; a restored one goes by docs/runbooks/restore-table.md"
)
_EXPORTED: Final = (
    "delete the objects of the export: they hold every item, readable to whoever reads that bucket"
)
_ASIDE: Final = "delete the recovery point: those of the plan lie in the vault, which is locked and watched"
_ELSEWHERE: Final = "delete what lies there: the design keeps these data in its own regions"
_SENT: Final = "find out who sent it and have it deleted there: nothing here reaches into that vault"
_GONE: Final = ("DELETING", "EXPIRED", "FAILED")
_SWITCHED_ON: Final = ["ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLING"]


def copy_questions(account: Account) -> Iterator[Question]:
    """Every question on copies; where one is looked for in all regions, those that AWS has switched on."""
    for region in account.environment.regions:
        subject = Subject("tables", f"tables in {region}", "account")
        for what, remedy, find in (
            ("copies that somebody made", _COPIED, _backups),
            ("copies under another name", _RENAMED, _renamed),
            ("exports", _EXPORTED, _exports),
            ("recovery points beside the vault", _ASIDE, _aside),
            ("recovery points sent elsewhere", _SENT, _sent),
        ):
            yield subject.question(what, frozenset(), partial(_set, find, account, region), remedy=remedy)
    yield Subject("tables", "tables of other regions", "account").question(
        "tables, backups and recovery points there",
        frozenset(),
        partial(_elsewhere, account),
        remedy=_ELSEWHERE,
    )


def _set(find: Callable[[Account, str], Iterable[str]], account: Account, region: str) -> frozenset[str]:
    return frozenset(find(account, region))


def _table_arn(account: Account, name: str, region: str = REGION) -> str:
    return f"arn:aws:dynamodb:{region}:{account.environment.account}:table/{name}"


def names(account: Account, region: str) -> frozenset[str]:
    """Every table whose name begins as one of ours."""
    listed = account.read("dynamodb.list_tables", region)["TableNames"]
    return frozenset(name for name in listed if name.startswith((*TABLES, LOCK)))


def _backups(account: Account, region: str) -> Iterator[str]:
    """Backups on demand, which lie beside the vault and outlive the table."""
    found = account.read("dynamodb.list_backups", region, BackupType="USER").get("BackupSummaries", [])
    for one in found:
        if one["TableName"] in TABLES:
            yield f"{one['BackupName']} of {one['TableName']}"


def _renamed(account: Account, region: str) -> Iterator[str]:
    for name in account.read("dynamodb.list_tables", region)["TableNames"]:
        if not name.startswith((*TABLES, LOCK)):
            described = account.find("dynamodb.describe_table", region, TableName=name).get("Table", {})
            if likeness := _likeness(account, region, described):
                yield f"{name}, {likeness}"


def _likeness(account: Account, region: str, table: Mapping[str, Any]) -> str:
    """What makes a table of another name a copy of ours; "" for one that has nothing to do with us.

    AWS remembers what a table was restored from. One that was filled from an export, or by a program, has the
    indexes of ours if it is to be of use, or lies under the key of ours.
    """
    source = str(table.get("RestoreSummary", {}).get("SourceTableArn", "")).rpartition("/")[2]
    if source in TABLES:
        return f"restored from {source}"
    indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
    for name, designed in TABLES.items():
        if indexes >= designed.keys():
            return f"with the indexes of {name}"
    used = str(table.get("SSEDescription", {}).get("KMSMasterKeyArn", "")).rpartition("/")[2]
    for name in TABLES if used else ():
        try:
            own = key_arn(account, f"alias/bbws-dynamodb-{name}", region)
        except AbsentError:
            continue
        if used == own.rpartition("/")[2]:
            return f"under the key of {name}"
    return ""


def _exports(account: Account, region: str) -> Iterator[str]:
    """Exports of the last 90 days whose objects are there still, or may not be looked for.

    AWS lists an export for 90 days, whatever became of its objects.
    """
    for name in TABLES:
        listed = account.find("dynamodb.list_exports", region, TableArn=_table_arn(account, name, region))
        for one in listed.get("ExportSummaries", []):
            if one.get("ExportStatus") == "FAILED":
                continue
            export = account.find("dynamodb.describe_export", region, ExportArn=one["ExportArn"])
            told = export.get("ExportDescription", {})
            if _lies_there(account, told):
                yield f"{name} in the bucket {told.get('S3Bucket', '?')}"


def _lies_there(account: Account, export: Mapping[str, Any]) -> bool:
    if export.get("ExportStatus") == "IN_PROGRESS":
        return True
    folder = str(export.get("ExportManifest", "")).rpartition("/")[0]
    place = folder or "/".join(part for part in (export.get("S3Prefix"), "AWSDynamoDB") if part)
    try:
        listed = account.find(
            "s3.list_objects_v2",
            Bucket=export.get("S3Bucket", ""),
            Prefix=f"{place}/",
            PaginationConfig={"MaxItems": 1},
        )
    except UnansweredError:
        return True  # a bucket of somebody else's
    return bool(listed.get("Contents"))


def _aside(account: Account, region: str) -> Iterator[str]:
    """In a vault of another name, as a backup that is started by hand makes one."""
    for name, point in _points(account, region):
        vault = point.get("BackupVaultName")
        if vault and vault != account.environment.vault:
            yield f"{name} in the vault {vault}"


def _points(account: Account, region: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Table and recovery point; a copy in another region names the table where it was made."""
    for name in TABLES:
        for home in account.environment.regions:
            answer = account.find(
                "backup.list_recovery_points_by_resource",
                region,
                ResourceArn=_table_arn(account, name, home),
            )
            for point in answer.get("RecoveryPoints", []):
                if point.get("Status") not in _GONE:
                    yield name, point


def _sent(account: Account, region: str) -> Iterator[str]:
    """Copies of the last 30 days into a vault that is none of ours, perhaps in another account."""
    environment = account.environment
    ours = {
        f"arn:aws:backup:{place}:{environment.account}:backup-vault:{environment.vault}"
        for place in environment.regions
    }
    for job in account.read("backup.list_copy_jobs", region).get("CopyJobs", []):
        name = str(job.get("ResourceArn", "")).rpartition("/")[2]
        vault = str(job.get("DestinationBackupVaultArn", "?"))
        if name in TABLES and vault not in ours and job.get("State") not in _GONE:
            yield f"{name} to {vault}"


def _elsewhere(account: Account) -> frozenset[str]:
    """Copies in the regions of which the design uses none.

    Raises:
        UnansweredError: nothing was found, and of a region it is not known.
    """
    answer = account.read("account.list_regions", RegionOptStatusContains=_SWITCHED_ON)
    regions = {one["RegionName"] for one in answer["Regions"]} - {*account.environment.regions}
    found, unknown = set[str](), list[str]()
    for region in sorted(regions):
        for find in (names, _renamed, _backups, _points_there):
            try:
                found |= {f"{one} in {region}" for one in find(account, region)}
            except UnansweredError as error:
                unknown.append(f"{region}: {error}")
            except (BotoCoreError, ClientError) as error:
                # Of one region alone: were it so of all, the questions on our own would say it.
                unknown.append(f"{region}: could not be asked: {type(error).__name__}")
    if unknown and not found:
        raise UnansweredError("; ".join(dict.fromkeys(unknown)))
    return frozenset({*found, *unknown})


def _points_there(account: Account, region: str) -> Iterator[str]:
    for name, point in _points(account, region):
        yield f"{name} in the vault {point.get('BackupVaultName', '?')}"
