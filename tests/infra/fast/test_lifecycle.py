"""Lifecycle rules as S3 gives them and the emulator does not keep them: what the verifier reads in them."""

from __future__ import annotations

from typing import Any

import pytest

from infra.verify.buckets import ages


@pytest.mark.parametrize(
    ("scope", "members", "said"),
    [
        ({}, {}, "90 days"),
        ({"Prefix": ""}, {}, "90 days"),
        ({"Prefix": "receipts/"}, {}, "90 days in a part of the bucket"),
        ({"ObjectSizeGreaterThan": 1024}, {}, "90 days in a part of the bucket"),
        ({}, {"NewerNoncurrentVersions": 3}, "90 days but the newest 3"),
    ],
    ids=["empty scope", "empty prefix", "prefix", "size", "newest kept"],
)
def test_an_expiration_says_what_it_leaves_out(
    scope: dict[str, Any], members: dict[str, Any], said: str
) -> None:
    rule = {"Filter": scope, "NoncurrentVersionExpiration": {"NoncurrentDays": 90, **members}}
    other = {"Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
    assert list(ages([other, rule], "NoncurrentVersionExpiration", "NoncurrentDays")) == [said]
