"""What lies in the bucket is held against what was published: the releases say which templates there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app.publishing.bucket_store import BucketStore
from bbws_templates.compiled import Translation
from bbws_templates.target import BucketTarget
from infra.design import ENVIRONMENTS, REGION, Environment
from infra.verify.aws import Account
from infra.verify.pointer import pointer_questions
from infra.verify.templates import template_questions
from tests.publishing.conftest import s3_server as s3_server
from tests.publishing.conftest import use_server
from tests.publishing.samples import go_back, publish_to, release

KNOWN = ("receipts/receipt", "invoices/invoice")
NEW = "refunds/refund"
WORDS = "nothing is as long as a mail " * 20


class Place:
    """The bucket of an environment, as a publisher and as the verifier see it."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.store = BucketStore.connect(BucketTarget(environment.bucket))
        self.s3: Any = self.store.client

    def make(self) -> None:
        """A new one: versions, and encryption by S3's own key."""
        name = self.environment.bucket
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self.s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [default]})

    def remove(self) -> None:
        """All of it, every version."""
        name = self.environment.bucket
        listed = self.s3.list_object_versions(Bucket=name)
        for entry in (*listed.get("Versions", []), *listed.get("DeleteMarkers", [])):
            self.s3.delete_object(Bucket=name, Key=entry["Key"], VersionId=entry["VersionId"])
        self.s3.delete_bucket(Bucket=name)

    def publish(self, *names: str, text: str = WORDS, **changes: Any) -> None:
        """A release that has these templates and no others."""
        publish_to(self.store, release(text, names=names, **changes), allow_breaking=True)

    def put(self, key: str, body: bytes) -> None:
        """What no publisher wrote."""
        said = {"ContentType": "text/html; charset=utf-8", "CacheControl": "no-cache"}
        self.s3.put_object(Bucket=self.environment.bucket, Key=key, Body=body, **said)

    def found(self) -> Mapping[str, str]:
        """What the verifier finds to be wrong, by what it asked about."""
        account = Account(self.environment)
        asked = (*template_questions(account), *pointer_questions(account))
        checks = [question.check() for question in asked]
        assert len(checks) >= 9
        return {check.what: check.found for check in checks if not check.passed}


@pytest.fixture
def place(request: pytest.FixtureRequest, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The bucket of an environment: that of dev, where a test names none."""
    use_server(monkeypatch, s3_server)
    place = Place(ENVIRONMENTS[getattr(request, "param", "dev")])
    place.make()
    yield place
    place.remove()


@pytest.mark.parametrize("place", list(ENVIRONMENTS), indirect=True)
def test_one_more_template_is_as_released(place: Place) -> None:
    place.publish(*KNOWN)
    assert place.found() == {}
    place.publish(*KNOWN, NEW)
    assert place.found() == {}


def test_a_template_of_a_release_before_may_stay(place: Place) -> None:
    """A publish leaves it where it is, for readers that know nothing of releases; a prune takes it."""
    place.publish(*KNOWN, NEW)
    place.publish(*KNOWN)
    assert place.found() == {}
    go_back(place.store)
    assert place.found() == {}


def test_a_template_in_a_further_language_is_as_released(place: Place) -> None:
    """Until a prune, after the release that no longer has it as well; never in another language."""
    place.publish(*KNOWN, translations=(Translation("af", f"<p>{WORDS}</p>", "Beste", "Vir jou", "nuut"),))
    assert place.found() == {}
    place.publish(*KNOWN)
    assert place.found() == {}
    place.put(f"{KNOWN[0]}.zu.html", WORDS.encode())
    assert place.found() == {"objects that nobody published": f"{KNOWN[0]}.zu.html"}


def test_a_page_at_the_place_of_a_template_is_named_where_no_release_has_it(place: Place) -> None:
    place.publish(*KNOWN)
    place.put(f"{NEW}.html", WORDS.encode())
    assert place.found() == {"objects that nobody published": f"{NEW}.html"}


def test_a_release_that_never_was_active_allows_nothing(place: Place) -> None:
    """It was uploaded, or only looks so: no reader was ever meant to find its templates."""
    place.publish(*KNOWN)
    uploaded = release(WORDS, names=(*KNOWN, NEW))
    place.put(f"releases/{uploaded.id}/bundle.json", uploaded.bundle_data)
    place.put(f"{NEW}.txt", b"Dear")
    assert place.found()["objects that nobody published"] == f"{NEW}.txt"


def test_a_template_of_the_active_release_is_missed(place: Place) -> None:
    place.publish(*KNOWN, NEW)
    place.s3.delete_object(Bucket=place.environment.bucket, Key=f"{NEW}.html")
    found = place.found()
    assert found["templates of the active release"] == f"{NEW}.html: not there"
    assert NEW in found["content, by its digests"]


def test_an_empty_place_says_that_nothing_is_active(place: Place) -> None:
    found = place.found()
    assert "no active release" in found["templates of the active release"]
    assert "absent" in found["a release is active"]
