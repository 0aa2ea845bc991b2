"""Copies of what the estate holds: under another name, in another vault, in another region, in a bucket."""

from __future__ import annotations

from typing import Any

from tests.infra.applied.drift import COPY, MAIN, Cause, Fault, Undo

BOTH, PROD = ("dev", "prod"), ("prod",)
THIRD = "us-east-1"
HERE = "tables in af-south-1"
ELSEWHERE = "tables of other regions"
THERE = "tables, backups and recovery points there"
TENANTS = "arn:aws:dynamodb:af-south-1:{account}:table/tenants"
INDEXES = {
    "EmailIndex": ("email",),
    "TenantStatusIndex": ("status", "dateCreated"),
    "ActiveIndex": ("activeKey", "dateCreated"),
}
"""Those of the tenants, as somebody who copies the table by hand makes them."""


def arn(estate: Any) -> str:
    return TENANTS.replace("{account}", estate.emulator.account)


def restored(estate: Any) -> Undo:
    """The tenants of a moment ago, in a table beside."""
    dynamodb = estate.emulator.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName="tenants", TargetTableName="people", UseLatestRestorableTime=True
    )
    return lambda: dynamodb.delete_table(TableName="people")


def made(
    name: str, region: str = MAIN, indexes: dict[str, tuple[str, ...]] | None = None, key: str = ""
) -> Cause:
    """A table of somebody's, with indexes and a key that may be ours."""

    def cause(estate: Any) -> Undo:
        dynamodb = estate.emulator.client("dynamodb", region)
        keys = {"PK", "SK", *(one for names in (indexes or {}).values() for one in names)}
        more: dict[str, Any] = {}
        if indexes:
            more["GlobalSecondaryIndexes"] = [
                {"IndexName": index, "KeySchema": schema(*names), "Projection": {"ProjectionType": "ALL"}}
                for index, names in indexes.items()
            ]
        if key:
            aliases = estate.emulator.client("kms").get_paginator("list_aliases").paginate()
            (target,) = (
                one["TargetKeyId"] for page in aliases for one in page["Aliases"] if one["AliasName"] == key
            )
            own = f"arn:aws:kms:{MAIN}:{estate.emulator.account}:key/{target}"
            more["SSESpecification"] = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": own}
        dynamodb.create_table(
            TableName=name,
            KeySchema=schema("PK", "SK"),
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in sorted(keys)],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        return lambda: dynamodb.delete_table(TableName=name)

    return cause


def schema(*names: str) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)]


def replicated(estate: Any) -> Undo:
    """A replica of the products where the design has none."""
    dynamodb = estate.emulator.client("dynamodb")

    def put(verb: str) -> None:
        dynamodb.update_table(TableName="products", ReplicaUpdates=[{verb: {"RegionName": THIRD}}])

    put("Create")
    return lambda: put("Delete")


def exported(estate: Any) -> Undo:
    """Every tenant as a file in a bucket beside."""
    dynamodb, s3 = estate.emulator.client("dynamodb"), estate.emulator.client("s3")
    bucket = f"somewhere-{estate.name}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": MAIN})
    dynamodb.export_table_to_point_in_time(TableArn=arn(estate), S3Bucket=bucket, S3Prefix="aside")
    return lambda: removed(s3, bucket)


def removed(s3: Any, bucket: str) -> None:
    for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=entry["Key"])
    s3.delete_bucket(Bucket=bucket)


def backed_up(region: str = MAIN, vault: str = "aside", to: str = "") -> Cause:
    """A recovery point of the tenants in a vault, and where ``to`` names one, copied there."""

    def cause(estate: Any) -> Undo:
        backup = estate.emulator.client("backup", region)
        name = vault.replace("{env}", estate.name)
        if vault == "aside":
            backup.create_backup_vault(BackupVaultName=name)
        role = f"arn:aws:iam::{estate.emulator.account}:role/bbws-backup-{estate.name}"
        point = backup.start_backup_job(BackupVaultName=name, ResourceArn=arn(estate), IamRoleArn=role)
        if to:
            backup.start_copy_job(
                RecoveryPointArn=point["RecoveryPointArn"],
                SourceBackupVaultName=name,
                DestinationBackupVaultArn=to,
                IamRoleArn=role,
            )

        def undo() -> None:
            backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=point["RecoveryPointArn"])
            if vault == "aside":
                backup.delete_backup_vault(BackupVaultName=name)

        return undo

    return cause


