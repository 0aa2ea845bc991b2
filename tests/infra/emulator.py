"""A local stand-in for one AWS account: moto's server with our extension, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.infra.facts import ACCOUNT, TABLES, reader_roles
from tests.infra.moto_extension.ending import WITH_STDIN
from tests.infra.terraform import ROOT
from tests.publishing.servers import free_port
from tests.waiting import eventually, patience

REGION = "af-south-1"


class Emulator:
    """A running server; ``environment`` is all that a program needs to take it for AWS."""

    def __init__(
        self, environment_name: str, folder: Path, surroundings: Mapping[str, str] = os.environ
    ) -> None:
        self.name = environment_name
        self.account = ACCOUNT[environment_name]
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment: Mapping[str, str] = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "4",
            # S3's control plane puts the account's number before the host's name, which nobody resolves here:
            # asked as a proxy, the server takes the whole address.
            "HTTP_PROXY": self.url,
            "http_proxy": self.url,
            "NO_PROXY": "",
            "no_proxy": "",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self.for_boto3 = self.environment
        self._session, self._making = boto3.Session(), threading.Lock()
        self._clients: dict[tuple[str, ...], Any] = {}
        self._log = (folder / f"emulator-{environment_name}.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.moto_extension", WITH_STDIN, "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            env={**surroundings, "MOTO_ACCOUNT_ID": self.account, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait()

    def client(self, service: str, region: str = REGION, **credentials: str) -> Any:
        """A client of the emulated account; ``credentials`` of a session, else the administrator's."""
        keys = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        # Making a client costs more than most tests that use one, and a session makes one at a time.
        with self._making:
            wanted = (service, region, *keys.values())
            if wanted not in self._clients:
                config = Config(proxies={"http": self.url}) if service == "s3control" else None
                self._clients[wanted] = self._session.client(  # type: ignore[call-overload]
                    service, region_name=region, endpoint_url=self.url, config=config, **keys
                )
            return self._clients[wanted]

    def assume(self, role: str) -> dict[str, str]:
        """Credentials of a session in ``role``, as arguments for ``client``."""
        answer = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{self.account}:role/{role}", RoleSessionName="test"
        )["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }

    def session(self, role: str) -> dict[str, str]:
        """What a program needs in its environment to run as ``role``; nothing for an administrator ("")."""
        return {name.upper(): value for name, value in self.assume(role).items()} if role else {}

    def used(self, role: str) -> set[str]:
        """The rights that ``role`` has made use of up to now."""
        log = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
        return set(re.findall(rf"used arn:aws:iam::{self.account}:role/{re.escape(role)} (\w+:\w+)\n", log))

    def mailed(self) -> list[str]:
        """The recipients of all mails that SES has taken up to now, sorted."""
        log = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
        return sorted(re.findall(r"mailed (\S+)\n", log))

    def make_reader_roles(self) -> None:
        """The roles of the Lambdas, which other repositories make."""
        iam = self.client("iam")
        for name in reader_roles(self.name):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")

    def make_table_keys(self) -> None:
        """The keys by which tables are encrypted, and their names, as the component `account` makes them."""
        for region in (REGION, "eu-west-1"):
            kms = self.client("kms", region)
            for table in TABLES:
                key = kms.create_key()["KeyMetadata"]["KeyId"]
                kms.create_alias(AliasName=f"alias/bbws-dynamodb-{table}", TargetKeyId=key)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate(timeout=patience())  # and close its pipe
        self._log.close()

    def _wait(self) -> None:
        """Until it answers; the test that needs it is ended when it never does."""
        eventually(self._answers, bool, seconds=60)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            said = Path(self._log.name).read_text(encoding="utf-8")[-2000:]
            raise RuntimeError(f"The emulator did not start; it said: {said}")
        try:
            urllib.request.urlopen(f"{self.url}/moto-api/", timeout=patience(5)).close()
        except OSError:
            return False
        return True
