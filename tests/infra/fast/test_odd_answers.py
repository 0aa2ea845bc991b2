"""What the verifier says of answers that nobody expected: each is named, and none ends it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.design import ENVIRONMENTS
from infra.verify.aws import Account, DeniedError, UnansweredError
from infra.verify.backups import _reaches
from infra.verify.budget import _runs
from infra.verify.checks import Check, Subject
from infra.verify.compare import differences
from infra.verify.copies import copy_questions
from infra.verify.documents import rights_of
from infra.verify.states import KEYS, state_questions
from infra.verify.trust import may_be_ours

SUBJECT = Subject("alarms", "a rule", "account")
GITHUB = "token.actions.githubusercontent.com"
OURS = "BigBeardWebSolutions/2_1_bbws_s3_schemas"
DEV = ENVIRONMENTS["dev"]


def raising(error: Exception) -> Any:
    def ask() -> Any:
        raise error

    return ask


@pytest.mark.parametrize(
    "error", [KeyError("EventPattern"), ValueError("no JSON"), TypeError("None"), AttributeError("get")]
)
def test_an_answer_of_another_form_is_a_finding(error: Exception) -> None:
    """A rule without a pattern of events, a policy that is no JSON."""
    check = SUBJECT.question("events", {"source": ["aws.backup"]}, raising(error)).check()
    assert not check.passed
    assert check.seen
    assert "of another form" in check.found
    assert check.remedy


def test_what_cannot_be_asked_of_a_thing_in_its_state_is_a_finding() -> None:
    asked = raising(UnansweredError("could not be asked: KMSInvalidStateException (GetKeyRotationStatus)"))
    check = SUBJECT.question("rotation", True, asked).check()
    assert not check.passed
    assert not check.seen
    assert "KMSInvalidStateException" in check.found


@pytest.mark.parametrize("alike", ["T\u0435bogo", "Tebogo\u00a0", "Tebogo\u200b", "\u202eogobeT"])
def test_what_only_looks_the_same_is_seen_to_differ(alike: str) -> None:
    (found,) = differences("Tebogo", alike)
    assert found.expected == "Tebogo"
    assert found.found != "Tebogo"
    assert found.found.isascii()


def test_a_policy_in_the_older_language_is_another() -> None:
    """There a variable is a text, so the same words give other rights."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}"}
    ours = {"Version": "2012-10-17", "Statement": [statement]}
    assert rights_of(ours) != rights_of({**ours, "Version": "2008-10-17"})
    assert rights_of({"Statement": [statement]}) == rights_of({**ours, "Version": "2008-10-17"})


def let_in(key: str, operator: str, pattern: Any) -> bool:
    return may_be_ours(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::1:oidc-provider/{GITHUB}"},
            "Condition": {operator: {f"{GITHUB}:{key}": pattern}},
        }
    )


@pytest.mark.parametrize(
    "pattern",
    [
        *(f"repo:{OURS}:environment:dev", f"repo:{OURS.upper()}:*", "repo:*", "*", "re*", "r?po:*"),
        *("repo:BigBeardWebSolutions@1/2_1_bbws_s3_schemas@2:*", "repo:bigbeard*@*/*"),
        *("repo:BigBeardWebSolutions/*", "repo:*:environment:dev", "*:environment:prod"),
        f"job_workflow_ref:{OURS}/.github/workflows/x.yml@*",
    ],
)
def test_a_pattern_that_takes_this_repository_in_is_found(pattern: str) -> None:
    assert let_in("sub", "StringLike", ["repo:other/x:*", pattern])


@pytest.mark.parametrize(
    "pattern",
    [f"repo:{OURS}_2:*", "repo:other/*:*", "repo:BigBeardWebSolutions/other:*", f"repo:other/{OURS}:*"],
)
def test_a_pattern_for_another_repository_is_none_of_ours(pattern: str) -> None:
    assert not let_in("sub", "StringLike", pattern)


@pytest.mark.parametrize(("name", "ours"), [(OURS, True), ("BigBeard*/*", True), ("other/x", False)])
def test_the_claim_of_the_repository_is_compared_as_a_whole(name: str, ours: bool) -> None:
    assert let_in("repository", "StringLike", name) is ours


def test_a_budget_that_is_over_or_not_begun_alerts_nobody() -> None:
    now = datetime.now(UTC)
    assert _runs({}) == "for ever"
    assert _runs({"Start": now - timedelta(1), "End": now + timedelta(20000)}) == "for ever"
    assert _runs({"Start": now + timedelta(40), "End": now + timedelta(20000)}).startswith("from ")
    assert _runs({"Start": now - timedelta(60), "End": now - timedelta(30)}).startswith("until ")
    assert _runs({"End": now + timedelta(30)}).startswith("until ")


TABLE = "arn:aws:dynamodb:af-south-1:536580886816:table/tenants"


@pytest.mark.parametrize(
    ("selection", "reached"),
    [
        ({"resources": ["*"]}, True),
        ({"resources": [TABLE]}, True),
        ({"resources": ["arn:aws:dynamodb:*:*:table/*"]}, True),
        ({"resources": ["arn:aws:rds:*:*:*"]}, False),
        ({"resources": ["*"], "conditions": {"StringEquals": {"aws:ResourceTag/Owner": "Tebogo"}}}, True),
        ({"resources": ["*"], "conditions": {"StringEquals": {"aws:ResourceTag/Backup": "mine"}}}, False),
        ({"narrowed by": {"ListOfTags": [{"ConditionKey": "Owner", "ConditionValue": "Tebogo"}]}}, True),
        ({"narrowed by": {"ListOfTags": [{"ConditionKey": "Backup", "ConditionValue": "mine"}]}}, False),
    ],
)
def test_a_plan_of_others_is_one_of_ours_when_it_takes_a_table(selection: Any, reached: bool) -> None:
    whole = {"resources": [], "conditions": {}, "narrowed by": {}, **selection}
    assert _reaches(DEV, whole, "af-south-1") is reached


