"""The KMS keys: state, rotation, policy, names and grants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from infra.design import REGION, TABLES, Environment
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject
from infra.verify.documents import policy_of, rights, rights_of, statements
from infra.verify.recorded import recorded
from infra.verify.tags import tags_of

_OURS: Final = "alias/bbws-"
_ROTATION_DAYS: Final = 365
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")


@dataclass(frozen=True)
class Key:
    """A key of the design, found by its alias; ``tags`` are those beside the seven."""

    alias: str
    region: str
    component: str
    description: str
    tags: Mapping[str, str]

    @property
    def name(self) -> str:
        """As it stands in the report and in the file of the policies."""
        return self.alias if self.region == REGION else f"{self.alias} in {self.region}"


def keys(environment: Environment) -> Iterator[Key]:
    """Every key of the environment."""
    for region in environment.regions:
        for table in TABLES:
            what = "DynamoDB table" if region == REGION else "replica of the DynamoDB table"
            text = f"Encrypts the {what} {table}"
            yield Key(f"alias/bbws-dynamodb-{table}", region, "account", text, {"Table": table})
        what = "backups" if region == REGION else "copied backups"
        text = f"Encrypts the {what} in the vault {environment.vault}"
        yield Key(f"alias/{environment.vault}", region, "account", text, {})
        topic = environment.alarm_topic.rpartition(":")[2]
        yield Key(f"alias/{topic}", region, "account", f"Encrypts the alarms in the topic {topic}", {})


def key_arn(account: Account, alias: str, region: str) -> str:
    """ARN of the key behind an alias.

    Raises:
        AbsentError: no key has this alias.
    """
    listed = account.read("kms.list_aliases", region)["Aliases"]
    for entry in listed:
        if entry["AliasName"] == alias and entry.get("TargetKeyId"):
            return f"arn:aws:kms:{region}:{account.environment.account}:key/{entry['TargetKeyId']}"
    raise AbsentError("absent")


def key_questions(account: Account) -> Iterator[Question]:
    """Every question on the keys, and that there is no other name."""
    environment = account.environment
    designed = list(keys(environment))
    for key in designed:
        yield from _questions(account, key)
    for region in environment.regions:
        yield Subject("keys", f"aliases in {region}", "account").question(
            "names of this product",
            frozenset(key.alias for key in designed if key.region == region),
            partial(_names, account, region),
        )


def _questions(account: Account, key: Key) -> Iterator[Question]:
    subject = Subject("keys", key.name, key.component)
    environment = account.environment

    def read(call: str, **arguments: Any) -> Mapping[str, Any]:
        arn = key_arn(account, key.alias, key.region)
        return account.read(f"kms.{call}", key.region, KeyId=arn, **arguments)

    yield subject.question("key", _designed(key), lambda: _state(read("describe_key")["KeyMetadata"]))
    yield subject.question(
        "rotation",
        {"KeyRotationEnabled": True, "RotationPeriodInDays": _ROTATION_DAYS},
        lambda: _rotation(read("get_key_rotation_status")),
    )
    yield subject.question(
        "policy",
        rights(recorded(environment.name, "key policy", key.name)),
        lambda: rights_of(policy_of(read("get_key_policy", PolicyName="default")["Policy"])),
    )
    yield subject.question("policy keeps the key in the account", [], lambda: _strangers(environment, read))
    yield subject.question(
        "grants beside those of AWS", frozenset(), lambda: _grants(environment, read("list_grants"))
    )
    yield subject.question("names", [key.alias], lambda: _aliases(account, key))
    yield subject.question(
        "tags",
        {**environment.tags("dynamodb"), **key.tags},
        lambda: tags_of(read("list_resource_tags").get("Tags", [])),
    )


def _designed(key: Key) -> dict[str, Any]:
    return {
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "Origin": "AWS_KMS",
        "MultiRegion": False,
        "Description": key.description,
    }


def _state(found: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("KeyState", "KeyUsage", "KeySpec", "Origin", "MultiRegion", "Description")
    return {name: found.get(name, False if name == "MultiRegion" else "none") for name in wanted}


def _rotation(found: Mapping[str, Any]) -> dict[str, Any]:
    on = bool(found.get("KeyRotationEnabled"))
    return {
        "KeyRotationEnabled": on,
        "RotationPeriodInDays": found.get("RotationPeriodInDays", _ROTATION_DAYS if on else 0),
    }


def _strangers(environment: Environment, read: Any) -> list[str]:
    """Whoever the policy lets in and is neither of this account, nor AWS, nor held to it by a condition."""
    policy = json.loads(read("get_key_policy", PolicyName="default")["Policy"])
    held = f'"{environment.account}"'
    return sorted(
        right
        for right in rights(statements(policy))
        if not right.startswith(("refused ", "Service "))
        and f":{environment.account}:" not in right.partition(": ")[0]
        and not right.startswith(f"AWS arn:aws:iam::{environment.account}:")
        and held not in right.partition(" if ")[2]
    )


def _grants(environment: Environment, found: Mapping[str, Any]) -> frozenset[str]:
    """Services of AWS take grants for their work; a grant to anybody else is a right that no policy shows.

    A service is named by its host; an ARN that ends so is a role or user that somebody named like one.
    """
    return frozenset(
        f"{', '.join(sorted(grant.get('Operations', [])))} to {grantee}"
        for grant in found.get("Grants", [])
        if not _SERVICE.fullmatch(grantee := str(grant.get("GranteePrincipal", "?")))
        and not grantee.startswith(f"arn:aws:iam::{environment.account}:role/aws-service-role/")
    )


def _aliases(account: Account, key: Key) -> list[str]:
    target = key_arn(account, key.alias, key.region).rpartition("/")[2]
    listed = account.read("kms.list_aliases", key.region)["Aliases"]
    return sorted(entry["AliasName"] for entry in listed if entry.get("TargetKeyId") == target)


def _names(account: Account, region: str) -> frozenset[str]:
    listed = account.read("kms.list_aliases", region)["Aliases"]
    return frozenset(entry["AliasName"] for entry in listed if entry["AliasName"].lower().startswith(_OURS))
