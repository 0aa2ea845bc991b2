"""The tables, their replicas and the lock table: everything that DynamoDB keeps of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from infra.design import RECOVERY_DAYS, REGION, TABLES, Environment
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject
from infra.verify.copies import names
from infra.verify.documents import rights_of
from infra.verify.keys import key_arn
from infra.verify.tags import tags_of

_INSIGHTS_OFF: Final = "DISABLED"
_OFF: Final = ("DISABLED", "DISABLING")


@dataclass(frozen=True)
class Table:
    """A table of the design in one region; ``key`` is the alias of its key, "" for DynamoDB's own."""

    name: str
    region: str
    area: str
    component: str
    keys: tuple[str, ...]
    protected: bool
    key: str = ""
    stream: str = "off"
    recovery_days: int = RECOVERY_DAYS
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replicas: frozenset[str] = frozenset()

    @property
    def attributes(self) -> dict[str, str]:
        """Every attribute that a key is made of, all of them texts."""
        named = (*self.keys, *(name for keys in self.indexes.values() for name in keys))
        return dict.fromkeys(named, "S")


def tables(environment: Environment) -> Iterator[Table]:
    """Every table of the environment in every region, the lock table among them."""
    regions = frozenset(environment.regions)
    for name, indexes in TABLES.items():
        for region in environment.regions:
            yield Table(
                name,
                region,
                "tables",
                name,
                keys=("PK", "SK"),
                protected=environment.protected,
                key=f"alias/bbws-dynamodb-{name}",
                stream="NEW_AND_OLD_IMAGES",
                indexes=indexes,
                replicas=regions - {region},
            )
    name = environment.lock_table.rpartition("/")[2]
    yield Table(name, REGION, "state", "bootstrap", ("LockID",), protected=environment.protected)


def table_questions(account: Account) -> Iterator[Question]:
    """Every question on the tables and their replicas."""
    for table in tables(account.environment):
        if table.area == "tables":
            yield from _questions(account, table)
    for region in account.environment.regions:
        designed = frozenset(table.name for table in tables(account.environment) if table.region == region)
        yield Subject("tables", f"tables in {region}", "account").question(
            "tables of these names", designed, partial(names, account, region)
        )


def lock_table_questions(account: Account) -> Iterator[Question]:
    """The lock table, by the same questions."""
    for table in tables(account.environment):
        if table.area == "state":
            yield from _questions(account, table)


def _questions(account: Account, table: Table) -> Iterator[Question]:
    place = "" if table.region == REGION else f" in {table.region}"
    subject = Subject(table.area, table.name + place, table.component)
    described = partial(_described, account, table)
    for what, (expected, found) in _description(table).items():
        yield subject.question(what, expected, lambda found=found: found(described()))  # type: ignore[misc]
    yield subject.question(
        "encryption",
        {"Status": "ENABLED", "SSEType": "KMS", "key": table.key or "alias/aws/dynamodb"},
        lambda: _encryption(account, table, described()),
    )
    yield subject.question("point-in-time recovery", *_recovery(account, table))
    yield subject.question(
        "tags",
        account.environment.tags("dynamodb") | _guard(account, table),
        lambda: tags_of(
            account.read("dynamodb.list_tags_of_resource", table.region, ResourceArn=described()["TableArn"])[
                "Tags"
            ]
        ),
    )
    yield from _extras(account, table, subject)


def _guard(account: Account, table: Table) -> dict[str, str]:
    """The tag by which the deployer is refused to switch recovery off; none where it may tear all down."""
    return {"Guarded": "true"} if table.area == "tables" and not account.environment.torn_down else {}


def _described(account: Account, table: Table) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = account.read("dynamodb.describe_table", table.region, TableName=table.name)[
        "Table"
    ]
    return answer


def _description(table: Table) -> dict[str, tuple[Any, Any]]:
    """What to ask of DescribeTable: what is expected, and how it is found there."""
    return {
        "status": ("ACTIVE", lambda found: found["TableStatus"]),
        "keys": (list(table.keys), lambda found: _keys(found["KeySchema"])),
        "key types": (
            table.attributes,
            lambda found: {
                entry["AttributeName"]: entry["AttributeType"] for entry in found["AttributeDefinitions"]
            },
        ),
        "indexes": (
            {
                name: {"keys": list(keys), "projection": {"ProjectionType": "ALL"}, "status": "ACTIVE"}
                for name, keys in table.indexes.items()
            },
            lambda found: {
                index["IndexName"]: _index(index) for index in found.get("GlobalSecondaryIndexes", [])
            },
        ),
        "local indexes": (
            [],
            lambda found: [index["IndexName"] for index in found.get("LocalSecondaryIndexes", [])],
        ),
        "billing": (
            "PAY_PER_REQUEST",
            lambda found: found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        ),
        "limits of throughput": ({}, lambda found: _limits(found.get("OnDemandThroughput", {}))),
        "class": ("STANDARD", lambda found: found.get("TableClassSummary", {}).get("TableClass", "STANDARD")),
        "stream": (table.stream, lambda found: _stream(found.get("StreamSpecification", {}))),
        "deletion protection": (table.protected, lambda found: bool(found.get("DeletionProtectionEnabled"))),
        "replicas": (
            dict.fromkeys(table.replicas, "ACTIVE"),
            lambda found: {
                replica["RegionName"]: replica.get("ReplicaStatus", "ACTIVE")
                for replica in found.get("Replicas", [])
                if replica["RegionName"] != table.region
            },
        ),
    }


