"""An account made before `account` made the keys: they are handed over, and nothing is lost or made twice."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.infra.estate import Estate

ACCOUNT = "2_1_bbws_account/terraform.tfstate"
TENANTS = "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate"


def state(estate: Estate, key: str) -> dict[str, Any]:
    bucket = f"bbws-terraform-state-{estate.name}"
    found: dict[str, Any] = json.loads(
        estate.emulator.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    )
    return found


def put(estate: Estate, key: str, document: dict[str, Any]) -> None:
    """As Terraform does: a serial more, and the checksum beside the locks."""
    bucket = f"bbws-terraform-state-{estate.name}"
    body = json.dumps({**document, "serial": document["serial"] + 1}, indent=2).encode()
    estate.emulator.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    estate.emulator.client("dynamodb").put_item(
        TableName=f"terraform-state-lock-{estate.name}",
        Item={"LockID": {"S": f"{bucket}/{key}-md5"}, "Digest": {"S": digest}},
    )


def keys_of(document: dict[str, Any]) -> dict[str, str]:
    """Address of every key and name of a key in a state to its id."""
    return {
        f"{one.get('module', '')}.{one['type']}.{one['name']}": instance["attributes"]["id"]
        for one in document["resources"]
        if one["type"] in ("aws_kms_key", "aws_kms_alias") and one["mode"] == "managed"
        for instance in one["instances"]
    }


@pytest.mark.heavy("estate")
def test_keys_that_a_table_made_are_handed_over(prod: Estate) -> None:
    account, tenants = state(prod, ACCOUNT), state(prod, TENANTS)
    before = keys_of(account)
    moved = [one for one in account["resources"] if one.get("module") == 'module.table_key["tenants"]']
    ours = [one for one in moved if one["mode"] == "managed"]
    assert len(ours) == 4
    account["resources"] = [one for one in account["resources"] if one not in ours]
    tenants["resources"] += [{**one, "module": "module.table"} for one in ours]
    put(prod, ACCOUNT, account)
    put(prod, TENANTS, tenants)
    assert len(keys_of(state(prod, TENANTS))) == 4

    said = prod.deploy("hand-over").ok(3)
    assert "CONFIRM=hand-over-prod" in said.output
    said = prod.deploy("hand-over", "--confirm", "hand-over-prod").ok()
    assert 'tenants: module.table_key["tenants"].aws_kms_' in said.output
    assert "products: has no key of its own" in said.output

    assert keys_of(state(prod, ACCOUNT)) == before
    assert keys_of(state(prod, TENANTS)) == {}
