"""One object of a target that none of ours can be: longer than any, or in a directory no file at all.

It is that object's trouble and nobody else's: `verify` goes on and names it, what can be written over is, and
what cannot is refused before anything is activated.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.release import Release
from app.publishing import history
from app.publishing.bucket_store import BucketStore
from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.discrepancies import Discrepancy, ObjectFault
from app.publishing.errors import OccupiedError
from app.publishing.pruning import prune
from app.publishing.store import ObjectStore
from app.publishing.verification import verify
from bbws_templates import layout
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.faults import DamagedReleaseError, UnfitObjectError
from bbws_templates.layout import POINTER, PROBE, bundle_key, longest, manifest_key
from bbws_templates.target import BucketTarget
from tests.publishing.conftest import make_bucket
from tests.publishing.samples import NAMES, go_back, publish_to, release

NAME = NAMES[0]


def made(text: str) -> Release:
    return release(text, names=(NAME,))


OLD, ACTIVE, NEXT = made("1 old"), made("4 active"), made("5 next")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target of four releases, the older activations of which have grown out of its pointer."""
    root = tmp_path_factory.mktemp("unfit") / "target"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "PAGE", 1)
        for each in (OLD, made("2"), made("3"), ACTIVE):
            publish_to(DirectoryStore(root), each)
    return root


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    path.write_bytes(b"somebody else's")
    return path


def the_object(of: Release) -> str:
    return next(key for key in Catalogue.keys(of.manifest).values() if layout.is_object(key))


def page(root: Path) -> str:
    standing = Catalogue(DirectoryStore(root)).standing()
    assert standing
    assert standing.pointer.archive
    return standing.pointer.archive


KEYS: dict[str, Callable[[Path], str]] = {
    "pointer": lambda root: POINTER,
    "page of the history": page,
    "bundle": lambda root: bundle_key(ACTIVE.id),
    "bundle of an old release": lambda root: bundle_key(OLD.id),
    "manifest": lambda root: manifest_key(ACTIVE.id),
    "manifest of an old release": lambda root: manifest_key(OLD.id),
    "object": lambda root: the_object(ACTIVE),
    "object of an old release": lambda root: the_object(OLD),
    "stable key": lambda root: f"{NAME}.html",
}


def longer_than_any(path: Path, outside: Path) -> None:
    path.touch()
    os.truncate(path, longest(path.name) + 1)


def a_folder(path: Path, outside: Path) -> None:
    path.mkdir()


