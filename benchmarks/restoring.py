"""Bringing items back from a restored table: items a second against an emulator, by kind of run.

The emulator (moto's server, in this process) does most of the work, so these numbers bound the command from
below; they show that the time grows with the number of items and not faster.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from infra.restore.copying import run
from infra.restore.journal import Question, open_journal

ROOT = Path(__file__).resolve().parents[1]
TABLE, RESTORED = "tenants", "tenants-restored"
SIZES = (250, 1000)


def main() -> None:
    """Measure and print."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    client = boto3.client("dynamodb", region_name="af-south-1", endpoint_url=f"http://{host}:{port}")
    print(f"{'items':>8} {'dry run':>12} {'bring back':>12} {'again':>12}   items a second")
    for size in SIZES:
        for name in (TABLE, RESTORED):
            make_table(client, name)
        fill(client, size)
        rates = [measure(client, size, writes=writes) for writes in (False, True, True)]
        print(f"{size:>8} {rates[0]:>12,.0f} {rates[1]:>12,.0f} {rates[2]:>12,.0f}")
        for name in (TABLE, RESTORED):
            client.delete_table(TableName=name)
    server.stop()


def make_table(client: Any, name: str) -> None:
    """An empty table of ours."""
    keys = (("PK", "HASH"), ("SK", "RANGE"))
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
    )


def fill(client: Any, size: int) -> None:
    """Sound items, in the restored table alone."""
    example = ROOT / "infra" / "schemas" / "examples" / "tenants" / "valid" / "registered.json"
    item = json.loads(example.read_text(encoding="utf-8"))
    serialize = TypeSerializer().serialize
    for number in range(size):
        name = f"00000000-0000-4000-8000-{number:012d}"
        whole = {**item, "PK": f"TENANT#{name}", "id": name}
        client.put_item(TableName=RESTORED, Item={key: serialize(value) for key, value in whole.items()})


def measure(client: Any, size: int, *, writes: bool) -> float:
    """Items a second of one run over the whole table."""
    question = Question("dev", TABLE, RESTORED, "", "", 4, writes)
    with tempfile.TemporaryDirectory() as folder:
        journal = open_journal(Path(folder) / "journal.json", question, afresh=True)
        start = time.perf_counter()
        run(client, journal)
        return size / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
