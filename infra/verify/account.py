"""What holds for the whole account: nothing of S3 is public, and no second door leads to our buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.verify.aws import Account
from infra.verify.buckets import BLOCKED, buckets
from infra.verify.checks import Question, Subject

_ALL_REGIONS: Final = "us-west-2"
"""Where S3 answers questions on access points over all regions (S3 API Reference)."""


def account_questions(account: Account) -> Iterator[Question]:
    """Access points of the buckets and access grants, which let in whom no policy of the bucket names."""
    environment = account.environment
    yield Subject("account", environment.account, "account").question(
        "public access block of the account",
        dict.fromkeys(BLOCKED, True),
        lambda: account.read("s3control.get_public_access_block", AccountId=environment.account)[
            "PublicAccessBlockConfiguration"
        ],
    )
    subject = Subject("account", environment.account, "account")
    ours = frozenset(bucket.name for bucket in buckets(environment))
    yield subject.question(
        "access points of the buckets over all regions",
        [],
        lambda: [
            str(point.get("Name"))
            for point in account.read(
                "s3control.list_multi_region_access_points", _ALL_REGIONS, AccountId=environment.account
            ).get("AccessPoints", [])
            if ours & {one.get("Bucket") for one in point.get("Regions", [])}
        ],
    )
    for region in environment.regions:
        yield subject.question(
            f"access grants of S3 in {region}",
            [],
            lambda region=region: [  # type: ignore[misc]
                str(one.get("AccessGrantsInstanceArn"))
                for one in account.read(
                    "s3control.list_access_grants_instances", region, AccountId=environment.account
                ).get("AccessGrantsInstancesList", [])
            ],
        )
        yield subject.question(
            f"access points of the buckets in {region}",
            [],
            lambda region=region: [  # type: ignore[misc]
                f"{point['Name']} of {point['Bucket']}"
                for point in account.read(
                    "s3control.list_access_points", region, AccountId=environment.account
                ).get("AccessPointList", [])
                if point["Bucket"] in ours
            ],
        )
