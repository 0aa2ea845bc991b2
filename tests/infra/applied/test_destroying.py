"""At the end everything is taken down again, and nothing is left but the state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.infra.estate import Estate
from tests.infra.facts import reader_roles


def left_behind(estate: Estate) -> dict[str, set[str]]:
    emulator = estate.emulator
    regions = ("af-south-1", "eu-west-1")
    keys = {
        key["KeyId"]
        for region in regions
        for key in emulator.client("kms", region).list_keys()["Keys"]
        if (metadata := emulator.client("kms", region).describe_key(KeyId=key["KeyId"])["KeyMetadata"])
        and metadata["KeyState"] != "PendingDeletion"
        and metadata["KeyManager"] == "CUSTOMER"
        and not metadata["Description"].startswith(("Default", "Made by a test"))
    }
    return {
        "buckets": {bucket["Name"] for bucket in emulator.client("s3").list_buckets()["Buckets"]},
        "tables": {
            name
            for region in regions
            for name in emulator.client("dynamodb", region).list_tables()["TableNames"]
        },
        "roles": {role["RoleName"] for role in emulator.client("iam").list_roles()["Roles"]},
        "vaults": {
            vault["BackupVaultName"]
            for region in regions
            for vault in emulator.client("backup", region).list_backup_vaults()["BackupVaultList"]
        },
        "alarms": {
            alarm["AlarmName"] for alarm in emulator.client("cloudwatch").describe_alarms()["MetricAlarms"]
        },
        "topics": {topic["TopicArn"] for topic in emulator.client("sns").list_topics()["Topics"]},
        "keys": keys,
    }


@pytest.mark.heavy("estate")
def test_a_table_and_the_bucket_are_destroyed_and_nothing_else(dev: Estate) -> None:
    """By the deployer, as the pipeline tears dev down; the bucket with the objects that it holds."""
    s3 = dev.emulator.client("s3")
    s3.put_object(Bucket="bbws-templates-dev", Key="made/by-a-test.html", Body=b"x", IfNoneMatch="*")
    gone = {
        "buckets": {"bbws-templates-dev", "bbws-logs-dev"},
        "tables": {"products"},
        "alarms": {
            values["alarm_name"]
            for component in ("templates", "products")
            for values in dev.values(component).values()
            if "alarm_name" in values
        },
    }
    before = left_behind(dev)
    for component in ("templates", "products"):
        dev.destroy_one(component)
    assert gone["alarms"]
    assert left_behind(dev) == {kind: found - gone.get(kind, set()) for kind, found in before.items()}


@pytest.mark.heavy("estate")
def test_everything_is_destroyed_but_the_state(dev: Estate, prod: Estate) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(estate.destroy) for estate in (prod, dev)]:
            done.result()
    for estate in (dev, prod):
        assert left_behind(estate) == {
            "buckets": {
                f"bbws-terraform-state-{estate.name}",
                f"bbws-terraform-state-logs-{estate.name}",
            },
            "tables": {f"terraform-state-lock-{estate.name}"},
            "roles": set(reader_roles(estate.name)),
            "vaults": set(),
            "alarms": set(),
            "topics": set(),
            "keys": set(),
        }