def a_pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def a_link_outside(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def a_link_to_itself(path: Path, outside: Path) -> None:
    path.symlink_to(path)


ODD: dict[Callable[[Path, Path], None], str] = {
    longer_than_any: "bytes",
    a_folder: "a folder",
    a_pipe: "a pipe",
    a_link_outside: "leads out of it",
    a_link_to_itself: "leads to itself",
}


def publish_next(store: ObjectStore) -> None:
    publish_to(store, NEXT)


def publish_active_again(store: ObjectStore) -> None:
    publish_to(store, ACTIVE, repair=True)


def publish_old_again(store: ObjectStore) -> None:
    publish_to(store, OLD, repair=True)


def go_back_to_active(store: ObjectStore) -> None:
    go_back(store, "active")


def go_back_to_old(store: ObjectStore) -> None:
    go_back(store, OLD.id)


def prune_to_two(store: ObjectStore) -> None:
    prune(Catalogue(store), 2, actor="me")


def is_looked_at(store: ObjectStore) -> None:
    catalogue = Catalogue(store)
    active = catalogue.active()
    assert active
    assert [*history.activations(store, active[0].pointer)]


COMMANDS = (publish_next, publish_active_again, go_back, go_back_to_active, prune_to_two, is_looked_at)


def copied(original: Path, tmp_path: Path) -> DirectoryStore:
    root = tmp_path / "target"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(original, root)
    return DirectoryStore(root)


def put_aside(path: Path) -> None:
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def wrong(store: ObjectStore) -> list[Discrepancy]:
    return [each for each in verify(Catalogue(store)).discrepancies if not each.is_note]


def told_by(command: Callable[[ObjectStore], object], store: ObjectStore) -> BbwsTemplatesError | None:
    try:
        command(store)
    except (DamagedReleaseError, OccupiedError) as refusal:
        return refusal
    return None


def pointer_of(store: DirectoryStore) -> bytes:
    return (store.root / POINTER).read_bytes()


@pytest.mark.parametrize("put", [longer_than_any, a_folder, a_link_outside], ids=lambda put: put.__name__)
@pytest.mark.parametrize("which", KEYS)
def test_it_ends_no_command_but_those_that_need_it_and_these_before_anything_is_activated(
    original: Path, tmp_path: Path, outside: Path, which: str, put: Callable[[Path, Path], None]
) -> None:
    key = KEYS[which](original)
    for command in COMMANDS:
        store = copied(original, tmp_path)
        path = store.root / key
        path.unlink()
        put(path, outside)
        before = None if which == "pointer" else pointer_of(store)
        refusal = told_by(command, store)
        if refusal:
            assert refusal.remedy, command
            assert key in str(refusal) or "not intact" in str(refusal), (command, refusal)
            assert which == "pointer" or pointer_of(store) == before, command
            continue
        assert which != "pointer", command
        standing = Catalogue(store).standing()
        assert standing
        assert standing.pointer.settled, command
        assert {each.key for each in wrong(store)} <= {key, "history/"}, command
    assert outside.read_bytes() == b"somebody else's"


@pytest.mark.parametrize("put", ODD, ids=lambda put: put.__name__)
@pytest.mark.parametrize("which", KEYS)
def test_it_is_found_with_what_mends_it(
    original: Path, tmp_path: Path, outside: Path, which: str, put: Callable[[Path, Path], None]
) -> None:
    store = copied(original, tmp_path)
    key = KEYS[which](original)
    path = store.root / key
    content = path.read_bytes()
    path.unlink()
    put(path, outside)
    found = wrong(store)
    assert [each for each in found if ODD[put] in each.sentence and key in f"{each.key} {each.sentence}"]
    assert {each.key for each in found} <= {key, "history/"}, "and nothing else is wrong"
    is_restored = which in ("pointer", "page of the history")
    told = " ".join(each.sentence for each in found)
    assert ("Restore" if is_restored else "rollback" if which == "stable key" else "--repair") in told
    is_written_over = put is longer_than_any
    if not is_restored:
        assert ("move it away" in told) is not is_written_over
    if is_restored:
        put_aside(path)
        path.write_bytes(content)
    else:
        mend = go_back_to_active if which == "stable key" else (
            publish_old_again if "old" in which else publish_active_again
        )  # fmt: skip
        if not is_written_over:
            with pytest.raises(OccupiedError, match=key):
                mend(store)
            put_aside(path)
        mend(store)
    assert wrong(store) == []


@pytest.mark.parametrize("put", [a_folder, a_pipe, a_link_outside], ids=lambda put: put.__name__)
def test_what_cannot_be_written_over_is_refused_by_rollback_and_publish_before_they_activate(
    original: Path, tmp_path: Path, outside: Path, put: Callable[[Path, Path], None]
) -> None:
    for command in (go_back, go_back_to_old, publish_next, publish_old_again):
        store = copied(original, tmp_path)
        path = store.root / f"{NAME}.txt"
        path.unlink()
        put(path, outside)
        before = pointer_of(store)
        with pytest.raises(OccupiedError, match=rf"{NAME}\.txt.*Move what lies there"):
            command(store)
        assert pointer_of(store) == before
        put_aside(path)
        command(store)
        assert wrong(store) == []


def test_a_prune_takes_away_links_and_pipes_of_what_it_deletes_and_nothing_that_a_link_leads_to(
    original: Path, tmp_path: Path, outside: Path
) -> None:
    store = copied(original, tmp_path)
    for key, put in {manifest_key(OLD.id): a_pipe, the_object(OLD): a_link_outside}.items():
        (store.root / key).unlink()
        put(store.root / key, outside)
    assert prune(Catalogue(store), 2, actor="me").foreign == ()
    assert outside.read_bytes() == b"somebody else's"
    assert wrong(store) == []
    assert OLD.id not in Catalogue(store).releases()


def test_what_lies_below_a_link_that_leads_out_is_not_deleted(
    directory: DirectoryStore, tmp_path: Path
) -> None:
    directory.put("a", b"")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/x").write_text("theirs")
    (directory.root / "link").symlink_to(tmp_path / "theirs")
    assert directory.delete("link/x") is False
    (directory.root / "folder").mkdir()
    assert directory.delete("folder") is False
    assert directory.delete("not there") is True
    assert (tmp_path / "theirs/x").read_text() == "theirs"


def test_a_name_that_no_file_can_have_is_at_no_file(directory: DirectoryStore) -> None:
    """A release that went to a bucket may have one; copied into a directory, it is to be read as ever."""
    directory.put("receipts/a", b"")
    assert directory.get("receipts/" + "ü" * 190 + ".html") is None
    assert "too long" in str([*directory.obstacles(["receipts/" + "ü" * 190 + ".html"])])


# --- in a bucket ------------------------------------------------------------------------------------------


@pytest.fixture
def _few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_LONGEST", 20_000)
    monkeypatch.setattr(layout, "_LONGEST_BUNDLE", 20_000)


@pytest.fixture
def filled(bucket: BucketStore, _few_bytes: None) -> BucketStore:
    for each in (OLD, ACTIVE):
        publish_to(bucket, each)
    return bucket


def put_long(bucket: BucketStore, key: str) -> None:
    place = {"Bucket": bucket.target.bucket, "Key": bucket.target.prefix + key}
    bucket.client.put_object(**place, Body=b"x" * 20_001)  # type: ignore[arg-type]


def test_in_a_bucket_it_is_one_object_that_is_wrong_and_is_written_over(filled: BucketStore) -> None:
    for command in (go_back_to_active, publish_next):
        put_long(filled, f"{NAME}.html")
        with pytest.raises(UnfitObjectError, match=r"20,001 bytes"):
            filled.get(f"{NAME}.html")
        assert [(each.fault, each.key) for each in wrong(filled)] == [(ObjectFault.DRIFT, f"{NAME}.html")]
        command(filled)
        assert wrong(filled) == []


def test_in_a_bucket_parts_of_releases_are_named_and_go_or_are_mended(filled: BucketStore) -> None:
    keys = {
        key
        for each in (OLD, ACTIVE)
        for key in (bundle_key(each.id), manifest_key(each.id), the_object(each))
    }
    for key in keys:
        put_long(filled, key)
    found = {(each.fault, each.key) for each in wrong(filled)}
    assert found == {(ObjectFault.TAMPERED, key) for key in keys}
    publish_active_again(filled)
    prune(Catalogue(filled), 1, actor="me")
    assert wrong(filled) == []


def test_in_a_bucket_a_pointer_and_a_probe_that_are_too_long(filled: BucketStore) -> None:
    put_long(filled, PROBE)
    assert wrong(filled) == []
    publish_next(filled)
    put_long(filled, POINTER)
    assert [each.key for each in wrong(filled)] == [POINTER]
    for command in COMMANDS:
        with pytest.raises(DamagedReleaseError, match=r"Restore an earlier version of current\.json"):
            command(filled)


@pytest.mark.usefixtures("aws", "_few_bytes")
def test_where_conditions_are_not_heeded_it_is_written_over_as_well() -> None:
    store = BucketStore.connect(BucketTarget(make_bucket(), unconditional=True))
    publish_to(store, ACTIVE)
    put_long(store, f"{NAME}.html")
    go_back_to_active(store)
    assert wrong(store) == []
    put_long(store, f"{NAME}.txt")
    assert store.delete(f"{NAME}.txt", if_match='"another"') is False
    with pytest.raises(UnfitObjectError) as caught:
        store.get(f"{NAME}.txt")
    assert store.delete(f"{NAME}.txt", if_match=caught.value.etag) is True
