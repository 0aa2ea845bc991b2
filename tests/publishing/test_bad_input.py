"""What goes wrong around a publish: one line that says what to do."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import UnversionedBucketError
from app.publishing.store import SeenObject
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import (
    CredentialsError,
    DamagedReleaseError,
    DeniedError,
    MissingBucketError,
    StoreError,
    UnfitObjectError,
    UnreachableError,
)
from bbws_templates.target import BucketTarget
from tests.nobody import as_nobody
from tests.publishing.conftest import make_bucket
from tests.publishing.fault_proxy import Fault, FaultProxy, Kind, since
from tests.publishing.samples import publish_to, release
from tests.waiting import patience


def complaint(kind: type[BbwsTemplatesError], target: BucketTarget) -> str:
    with pytest.raises(kind) as caught:
        publish_to(BucketStore.connect(target, timeout=patience(), attempts=1), release())
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_no_bucket(aws: str) -> None:
    line = complaint(MissingBucketError, BucketTarget("bbws-templates-nowhere"))
    assert (
        line == "There is no bucket 'bbws-templates-nowhere'. Create it with Terraform, or correct the name."
    )


def test_no_credentials(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = BucketTarget(make_bucket())
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID" in complaint(CredentialsError, target)


def test_an_unknown_profile(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "nobody" in complaint(CredentialsError, BucketTarget("bbws-templates-dev"))


def test_a_bucket_without_versioning(aws: str) -> None:
    line = complaint(UnversionedBucketError, BucketTarget(make_bucket(versioned=False)))
    assert "Enable versioning" in line


def test_a_bucket_without_versioning_can_be_accepted(aws: str) -> None:
    store = BucketStore.connect(BucketTarget(make_bucket(versioned=False)))
    publish_to(store, release(), unversioned=True)
    assert store.get("current.json")


def test_a_server_that_ignores_conditions(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some S3 servers take If-None-Match and overwrite all the same: compare-and-swap would be a fiction."""
    bucket = make_bucket()
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.reset(since(1, Fault(Kind.FORGET)))
        line = complaint(StoreError, BucketTarget(bucket))
    assert "ignores If-None-Match on writes" in line


def test_nobody_at_the_endpoint(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "Check the network, AWS_REGION and AWS_ENDPOINT_URL" in complaint(
        UnreachableError, BucketTarget("some-bucket")
    )


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (403, "AccessDenied", DeniedError, "Check the role's policy"),
        (400, "ExpiredToken", CredentialsError, "have expired"),
        (403, "InvalidAccessKeyId", CredentialsError, "does not accept these credentials"),
        (403, "SignatureDoesNotMatch", CredentialsError, "does not accept these credentials"),
        (403, "RequestTimeTooSkewed", CredentialsError, "clock of this machine is wrong"),
        (400, "AuthorizationHeaderMalformed", StoreError, "Set AWS_REGION"),
        (400, "IllegalLocationConstraintException", StoreError, "Set AWS_REGION"),
        (503, "SlowDown", UnreachableError, "Try again"),
        (500, "InternalError", UnreachableError, "Try again"),
        (418, "Teapot", StoreError, "S3 answered Teapot"),
    ],
)
def test_whatever_s3_answers_is_one_line(
    aws: str,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    kind: type[BbwsTemplatesError],
    words: str,
) -> None:
    bucket = make_bucket()
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.reset(since(1, Fault(Kind.STATUS, status, code=code)))
        assert words in complaint(kind, BucketTarget(bucket))


# What S3 answers to a request that went to, or was signed for, another region than the bucket's.
WRONG_REGION = [
    Fault(
        Kind.STATUS,
        301,
        code="PermanentRedirect",
        detail="<Endpoint>some-bucket.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>some-bucket</Bucket>",
        headers=(("x-amz-bucket-region", "eu-west-1"),),
    ),
    Fault(Kind.STATUS, 400, code="AuthorizationHeaderMalformed", detail="<Region>eu-west-1</Region>"),
]


@pytest.mark.parametrize("answer", WRONG_REGION, ids=lambda fault: fault.code)
def test_a_bucket_in_another_region(aws: str, monkeypatch: pytest.MonkeyPatch, answer: Fault) -> None:
    bucket = make_bucket()
    with FaultProxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.reset(since(1, answer))
        line = complaint(StoreError, BucketTarget(bucket))
    assert line == (
        f"The bucket '{bucket}' is in eu-west-1. Set AWS_REGION=eu-west-1 or the region of the target."
    )


