"""What a fault leaves behind in the emulator must not be there for the next one to meet."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.infra.estate import Estate


def test_a_table_that_is_paid_for_on_demand_again_is_as_it_was(dev: Estate) -> None:
    client = dev.emulator.client("dynamodb")
    keys = {"PK": "HASH", "SK": "RANGE"}
    schema = [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]
    client.create_table(
        TableName="made-by-a-test",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        KeySchema=schema,
        GlobalSecondaryIndexes=[
            {"IndexName": "Inverted", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        before = client.describe_table(TableName="made-by-a-test")["Table"]
        for units in (1, 5):
            client.update_table(
                TableName="made-by-a-test",
                BillingMode="PROVISIONED",
                ProvisionedThroughput={"ReadCapacityUnits": units, "WriteCapacityUnits": units},
            )
            provisioned = client.describe_table(TableName="made-by-a-test")["Table"]
            assert provisioned["ProvisionedThroughput"]["ReadCapacityUnits"] == units
            client.update_table(TableName="made-by-a-test", BillingMode="PAY_PER_REQUEST")
            assert client.describe_table(TableName="made-by-a-test")["Table"] == before
    finally:
        client.delete_table(TableName="made-by-a-test")


def test_a_backup_plan_that_was_deleted_can_be_made_again(dev: Estate) -> None:
    client = dev.emulator.client("backup")
    plan = {
        "BackupPlanName": "made-by-a-test",
        "Rules": [{"RuleName": "r", "TargetBackupVaultName": f"bbws-tables-{dev.name}"}],
    }
    before = client.list_backup_plans()["BackupPlansList"]
    for _ in range(2):
        made = client.create_backup_plan(BackupPlan=plan)["BackupPlanId"]
        with pytest.raises(ClientError, match="AlreadyExists"):
            client.create_backup_plan(BackupPlan=plan)
        client.delete_backup_plan(BackupPlanId=made)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            client.delete_backup_plan(BackupPlanId=made)
        assert client.list_backup_plans()["BackupPlansList"] == before
