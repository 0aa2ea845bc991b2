"""What goes wrong around a publish: one line that says what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.errors import UnversionedBucketError
from app.publishing.opening import open_store
from app.publishing.targets import is_protected, named_targets, resolve_target
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import (
    CredentialsError,
    DamagedReleaseError,
    DeniedError,
    MissingBucketError,
    StoreError,
    TargetError,
    UnreachableError,
)
from bbws_templates.target import BucketTarget, DirectoryTarget, parse_target
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
        privileged = os.geteuid() == 0
        if privileged:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if privileged:
                os.seteuid(0)
            Path(folder).chmod(0o755)


def test_a_directory_that_may_not_be_written(ordinary_user: Path) -> None:
    with pytest.raises(DeniedError, match="may not be written by this user"):
        DirectoryStore(ordinary_user / "store").put("a.txt", b"1")


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_directory_that_may_not_be_read_is_not_an_empty_one(closed: Path, below: str) -> None:
    store = DirectoryStore(closed / below)
    with pytest.raises(DeniedError, match="may not be read by this user"):
        store.get("current.json")
    with pytest.raises(DeniedError, match="may not be read by this user"):
        list(store.list("releases/"))


@pytest.mark.parametrize(
    "key", ["../outside.txt", "a/../../outside.txt", "/etc/passwd", ".lock", "link/x.txt"]
)
def test_a_key_that_leads_out_of_the_directory_is_refused(tmp_path: Path, key: str) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.put("a/b.txt", b"1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "store/link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="is not a key inside"):
        store.put(key, b"x")
    with pytest.raises(StoreError):
        store.get(key)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_damaged_pointer_says_how_to_mend_it(directory: DirectoryStore) -> None:
    directory.put("current.json", b'{"format": 1, "release": "../../x"}')
    with pytest.raises(DamagedReleaseError, match=r"Restore an earlier version of current\.json"):
        Catalogue(directory).standing()


# --- targets --------------------------------------------------------------------------------------------


def test_targets_are_urls() -> None:
    assert parse_target("s3://bucket-name") == BucketTarget("bucket-name")
    assert parse_target("s3://bucket-name/") == BucketTarget("bucket-name")
    assert parse_target("s3://bucket-name/a/b/", region="eu-west-1") == BucketTarget(
        "bucket-name", "a/b/", "eu-west-1"
    )
    assert parse_target("file:///tmp/a%20b") == DirectoryTarget(Path("/tmp/a b"))
    assert str(parse_target("s3://bucket-name/a")) == "s3://bucket-name/a"


@pytest.mark.parametrize(
    "url",
    ["", "bucket", "s3://", "s3://UPPER", "s3://a", "s3://bucket/../other", "s3://bucket/a//b", "s3://bucket/a?b",
     "file://host/path", "file:relative", "file:///a%00b", "file:///a\0b", "file:///a/../b",
     "http://example.com", "gs://bucket"],
)  # fmt: skip
def test_what_is_no_target_is_refused(url: str) -> None:
    with pytest.raises(TargetError):
        parse_target(url)


@pytest.mark.parametrize("url", ["file:a\\u0000b", "file:///a%00b"])
def test_a_directory_that_no_system_has_is_no_target(tmp_path: Path, url: str) -> None:
    path = tmp_path / "bbws-templates.toml"
    path.write_text(f'[targets.here]\nurl = "{url}"\n')
    with pytest.raises(TargetError, match="is not a target"):
        named_targets(path)


def test_names_come_from_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bbws-templates.toml").write_text(
        '[targets.here]\nurl = "file:store"\n'
        '[targets.dev]\nurl = "s3://bbws-templates-dev"\nregion = "af-south-1"\nprofile = "deployer"\n'
    )
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    assert resolve_target("here") == DirectoryTarget(tmp_path / "store")
    assert resolve_target("dev") == BucketTarget(
        "bbws-templates-dev", region="af-south-1", profile="deployer"
    )
    assert resolve_target("s3://other-bucket") == BucketTarget("other-bucket")
    assert isinstance(open_store(resolve_target("here")), DirectoryStore)
    with pytest.raises(TargetError, match="Did you mean 'dev'"):
        resolve_target("devv")


@pytest.mark.parametrize(
    "text",
    [
        "targets = 3",
        "[targets.x]\n",
        "[targets.x]\nurl = 3\n",
        '[targets.x]\nurl = "s3://b-b"\ncolour = "red"',
        '[targets.x]\nurl = "s3://b-b"\nunconditional = "yes"',
        '[targets.x]\nurl = "s3://b-b"\ncopy_of = "x"',
        '[targets.x]\nurl = "s3://b-b"\ncopy_of = "nowhere"',
        '[targets.x]\nurl = "s3://b-b"\ncopy_of = ["y"]',
        '[targets.x]\nurl = "s3://b-b"\npublish_from_preview = "yes"',
        '[targets.x]\nurl = "s3://x-x"\ncopy_of = "y"\n[targets.y]\nurl = "s3://y-y"\ncopy_of = "x"',
        "[[[",
    ],
)
def test_settings_that_cannot_be_used_say_where(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(TargetError, match=r"settings\.toml"):
        named_targets(path)


@pytest.mark.parametrize(
    ("line", "named"),
    [("secret = 'x'", "'secret'"), ("region = 5", "'region'"), ("protected = 'yes'", "'protected'")],
)
def test_a_wrong_setting_of_a_target_is_named(tmp_path: Path, line: str, named: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"[targets.dev]\nurl = 's3://bucket'\n{line}\n")
    with pytest.raises(TargetError, match=named):
        resolve_target("dev", path)


def test_an_unknown_setting_of_a_target_is_answered_with_all_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[targets.dev]\nurl = 's3://bucket'\nprotect = true\n")
    with pytest.raises(
        TargetError,
        match="copy_of, description, profile, protected, publish_from_preview, region, unconditional, url",
    ):
        resolve_target("dev", path)


def test_the_settings_of_the_repository_name_the_targets() -> None:
    named = named_targets(Path(__file__).parents[2] / "bbws-templates.toml")
    assert set(named) == {"local", "dev", "sit", "prod", "prod-copy"}
    assert named["prod-copy"].target == BucketTarget("bbws-templates-prod-dr-eu-west-1", region="eu-west-1")
    for name in ("dev", "sit", "prod"):
        assert named[name].target == BucketTarget(f"bbws-templates-{name}", region="af-south-1")


@pytest.mark.parametrize("protected", [True, False])
def test_a_copy_is_as_protected_as_its_source(tmp_path: Path, protected: bool) -> None:
    """By its name, and by its URL written out: neither is a way around the approvals."""
    path = tmp_path / "settings.toml"
    path.write_text(
        f"[targets.prod]\nurl = 's3://main'\nprotected = {str(protected).lower()}\n"
        "[targets.copy]\nurl = 's3://replica'\ncopy_of = 'prod'\n"
    )
    assert [is_protected(name, path) for name in ("copy", "s3://replica", "s3://replica/")] == [protected] * 3


@pytest.mark.parametrize(
    "lines",
    [
        "[targets.sit]\nurl = 's3://a-a'\nPREVIEW",
        "[targets.prod]\nurl = 'file:store'\nPREVIEW",
        "[targets.prod]\nurl = 's3://b-b'\n[targets.x]\nurl = 's3://b-b/'\nPREVIEW",
        "[targets.prod]\nurl = 's3://b-b'\n[targets.x]\nurl = 's3://b-b/part'\nPREVIEW",
        "[targets.prod]\nurl = 's3://b-b/part'\n[targets.x]\nurl = 's3://b-b'\nregion = 'eu-west-1'\nPREVIEW",
        "[targets.sit]\nurl = 'file:store'\n[targets.x]\nurl = 'file:other/../store/part'\nPREVIEW",
        "[targets.y]\nurl = 's3://b-b'\n[targets.x]\nurl = 's3://c-c'\ncopy_of = 'y'\nPREVIEW",
        "[targets.prod]\nurl = 's3://b-b'\n[targets.y]\nurl = 's3://c-c'\ncopy_of = 'prod'\n"
        "[targets.x]\nurl = 's3://c-c/part'\nPREVIEW",
        "[targets.prod]\nurl = 's3://b-b'\n[targets.alias]\nurl = 's3://b-b'\n[targets.y]\nurl = 's3://c-c'\n"
        "copy_of = 'alias'\n[targets.x]\nurl = 's3://c-c'\nPREVIEW",
    ],
)
def test_no_setting_lets_a_preview_publish_past_the_approvals(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(lines.replace("PREVIEW", "publish_from_preview = true"))
    with pytest.raises(TargetError, match=r"settings\.toml"):
        named_targets(path)
    path.write_text(lines.replace("PREVIEW", "publish_from_preview = false"))
    assert not any(target.publish_from_preview for target in named_targets(path).values())


def test_a_link_to_where_people_approve_is_no_way_around_them(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "store")
    path = tmp_path / "settings.toml"
    path.write_text(
        "[targets.prod]\nurl = 'file:store'\n[targets.x]\nurl = 'file:link'\npublish_from_preview = true\n"
    )
    with pytest.raises(TargetError, match="leads into 'prod'"):
        named_targets(path)


def test_a_preview_may_publish_where_the_settings_say_so_and_nobody_has_to_approve(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        "[targets.prod]\nurl = 's3://b-b/prod'\n"
        "[targets.dev]\nurl = 's3://b-b/dev'\npublish_from_preview = true\nprotected = true\n"
    )
    named = named_targets(path)
    assert {name for name, target in named.items() if target.publish_from_preview} == {"dev"}


def test_a_copy_may_be_protected_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        "[targets.prod]\nurl = 's3://main'\n"
        "[targets.copy]\nurl = 's3://replica'\ncopy_of = 'prod'\nprotected = true\n"
    )
    assert is_protected("copy", path)
    assert not is_protected("prod", path)
