"""Targets: what a name or an address stands for, and what settings of theirs cannot be used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.publishing.directory_store import DirectoryStore
from app.publishing.opening import open_store
from app.publishing.targets import is_protected, named_targets, resolve_target
from bbws_templates.faults import TargetError
from bbws_templates.target import BucketTarget, DirectoryTarget, parse_target

ROOT = Path(__file__).parents[2]


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
        '[targets.x]\nurl = "gs://bucket"',
        '[targets.x]\nurl = "s3://B"',
        '[targets.x]\nurl = "s3://b-b/a b"',
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


@pytest.fixture
def gated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with protected targets, in the working folder; a link leads to one of them."""
    (tmp_path / "store/mail").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "store")
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "settings.toml"
    path.write_text(
        "[targets.prod]\nurl = 'file:link'\nprotected = true\n"
        "[targets.later]\nurl = 'file:not/yet'\nprotected = true\n"
        "[targets.bucket]\nurl = 's3://mails/prod'\nprotected = true\nregion = 'af-south-1'\n"
        "[targets.alias]\nurl = 'file:store'\n"
        "[targets.open]\nurl = 'file:a'\n"
    )
    return path


@pytest.mark.parametrize(
    "name",
    [
        "prod",
        "alias",
        "file:link",
        "file:store",
        "file:store/",
        "file:a/../store",
        "file:///HERE/link",
        "file:///HERE/store/",
        "file:///HERE/./store",
        "file:///HERE//store",
        "file:///HERE/a/%2e%2e/store",
        "file:///HERE/%73tore",
        "file://localhost/HERE/store",
        "file:store/mail",
        "file:link/mail/deeper",
        "file:.",
        "later",
        "file:not/yet",
        "file:not/../not/yet/deeper",
        "s3://mails/prod",
        "s3://mails/prod/",
        "s3://mails//prod/",
        "s3://mails/prod/part",
        "s3://mails",
    ],
)
def test_however_a_protected_target_is_written_it_is_protected(gated: Path, name: str) -> None:
    """So is whatever lies within it or around it: what is written to the one may be read from the other."""
    assert is_protected(name.replace("HERE", str(gated.parent).strip("/")), gated)


@pytest.mark.parametrize(
    "name", ["open", "file:a", "file:storey", "file:not/yes", "s3://mails/production", "s3://mail"]
)
def test_what_lies_beside_a_protected_target_is_not(gated: Path, name: str) -> None:
    assert not is_protected(name, gated)


MOUNTED = """
import subprocess, sys
from pathlib import Path
from app.publishing.targets import is_protected
subprocess.run(["mount", "--bind", "store", "a"], check=True)
print([is_protected(name, Path("settings.toml")) for name in ("file:a", "file:a/mail", "file:store")])
"""


def test_a_second_mount_of_a_protected_folder_is_no_way_around_it(gated: Path) -> None:
    """In a namespace of its own: nothing of it is left when the test ends."""
    unshare = shutil.which("unshare")
    alone = [] if unshare and os.getuid() == 0 else ["--user", "--map-root-user"]
    mount = ["mount", "--bind", "store", "a"]
    if not unshare or subprocess.run([unshare, *alone, "--mount", *mount], check=False).returncode:
        pytest.skip("this user may not mount a folder")
    done = subprocess.run(
        [unshare, *alone, "--mount", sys.executable, "-c", MOUNTED],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[True, True, True]\n", done.stderr


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


@pytest.mark.parametrize("written", ["x%20y", "100%25", "%C3%A9", "a b"])
def test_a_relative_address_is_read_as_an_absolute_one_is(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = tmp_path / "bbws-templates.toml"
    settings.write_text(f'[targets.here]\nurl = "file:{written}"\n')
    absolute = parse_target(f"{tmp_path.as_uri()}/{written}")
    assert resolve_target("here") == resolve_target(f"file:{written}") == absolute
    assert parse_target(str(absolute)) == absolute


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_an_address_names_any_folder_that_there_can_be(tmp_path: Path) -> None:
    odd = DirectoryTarget(Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xffb")))
    assert parse_target(str(odd)) == odd


@pytest.mark.parametrize("name", ["a:b", "s3://a-bucket", ""])
def test_a_name_that_nobody_could_ask_for_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bbws-templates.toml"
    path.write_text(f'[targets."{name}"]\nurl = "s3://a-bucket"\n')
    with pytest.raises(TargetError, match=f"no target can be called '{name}'"):
        named_targets(path)
