"""What holds for the whole account: nothing of S3 is public, and no second door leads to our buckets."""

from __future__ import annotations

from collections.abc import Iterator

from infra.verify.aws import Account
from infra.verify.buckets import BLOCKED, buckets
from infra.verify.checks import Question, Subject


def account_questions(account: Account) -> Iterator[Question]:
    """Access points of the buckets, whose policies would stand beside that of the bucket."""
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
    for region in environment.regions:
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
