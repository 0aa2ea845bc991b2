"""Bucket policies as S3 evaluates them: principals, conditions, and an explicit "deny" before everything.

moto itself knows no conditions, so "deny unless TLS" denies everything. Here a request to an object or a
list is judged by the bucket's policy and, for a role that was taken by sts:AssumeRole, by the role's own
policies. Requests pass for TLS 1.3, as the server speaks plain HTTP. Any other key is an administrator:
what is not denied is allowed. S3 also refuses a policy that names a role which does not exist; so does
this.
"""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from moto.iam.models import iam_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.sts.models import sts_backends

from tests.infra.moto_extension.policies import Call, named_roles, verdict

_key_response = S3Response._key_response
_bucket_response = S3Response._bucket_response


class AccessDeniedError(S3ClientError):
    code = "AccessDenied"
    status = 403


class MalformedPolicyError(S3ClientError):
    code = "MalformedPolicy"
    status = 400


def key_response(self: S3Response, request: Any, full_url: str) -> Any:
    query = parse_qs(urlsplit(full_url).query, keep_blank_values=True)
    bucket, key = self.parse_bucket_name_from_url(request, full_url), self.parse_key_name()
    action = _object_action(request.method, query)
    if action:
        extra = {"s3:ObjectCreationOperation": str(not query.keys() & {"uploads", "partNumber"}).lower()}
        for header in ("if-match", "if-none-match"):
            if header in request.headers:
                extra[f"s3:{header}"] = request.headers[header]
        _authorise(self, action, bucket, f"/{key}", extra)
    return _key_response(self, request, full_url)


def bucket_response(self: S3Response, request: Any, full_url: str) -> Any:
    query = parse_qs(urlsplit(full_url).query, keep_blank_values=True)
    bucket = self.parse_bucket_name_from_url(request, full_url)
    if request.method == "PUT" and "policy" in query:
        _require_principals(self, self.body)
    if request.method == "GET" and ({"list-type", "versions", "prefix"} & query.keys() or not query):
        _authorise(self, "s3:ListBucketVersions" if "versions" in query else "s3:ListBucket", bucket, "", {})
    return _bucket_response(self, request, full_url)


def _object_action(method: str, query: dict[str, list[str]]) -> str:
    if query.keys() & {"acl", "tagging", "retention", "legal-hold"}:
        return ""
    version = "Version" if "versionId" in query else ""
    return {
        "GET": f"s3:GetObject{version}",
        "HEAD": f"s3:GetObject{version}",
        "PUT": "s3:PutObject",
        "POST": "s3:PutObject",
        "DELETE": "s3:AbortMultipartUpload" if "uploadId" in query else f"s3:DeleteObject{version}",
    }.get(method, "")


def _authorise(self: S3Response, action: str, bucket_name: str, path: str, extra: dict[str, str]) -> None:
    account = self.current_account
    bucket = self.backend.buckets.get(bucket_name)
    if bucket is None:
        return
    assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(self.get_access_key())
    principal = assumed.role_arn if assumed else f"arn:aws:iam::{account}:root"
    call = Call(
        action=action,
        resource=f"arn:aws:s3:::{bucket_name}{path}",
        principal=principal,
        context={
            "aws:SecureTransport": "true",
            "s3:TlsVersion": "1.3",
            "aws:PrincipalAccount": account,
            "aws:PrincipalArn": principal,
            "aws:PrincipalIsAWSService": "false",
            **extra,
        },
    )
    documents = [json.loads(bucket.policy)] if bucket.policy else []
    if assumed:
        documents += _role_documents(account, principal)
    answer = verdict(documents, call)
    if answer == "Deny" or (assumed and answer != "Allow"):
        raise AccessDeniedError(f"{principal} is not authorized to perform: {action} on {call.resource}")


def _role_documents(account: str, arn: str) -> list[dict[str, Any]]:
    role = iam_backends[account]["aws"].get_role_by_arn(arn)
    managed = [
        next(version.document for version in policy.versions if version.is_default)
        for policy in role.managed_policies.values()
    ]
    return [json.loads(document) for document in (*role.policies.values(), *managed)]


def _require_principals(self: S3Response, body: bytes) -> None:
    known = {role.arn for role in iam_backends[self.current_account]["aws"].roles.values()}
    for arn in named_roles(json.loads(body)):
        if arn not in known:
            raise MalformedPolicyError(f"Invalid principal in policy: {arn}")


def _no_blind_permission(self: FakeBucket, action: str, resource: str) -> Any:
    from moto.iam.access_control import PermissionResult

    return PermissionResult.NEUTRAL


def install() -> None:
    setattr(FakeBucket, "get_permission", _no_blind_permission)  # noqa: B010  (mypy refuses the assignment)
    setattr(S3Response, "_key_response", key_response)  # noqa: B010
    setattr(S3Response, "_bucket_response", bucket_response)  # noqa: B010