def test_a_state_is_whole_and_the_one_that_was_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"version": 4, "lineage": "x", "resources": []}).encode()
    bodies = {KEYS[0]: body, KEYS[1]: body[:20], KEYS[2]: b'{"version": 3}', KEYS[3]: body}
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    noted = {KEYS[0]: digest, KEYS[3]: "0" * 32, KEYS[5]: digest}
    account = Account(DEV)
    monkeypatch.setattr(account, "read_body", lambda _, key: bodies.get(key, body))

    def read(call: str, region: str = "", **arguments: Any) -> Any:
        if call == "s3.list_objects_v2":
            extra = [{"Key": "x", "Size": 1}, {"Key": f"{KEYS[0]}.tflock", "Size": 1}]
            return {"Contents": [*({"Key": key, "Size": 9} for key in KEYS), *extra]}
        key = arguments["Key"]["LockID"]["S"].partition("/")[2].removesuffix("-md5")
        return {"Item": {"Digest": {"S": noted[key]}}} if key in noted else {}

    monkeypatch.setattr(account, "read", read)
    checks = [one.check() for one in state_questions(account)]
    assert [check.found for check in checks if check.what == "objects that are no state"] == ["x"]
    assert {check.subject: check.found for check in checks if check.what == "state"} == {
        **dict.fromkeys(KEYS, "as Terraform wrote it"),
        KEYS[1]: "no state of Terraform",
        KEYS[2]: "no state of Terraform",
        KEYS[3]: "another than the lock table has noted",
        KEYS[4]: "the lock table has noted no checksum of it, so Terraform would take any",
    }


@pytest.mark.parametrize(
    ("info", "file", "stuck"),
    [
        (None, None, False),
        ({"Created": "2026-01-05T10:30:00Z"}, None, True),
        ({"Created": "2026-01-05T10:30:00.123456789Z"}, None, True),
        ({"Created": "2026-01-05T10:30:00"}, None, True),
        ({"Created": datetime.now(UTC).isoformat()}, None, False),
        ({"Who": "somebody"}, None, True),
        (None, timedelta(hours=7), True),
        (None, timedelta(hours=1), False),
    ],
)
def test_a_lock_is_stuck_when_it_is_older_than_any_apply(
    monkeypatch: pytest.MonkeyPatch, info: Any, file: timedelta | None, stuck: bool
) -> None:
    account = Account(DEV)
    item = {"Item": {"Info": {"S": json.dumps(info)}}} if info else {}

    def read(call: str, region: str = "", **arguments: Any) -> Any:
        if call == "s3.list_objects_v2":
            taken = datetime.now(UTC) - (file or timedelta())
            return {"Contents": [{"Key": f"{KEYS[0]}.tflock", "LastModified": taken}] if file else []}
        return item if arguments["Key"]["LockID"]["S"].endswith(KEYS[0]) else {}

    monkeypatch.setattr(account, "read", read)
    (check,) = (
        one.check() for one in state_questions(account) if one.what == "locks that nobody holds any more"
    )
    assert check.passed is not stuck
    assert (KEYS[0] in check.found) is stuck


DENIED = DeniedError("could not be asked: not allowed to look (ListTables)")
UNREACHABLE = EndpointConnectionError(endpoint_url="https://dynamodb.eu-north-1.amazonaws.com")


def copies_elsewhere(monkeypatch: pytest.MonkeyPatch, tables: Mapping[str, list[str] | Exception]) -> Check:
    """What is said of other regions: region to its tables, or to what asking for them ends with."""
    account = Account(DEV)

    def read(call: str, region: str = "af-south-1", **_: Any) -> Any:
        if call == "account.list_regions":
            return {"Regions": [{"RegionName": name} for name in ("af-south-1", *tables)]}
        if call == "dynamodb.list_tables":
            found = tables[region]
            if isinstance(found, Exception):
                raise found
            return {"TableNames": found}
        return {}

    monkeypatch.setattr(account, "read", read)
    (check,) = (one.check() for one in copy_questions(account) if one.subject == "tables of other regions")
    return check


@pytest.mark.parametrize("error", [DENIED, UNREACHABLE])
def test_a_region_that_cannot_be_asked_is_not_taken_for_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    check = copies_elsewhere(monkeypatch, {"eu-north-1": error, "us-east-1": ["theirs"]})
    assert not check.passed
    assert not check.seen
    assert check.found.startswith("eu-north-1: could not be asked")


def test_what_another_region_holds_is_named_beside_one_that_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = copies_elsewhere(monkeypatch, {"eu-north-1": DENIED, "us-east-1": ["tenants"]})
    assert not check.passed
    assert check.seen
    assert "tenants in us-east-1" in check.found
    assert "eu-north-1: could not be asked" in check.found


def test_regions_that_hold_nothing_of_ours_are_as_designed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert copies_elsewhere(monkeypatch, {"eu-north-1": [], "us-east-1": ["theirs"]}).passed
