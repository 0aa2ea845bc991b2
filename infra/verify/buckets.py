"""The templates bucket and its copy: versions, encryption, public access, lifecycle, logs, tags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from infra.design import (
    LOG_PREFIX,
    MULTIPART_DAYS,
    NONCURRENT_DAYS,
    REGION,
    REPLICA_REGION,
    REPLICATION_MINUTES,
)
from infra.verify.aws import Account
from infra.verify.checks import Answer, Check, Subject, ask
from infra.verify.documents import statements, texts
from infra.verify.policy import verify_policy

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def verify_buckets(account: Account) -> Iterator[Check]:
    """Every check of the templates bucket, its log bucket, and in production of the copies."""
    environment = account.environment
    places = [(REGION, environment.bucket, environment.log_bucket)]
    if environment.replicated:
        log_bucket = f"{environment.log_bucket}-dr-{REPLICA_REGION}"
        places.append((REPLICA_REGION, environment.replica_bucket, log_bucket))
    for region, bucket, log_bucket in places:
        client = account.s3(region)
        subject = Subject("bucket", bucket)
        head = ask(client.head_bucket, Bucket=bucket)
        if head.problem:
            yield subject.missing("exists", "yes", head)
            continue
        yield from _protection(client, subject, bucket)
        yield from _lifecycle(client, subject, bucket)
        yield from _logging(client, subject, bucket, log_bucket)
        yield from subject.tags(environment.tags("s3"), _tags(client, bucket))
        yield from _policy(client, subject, bucket, account)
        logs = Subject("bucket", log_bucket)
        yield from _protection(client, logs, log_bucket)
        yield from logs.tags(environment.tags("s3"), _tags(client, log_bucket))
        yield _takes_logs_alone(client, logs, log_bucket)
    yield from _replication(account)


def _protection(client: S3Client, subject: Subject, bucket: str) -> Iterator[Check]:
    versioning = ask(client.get_bucket_versioning, Bucket=bucket)
    if versioning.problem:
        yield subject.missing("versioning", "Enabled", versioning)
    else:
        yield subject.equal("versioning", "Enabled", versioning.value.get("Status", "never enabled"))

    encryption = ask(client.get_bucket_encryption, Bucket=bucket)
    if encryption.problem:
        yield subject.missing("encryption", "AES256", encryption)
    else:
        rules = encryption.value["ServerSideEncryptionConfiguration"]["Rules"]
        algorithms = tuple(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules)
        yield subject.equal("encryption", ("AES256",), algorithms)

    block = ask(client.get_public_access_block, Bucket=bucket)
    expected = "all four switches on"
    if block.problem:
        yield subject.missing("public access block", expected, block)
    else:
        switches = block.value["PublicAccessBlockConfiguration"]
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        off = [name for name in names if not switches.get(name)]
        yield subject.holds("public access block", not off, expected=expected, found=f"off: {', '.join(off)}")

    ownership = ask(client.get_bucket_ownership_controls, Bucket=bucket)
    if ownership.problem:
        yield subject.missing("ownership", "BucketOwnerEnforced", ownership)
    else:
        rules = ownership.value["OwnershipControls"]["Rules"]
        yield subject.equal(
            "ownership", ("BucketOwnerEnforced",), tuple(rule["ObjectOwnership"] for rule in rules)
        )


def _lifecycle(client: S3Client, subject: Subject, bucket: str) -> Iterator[Check]:
    answer = ask(client.get_bucket_lifecycle_configuration, Bucket=bucket)
    rules = [] if answer.problem else [rule for rule in answer.value["Rules"] if rule["Status"] == "Enabled"]
    yield subject.equal(
        "noncurrent versions expire after",
        (f"{NONCURRENT_DAYS} days",),
        tuple(ages(rules, "NoncurrentVersionExpiration", "NoncurrentDays")),
    )
    yield subject.equal(
        "multipart uploads abort after",
        (f"{MULTIPART_DAYS} days",),
        tuple(ages(rules, "AbortIncompleteMultipartUpload", "DaysAfterInitiation")),
    )
    # A template must not vanish by age, nor lie in an archive that no Lambda reads.
    moving = [
        rule.get("ID", "?")
        for rule in rules
        if {"Days", "Date"} & rule.get("Expiration", {}).keys() or rule.get("Transitions")
    ]
    yield subject.holds(
        "current versions",
        not moving,
        expected="kept",
        found=f"expired or moved by the rule {', '.join(moving)}",
    )


def ages(rules: list[Any], action: str, days: str) -> Iterator[str]:
    """After how many days each rule that has ``action`` does it, and what it leaves out."""
    for rule in rules:
        if details := rule.get(action):
            newest = details.get("NewerNoncurrentVersions")
            yield (
                f"{details.get(days, '?')} days"
                + (f" but the newest {newest}" if newest else "")
                + (" in a part of the bucket" if _narrowed(rule) else "")
            )


def _narrowed(rule: Any) -> bool:
    return bool(rule.get("Prefix") or any(rule.get("Filter", {}).values()))


def _logging(client: S3Client, subject: Subject, bucket: str, log_bucket: str) -> Iterator[Check]:
    answer = ask(client.get_bucket_logging, Bucket=bucket)
    expected = f"{log_bucket}/{LOG_PREFIX}"
    if answer.problem:
        yield subject.missing("access logs", expected, answer)
        return
    target = answer.value.get("LoggingEnabled", {})
    found = f"{target.get('TargetBucket', '')}/{target.get('TargetPrefix', '')}" if target else "off"
    yield subject.equal("access logs", expected, found)


def _policy(client: S3Client, subject: Subject, bucket: str, account: Account) -> Iterator[Check]:
    answer = ask(client.get_bucket_policy, Bucket=bucket)
    if answer.problem:
        yield subject.missing("policy", "as designed", answer)
        return
    yield from verify_policy(subject, json.loads(answer.value["Policy"]), bucket, account.environment)


def _takes_logs_alone(client: S3Client, subject: Subject, log_bucket: str) -> Check:
    """The one right that the policy of the log bucket gives is S3's own, to deliver logs."""
    what, expected = "policy lets S3 deliver logs, and nothing else", "yes"
    answer = ask(client.get_bucket_policy, Bucket=log_bucket)
    if answer.problem:
        return subject.missing(what, expected, answer)
    allowed = [
        (statement.get("Principal"), texts(statement.get("Action")), texts(statement.get("Resource")))
        for statement in statements(json.loads(answer.value["Policy"]))
        if statement["Effect"] == "Allow"
    ]
    delivery = (
        {"Service": "logging.s3.amazonaws.com"},
        ["s3:PutObject"],
        [f"arn:aws:s3:::{log_bucket}/{LOG_PREFIX}*"],
    )
    found = "; ".join(f"{', '.join(actions)} to {who}" for who, actions, _ in allowed) or "no right"
    return subject.holds(what, allowed == [delivery], expected=expected, found=found)


