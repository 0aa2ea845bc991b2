"""A whole environment, really applied to an emulator, as the runbook says: bootstrap, account, the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.deploy.components import setting
from tests.infra.emulator import Emulator
from tests.infra.facts import COMPONENTS, REPLICATED, TABLES
from tests.infra.terraform import INFRA, PROVIDER, ROOT, Finished, Workbench, write_root
from tests.waiting import eventually, patience

AFTER_ACCOUNT = ("templates", *TABLES)
"""What the pipeline applies: planned with the rights of the planner, applied with those of the deployer."""

SEEN_BY_THE_AUDITOR = {
    "dev": ("bootstrap", "account", "tenants", "templates"),
    "prod": ("bootstrap", "account", "tenants"),
}
"""What the auditor plans a second time; the rest is planned by the planner, as the pipeline does."""

PLANNED_TWICE = ("account", "templates")
"""What is planned once more in every run; all is, where the whole estate is made."""

# Making a replica that is protected against deletion takes the provider three minutes of waiting. The tests
# make it from a copy of the Terraform that this overrides, and protect it themselves; the plan after that is
# made from the Terraform itself, and it must be empty.
WITHOUT_THE_WAIT = """\
resource "aws_dynamodb_table_replica" "this" {
  deletion_protection_enabled = null
}
"""

# ``init`` installs no provider that runs already, and does not ask for it either: so nobody hashes the 700 MB
# that every other command of an estate is given anyway. The commands of an operator do (``Estate.deploy``).
ELSEWHERE = json.dumps(
    {
        PROVIDER: {
            "Protocol": "grpc",
            "ProtocolVersion": 5,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": os.devnull},
        }
    }
)


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


def stored_values(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Address to attributes of every resource in a state file."""
    found: dict[str, dict[str, Any]] = {}
    for resource in state["resources"]:
        if resource["mode"] != "managed":
            continue
        parts = (resource.get("module"), resource["type"], resource["name"])
        address = ".".join(part for part in parts if part)
        for instance in resource["instances"]:
            index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            found[address + index] = instance["attributes"]
    return found


def part_of_plan(plan: dict[str, Any], component: str) -> dict[str, Any]:
    """What a plan of all components says of one, with the addresses that it has by itself."""
    prefix = f"module.{component}."
    values = planned_values(plan)
    return {
        "planned_values": {
            "root_module": {
                "resources": [
                    {"address": address.removeprefix(prefix), "mode": "managed", "values": attributes}
                    for address, attributes in values.items()
                    if address.startswith(prefix)
                ]
            }
        },
        "resource_changes": [
            {**change, "address": change["address"].removeprefix(prefix)}
            for change in plan["resource_changes"]
            if change["address"].startswith(prefix)
        ],
    }


def working_copy(folder: Path) -> Path:
    """A working copy of the infrastructure of its own, as ``git worktree add`` makes one of a commit."""
    ignored = shutil.ignore_patterns(".terraform", "__pycache__")
    shutil.copytree(INFRA, folder / "infra", ignore=ignored)
    return folder