def cut_short(estate: Any) -> Undo:
    """A recovery point that is gone tomorrow; not of the tenants, whose last one another fault ages."""
    backup = estate.emulator.client("backup")
    vault = {"BackupVaultName": f"bbws-tables-{estate.name}"}
    role = f"arn:aws:iam::{estate.emulator.account}:role/bbws-backup-{estate.name}"
    point = backup.start_backup_job(
        **vault, ResourceArn=arn(estate).replace("tenants", "products"), IamRoleArn=role
    )["RecoveryPointArn"]
    backup.update_recovery_point_lifecycle(**vault, RecoveryPointArn=point, Lifecycle={"DeleteAfterDays": 1})
    return lambda: backup.delete_recovery_point(**vault, RecoveryPointArn=point)


def bucket(name: str, *, region: str = MAIN, tagged: bool = False, holding: tuple[str, ...] = ()) -> Cause:
    """A bucket of somebody's, with our tags or with copies of our objects below prefixes in it."""

    def cause(estate: Any) -> Undo:
        s3, own = estate.emulator.client("s3", region), name.replace("{env}", estate.name)
        where = {} if region == THIRD else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=own, **where)
        source = f"bbws-templates-{estate.name}"
        if tagged:
            tags = estate.emulator.client("s3").get_bucket_tagging(Bucket=source)["TagSet"]
            s3.put_bucket_tagging(Bucket=own, Tagging={"TagSet": tags})
        for prefix in holding:
            source = f"bbws-{'terraform-state' if 'bbws' in prefix else 'templates'}-{estate.name}"
            read = estate.emulator.client("s3")
            (entry,) = read.list_objects_v2(Bucket=source, Prefix=prefix, MaxKeys=1)["Contents"]
            body = read.get_object(Bucket=source, Key=entry["Key"])["Body"].read()
            s3.put_object(Bucket=own, Key=entry["Key"], Body=body)
        return lambda: removed(s3, own)

    return cause


COPIES = {
    "a table restored under another name": Fault(
        restored, *("tables", "copies under another name", BOTH), subject=HERE
    ),
    "a table with the indexes of ours": Fault(
        made("crm", indexes=INDEXES), *("tables", "copies under another name", BOTH), subject=HERE
    ),
    "a table under the key of ours": Fault(
        made("notes", key="alias/bbws-dynamodb-campaigns"),
        *("tables", "copies under another name", PROD),
        subject=HERE,
    ),
    "a copy of a table in the second region": Fault(
        made("crm", COPY, INDEXES),
        *("tables", "copies under another name", PROD),
        subject="tables in eu-west-1",
    ),
    "a table of ours in a third region": Fault(
        made("tenants", THIRD), *("tables", THERE, BOTH), subject=ELSEWHERE
    ),
    "a copy of a table in a third region": Fault(
        made("crm", THIRD, INDEXES), *("tables", THERE, BOTH), subject=ELSEWHERE
    ),
    "a replica in a third region": Fault(
        replicated, *("tables", "replicas", BOTH, ((ELSEWHERE, THERE),)), subject="products"
    ),
    # From its recovery, which another fault of the tables switches off.
    "a table exported": Fault(exported, *("tables", "exports", BOTH), subject=HERE, alone=True),
    "a recovery point in another vault": Fault(
        backed_up(), *("tables", "recovery points beside the vault", BOTH), subject=HERE
    ),
    "a recovery point in a third region": Fault(
        backed_up(THIRD), *("tables", THERE, BOTH), subject=ELSEWHERE
    ),
    "a recovery point sent to another account": Fault(
        backed_up(vault="bbws-tables-{env}", to="arn:aws:backup:af-south-1:111122223333:backup-vault:theirs"),
        *("tables", "recovery points sent elsewhere", BOTH),
        subject=HERE,
    ),
    "a recovery point that is gone tomorrow": Fault(
        cut_short,
        *("recovery", "recovery points that go too early", BOTH),
        subject="vault bbws-tables-{env} in af-south-1",
    ),
    "a bucket of these names in a third region": Fault(
        bucket("bbws-templates-{env}-copy", region=THIRD), "bucket", "buckets of this product", BOTH
    ),
    "a bucket that holds the templates": Fault(
        bucket("mails-{env}", holding=("current.json", "releases/")),
        *("bucket", "copies of ours", BOTH),
        subject="buckets of others",
    ),
    "a bucket that holds the states": Fault(
        bucket("old-states-{env}", holding=("2_1_bbws_dynamodb_schemas/tenants/",)),
        *("bucket", "copies of ours", PROD),
        subject="buckets of others",
    ),
    "a bucket named after ours": Fault(
        bucket("copy-of-bbws-templates-{env}"),
        *("bucket", "copies of ours", ("dev",)),
        subject="buckets of others",
    ),
    "a bucket tagged as ours in a third region": Fault(
        bucket("tagged-{env}", region=THIRD, tagged=True),
        *("bucket", "copies of ours", BOTH),
        subject="buckets of others",
    ),
}
