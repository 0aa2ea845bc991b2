"""Copies of the buckets beside those of the design: of their content, or with their names and tags.

All buckets of an account stand in one list, whatever their region. Those whose names begin as ours are asked
about there (``buckets of this product``); here are the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from infra.design import REGION, STATE_FOLDERS, Environment
from infra.verify.aws import AbsentError, Account, UnansweredError
from infra.verify.buckets import OURS, buckets
from infra.verify.checks import Question, Subject
from infra.verify.tags import tags_of

_CONTENT: Final = {
    "releases of templates": {
        "current.json": re.compile(r"current\.json"),
        "releases/": re.compile(r"releases/[0-9a-f]{64}/"),
    },
    "states": {
        f"{STATE_FOLDERS[0]}/": re.compile(rf"{STATE_FOLDERS[0]}/[a-z]+/terraform\.tfstate"),
    },
}
"""What ours hold, and the keys by which it shows: prefix to pattern, all of which must be there."""
_ONE: Final = {"MaxItems": 1}
_FIRST_REGION: Final = "us-east-1"
"""Where a bucket lies for which S3 names no region (S3 API Reference, GetBucketLocation)."""
_MEND: Final = "delete the bucket, or take off it what makes it look like one of ours"


def bucket_copy_questions(account: Account) -> Iterator[Question]:
    """What lies in buckets of other names."""
    yield Subject("bucket", "buckets of others", "templates").question(
        "copies of ours", {}, partial(_copies, account), remedy=_MEND
    )


def _copies(account: Account) -> dict[str, str]:
    """Bucket to what makes it one of ours."""
    environment = account.environment
    listed = account.read("s3.list_buckets").get("Buckets", [])
    others = [bucket["Name"] for bucket in listed if not bucket["Name"].startswith(OURS)]
    found = {}
    for name in sorted(others):
        try:
            likeness = _likeness(account, environment, name)
        except UnansweredError as error:
            likeness = str(error)
        if likeness:
            found[name] = likeness
    return found


def _likeness(account: Account, environment: Environment, name: str) -> str:
    alike = [bucket.name for bucket in buckets(environment) if bucket.name in name]
    if alike:
        return f"named after {alike[0]}"
    for what, keys in _CONTENT.items():
        if all(_has(account, name, prefix, pattern) for prefix, pattern in keys.items()):
            return f"holds {what}"
    tags = tags_of(account.find("s3.get_bucket_tagging", Bucket=name).get("TagSet", []))
    region = _region(account, name)
    if region not in environment.regions and any(
        environment.tags(component).items() <= tags.items() for component in ("dynamodb", "s3")
    ):
        return f"tagged as ours, in {region}"
    return ""


def _has(account: Account, bucket: str, prefix: str, pattern: re.Pattern[str]) -> bool:
    listed = account.find("s3.list_objects_v2", Bucket=bucket, Prefix=prefix, PaginationConfig=_ONE)
    return any(pattern.match(entry["Key"]) for entry in listed.get("Contents", []))


def _region(account: Account, bucket: str) -> str:
    try:
        answer: Any = account.read("s3.get_bucket_location", REGION, Bucket=bucket)
    except AbsentError:
        return "no region"
    return str(answer.get("LocationConstraint") or _FIRST_REGION)
