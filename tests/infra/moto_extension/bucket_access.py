"""Bucket policies as S3 evaluates them: principals, conditions, and an explicit "deny" before everything.

moto itself knows no conditions, so "deny unless TLS" denies everything. Here a request to an object or a
list is judged by the bucket's policy and, for a role that was taken by sts:AssumeRole, by the role's own
policies; for such a role also a request to the bucket itself and its settings. Requests pass for TLS 1.3, as
the server speaks plain HTTP. Any other key is an administrator: what is not denied is allowed. S3 also
refuses a policy that names a role which does not exist; so does this.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.iam.models import iam_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from tests.infra.moto_extension.policies import Call, named_roles, verdict
from tests.infra.moto_extension.sessions import assumed_role, note, role_documents

_SETTINGS = {
    "abac": "BucketAbac",
    "metadataConfiguration": "BucketMetadataTableConfiguration",
    "analytics": "AnalyticsConfiguration",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    "inventory": "InventoryConfiguration",
    "notification": "BucketNotification",
    "policyStatus": "BucketPolicyStatus",
    "accelerate": "AccelerateConfiguration",
    "acl": "BucketAcl",
    "cors": "BucketCORS",
    "encryption": "EncryptionConfiguration",
    "lifecycle": "LifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "metrics": "MetricsConfiguration",
    "object-lock": "BucketObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "replication": "ReplicationConfiguration",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
"""Query parameter to what stands behind Get or Put in the name of the right."""

_OBJECT_SETTINGS = {"acl": "Acl", "legal-hold": "LegalHold", "retention": "Retention", "tagging": "Tagging"}

_CONDITIONS = (
    "if-match",
    "if-none-match",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-customer-algorithm",
)
"""Headers that a policy may ask for, as the condition key of the same name."""

_ASKED_BESIDE = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-grant-": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}
"""Beginning of a header of a write to the right that it needs beside (Service Authorization Reference)."""

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
        for header in _CONDITIONS:
            if header in request.headers:
                extra[f"s3:{header}"] = request.headers[header]
        _authorise(self, action, bucket, f"/{key}", extra)
        for right, name, path in _beside(request.headers, bucket, key):
            _authorise(self, right, name, path, {})
    return _key_response(self, request, full_url)


def _beside(headers: Any, bucket: str, key: str) -> Iterator[tuple[str, str, str]]:
    """The rights that a write needs for what its headers ask beside: right, bucket and path."""
    for header, right in _ASKED_BESIDE.items():
        if any(name.lower().startswith(header) for name, _ in headers.items()):
            yield f"s3:{right}", bucket, f"/{key}"
    if source := unquote(headers.get("x-amz-copy-source", "")).lstrip("/"):
        name, _, path = source.partition("/")
        path, _, version = path.partition("?versionId=")
        yield f"s3:GetObject{'Version' if version else ''}", name, f"/{path}"


def bucket_response(self: S3Response, request: Any, full_url: str) -> Any:
    query = parse_qs(urlsplit(full_url).query, keep_blank_values=True)
    bucket = self.parse_bucket_name_from_url(request, full_url)
    if request.method == "PUT" and "policy" in query:
        _require_principals(self, self.body)
    if request.method == "GET" and ({"list-type", "versions", "prefix"} & query.keys() or not query):
        _authorise(self, "s3:ListBucketVersions" if "versions" in query else "s3:ListBucket", bucket, "", {})
    elif assumed_role(self.current_account, self.get_access_key()):
        _authorise_management(self, request.method, bucket, query)
    return _bucket_response(self, request, full_url)


def _authorise_management(self: S3Response, method: str, bucket: str, query: dict[str, list[str]]) -> None:
    """The rights behind a request to a bucket (Service Authorization Reference, Amazon S3)."""
    if method == "POST" and "delete" in query:
        # S3 answers for each key; whoever deletes with Terraform has the right for all of them or for none.
        for entry in re.findall(r"<Object>.*?</Object>", self.body.decode(), re.DOTALL):
            key = re.search(r"<Key>(.*?)</Key>", entry)
            assert key
            action = "s3:DeleteObjectVersion" if "<VersionId>" in entry else "s3:DeleteObject"
            _authorise(self, action, bucket, f"/{key[1]}", {})
        return
    setting = next((_SETTINGS[name] for name in _SETTINGS if name in query), "")
    if not setting:
        actions = {"HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
        action = actions[method]
    elif method == "DELETE" and setting in {"BucketPolicy", "BucketWebsite"}:
        action = f"Delete{setting}"
    else:
        action = f"{'Get' if method == 'GET' else 'Put'}{setting}"
    _authorise(self, f"s3:{action}", bucket, "", {})


def _object_action(method: str, query: dict[str, list[str]]) -> str:
    version = "Version" if "versionId" in query else ""
    for setting, name in _OBJECT_SETTINGS.items():
        if setting in query:
            verb = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Delete"}[method]
            return f"s3:{verb}Object{version if name in {'Acl', 'Tagging'} else ''}{name}"
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
    if bucket is None and action != "s3:CreateBucket":
        return
    assumed = assumed_role(account, self.get_access_key())
    principal = assumed or f"arn:aws:iam::{account}:root"
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
    documents = [json.loads(bucket.policy)] if bucket is not None and bucket.policy else []
    if assumed:
        documents += role_documents(account, assumed)
    answer = verdict(documents, call)
    if answer == "Deny" or (assumed and answer != "Allow"):
        raise AccessDeniedError(f"{principal} is not authorized to perform: {action} on {call.resource}")
    if assumed:
        note(assumed, action)


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
