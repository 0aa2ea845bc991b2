"""What lies in the bucket: the twelve templates, fit for web mail, and nothing that nobody published."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from infra.design import TEMPLATES
from infra.verify.aws import Account
from infra.verify.checks import Check, Subject, ask

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SMALLEST: Final = 500
LARGEST: Final = 102_400
"""Gmail cuts a mail off after 102 kB; a template is smaller than the mail it makes."""

MEDIA_TYPES: Final = {".html": "text/html", ".txt": "text/plain"}
PUBLISHED: Final = re.compile(
    r"current\.json|\.probe\.txt"
    r"|releases/[0-9a-f]{64}/(bundle|manifest)\.json"
    r"|objects/[0-9a-f]{64}\.(html|txt|json)"
    r"|history/[^/]+\.json"
)


def verify_templates(account: Account) -> Iterator[Check]:
    """Each template with its text part, the pointer and the release it names, and no unexpected object."""
    bucket = account.environment.bucket
    client = account.s3()
    subject = Subject("templates", bucket)
    keys = ask(lambda: _list_keys(client, bucket))
    if keys.problem:
        yield subject.missing("objects", "listed", keys)
        return
    sizes: dict[str, int] = keys.value
    stable = {template + suffix for template in TEMPLATES for suffix in MEDIA_TYPES}
    for key in sorted(stable):
        yield from _template(client, bucket, key, sizes)
    unexpected = [key for key in sizes if key not in stable and not PUBLISHED.fullmatch(key)]
    found = ", ".join(unexpected[:5]) + (f" and {len(unexpected) - 5} more" if len(unexpected) > 5 else "")
    yield subject.holds("nothing unexpected", not unexpected, expected="yes", found=found)
    yield from _pointer(client, bucket, sizes)


def _template(client: S3Client, bucket: str, key: str, sizes: dict[str, int]) -> Iterator[Check]:
    subject = Subject("templates", key)
    if key not in sizes:
        yield subject.holds("present", condition=False, expected="yes", found="absent")
        return
    suffix = key[key.rindex(".") :]
    least = SMALLEST if suffix == ".html" else 1
    yield subject.holds(
        "size",
        least <= sizes[key] <= LARGEST,
        expected=f"{least} to {LARGEST} bytes",
        found=f"{sizes[key]} bytes",
    )
    media_type = client.head_object(Bucket=bucket, Key=key)["ContentType"]
    yield subject.holds(
        "media type",
        media_type.replace(" ", "").lower() == f"{MEDIA_TYPES[suffix]};charset=utf-8",
        expected=f"{MEDIA_TYPES[suffix]}; charset=utf-8",
        found=media_type,
    )


def _pointer(client: S3Client, bucket: str, sizes: dict[str, int]) -> Iterator[Check]:
    subject = Subject("templates", "current.json")
    answer = ask(client.get_object, Bucket=bucket, Key="current.json")
    if answer.problem:
        yield subject.missing("names a release that is there", "yes", answer)
        return
    release = _release(answer.value["Body"].read())
    there = f"releases/{release}/bundle.json" in sizes
    yield subject.holds(
        "names a release that is there", there, expected="yes", found=f"release {release or 'none'}"
    )


def _release(data: bytes) -> str:
    try:
        members: Any = json.loads(data)
    except ValueError:
        return ""
    return str(members.get("release", "")) if isinstance(members, dict) else ""


def _list_keys(client: S3Client, bucket: str) -> dict[str, int]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}
