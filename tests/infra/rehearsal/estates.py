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
        """The states of ``name`` that are locked: nobody works on them now, so Terraform was killed there."""
        if not self.accounts.running(name):
            return []
        s3 = self.accounts.client(name, "s3")
        bucket = ENVIRONMENTS[name].state_bucket
        try:
            listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        except s3.exceptions.NoSuchBucket:
            return []
        return [entry["Key"] for entry in listed if entry["Key"].endswith(_LOCK)]

    def unlock(self, name: str) -> None:
        """Take both locks off every state, as the runbook does after somebody made sure that nobody works."""
        s3, dynamodb = self.accounts.client(name, "s3"), self.accounts.client(name, "dynamodb")
        for key in self.locked(name):
            s3.delete_object(Bucket=ENVIRONMENTS[name].state_bucket, Key=key)
        table = ENVIRONMENTS[name].lock_table.rpartition("/")[2]
        for item in dynamodb.scan(TableName=table)["Items"]:
            # What ends in -md5 is no lock but the digest of a state; a state that was cut off has another.
            dynamodb.delete_item(TableName=table, Key={"LockID": item["LockID"]})

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
