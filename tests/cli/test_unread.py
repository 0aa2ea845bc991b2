"""A check reads what has changed alone, and says of a set what a check says that reads all of it."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from app.cli import run
from app.core import sight
from app.core.compiler.compilation import dependencies_of
from app.core.loader import Reading, load_template_set, read_template_set
from app.core.sources import TemplateSet, TemplateSource
from app.core.textfiles import TextFiles

SETTLED = 60_000_000_000
"""Nanoseconds after which every file has rested."""

MAIL = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A</title>'
    '<link rel="stylesheet" href="styles/mail.css"></head>'
    "<body>{{> greeting}}<p>Dear {{name}}</p></body></html>"
)
METADATA: dict[str, Any] = {
    "description": "Says something.",
    "audience": "customer",
    "sender": {"name": "Us", "address": "us@example.com"},
    "subject": "Hello {{name}}",
    "preheader": "A word",
    "contract": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"$ref": "shared.json#/$defs/name"}},
    },
}
WAIVED = METADATA | {"waivers": [{"rule": "missing-viewport", "reason": "Because.", "until": "2099-01-01"}]}
NAMES = ("a", "b", "c")


class Folders:
    """A small set on disk in which everything may change, and checks of it, each by a command."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.write("templates/settings.toml", 'locale = "en-ZA"\n')
        self.write("templates/styles/mail.css", "p{color:#333333}")
        self.write("templates/partials/greeting.html", "<p>Hello</p>")
        self.write("templates/partials/greeting.af.html", "<p>Hallo</p>")
        self.write("templates/shared.json", json.dumps({"$defs": {"name": {"type": "string"}}}))
        for name in NAMES:
            self.write(f"templates/{name}.html", MAIL)
            self.write(f"templates/{name}.json", json.dumps(WAIVED if name == "b" else METADATA))
            self.write(f"fixtures/{name}/typical.json", '{"name": "Ann"}')
        self.write("templates/a.af.html", MAIL.replace("Dear", "Beste").replace('"en"', '"af"'))
        self.write("templates/a.af.json", '{"subject": "Hallo {{name}}", "preheader": "Iets"}')

    @property
    def places(self) -> tuple[Path, Path]:
        return self.folder / "templates", self.folder / "fixtures"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def check(self, cache: str, *words: str) -> Any:
        templates, fixtures = map(str, self.places)
        run(["check", *words, "--json", "--cache", cache, "--templates", templates, "--fixtures", fixtures])
        return json.loads(self._capsys.readouterr().out)

    def again(self) -> Any:
        return self.check(str(self.folder / "cache"))

    def cold(self) -> Any:
        return self.check(os.devnull)


@pytest.fixture
def folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folders:
    return Folders(tmp_path, capsys)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the files that are read as text."""
    found: set[str] = set()
    reading = TextFiles.read

    def noted(files: TextFiles, path: Path) -> Any:
        found.add(path.name)
        return reading(files, path)

    monkeypatch.setattr(TextFiles, "read", noted)
    return found


def test_of_a_set_what_has_changed_is_read_and_no_other_template(folders: Folders, read: set[str]) -> None:
    folders.again()
    read.clear()
    folders.write("templates/c.html", MAIL.replace("Dear", "Hi"))
    found = folders.again()
    assert {"c.html", "c.json", "greeting.html", "mail.css"} <= read
    assert read.isdisjoint({"a.html", "a.json", "a.af.html", "b.html", "b.json"})
    assert found == folders.cold()


def test_what_the_settings_decide_is_said_anew_of_every_template(folders: Folders) -> None:
    before = folders.again()
    folders.write("templates/settings.toml", 'locale = "de"\n')
    found = folders.again()
    assert found == folders.cold()
    assert found != before


def test_payloads_are_looked_at_though_nothing_of_the_set_has_changed(folders: Folders) -> None:
    payload = folders.folder / "payload.json"
    payload.write_text("{}", encoding="utf-8")
    cache = str(folders.folder / "cache")
    assert folders.check(cache, "b")["failed"] is False
    assert folders.check(cache, "b", "--data", str(payload))["failed"] is True
    assert folders.check(cache, "b")["failed"] is False


def test_after_a_save_of_what_all_share_only_what_has_changed_is_read_again(
    folders: Folders, read: set[str]
) -> None:
    folders.again()
    folders.write("templates/partials/greeting.html", "<p>Good day</p>")
    folders.again()
    for greeting in ("Hi", "Ho"):
        read.clear()
        folders.write("templates/c.html", MAIL.replace("Dear", greeting))
        found = folders.again()
        assert "c.html" in read
        assert read.isdisjoint({"a.html", "a.json", "a.af.html", "b.html", "b.json"})
        assert found == folders.cold()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The templates of which it was found out anew what they read."""
    found: set[str] = set()

    def noted(source: TemplateSource, templates: TemplateSet) -> Any:
        found.add(source.name)
        return dependencies_of(source, templates)

    monkeypatch.setattr("app.core.workspace.dependencies_of", noted)
    return found


