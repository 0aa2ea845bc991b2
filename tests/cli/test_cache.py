"""A check that has been made is not made again; nothing that is remembered ever hides what has changed."""

from __future__ import annotations

import hashlib
import json
import os
import py_compile
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.core import cache
from app.core.cache import CacheFolder
from app.core.checked import digest_of_folders
from app.core.compiler.compilation import compile_template
from app.core.loader import Reading, read_template_set

AGAIN = "Nothing has changed"
MAIL = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A</title>'
    "<style>p{color:#333333}</style></head><body><p>Dear {{name}}</p></body></html>"
)
METADATA = {
    "description": "Says something.",
    "audience": "customer",
    "sender": {"name": "Us", "address": "us@example.com"},
    "subject": "Hello {{name}}",
    "preheader": "A word",
    "contract": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "description": "Whom."}},
    },
}


class Check:
    """``check`` of a small set with a cache of its own, and which templates it has compiled."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.folder, self.cache, self.compiled = folder, folder / "cache", list[str]()
        self._capsys = capsys
        for name in ("one", "two"):
            self.write(f"templates/{name}.html", MAIL)
            self.write(f"templates/{name}.json", json.dumps(METADATA))
            self.write(f"fixtures/{name}/typical.json", '{"name": "Ann"}')
        compiling = compile_template

        def noted(source: object, templates: object) -> object:
            self.compiled.append(source.name)  # type: ignore[attr-defined]
            return compiling(source, templates)  # type: ignore[arg-type]

        monkeypatch.setattr("app.core.workspace.compile_template", noted)
        # At midnight a waiver may end, and all is checked again.
        monkeypatch.setattr("app.commands.check.utc_now", lambda: datetime(2027, 1, 1, 12, tzinfo=UTC))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def __call__(self, *words: str) -> str:
        self.compiled.clear()
        folders = ["--templates", str(self.folder / "templates"), "--fixtures", str(self.folder / "fixtures")]
        run(["check", *words, *folders, "--cache", str(self.cache)])
        return self._capsys.readouterr().out


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Check:
    return Check(tmp_path, capsys, monkeypatch)


def test_what_has_not_changed_is_not_checked_again_and_says_the_same(check: Check) -> None:
    first = check("--json")
    assert sorted(check.compiled) == ["one", "two"]
    assert check("--json") == first
    assert check.compiled == []
    assert AGAIN in check()
    assert stat_of(check.cache) == "700"


def stat_of(folder: Path) -> str:
    return f"{folder.stat().st_mode & 0o777:o}"


def test_only_what_a_change_concerns_is_checked_again(check: Check) -> None:
    check()
    check.write("templates/two.html", MAIL.replace("Dear", "Hello"))
    check()
    assert check.compiled == ["two"]


@pytest.mark.parametrize(
    "change",
    [
        lambda check: check.write(
            "templates/one.html", MAIL.replace("<p>", "<p><img src=https://x.test/a.png>")
        ),
        lambda check: check.write("templates/one.json", json.dumps(METADATA | {"subject": "{{nmae}}"})),
        lambda check: check.write("fixtures/one/typical.json", '{"name": 7}'),
        lambda check: check.write("fixtures/one/other.json", '{"nmae": "Ann"}'),
        lambda check: shutil.rmtree(check.folder / "fixtures/one"),
        lambda check: check.write("templates/settings.toml", "nonsense ="),
        lambda check: check.write("templates/three.html", "<p>{{#a}}</p>"),
        lambda check: (check.folder / "templates/one.json").unlink(),
    ],
    ids=[
        "html",
        "metadata",
        "fixture",
        "further-fixture",
        "no-fixture",
        "settings",
        "template",
        "no-metadata",
    ],
)
def test_no_change_is_hidden(check: Check, change: Callable[[Check], object]) -> None:
    before = check("--json")
    change(check)
    found = check("--json")
    check.cache = Path(os.devnull)
    assert found == check("--json")
    assert found != before


def test_an_error_is_looked_at_each_time(check: Check) -> None:
    check.write("templates/one.html", MAIL.replace("Dear", "{{> who}}"))
    for _ in range(2):
        assert "who" in check()
        assert "one" in check.compiled
    check.write("templates/partials/who.html", "Dear")
    assert "0 errors" in check()


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"{}"])
def test_a_damaged_document_is_none(check: Check, damage: bytes) -> None:
    first = check("--json")
    for path in check.cache.iterdir():
        path.write_bytes(damage or path.read_bytes()[:-1])
    assert check("--json") == first
    assert sorted(check.compiled) == ["one", "two"]


def test_a_folder_that_others_could_write_to_is_not_believed(check: Check) -> None:
    first = check("--json")
    check.cache.chmod(0o770)
    assert check("--json") == first
    assert sorted(check.compiled) == ["one", "two"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_where_nothing_can_be_kept_the_check_is_the_same(check: Check, kind: str) -> None:
    elsewhere = check.folder / "elsewhere"
    if kind == "file":
        check.cache.write_text("", encoding="utf-8")
    else:
        elsewhere.mkdir(mode=0o755)
        check.cache.symlink_to(elsewhere)
    assert "Check passed" in check()
    assert "Check passed" in check()
    assert sorted(check.compiled) == ["one", "two"]
    assert not elsewhere.exists() or not any(elsewhere.iterdir())


def test_another_version_of_the_program_begins_anew(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    monkeypatch.setattr(cache, "tool_digest", lambda: "another")
    check()
    assert sorted(check.compiled) == ["one", "two"]


def test_what_python_keeps_of_a_run_is_no_other_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("app", "bbws_templates"):
        (tmp_path / package / "room").mkdir(parents=True)
    module = tmp_path / "app/room/module.py"
    module.write_text("one = 1\n", encoding="utf-8")
    monkeypatch.setattr(cache, "_ROOT", tmp_path)
    digest = cache.tool_digest.__wrapped__
    installed = digest()
    py_compile.compile(str(module))
    assert list(tmp_path.glob("app/room/__pycache__/*"))
    assert digest() == installed
    module.write_text("one = 10\n", encoding="utf-8")
    assert digest() != installed


def test_a_document_that_is_not_as_it_was_kept_is_none_though_json_reads_it(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path / "cache")
    folder.keep("key", {"errors": 1})
    assert folder.find("key") == {"errors": 1}
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b":1}", b":0}"))
    assert folder.find("key") is None


@pytest.mark.parametrize("saved", [False, True])
def test_a_document_of_another_shape_is_none_whatever_its_digest_says(check: Check, saved: bool) -> None:
    waivers = [{"rule": "fixtures-few", "reason": "Enough.", "until": "2999-01-01"}]
    check.write("templates/two.json", json.dumps({**METADATA, "waivers": waivers}))
    check("--json")
    warm = {path: path.read_bytes() for path in check.cache.iterdir()}
    if saved:
        check.write("templates/one.html", f"{MAIL}<!-- saved -->")
    said = check("--json")
    for path, kept in warm.items():
        document = json.loads(kept.partition(b"\n")[2])
        if saved == (
            "renders" in document
        ):  # a report is asked for where nothing has changed, others elsewhere
            continue
        for other in (["a"], {"words": 1}, *with_one_member_otherwise(document), "["):
            for each in check.cache.iterdir():
                each.unlink()
            for each, content in warm.items():
                each.write_bytes(content)
            text = b"[" * 100_000 + b"]" * 100_000 if other == "[" else json.dumps(other).encode()
            path.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
            assert check("--json") == said, other


def with_one_member_otherwise(document: Any) -> Iterator[Any]:
    """The document with something else for each of its members, and for the first of what is in that."""
    for name, member in document.items():
        yield {**document, name: 1.5}
        if isinstance(member, list) and member:
            yield {**document, name: [None, *member[1:]]}
        elif isinstance(member, dict) and member:
            yield {**document, name: {**member, next(iter(member)): None}}


def test_a_day_later_waivers_may_have_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.html").write_text("a", encoding="utf-8")
    days = {digest_of_folders([tmp_path], [], date(2027, 1, day)) for day in (1, 2, 1)}
    monkeypatch.chdir(tmp_path)  # from where files have other names
    assert digest_of_folders([tmp_path], [], date(2027, 1, 1)) not in days
    assert len(days) == 2
    assert "" not in days


@pytest.mark.parametrize("oddity", ["pipe", "linked folder", "large file", "closed folder"])
def test_folders_of_which_no_digest_is_sure_are_always_checked(tmp_path: Path, oddity: str) -> None:
    odd = tmp_path / "set/odd.html"
    odd.parent.mkdir()
    if oddity == "pipe":
        os.mkfifo(odd)
    elif oddity == "large file":
        odd.write_bytes(b" " * 5_000_000)
    elif oddity == "closed folder":
        if os.geteuid() == 0:
            odd.with_suffix("").symlink_to("/proc/self/nothing", target_is_directory=True)
            (tmp_path / "set/odd.css").symlink_to("/nowhere/at/all")
        else:
            odd.with_suffix("").mkdir(mode=0)
    else:
        (tmp_path / "other").mkdir()
        (tmp_path / "set/linked").symlink_to(tmp_path / "other", target_is_directory=True)
    assert digest_of_folders([tmp_path / "set"], [], date(2027, 1, 1)) == ""


def test_it_holds_no_more_than_it_may_and_keeps_what_is_used(tmp_path: Path) -> None:
    small = CacheFolder(tmp_path / "small", most_bytes=50_000)
    for number in range(200):
        small.keep(f"key {number}", "x" * 1000)
        assert small.find("key 0")
    held = sum(path.stat().st_size for path in (tmp_path / "small").iterdir())
    assert held < 50_000 + 51 * 1100


def test_what_is_not_its_own_stays(tmp_path: Path) -> None:
    theirs = tmp_path / "letter.txt"
    tmp_path.chmod(0o700)
    theirs.write_bytes(b"x" * 5000)
    os.utime(theirs, (1, 1))
    CacheFolder(tmp_path, most_bytes=1000).keep("key", "x" * 500)
    assert theirs.exists()


def test_a_file_that_is_saved_while_it_is_checked_is_remembered_as_neither(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = MAIL.replace("Dear", "{{> nobody}}")
    check.write("templates/one.html", broken)
    reading = read_template_set

    def mended(*folders: Path, **options: Any) -> Reading:
        check.write("templates/one.html", MAIL)
        return reading(*folders, **options)

    monkeypatch.setattr("app.core.workspace.read_template_set", mended)
    assert "0 errors" in check()
    monkeypatch.undo()
    check.write("templates/one.html", broken)
    assert "nobody" in check()


def test_many_at_once_read_what_was_written_or_nothing(tmp_path: Path) -> None:
    wrong: list[object] = []

    def work(seed: int) -> None:
        folder = CacheFolder(tmp_path / "shared", most_bytes=20_000)
        for number in range(60):
            key = f"key {number % 7}"
            folder.keep(key, [key] * (50 + seed))
            found = folder.find(key)
            if found is not None and set(found) != {key}:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert not [path for path in (tmp_path / "shared").iterdir() if path.name.startswith(".")]
