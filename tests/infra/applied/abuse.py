"""What somebody tries who has taken a role of the pipeline: each must be refused.

An abuse is a call of AWS and, beside it, the right that the call needs, so that the same list is judged
twice: by the emulator, and by the evaluator over the policies as planned. ``{bucket}``, ``{logs}``,
``{state}``, ``{account}``, ``{env}`` and the like stand for names of the environment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.infra.facts import ACCOUNT

EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "*",
                "Resource": "*",
            }
        ],
    }
)
"""A policy that opens a resource to another account."""

DEPLOYER, PLANNER, PRUNER, AUDITOR = (
    "bbws-terraform-deployer-{env}",
    "bbws-terraform-planner-{env}",
    "bbws-templates-pruner-{env}",
    "bbws-terraform-auditor-{env}",
)
STATE_KEY = "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate"
ITEM = {"PK": {"S": "TENANT#x"}, "SK": {"S": "METADATA"}}


@dataclass(frozen=True)
class Abuse:
    """``role`` calls ``call`` of a ``service`` with ``arguments``, for which it would need ``right``.

    ``denied``: not only is there no such right, a denial outweighs whoever else would give it.
    ``spared``: possible where the environment may be torn down by its deployer.
    """

    name: str
    role: str
    service: str
    call: str
    arguments: Mapping[str, Any]
    right: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    denied: bool = True
    spared: bool = False


def names(environment: str) -> dict[str, str]:
    """What stands for what in the texts of an abuse."""
    account = ACCOUNT[environment]
    return {
        "env": environment,
        "account": account,
        "bucket": f"bbws-templates-{environment}",
        "logs": f"bbws-logs-{environment}",
        "state": f"bbws-terraform-state-{environment}",
        "iam": f"arn:aws:iam::{account}",
        "table": f"arn:aws:dynamodb:af-south-1:{account}:table/tenants",
        "alarms": f"arn:aws:cloudwatch:af-south-1:{account}:alarm:bbws-{environment}",
        "topic": f"arn:aws:sns:af-south-1:{account}:bbws-alarms-{environment}",
    }


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """``value`` with its names filled in, at whatever depth."""
    if isinstance(value, str):
        for word, name in words.items():
            value = value.replace("{" + word + "}", name)
        return value
    if isinstance(value, Mapping):
        return {key: filled(member, words) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(filled(member, words) for member in value)
    return value
