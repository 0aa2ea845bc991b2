"""What no document can hold: bytes that are not UTF-8, and numbers that JSON does not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import run
from app.core.release_directory import write_release
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.pruning import prune
from app.publishing.verification import ObjectFault, verify
from bbws_templates.faults import DamagedReleaseError
from tests.publishing.samples import NAMES, go_back, publish_to, release

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
