"""The three tables: status, keys, indexes, streams, recovery, encryption, protection, replicas, tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.design import RECOVERY_DAYS, REGION, REPLICA_REGION, TABLES
from infra.verify.aws import Account
from infra.verify.checks import Answer, Check, Subject, ask


def verify_tables(account: Account) -> Iterator[Check]:
    """Every check of every table, and of its replica where there is one."""
    for name, indexes in TABLES.items():
        yield from _table(account, name, indexes, REGION)
        if account.environment.replicated:
            yield from _table(account, name, indexes, REPLICA_REGION)


def _table(
    account: Account, name: str, indexes: Mapping[str, tuple[str, ...]], region: str
) -> Iterator[Check]:
    subject = Subject("tables", name if region == REGION else f"{name} in {region}")
    client = account.dynamodb(region)
    described = ask(client.describe_table, TableName=name)
    if described.problem:
        yield subject.missing("status", "ACTIVE", described)
        return
    table = described.value["Table"]
    yield subject.equal("status", "ACTIVE", table["TableStatus"])
    yield subject.equal("keys", ("PK", "SK"), _keys(table["KeySchema"]))
    yield subject.equal("key types", ("S", "S"), tuple(_types(table).get(key, "") for key in ("PK", "SK")))
    yield from _indexes(subject, table, indexes)
    yield subject.equal(
        "billing", "PAY_PER_REQUEST", table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    )
    stream = table.get("StreamSpecification", {})
    view = stream.get("StreamViewType", "off") if stream.get("StreamEnabled") else "off"
    yield subject.equal("stream", "NEW_AND_OLD_IMAGES", view)
    yield from _encryption(subject, table)
    yield subject.equal(
        "deletion protection", account.environment.protected, bool(table.get("DeletionProtectionEnabled"))
    )
    yield from _recovery(subject, ask(client.describe_continuous_backups, TableName=name), region)
    yield from subject.tags(account.environment.tags("dynamodb"), _tags(client, table["TableArn"]))
    if region == REGION:
        replicas = tuple(
            replica["RegionName"]
            for replica in table.get("Replicas", [])
            if replica.get("ReplicaStatus") == "ACTIVE"
        )
        yield subject.equal("replicas", (REPLICA_REGION,) if account.environment.replicated else (), replicas)


def _indexes(
    subject: Subject, table: Mapping[str, Any], expected: Mapping[str, tuple[str, ...]]
) -> Iterator[Check]:
    found = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}
    for name, keys in expected.items():
        if name not in found:
            yield subject.missing(f"index {name}", keys, Answer())
            continue
        index = found[name]
        state = (
            *_keys(index["KeySchema"]),
            index["Projection"]["ProjectionType"],
            index.get("IndexStatus", ""),
        )
        yield subject.equal(f"index {name}", (*keys, "ALL", "ACTIVE"), state)
        yield subject.equal(
            f"index {name} key types", ("S",) * len(keys), tuple(_types(table).get(key, "") for key in keys)
        )
    for name in sorted(found.keys() - expected.keys()):
        yield subject.holds(f"index {name}", condition=False, expected="no such index", found="present")


def _encryption(subject: Subject, table: Mapping[str, Any]) -> Iterator[Check]:
    encryption = table.get("SSEDescription", {})
    own = encryption.get("Status") == "ENABLED" and encryption.get("SSEType") == "KMS"
    yield subject.holds("encryption", own, expected="KMS", found=encryption.get("Status", "AWS-owned key"))


def _recovery(subject: Subject, answer: Answer, region: str) -> Iterator[Check]:
    expected = f"{RECOVERY_DAYS} days" if region == REGION else "enabled"
    if answer.problem:
        yield subject.missing("point-in-time recovery", expected, answer)
        return
    recovery = answer.value["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    enabled = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    found = f"{recovery.get('RecoveryPeriodInDays', RECOVERY_DAYS)} days" if enabled else "disabled"
    yield subject.equal(
        "point-in-time recovery", expected, "enabled" if enabled and region != REGION else found
    )


def _tags(client: Any, arn: str) -> Answer:
    # AWS answers with ten tags at a time.
    pages = client.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    return ask(lambda: {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]})


def _keys(schema: list[dict[str, str]]) -> tuple[str, ...]:
    order = {"HASH": 0, "RANGE": 1}
    return tuple(key["AttributeName"] for key in sorted(schema, key=lambda key: order[key["KeyType"]]))


def _types(table: Mapping[str, Any]) -> dict[str, str]:
    return {entry["AttributeName"]: entry["AttributeType"] for entry in table["AttributeDefinitions"]}
