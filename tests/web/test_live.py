"""Saved files are noticed, whatever way they are saved in, and change exactly what they should."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core import sight
from app.core.compiler.compilation import dependencies_of
from app.core.compiler.dependencies import Dependency
from app.core.errors import SourceError
from app.core.sources import TemplateSet, TemplateSource
from app.web.live.broadcast import Broadcast, News
from app.web.live.workspace import LiveWorkspace
from tests.slices import each_of
from tests.waiting import patience
from tests.web.conftest import METADATA, Folders
from tests.web.ears import listening


@pytest.fixture
def live(folders: Folders) -> LiveWorkspace:
    return LiveWorkspace(folders.templates, folders.fixtures)


def test_nothing_saved_is_nothing_changed(live: LiveWorkspace, folders: Folders) -> None:
    folders.write("templates/readme.md", "not part of any mail")
    assert live.reload() is None
    assert live.current.generation == 1


def test_every_byte_is_read_where_somebody_asks_for_it(
    live: LiveWorkspace, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that says nothing of a change, not even to those who look."""
    monkeypatch.setattr(sight, "mark_of", lambda _: (0,) * 5)
    monkeypatch.setattr(sight, "SETTLED_NS", -(10**18))
    assert live.reload(every_byte=True) is None
    folders.write("templates/partials/header.html", "<p>Other Ltd</p>")
    change = live.reload(every_byte=True)
    assert change is not None  # the marks of this reading are those that lie
    folders.write("templates/partials/header.html", "<p>Third Ltd</p>")
    assert live.reload() is None
    assert live.reload(every_byte=True) is not None


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
        (
            "templates/settings.toml",
            'locale = "af"',
            ["deep/down/here/bare", "mails/greeting", "mails/greeting_internal"],
        ),
    ],
    ids=["html", "text", "metadata", "fixture", "new fixture", "partial", "stylesheet", "settings"],
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


def test_a_stylesheet_that_another_imports_changes_the_mails_that_have_it(folders: Folders) -> None:
    folders.write("templates/styles/email.css", '@import "base.css";')
    folders.write("templates/styles/base.css", ".note { color: #444444 }")
    live = LiveWorkspace(folders.templates, folders.fixtures)
    folders.write("templates/styles/base.css", ".note { color: #555555 }")
    change = live.reload()
    assert change is not None
    assert change.changed == ("mails/greeting", "mails/greeting_internal")


