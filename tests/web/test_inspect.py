"""Where elements were written, over HTTP; and addresses for an editor, harmless ones and for here alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from app.cli import cli, run
from app.core.compiler.compilation import compile_template
from app.core.judging import Rendered
from app.core.loader import load_template_set
from app.core.placing import placed_elements
from app.web.editors import KNOWN, Editor, editor_of_settings
from app.web.settings import ServerSettings
from bbws_templates.faults import TargetError
from bbws_templates.mailing import render_email
from tests.web.calling import Caller
from tests.web.conftest import Folders

MAIL = "mails/greeting"
PATTERN = "x-editor://open?file={path}&line={line}"


def test_each_element_has_the_line_of_its_tag(folders: Folders, caller: Caller) -> None:
    answer = caller.get(f"/api/places/{MAIL}?fixture=typical").json()
    placed = [(each["name"], answer["files"][each["file"]], each["line"]) for each in answer["elements"]]
    names = [name for name, _, _ in placed]
    assert names == ["html", "head", "meta", "title", "body", "p", "h1", "p"]
    greeting, header = (
        str(folders.templates / path) for path in ("mails/greeting.html", "partials/header.html")
    )
    assert placed[5] == ("p", header, 1)
    assert placed[6] == ("h1", greeting, 6)
    for name, file, line in placed:
        assert f"<{name}" in Path(file).read_text(encoding="utf-8").splitlines()[line - 1]


def test_places_are_of_the_mail_with_these_data(caller: Caller) -> None:
    draft = caller.render(MAIL, {"data": {"name": "A", "note": "B"}}).json()["preview"].split("?")[1]
    assert len(caller.get(f"/api/places/{MAIL}?{draft}").json()["elements"]) == 8
    for query, status in (("fixture=gone", 404), ("draft=gone", 404), ("fixture=minimal", 422)):
        assert caller.get(f"/api/places/{MAIL}?{query}").status_code == status
    assert caller.get(f"/api/places/{MAIL}?fixture=minimal&lenient=1").status_code == 200
    assert caller.get("/api/places/mails/gone").status_code == 404


def test_what_stands_in_a_template_element_is_none_of_the_mails(tmp_path: Path) -> None:
    html = (
        "<!doctype html>\n<html><head><title>x</title></head><body>\n<template><p>t</p></template>\n"
        "<p>a</p>\n<svg><template><g></g></template></svg></body></html>"
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mail.html").write_text(html, encoding="utf-8")
    templates = load_template_set(tmp_path / "templates", tmp_path / "fixtures")
    compilation = compile_template(templates.templates["mail"], templates)
    placed = placed_elements(compilation, Rendered(render_email(compilation.compiled, {}), {}))
    (paragraph,) = (each for each in placed if each.name == "p")
    assert paragraph.place.line == 4
    names = ["html", "head", "title", "body", "template", "p", "svg", "template", "g"]
    assert [each.name for each in placed] == names  # as querySelectorAll("*") of Chromium has them


# --- editors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_editor_gets_path_line_and_column(name: str, tmp_path: Path) -> None:
    address = Editor.of(name).address(tmp_path / "a.html")
    assert str(tmp_path) in address
    assert address.count("{line}") == address.count("{column}") == 1


@pytest.mark.parametrize(
    "name", ["a b&line=9#x?y.html", "{line}%2f'\"<b>;:.html", "é\u202e.html", "a\\b.html"]
)
def test_a_path_is_encoded_whatever_it_holds(tmp_path: Path, name: str) -> None:
    address = Editor.of(PATTERN).address(tmp_path / name).replace("{line}", "7")
    assert address.isascii()
    parts = urlsplit(address)
    assert parse_qs(parts.query, strict_parsing=True) == {"file": [str(tmp_path / name)], "line": ["7"]}
    assert not parts.fragment


NO_EDITORS = [
    "javascript:alert({path})",
    "JavaScript:{path}",
    "java\tscript:{path}",
    " javascript:{path}",
    "data:text/html,{path}",
    "http://evil.example/{path}",
    "HTTPS://evil.example/{path}",
    "//evil.example/{path}",
    "file://{path}",
    "blob:{path}",
    "vbscript:{path}",
    "view-source:{path}",
    "{path}:x",
    "{line}://{path}",
    "emacs",
    "x://open",
    "x://{path}{other}",
    "x://{path}}",
    "x://é{path}",
    "",
]


@pytest.mark.parametrize("text", NO_EDITORS)
def test_what_is_no_editor_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Editor.of(text)
    if text:
        # By its parent, as people call it: a command keeps the options of help that it was first called with.
        refused = CliRunner().invoke(cli, ["serve", "--editor", text])
        assert refused.exit_code == 2
        assert "--editor" in refused.output
        assert "Traceback" not in refused.output


@pytest.mark.parametrize("text", NO_EDITORS)
def test_settings_name_no_editor_that_the_command_would_refuse(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bbws-templates.toml"
    file.write_text(f"[preview]\neditor = {json.dumps(text)}\n", encoding="utf-8")
    assert run(["serve", "--settings", str(file)]) == 2
    said = capsys.readouterr().err
    assert str(file) in "".join(said.splitlines())
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("preview = 1", "not a table"),
        ("[preview]\neditr = 'vscode'", "'editr' is not known; it may have editor"),
        ("[preview]\neditor = 1", "not a text"),
    ],
)
def test_settings_that_are_wrong_about_the_preview_say_what(table: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "bbws-templates.toml"
    file.write_text(table, encoding="utf-8")
    with pytest.raises(TargetError, match=re.escape(says)):
        editor_of_settings(file)


def test_the_settings_name_the_editor_unless_the_command_does(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[ServerSettings] = []
    monkeypatch.setattr("app.commands.serve.serve", served.append)
    file = folders.home / "bbws-templates.toml"
    words = ["serve", "--settings", str(file), "--templates", str(folders.templates)]
    for table, option, pattern in (
        ("", [], None),
        ("[preview]", [], None),
        (f"[preview]\neditor = '{PATTERN}'", [], PATTERN),
        ("[preview]\neditor = 'idea'", [], KNOWN["idea"]),
        ("[preview]\neditor = 'idea'", ["--editor", "vscode"], KNOWN["vscode"]),
    ):
        file.write_text(table, encoding="utf-8")
        done = CliRunner().invoke(cli, [*words, *option])
        assert done.exit_code == 0, done.output
        editor = served.pop().editor
        assert (editor and editor.pattern) == pattern


def editors_of(caller: Caller, **options: object) -> set[bool]:
    parts = caller.get(f"/api/sources/{MAIL}", **options).json()["files"]
    return {bool(part.get("editor")) for part in parts}


def test_only_this_machine_is_told_where_files_lie(calling: Callable[..., Caller]) -> None:
    editor = Editor.of(PATTERN)
    assert editors_of(calling()) == {False}
    own = calling(editor=editor, allowed_hosts=("preview.example",))
    for host, told in (
        ("127.0.0.1:8025", True),
        ("localhost", True),
        ("[::1]:1", True),
        ("preview.example", False),
    ):
        assert editors_of(own, headers={"host": host}) == {told}, host
    exposed = calling(editor=editor, host="0.0.0.0", token="t")
    for host in ("127.0.0.1:8025", "localhost", "192.168.0.7"):
        assert editors_of(exposed, headers={"host": host}) == {False}, host


def test_a_file_outside_the_folders_has_no_address(folders: Folders, calling: Callable[..., Caller]) -> None:
    outside = folders.home / "secret.html"
    outside.write_text("<p>out</p>", encoding="utf-8")
    (folders.templates / "partials/linked.html").symlink_to(outside)
    folders.write(f"templates/{MAIL}.html", "<!doctype html><html lang=en><title>x</title>{{> linked}}")
    caller = calling(editor=Editor.of(PATTERN))
    for part in caller.get(f"/api/sources/{MAIL}").json()["files"]:
        assert "secret" not in part["editor"]
