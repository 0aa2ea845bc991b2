"""The states of the Terraform: each component's is where its backend says, and can be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject

KEYS: Final = (
    "2_1_bbws_account/terraform.tfstate",
    "2_1_bbws_bootstrap/terraform.tfstate",
    "2_1_bbws_dynamodb_schemas/campaigns/terraform.tfstate",
    "2_1_bbws_dynamodb_schemas/products/terraform.tfstate",
    "2_1_bbws_dynamodb_schemas/tenants/terraform.tfstate",
    "2_1_bbws_s3_schemas/templates/terraform.tfstate",
)
_LOCK: Final = ".tflock"
_LONGEST: Final = timedelta(hours=6)
"""A job of GitHub's ends after six hours, and no apply here takes a tenth of it."""
_RELEASE: Final = "see whether it is dead, and release it: docs/runbooks/state-lock.md"
_CLASS: Final = "STANDARD"
_REPAIR: Final = (
    "bring the last version back: docs/runbooks/state-lock.md; a checksum that is gone comes with the next "
    "apply that changes something"
)


def state_questions(account: Account) -> Iterator[Question]:
    """Without its state Terraform would make everything a second time, with another undo things."""
    subject = Subject("state", account.environment.state_bucket, "bootstrap")
    yield subject.question("states that are gone", [], partial(_gone, account), remedy=_REPAIR)
    yield subject.question("objects that are no state", [], partial(_foreign, account))
    yield subject.question("locks that nobody holds any more", [], partial(_stuck, account), remedy=_RELEASE)
    for key in KEYS:
        yield subject.named(key).question(
            "state", "as Terraform wrote it", partial(_standing, account, key), remedy=_REPAIR
        )


def _listed(account: Account) -> dict[str, Mapping[str, Any]]:
    listed = account.read("s3.list_objects_v2", Bucket=account.environment.state_bucket).get("Contents", [])
    return {entry["Key"]: entry for entry in listed}


def _gone(account: Account) -> list[str]:
    there = _listed(account)
    return [key for key in KEYS if not there.get(key, {}).get("Size")]


def _foreign(account: Account) -> list[str]:
    """Beside a state lies its lock, while somebody applies."""
    known = {*KEYS, *(key + _LOCK for key in KEYS)}
    return sorted(set(_listed(account)) - known)


def _stuck(account: Account) -> list[str]:
    """States whose lock is older than any apply takes; one that is held now is somebody's at work.

    A lock is held twice, as a file beside the state and as an item of the table.
    """
    environment, listed, now = account.environment, _listed(account), datetime.now(UTC)
    found = []
    for key in KEYS:
        file = listed.get(key + _LOCK, {}).get("LastModified", now)
        item = account.find(
            "dynamodb.get_item",
            TableName=environment.lock_table.rpartition("/")[2],
            Key={"LockID": {"S": f"{environment.state_bucket}/{key}"}},
        ).get("Item", {})
        taken = min(file, _taken(item.get("Info", {}).get("S"), now))
        if now - taken > _LONGEST:
            found.append(f"{key}, taken {taken:%Y-%m-%d %H:%M} UTC")
    return found


def _taken(info: str | None, now: datetime) -> datetime:
    """When an item says that its lock was taken; one that does not say it was written by no Terraform."""
    if info is None:
        return now
    try:
        taken = datetime.fromisoformat(json.loads(info)["Created"])
        return taken if taken.tzinfo else taken.replace(tzinfo=UTC)
    except (ValueError, KeyError, TypeError):
        return datetime.min.replace(tzinfo=UTC)


def _standing(account: Account, key: str) -> str:
    """What Terraform would say of the state: it refuses one whose checksum is not that in the lock table."""
    environment = account.environment
    kind = _listed(account).get(key, {}).get("StorageClass", _CLASS)
    if kind != _CLASS:
        return f"it lies in the class {kind}"
    body = account.read_body(environment.state_bucket, key)
    try:
        state = json.loads(body)
        whole = isinstance(state, dict) and state.get("version") == 4 and "lineage" in state
    except ValueError:
        whole = False
    if not whole:
        return "no state of Terraform"
    try:
        item = account.read(
            "dynamodb.get_item",
            TableName=environment.lock_table.rpartition("/")[2],
            Key={"LockID": {"S": f"{environment.state_bucket}/{key}-md5"}},
        ).get("Item", {})
    except AbsentError:
        return "as Terraform wrote it"  # the table is asked for apart
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    noted = item.get("Digest", {}).get("S")
    if noted is None:
        return "the lock table has noted no checksum of it, so Terraform would take any"
    return "as Terraform wrote it" if noted == digest else "another than the lock table has noted"
