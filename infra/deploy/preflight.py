"""Asked before Terraform starts: whose credentials these are, and whether the roles of the policy exist."""

from __future__ import annotations

from collections.abc import Sequence

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.components import Component, setting, settings
from infra.deploy.errors import RefusedError, SurroundingsError
from infra.design import REGION, Environment

_PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


def require_account(environment: Environment) -> str:
    """Pass only with credentials of the environment's own account; the ARN of whose they are.

    Raises:
        RefusedError: they belong to another account.
        SurroundingsError: there are none, or AWS does not answer.
    """
    try:
        identity = boto3.client("sts", region_name=REGION, config=_PATIENCE).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise SurroundingsError(
            f"AWS does not say whose credentials these are: {error} Log in first (aws sso login), or look at "
            "the network."
        ) from error
    if identity["Account"] != environment.account:
        raise RefusedError(
            f"These credentials belong to account {identity['Account']}, but {environment.name} is account "
            f"{environment.account}: take the credentials of {environment.name}."
        )
    return identity["Arn"]


def require_rights(environment: Environment, caller: str, verb: str, *, lock: bool) -> None:
    """Pass unless ``caller`` is the planner and would write: it may not even write the lock of the state.

    Raises:
        RefusedError: it would.
    """
    planner = environment.planner.rpartition("/")[2]
    if f":assumed-role/{planner}/" not in caller:
        return
    if verb != "plan":
        raise RefusedError(
            f"These are credentials of {planner}, which only plans: take those of the deployer."
        )
    if lock:
        raise RefusedError(
            f"These are credentials of {planner}, which may not write the lock of the state: plan with "
            f"--no-lock (`make infra-plan ENV={environment.name} LOCK=no`)."
        )


def require_roles(component: Component) -> None:
    """Pass only when every role that the bucket policy will name exists: S3 refuses the policy otherwise.

    The names are those that Terraform is given, in the values of ``component`` (templates).

    Raises:
        RefusedError: some are missing.
        SurroundingsError: AWS does not answer.
    """
    client = boto3.client("iam", region_name=REGION, config=_PATIENCE)
    missing: list[str] = []
    values = component.variables
    names = (
        *settings(values, "reader_role_names"),
        setting(values, "deployer_role_name"),
        setting(values, "pruner_role_name"),
    )
    for name in names:
        try:
            client.get_role(RoleName=name)
        except client.exceptions.NoSuchEntityException:
            missing.append(name)
        except (BotoCoreError, ClientError) as error:
            raise SurroundingsError(f"AWS does not say whether the role {name} exists: {error}") from error
    if missing:
        raise RefusedError(_missing_roles(missing))


def _missing_roles(names: Sequence[str]) -> str:
    return (
        f"The bucket policy names roles that do not exist: {', '.join(names)}. S3 would refuse it in the "
        "middle of the apply. Deploy their services first (deployer and pruner: the component account), or "
        "leave the role out of reader_role_names (environments/ENV.tfvars of the component templates) until "
        "its service exists."
    )
