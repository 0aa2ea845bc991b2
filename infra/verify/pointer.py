"""The pointer's own words: who moved it, when and why, held against what it said when it was moved.

S3 does not tell who wrote an object, so the pointer says it itself, and its history with it. Each activation
is written once and never changed. So what the pointer says of one now must be what the oldest version of the
pointer that knows it says; S3 keeps versions for 90 days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import POINTER
from bbws_templates.pointer import Activation, Pointer, parse_pointer
from infra.verify.aws import AbsentError, Account
from infra.verify.checks import Question, Subject

_AT_A_TIME: Final = 8
_ACTIONS: Final = ("publish", "promote", "rollback")
_MEND: Final = (
    "put back the version of current.json from before somebody wrote into it: docs/runbooks/restore-bucket.md"
)


def pointer_questions(account: Account) -> Iterator[Question]:
    """Whether the history of activations is the one that was written."""
    subject = Subject("templates", POINTER, "templates")
    yield subject.question("who moved it", {}, partial(_altered, account), remedy=_MEND)


def _altered(account: Account) -> dict[str, str]:
    """Activation to what is said of it now and was not said at first."""
    versions = _versions(account)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        read = [pointer for pointer in pool.map(partial(_read, account), versions) if pointer]
    now = _read(account, "")
    if now is None:
        return {POINTER: "cannot be read"}
    first, found = _first_said(read), {}
    for one in (now.active, *now.history):
        if words := _strange(one) or _differs(first.get(one.sequence, one), one):
            found[f"activation {one.sequence}"] = words
    return found


def _first_said(pointers: Iterable[Pointer]) -> dict[int, Activation]:
    """What was said of each activation at first.

    A pointer that counts back is an earlier one that somebody put back: what came after it never was.
    """
    first: dict[int, Activation] = {}
    for pointer in pointers:
        first = {number: one for number, one in first.items() if number <= pointer.active.sequence}
        for one in (pointer.active, *pointer.history):
            first.setdefault(one.sequence, one)
    return first


def _versions(account: Account) -> list[str]:
    """The versions that S3 keeps of the pointer, the oldest first; none from before it was deleted."""
    bucket = account.environment.bucket
    answer = account.read("s3.list_object_versions", Bucket=bucket, Prefix=POINTER)
    deleted = [one["LastModified"] for one in answer.get("DeleteMarkers", []) if one["Key"] == POINTER]
    kept = [
        one
        for one in answer.get("Versions", [])
        if one["Key"] == POINTER and one["LastModified"] >= max(deleted, default=one["LastModified"])
    ]
    if not kept:
        raise AbsentError("absent")
    # Newest first is how S3 lists them, whatever their second; of equal seconds the list knows the order.
    return [one["VersionId"] for one in reversed(kept)]


def _read(account: Account, version: str) -> Pointer | None:
    """A version of the pointer, or the one that is active ("")."""
    which: Mapping[str, Any] = {"VersionId": version} if version else {}
    try:
        body = account.read("s3.get_object", Bucket=account.environment.bucket, Key=POINTER, **which)["Body"]
        return parse_pointer(body)
    except (AbsentError, DamagedReleaseError):
        return None  # one that is damaged says nothing; of the active one the releases' own check tells


def _strange(one: Activation) -> str:
    """What no publisher writes."""
    if one.action not in _ACTIONS:
        return f"by the action {one.action!r}, which no publisher has"
    return "" if one.actor and one.at else "without who or when"


def _differs(first: Activation, now: Activation) -> str:
    before, after = first.members(), now.members()
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return "; ".join(f"{name} {after.get(name)!r}, at first {before.get(name)!r}" for name in names)
