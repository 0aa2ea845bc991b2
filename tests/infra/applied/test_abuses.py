"""Whoever has taken a role of the pipeline tries what it must not do, and is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.infra.applied.abuse import Abuse, filled, names
from tests.infra.applied.account_abuses import ACCOUNT_WIDE
from tests.infra.applied.beside_abuses import BESIDE
from tests.infra.applied.bucket_abuses import BUCKETS, OBJECTS
from tests.infra.applied.conftest import APPLIED, PLANNED, SIT, Estates
from tests.infra.applied.table_abuses import TABLES
from tests.infra.estate import Estate
from tests.infra.facts import ACCOUNT
from tests.infra.moto_extension.policies import Call, verdict
from tests.infra.rights import planned_rights

ABUSES = (*BUCKETS, *OBJECTS, *TABLES, *ACCOUNT_WIDE, *BESIDE)
REFUSED = {"AccessDenied", "AccessDeniedException", "403"}
ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
"""What an attacker would have somebody write into the policy of a resource, or of the role."""


def judged(environment: str) -> Iterator[Abuse]:
    """The abuses of an environment: where it may be torn down, some are what tearing it down consists of."""
    return (abuse for abuse in ABUSES if not (abuse.spared and environment == "dev"))


def test_the_list_is_long_and_names_each_once() -> None:
    assert len(ABUSES) >= 120
    assert len({abuse.name for abuse in ABUSES}) == len(ABUSES)
    assert {abuse.role.split("-")[-2] for abuse in ABUSES} == {"deployer", "planner", "pruner", "auditor"}


@pytest.fixture(params=APPLIED)
def attacked(request: pytest.FixtureRequest, estates: Estates) -> Estate:
    return estates.get(request.param)


def test_the_emulator_refuses_every_abuse(attacked: Estate) -> None:
    """Really called, with a session of the role, against what Terraform applied."""
    kms = attacked.emulator.client("kms")
    words = {
        **names(attacked.name),
        "key": kms.describe_key(KeyId="alias/bbws-dynamodb-tenants")["KeyMetadata"]["KeyId"],
        # One that is there and belongs to somebody else: it has no tag of ours.
        "foreign_key": kms.create_key(Description="Made by a test")["KeyMetadata"]["KeyId"],
    }
    sessions: dict[str, dict[str, str]] = {}
    let_through = []
    for abuse in judged(attacked.name):
        role = filled(abuse.role, words)
        if role not in sessions:
            sessions[role] = attacked.emulator.assume(role)
        client = attacked.emulator.client(abuse.service, **sessions[role])
        try:
            getattr(client, abuse.call)(**filled(abuse.arguments, words))
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if error.response["Error"]["Code"] in REFUSED or status == 403:
                continue
            let_through.append(f"{abuse.name}: {error.response['Error']['Code']}")
        else:
            let_through.append(abuse.name)
    kms.schedule_key_deletion(KeyId=words["foreign_key"])
    assert let_through == []


@pytest.mark.parametrize("environment", PLANNED)
def test_the_policies_as_planned_refuse_every_abuse(estates: Estates, environment: str) -> None:
    """No policy of role and bucket allows it; what is denied stays denied, whoever allows it."""
    estate, words = estates.get(environment), names(environment)
    rights = planned_rights(estate.values("account"))
    buckets = policies_of_buckets(estate)
    let_through = []
    for abuse in judged(environment):
        role, resource = filled(abuse.role, words), filled(abuse.resource, words)
        documents = [{"Statement": statements} for statements in rights[role].values()]
        bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
        documents += [buckets[bucket]] if bucket in buckets else []
        principal = f"arn:aws:iam::{ACCOUNT[environment]}:role/{role}"
        call = Call(
            abuse.right,
            resource,
            principal,
            {**standing(environment, principal), **filled(abuse.context, words)},
        )
        if verdict(documents, call) == "Allow":
            let_through.append(abuse.name)
        if abuse.denied and verdict([*documents, {"Statement": [ANYTHING]}], call) != "Deny":
            let_through.append(f"{abuse.name}: no denial")
    assert let_through == []


@pytest.mark.parametrize("environment", [SIT, "prod"])
def test_an_administrator_destroys_no_key_by_mistake(estates: Estates, environment: str) -> None:
    """It takes two steps: the policy can be changed, and says no until then."""
    root = f"arn:aws:iam::{ACCOUNT[environment]}:root"
    policies = [
        json.loads(values["policy"])
        for address, values in estates.get(environment).values("account").items()
        if ".aws_kms_key." in address and ".topic" not in address and values.get("policy")
    ]
    assert len(policies) == {"sit": 4, "prod": 8}[environment]
    for policy in policies:
        for action, expected in (
            ("kms:ScheduleKeyDeletion", "Deny"),
            ("kms:DisableKey", "Deny"),
            ("kms:PutKeyPolicy", "Allow"),
        ):
            assert verdict([policy], Call(action, "*", root, {})) == expected


@pytest.mark.parametrize("environment", PLANNED)
def test_an_administrator_deletes_no_state_by_mistake(estates: Estates, environment: str) -> None:
    bucket = f"bbws-terraform-state-{environment}"
    policy = policies_of_buckets(estates.get(environment))[bucket]
    root = f"arn:aws:iam::{ACCOUNT[environment]}:root"
    for action, resource, expected in (
        ("s3:DeleteBucket", f"arn:aws:s3:::{bucket}", "Deny"),
        ("s3:DeleteObjectVersion", f"arn:aws:s3:::{bucket}/2_1_bbws_account/terraform.tfstate", "Deny"),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::{bucket}", ""),
    ):
        assert verdict([policy], Call(action, resource, root, standing(environment, root))) == expected


def standing(environment: str, principal: str) -> dict[str, Any]:
    """The condition keys that every request carries."""
    return {
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
        "aws:PrincipalAccount": ACCOUNT[environment],
        "aws:PrincipalArn": principal,
        "aws:PrincipalIsAWSService": "false",
    }


def policies_of_buckets(estate: Estate) -> dict[str, Any]:
    """Bucket to its policy, as planned or applied."""
    return {
        values["bucket"]: json.loads(values["policy"])
        for component in ("bootstrap", "templates")
        for address, values in estate.values(component).items()
        if ".aws_s3_bucket_policy." in address
    }
