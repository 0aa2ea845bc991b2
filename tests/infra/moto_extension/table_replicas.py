"""Replicas of DynamoDB tables (global tables of version 2019.11.21).

A replica is a table in the other region that shares the items of the first, so whatever is written to one
is read from the other at once; protection, recovery, tags and key are its own, as in AWS.
"""

from copy import deepcopy
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

REPLICAS: dict[str, dict[str, dict[str, Any]]] = {}
"""Table ARN to region to what DescribeTable says of the replica there."""

_describe = Table.describe
_update_table = DynamoHandler.update_table


def describe(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    description: dict[str, Any] = _describe(self, base_key)
    replicas = REPLICAS.get(self.table_arn)
    if replicas:
        description[base_key]["GlobalTableVersion"] = "2019.11.21"
        description[base_key]["Replicas"] = list(replicas.values())
    return description


def update_table(self: DynamoHandler) -> Any:
    for update in self.body.get("ReplicaUpdates") or []:
        if "Create" in update:
            _create(self, update["Create"])
        if "Delete" in update:
            _delete(self, update["Delete"]["RegionName"])
    return _update_table(self)


def _create(self: DynamoHandler, wanted: dict[str, Any]) -> None:
    region = wanted["RegionName"]
    source = self.dynamodb_backend.get_table(self.body["TableName"])
    copy = dynamodb_backends[self.current_account][region].create_table(
        source.name,
        schema=source.schema,
        throughput=None,
        attr=source.attr,
        global_indexes=[
            {"IndexName": index.name, "KeySchema": index.schema, "Projection": index.projection}
            for index in source.global_indexes
        ],
        indexes=[],
        streams=deepcopy(source.stream_specification),
        billing_mode=source.billing_mode or "PAY_PER_REQUEST",
        sse_specification={"Enabled": True, "KMSMasterKeyId": wanted["KMSMasterKeyId"]}
        if "KMSMasterKeyId" in wanted
        else None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    copy.items = source.items
    REPLICAS.setdefault(source.table_arn, {})[region] = {"ReplicaStatus": "ACTIVE", **wanted}
    REPLICAS[copy.table_arn] = {
        source.region_name: {"ReplicaStatus": "ACTIVE", "RegionName": source.region_name}
    }


def _delete(self: DynamoHandler, region: str) -> None:
    source = self.dynamodb_backend.get_table(self.body["TableName"])
    dynamodb_backends[self.current_account][region].delete_table(source.name)
    del REPLICAS[source.table_arn][region]


def install() -> None:
    setattr(Table, "describe", describe)  # noqa: B010  (mypy refuses the assignment)
    setattr(DynamoHandler, "update_table", update_table)  # noqa: B010