def _replication(account: Account) -> Iterator[Check]:
    environment = account.environment
    subject = Subject("bucket", environment.bucket)
    answer = ask(account.s3().get_bucket_replication, Bucket=environment.bucket)
    if not environment.replicated:
        yield subject.holds("replication", bool(answer.problem), expected="none", found="configured")
        return
    expected = (
        f"everything to {environment.replica_bucket} with delete markers within {REPLICATION_MINUTES} min"
    )
    if answer.problem:
        yield subject.missing("replication", expected, answer)
        return
    rules = [
        rule for rule in answer.value["ReplicationConfiguration"]["Rules"] if rule["Status"] == "Enabled"
    ]
    problems = _replication_problems(rules, environment.replica_bucket)
    yield subject.holds("replication", not problems, expected=expected, found="; ".join(problems))


def _replication_problems(rules: list[Any], destination_bucket: str) -> list[str]:
    if len(rules) != 1:
        return [f"{len(rules)} enabled rules"]
    rule, destination = rules[0], rules[0]["Destination"]
    clock = destination.get("ReplicationTime", {})
    metrics = destination.get("Metrics", {})
    conditions = {
        "not the whole bucket": not _narrowed(rule),
        f"to {destination['Bucket']}": destination["Bucket"] == f"arn:aws:s3:::{destination_bucket}",
        "without delete markers": rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled",
        "no replication time control": clock.get("Status") == "Enabled"
        and clock.get("Time", {}).get("Minutes") == REPLICATION_MINUTES,
        "no metrics": metrics.get("Status") == "Enabled",
    }
    return [problem for problem, fine in conditions.items() if not fine]


def _tags(client: S3Client, bucket: str) -> Answer:
    answer = ask(client.get_bucket_tagging, Bucket=bucket)
    return answer if answer.problem else Answer({tag["Key"]: tag["Value"] for tag in answer.value["TagSet"]})
