"""The buckets: everything that S3 keeps of one, whether the design sets it or wants none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from infra.design import (
    LOG_DAYS,
    LOG_PREFIX,
    MULTIPART_DAYS,
    NONCURRENT_DAYS,
    REGION,
    REPLICA_REGION,
    REPLICATION_MINUTES,
    STATE_DAYS,
    STATE_LOG_PREFIX,
    Environment,
)
from infra.verify.aws import Account
from infra.verify.checks import Question, Subject
from infra.verify.documents import rights, rights_of
from infra.verify.policy import policy_questions
from infra.verify.recorded import recorded
from infra.verify.tags import tags_of

OURS: Final = ("bbws-templates-", "bbws-logs-", "bbws-terraform-state-")
BLOCKED: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_UNNAMED: Final = {"ResponseMetadata", "ContinuationToken", "NextContinuationToken"}

UNWANTED: Final = {
    "CORS": "get_bucket_cors",
    "website": "get_bucket_website",
    "object lock": "get_object_lock_configuration",
    "analytics": "list_bucket_analytics_configurations",
    "inventory": "list_bucket_inventory_configurations",
    "tables of its metadata": "get_bucket_metadata_configuration",
    "intelligent tiering": "list_bucket_intelligent_tiering_configurations",
}
"""What the design wants of no bucket, and the call that shows it."""


@dataclass(frozen=True)
class Bucket:
    """A bucket of the design. ``lifecycle`` is rule to its action; ``logs`` is where its access logs go."""

    name: str
    region: str
    area: str
    component: str
    lifecycle: Mapping[str, Mapping[str, Any]]
    logs: str = ""
    prefix: str = LOG_PREFIX
    metrics: tuple[str, ...] = ()


def buckets(environment: Environment) -> Iterator[Bucket]:
    """Every bucket of the environment, that of the states among them."""
    own = _lifecycle("expire-noncurrent-versions", noncurrent=NONCURRENT_DAYS)
    logs = _lifecycle("expire-logs", noncurrent=7, current=LOG_DAYS)
    main = (environment.bucket, environment.log_bucket, REGION)
    copy = (environment.replica_bucket, f"{environment.log_bucket}-dr-{REPLICA_REGION}", REPLICA_REGION)
    for name, log_bucket, region in (main, copy) if environment.replicated else (main,):
        yield Bucket(name, region, "bucket", "templates", own, log_bucket, metrics=("EntireBucket",))
        yield Bucket(log_bucket, region, "bucket", "templates", logs)
    kept = _lifecycle("expire-noncurrent-versions", noncurrent=STATE_DAYS)
    name, log_bucket = environment.state_bucket, environment.state_log_bucket
    yield Bucket(name, REGION, "state", "bootstrap", kept, log_bucket, STATE_LOG_PREFIX)
    yield Bucket(log_bucket, REGION, "state", "bootstrap", logs)


def bucket_questions(account: Account) -> Iterator[Question]:
    """Templates, their copy and the logs, and that there is no other bucket of their names."""
    yield from _questions(account, "bucket")
    designed = frozenset(bucket.name for bucket in buckets(account.environment))
    yield Subject("bucket", account.environment.bucket, "templates").question(
        "buckets of this product", designed, partial(_names, account)
    )


def state_bucket_questions(account: Account) -> Iterator[Question]:
    """The bucket of the states, by the same questions."""
    yield from _questions(account, "state")


def _questions(account: Account, area: str) -> Iterator[Question]:
    for bucket in buckets(account.environment):
        if bucket.area == area:
            yield from _settings(account, bucket)
            yield from _policy(account, bucket)
            yield from _extras(account, bucket)


def _settings(account: Account, bucket: Bucket) -> Iterator[Question]:
    subject = Subject(bucket.area, bucket.name, bucket.component)

    def read(call: str, *path: str) -> Any:
        answer: Any = account.read(f"s3.{call}", bucket.region, Bucket=bucket.name)
        for step in path:
            answer = answer.get(step, {})
        return answer

    yield subject.question("region", bucket.region, lambda: read("get_bucket_location", "LocationConstraint"))
    yield subject.question(
        "versioning",
        {"Status": "Enabled"},
        lambda: _members(read("get_bucket_versioning"), MFADelete="Disabled"),
    )
    yield subject.question("encryption", [{"SSEAlgorithm": "AES256"}], lambda: _encryption(read))
    yield subject.question(
        "public access block",
        dict.fromkeys(BLOCKED, True),
        lambda: read("get_public_access_block", "PublicAccessBlockConfiguration"),
    )
    yield subject.question(
        "ownership",
        [{"ObjectOwnership": "BucketOwnerEnforced"}],
        lambda: read("get_bucket_ownership_controls", "OwnershipControls", "Rules"),
    )
    yield subject.question(
        "lifecycle",
        bucket.lifecycle,
        lambda: lifecycle_rules(read("get_bucket_lifecycle_configuration", "Rules")),
        absent={},
    )
    logs = {"TargetBucket": bucket.logs, "TargetPrefix": bucket.prefix} if bucket.logs else {}
    yield subject.question(
        "access logs", logs, lambda: _members(read("get_bucket_logging", "LoggingEnabled"), TargetGrants=[])
    )
    yield subject.question(
        "replication",
        _replication(account.environment) if bucket.name == account.environment.bucket else {},
        lambda: _copied(read("get_bucket_replication", "ReplicationConfiguration")),
        absent={},
    )
    component = "s3"
    yield subject.question(
        "tags",
        account.environment.tags(component),
        lambda: tags_of(read("get_bucket_tagging", "TagSet")),
        absent={},
    )


def _policy(account: Account, bucket: Bucket) -> Iterator[Question]:
    subject = Subject(bucket.area, bucket.name, bucket.component)

    def document() -> Mapping[str, Any]:
        answer = account.read("s3.get_bucket_policy", bucket.region, Bucket=bucket.name)
        policy: Mapping[str, Any] = json.loads(answer["Policy"])
        return policy

    designed = recorded(account.environment.name, "bucket policy", bucket.name)
    yield subject.question("policy", rights(designed), lambda: rights_of(document()), absent=frozenset())
    if bucket.name in (account.environment.bucket, account.environment.replica_bucket):
        yield from policy_questions(subject, document, bucket.name, account.environment)


def _extras(account: Account, bucket: Bucket) -> Iterator[Question]:
    subject = Subject(bucket.area, bucket.name, bucket.component)
    for what, call in UNWANTED.items():
        yield subject.question(what, {}, partial(_without_paging, account, call, bucket), absent={})

    copied = bucket.name == account.environment.bucket and account.environment.replicated
    yield subject.question(
        "notifications",
        _events(account.environment) if copied else {},
        partial(_notifications, account, bucket),
        absent={},
    )

    def read(call: str) -> Mapping[str, Any]:
        return account.read(f"s3.{call}", bucket.region, Bucket=bucket.name)

    yield subject.question(
        "acceleration",
        "off",
        lambda: _on(read("get_bucket_accelerate_configuration").get("Status")),
    )
    yield subject.question(
        "who pays for requests",
        "BucketOwner",
        lambda: read("get_bucket_request_payment").get("Payer", "BucketOwner"),
    )
    yield subject.question(
        "access by tags (ABAC)",
        "off",
        lambda: _on(read("get_bucket_abac").get("AbacStatus", {}).get("Status")),
        absent="off",
    )
    yield subject.question("ACL beside its owner's", [], lambda: _foreign_grants(read("get_bucket_acl")))
    yield subject.question(
        "request metrics",
        {name: {} for name in bucket.metrics},
        lambda: {
            entry["Id"]: entry.get("Filter", {})
            for entry in read("list_bucket_metrics_configurations").get("MetricsConfigurationList", [])
        },
        absent={},
    )


def _events(environment: Environment) -> dict[str, Any]:
    """S3 tells the topic by name what could not be copied, or not in time."""
    kinds = (
        "OperationFailed",
        "OperationMissedThreshold",
        "OperationNotTracked",
        "OperationReplicatedAfterThreshold",
    )
    events = frozenset(
        f"s3:Replication:{kind}{'Replication' if kind.endswith('Failed') else ''}" for kind in kinds
    )
    return {"TopicConfigurations": {environment.alarm_topic: {"Events": events}}}


def _notifications(account: Account, bucket: Bucket) -> Mapping[str, Any]:
    found = dict(_without_paging(account, "get_bucket_notification_configuration", bucket))
    if topics := found.pop("TopicConfigurations", []):
        found["TopicConfigurations"] = {
            topic["TopicArn"]: {
                name: frozenset(value) if name == "Events" else value
                for name, value in topic.items()
                if name not in {"Id", "TopicArn"} and value
            }
            for topic in topics
        }
    return found


def _on(status: str | None) -> str:
    """S3 has no way back to a bucket that never was accelerated."""
    return "on" if status == "Enabled" else "off"


def _without_paging(account: Account, call: str, bucket: Bucket) -> Mapping[str, Any]:
    answer = account.read(f"s3.{call}", bucket.region, Bucket=bucket.name)
    # An empty object can be all there is to a setting: events to the bus are switched on by one.
    return {
        name: value if value != {} else "on"
        for name, value in answer.items()
        if name not in _UNNAMED and value not in (None, False, "", [])
    }


def _encryption(read: Any) -> list[dict[str, Any]]:
    """Each rule by what it encrypts with; a bucket key means nothing without KMS."""
    rules = read("get_bucket_encryption", "ServerSideEncryptionConfiguration", "Rules")
    return [dict(rule.get("ApplyServerSideEncryptionByDefault", {})) for rule in rules]


def _lifecycle(rule: str, *, noncurrent: int, current: int = 0) -> dict[str, dict[str, Any]]:
    expiring: dict[str, Any] = {"NoncurrentVersionExpiration": {"NoncurrentDays": noncurrent}}
    if current:
        expiring["Expiration"] = {"Days": current}
    uploads = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": MULTIPART_DAYS}}
    return {
        rule: {"Status": "Enabled"} | expiring,
        "abort-multipart-uploads": {"Status": "Enabled"} | uploads,
    }


def lifecycle_rules(found: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rule to what it does; a filter that leaves nothing out is none, in whatever way S3 writes it."""
    rules: dict[str, dict[str, Any]] = {}
    for number, rule in enumerate(found):
        members = {name: value for name, value in rule.items() if name not in {"ID", "Filter"}}
        narrowed = rule.get("Filter", {})
        rules[rule.get("ID", f"rule {number}")] = _members(
            {**members, **({"Filter": narrowed} if any(narrowed.values()) else {})}, Prefix=""
        )
    return rules


