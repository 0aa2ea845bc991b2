"""Links in a directory: readers follow those that stay inside, and nothing is deleted through one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.publishing.catalogue import Catalogue
from app.publishing.directory_store import DirectoryStore
from app.publishing.pruning import plan_prune, prune
from app.publishing.verification import verify
from bbws_templates.client import TemplateClient
from bbws_templates.faults import StoreError
from bbws_templates.layout import is_object
from tests.publishing import samples
from tests.publishing.samples import go_back, publish_to
from tests.publishing.test_pruning import publish_three, release

FIRST = release("first")


def everything(folder: Path) -> dict[str, str]:
    """What each path is and holds, no link followed."""
    return {
        path.relative_to(folder).as_posix(): f"to {path.readlink()}"
        if path.is_symlink()
        else path.read_bytes().hex()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def put_aside(store: DirectoryStore, place: str, folder: Path) -> None:
    """Move what is at ``place`` into ``folder``, and leave a link to it there."""
    moved = folder / place
    moved.parent.mkdir(parents=True, exist_ok=True)
    path = store.root / place
    path.rename(moved) if path.exists() else moved.mkdir()
    path.symlink_to(os.path.relpath(moved, path.parent))


@pytest.mark.parametrize(
    "place",
    ["releases", "objects", "history", f"releases/{FIRST.id}"],
)
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_a_link_where_releases_are_kept_is_named_before_anything_is_said_or_deleted(
    directory: DirectoryStore, tmp_path: Path, place: str, inside: bool
) -> None:
    """What a listing does not show would not count as needed, or as there."""
    publish_three(directory)
    put_aside(directory, place, directory.root / "aside" if inside else tmp_path / "elsewhere")
    before = everything(tmp_path)
    asked: list[Callable[[], object]] = [lambda: verify(Catalogue(directory))]
    if place != "history":  # of which a prune lists nothing
        asked.append(lambda: plan_prune(Catalogue(directory), 1))
        asked.append(lambda: prune(Catalogue(directory), 1, actor="me"))
    for ask in asked:
        with pytest.raises(StoreError, match=re.escape(f"{directory.root / place} is a link")):
            ask()
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ["bundle.json", "manifest.json"])
def test_a_link_to_a_file_inside_is_that_file_and_goes_alone(directory: DirectoryStore, name: str) -> None:
    publish_three(directory)
    linked = f"releases/{FIRST.id}/{name}"
    put_aside(directory, linked, directory.root / "aside")
    assert verify(Catalogue(directory)).intact
    assert FIRST.id in prune(Catalogue(directory), 1, actor="me").deleted
    assert not (directory.root / linked).is_symlink()
    assert (directory.root / "aside" / linked).is_file()
    assert verify(Catalogue(directory)).intact


@pytest.mark.parametrize("prefix", ["", "releases/"])
@pytest.mark.parametrize("target", ["nowhere", "releases"])
def test_so_is_one_that_leads_nowhere(directory: DirectoryStore, prefix: str, target: str) -> None:
    directory.put("a.txt", b"")
    (directory.root / "releases").symlink_to(target)
    with pytest.raises(StoreError, match=re.escape(f"{directory.root / 'releases'}")):
        list(directory.list(prefix))


def test_who_reads_or_goes_back_follows_a_link_that_stays_inside(directory: DirectoryStore) -> None:
    """A volume of Kubernetes is made of them; and a rollback is for emergencies."""
    publish_three(directory)
    put_aside(directory, "releases", directory.root / "aside")
    assert go_back(directory) == release("second").id
    assert TemplateClient(directory.root.as_uri()).render("receipts/receipt", {"name": "Zoë"}).subject


@pytest.mark.parametrize("link", ["old", "old/b.html"])
def test_an_email_is_not_deleted_by_another_name_that_somebody_has_given_it(
    directory: DirectoryStore, link: str
) -> None:
    """A folder was renamed, and its old name kept for those that still read by it."""
    same = {"html": "<p>the same", "text": "the same"}
    publish_to(directory, samples.release(names=("old/b",), **same))
    publish_to(directory, samples.release(names=("new/b",), **same), allow_breaking=True)
    path = directory.root / link
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.symlink_to("new" if link == "old" else "../new/b.html")
    plan = prune(Catalogue(directory), 1, actor="me")
    assert len(plan.deleted) == 1
    assert set(plan.foreign) == {"old/b.html", "old/b.txt"} - ({"old/b.txt"} if link != "old" else set())
    assert path.is_symlink()
    assert (directory.root / "old/b.html").read_text() == "<p>the same"
    assert verify(Catalogue(directory)).intact


@pytest.mark.parametrize("link", ["new", "new/b.html"])
@pytest.mark.parametrize("through", [False, True], ids=["straight", "through another"])
def test_an_email_that_is_kept_under_the_name_of_a_link_is_not_deleted_by_its_own(
    directory: DirectoryStore, link: str, through: bool
) -> None:
    """A folder was renamed for its readers, and its files have stayed where they were."""
    same = {"html": "<p>the same", "text": "the same"}
    publish_to(directory, samples.release(names=("old/b",), **same))
    path = directory.root / link
    path.parent.mkdir(exist_ok=True)
    if through:
        (directory.root / "between").symlink_to(directory.root / "old")
    old = directory.root / ("between" if through else "old")
    path.symlink_to(old if link == "new" else old / "b.html")
    publish_to(directory, samples.release(names=("new/b",), **same), allow_breaking=True)
    done = prune(Catalogue(directory), 1, actor="me")
    assert len(done.deleted) == 1
    assert set(done.foreign) == {"old/b.html"} | ({"old/b.txt"} if link == "new" else set())
    assert not set(done.foreign) & {*done.keys, *done.etags}
    assert path.is_symlink()
    assert (directory.root / "new/b.html").read_text() == "<p>the same"
    assert verify(Catalogue(directory)).intact


def test_nor_is_what_a_kept_object_is_a_link_to(directory: DirectoryStore) -> None:
    """Two links, one after the other: of what belongs to releases a link goes itself when nobody needs it."""
    for text in ("first", "second"):
        publish_to(directory, samples.release(text))
    first, second = (
        {key for key in Catalogue(directory).keys(samples.release(text).manifest).values() if is_object(key)}
        for text in ("first", "second")
    )
    kept = directory.root / min(second - first)
    one, two = (directory.root / key for key in sorted(first - second)[:2])
    two.write_bytes(kept.read_bytes())
    one.unlink()
    one.symlink_to(os.path.relpath(two, one.parent))
    kept.unlink()
    kept.symlink_to(os.path.relpath(one, kept.parent))
    done = prune(Catalogue(directory), 1, actor="me")
    assert len(done.deleted) == 1
    assert {directory.root / key for key in done.foreign} == {one, two}
    assert Catalogue(directory).proven(samples.release("second").id).id in done.kept


def test_links_of_somebody_else_are_in_nobodys_way(directory: DirectoryStore, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    publish_three(directory)
    (directory.root / "tools").mkdir()
    leads = {"a": "../receipts", "b": str(tmp_path / "elsewhere"), "c": "nowhere", "d": "."}
    for name, target in leads.items():
        (directory.root / "tools" / name).symlink_to(target)
    assert verify(Catalogue(directory)).intact
    assert len(prune(Catalogue(directory), 1, actor="me").deleted) == 2
    assert len([*(directory.root / "tools").iterdir()]) == 4
    assert [*(directory.root / "receipts").iterdir()]