@dataclass
class Estate:
    """One environment and everything that was seen while it was made."""

    name: str
    workbench: Workbench
    home: Path
    emulator: Emulator
    planned: dict[str, dict[str, Any]] = field(default_factory=dict)
    second_plans: dict[str, Finished] = field(default_factory=dict)
    applied: bool = False

    def apply(self, *, whole: bool = False) -> None:
        """Make everything, then plan once more what is changed most, or where it is ``whole`` all of it."""
        self.applied = True
        self.emulator.make_reader_roles()
        self._copy_without_the_wait()
        with ThreadPoolExecutor(4) as pool:
            bootstrap = pool.submit(self.bootstrap)
            self._wait_for_state(bootstrap)
            self._apply("account")
            self._together(pool, self._apply, AFTER_ACCOUNT)
            bootstrap.result().ok()
            self._protect_replicas()
            every = ("bootstrap", "account", *AFTER_ACCOUNT)
            self._together(pool, self._plan_again, every if whole else PLANNED_TWICE)

    def plan(self) -> None:
        """Plan every component on nothing: what the code wants, with the values of the environment.

        One root calls them all, each with the lines of its own tfvars, because a Terraform with its provider
        costs more than whatever it plans.
        """
        self.emulator.make_table_keys()
        root = self.home / "root"
        write_root(root, self.name)
        given = {**self.emulator.environment, "TF_CLI_CONFIG_FILE": str(self.workbench.overrides)}
        data = self.home / "data"
        for command in (("get",), ("plan", "-out=plan.tfplan")):
            self.workbench.run(*command, folder=root, data=data, extra=given).ok()
        plan = self.workbench.show(root / "plan.tfplan", folder=root, data=data, extra=given)
        self.planned = {name: part_of_plan(plan, name) for name in COMPONENTS}

    def destroy(self) -> None:
        """Remove everything but the state. Production lets go of its tables only when told so."""
        if REPLICATED[self.name]:
            self._unprotect()
        with ThreadPoolExecutor(4) as pool:
            self._together(pool, self._destroy, AFTER_ACCOUNT)
        # The account last: with it go the rights of those who destroy the others.
        self._destroy("account")

    def destroy_one(self, component: str) -> None:
        """Remove one component, and nothing of the others."""
        self._destroy(component)

    def values(self, component: str) -> dict[str, dict[str, Any]]:
        """Address to attributes of every resource: as planned, else as they were stored by the apply."""
        if component in self.planned:
            return planned_values(self.planned[component])
        backend = INFRA / "components" / component / "backends" / f"{self.name}.s3.tfbackend"
        state = self.emulator.client("s3").get_object(
            Bucket=setting(backend, "bucket"), Key=setting(backend, "key")
        )
        return stored_values(json.loads(state["Body"].read()))

    def bootstrap(self) -> Finished:
        """Make state bucket and lock table as an administrator does."""
        return self.deploy("bootstrap", "--approve")

    @property
    def planner(self) -> str:
        """The role that plans."""
        return f"bbws-terraform-planner-{self.name}"

    @property
    def auditor(self) -> str:
        """The role that looks at everything and changes nothing."""
        return f"bbws-terraform-auditor-{self.name}"

    @property
    def deployer(self) -> str:
        """The role that deploys."""
        return f"bbws-terraform-deployer-{self.name}"

    def deploy(self, verb: str, *arguments: str, role: str = "", checkout: Path = ROOT) -> Finished:
        """``python -m infra.deploy VERB --env NAME …`` against the emulator, as ``role`` or an administrator.

        ``checkout`` is the working copy that it is run in.

        The first of all takes the provider through the lock file, as an operator does; the others are given
        the provider, which saves the hashing of 700 MB.
        """
        environment = {
            **self.workbench.environment,
            **self.emulator.environment,
            **self.emulator.session(role),
            **({} if (self.name, verb) == ("dev", "bootstrap") else self._provider),
            "INFRA_WORK": str(self.home / "work"),
            "PYTHONPATH": str(checkout),
        }
        call = ("infra.deploy", verb, "--env", self.name, *arguments)
        return self._python(environment, *call, folder=checkout)

    def verify(self, *arguments: str, role: str = "") -> Finished:
        """``python -m infra.verify --env NAME …`` against the emulator, as ``role`` or an administrator."""
        environment = {**os.environ, **self.emulator.for_boto3, **self.emulator.session(role)}
        return self._python(environment, "infra.verify", "--env", self.name, *arguments)

    def terraform(
        self,
        component: str,
        *arguments: str,
        role: str = "",
        within: Path = INFRA,
        extra: Mapping[str, str] | None = None,
    ) -> Finished:
        """Terraform in a component, with its data apart, as ``role`` or an administrator."""
        return self.workbench.run(
            *arguments,
            folder=within / "components" / component,
            data=self.home / f"data-{component}",
            extra={
                **self.emulator.environment,
                **self.emulator.session(role),
                **self._provider,
                **(extra or {}),
            },
        )

    @property
    def _provider(self) -> dict[str, str]:
        return {"TF_CLI_CONFIG_FILE": str(self.workbench.overrides)}

    def plan_of(self, component: str, *arguments: str, role: str = "") -> Finished:
        """Plan a component that has its backend, with the values of the environment."""
        variables = f"-var-file=environments/{self.name}.tfvars"
        return self.terraform(component, "plan", variables, *arguments, role=role)

    def init(self, component: str, role: str = "") -> None:
        """Choose the backend of the environment."""
        backend = f"-backend-config=backends/{self.name}.s3.tfbackend"
        given = ("init", "-reconfigure", "-lockfile=readonly", backend)
        self.terraform(component, *given, role=role, extra={"TF_REATTACH_PROVIDERS": ELSEWHERE}).ok()

    def _apply(self, component: str) -> None:
        role = self.deployer if component in AFTER_ACCOUNT else ""
        self.init(component, role)
        variables = f"-var-file=environments/{self.name}.tfvars"
        self.terraform(component, "apply", "-auto-approve", variables, role=role, within=self._copy).ok()

    def _plan_again(self, component: str) -> None:
        role = self.auditor if component in SEEN_BY_THE_AUDITOR[self.name] else self.planner
        if component == "bootstrap":
            self.init(component, role)
        file = self.home / f"{component}.tfplan"
        # Neither of them may take the lock.
        wanted = ("-detailed-exitcode", "-lock=false", f"-out={file}")
        self.second_plans[component] = self.plan_of(component, *wanted, role=role)
        if component in TABLES and REPLICATED[self.name]:
            folder, data = INFRA / "components" / component, self.home / f"data-{component}"
            self.planned[component] = self.workbench.show(
                file, folder=folder, data=data, extra=self._provider
            )

    def _destroy(self, component: str) -> None:
        variables = f"-var-file=environments/{self.name}.tfvars"
        # The pipeline may tear down dev; elsewhere that takes an administrator.
        role = self.deployer if self.name == "dev" and component in AFTER_ACCOUNT else ""
        self.terraform(component, "destroy", "-auto-approve", "-refresh=false", variables, role=role).ok()

    @property
    def _copy(self) -> Path:
        return self.home / "infra"

    def _copy_without_the_wait(self) -> None:
        for part in ("modules", "components"):
            shutil.copytree(INFRA / part, self._copy / part)
        override = self._copy / "modules" / "dynamodb_table" / "replica_override.tf"
        override.write_text(WITHOUT_THE_WAIT, encoding="utf-8")

    def _wait_for_state(self, bootstrap: Future[Finished]) -> None:
        """Go on once bucket and lock table are there; the lifecycle rule settles for a minute more."""
        s3, dynamodb = self.emulator.client("s3"), self.emulator.client("dynamodb")

        def made() -> bool:
            if bootstrap.done():
                bootstrap.result().ok()
            buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
            tables = dynamodb.list_tables()["TableNames"]
            return (
                f"bbws-terraform-state-{self.name}" in buckets
                and f"terraform-state-lock-{self.name}" in tables
            )

        eventually(made, bool, seconds=60)

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
            buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
            buckets = [bucket for bucket in buckets if "state" not in bucket]
            # All of them first: what is done to a bucket that logs is written into one that is empty by now.
            for bucket in buckets:
                s3.delete_bucket_policy(Bucket=bucket)
                s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
            for bucket in buckets:
                self._empty(s3, bucket)

    @staticmethod
    def _empty(s3: Any, bucket: str) -> None:
        # From the beginning each time: the emulator loses its place when what it had got to is deleted.
        while page := s3.list_object_versions(Bucket=bucket):
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if not entries:
                return
            for entry in entries:
                s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])

    @staticmethod
    def _together(pool: ThreadPoolExecutor, work: Callable[[str], None], names: Iterable[str]) -> None:
        for future in [pool.submit(work, name) for name in names]:
            future.result()

    @staticmethod
    def _python(environment: dict[str, str], *arguments: str, folder: Path = ROOT) -> Finished:
        finished = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=patience(240),
        )
        return Finished(tuple(arguments), finished.returncode, finished.stdout)
