"""The first apply in an account, when the bucket that keeps the state does not exist yet.

Terraform is run on a copy of its files with a local state; once bucket and lock table are there, the state
moves into the bucket. If it is interrupted in between, the copy with the state stays and the next run goes
on from it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.components import COMPONENTS, Component, setting
from infra.deploy.errors import SurroundingsError
from infra.deploy.terraform import Terraform
from infra.design import REGION

_LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'


def state_exists(component: Component) -> bool:
    """Whether the state of ``component`` is in its bucket.

    Raises:
        SurroundingsError: AWS does not answer, or the bucket belongs to somebody else.
    """
    bucket, key = setting(component.backend, "bucket"), setting(component.backend, "key")
    try:
        boto3.client("s3", region_name=REGION).head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise SurroundingsError(f"The state bucket {bucket} cannot be read: {error}") from error
    except BotoCoreError as error:
        raise SurroundingsError(f"The state bucket {bucket} cannot be read: {error}") from error
    return True


def bootstrap(program: str, component: Component, *, approve: bool) -> None:
    """Make the state bucket and lock table with a local state, then move the state into the bucket."""
    copy = component.work / "copy"
    folder = copy / "components" / component.name
    _copy_sources(copy, component)
    terraform = Terraform(program, folder, component.work / "data")
    override = folder / "backend_override.tf"
    override.write_text(_LOCAL_BACKEND, encoding="utf-8")
    terraform.run("init", "-reconfigure", "-lockfile=readonly")
    terraform.run(
        "apply",
        f"-var-file={component.variables}",
        *(["-auto-approve"] if approve else []),
        extra={"TF_INPUT": "1"},
    )
    override.unlink()
    terraform.run(
        "init", "-migrate-state", "-force-copy", "-lockfile=readonly", f"-backend-config={component.backend}"
    )
    shutil.rmtree(component.work)


def _copy_sources(copy: Path, component: Component) -> None:
    """The component and the modules, where their relative paths expect them; a state left there stays."""
    modules = COMPONENTS.parent / "modules"
    shutil.copytree(modules, copy / "modules", dirs_exist_ok=True)
    shutil.copytree(component.folder, copy / "components" / component.name, dirs_exist_ok=True)
