"""A copy of a target that lags behind it, and a place that holds nothing, are not intact."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from app.cli import run
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import ObjectFault
from app.publishing.replication import compare_with_source
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates.faults import StoreError
from tests.publishing.counting import Forgetful
from tests.publishing.samples import publish_to, release

OLD, NEW = release("old", names=("a/one",)), release("new", names=("a/one", "a/two"))


@pytest.fixture
def source(tmp_path: Path) -> DirectoryStore:
    store = DirectoryStore(tmp_path / "source")
    publish_to(store, OLD)
    return store


def copy_of(source: DirectoryStore, folder: Path) -> DirectoryStore:
    """What a replication that has caught up leaves."""
    shutil.copytree(source.target.path, folder)
    return DirectoryStore(folder)


def test_a_copy_that_has_everything_has_caught_up(
    source: DirectoryStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = copy_of(source, tmp_path / "copy")
    assert compare_with_source(Catalogue(copy), Catalogue(source)) == ()
    assert run(["verify", copy.target.path.as_uri(), "--against", source.target.path.as_uri()]) == 0
    assert "is intact" in capsys.readouterr().out


def copied_as_files(source: ObjectStore, folder: Path) -> DirectoryStore:
    """What a program that copies a bucket to files leaves: all of it but what no file can be called."""
    for item in source.list(""):
        found = source.get(item.key)
        assert found
        if not item.key.endswith("/"):
            (folder / item.key).parent.mkdir(parents=True, exist_ok=True)
            (folder / item.key).write_bytes(found.body)
    return DirectoryStore(folder)


def test_a_bucket_that_was_copied_to_a_directory_byte_for_byte_has_caught_up(
    bucket: BucketStore, tmp_path: Path
) -> None:
    """With what a bucket has by itself, and what a console or a desktop leaves there."""
    for each in (OLD, NEW):
        publish_to(bucket, each)
    for key in ("a/", "a/.DS_Store", ".metadata/index"):
        bucket.put(key, b"")
    copy = copied_as_files(bucket, tmp_path / "copy")
    assert compare_with_source(Catalogue(copy), Catalogue(bucket)) == ()
    (copy.root / "a" / "two.html").unlink()
    found = compare_with_source(Catalogue(copy), Catalogue(bucket))
    assert [each.key for each in found] == ["a/two.html"]


def test_a_directory_that_was_copied_to_a_bucket_byte_for_byte_has_caught_up(
    source: DirectoryStore, bucket: BucketStore
) -> None:
    for file in source.root.rglob("*"):
        if file.is_file():  # its lock and its reserve among them
            bucket.put(file.relative_to(source.root).as_posix(), file.read_bytes())
    assert compare_with_source(Catalogue(bucket), Catalogue(source)) == ()
    assert compare_with_source(Catalogue(source), Catalogue(bucket)) == ()
    assert verify(Catalogue(bucket)).intact


@pytest.mark.parametrize("number", [1, 2])
def test_what_one_listing_leaves_out_is_neither_passed_over_nor_taken_for_lacking(
    source: DirectoryStore, tmp_path: Path, number: int
) -> None:
    copy = copy_of(source, tmp_path / "copy")
    assert compare_with_source(Catalogue(Forgetful(copy, OLD.id, number)), Catalogue(source)) == ()
    (copy.root / "releases" / OLD.id / "bundle.json").unlink()
    (found,) = compare_with_source(Catalogue(copy), Catalogue(Forgetful(source, OLD.id, number)))
    assert found.key == f"releases/{OLD.id}/bundle.json"


def test_a_copy_that_was_not_told_of_the_last_release_is_behind(
    source: DirectoryStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = copy_of(source, tmp_path / "copy")
    publish_to(source, NEW)
    places = (copy.target.path.as_uri(), "--against", source.target.path.as_uri())
    assert run(["verify", *places, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["intact"]
    sentences = {
        item["key"]: item["sentence"] for item in answer["discrepancies"] if item["fault"] == "behind"
    }
    assert f"serves {OLD.id[:12]} (activation 1, " in sentences["current.json"]
    assert f"source {NEW.id[:12]} (activation 2, " in sentences["current.json"]
    assert f"releases/{NEW.id}/bundle.json" in sentences


def test_every_object_that_is_lacking_is_found(source: DirectoryStore, tmp_path: Path) -> None:
    """Take away each in turn: none is passed over."""
    for number, item in enumerate(sorted(source.list(""), key=lambda item: item.key)):
        copy = copy_of(source, tmp_path / f"copy-{number}")
        copy.delete(item.key)
        found = compare_with_source(Catalogue(copy), Catalogue(source))
        assert item.key in {behind.key for behind in found}


def test_half_an_object_is_found(source: DirectoryStore, tmp_path: Path) -> None:
    copy = copy_of(source, tmp_path / "copy")
    copy.put("a/one.html", b"half")
    (found,) = compare_with_source(Catalogue(copy), Catalogue(source))
    assert (found.fault, found.key) == (ObjectFault.BEHIND, "a/one.html")
    assert not found.is_note


def test_an_empty_copy_names_what_its_source_serves(source: DirectoryStore, tmp_path: Path) -> None:
    empty = DirectoryStore(tmp_path / "empty")
    found = compare_with_source(Catalogue(empty), Catalogue(source))
    assert any(item.key == "current.json" and OLD.id[:12] in item.sentence for item in found)


def test_a_source_that_moves_is_compared_again(
    source: DirectoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody publishes to the source, and it is replicated, while the copy is being compared."""
    copy = copy_of(source, tmp_path / "copy")
    listed = source.list
    calls: list[str] = []
    one_at_a_time = threading.Lock()

    def list_then_publish(prefix: str) -> object:
        with one_at_a_time:
            before = list(listed(prefix))
            if not calls:
                publish_to(source, NEW)
                shutil.rmtree(copy.target.path)
                shutil.copytree(source.target.path, copy.target.path)
            calls.append(prefix)
        return iter(before)

    monkeypatch.setattr(source, "list", list_then_publish)
    assert compare_with_source(Catalogue(copy), Catalogue(source)) == ()
    assert len(calls) == 2 * 2, "twice, and each time by two listings"


