"""What a request is about: the resource that a policy names, and the condition keys that come with it.

Source: Service Authorization Reference, of DynamoDB, IAM, KMS and CloudWatch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.iam.models import Role, iam_backends
from moto.kms.models import Key, kms_backends

from tests.infra.moto_extension.policies import Call

_WITHOUT_RESOURCE = {"kms:ListAliases", "kms:ListKeys", "cloudwatch:DescribeAlarms", "cloudwatch:ListMetrics"}


def calls(self: BaseResponse, action: str, role: str) -> list[Call]:
    """Every right that the request needs, with its resource; none for a service that is not known here."""
    service = action.partition(":")[0]
    if service == "dynamodb":
        return _table_calls(self, action, role)
    if service == "iam":
        return [_role_call(self, action, role)]
    if service == "kms":
        return [_key_call(self, action, role)]
    if service == "cloudwatch" and (alarms := _alarms(self, action)):
        return [Call(action, alarm, role, {}) for alarm in alarms]
    return []


def key_of(self: BaseResponse) -> Key | None:
    """The key that a request to KMS names by id, ARN or alias."""
    name = str(_members(self).get("KeyId") or _members(self).get("TargetKeyId") or "")
    backend = kms_backends[self.current_account][self.region]
    if not name:
        return None
    try:
        return backend.keys.get(backend.any_id_to_key_id(name))
    except JsonRESTError:
        return None


def _members(self: BaseResponse) -> Mapping[str, Any]:
    """What the request says, which not every service has parsed by now."""
    parsed = getattr(self, "params", None)
    if parsed:
        return parsed  # type: ignore[no-any-return]
    try:
        body = json.loads(self.body)
    except (TypeError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _tag_context(kind: str, tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {f"aws:{kind}/{key}": value for key, value in tags}


def _table_calls(self: BaseResponse, action: str, role: str) -> list[Call]:
    members = _members(self)
    name = str(members.get("TableName") or members.get("ResourceArn") or "*")
    arn = name
    if name != "*" and not name.startswith("arn:"):
        arn = f"arn:aws:dynamodb:{self.region}:{self.current_account}:table/{name}"
    table = dynamodb_backends[self.current_account][self.region].tables.get(arn.rpartition("/")[2])
    there = [(tag["Key"], tag["Value"]) for tag in (table.tags if table else ())]
    context: dict[str, Any] = _tag_context("ResourceTag", there)
    given = [(tag["Key"], tag["Value"]) for tag in members.get("Tags") or ()]
    context |= _tag_context("RequestTag", given)
    if keys := (*(key for key, _ in given), *(members.get("TagKeys") or ())):
        context["aws:TagKeys"] = keys
    if keys := _leading_keys(members, table):
        context["dynamodb:LeadingKeys"] = keys
    needed = [Call(action, arn, role, context)]
    for update in members.get("ReplicaUpdates") or ():
        verb = next(iter(update))
        if verb in {"Create", "Delete"}:
            needed.append(Call(f"dynamodb:{verb}TableReplica", arn, role, context))
    return needed


def _leading_keys(members: Mapping[str, Any], table: Table | None) -> tuple[str, ...]:
    """The partition key of the one item that a request names."""
    item = members.get("Key") or members.get("Item") or {}
    if table is None or table.hash_key_attr not in item:
        return ()
    return tuple(str(value) for value in item[table.hash_key_attr].values())


def _role_call(self: BaseResponse, action: str, role: str) -> Call:
    name = self._get_param("RoleName")
    if not name:
        return Call(action, self._get_param("PolicyArn") or "*", role, {})
    arn = f"arn:aws:iam::{self.current_account}:role/{name}"
    there: Role | None = next(
        (known for known in iam_backends[self.current_account]["aws"].roles.values() if known.name == name),
        None,
    )
    boundary = there.permissions_boundary_arn if there else self._get_param("PermissionsBoundary")
    return Call(action, arn, role, {"iam:PermissionsBoundary": boundary} if boundary else {})


def _key_call(self: BaseResponse, action: str, role: str) -> Call:
    members, found = _members(self), key_of(self)
    if action in _WITHOUT_RESOURCE or found is None:
        given = ((tag["TagKey"], tag["TagValue"]) for tag in members.get("Tags") or ())
        return Call(action, "*", role, _tag_context("RequestTag", given))
    tags = kms_backends[self.current_account][self.region].list_resource_tags(found.id)["Tags"]
    context = _tag_context("ResourceTag", ((tag["TagKey"], tag["TagValue"]) for tag in tags))
    if "alias/" in (name := str(members.get("KeyId", ""))):
        context["kms:RequestAlias"] = name[name.index("alias/") :]
    return Call(action, found.arn, role, context)


def _alarms(self: BaseResponse, action: str) -> list[str]:
    if action in _WITHOUT_RESOURCE:
        return []
    members = _members(self)
    arn = members.get("ResourceARN") or self._get_param("ResourceARN")
    if arn:
        return [str(arn)]
    named = members.get("AlarmName") or self._get_param("AlarmName")
    names = [named] if named else members.get("AlarmNames") or self._get_param("AlarmNames", [])
    return [f"arn:aws:cloudwatch:{self.region}:{self.current_account}:alarm:{name}" for name in names]
