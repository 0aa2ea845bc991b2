"""A whole environment, really applied to an emulator, as the runbook says: bootstrap, account, the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.infra.emulator import Emulator
from tests.infra.facts import REPLICATED, TABLES
from tests.infra.terraform import INFRA, ROOT, Finished, Workbench

AFTER_ACCOUNT = ("templates", *TABLES)

# Making a replica that is protected against deletion takes the provider three minutes of waiting. The tests
# make it without, protect it themselves, and assert on the plan that the code protects it.
WITHOUT_THE_WAIT = "-var=replica_deletion_protection=false"


def planned_values(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Address to attributes of every resource in a plan, those of nested modules included."""
    found: dict[str, dict[str, Any]] = {}
    modules = [plan["planned_values"]["root_module"]]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        for resource in module.get("resources", []):
            if resource["mode"] == "managed":
                # Absent where not one attribute is known yet.
                found[resource["address"]] = resource.get("values", {})
    return found


@dataclass
class Estate:
    """One environment and everything that was seen while it was made."""

    name: str
    workbench: Workbench
    home: Path
    emulator: Emulator
    planned: dict[str, dict[str, Any]] = field(default_factory=dict)
    second_plans: dict[str, Finished] = field(default_factory=dict)

    def apply(self) -> None:
        """Make everything, then plan everything once more."""
        self.emulator.make_reader_roles()
        with ThreadPoolExecutor(4) as pool:
            bootstrap = pool.submit(self.bootstrap)
            self._wait_for_state(bootstrap)
            self._apply("account")
            self._together(pool, self._apply, AFTER_ACCOUNT)
            bootstrap.result().ok()
            self._protect_replicas()
            self._together(pool, self._plan_again, ("bootstrap", "account", *AFTER_ACCOUNT))

    def plan(self, components: Iterable[str]) -> None:
        """Plan on nothing: what the code wants, with the values of the environment."""
        with ThreadPoolExecutor(2) as pool:
            self._together(pool, self._plan_first, components)

    def destroy(self) -> None:
        """Remove everything but the state. Production lets go of its tables only when told so."""
        if REPLICATED[self.name]:
            self._unprotect()
        with ThreadPoolExecutor(4) as pool:
            self._together(pool, self._destroy, (*AFTER_ACCOUNT, "account"))

    def make_state(self) -> None:
        """A state bucket and a lock table of nobody, for plans of what is not there yet."""
        self.emulator.client("s3").create_bucket(
            Bucket=f"bbws-terraform-state-{self.name}",
            CreateBucketConfiguration={"LocationConstraint": "af-south-1"},
        )
        self.emulator.client("dynamodb").create_table(
            TableName=f"terraform-state-lock-{self.name}",
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def remove_state(self) -> None:
        """Make way for the real ones."""
        self.emulator.client("s3").delete_bucket(Bucket=f"bbws-terraform-state-{self.name}")
        self.emulator.client("dynamodb").delete_table(TableName=f"terraform-state-lock-{self.name}")

    def values(self, component: str) -> dict[str, dict[str, Any]]:
        """Address to attributes of every resource that the plan leaves behind."""
        return planned_values(self.planned[component])

    def bootstrap(self) -> Finished:
        """Make state bucket and lock table as an administrator does."""
        return self.deploy("bootstrap", "--approve")

    def deploy(self, verb: str, *arguments: str) -> Finished:
        """``python -m infra.deploy VERB --env NAME …`` against the emulator."""
        environment = {
            **self.workbench.environment,
            **self.emulator.environment,
            "INFRA_WORK": str(self.home / "work"),
            "PYTHONPATH": str(ROOT),
        }
        return self._python(environment, "infra.deploy", verb, "--env", self.name, *arguments)

    def verify(self, *arguments: str) -> Finished:
        """``python -m infra.verify --env NAME …`` against the emulator."""
        environment = {**os.environ, **self.emulator.environment}
        return self._python(environment, "infra.verify", "--env", self.name, *arguments)

    def terraform(self, component: str, *arguments: str) -> Finished:
        """Terraform in a component, with its data apart.

        One environment takes the provider through the lock file, as an operator does; the others are given
        the provider, which saves the hashing.
        """
        given = {} if self.name == "dev" else {"TF_CLI_CONFIG_FILE": str(self.workbench.overrides)}
        return self.workbench.run(
            *arguments,
            folder=INFRA / "components" / component,
            data=self.home / f"data-{component}",
            extra={**self.emulator.environment, **given},
        )

    def init(self, component: str) -> None:
        """Choose the backend of the environment."""
        backend = f"-backend-config=backends/{self.name}.s3.tfbackend"
        self.terraform(component, "init", "-reconfigure", "-lockfile=readonly", backend).ok()

    def _apply(self, component: str) -> None:
        if component not in self.planned:
            self.init(component)
        self.terraform(component, "apply", "-auto-approve", *self._variables(component)).ok()

    def _plan_again(self, component: str) -> None:
        if component == "bootstrap" and component not in self.planned:
            self.init(component)
        file = self.home / f"{component}.tfplan"
        self.second_plans[component] = self.terraform(
            component, "plan", "-detailed-exitcode", f"-out={file}", *self._variables(component)
        )
        if component not in self.planned:
            self.planned[component] = self._shown(component, file)

    def _plan_first(self, component: str) -> None:
        self.init(component)
        file = self.home / f"{component}.tfplan"
        variables = f"-var-file=environments/{self.name}.tfvars"
        self.terraform(component, "plan", "-lock=false", f"-out={file}", variables).ok()
        self.planned[component] = self._shown(component, file)

    def _shown(self, component: str, file: Path) -> dict[str, Any]:
        folder, data = INFRA / "components" / component, self.home / f"data-{component}"
        return self.workbench.show(file, folder=folder, data=data)

    def _destroy(self, component: str) -> None:
        variables = self._variables(component)
        self.terraform(component, "destroy", "-auto-approve", "-refresh=false", *variables).ok()

    def _variables(self, component: str) -> list[str]:
        variables = [f"-var-file=environments/{self.name}.tfvars"]
        return [*variables, WITHOUT_THE_WAIT] if component in TABLES else variables

    def _wait_for_state(self, bootstrap: Future[Finished]) -> None:
        """Go on once bucket and lock table are there; the lifecycle rule settles for a minute more."""
        s3, dynamodb = self.emulator.client("s3"), self.emulator.client("dynamodb")
        for _ in range(600):
            if bootstrap.done():
                bootstrap.result().ok()
            buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
            tables = dynamodb.list_tables()["TableNames"]
            if (
                f"bbws-terraform-state-{self.name}" in buckets
                and f"terraform-state-lock-{self.name}" in tables
            ):
                return
            time.sleep(0.1)
        raise TimeoutError("The state bucket did not appear within a minute.")

    def _protect_replicas(self) -> None:
        if REPLICATED[self.name]:
            client = self.emulator.client("dynamodb", "eu-west-1")
            for table in TABLES:
                client.update_table(TableName=table, DeletionProtectionEnabled=True)

    def _unprotect(self) -> None:
        for region in ("af-south-1", "eu-west-1"):
            client = self.emulator.client("dynamodb", region)
            for table in TABLES:
                client.update_table(TableName=table, DeletionProtectionEnabled=False)
        for region in ("af-south-1", "eu-west-1"):
            s3 = self.emulator.client("s3", region)
            for bucket in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
                if "state" not in bucket:
                    self._empty(s3, bucket)

    @staticmethod
    def _empty(s3: Any, bucket: str) -> None:
        s3.delete_bucket_policy(Bucket=bucket)
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])

    @staticmethod
    def _together(pool: ThreadPoolExecutor, work: Callable[[str], None], names: Iterable[str]) -> None:
        for future in [pool.submit(work, name) for name in names]:
            future.result()

    @staticmethod
    def _python(environment: dict[str, str], *arguments: str) -> Finished:
        finished = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=240,
        )
        return Finished(tuple(arguments), finished.returncode, finished.stdout)
