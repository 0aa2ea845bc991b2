"""Ways to change tables, keys and backups that no plan of a table's component shows."""

from __future__ import annotations

import json
from typing import Any

from tests.infra.applied.drift import COPY, FOREIGN, MAIN, Cause, Fault, allowing, both, call, changed, policy

BOTH, PROD = ("dev", "prod"), ("prod",)
LOCK = "terraform-state-lock-{env}"
ARN = "arn:aws:dynamodb:{region}:{account}:table/tenants"
VAULT = "bbws-tables-{env}"
READING = {"Effect": "Allow", "Principal": FOREIGN, "Action": "dynamodb:GetItem"}


def time_to_live(table: str, region: str = MAIN) -> Cause:
    def spec(on: bool) -> dict[str, Any]:
        return {"TableName": table, "TimeToLiveSpecification": {"Enabled": on, "AttributeName": "expires"}}

    update = "update_time_to_live"
    return call("dynamodb", update, update, region=region, **spec(True), undo=spec(False))


def resource_policy(arn: str, region: str = MAIN) -> Cause:
    arn = arn.replace("{region}", region)
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**READING, "Resource": arn}]})
    return call(
        "dynamodb",
        "put_resource_policy",
        "delete_resource_policy",
        region=region,
        ResourceArn=arn,
        Policy=document,
        undo={"ResourceArn": arn},
    )


def update(
    wanted: dict[str, Any], before: dict[str, Any], table: str = "tenants", region: str = MAIN
) -> Cause:
    operation = "update_table"
    return call(
        "dynamodb",
        operation,
        operation,
        region=region,
        TableName=table,
        **wanted,
        undo={"TableName": table, **before},
    )


def another_key(estate: Any, region: str = MAIN) -> Any:
    """The table under a key that somebody made."""
    kms, dynamodb = estate.emulator.client("kms", region), estate.emulator.client("dynamodb", region)
    made = kms.create_key(Description="Made by a test")["KeyMetadata"]["Arn"]
    before = dynamodb.describe_table(TableName="campaigns")["Table"]["SSEDescription"]["KMSMasterKeyArn"]

    def put(key: str) -> None:
        dynamodb.update_table(
            TableName="campaigns", SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        )

    put(made)
    return lambda: put(before)


def another_key_of_the_replica(estate: Any) -> Any:
    return another_key(estate, COPY)


def kinesis(table: str, region: str = MAIN) -> Cause:
    arguments: dict[str, Any] = {
        "TableName": table,
        "StreamArn": "arn:aws:kinesis:af-south-1:111122223333:stream/elsewhere",
    }
    return call(
        "dynamodb",
        "enable_kinesis_streaming_destination",
        "disable_kinesis_streaming_destination",
        region=region,
        **arguments,
    )


def insights(table: str) -> Cause:
    operation = "update_contributor_insights"
    off = {"TableName": table, "ContributorInsightsAction": "DISABLE"}
    return call(
        "dynamodb", operation, operation, TableName=table, ContributorInsightsAction="ENABLE", undo=off
    )


def table_tag(arn: str, region: str = MAIN) -> Cause:
    return call(
        "dynamodb",
        "tag_resource",
        "untag_resource",
        region=region,
        ResourceArn=arn,
        Tags=[{"Key": "Extra", "Value": "x"}],
        undo={"ResourceArn": arn, "TagKeys": ["Extra"]},
    )


