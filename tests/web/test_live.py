"""Saved files are noticed, whatever way they are saved in, and change exactly what they should."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import SourceError
from app.web.live import LiveWorkspace
from app.web.watching import watch
from tests.web.conftest import METADATA, Folders

NOTICED_SECONDS = 3.0


@pytest.fixture
def live(folders: Folders) -> LiveWorkspace:
    return LiveWorkspace(folders.templates, folders.fixtures)


def test_nothing_saved_is_nothing_changed(live: LiveWorkspace, folders: Folders) -> None:
    folders.write("templates/readme.md", "not part of any mail")
    assert live.reload() is None
    assert live.current.generation == 1


@pytest.mark.parametrize(
    ("path", "content", "changed"),
    [
        ("templates/mails/greeting.html", "<p>{{name}} {{note}}", ["mails/greeting"]),
        ("templates/mails/greeting.txt", "{{name}} {{note}}", ["mails/greeting"]),
        ("templates/mails/greeting.json", {**METADATA, "subject": "Other"}, ["mails/greeting"]),
        ("fixtures/mails/greeting/typical.json", {"name": "Other"}, ["mails/greeting"]),
        ("fixtures/mails/greeting/another.json", {"name": "New"}, ["mails/greeting"]),
        ("templates/partials/header.html", "<p>Other Ltd</p>", ["mails/greeting", "mails/greeting_internal"]),
        (
            "templates/styles/email.css",
            ".note { color: #444444 }",
            ["mails/greeting", "mails/greeting_internal"],
        ),
    ],
    ids=["html", "text", "metadata", "fixture", "new fixture", "partial", "stylesheet"],
)
def test_a_save_changes_the_mails_that_are_made_of_the_file(
    live: LiveWorkspace, folders: Folders, path: str, content: str, changed: list[str]
) -> None:
    folders.write(path, content)
    change = live.reload()
    assert change is not None
    assert list(change.changed) == changed
    assert live.current.generation == change.generation == 2


def test_a_shared_contract_changes_the_mails_that_refer_to_it(folders: Folders) -> None:
    folders.write("templates/contracts/common.json", {"$defs": {"name": {"type": "string"}}})
    contract = {"type": "object", "properties": {"name": {"$ref": "../contracts/common.json#/$defs/name"}}}
    folders.write("templates/mails/greeting.json", {**METADATA, "contract": contract})
    live = LiveWorkspace(folders.templates, folders.fixtures)
    folders.write("templates/contracts/common.json", {"$defs": {"name": {"type": "string", "maxLength": 9}}})
    change = live.reload()
    assert change is not None
    assert change.changed == ("mails/greeting",)


def test_templates_come_and_go(live: LiveWorkspace, folders: Folders) -> None:
    folders.write("templates/new/one.html", "<p>new")
    added = live.reload()
    (folders.templates / "mails/greeting.html").unlink()
    removed = live.reload()
    assert added is not None
    assert added.added == ("new/one",)
    assert removed is not None
    assert removed.removed == ("mails/greeting",)


def test_while_the_folder_is_gone_the_last_state_stays(live: LiveWorkspace, folders: Folders) -> None:
    before = live.current
    away = folders.templates.rename(folders.templates.with_name("away"))
    gone = live.reload()
    assert gone is not None
    assert "templates folder" in gone.problem
    assert live.current.workspace is before.workspace
    away.rename(folders.templates)
    back = live.reload()
    assert back is not None
    assert back.problem == ""


def test_a_server_cannot_start_without_its_templates_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no templates folder"):
        LiveWorkspace(tmp_path / "nowhere", tmp_path)


def save_in_place(folder: Path) -> None:
    (folder / "a.html").write_text("in place")


def save_by_rename(folder: Path) -> None:
    aside = folder / ".a.html.tmp"
    aside.write_text("renamed over")
    aside.replace(folder / "a.html")


def save_with_backup(folder: Path) -> None:
    (folder / "a.html").rename(folder / "a.html~")
    (folder / "a.html").write_text("new file")


def create(folder: Path) -> None:
    (folder / "new.html").write_text("new")


def create_deep(folder: Path) -> None:
    (folder / "x/y").mkdir(parents=True)
    (folder / "x/y/new.html").write_text("new")


def delete(folder: Path) -> None:
    (folder / "a.html").unlink()


def move_folder_in(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "b.html").write_text("moved")
    outside.rename(folder / "inside")


def replace_root(folder: Path) -> None:
    fresh = folder.parent / "fresh"
    shutil.copytree(folder, fresh)
    shutil.rmtree(folder)
    fresh.rename(folder)


@pytest.mark.parametrize(
    "save",
    [
        save_in_place,
        save_by_rename,
        save_with_backup,
        create,
        create_deep,
        delete,
        move_folder_in,
        replace_root,
    ],
)
def test_every_way_of_saving_is_noticed_and_so_is_the_next_save(
    tmp_path: Path, save: Callable[[Path], None]
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "a.html").write_text("before")

    async def scenario() -> None:
        changes = watch(folder, tmp_path / "not there yet")
        first = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.3)  # the watch has to stand before the save
        save(folder)
        await asyncio.wait_for(first, NOTICED_SECONDS)
        second = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(1.0)  # a replaced folder is found again by its name
        (folder / "later.html").write_text("later")
        await asyncio.wait_for(second, NOTICED_SECONDS)
        await changes.aclose()  # type: ignore[attr-defined]  # a generator behind the interface

    asyncio.run(scenario())


def test_a_folder_that_appears_later_is_watched_from_then_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        changes = watch(tmp_path / "later")
        first = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.2)
        (tmp_path / "later").mkdir()
        await asyncio.wait_for(first, NOTICED_SECONDS)
        second = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.3)
        (tmp_path / "later/a.json").write_text("{}")
        await asyncio.wait_for(second, NOTICED_SECONDS)
        await changes.aclose()  # type: ignore[attr-defined]

    asyncio.run(scenario())