ALL = {*NAMES, "a.af"}
NAMING: dict[str, tuple[str, str, set[str]]] = {
    "a mail of its own": ("templates/later/quince.html", MAIL, set()),
    "a partial that nobody names": ("templates/partials/farewell.html", "<p>Bye</p>", set()),
    "a partial that one may name": ("templates/partials/zebra.html", "<p>Zebra</p>", {"b"}),
    "a partial in another language": ("templates/partials/greeting.de.html", "<p>Tag</p>", ALL),
    "the same for text": ("templates/partials/greeting.txt", "Hello", ALL),
    "one that would take another's place": ("templates/greeting.html", MAIL, ALL),
    "a translation": ("templates/b.af.html", MAIL.replace('"en"', '"af"'), {"b"}),
    "a stylesheet": ("templates/styles/other.css", "p{}", ALL),
}


@pytest.mark.parametrize("change", NAMING)
def test_a_name_that_comes_or_goes_leaves_in_doubt_those_that_may_name_it(
    folders: Folders, asked: set[str], change: str
) -> None:
    path, text, doubtful = NAMING[change]
    folders.write("templates/partials/zebra-crossing.html", "zebra, quince and farewell are no names here")
    folders.write("templates/b.html", MAIL.replace("Dear", "{{> zebra-crossing}} Dear"))
    folders.again()
    own = {path.removeprefix("templates/").removesuffix(".html")}
    asked.clear()
    folders.write(path, text)
    if ".af" in path:
        folders.write(path.replace(".html", ".json"), '{"subject": "Hallo {{name}}", "preheader": "Iets"}')
    assert folders.again() == folders.cold()
    assert asked - own == doubtful
    asked.clear()
    for suffix in (".html", ".json"):
        (folders.folder / path).with_suffix(suffix).unlink(missing_ok=True)
    (folders.folder / path).unlink(missing_ok=True)
    folders.write("templates/c.html", MAIL.replace("Dear", "Hi"))  # else all is as it was before
    assert folders.again() == folders.cold()
    assert asked - own == doubtful | {"c"}


@pytest.mark.parametrize(
    ("name", "spelled"), [("zebra", "\\u007aebra"), ("zébra", "z\\u00e9bra"), ("zebra", "\\u003e zebra")]
)
def test_a_name_that_json_spells_in_another_way_is_found(
    folders: Folders, asked: set[str], name: str, spelled: str
) -> None:
    tag = f"{{{{{spelled}}}}}" if "003e" in spelled else f"{{{{> {spelled}}}}}"
    folders.write("templates/c.json", json.dumps(METADATA | {"subject": "Hi TAG"}).replace("TAG", tag))
    folders.write(f"templates/partials/{name}.html", "there")
    folders.write(f"templates/partials/{name}.txt", "there")
    folders.again()
    asked.clear()
    folders.write(f"templates/partials/{name}.af.txt", "daar")
    assert folders.again() == folders.cold()
    assert asked == {"c"}


PICTURE = MAIL.replace("Dear", "<img src='https://pictures.example/a.png'>Dear")


@pytest.mark.parametrize("is_linked", [False, True], ids=["by-marks", "every-byte"])
@pytest.mark.parametrize("kind", ["file", "same-moment", "name"])
def test_what_is_saved_and_undone_during_a_check_is_remembered_as_neither(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, kind: str, is_linked: bool
) -> None:
    if is_linked:  # of which no sight would be sure
        (folders.folder / "templates/linked.css").symlink_to("styles/mail.css")
    reading = read_template_set
    page, fixture = folders.folder / "templates/a.html", folders.folder / "fixtures/a/other.json"

    def changed() -> None:
        if kind == "name":
            fixture.touch()
            fixture.unlink()
        else:
            folders.write("templates/a.html", MAIL)

    def undone() -> None:
        if kind == "name":
            fixture.write_text('{"name": 7}', encoding="utf-8")
        else:
            folders.write("templates/a.html", PICTURE)

    def meanwhile(*places: Path, **options: Any) -> Reading:
        place = fixture.parent if kind == "name" else page
        before = place.stat().st_ctime_ns
        changed()
        while place.stat().st_ctime_ns == before:  # a clock has steps
            changed()
        found = reading(*places, **options)
        undone()
        return found

    undone()
    if kind == "same-moment":  # as where the steps of a clock are as long as a check
        monkeypatch.setattr("app.core.sight.mark_of", lambda status: (0, 0, 0, 0, 0))
        monkeypatch.setattr("app.core.seen_files.mark_of", lambda status: (0, 0, 0, 0, 0), raising=False)
    monkeypatch.setattr("app.core.workspace.read_template_set", meanwhile)
    missed = folders.again()
    monkeypatch.setattr("app.core.workspace.read_template_set", reading)
    assert missed != folders.cold()
    assert folders.again() == folders.cold()
    folders.write("templates/b.html", MAIL.replace("Dear", "Hi"))
    assert folders.again() == folders.cold()


