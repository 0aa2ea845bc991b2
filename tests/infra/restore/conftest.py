"""A server of DynamoDB and Lambda over HTTP, with a table in use and a restored one beside it."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import moto.backends
import pytest
from boto3.dynamodb.types import TypeSerializer
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from tests.infra.facts import ACCOUNT
from tests.infra.terraform import INFRA

REGION = "af-south-1"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the server."""
    with pytest.MonkeyPatch.context() as patch:
        # The server would look through its own installation at each request.
        patch.setattr(moto.backends, "list_of_moto_modules", [*moto.backends.list_of_moto_modules()].copy)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def aws(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of an administrator of dev; the server is in this process and takes its account too."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "MOTO_ACCOUNT_ID": ACCOUNT["dev"],
    }.items():
        monkeypatch.setenv(name, value)
    return server


class Tables:
    """``use`` is the table in use, ``restored`` the one that recovery made beside it."""

    def __init__(self) -> None:
        self.client = boto3.client("dynamodb", region_name=REGION)
        self.use = "tenants"
        self.restored = f"tenants-restored-{uuid.uuid4().hex[:8]}"
        for name in (self.use, self.restored):
            if name in self.client.list_tables()["TableNames"]:
                self.client.delete_table(TableName=name)
            self.client.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[
                    {"AttributeName": "PK", "KeyType": "HASH"},
                    {"AttributeName": "SK", "KeyType": "RANGE"},
                ],
                AttributeDefinitions=[
                    {"AttributeName": "PK", "AttributeType": "S"},
                    {"AttributeName": "SK", "AttributeType": "S"},
                ],
            )

    def put(self, table: str, *items: dict[str, Any]) -> None:
        for item in items:
            self.client.put_item(TableName=table, Item=item)

    def items(self, table: str) -> dict[str, dict[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(TableName=table)
        return {item["PK"]["S"]: dict(item) for page in pages for item in page["Items"]}


@pytest.fixture
def tables(aws: str) -> Iterator[Tables]:
    """Two empty tables of the same shape."""
    made = Tables()
    yield made
    for name in (made.use, made.restored):
        made.client.delete_table(TableName=name)


def tenant(number: int, **changes: Any) -> dict[str, Any]:
    """A sound item of the table tenants, in DynamoDB's own JSON."""
    example = INFRA / "schemas" / "examples" / "tenants" / "valid"
    item = json.loads(Path(example / "registered.json").read_text(encoding="utf-8"))
    name = f"00000000-0000-4000-8000-{number:012d}"
    item |= {"PK": f"TENANT#{name}", "id": name, "email": f"tenant{number}@example.com", **changes}
    serialize = TypeSerializer().serialize
    return {attribute: serialize(value) for attribute, value in item.items()}
