"""What a role may do that was taken by sts:AssumeRole, in every service but S3 (see ``bucket_access``).

Calls of DynamoDB and IAM are judged with the table or role that they name and with the conditions of the
role's policies. Of the other services the name of the action is judged alone: whether any statement allows
it, for whatever resource and on whatever condition. Any other key is an administrator. moto has a judgement
of its own, which knows no conditions; this takes its place.
"""

import json
import os
from typing import Any

from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.core.responses import BaseResponse
from moto.iam.models import Role, iam_backends
from moto.sts.models import sts_backends

from tests.infra.moto_extension.policies import Call, is_mentioned, verdict

_NOTED: set[tuple[str, str]] = set()

_UNGUARDED = {"s3", "sts"}
"""S3 has its own guard; everybody may ask STS who they are, and the tests take roles by it."""

_NAMED_OTHERWISE = {
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
}
"""Operations whose right has another name (Service Authorization Reference)."""


def assumed_role(account: str, access_key: str) -> str:
    """ARN of the role behind a session's key; "" for any other key."""
    session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    return session.role_arn if session else ""


def role_documents(account: str, arn: str) -> list[dict[str, Any]]:
    """The policies of a role, its own and those attached to it."""
    role = iam_backends[account]["aws"].get_role_by_arn(arn)
    managed = [
        next(version.document for version in policy.versions if version.is_default)
        for policy in role.managed_policies.values()
    ]
    return [json.loads(document) for document in (*role.policies.values(), *managed)]


def note(role: str, action: str) -> None:
    """Write into the log of the emulator, once, that the role has made use of a right."""
    if (role, action) not in _NOTED:
        _NOTED.add((role, action))
        # In one piece, as the server writes its own lines in other threads meanwhile.
        os.write(1, f"used {role} {action}\n".encode())


def authorise(self: BaseResponse, resource: str = "*") -> None:
    """Raise unless the caller may do what it asks for."""
    account, service = self.current_account, self.service_name
    role = assumed_role(account, self.access_key)
    if not role or service in _UNGUARDED:
        return
    operation = f"{service}:{self._get_action()}"
    action = _NAMED_OTHERWISE.get(operation, operation)
    documents = role_documents(account, role)
    if service == "dynamodb":
        allowed = verdict(documents, Call(action, _table(self), role, {})) == "Allow"
    elif service == "iam":
        allowed = verdict(documents, _iam_call(self, action, role)) == "Allow"
    else:
        allowed = is_mentioned(documents, action)
    if allowed:
        note(role, action)
        return
    if self.headers.get("X-Amz-Target"):
        raise JsonRESTError("AccessDeniedException", f"User: {role} is not authorized to perform: {action}")
    raise AccessDeniedError(role, action)


def _table(self: BaseResponse) -> str:
    members = getattr(self, "params", None) or {}
    name = str(members.get("TableName") or members.get("ResourceArn") or "*")
    if name == "*" or name.startswith("arn:"):
        return name
    return f"arn:aws:dynamodb:{self.region}:{self.current_account}:table/{name}"


def _iam_call(self: BaseResponse, action: str, role: str) -> Call:
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


def install() -> None:
    setattr(BaseResponse, "_authenticate_and_authorize_normal_action", authorise)  # noqa: B010
