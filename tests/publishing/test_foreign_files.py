"""A directory in which others keep files of their own: none of them is changed or removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.pruning import prune
from app.publishing.verification import verify
from bbws_templates.faults import StoreError
from tests.publishing.samples import publish_to, release


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in and below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def state_of(store: DirectoryStore) -> list[Path]:
    """Whatever a directory has beside its objects, below the directory."""
    paths = (path.relative_to(store.root) for path in store.root.rglob("*"))
    return [path for path in paths if path.parts[0].startswith(".")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Somebody's folder, with something dear in it."""
    home = tmp_path / "home"
    (home / "deeper").mkdir(parents=True)
    (home / "thesis.txt").write_text("years of work")
    (home / "deeper/profile").write_text("export X=1\n")
    return home


def test_no_link_in_the_place_of_a_file_of_the_directory_is_followed(
    directory: DirectoryStore, home: Path
) -> None:
    """Whoever may write to a shared directory could else have a publisher empty or fill his own folders."""
    publish_to(directory, release("1"))
    places = state_of(directory)
    assert len(places) >= 3
    before = contents(home)
    for place in places:
        path = directory.root / place
        is_folder = path.is_dir()
        shutil.rmtree(path) if is_folder else path.unlink()
        for there in (True, False):
            path.symlink_to((home if is_folder else home / "thesis.txt") if there else home / "not there")
            with pytest.raises(StoreError, match=r"this is a link, not a .*Move what lies there") as caught:
                publish_to(directory, release(f"{place} {there}"))
            assert str(path) in str(caught.value)
            assert contents(home) == before, place
            path.unlink()
        publish_to(directory, release(f"{place}"))
    assert verify(Catalogue(directory)).intact


@pytest.mark.parametrize("name", [".staging", ".reserve", ".lock", ".bbws-templates", "work", "tmp"])
def test_what_somebody_keeps_in_a_directory_is_there_after_a_publish_and_a_prune(
    tmp_path: Path, name: str
) -> None:
    """A folder that was named as a target by mistake, say."""
    for kind, put in {
        "file": lambda path: path.write_text("my own list\n"),
        "folder": lambda path: [path.mkdir(), (path / "work.db").write_text("mine"), (path / "sub").mkdir()],
    }.items():
        project = tmp_path / kind
        project.mkdir()
        put(project / name)  # type: ignore[no-untyped-call]
        before = contents(project)
        store = DirectoryStore(project)
        told = ""
        try:
            publish_to(store, release("1"))
            publish_to(store, release("2"))
            prune(Catalogue(store), 1, actor="me")
        except StoreError as error:
            told = str(error)
        assert not told or f"({project / name})" in told, "it is in the way, and named"
        assert contents(project).items() >= before.items()


def test_what_lies_between_half_written_files_stays_and_half_written_files_go(
    directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = next(directory.root / path.parent for path in _half_written(directory, monkeypatch))
    (folder / "notes.txt").write_text("mine")
    (folder / "tmp1234abcd").write_text("mine")
    (folder / "sub").mkdir()
    assert [*_half_written(directory, monkeypatch)]
    publish_to(directory, release("2"))
    assert (folder / "notes.txt").read_text() == (folder / "tmp1234abcd").read_text() == "mine"
    assert {path.name for path in folder.iterdir()} >= {"notes.txt", "tmp1234abcd", "sub"}
    assert not [path for path in state_of(directory) if path.name.endswith(".staged")]


def _half_written(directory: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """What a publisher leaves behind who is killed in the middle of a file."""

    class KilledError(BaseException):
        pass

    def killed(_descriptor: int) -> None:
        raise KilledError

    publish_to(directory, release("1"))
    before = {*state_of(directory)}
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KilledError):
            directory.put("a.txt", os.urandom(8))
    return {*state_of(directory)} - before


def test_a_copy_that_is_made_of_links_stays_as_it_is(directory: DirectoryStore, tmp_path: Path) -> None:
    """``cp --archive --link``: files are shared until one of them is replaced."""
    publish_to(directory, release("1"))
    for path in state_of(directory):
        if path.name == "reserve":
            os.truncate(directory.root / path, 1000)  # so that it is to be filled up
    shutil.copytree(directory.root, tmp_path / "copy", copy_function=os.link)
    before = contents(tmp_path / "copy")
    publish_to(directory, release("2"))
    prune(Catalogue(directory), 1, actor="me")
    assert contents(tmp_path / "copy") == before
    assert verify(Catalogue(directory)).intact


def test_nothing_is_deleted_through_a_link(directory: DirectoryStore) -> None:
    directory.put("a/one", b"")
    (directory.root / "alias").symlink_to("a")
    (directory.root / "two").symlink_to("a/one")
    for key in ("alias/one", "two"):
        assert not directory.delete(key)
        found = directory.get(key)
        assert found
        assert not directory.delete(key, if_match=found.etag)
        assert directory.get(key)
    assert directory.delete("alias/none"), "there is nothing to be deleted"
    assert directory.delete("a/one")
    assert (directory.root / "alias").is_symlink()
