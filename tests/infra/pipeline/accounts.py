"""Three emulated accounts that outlive the command: an interrupted rehearsal finds them as it left them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import boto3

from infra.design import ENVIRONMENTS, REGION, REPLICA_REGION, TABLES
from tests.infra.facts import reader_roles
from tests.infra.terraform import ROOT, make_workbench
from tests.publishing.servers import free_port
from tests.waiting import eventually, patience

_PROVIDER: Final = "token.actions.githubusercontent.com:"


class Accounts:
    """dev, sit and prod. ``sessions`` holds the roles that were taken."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.sessions: list[str] = []
        self._workbench = make_workbench(home)
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._making = threading.Lock()

    @property
    def terraform(self) -> Mapping[str, str]:
        """The variables of a Terraform that needs no registry and no network."""
        environment = self._workbench.environment
        return {**environment, "TF_CLI_CONFIG_FILE": str(self._workbench.overrides)}

    def start(self, name: str) -> None:
        """Start the account, unless it runs already."""
        if self.running(name):
            return
        port = free_port()
        log = (self.home / f"{name}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.moto_extension", "--port", str(port)],
            cwd=ROOT,
            env={
                **os.environ,
                "MOTO_ACCOUNT_ID": ENVIRONMENTS[name].account,
                "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._note(name).write_text(json.dumps({"pid": process.pid, "port": port}), encoding="utf-8")
        eventually(
            lambda: (process.poll(), log.name),
            lambda seen: self.running(name) or seen[0] is not None,
            seconds=120,
        )
        if process.poll() is not None:
            raise RuntimeError(f"The emulator of {name} did not start: look at {log.name}")

    def stop(self, *names: str) -> None:
        """End those accounts, or all; what they held is gone."""
        for name in names or ENVIRONMENTS:
            note = self._note(name)
            if (pid := _emulator(note)) is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            note.unlink(missing_ok=True)
            with self._making:
                self._clients = {key: it for key, it in self._clients.items() if key[0] != name}

    def environment(self, name: str) -> dict[str, str]:
        """What a program needs to take the emulator for AWS, as an administrator."""
        return {
            "AWS_ENDPOINT_URL": self._url(name),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "4",
            # S3's control plane puts the account's number before the host's name, which nobody resolves here.
            **dict.fromkeys(("HTTP_PROXY", "http_proxy"), self._url(name)),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self, name: str, service: str, region: str = REGION) -> Any:
        """A client of the account, as an administrator."""
        key = (name, service, region)
        with self._making:
            if key not in self._clients:
                self._clients[key] = boto3.client(  # type: ignore[call-overload]
                    service,
                    region_name=region,
                    endpoint_url=self._url(name),
                    aws_access_key_id="test",
                    aws_secret_access_key="test",
                )
            return self._clients[key]

    def make_reader_roles(self, name: str) -> None:
        """The roles of the Lambdas, which other repositories make."""
        iam = self.client(name, "iam")
        there = {role["RoleName"] for role in iam.list_roles(MaxItems=1000)["Roles"]}
        for role in set(reader_roles(name)) - there:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")

    def protect_replicas(self, name: str) -> None:
        """What the Terraform of the rehearsal leaves out, because the provider waits for it."""
        if ENVIRONMENTS[name].replicated:
            client = self.client(name, "dynamodb", REPLICA_REGION)
            for table in set(TABLES) & set(client.list_tables()["TableNames"]):
                client.update_table(TableName=table, DeletionProtectionEnabled=True)

    def assume(self, role: str, claims: Mapping[str, str]) -> dict[str, str]:
        """The variables of a session in ``role``, if its trust policy takes a token with ``claims``.

        Raises:
            PermissionError: it does not, or there is no such role.
        """
        name = next((name for name, it in ENVIRONMENTS.items() if f":{it.account}:" in role), "")
        if not name:
            raise PermissionError(f"There is no account for the role {role!r}.")
        iam, short = self.client(name, "iam"), role.rpartition("/")[2]
        try:
            policy = iam.get_role(RoleName=short)["Role"]["AssumeRolePolicyDocument"]
        except iam.exceptions.NoSuchEntityException as error:
            raise PermissionError(f"There is no role {short}.") from error
        if not any(_trusts(statement, claims) for statement in policy["Statement"]):
            raise PermissionError(f"{short} does not trust a token with {dict(claims)}.")
        session = self.client(name, "sts").assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]
        self.sessions.append(short)
        return {
            **self.environment(name),
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    def _note(self, name: str) -> Path:
        return self.home / f"{name}.json"

    def _url(self, name: str) -> str:
        port = json.loads(self._note(name).read_text(encoding="utf-8"))["port"]
        return f"http://127.0.0.1:{port}"

    def running(self, name: str) -> bool:
        """Whether the account answers; one that was ended has lost what it held."""
        if not self._note(name).is_file():
            return False
        try:
            urllib.request.urlopen(f"{self._url(name)}/moto-api/", timeout=patience(20)).close()
        except OSError:
            return False
        return True


def _emulator(note: Path) -> int | None:
    """The process of ``note``, whether it answers or not; None where its number is somebody else's by now."""
    if not note.is_file():
        return None
    members = json.loads(note.read_text(encoding="utf-8"))
    words = ["ps", "-ww", "-o", "command=", "-p", str(members["pid"])]
    command = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return int(members["pid"]) if command.endswith(f"moto_extension --port {members['port']}") else None


def _trusts(statement: Mapping[str, Any], claims: Mapping[str, str]) -> bool:
    """Whether every condition of the statement holds for the claims; an unknown operator does not."""
    if statement["Effect"] != "Allow" or statement["Action"] != "sts:AssumeRoleWithWebIdentity":
        return False
    for operator, conditions in statement["Condition"].items():
        if operator not in {"StringEquals", "ForAnyValue:StringEquals"}:
            return False
        for key, wanted in conditions.items():
            allowed = [wanted] if isinstance(wanted, str) else wanted
            if claims.get(key.removeprefix(_PROVIDER)) not in allowed:
                return False
    return True
