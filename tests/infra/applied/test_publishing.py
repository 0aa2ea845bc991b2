"""Releases are published into the bucket that Terraform made, under the policy that Terraform wrote.

The emulator judges every request by bucket policy and role policies, with their conditions (see
``moto_extension``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.core.building import make_unchecked_release
from app.core.release import Provenance, Release, make_release
from app.core.workspace import Workspace
from app.publishing.activation import Reason
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.pruning import prune
from app.publishing.publisher import make_plan, publish
from app.publishing.verification import verify
from bbws_templates.faults import DamagedReleaseError, DeniedError
from bbws_templates.target import BucketTarget
from tests.infra.estate import Estate
from tests.infra.facts import reader_roles
from tests.infra.terraform import ROOT

REASON = Reason("publish", "deployer", "first release")


@pytest.fixture(scope="module")
def release() -> Release:
    """The release that the repository's own templates make."""
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    return make_unchecked_release(workspace, Provenance(commit="0123456"))


class Role:
    """The bucket as one role sees it."""

    def __init__(self, estate: Estate, role: str | None) -> None:
        credentials = estate.emulator.assume(role) if role else {}
        self.bucket = f"bbws-templates-{estate.name}"
        self.s3: Any = estate.emulator.client("s3", **credentials)
        self.catalogue = Catalogue(BucketStore(self.s3, BucketTarget(self.bucket)))

    def publish(self, release: Release, *, repair: bool = False) -> int:
        plan = make_plan(self.catalogue, release)
        return publish(self.catalogue, release, plan, REASON, repair=repair, allow_breaking=True).uploaded

    def refused(self, call: str, **arguments: Any) -> bool:
        try:
            getattr(self.s3, call)(Bucket=self.bucket, **arguments)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:
                return True
            raise
        return False


@pytest.fixture
def deployer(estate: Estate) -> Role:
    return Role(estate, f"bbws-terraform-deployer-{estate.name}")


@pytest.fixture
def pruner(estate: Estate) -> Role:
    return Role(estate, f"bbws-templates-pruner-{estate.name}")


@pytest.fixture
def administrator(estate: Estate) -> Role:
    return Role(estate, None)


@pytest.fixture(params=["order", "payment", "tenant"])
def reader(request: pytest.FixtureRequest, estate: Estate) -> Role:
    return Role(estate, next(role for role in reader_roles(estate.name) if request.param in role))


@pytest.fixture
def published(deployer: Role, release: Release) -> Release:
    deployer.publish(release)
    return release


def test_the_deployer_publishes_and_has_nothing_to_do_a_second_time(deployer: Role, release: Release) -> None:
    deployer.publish(release)
    assert deployer.publish(release) == 0
    assert verify(deployer.catalogue).intact


def test_a_lambda_reads_what_was_published_and_writes_nothing(reader: Role, published: Release) -> None:
    standing = reader.catalogue.standing()
    assert standing is not None
    assert standing.pointer.release == published.id
    assert reader.s3.get_object(Bucket=reader.bucket, Key="receipts/receipt.html")["ContentType"].startswith(
        "text/html"
    )
    assert reader.s3.list_objects_v2(Bucket=reader.bucket)["KeyCount"] > 12
    assert reader.s3.list_object_versions(Bucket=reader.bucket)["Versions"]
    assert reader.refused("put_object", Key="receipts/receipt.html", Body=b"x")
    assert reader.refused("delete_object", Key="receipts/receipt.html")


def test_a_missing_template_is_not_found_rather_than_denied(reader: Role, published: Release) -> None:
    with pytest.raises(ClientError) as caught:
        reader.s3.get_object(Bucket=reader.bucket, Key="receipts/none.html")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"


def test_a_role_that_the_policy_does_not_name_gets_nothing(estate: Estate, published: Release) -> None:
    estate.emulator.client("iam").create_role(RoleName="stranger", AssumeRolePolicyDocument="{}")
    stranger = Role(estate, "stranger")
    assert stranger.refused("get_object", Key="receipts/receipt.html")
    assert stranger.refused("list_objects_v2")
    estate.emulator.client("iam").delete_role(RoleName="stranger")