def _recovery(account: Account, table: Table) -> tuple[dict[str, Any], Any]:
    # The resource of a replica has no period; AWS gives it the longest, which is that of the design.
    expected = {"status": "ENABLED", "days": table.recovery_days}

    def ask() -> dict[str, Any]:
        answer = account.read("dynamodb.describe_continuous_backups", table.region, TableName=table.name)
        found = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return {
            "status": found.get("PointInTimeRecoveryStatus", "DISABLED"),
            "days": found.get("RecoveryPeriodInDays", RECOVERY_DAYS),
        }

    return expected, ask


def _extras(account: Account, table: Table, subject: Subject) -> Iterator[Question]:
    """What the design wants of no table, and DescribeTable does not show."""
    named = {"TableName": table.name}

    def read(call: str) -> Mapping[str, Any]:
        return account.read(f"dynamodb.{call}", table.region, **named)

    yield subject.question(
        "items that expire (TTL)",
        {},
        lambda: _time_to_live(read("describe_time_to_live")["TimeToLiveDescription"]),
    )
    yield subject.question(
        "streams into Kinesis",
        [],
        lambda: [
            entry.get("StreamArn", "?")
            for entry in read("describe_kinesis_streaming_destination").get(
                "KinesisDataStreamDestinations", []
            )
            if entry.get("DestinationStatus") not in _OFF
        ],
    )
    yield subject.question(
        "contributor insights",
        _INSIGHTS_OFF,
        lambda: read("describe_contributor_insights").get("ContributorInsightsStatus", _INSIGHTS_OFF),
        absent=_INSIGHTS_OFF,
    )
    if table.indexes:
        yield subject.question("contributor insights of the indexes", {}, partial(_insights, account, table))
    yield subject.question(
        "policy of its own", frozenset(), lambda: _policy(account, table, "TableArn"), absent=frozenset()
    )
    if table.stream != "off":
        yield subject.question(
            "policy of its stream",
            frozenset(),
            lambda: _policy(account, table, "LatestStreamArn"),
            absent=frozenset(),
        )


def _insights(account: Account, table: Table) -> dict[str, str]:
    """Index to its status, where they are on."""
    found = {}
    for index in table.indexes:
        answer = account.find(
            "dynamodb.describe_contributor_insights", table.region, TableName=table.name, IndexName=index
        )
        status = str(answer.get("ContributorInsightsStatus", _INSIGHTS_OFF))
        if status != _INSIGHTS_OFF:
            found[index] = status
    return found


def _policy(account: Account, table: Table, member: str) -> frozenset[str]:
    arn = _described(account, table).get(member)
    if not arn:
        raise AbsentError("absent")
    answer = account.read("dynamodb.get_resource_policy", table.region, ResourceArn=arn)
    return rights_of(json.loads(answer["Policy"]))


def _encryption(account: Account, table: Table, found: Mapping[str, Any]) -> dict[str, str]:
    """With the key by its alias, so that another key shows, and what it is."""
    description = found.get("SSEDescription", {})
    used = description.get("KMSMasterKeyArn", "none")
    alias = table.key or "alias/aws/dynamodb"
    return {
        "Status": description.get("Status", "none"),
        "SSEType": description.get("SSEType", "none"),
        "key": alias
        if used.rpartition("/")[2] == key_arn(account, alias, table.region).rpartition("/")[2]
        else used,
    }


def _index(index: Mapping[str, Any]) -> dict[str, Any]:
    limits = _limits(index.get("OnDemandThroughput", {}))
    return {
        "keys": _keys(index["KeySchema"]),
        "projection": {name: value for name, value in index["Projection"].items() if value},
        "status": index.get("IndexStatus", ""),
        **({"limits": limits} if limits else {}),
    }


def _limits(found: Mapping[str, int]) -> dict[str, int]:
    return {name: value for name, value in found.items() if value not in (-1, 0)}


def _stream(found: Mapping[str, Any]) -> str:
    return str(found.get("StreamViewType", "off")) if found.get("StreamEnabled") else "off"


def _time_to_live(found: Mapping[str, Any]) -> dict[str, Any]:
    return {} if found.get("TimeToLiveStatus") in _OFF else dict(found)


def _keys(schema: list[Mapping[str, str]]) -> list[str]:
    order = {"HASH": 0, "RANGE": 1}
    return [key["AttributeName"] for key in sorted(schema, key=lambda key: order[key["KeyType"]])]