@pytest.mark.parametrize(
    "name",
    ["node_modules/c/shared.json", ".shared.json", "shared.json~", "#shared.json", "shared.schema"],
)
@pytest.mark.parametrize("is_linked", [False, True], ids=["by-marks", "every-byte"])
def test_a_contract_may_refer_to_a_file_that_no_sight_has(
    folders: Folders, name: str, is_linked: bool
) -> None:
    if is_linked:
        (folders.folder / "templates/linked.css").symlink_to("styles/mail.css")
    folders.write(f"templates/{name}", json.dumps({"$defs": {"name": {"type": "string"}}}))
    reference = {"$ref": f"{quote(name)}#/$defs/name"}
    contract = METADATA["contract"] | {"properties": {"name": reference}}
    folders.write("templates/a.json", json.dumps(METADATA | {"contract": contract}))
    assert not folders.again()["failed"]
    folders.write(f"templates/{name}", json.dumps({"$defs": {"name": {"type": "number"}}}))
    found = folders.again()
    assert found["failed"]
    assert found == folders.cold()


def test_a_template_may_be_called_as_a_folder_into_which_nobody_looks(folders: Folders) -> None:
    folders.write("templates/node_modules.html", MAIL)
    folders.write("templates/node_modules.json", json.dumps(METADATA))
    for text in ("", '{"name": "Ann"}', '{"name": 7}'):
        if text:  # at first there are no fixtures, and no sight has the folder
            folders.write("fixtures/node_modules/typical.json", text)
        found = folders.again()
        assert found == folders.cold()
    assert found["failed"]


CHANGES: tuple[Callable[[Folders, str], object], ...] = (
    lambda folders, text: folders.write("templates/a.html", MAIL.replace("Dear", text)),
    lambda folders, text: folders.write("templates/a.af.html", MAIL.replace("Dear", text)),
    lambda folders, text: folders.write("templates/b.html", MAIL.replace("{{name}}", f"{{{{{text}}}}}")),
    lambda folders, text: folders.write("templates/b.json", json.dumps(METADATA | {"preheader": text})),
    lambda folders, text: folders.write("templates/b.json", json.dumps(WAIVED | {"preheader": text})),
    lambda folders, text: folders.write("templates/c.json", f'{{"description": "{text}"}}'),
    lambda folders, text: folders.write("templates/a.af.json", f'{{"subject": "{text}", "preheader": "x"}}'),
    lambda folders, text: folders.write("templates/partials/greeting.html", f"<p>{text}</p>"),
    lambda folders, text: folders.write("templates/partials/greeting.html", f"<p>{{{{#{text}}}}}</p>"),
    lambda folders, text: folders.write("templates/partials/greeting.af.html", f"<p>{text}</p>"),
    lambda folders, text: folders.write("templates/styles/mail.css", f"p{{color:{text}}}"),
    lambda folders, text: folders.write(
        "templates/shared.json", f'{{"$defs": {{"name": {{"title": "{text}"}}}}}}'
    ),
    lambda folders, text: folders.write("templates/settings.toml", f'locale = "en-ZA"\n# {text}\n'),
    lambda folders, text: folders.write(
        "templates/settings.toml", '[checks]\nerrors = ["missing-viewport"]\n'
    ),
    lambda folders, text: folders.write("fixtures/a/typical.json", f'{{"name": "{text}"}}'),
    lambda folders, text: folders.write("fixtures/b/typical.json", f'{{"name": "{text}", "more": 1}}'),
    lambda folders, text: folders.write(f"fixtures/c/{text}.json", '{"name": "Ann"}'),
    lambda folders, text: folders.write(f"templates/{text}.html", "<p>New</p>"),
    lambda folders, text: (folders.folder / "templates/a.html").write_bytes(b"\xff"),
    lambda folders, text: shutil.rmtree(folders.folder / "fixtures/c", ignore_errors=True),
)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_the_check_says_what_one_says_that_knows_nothing(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # Every mark counts at once; the change of one file takes longer than a step of the clock.
    monkeypatch.setattr(sight, "SETTLED_NS", -1_000_000_000)
    chance = random.Random(seed)
    folders.again()
    for number in range(5):
        for change in chance.sample(CHANGES, chance.randint(1, 2)):
            change(folders, f"word{number}")
        found = folders.again()
        assert found == folders.cold()
        assert found == folders.again()


def test_the_set_of_the_folders_is_whole(folders: Folders) -> None:
    templates = load_template_set(*folders.places)
    assert set(templates.templates) == set(NAMES)
    assert "a.af" in templates
    assert not templates.broken
