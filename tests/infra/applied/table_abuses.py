"""What a role tries at tables and their items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.infra.applied.abuse import AUDITOR, DEPLOYER, EVERYTHING, ITEM, PLANNER, PRUNER, Abuse

LOCKS = "terraform-state-lock-{env}"
CHECKSUM = "{state}/2_1_bbws_account/terraform.tfstate-md5"


def _table(
    name: str,
    call: str,
    right: str,
    *,
    role: str = DEPLOYER,
    denied: bool = True,
    spared: bool = False,
    context: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Abuse:
    return Abuse(
        f"{name} by {role}",
        role,
        "dynamodb",
        call,
        arguments,
        f"dynamodb:{right}",
        "{table}",
        context or {},
        denied,
        spared,
    )


TABLES = (
    _table(
        "switch recovery off",
        "update_continuous_backups",
        "UpdateContinuousBackups",
        spared=True,
        context={"aws:ResourceTag/Guarded": "true"},
        TableName="tenants",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
    ),
    _table(
        "let items expire",
        "update_time_to_live",
        "UpdateTimeToLive",
        TableName="tenants",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "dateCreated"},
    ),
    _table(
        "open to another account",
        "put_resource_policy",
        "PutResourcePolicy",
        ResourceArn="{table}",
        Policy=EVERYTHING,
    ),
    _table(
        "remove a resource policy", "delete_resource_policy", "DeleteResourcePolicy", ResourceArn="{table}"
    ),
    _table("delete", "delete_table", "DeleteTable", spared=True, TableName="tenants"),
    _table(
        "drop the replica",
        "update_table",
        "DeleteTableReplica",
        spared=True,
        TableName="tenants",
        ReplicaUpdates=[{"Delete": {"RegionName": "eu-west-1"}}],
    ),
    _table(
        "export",
        "export_table_to_point_in_time",
        "ExportTableToPointInTime",
        TableArn="{table}",
        S3Bucket="somebody-elses",
    ),
    _table("copy aside", "create_backup", "CreateBackup", TableName="tenants", BackupName="aside"),
    _table(
        "stream elsewhere",
        "enable_kinesis_streaming_destination",
        "EnableKinesisStreamingDestination",
        TableName="tenants",
        StreamArn="arn:aws:kinesis:af-south-1:111122223333:stream/somebody-elses",
    ),
    _table(
        "leave out of the backups",
        "untag_resource",
        "UntagResource",
        context={"aws:TagKeys": ("BackupPolicy",)},
        ResourceArn="{table}",
        TagKeys=["BackupPolicy"],
    ),
    _table(
        "select for no backup",
        "tag_resource",
        "TagResource",
        context={"aws:RequestTag/BackupPolicy": "none", "aws:TagKeys": ("BackupPolicy",)},
        ResourceArn="{table}",
        Tags=[{"Key": "BackupPolicy", "Value": "none"}],
    ),
    _table(
        "take the guard off",
        "untag_resource",
        "UntagResource",
        context={"aws:TagKeys": ("Guarded",)},
        ResourceArn="{table}",
        TagKeys=["Guarded"],
    ),
    _table(
        "make the guard mean nothing",
        "tag_resource",
        "TagResource",
        context={"aws:RequestTag/Guarded": "no", "aws:TagKeys": ("Guarded",)},
        ResourceArn="{table}",
        Tags=[{"Key": "Guarded", "Value": "no"}],
    ),
    _table(
        "blind the guard by a second one",
        "tag_resource",
        "TagResource",
        context={"aws:RequestTag/guarded": "true", "aws:TagKeys": ("guarded",)},
        ResourceArn="{table}",
        Tags=[{"Key": "guarded", "Value": "true"}],
    ),
    *(
        Abuse(
            f"{name} of the state of account by {DEPLOYER}",
            DEPLOYER,
            "dynamodb",
            call,
            {"TableName": LOCKS, **arguments},
            f"dynamodb:{right}",
            f"arn:aws:dynamodb:af-south-1:{{account}}:table/{LOCKS}",
            {"dynamodb:LeadingKeys": (CHECKSUM,)},
            denied=False,
        )
        for name, call, right, arguments in (
            ("forget the checksum", "delete_item", "DeleteItem", {"Key": {"LockID": {"S": CHECKSUM}}}),
            ("forge the checksum", "put_item", "PutItem", {"Item": {"LockID": {"S": CHECKSUM}}}),
            ("read the checksum", "get_item", "GetItem", {"Key": {"LockID": {"S": CHECKSUM}}}),
        )
    ),
    *(
        _table(name, call, right, role=role, denied=False, **arguments)
        for role in (DEPLOYER, PLANNER, PRUNER)
        for name, call, right, arguments in (
            ("read an item", "get_item", "GetItem", {"TableName": "tenants", "Key": ITEM}),
            ("read all items", "scan", "Scan", {"TableName": "tenants"}),
            ("write an item", "put_item", "PutItem", {"TableName": "tenants", "Item": ITEM}),
        )
    ),
    _table("read an item", "get_item", "GetItem", role=AUDITOR, denied=False, TableName="tenants", Key=ITEM),
    _table("read all items", "scan", "Scan", role=AUDITOR, TableName="tenants"),
    _table("delete", "delete_table", "DeleteTable", role=AUDITOR, denied=False, TableName="tenants"),
)
