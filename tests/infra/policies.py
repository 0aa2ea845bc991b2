"""The policies of the estate as planned: ``make infra-rights`` writes them to infra/policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.verify.recorded import POLICIES
from tests.infra.estate import Estate
from tests.infra.facts import COMPONENTS

Found = tuple[str, str, str]
"""Kind, name and text of a policy."""


def planned_policies(estate: Estate) -> dict[str, dict[str, list[Any]]]:
    """Kind to name to statements, of every policy that a plan knows in full and that has no other file."""
    found: dict[str, dict[str, list[Any]]] = {}
    for component in COMPONENTS:
        values = estate.values(component)
        for address, attributes in sorted(values.items()):
            for kind, name, text in _policies(address, attributes, values):
                found.setdefault(kind, {})[name] = json.loads(text)["Statement"]
    return {kind: dict(sorted(named.items())) for kind, named in sorted(found.items())}


def _policies(address: str, attributes: dict[str, Any], values: dict[str, dict[str, Any]]) -> Iterator[Found]:
    kind = address.split(".aws_")[-1].split(".")[0] if ".aws_" in address else address.split(".")[0]
    policy = attributes.get("policy") or ""
    if kind == "s3_bucket_policy" and policy:
        yield "bucket policy", attributes["bucket"], policy
    elif kind == "kms_key" and policy:
        alias = values[address.replace("aws_kms_key", "aws_kms_alias")]["name"]
        yield "key policy", alias + _region(address), policy
    elif kind == "backup_vault_policy" and policy:
        yield "vault policy", attributes["backup_vault_name"] + (_region(address) or " in af-south-1"), policy
    elif kind == "iam_role":
        yield "trust", attributes["name"], attributes["assume_role_policy"]
    elif kind == "iam_policy" and policy:
        yield "managed policy", attributes["name"], policy
    elif kind == "iam_role_policy" and policy and "module.access" not in address:
        role = values[address.replace("aws_iam_role_policy", "aws_iam_role")]["name"]
        yield "own policy", f"{role} {attributes['name']}", policy


def _region(address: str) -> str:
    """Resources of the second region are named so in the modules."""
    second = any(name in address for name in (".replica", ".copy", "module.replica_monitoring"))
    return " in eu-west-1" if second else ""


def as_text(policies: dict[str, dict[str, list[Any]]]) -> str:
    """The policies as they stand in their file."""
    return json.dumps(policies, indent=2) + "\n"


def write(estate: Estate) -> Path:
    """Write the file of an environment that has been planned."""
    POLICIES.mkdir(exist_ok=True)
    file = POLICIES / f"{estate.name}.json"
    file.write_text(as_text(planned_policies(estate)), encoding="utf-8")
    return file
