"""The compilation says which files it read; what has not been touched is not compiled again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.compiler.compilation import dependencies_of
from app.core.compiler.dependencies import Role
from app.core.errors import SourceError
from app.core.workspace import Workspace
from tests.core.folders import METADATA, write

ROOT = Path(__file__).resolve().parents[2]
SHARED = {"$defs": {"name": {"$ref": "further.json#/$defs/word"}}}
FILES = {
    "templates/a/one.html": '<link rel="stylesheet" href="mail.css">{{> outer}}',
    "templates/a/one.txt": "{{> greeting}}",
    "templates/a/one.json": json.dumps(
        {
            **METADATA,
            "contract": {
                "type": "object",
                "properties": {"name": {"$ref": "../contracts/common.json#/$defs/name"}},
            },
        }
    ),
    "templates/a/one.af.html": "<p>Hallo {{> inner}}</p>",
    "templates/a/one.af.json": json.dumps({"subject": "Dag {{name}}", "preheader": ""}),
    "templates/a/two.html": "<p>on its own</p>",
    "templates/contracts/common.json": json.dumps(SHARED),
    "templates/contracts/further.json": json.dumps({"$defs": {"word": {"type": "string"}}}),
    "templates/partials/outer.html": "{{> inner}}",
    "templates/partials/inner.html": "<b>{{name}}</b>",
    "templates/partials/inner.af.html": "<i>{{name}}</i>",
    "templates/partials/greeting.txt": "Hello {{name}}",
    "templates/partials/unused.html": "<p>nobody asks for it</p>",
    "templates/a/mail.css": '@import "../styles/base.css"; b { color: #111111 }',
    "templates/styles/base.css": "i { color: #222222 }",
    "templates/styles/unused.css": "p { color: #333333 }",
    "templates/settings.toml": 'locale = "en-ZA"',
    "fixtures/a/one/typical.json": json.dumps({"name": "Ann"}),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        write(tmp_path / name, text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(before: Workspace | None = None) -> Workspace:
    return Workspace.load(Path("templates"), Path("fixtures"), before=before)


def test_a_compilation_names_each_file_that_it_read_in_its_role(folder: Path) -> None:
    read = load().compilation("a/one").dependencies
    assert [(each.role, each.file.label) for each in read] == [
        (Role.HTML, "templates/a/one.html"),
        (Role.TEXT, "templates/a/one.txt"),
        (Role.METADATA, "templates/a/one.json"),
        (Role.CONTRACT, "templates/contracts/common.json"),
        (Role.CONTRACT, "templates/contracts/further.json"),
        (Role.PARTIAL, "templates/partials/outer.html"),
        (Role.PARTIAL, "templates/partials/inner.html"),
        (Role.STYLESHEET, "templates/a/mail.css"),
        (Role.STYLESHEET, "templates/styles/base.css"),
        (Role.PARTIAL, "templates/partials/greeting.txt"),
        (Role.FIXTURE, "fixtures/a/one/typical.json"),
    ]


def test_a_translation_is_made_of_its_own_partials_and_compared_with_the_original(folder: Path) -> None:
    read = {each.file.label: each.role for each in load().compilation("a/one.af").dependencies}
    assert read["templates/partials/inner.af.html"] == Role.PARTIAL
    assert read["templates/partials/inner.html"] == Role.PARTIAL
    assert read["templates/a/one.html"] == read["templates/a/one.txt"] == Role.ORIGINAL
    assert read["templates/a/one.json"] == read["templates/a/one.af.json"] == Role.METADATA


def test_what_is_read_is_known_without_the_compiling() -> None:
    ours = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    for name in ours.editions():
        found = dependencies_of(ours.source(name), ours.templates)
        assert found == ours.compilation(name).dependencies
        assert len(found) > 20


def test_a_template_at_fault_is_made_of_what_was_read_until_then(folder: Path) -> None:
    write(folder / "templates/partials/outer.html", "{{> inner}}{{> missing}}{{> unused}}")
    lacking = load()
    with pytest.raises(Exception, match="There is no partial 'missing'"):
        lacking.compilation("a/one")
    labels = [each.file.label for each in lacking.dependencies("a/one")]
    assert "templates/partials/inner.html" in labels
    assert "templates/partials/unused.html" not in labels
    write(folder / "templates/partials/missing.html", "<p>it is here</p>")
    assert load(lacking).fingerprint("a/one") != lacking.fingerprint("a/one")
    assert load(lacking).compilation("a/one").compiled.html


def test_a_file_that_cannot_be_read_has_a_fingerprint_and_no_files(folder: Path) -> None:
    write(folder / "templates/a/one.json", "{")
    broken = load()
    with pytest.raises(SourceError):
        broken.dependencies("a/one")
    write(folder / "templates/a/one.json", "[")
    assert load().fingerprint("a/one") != broken.fingerprint("a/one")


@pytest.mark.parametrize(
    ("path", "affected"),
    [
        ("templates/a/one.html", ["a/one", "a/one.af"]),
        ("templates/a/one.txt", ["a/one", "a/one.af"]),
        ("templates/a/one.af.html", ["a/one.af"]),
        ("templates/a/two.html", ["a/two"]),
        ("templates/partials/outer.html", ["a/one"]),
        ("templates/partials/inner.html", ["a/one", "a/one.af"]),
        ("templates/partials/inner.af.html", ["a/one.af"]),
        ("templates/partials/greeting.txt", ["a/one"]),
        ("templates/partials/unused.html", []),
        ("templates/a/mail.css", ["a/one"]),
        ("templates/styles/base.css", ["a/one"]),
        ("templates/styles/unused.css", []),
        ("templates/contracts/further.json", ["a/one", "a/one.af"]),
        ("fixtures/a/one/typical.json", ["a/one", "a/one.af"]),
        ("templates/settings.toml", ["a/one", "a/one.af", "a/two"]),
        ("templates/partials/new.html", []),
        ("templates/partials/inner.zu.html", ["a/one", "a/one.af"]),
    ],
)
def test_only_what_a_file_belongs_to_is_compiled_again(folder: Path, path: str, affected: list[str]) -> None:
    """A new name may be what a template means by it: it concerns those that include something called so."""
    before = load()
    versions = {name: before.fingerprint(name) for name in before.editions()}
    made = {name: before.compilation(name) for name in before.editions()}
    text = (folder / path).read_text() if path in FILES else "<p>"
    write(
        folder / path,
        text + {"json": " ", "toml": "\n[compiler]\nremove_unused = true\n"}.get(path[-4:], " "),
    )
    after = load(before)
    again = [name for name in after.editions() if after.compilation(name) is not made[name]]
    assert again == affected
    changed = [name for name in after.editions() if after.fingerprint(name) != versions[name]]
    assert changed == (affected if path in FILES else [])


def test_what_is_kept_is_what_would_be_made(folder: Path) -> None:
    before = load()
    names = before.editions()
    assert [before.compilation(name).source.name for name in names] == list(names)
    assert all(map(before.fingerprint, names))
    write(folder / "templates/a/two.html", "<p>other</p>")
    kept, fresh = load(before), load()
    assert [kept.compilation(name).compiled for name in names] == [
        fresh.compilation(name).compiled for name in names
    ]


def test_a_translation_that_comes_concerns_all_editions_of_its_mail_and_no_other_mail(folder: Path) -> None:
    before = load()
    assert all(map(before.fingerprint, before.editions()))
    made = {name: before.compilation(name) for name in before.editions()}
    write(folder / "templates/a/one.zu.html", "<p>Sawubona</p>")
    write(folder / "templates/a/one.zu.json", json.dumps({"subject": "Sawubona", "preheader": ""}))
    after = load(before)
    assert [name for name in made if after.compilation(name) is not made[name]] == ["a/one", "a/one.af"]
