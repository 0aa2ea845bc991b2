"""The states of the Terraform: each component's is where its backend says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.verify.aws import Account
from infra.verify.checks import Question, Subject

KEYS: Final = (
    "2_1_bbws_account/terraform.tfstate",
    "2_1_bbws_bootstrap/terraform.tfstate",
    "2_1_bbws_dynamodb_schemas/campaigns/terraform.tfstate",
    "2_1_bbws_dynamodb_schemas/products/terraform.tfstate",
    "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate",
    "2_1_bbws_s3_schemas/templates/terraform.tfstate",
)


def state_questions(account: Account) -> Iterator[Question]:
    """Without its state, Terraform would make everything a second time."""
    bucket = account.environment.state_bucket

    def gone() -> list[str]:
        listed = account.read("s3.list_objects_v2", Bucket=bucket).get("Contents", [])
        there = {entry["Key"] for entry in listed if entry["Size"]}
        return [key for key in KEYS if key not in there]

    yield Subject("state", bucket, "bootstrap").question(
        "states that are gone", [], gone, remedy="bring the last version back: docs/runbooks/state-lock.md"
    )
