"""What no document can hold: bytes that are not UTF-8, and numbers that JSON does not have."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import run
from app.core.release import Provenance, make_release, parse_manifest
from app.core.release_directory import write_release
from app.publishing.activation import CLAIMED
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.provenance import current_actor
from app.publishing.pruning import prune
from app.publishing.verification import verify
from bbws_templates.faults import DamagedReleaseError
from tests.publishing.samples import NAMES, REASON, go_back, publish_to, release, template

FIRST, SECOND = release("first", names=NAMES[:1]), release("second", names=NAMES[:1])


@pytest.fixture
def target(directory: DirectoryStore) -> DirectoryStore:
    publish_to(directory, FIRST)
    publish_to(directory, SECOND)
    return directory


def with_member(target: DirectoryStore, member: str) -> None:
    pointer = target.root / "current.json"
    pointer.write_text(pointer.read_text().removesuffix("}") + f",{member}}}")


@pytest.mark.parametrize("member", ['"x":NaN', '"x":[-Infinity]', '"details":{"a":Infinity}'])
def test_a_pointer_with_a_number_that_json_does_not_have_is_damaged_for_all(
    target: DirectoryStore, member: str
) -> None:
    with_member(target, member)
    for command in (
        lambda: publish_to(target, release("third", names=NAMES[:1])),
        lambda: go_back(target),
        lambda: prune(Catalogue(target), 1, actor="me"),
    ):
        with pytest.raises(
            DamagedReleaseError, match=r"current\.json is not JSON.*Restore an earlier version"
        ):
            command()
    assert ObjectFault.TAMPERED in {item.fault for item in verify(Catalogue(target)).discrepancies}


@pytest.mark.parametrize("member", ['"x":1e999', r'"x":"\ud800"', r'"actor":"\udcff"'])
def test_a_pointer_that_could_not_be_written_back_says_so(target: DirectoryStore, member: str) -> None:
    with_member(target, member)
    with pytest.raises(DamagedReleaseError, match=r"current\.json cannot be written .*Restore an earlier"):
        go_back(target)


def test_an_actor_and_a_message_that_are_not_utf_8(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python reads such bytes as halves of surrogates (PEP 383)."""
    monkeypatch.setenv("BBWS_ACTOR", "an\udcffa")
    monkeypatch.setenv("BBWS_BASELINES", str(tmp_path / "no pictures"))
    write_release(FIRST, tmp_path / "release")
    target = (tmp_path / "target").as_uri()
    publish = ["publish", "--to", target, "--release", str(tmp_path / "release"), "--yes"]
    assert run([*publish, "-m", "wh\udcffy"]) == 2
    assert r"'wh\xffy' is not UTF-8" in capsys.readouterr().err
    assert not (tmp_path / "target").exists()
    assert run([*publish, "-m", "why"]) == 0
    assert run(["history", target]) == 0
    assert r"an\udcffa" in capsys.readouterr().out


# There such a folder cannot be made; the other texts that may be no Unicode are tested everywhere.
@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="no name of a file is anything but Unicode")
@pytest.mark.parametrize("words", [(), ("-m", "why")])
def test_a_promotion_from_an_address_that_is_not_utf_8(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    """It names the address in the history, where nobody says why."""
    monkeypatch.setenv("BBWS_BASELINES", str(tmp_path / "no pictures"))
    source = tmp_path / os.fsdecode(b"s\xff")
    publish_to(DirectoryStore(source), FIRST)
    target = (tmp_path / "target").as_uri()
    assert run(["promote", "--from", f"file://{source}", "--to", target, "--yes", *words]) == 0
    assert run(["history", target]) == 0
    assert ("why" if words else r"/s\udcff") in capsys.readouterr().out


@pytest.mark.parametrize("field", ["actor", "message", "claimed"])
def test_no_reason_holds_what_the_pointer_cannot(directory: DirectoryStore, field: str) -> None:
    """Else an upload would come to its end first, and the error would be of the pointer."""
    reason = replace(REASON, **{field: "a\udcff\ud800b"})
    publish_to(directory, FIRST, reason=reason)
    standing = Catalogue(directory).standing()
    assert standing
    active = standing.pointer.active
    told = {"actor": active.actor, "message": active.message, "claimed": (active.details or {}).get(CLAIMED)}
    assert told[field] == r"a\udcff\ud800b"


@pytest.mark.parametrize("field", ["engine", "commit", "built", "builder"])
def test_no_provenance_holds_what_the_manifest_cannot(field: str) -> None:
    made = make_release([template("a/b")], {}, Provenance(**{field: "a\udcffb"}))
    assert getattr(parse_manifest(made.manifest_data).provenance, field) == r"a\udcffb"


def test_an_address_of_git_that_is_not_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BBWS_ACTOR", "GITHUB_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with (tmp_path / ".git/config").open("ab") as settings:
        settings.write(b"[user]\n\temail = an\xffa@example.com\n")
    monkeypatch.chdir(tmp_path)
    assert current_actor() == r"an\udcffa@example.com"
