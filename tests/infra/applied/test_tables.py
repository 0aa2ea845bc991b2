"""The tables hold the items that the schemas describe, and every index finds them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from tests.infra.applied.conftest import Estates
from tests.infra.estate import PLANNED_TWICE, Estate
from tests.infra.facts import COMPONENTS, INDEXES, REPLICATED, TABLES
from tests.infra.terraform import INFRA


def examples(table: str) -> list[dict[str, Any]]:
    folder = INFRA / "schemas" / "examples" / table / "valid"
    return [
        json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        for path in sorted(folder.glob("*.json"))
    ]


def regions(estate: Estate) -> tuple[str, ...]:
    return ("af-south-1", "eu-west-1") if REPLICATED[estate.name] else ("af-south-1",)


SECOND_PLANS = [
    pytest.param(
        name,
        component,
        marks=[] if name == "dev" and component in PLANNED_TWICE else [pytest.mark.heavy("estate")],
    )
    for name in ("dev", "prod")
    for component in COMPONENTS
]


@pytest.mark.parametrize(("name", "component"), SECOND_PLANS)
def test_a_second_plan_is_empty(estates: Estates, name: str, component: str) -> None:
    second = estates.get(name).second_plans[component]
    assert second.code == 0, second.output
    assert "No changes." in second.output


@pytest.mark.parametrize("table", TABLES)
def test_items_are_found_through_every_index(estate: Estate, table: str) -> None:
    serialize, deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize
    client = estate.emulator.client("dynamodb")
    items = []
    for number, example in enumerate(examples(table)):
        # The examples differ in what they show, not in their keys.
        items.append({**example, "PK": f"{example['PK']}-{number}"})
    for item in items:
        client.put_item(TableName=table, Item={name: serialize(value) for name, value in item.items()})
    for region in regions(estate):
        reader = estate.emulator.client("dynamodb", region)
        for index, (partition, sort) in INDEXES[table].items():
            for item in items:
                condition = "#p = :p" + (" AND #s = :s" if sort else "")
                answer = reader.query(
                    TableName=table,
                    IndexName=index,
                    KeyConditionExpression=condition,
                    ExpressionAttributeNames={"#p": partition} | ({"#s": sort} if sort else {}),
                    ExpressionAttributeValues={":p": serialize(item[partition])}
                    | ({":s": serialize(item[sort])} if sort else {}),
                )
                found = [{name: deserialize(value) for name, value in hit.items()} for hit in answer["Items"]]
                assert item in found, f"{index} in {region} does not find {item['PK']}"


def test_a_deleted_item_leaves_the_active_ones(dev: Estate) -> None:
    """``active`` false is the delete; the derived key moves the item to the other side of the index."""
    client = dev.emulator.client("dynamodb")
    key = {"PK": {"S": "PRODUCT#00000000-0000-4000-8000-000000000001"}, "SK": {"S": "METADATA"}}
    common = {**key, "dateCreated": {"S": "2030-01-01T00:00:00Z"}}

    def active() -> list[str]:
        answer = client.query(
            TableName="products",
            IndexName="ActiveIndex",
            KeyConditionExpression="activeKey = :active",
            ExpressionAttributeValues={":active": {"S": "true"}},
        )
        return [item["PK"]["S"] for item in answer["Items"]]

    client.put_item(
        TableName="products", Item={**common, "active": {"BOOL": True}, "activeKey": {"S": "true"}}
    )
    assert key["PK"]["S"] in active()
    client.update_item(
        TableName="products",
        Key=key,
        UpdateExpression="SET active = :no, activeKey = :key",
        ExpressionAttributeValues={":no": {"BOOL": False}, ":key": {"S": "false"}},
    )
    assert key["PK"]["S"] not in active()


def test_a_boolean_cannot_key_an_index(dev: Estate) -> None:
    """Why the items carry ``activeKey``: the table refuses the boolean itself."""
    item = {
        "PK": {"S": "PRODUCT#x"},
        "SK": {"S": "METADATA"},
        "activeKey": {"BOOL": True},
        "dateCreated": {"S": "x"},
    }
    with pytest.raises(ClientError) as caught:
        dev.emulator.client("dynamodb").put_item(TableName="products", Item=item)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "activeKey Expected: S Actual: BOOL" in str(caught.value)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.heavy("estate")
def test_production_tables_cannot_be_deleted(prod: Estate, table: str) -> None:
    for region in regions(prod):
        with pytest.raises(ClientError) as caught:
            prod.emulator.client("dynamodb", region).delete_table(TableName=table)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
        assert "DeletionProtectionEnabled" in str(caught.value)
