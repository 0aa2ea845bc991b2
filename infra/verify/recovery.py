"""What could be brought back today: recovery points of every table, and the copy of every template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from infra.design import BACKUP_DAYS, BACKUP_HOURS, REGION, REPLICATION_MINUTES, TABLES
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject
from infra.verify.templates import other_headers

_START: Final = timedelta(hours=1)
"""How late AWS Backup may begin a job by the plan: its start window."""
_LATE: Final = timedelta(minutes=REPLICATION_MINUTES)
_USABLE: Final = ("COMPLETED", "AVAILABLE", "CREATING")


def recovery_questions(account: Account) -> Iterator[Question]:
    """A young recovery point of each table in each vault, and in production the copies of the templates."""
    for region in account.environment.regions:
        for table in TABLES:
            yield _recovery_point(account, table, region)
        yield Subject("recovery", f"vault {account.environment.vault} in {region}", "account").question(
            "recovery points that go too early",
            {},
            partial(_too_early, account, region),
            remedy="give it the days of the plan again, or make a backup by hand in its place",
        )
    if account.environment.replicated:
        yield from _copies(account)


def _recovery_point(account: Account, table: str, region: str) -> Question:
    """A copy begins when the backup is complete, so it may be older by as long as that takes."""
    environment = account.environment
    limit = timedelta(hours=BACKUP_HOURS[environment.backup_policy]) + _START
    if region != REGION:
        limit += timedelta(hours=3)  # the completion window, after which the copy begins
    hours = int(limit.total_seconds() // 3600)
    young = f"younger than {hours} h"
    arn = f"arn:aws:dynamodb:{REGION}:{environment.account}:table/{table}"

    def ask() -> str:
        answer = account.read(
            "backup.list_recovery_points_by_backup_vault", region, BackupVaultName=environment.vault
        )
        made = [
            point["CreationDate"]
            for point in answer.get("RecoveryPoints", [])
            if point.get("ResourceArn") == arn and point.get("Status") in _USABLE[:2]
        ]
        now = datetime.now(UTC)
        if not made:
            # A table that is younger than the interval cannot have one yet.
            return young if now - _made(account, table) < limit else "no recovery point"
        age = now - max(made)
        return young if age < limit else f"{age.total_seconds() / 3600:.0f} h old"

    subject = Subject("recovery", f"{table} in {region}", "account")
    remedy = "look for the failed job in AWS Backup, mend its cause, start a backup by hand"
    return subject.question("recovery point", young, ask, remedy=remedy)


def _too_early(account: Account, region: str) -> dict[str, str]:
    """Recovery point of ours to the days after which it goes, where somebody has cut them short.

    A point without such days is one that somebody made by hand, and stays.
    """
    environment = account.environment
    answer = account.read(
        "backup.list_recovery_points_by_backup_vault", region, BackupVaultName=environment.vault
    )
    arns = {f"arn:aws:dynamodb:{REGION}:{environment.account}:table/{table}" for table in TABLES}
    return {
        str(point["RecoveryPointArn"]): f"after {days} days"
        for point in answer.get("RecoveryPoints", [])
        if point.get("ResourceArn") in arns
        and (days := point.get("Lifecycle", {}).get("DeleteAfterDays", BACKUP_DAYS)) < BACKUP_DAYS
    }


def _made(account: Account, table: str) -> datetime:
    made: datetime = account.read("dynamodb.describe_table", TableName=table)["Table"]["CreationDateTime"]
    return made


def _copies(account: Account) -> Iterator[Question]:
    environment = account.environment
    subject = Subject("recovery", environment.replica_bucket, "templates")
    remedy = "bring the copy up to date: docs/runbooks/restore-bucket.md"
    yield subject.question("objects", {}, partial(_uncopied, account), remedy=remedy)
    yield subject.question(
        "headers of the copies",
        {},
        lambda: other_headers(
            account,
            environment.replica_bucket,
            environment.regions[1],
            _listed(account, environment.replica_bucket, environment.regions[1]),
        ),
        remedy=remedy,
    )
    yield subject.question(
        "the pointer there came by replication",
        "REPLICA",
        lambda: _status(account, environment.replica_bucket, environment.regions[1], "current.json"),
        remedy=remedy,
    )


def _uncopied(account: Account) -> dict[str, str]:
    """Key to what is wrong with its copy, for every object that should have been copied by now."""
    environment = account.environment
    source = _listed(account, environment.bucket, REGION)
    copy = _listed(account, environment.replica_bucket, environment.regions[1])
    wrong = dict.fromkeys(copy.keys() - source.keys(), "not in the bucket that it is a copy of")
    for key, entry in source.items():
        kind = copy[key].get("StorageClass", "STANDARD") if key in copy else ""
        if key in copy and copy[key]["ETag"] == entry["ETag"]:
            if kind != "STANDARD":
                wrong[key] = f"the copy lies in {kind}, where no Lambda reads it at once"
            continue
        status = _status(account, environment.bucket, REGION, key)
        on_its_way = status == "PENDING" and datetime.now(UTC) - entry["LastModified"] < _LATE
        if not on_its_way:
            wrong[key] = f"{'another content' if key in copy else 'no copy'}, replication {status}"
    return wrong


def _listed(account: Account, bucket: str, region: str) -> dict[str, Mapping[str, Any]]:
    listed = account.read("s3.list_objects_v2", region, Bucket=bucket).get("Contents", [])
    return {entry["Key"]: entry for entry in listed}


def _status(account: Account, bucket: str, region: str, key: str) -> str:
    try:
        return str(
            account.read("s3.head_object", region, Bucket=bucket, Key=key).get("ReplicationStatus", "never")
        )
    except AbsentError:
        return "absent"
