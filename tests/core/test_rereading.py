"""A set that is read again after a save is equal to one that is read without any memory, in every respect."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import sight as sights
from app.core import template_reader
from app.core.compiler.origins import Origins
from app.core.loader import Reading, load_template_set, read_template_set
from app.core.sources import TemplateSet
from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError
from tests.core.folders import metadata, write

SHARED: dict[str, Any] = {"$defs": {"name": {"type": "string"}}}
CHOICE = {"type": "string", "x-display": {"kind": "choice", "words": {"A": "Ann", "B": "Bob"}}}


def contract(reference: str) -> bytes:
    return metadata(contract={"type": "object", "properties": {"name": {"$ref": reference}}})


CONTENTS: dict[str, list[bytes]] = {
    ".html": [b"<p>{{name}}</p>", b"<p>{{NAME}}</p>", b"<p>{{> head}}</p>", b"\xff", b"<p>{{#name}}</p>"],
    ".txt": [b"Hello {{name}}", b"Hello {{> head}}", b"Hallo\r\n", b"Hallo\n", b"\xef\xbb\xbfHallo\n"],
    ".css": [b"p { color: red }", b"p { color: tan }"],
    ".toml": [b'locale = "en-ZA"', b'locale = "af"', b"locale = 1", b"[checks]\nerrors = []"],
    ".json": [
        metadata(),
        metadata(subject="Other {{name}}"),
        metadata(contract={"type": "object", "properties": {"name": CHOICE}}),
        contract("../contracts/shared.json#/$defs/name"),
        contract("../contracts/.hidden/shared.json#/$defs/name"),
        b'{"$defs": {"name": {"type": "string"}}}',
        b'{"$defs": {"name": {"type": "number"}}}',
        b'{"$defs": {"name": {"$ref": "more.json#/$defs/name"}}}',
        b'{"subject": "Hallo", "preheader": ""}',
        b'{"subject": "Hallo", "preheader": "", "words": {"name": {"A": "An"}}}',
        b'{"name": "Ann"}',
        b'{"name": "Bob"}',
        b"[]",
        b"{",
    ],
}
TEMPLATES = [
    *("a/one.html", "a/one.json", "a/one.txt", "a/one.af.html", "a/one.af.json", "a/one.zu.html"),
    *("a/two.html", "a/two.json", "b/three.html", "b/three.json", "b/four.af.html", "node_modules.html"),
    *("partials/head.html", "partials/head.txt", "partials/head.af.html", "styles/main.css"),
    *("contracts/shared.json", "contracts/more.json", "contracts/.hidden/shared.json", "settings.toml"),
    *("a/.hidden.html", "a/odd\x01.html", "a/LOUD.HTML", "a/stray.txt"),
]
FIXTURES = [
    *("a/one/typical.json", "a/one/long.json", "a/one.af/typical.json", "a/two/typical.json"),
    *("b/three/typical.json", "b/none/typical.json", "node_modules/typical.json"),
]
PATHS = [*(f"templates/{each}" for each in TEMPLATES), *(f"fixtures/{each}" for each in FIXTURES)]
FOLDERS = ["templates/a", "templates/b", "templates/contracts", "fixtures/a/one", "fixtures/a", "fixtures"]
BEGIN = {
    **{f"templates/a/{name}.html": b"<p>{{name}}</p>" for name in ("one", "one.af", "two")},
    "templates/a/one.json": contract("../contracts/shared.json#/$defs/name"),
    "templates/a/one.af.json": b'{"subject": "Hallo", "preheader": ""}',
    "templates/a/two.json": metadata(),
    "templates/contracts/shared.json": CONTENTS[".json"][5],
    "templates/settings.toml": b'locale = "en-ZA"',
    "fixtures/a/one/typical.json": b'{"name": "Ann"}',
    "fixtures/a/two/typical.json": b'{"name": "Ann"}',
}


@dataclasses.dataclass(frozen=True)
class Edit:
    """One thing that a person or a program does to the files; what cannot be done is not."""

    kind: str
    name: str
    other: str
    content: bytes

    def __call__(self, root: Path) -> None:
        """Do it, and let the clock go on."""
        with contextlib.suppress(OSError):  # what is not there cannot be removed, and so on
            self._do(root / self.name, root / self.other)
        _tick(root)

    def _do(self, path: Path, other: Path) -> None:
        if self.kind == "write":
            write(path, self.content)
        elif self.kind == "in place":  # of the same size
            path.write_bytes(path.read_bytes().swapcase())
        elif self.kind == "backdated":
            about = path.stat()
            write(path.with_name("new"), self.content)
            os.utime(path.with_name("new"), ns=(about.st_atime_ns, about.st_mtime_ns))
            path.with_name("new").replace(path)
        elif self.kind == "remove":
            path.unlink()
        elif self.kind == "link":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(other)
        elif self.kind == "remove folder":
            shutil.rmtree(path)
        else:
            path.rename(other)


def _edit(name: str) -> st.SearchStrategy[Edit]:
    kinds = st.sampled_from([*["write"] * 6, "in place", "backdated", "remove", "move", "link"])
    content = st.sampled_from(CONTENTS[Path(name).suffix.lower()])
    return st.builds(Edit, kinds, st.just(name), st.sampled_from(PATHS), content)


EDITS = st.one_of(
    *[st.sampled_from(PATHS).flatmap(_edit)] * 8,
    st.builds(
        Edit,
        st.sampled_from(["remove folder", "move"]),
        st.sampled_from(FOLDERS),
        st.sampled_from([*FOLDERS, "elsewhere"]),
        st.just(b""),
    ),
)


def _tick(root: Path) -> None:
    """Until the clock of the file system has gone on, so that the next change has another time."""
    hand = root / "hand"
    hand.write_bytes(b"")
    now = hand.stat().st_ctime_ns
    while hand.stat().st_ctime_ns == now:
        hand.write_bytes(b"")


def begin(root: Path) -> None:
    for name, content in BEGIN.items():
        write(root / name, content)
    _tick(root)


def rested() -> int:
    """The time a minute later, when all files have rested: their marks alone are trusted."""
    return time.time_ns() + 60_000_000_000


def read(root: Path, before: Reading | None = None, clock: Callable[[], int] = rested) -> Reading:
    return read_template_set(root / "templates", root / "fixtures", before=before, again=True, clock=clock)


def plain(value: Any) -> Any:
    """All that ``value`` consists of, in its order, but for which files a set has read by now."""
    if isinstance(value, BbwsTemplatesError):
        return (type(value), str(value), value.location, value.remedy)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [
            each for each in dataclasses.fields(value) if (type(value), each.name) != (TemplateSet, "read")
        ]
        return (type(value), [plain(getattr(value, each.name)) for each in fields])
    if isinstance(value, Origins):
        return [plain(getattr(value, column)) for column in Origins.__slots__]
    if isinstance(value, Mapping):
        return [(key, plain(member)) for key, member in value.items()]
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


@given(st.lists(EDITS, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_after_any_edits_the_set_is_as_if_it_were_read_for_the_first_time(
    done: list[Edit],
) -> None:
    with TemporaryDirectory() as name:
        root = Path(name)
        begin(root)
        reading = read(root)
        for edit in done:
            edit(root)
            if not (root / "templates").is_dir():
                return
            reading = read(root, reading)
            cold = load_template_set(root / "templates", root / "fixtures")
            assert plain(reading.templates) == plain(cold)


def everything(workspace: Workspace) -> object:
    """The set, and of each mail its version, its files and what is compiled of it."""

    def tried(ask: Callable[[str], Any], name: str) -> Any:
        try:
            return plain(ask(name))
        except BbwsTemplatesError as error:
            return plain(error)

    asked = (workspace.fingerprint, workspace.dependencies, workspace.compilation)
    return plain(workspace.templates), [
        [tried(ask, name) for ask in asked] for name in workspace.editions(workspace.names())
    ]


@given(st.lists(EDITS, min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_versions_and_mails_are_those_of_a_workspace_without_memory(
    done: list[Edit],
) -> None:
    with TemporaryDirectory() as name:
        root = Path(name)
        begin(root)
        folders = (root / "templates", root / "fixtures")
        workspace = Workspace.load(*folders, again=True)
        for edit in done:
            everything(workspace)  # so that there is something to be kept
            edit(root)
            if not folders[0].is_dir():
                return
            before = {each: workspace.fingerprint(each) for each in workspace.templates.sources}
            workspace = Workspace.load(*folders, before=workspace, again=True)
            same, other = workspace.aftermath.same, workspace.aftermath.other
            assert everything(workspace) == everything(Workspace.load(*folders))
            # What is said of the versions before any is worked out.
            assert all(workspace.fingerprint(each) == before[each] for each in same)
            assert all(workspace.fingerprint(each) != before[each] for each in other)


def test_of_what_was_not_saved_nothing_is_read_or_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path)
    before = read(tmp_path)
    write(tmp_path / "templates/a/two.html", b"<p>{{name}}, saved</p>")
    opened: list[str] = []
    read_bytes = Path.read_bytes

    def noted(path: Path) -> bytes:
        opened.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    after = read(tmp_path, before)
    assert set(opened) == {"two.html"}
    assert after.templates.templates["a/one"] is before.templates.templates["a/one"]
    assert after.templates.translations["a/one.af"] is before.templates.translations["a/one.af"]
    assert "saved" in after.templates.templates["a/two"].html.text


def test_a_name_that_comes_or_goes_makes_nothing_anew_that_does_not_ask_for_it(tmp_path: Path) -> None:
    begin(tmp_path)
    before = read(tmp_path)
    for change in ("comes", "goes"):
        new = tmp_path / "templates/b/new.html"
        write(new, b"<p>new</p>") if change == "comes" else new.unlink()
        after = read(tmp_path, before)
        assert ("b/new" in after.templates.templates) == (change == "comes")
        assert after.templates.templates["a/one"] is before.templates.templates["a/one"]
        assert after.templates.translations["a/one.af"] is before.templates.translations["a/one.af"]
        before = after
    write(tmp_path / "templates/a/two.txt", b"Hello {{name}}")
    after = read(tmp_path, before)
    assert after.templates.templates["a/two"].text is not None
    assert after.templates.templates["a/one"] is before.templates.templates["a/one"]


def test_a_shared_contract_that_is_saved_makes_those_anew_that_refer_to_it(tmp_path: Path) -> None:
    begin(tmp_path)
    before = read(tmp_path)
    write(tmp_path / "templates/contracts/shared.json", b'{"$defs": {"name": {"type": "number"}}}')
    after = read(tmp_path, before).templates
    for source in (after.templates["a/one"], after.translations["a/one.af"]):
        assert source.metadata is not None
        assert source.metadata.contract["$defs"]["shared.name"] == {"type": "number"}
    assert after.templates["a/two"] is before.templates.templates["a/two"]


def test_what_is_written_twice_within_a_step_of_the_clock_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system whose clock has steps as long as two saves: only the size could tell them apart."""
    mark = sights.mark_of
    monkeypatch.setattr(sights, "mark_of", lambda status: (*mark(status)[:3], 0, 0))
    begin(tmp_path)
    file = tmp_path / "templates/a/one.html"
    reading = read(tmp_path, clock=time.time_ns)
    for text in ("<p>{{NAME}}</p>", "<p>{{Name}}</p>"):
        file.write_text(text, encoding="utf-8")
        reading = read(tmp_path, reading, clock=time.time_ns)
        assert reading.templates.templates["a/one"].html.text == text