def _replication(environment: Environment) -> dict[str, Any]:
    if not environment.replicated:
        return {}
    minutes = {"Minutes": REPLICATION_MINUTES}
    return {
        "Role": environment.replication_role,
        "everything": {
            "Status": "Enabled",
            "Priority": 0,
            "DeleteMarkerReplication": {"Status": "Enabled"},
            "Destination": {
                "Bucket": f"arn:aws:s3:::{environment.replica_bucket}",
                "StorageClass": "STANDARD",
                "ReplicationTime": {"Status": "Enabled", "Time": minutes},
                "Metrics": {"Status": "Enabled", "EventThreshold": minutes},
            },
        },
    }


def _copied(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"Role": found.get("Role", "none"), **lifecycle_rules(found.get("Rules", []))}


def _members(found: Mapping[str, Any], **defaults: Any) -> dict[str, Any]:
    """What was answered, without members that say what holds anyway."""
    return {
        name: value
        for name, value in found.items()
        if name not in _UNNAMED and not (name in defaults and defaults[name] == value)
    }


def _foreign_grants(acl: Mapping[str, Any]) -> list[dict[str, str]]:
    owner = acl.get("Owner", {}).get("ID")
    return [
        {
            "to": str(grantee.get("URI") or grantee.get("ID") or grantee.get("EmailAddress")),
            "right": grant["Permission"],
        }
        for grant in acl.get("Grants", [])
        if (grantee := grant.get("Grantee", {})).get("ID") != owner
    ]


def _names(account: Account) -> frozenset[str]:
    listed = account.read("s3.list_buckets").get("Buckets", [])
    return frozenset(bucket["Name"] for bucket in listed if bucket["Name"].startswith(OURS))