def recovery_of(table: str, region: str = MAIN) -> Cause:
    operation = "update_continuous_backups"

    def spec(on: bool) -> dict[str, Any]:
        return {"TableName": table, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": on}}

    return call("dynamodb", operation, operation, region=region, **spec(False), undo=spec(True))


def shorter_recovery(estate: Any) -> Any:
    dynamodb = estate.emulator.client("dynamodb")

    def put(days: int) -> None:
        specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        dynamodb.update_continuous_backups(
            TableName="products", PointInTimeRecoverySpecification=specification
        )

    put(1)
    return lambda: put(35)


def one_more_index(estate: Any) -> Any:
    dynamodb = estate.emulator.client("dynamodb")
    attributes = dynamodb.describe_table(TableName="products")["Table"]["AttributeDefinitions"]
    index = {
        "IndexName": "ByHand",
        "KeySchema": [{"AttributeName": "dateCreated", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }

    def put(action: str, members: Any) -> None:
        dynamodb.update_table(
            TableName="products",
            AttributeDefinitions=attributes,
            GlobalSecondaryIndexUpdates=[{action: members}],
        )

    put("Create", index)
    return lambda: put("Delete", {"IndexName": "ByHand"})


STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}

TABLE_DRIFTS = {
    "a copy of a table": Fault(
        call(
            "dynamodb",
            "create_table",
            "delete_table",
            TableName="tenants-restored",
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            undo={"TableName": "tenants-restored"},
        ),
        "tables",
        "tables of these names",
        subject="tables in af-south-1",
    ),
    "a replica that nobody planned": Fault(
        call(
            "dynamodb",
            "update_table",
            "update_table",
            TableName="products",
            ReplicaUpdates=[{"Create": {"RegionName": "eu-central-1"}}],
            undo={"TableName": "products", "ReplicaUpdates": [{"Delete": {"RegionName": "eu-central-1"}}]},
        ),
        "tables",
        "replicas",
        BOTH,
        subject="products",
    ),
    "items that expire": Fault(time_to_live("tenants"), "tables", "items that expire (TTL)", BOTH),
    "items of the replica that expire": Fault(
        time_to_live("products", COPY),
        "tables",
        "items that expire (TTL)",
        PROD,
        subject="products in eu-west-1",
    ),
    "locks that expire": Fault(
        time_to_live(LOCK), "state", "items that expire (TTL)", subject="terraform-state-lock-{env}"
    ),
    "a table read by another account": Fault(resource_policy(ARN), "tables", "policy of its own", BOTH),
    "a replica read by another account": Fault(
        resource_policy(ARN, COPY), "tables", "policy of its own", PROD, subject="tenants in eu-west-1"
    ),
    "the locks written by another account": Fault(
        resource_policy(ARN.replace("tenants", LOCK)),
        "state",
        "policy of its own",
        subject="terraform-state-lock-{env}",
    ),
    "a table streamed elsewhere": Fault(kinesis("tenants"), "tables", "streams into Kinesis", BOTH),
    "contributor insights": Fault(insights("tenants"), "tables", "contributor insights"),
    "a table under another key": Fault(another_key, "tables", "encryption", BOTH, subject="campaigns"),
    "a replica under another key": Fault(
        another_key_of_the_replica, "tables", "encryption", PROD, subject="campaigns in eu-west-1"
    ),
    "provisioned capacity": Fault(
        update(
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            },
            {"BillingMode": "PAY_PER_REQUEST"},
        ),
        "tables",
        "billing",
    ),
    "the stream off": Fault(
        update({"StreamSpecification": {"StreamEnabled": False}}, {"StreamSpecification": STREAM}),
        "tables",
        "stream",
    ),
    "dev protected": Fault(
        update({"DeletionProtectionEnabled": True}, {"DeletionProtectionEnabled": False}),
        "tables",
        "deletion protection",
    ),
    "the locks unprotected": Fault(
        update({"DeletionProtectionEnabled": False}, {"DeletionProtectionEnabled": True}, LOCK),
        "state",
        "deletion protection",
        PROD,
        subject="terraform-state-lock-{env}",
    ),
    "one more index": Fault(one_more_index, "tables", "indexes", subject="products"),
    "recovery of a day": Fault(shorter_recovery, "tables", "point-in-time recovery", subject="products"),
    "recovery of the replica off": Fault(
        recovery_of("tenants", COPY), "tables", "point-in-time recovery", PROD, subject="tenants in eu-west-1"
    ),
    "recovery of the locks off": Fault(
        recovery_of(LOCK), "state", "point-in-time recovery", subject="terraform-state-lock-{env}"
    ),
    "a tag more on a table": Fault(table_tag(ARN.replace("{region}", MAIN)), "tables", "tags"),
    "a tag more on the replica": Fault(
        table_tag(ARN.replace("{region}", COPY), COPY), "tables", "tags", PROD, subject="tenants in eu-west-1"
    ),
    "a tag more on the locks": Fault(
        table_tag(f"arn:aws:dynamodb:{MAIN}:{{account}}:table/{LOCK}"),
        "state",
        "tags",
        subject="terraform-state-lock-{env}",
    ),
}


def key_id(estate: Any, alias: str, region: str = MAIN) -> str:
    listed = estate.emulator.client("kms", region).get_paginator("list_aliases").paginate()
    (found,) = (
        entry["TargetKeyId"]
        for page in listed
        for entry in page["Aliases"]
        if entry["AliasName"] == alias.replace("{env}", estate.name)
    )
    return str(found)


def on_key(
    alias: str, operation: str, back: str, *, region: str = MAIN, undo: Any = None, **args: Any
) -> Cause:
    """A call on the key behind an alias, and the call that takes it back."""

    def cause(estate: Any) -> Any:
        key = {"KeyId": key_id(estate, alias, region)}
        return call("kms", operation, back, region=region, **key, **args, undo={**key, **(undo or {})})(
            estate
        )

    return cause


def key_policy(alias: str, change: Any, region: str = MAIN) -> Cause:
    def cause(estate: Any) -> Any:
        place = {"KeyId": key_id(estate, alias, region), "PolicyName": "default"}
        return changed(
            "kms", "get_key_policy", "put_key_policy", "Policy", policy(change), region=region, **place
        )(estate)

    return cause


def grant(estate: Any) -> Any:
    kms = estate.emulator.client("kms")
    key = key_id(estate, "alias/bbws-dynamodb-tenants")
    made = kms.create_grant(
        KeyId=key, GranteePrincipal="arn:aws:iam::111122223333:root", Operations=["Decrypt"], Name="by hand"
    )
    return lambda: kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])


