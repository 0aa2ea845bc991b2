"""The bucket policy: every rule of the design is there, and nobody has a right beyond it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from infra.design import Environment
from infra.verify.checks import Question, Subject
from infra.verify.documents import statements, texts

READ: Final = frozenset({"s3:GetObject", "s3:GetObjectVersion"})
LIST: Final = frozenset(
    {"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning"}
)
WRITE: Final = frozenset({"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"})
DELETE: Final = frozenset({"s3:DeleteObject", "s3:DeleteObjectVersion"})
SETTINGS: Final = frozenset(
    {
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketLogging",
        "s3:PutBucketNotification",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutMetricsConfiguration",
        "s3:PutReplicationConfiguration",
    }
)
STABLE: Final = ("*.html", "*.txt")
IMMUTABLE: Final = ("releases/*", "objects/*", "history/*")
PRUNABLE: Final = ("releases/*", "objects/*")
POINTER: Final = "current.json"

Right = tuple[str, str, str]
"""Who, what, on which resource."""


def policy_questions(
    subject: Subject, document: Callable[[], Mapping[str, Any]], bucket: str, environment: Environment
) -> Iterator[Question]:
    """One question for each rule that must be there, and one on everything that is allowed."""
    for what, rule in _expected_denials(bucket, environment).items():
        yield subject.question(
            f"policy refuses {what}", True, partial(_refuses, document, rule), absent="no policy"
        )
    expected = frozenset(_words(right) for right in _expected_rights(bucket, environment))
    yield subject.question(
        "policy allows the roles their work and nothing else",
        expected,
        lambda: _allowed(document()),
        absent=frozenset(),
    )


def _refuses(document: Callable[[], Mapping[str, Any]], rule: Mapping[str, Any]) -> bool | str:
    denials = [_denial(statement) for statement in _statements(document(), "Deny")]
    return any(_covers(found, rule) for found in denials) or "no such rule, or a weaker one"


def _allowed(document: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        _words(right) for statement in _statements(document, "Allow") for right in _rights(statement)
    )


def _expected_denials(bucket: str, environment: Environment) -> dict[str, dict[str, Any]]:
    whole = {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}
    immutable = {f"arn:aws:s3:::{bucket}/{prefix}" for prefix in IMMUTABLE}
    pointer = f"arn:aws:s3:::{bucket}/{POINTER}"
    created = {"Bool": {"s3:ObjectCreationOperation": ["true"]}}
    but_the_pruner = {"ArnNotEquals": {"aws:PrincipalArn": [environment.pruner]}}
    return {
        "plain HTTP": _rule({"s3:*"}, whole, {"Bool": {"aws:SecureTransport": ["false"]}}),
        "TLS before 1.2": _rule({"s3:*"}, whole, {"NumericLessThan": {"s3:TlsVersion": ["1.2"]}}),
        "other accounts": _rule(
            {"s3:*"},
            whole,
            {
                "StringNotEquals": {"aws:PrincipalAccount": [environment.account]},
                "BoolIfExists": {"aws:PrincipalIsAWSService": ["false"]},
            },
        ),
        "keys that a client keeps": _rule(
            {"s3:PutObject"},
            {f"arn:aws:s3:::{bucket}/*"},
            {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": ["false"]}},
        ),
        "other encryption": _rule(
            {"s3:PutObject"},
            {f"arn:aws:s3:::{bucket}/*"},
            {
                "StringNotEquals": {"s3:x-amz-server-side-encryption": ["AES256"]},
                "Null": {"s3:x-amz-server-side-encryption": ["false"]},
            },
        ),
        **(
            {}
            if environment.torn_down
            else {
                "weakening by the deployer": _rule(
                    set(SETTINGS),
                    {f"arn:aws:s3:::{bucket}"},
                    {"ArnEquals": {"aws:PrincipalArn": [environment.deployer]}},
                )
            }
        ),
        "overwriting a release": _rule(
            {"s3:PutObject"}, immutable, {"Null": {"s3:if-none-match": ["true"]}, **created, **but_the_pruner}
        ),
        "deleting a release": _rule(set(DELETE), immutable | {pointer}, but_the_pruner),
        "moving the pointer blindly": _rule(
            {"s3:PutObject"},
            {pointer},
            {"Null": {"s3:if-none-match": ["true"], "s3:if-match": ["true"]}, **created},
        ),
    }


def _expected_rights(bucket: str, environment: Environment) -> Iterator[Right]:
    arn = f"arn:aws:s3:::{bucket}"
    for role in (*environment.readers, environment.deployer, environment.pruner):
        yield from ((role, action, f"{arn}/*") for action in READ)
        yield from ((role, action, arn) for action in LIST)
    yield from ((environment.deployer, action, f"{arn}/*") for action in WRITE)
    pruner = environment.pruner
    for action in ("s3:DeleteObject", "s3:PutObject"):
        yield from ((pruner, action, f"{arn}/{pattern}") for pattern in (*PRUNABLE, *STABLE, POINTER))


def _rule(actions: set[str], resources: set[str], conditions: Mapping[str, Any]) -> dict[str, Any]:
    return {"actions": actions, "resources": resources, "conditions": conditions}


def _denial(statement: Mapping[str, Any]) -> dict[str, Any]:
    everybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    conditions = {
        operator: {key: texts(value) for key, value in keys.items()}
        for operator, keys in statement.get("Condition", {}).items()
    }
    actions = set(texts(statement.get("Action", []))) if everybody else set()
    return _rule(actions, set(texts(statement.get("Resource", []))), conditions)


def _covers(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """A denial holds when it speaks of at least these actions and resources under exactly these conditions.

    One more condition would let requests through, and one fewer would refuse those that must pass.
    """
    return bool(
        found["actions"] >= expected["actions"]
        and found["resources"] >= expected["resources"]
        and found["conditions"] == expected["conditions"]
    )


def _rights(statement: Mapping[str, Any]) -> Iterator[Right]:
    principals = statement.get("Principal", "*")
    if isinstance(principals, Mapping):
        names = [name for value in principals.values() for name in texts(value)]
    else:
        names = [str(principals)]
    unknown = statement.keys() & {"NotPrincipal", "NotAction", "NotResource"}
    if unknown:
        yield ("everybody", f"all but ({', '.join(sorted(unknown))})", "")
    condition = statement.get("Condition")
    only_if = f" if {json.dumps(condition, sort_keys=True)}" if condition else ""
    for name in names:
        for action in texts(statement.get("Action", [])):
            for resource in texts(statement.get("Resource", [])):
                yield (name, action + only_if, resource)


def _statements(document: Mapping[str, Any], effect: str) -> list[Mapping[str, Any]]:
    return [statement for statement in statements(document) if statement.get("Effect") == effect]


def _words(right: Right) -> str:
    who, action, resource = right
    return f"{who.rpartition('/')[2]} {action} on {resource.removeprefix('arn:aws:s3:::')}"