def release_keys(release: Release) -> Iterator[str]:
    yield f"releases/{release.id}/manifest.json"
    yield f"releases/{release.id}/bundle.json"


@pytest.mark.parametrize("who", ["deployer", "administrator"])
def test_nobody_overwrites_or_deletes_a_release(
    request: pytest.FixtureRequest, who: str, published: Release
) -> None:
    role: Role = request.getfixturevalue(who)
    listed = role.s3.list_objects_v2(Bucket=role.bucket, Prefix="objects/")["Contents"][0]["Key"]
    for key in (*release_keys(published), listed):
        assert role.refused("put_object", Key=key, Body=b"forged")
        assert role.refused("delete_object", Key=key)
        version = role.s3.head_object(Bucket=role.bucket, Key=key)["VersionId"]
        assert role.refused("delete_object", Key=key, VersionId=version)
        with pytest.raises(ClientError) as caught:  # the header passes the policy, and then S3 refuses
            role.s3.put_object(Bucket=role.bucket, Key=key, Body=b"forged", IfNoneMatch="*")
        assert caught.value.response["Error"]["Code"] == "PreconditionFailed"


def test_a_new_release_object_needs_the_condition(deployer: Role) -> None:
    key = "releases/" + "0" * 64 + "/bundle.json"
    assert deployer.refused("put_object", Key=key, Body=b"{}")


def test_a_multipart_upload_needs_the_condition_at_its_end_only(deployer: Role, pruner: Role) -> None:
    key = "releases/" + "1" * 64 + "/bundle.json"
    upload = deployer.s3.create_multipart_upload(Bucket=deployer.bucket, Key=key)["UploadId"]
    part = deployer.s3.upload_part(
        Bucket=deployer.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"{}"
    )["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    assert deployer.refused("complete_multipart_upload", Key=key, UploadId=upload, MultipartUpload=parts)
    deployer.s3.complete_multipart_upload(
        Bucket=deployer.bucket, Key=key, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*"
    )
    pruner.s3.delete_object(Bucket=pruner.bucket, Key=key)


def test_the_pointer_moves_by_compare_and_swap_only(
    deployer: Role, administrator: Role, published: Release
) -> None:
    for role in (deployer, administrator):
        assert role.refused("put_object", Key="current.json", Body=b"{}")
        assert role.refused("delete_object", Key="current.json")
        with pytest.raises(ClientError) as caught:
            role.s3.put_object(Bucket=role.bucket, Key="current.json", Body=b"{}", IfMatch='"0"')
        assert caught.value.response["Error"]["Code"] == "PreconditionFailed"


def test_the_pruner_deletes_old_releases_and_their_files(
    deployer: Role, pruner: Role, published: Release
) -> None:
    templates = list(published.bundle.templates.values())
    changed = [replace(templates[0], html=templates[0].html + "<!-- old -->"), *templates[1:]]
    sources = {template.name: "" for template in changed}
    old = make_release(changed, sources, Provenance(commit="old"))
    deployer.publish(old)
    deployer.publish(published)
    with pytest.raises(DeniedError):
        prune(deployer.catalogue, keep=1, actor="deployer")
    plan = prune(pruner.catalogue, keep=1, actor="pruner")
    assert plan.deleted == (old.id,)
    assert verify(deployer.catalogue).intact


def test_the_pruner_mends_a_damaged_release(deployer: Role, pruner: Role, published: Release) -> None:
    key = f"releases/{published.id}/bundle.json"
    pruner.s3.put_object(Bucket=pruner.bucket, Key=key, Body=b"damaged")
    with pytest.raises((DeniedError, DamagedReleaseError)):
        deployer.publish(published, repair=True)
    pruner.publish(published, repair=True)
    assert verify(deployer.catalogue).intact