@pytest.mark.parametrize("below", ["", "deeper/still"])
@pytest.mark.parametrize(
    "use",
    [
        lambda store: store.get("current.json"),
        lambda store: store.revalidate("current.json", '"etag"'),
        lambda store: list(store.list("")),
        lambda store: store.put("current.json", b"{}"),
        lambda store: store.delete("current.json"),
    ],
    ids=["get", "revalidate", "list", "put", "delete"],
)
def test_a_file_where_the_directory_should_be(
    tmp_path: Path, use: Callable[[DirectoryStore], object], below: str
) -> None:
    file = tmp_path / "store"
    file.write_text("a file")
    with pytest.raises(MissingBucketError) as caught:
        use(DirectoryStore(file / below))
    assert str(caught.value) == (
        f"{file} is a file, not a directory of releases. Name a directory, or move the file out of the way."
    )
    assert file.read_text() == "a file"


def test_a_directory_that_does_not_exist_yet_is_an_empty_one(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "not" / "yet")
    assert store.get("current.json") is None
    assert list(store.list("")) == []
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def ordinary_user() -> Iterator[Path]:
    """A folder of somebody else's, seen by a user without privileges (tests in a container run as root)."""
    with somebody_elses(0o555) as folder:
        yield folder


@pytest.fixture
def closed() -> Iterator[Path]:
    """The same, which that user may not even look into."""
    with somebody_elses(0o000) as folder:
        yield folder


@contextmanager
def somebody_elses(mode: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(mode)
        try:
            with as_nobody():
                yield Path(folder)
        finally:
            Path(folder).chmod(0o755)


def test_a_directory_that_may_not_be_written(ordinary_user: Path) -> None:
    with pytest.raises(
        DeniedError, match=re.escape(f"{ordinary_user}/store may not be written by this user")
    ):
        DirectoryStore(ordinary_user / "store").put("a.txt", b"1")
    with pytest.raises(DeniedError, match=re.escape(f"{ordinary_user}/.") + "[^ ]+ may not be written"):
        DirectoryStore(ordinary_user).put("a.txt", b"1")


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_directory_that_may_not_be_read_is_not_an_empty_one(closed: Path, below: str) -> None:
    store = DirectoryStore(closed / below)
    with pytest.raises(DeniedError, match="may not be read by this user"):
        store.get("current.json")
    with pytest.raises(DeniedError, match="may not be read by this user"):
        list(store.list("releases/"))


@pytest.mark.parametrize(
    "key",
    ["../outside.txt", "a/../../outside.txt", "/etc/passwd", ".lock", "link/x.txt", "a/away.txt", "a/.."],
)
def test_a_key_that_leads_out_of_the_directory_is_refused(tmp_path: Path, key: str) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.put("a/b.txt", b"1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "store/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "store/a/away.txt").symlink_to(tmp_path / "elsewhere/x.txt")
    with pytest.raises(StoreError, match="is not a key inside"):
        store.put(key, b"x")
    with pytest.raises((StoreError, UnfitObjectError), match="is not a key inside"):
        store.get(key)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("outside", ["elsewhere", "zone"])
def test_nothing_is_read_through_a_link_to_another_folder(tmp_path: Path, outside: str) -> None:
    """Whichever of the two names comes first."""
    store = DirectoryStore(tmp_path / "store")
    store.put("a/b.txt", b"1")
    (tmp_path / outside).mkdir()
    (tmp_path / outside / "x.txt").write_text("secret")
    (tmp_path / "store/link").symlink_to(tmp_path / outside)
    assert store.look(["a/b.txt", "link/x.txt"])["link/x.txt"] == SeenObject(0, "")


def test_what_is_looked_at_together_is_what_each_key_has(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    for key in ("a/b.txt", "a/c.txt", "top.txt", "deep/er/d.txt"):
        store.put(key, key.encode())
    (store.root / "a/same.txt").symlink_to("b.txt")
    (store.root / "alias").symlink_to("deep")
    keys = ["a/b.txt", "a/c.txt", "a/same.txt", "a/none.txt", "top.txt", "none/x.txt", "alias/er/d.txt"]
    found = {key: store.get(key) for key in keys}
    assert store.look(keys) == {
        key: SeenObject(len(each.body), each.etag) for key, each in found.items() if each
    }
    os.mkfifo(store.root / "a/pipe.txt")
    assert store.look(["a/b.txt", "a/pipe.txt"])["a/pipe.txt"] == SeenObject(0, "")


def test_a_damaged_pointer_says_how_to_mend_it(directory: DirectoryStore) -> None:
    directory.put("current.json", b'{"format": 1, "release": "../../x"}')
    with pytest.raises(DamagedReleaseError, match=r"Restore an earlier version of current\.json"):
        Catalogue(directory).standing()