@pytest.fixture
def read_through(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates of which it was looked what they are made of."""
    names: list[str] = []

    def noted(source: TemplateSource, templates: TemplateSet) -> tuple[Dependency, ...]:
        names.append(source.name)
        return dependencies_of(source, templates)

    monkeypatch.setattr("app.core.workspace.dependencies_of", noted)
    return names


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("templates/partials/header.html", "<p>Other Ltd {{> below}}</p>"),
        ("templates/styles/email.css", ".note { color: #444444 }"),
        ("templates/settings.toml", 'locale = "af"'),
    ],
    ids=["partial", "stylesheet", "settings"],
)
def test_a_save_that_concerns_many_is_told_before_any_is_read_through(
    live: LiveWorkspace, folders: Folders, read_through: list[str], path: str, content: str
) -> None:
    before = dict(live.current.versions)
    read_through.clear()
    folders.write("templates/partials/below.html", "<p>below</p>")
    live.reload()
    read_through.clear()
    folders.write(path, content)
    change = live.reload()
    assert change is not None
    assert {"mails/greeting", "mails/greeting_internal"} <= set(change.changed)
    assert read_through == []
    assert live.current.versions["mails/greeting"] != before["mails/greeting"]
    assert read_through == ["mails/greeting"]
    assert dict(live.current.versions) == dict(
        LiveWorkspace(folders.templates, folders.fixtures).current.versions
    )


@pytest.mark.parametrize("few", [32, 0], ids=["few", "many"])
def test_the_next_save_is_right_about_those_that_nobody_has_read_through(
    live: LiveWorkspace, folders: Folders, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("app.web.live.workspace._FEW", few)
    folders.write("templates/partials/header.html", "<p>Other Ltd</p>")
    assert live.reload() is not None
    between = live.current
    folders.write("fixtures/mails/greeting/typical.json", {"name": "Other"})
    change = live.reload()
    assert change is not None
    others = {name for name, version in live.current.versions.items() if version != between.versions[name]}
    assert others == {"mails/greeting"}
    # Of many it is said that they may have changed: to look would take longer than to fetch what is open.
    assert set(change.changed) == others if few else others < set(change.changed)
    assert dict(live.current.versions) == dict(
        LiveWorkspace(folders.templates, folders.fixtures).current.versions
    )


def test_a_name_that_comes_or_goes_has_those_read_through_that_it_may_concern(
    live: LiveWorkspace, folders: Folders, read_through: list[str]
) -> None:
    mails = {"mails/greeting", "mails/greeting_internal"}
    cases: dict[str, set[str]] = {"mails/later": set(), "partials/header.af": mails}
    for name, concerned in cases.items():
        file = folders.templates / f"{name}.html"
        folders.write(f"templates/{name}.html", "<p>new</p>")
        for present in (True, False):
            if not present:
                file.unlink()
            read_through.clear()
            live.reload()
            assert set(read_through) - {"mails/later"} == concerned, (name, present)
            assert dict(live.current.versions) == dict(
                LiveWorkspace(folders.templates, folders.fixtures).current.versions
            )


def test_what_changes_no_mail_is_known_at_the_next_save(
    live: LiveWorkspace, folders: Folders, read_through: list[str]
) -> None:
    folders.write("templates/partials/header.af.html", "<p>of nobody</p>")
    assert live.reload() is None
    assert read_through != []
    read_through.clear()
    folders.write("templates/partials/header.af.html", "<p>of nobody, still</p>")
    assert live.reload() is None
    assert live.current.generation == 1
    assert read_through == []


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
    each_of(
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
        2,
        "pictures",
    ),
)
def test_every_way_of_saving_is_noticed_and_so_is_the_next_save(
    tmp_path: Path, save: Callable[[Path], None]
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "a.html").write_text("before")

    async def scenario() -> None:
        async with listening(folder, tmp_path / "not there yet") as ear:
            await ear.hears(lambda number: (folder / "probe.html").write_text(str(number)))
            await ear.is_quiet()
            save(folder)
            await ear.hears()
            await ear.is_quiet()
            await ear.hears(lambda number: (folder / "later.html").write_text(str(number)))

    asyncio.run(scenario())


def test_a_folder_that_appears_later_is_watched_from_then_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with listening(tmp_path / "later") as ear:
            await ear.is_quiet()
            (tmp_path / "later").mkdir()
            await ear.hears()
            await ear.is_quiet()
            await ear.hears(lambda number: (tmp_path / "later/a.json").write_text(str(number)))

    asyncio.run(scenario())


def test_reading_is_no_save(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("read")

    async def scenario() -> None:
        async with listening(tmp_path) as ear:
            await ear.hears(lambda number: (tmp_path / "probe.html").write_text(str(number)))
            for _ in range(5):  # what was told late of the probe is told once, a reading each time
                await ear.is_quiet()
                (tmp_path / "a.html").read_text()
                await ear.is_quiet()
                if ear.heard == 0:
                    return
            pytest.fail("a reading is told")

    asyncio.run(scenario())


def test_news_between_entering_and_the_first_read_is_not_lost() -> None:
    """A page is greeted first; what is saved while the greeting is on its way comes after it."""

    async def scenario() -> list[News]:
        broadcast = Broadcast()
        broadcast.open()
        with broadcast.listening() as stream:
            broadcast.send(News("change", {"generation": 2}))
            await asyncio.sleep(0)  # the loop takes it
            return [await asyncio.wait_for(anext(stream), patience())]

    assert asyncio.run(scenario()) == [News("change", {"generation": 2})]


def test_what_is_no_template_and_wrong_is_news_too(folders: Folders) -> None:
    """Else the gallery says it only after the next save of something else."""
    live = LiveWorkspace(folders.templates, folders.fixtures)
    assert live.reload() is None
    odd = folders.write("templates/mails/new\nline.html", "<p>x")
    told = live.reload()
    assert told
    assert not told.changed
    assert live.current.workspace.templates.problems
    odd.unlink()
    assert live.reload()
    assert not live.current.workspace.templates.problems