def test_a_file_of_the_same_size_and_time_of_writing_is_another(tmp_path: Path) -> None:
    """As a checkout or ``cp -p`` leaves it."""
    begin(tmp_path)
    file = tmp_path / "templates/a/one.html"
    before, about = read(tmp_path), file.stat()
    file.write_bytes(b"<p>{{NAME}}</p>")
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert file.stat().st_mtime_ns == about.st_mtime_ns
    assert "NAME" in read(tmp_path, before).templates.templates["a/one"].html.text


def test_a_fixture_of_a_translation_takes_the_place_of_the_template_s_at_once(tmp_path: Path) -> None:
    begin(tmp_path)
    folders = (tmp_path / "templates", tmp_path / "fixtures")
    before = Workspace.load(*folders, again=True)
    versions = [before.fingerprint(name) for name in ("a/one", "a/one.af")]
    write(tmp_path / "fixtures/a/one.af/typical.json", b'{"name": "Anna"}')
    after = Workspace.load(*folders, before=before, again=True)
    assert after.fingerprint("a/one") == versions[0]
    assert after.fingerprint("a/one.af") != versions[1]


def test_a_file_that_was_away_for_the_moment_of_reading_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen, renamed away, looked for in vain, renamed back: between two sights no name has come or gone."""
    begin(tmp_path)
    before, file = read(tmp_path), tmp_path / "fixtures/a/one/typical.json"
    write(file, b'{"name": "Anna"}')
    with monkeypatch.context() as patch:
        patch.setattr(template_reader, "_fixture_files", lambda _: [])
        away = read(tmp_path, before)
    assert not away.templates.templates["a/one"].fixtures
    _tick(tmp_path)
    file.rename(tmp_path / "away")
    (tmp_path / "away").rename(file)
    assert read(tmp_path, away).templates.templates["a/one"].fixtures["typical"].data == {"name": "Anna"}