def test_a_source_without_a_release_cannot_be_compared_with(source: DirectoryStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Nothing has been published"):
        compare_with_source(Catalogue(source), Catalogue(DirectoryStore(tmp_path / "empty")))


def test_a_place_that_holds_nothing_is_not_intact(tmp_path: Path) -> None:
    result = verify(Catalogue(DirectoryStore(tmp_path / "empty")))
    assert not result.intact
    assert [item.fault for item in result.discrepancies] == [ObjectFault.EMPTY]


def test_releases_of_which_none_is_active_are_not_intact(source: DirectoryStore) -> None:
    """An upload that was never activated, as a replica shows it whose pointer has not come yet."""
    source.delete("current.json")
    for item in list(source.list("")):
        if item.key.startswith(("a/", "history/")):
            source.delete(item.key)
    assert [item.fault for item in verify(Catalogue(source)).discrepancies if not item.is_note] == [
        ObjectFault.EMPTY
    ]


@pytest.mark.parametrize(("lacking", "rest"), [(20, 0), (21, 1), (25, 5)])
def test_twenty_objects_that_a_copy_lacks_are_named_and_the_rest_is_counted(
    source: DirectoryStore, tmp_path: Path, lacking: int, rest: int
) -> None:
    copy = copy_of(source, tmp_path / "copy")
    for number in range(lacking):
        source.put(f"more/{number:02}", b"text")
    (copy.root / "more").mkdir()
    (copy.root / "more" / "03").write_bytes(b"a longer text")
    found = compare_with_source(Catalogue(copy), Catalogue(source))
    named = {each.key: each.sentence for each in found if each.key != "…"}
    assert [*named] == [f"more/{number:02}" for number in range(20)]
    assert named.pop("more/03") == "it has another size in the copy"
    assert {*named.values()} == {"the copy does not have it"}
    counted = [each.sentence for each in found if each.key == "…"]
    assert counted == ([f"and {rest} more objects"] if rest else [])