def alias_moved(estate: Any) -> Any:
    kms = estate.emulator.client("kms")
    before = key_id(estate, "alias/bbws-dynamodb-tenants")
    made = kms.create_key(Description="Made by a test")["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/bbws-dynamodb-tenants", TargetKeyId=made)
    return lambda: kms.update_alias(AliasName="alias/bbws-dynamodb-tenants", TargetKeyId=before)


def deletion(alias: str, region: str = MAIN) -> Cause:
    return both(
        on_key(alias, "enable_key", "enable_key", region=region),
        on_key(alias, "schedule_key_deletion", "cancel_key_deletion", region=region),
    )


TENANTS = "alias/bbws-dynamodb-tenants"
KEY_DRIFTS = {
    "a key disabled": Fault(on_key(TENANTS, "disable_key", "enable_key"), "keys", "key", BOTH),
    "a key to be deleted": Fault(deletion(TENANTS), "keys", "key"),
    "the backups' key to be deleted": Fault(
        deletion("alias/bbws-tables-{env}"), "keys", "key", subject="alias/bbws-tables-{env}"
    ),
    "rotation off": Fault(
        on_key(TENANTS, "disable_key_rotation", "enable_key_rotation"), "keys", "rotation", BOTH
    ),
    "rotation of the replica's key off": Fault(
        on_key(TENANTS, "disable_key_rotation", "enable_key_rotation", region=COPY),
        "keys",
        "rotation",
        PROD,
        subject="alias/bbws-dynamodb-tenants in eu-west-1",
    ),
    "rotation of the topic's key off": Fault(
        on_key("alias/bbws-alarms-{env}", "disable_key_rotation", "enable_key_rotation"),
        "keys",
        "rotation",
        subject="alias/bbws-alarms-{env}",
    ),
    "a key used by another account": Fault(
        key_policy(TENANTS, allowing("kms:Decrypt", "*", FOREIGN)),
        "keys",
        "policy",
        BOTH,
        also=("policy keeps the key in the account",),
    ),
    "the topic's key used by everybody": Fault(
        key_policy("alias/bbws-alarms-{env}", allowing("kms:*", "*", {"AWS": "*"})),
        "keys",
        "policy keeps the key in the account",
        also=("policy",),
        subject="alias/bbws-alarms-{env}",
    ),
    "the topic's key closed to its senders": Fault(
        key_policy("alias/bbws-alarms-{env}", lambda statements: statements[:1]),
        "keys",
        "policy",
        subject="alias/bbws-alarms-{env}",
    ),
    "the copied backups' key used by another account": Fault(
        key_policy(VAULT.replace("bbws", "alias/bbws"), allowing("kms:Decrypt", "*", FOREIGN), COPY),
        "keys",
        "policy",
        PROD,
        also=("policy keeps the key in the account",),
        subject="alias/bbws-tables-{env} in eu-west-1",
    ),
    "a grant to another account": Fault(grant, "keys", "grants beside those of AWS"),
    "an alias on another key": Fault(
        alias_moved,
        "keys",
        "policy",
        also=("key", "rotation", "tags"),
    ),
    "a second name of a key": Fault(
        lambda estate: call(
            "kms",
            "create_alias",
            "delete_alias",
            AliasName="alias/bbws-by-hand",
            TargetKeyId=key_id(estate, TENANTS),
            undo={"AliasName": "alias/bbws-by-hand"},
        )(estate),
        "keys",
        "names of this product",
        also=(("alias/bbws-dynamodb-tenants", "names"),),
        subject="aliases in af-south-1",
    ),
    "a tag of a key changed": Fault(
        on_key(
            TENANTS,
            "tag_resource",
            "tag_resource",
            Tags=[{"TagKey": "Table", "TagValue": "products"}],
            undo={"Tags": [{"TagKey": "Table", "TagValue": "tenants"}]},
        ),
        "keys",
        "tags",
    ),
    "a key described otherwise": Fault(
        on_key(
            TENANTS,
            "update_key_description",
            "update_key_description",
            Description="unused",
            undo={"Description": "Encrypts the DynamoDB table tenants"},
        ),
        "keys",
        "key",
    ),
}
