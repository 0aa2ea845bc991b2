"""The three emulated accounts of a rehearsal, as their administrator sees and mends them."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import DeployError
from infra.design import ENVIRONMENTS
from infra.pipeline.confirmation import word
from tests.infra.pipeline.accounts import Accounts
from tests.infra.rehearsal.processes import Processes
from tests.infra.rehearsal.work import clean_environment

_LOCK: Final = ".tflock"


def _lock_table(name: str) -> str:
    return ENVIRONMENTS[name].lock_table.rpartition("/")[2]


class StageFailedError(DeployError):
    """A stage did not end as it should; the message says what was seen and where its log is."""


class Estates:
    """dev, sit and prod, each in an account of its own."""

    def __init__(self, home: Path, checkout: Path) -> None:
        self.accounts = Accounts(home / "accounts")
        self.processes = Processes(home / "processes")
        self._home, self._checkout = home, checkout

    def bootstrap(self, names: Iterable[str]) -> None:
        """Make each anew: empty, then state, roles, budget and backups, as its administrator."""
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(self._bootstrap, names))

    def _bootstrap(self, name: str) -> None:
        self.accounts.stop(name)
        shutil.rmtree(self._work(name), ignore_errors=True)
        self.accounts.start(name)
        self.accounts.make_reader_roles(name)
        confirm = word("deploy", name)
        for words in (
            ("bootstrap", "--approve"),
            ("plan", "--component", "account"),
            ("apply", "--component", "account", "--confirm", confirm),
        ):
            self.administer(name, *words)

    def administer(self, name: str, *words: str) -> None:
        """``python -m infra.deploy WORDS`` in ``name`` as its administrator.

        Raises:
            StageFailedError: it failed.
        """
        log = self._home / "logs" / f"administrator-{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        environment = {
            **clean_environment(),
            **self.accounts.terraform,
            **self.accounts.environment(name),
            "PYTHONPATH": str(self._checkout),
            "INFRA_WORK": str(self._work(name)),
        }
        command = [sys.executable, "-m", "infra.deploy", words[0], "--env", name, *words[1:]]
        with log.open("ab") as output:
            output.write(f"$ {' '.join(command[1:])}\n".encode())
            output.flush()
            status = self.processes.run(
                command, folder=self._checkout, environment=environment, output=output
            )
        if status:
            raise StageFailedError(f"{' '.join(words)} in {name} ended with {status}: look at {log}")

    def locked(self, name: str) -> list[str]:
        """The states of ``name`` that are locked: nobody works on them now, so Terraform was killed there.

        A lock is held twice, and taken and given back one after the other: half of it is left as well.
        """
        if not self.accounts.running(name):
            return []
        return sorted({*self._files_of_locks(name), *self._items_of_locks(name)})

    def unlock(self, name: str) -> None:
        """Take both locks off every state, as the runbook does after somebody made sure that nobody works."""
        s3, dynamodb = self.accounts.client(name, "s3"), self.accounts.client(name, "dynamodb")
        bucket = ENVIRONMENTS[name].state_bucket
        for state in self.locked(name):
            s3.delete_object(Bucket=bucket, Key=f"{state}{_LOCK}")
            # What ends in -md5 is the digest of the state: cut off while it was written, that has another.
            for item in (state, f"{state}-md5"):
                key = {"LockID": {"S": f"{bucket}/{item}"}}
                dynamodb.delete_item(TableName=_lock_table(name), Key=key)

    def _files_of_locks(self, name: str) -> list[str]:
        s3 = self.accounts.client(name, "s3")
        try:
            listed = s3.list_objects_v2(Bucket=ENVIRONMENTS[name].state_bucket).get("Contents", [])
        except s3.exceptions.NoSuchBucket:
            return []
        keys = [str(entry["Key"]) for entry in listed]
        return [key.removesuffix(_LOCK) for key in keys if key.endswith(_LOCK)]

    def _items_of_locks(self, name: str) -> list[str]:
        dynamodb = self.accounts.client(name, "dynamodb")
        try:
            items = dynamodb.scan(TableName=_lock_table(name))["Items"]
        except dynamodb.exceptions.ResourceNotFoundException:
            return []
        held = [str(item["LockID"]["S"]) for item in items]
        bucket = f"{ENVIRONMENTS[name].state_bucket}/"
        return [lock.removeprefix(bucket) for lock in held if not lock.endswith("-md5")]

    def served(self, name: str) -> str:
        """The release that an environment serves, "" for none."""
        client = self.accounts.client(name, "s3")
        try:
            body = client.get_object(Bucket=ENVIRONMENTS[name].bucket, Key="current.json")["Body"].read()
        except (client.exceptions.NoSuchKey, client.exceptions.NoSuchBucket):
            return ""
        return str(json.loads(body)["release"])

    def switch_recovery_off(self, name: str, table: str) -> None:
        """What somebody does in the console."""
        self.accounts.client(name, "dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        )

    def tables(self, name: str) -> list[str]:
        """The tables there are, the one of the locks aside."""
        found: list[str] = self.accounts.client(name, "dynamodb").list_tables()["TableNames"]
        return [table for table in found if not table.startswith("terraform-")]

    def buckets(self, name: str) -> list[Any]:
        """The buckets there are, those of the state aside."""
        found = self.accounts.client(name, "s3").list_buckets()["Buckets"]
        return [bucket["Name"] for bucket in found if "state" not in bucket["Name"]]

    def _work(self, name: str) -> Path:
        return self._home / "administrator" / name
