"""What a role may do that was taken by sts:AssumeRole, in every service but S3 (see ``bucket_access``).

Calls of DynamoDB, IAM, KMS and of CloudWatch's alarms are judged with the table, role, key or alarm that they
name and with the conditions of the role's policies; a table and a key bring their tags. Of the other
services the name of the action is judged alone: whether any statement allows it, for whatever resource and
on whatever condition, and none denies it altogether. The policies of keys are not judged. Whoever comes with
other credentials is an administrator. moto has a judgement of its own, which knows no conditions; this takes
its place.
"""

import json
import os
from typing import Any

from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from tests.infra.moto_extension import resources
from tests.infra.moto_extension.policies import is_mentioned, verdict

_NOTED: set[tuple[str, str]] = set()

_UNGUARDED = {"s3", "sts"}
"""S3 has its own guard; everybody may ask STS who they are, and the tests take roles by it."""

_NAMED_OTHERWISE = {
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeBudgets": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "s3control:DeletePublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "s3control:ListAccessGrantsInstances": "s3:ListAccessGrantsInstances",
    "s3control:ListAccessPoints": "s3:ListAccessPoints",
    "s3control:ListMultiRegionAccessPoints": "s3:ListMultiRegionAccessPoints",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "sesv2:SendEmail": "ses:SendEmail",
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
    if service in _UNGUARDED:
        return
    role = assumed_role(account, self.access_key)
    operation = f"{service}:{self._get_action()}"
    action = _NAMED_OTHERWISE.get(operation, operation)
    if not role:
        return
    documents = role_documents(account, role)
    calls = resources.calls(self, action, role)
    if calls:
        allowed = all(verdict(documents, call) == "Allow" for call in calls)
    else:
        allowed = is_mentioned(documents, action)
    if allowed:
        for noted in {call.action for call in calls} or {action}:
            note(role, noted)
        return
    if self.headers.get("X-Amz-Target"):
        raise JsonRESTError("AccessDeniedException", f"User: {role} is not authorized to perform: {action}")
    raise AccessDeniedError(role, action)


def install() -> None:
    setattr(BaseResponse, "_authenticate_and_authorize_normal_action", authorise)  # noqa: B010
