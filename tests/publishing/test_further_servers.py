"""The same journey on S3 servers that the tests of every day do not run: rclone, LocalStack and Ceph.

And what each server honours, measured by asking it; docs/publishing.md says the same.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from app.publishing.bucket_store import BucketStore
from app.publishing.store import ObjectStore
from bbws_templates.target import BucketTarget
from tests.publishing import servers
from tests.publishing import test_other_server as journey
from tests.publishing import test_store_contract as contract
from tests.publishing.conftest import make_bucket
from tests.publishing.samples import release, with_one_changed
from tests.publishing.test_other_server import Command, command, other_bucket, other_server, written

__all__ = ["command", "other_bucket", "other_server"]

NUMBERS = itertools.count(1)
LAX = journey.LAX
KEPT = (
    contract.test_what_was_put_is_read_back_bit_for_bit,
    contract.test_an_object_that_does_not_exist_is_none,
    contract.test_if_absent_creates_and_never_overwrites,
    contract.test_if_match_overwrites_that_content_alone,
    contract.test_revalidation_of_the_same_content_costs_no_body,
    contract.test_a_listing_is_sorted_and_keeps_to_its_prefix,
    contract.test_what_is_seen_of_an_object_vouches_for_its_content_and_for_no_other,
)
MORE = (
    contract.test_an_empty_object_is_an_object,
    contract.test_if_match_creates_nothing,
    contract.test_a_repeated_write_whose_answer_was_lost_is_a_success,
    contract.test_a_deleted_object_is_gone_and_deleting_it_twice_is_no_error,
)
Rule = Callable[[ObjectStore], None]


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.rclone(tmp_path_factory.mktemp("rclone")) as address:
        yield address


@pytest.fixture(scope="module")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.localstack(tmp_path_factory.mktemp("localstack")) as address:
        yield address


@pytest.fixture(scope="module")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.ceph(tmp_path_factory.mktemp("ceph")) as address:
        yield address


def owner_of_a_bucket(patch: pytest.MonkeyPatch, address: str, *, versioned: bool = False) -> str:
    """A new bucket at ``address``; the environment becomes that of its owner."""
    names = {"AWS_ACCESS_KEY_ID": servers.KEY, "AWS_SECRET_ACCESS_KEY": servers.KEY}
    for name, value in {**names, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": address}.items():
        patch.setenv(name, value)
    bucket = f"bucket-{next(NUMBERS)}"
    client = boto3.session.Session(region_name="us-east-1").client("s3")
    client.create_bucket(Bucket=bucket)
    if versioned:
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


@pytest.fixture
def rclone_bucket(rclone: str, aws: str, monkeypatch: pytest.MonkeyPatch) -> str:
    return owner_of_a_bucket(monkeypatch, rclone)


@pytest.fixture
def localstack_bucket(localstack: str, aws: str, monkeypatch: pytest.MonkeyPatch) -> str:
    return owner_of_a_bucket(monkeypatch, localstack, versioned=True)


@pytest.fixture(params=[False, True], ids=["unversioned", "versioned"])
def ceph_bucket(ceph: str, aws: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    return owner_of_a_bucket(monkeypatch, ceph, versioned=request.param)


# --- servers without conditions -----------------------------------------------------------------------------


@pytest.mark.heavy("servers")
def test_the_whole_round_on_rclone(rclone_bucket: str, command: Command, tmp_path: Path) -> None:
    journey.go_the_whole_round(rclone_bucket, command, tmp_path, LAX)


@pytest.mark.heavy("servers")
def test_rclone_is_refused_until_each_lack_is_accepted(
    rclone_bucket: str, command: Command, tmp_path: Path
) -> None:
    journey.test_it_is_refused_until_each_lack_is_accepted(rclone_bucket, command, tmp_path)


@pytest.mark.heavy("servers")
@pytest.mark.parametrize("rule", KEPT, ids=lambda rule: rule.__name__)
def test_rclone_keeps_the_contract_of_a_store_but_for_races(rclone_bucket: str, rule: Rule) -> None:
    rule(BucketStore.connect(BucketTarget(rclone_bucket, unconditional=True)))


@pytest.mark.heavy("servers")
def test_the_whole_round_on_ceph(ceph_bucket: str, command: Command, tmp_path: Path) -> None:
    journey.go_the_whole_round(ceph_bucket, command, tmp_path, LAX)


@pytest.mark.heavy("servers")
def test_ceph_is_refused_by_the_name_of_the_condition_before_anything_is_activated(
    ceph_bucket: str, command: Command, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    target = f"s3://{ceph_bucket}"
    error = command(
        "publish", "--to", target, "--release", written(tmp_path, "first"), "--yes", LAX[0], status=4
    )["error"]
    versioned = request.node.callspec.params["ceph_bucket"]
    words = "ignores If-None-Match on writes" if versioned else "refuses If-Match even with the ETag"
    assert words in error["message"]
    assert "--allow-unconditional" in error["remedy"]
    assert command("status", target)["release"] == ""


@pytest.mark.heavy("servers")
@pytest.mark.parametrize("rule", [*KEPT, *MORE], ids=lambda rule: rule.__name__)
def test_ceph_keeps_the_contract_of_a_store_but_for_races(ceph_bucket: str, rule: Rule) -> None:
    rule(BucketStore.connect(BucketTarget(ceph_bucket, unconditional=True)))


# --- a server with all of them ------------------------------------------------------------------------------


@pytest.mark.heavy("servers")
def test_the_whole_round_on_localstack(localstack_bucket: str, command: Command, tmp_path: Path) -> None:
    journey.go_the_whole_round(localstack_bucket, command, tmp_path)


@pytest.mark.heavy("servers")
@pytest.mark.parametrize(
    "rule",
    [*KEPT, *MORE, contract.test_of_many_who_compare_and_swap_one_wins],
    ids=lambda rule: rule.__name__,
)
def test_localstack_keeps_the_whole_contract_of_a_store(localstack_bucket: str, rule: Rule) -> None:
    rule(BucketStore.connect(BucketTarget(localstack_bucket)))


@pytest.mark.heavy("servers")
def test_a_plan_a_change_and_a_promotion_between_two_accounts_of_localstack(
    localstack: str, localstack_bucket: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "aws-config"
    config.write_text(
        "".join(
            f"[profile {name}]\naws_access_key_id = {account}\naws_secret_access_key = {account}\n"
            f"region = us-east-1\nendpoint_url = {localstack}\n"
            for name, account in (("one", "111111111111"), ("two", "222222222222"))
        )
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    buckets = {}
    for profile in ("one", "two"):
        client = boto3.session.Session(profile_name=profile).client("s3")
        buckets[profile] = f"account-{profile}-{next(NUMBERS)}"
        client.create_bucket(Bucket=buckets[profile])
        client.put_bucket_versioning(Bucket=buckets[profile], VersioningConfiguration={"Status": "Enabled"})
    (tmp_path / "bbws-templates.toml").write_text(
        f'[targets.sit]\nurl = "s3://{buckets["one"]}"\nprofile = "one"\n'
        f'[targets.prod]\nurl = "s3://{buckets["two"]}"\nprofile = "two"\n'
    )
    monkeypatch.chdir(tmp_path)
    command("publish", "--to", "sit", "--release", written(tmp_path, "first"), "--yes")
    assert command("plan", "--to", "sit", "--release", written(tmp_path, "changed"))["changes"]
    command("publish", "--to", "sit", "--release", written(tmp_path, "changed"), "--yes")
    for expected in (with_one_changed().id, release("first").id):
        command("promote", "--from", "sit", "--to", "prod", "--yes")
        assert command("status", "prod")["release"] == expected
        assert command("verify", "prod")["discrepancies"] == []
        command("rollback", "--to", "sit", "--yes") if expected == with_one_changed().id else None


# --- what each honours --------------------------------------------------------------------------------------


def refused(call: Callable[..., Any], **words: Any) -> bool:
    try:
        call(**words)
    except ClientError as error:
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 412))
    return False


def honoured(bucket: str) -> tuple[str, ...]:
    """Old versions, If-None-Match, If-Match of a write, its SHA-256: what the owner of ``bucket`` finds."""
    client = boto3.session.Session().client("s3")
    first = client.put_object(Bucket=bucket, Key="a", Body=b"1")
    put = client.put_object
    created = refused(put, Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*")
    first = put(Bucket=bucket, Key="a", Body=b"1")
    wrong = refused(put, Bucket=bucket, Key="a", Body=b"2", IfMatch='"d41d8cd98f00b204e9800998ecf8427e"')
    first = put(Bucket=bucket, Key="a", Body=b"1")
    right = not refused(put, Bucket=bucket, Key="a", Body=b"2", IfMatch=first["ETag"])
    checksum = refused(put, Bucket=bucket, Key="b", Body=b"2", ChecksumSHA256="A" * 43 + "=")
    matched = ("yes" if right else "refuses all") if wrong else "no"
    yes = {True: "yes", False: "no"}
    return yes["VersionId" in first], yes[created], matched, yes[checksum]


def documented(server: str) -> tuple[str, ...]:
    """The same by the table of docs/publishing.md."""
    text = (servers.ROOT / "docs/publishing.md").read_text()
    [row] = re.findall(rf"(?m)^\| {re.escape(server)} \|(.*)\|$", text)
    return tuple(cell.strip() for cell in row.split("|")[1:5])


def test_what_the_servers_of_every_day_honour(
    aws: str, other_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert honoured(make_bucket()) == documented("moto")
    for name, value in {**journey.KEYS, "AWS_ENDPOINT_URL": other_server, "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    bucket = "what-it-honours"
    boto3.session.Session().client("s3").create_bucket(Bucket=bucket)
    assert honoured(bucket) == documented("s3rver")


@pytest.mark.heavy("servers")
def test_what_rclone_honours(rclone_bucket: str) -> None:
    assert honoured(rclone_bucket) == documented("rclone 1.75 `serve s3`")


@pytest.mark.heavy("servers")
def test_what_localstack_honours(localstack_bucket: str) -> None:
    assert honoured(localstack_bucket) == documented("LocalStack 4.14")


@pytest.mark.heavy("servers")
def test_what_ceph_honours(ceph_bucket: str, request: pytest.FixtureRequest) -> None:
    kind = "versioned" if request.node.callspec.params["ceph_bucket"] else "unversioned"
    assert honoured(ceph_bucket) == documented(f"Ceph RGW 16.2, {kind}")
