"""A folder of templates is read whole; one bad file never keeps the others from being used."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import SourceError
from app.core.findings import Severity
from app.core.loader import load_template_set
from tests.core.folders import METADATA, load, metadata, write
from tests.nobody import as_nobody


def test_a_template_comes_with_its_metadata_and_fixtures(folder: Path) -> None:
    source = load(folder).templates["a/one"]
    assert source.category == "a"
    assert source.metadata is not None
    assert source.metadata.subject == "Hello {{name}}"
    assert source.fixtures["typical"].data == {"name": "Ann"}


def test_templates_may_lie_at_any_depth_and_without_metadata(folder: Path) -> None:
    write(folder / "templates/x/y/z/deep.html", "<p>deep</p>")
    write(folder / "templates/top.html", "<p>top</p>")
    found = load(folder).templates
    assert set(found) == {"a/one", "top", "x/y/z/deep"}
    assert found["x/y/z/deep"].metadata is None


def test_partials_are_not_templates_and_are_found_by_both_names(folder: Path) -> None:
    write(folder / "templates/partials/layout/head.html", "<head></head>")
    write(folder / "templates/partials/foot.txt", "bye")
    found = load(folder)
    assert set(found.templates) == {"a/one"}
    assert (
        found.partials["layout/head"].text == found.partials["partials/layout/head"].text == "<head></head>"
    )
    assert found.text_partials["foot"].text == "bye"


def test_a_byte_order_mark_is_not_part_of_the_text(folder: Path) -> None:
    write(folder / "templates/a/one.html", b"\xef\xbb\xbf<p>x</p>")
    assert load(folder).templates["a/one"].html.text == "<p>x</p>"


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("templates/a/one.html", b"ab\nc\xc3\xa4\xff", ":2:3"),
        ("templates/a/one.html", b"x" * (2 * 1024 * 1024 + 1), "bytes"),
        ("templates/a/one.json", b"{", ":1:2"),
        ("templates/a/one.json", b"[]", "one.json:1:1: The metadata must be one JSON object."),
        ("templates/a/one.json", metadata(contract="x"), "/contract must be an object."),
        ("templates/a/one.json", metadata(sender="us"), "/sender must be an object."),
        ("templates/a/one.json", metadata(subject=7), "/subject must be text."),
        ("templates/a/one.json", metadata(stoppable="no"), "/stoppable must be true or false."),
        ("templates/a/one.json", metadata(description=""), "/description must not be empty."),
        ("templates/a/one.json", metadata(audience="all"), "/audience must be customer or internal."),
        (
            "templates/a/one.json",
            metadata(sender={"address": "us@example.com", "mail": ""}),
            "/sender/mail is not known. Known: name, address.",
        ),
        ("templates/a/one.json", json.dumps({**METADATA, "subjcet": "x"}).encode(), "/subjcet is not known"),
        ("templates/a/one.json", json.dumps({**METADATA, "subject": "a\nb"}).encode(), "one line"),
        (
            "templates/a/one.json",
            json.dumps({k: v for k, v in METADATA.items() if k != "sender"}).encode(),
            "/sender is missing",
        ),
    ],
)
def test_a_broken_template_is_recorded_with_its_place_and_the_others_go_on(
    folder: Path, file: str, content: bytes, words: str
) -> None:
    write(folder / "templates/b/two.html", "<p>fine</p>")
    write(folder / file, content)
    found = load(folder)
    assert set(found.templates) == {"b/two"}
    assert words in str(found.broken["a/one"])
    assert found.broken["a/one"].remedy


@pytest.mark.parametrize(
    ("content", "words"), [("{,}", ":1:2"), ("[1]", "one JSON object"), ('{"a":1,"a":2}', "twice")]
)
def test_a_broken_fixture_leaves_its_template_usable(folder: Path, content: str, words: str) -> None:
    write(folder / "fixtures/a/one/bad.json", content)
    source = load(folder).templates["a/one"]
    assert words in str(source.broken_fixtures["bad"])
    assert set(source.fixtures) == {"typical"}


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    write(folder / "secret.html", "secret")
    (folder / "templates/a/link.html").symlink_to(folder / "secret.html")
    found = load(folder)
    assert "leaves the folder" in str(found.broken["a/link"])


def test_files_that_belong_to_no_template_are_remarked_on(folder: Path) -> None:
    write(folder / "fixtures/a/gone/typical.json", "{}")
    write(folder / "templates/a/gone.txt", "text")
    assert len(load(folder).problems) == 2


def test_hidden_files_and_editors_left_overs_are_ignored(folder: Path) -> None:
    for name in (".one.html.swp", "one.html~", ".#one.html"):
        write(folder / "templates/a" / name, b"\xff")
    found = load(folder)
    assert set(found.templates) == {"a/one"}
    assert not found.broken


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"templates/a/bad\xff.html", "a/bad\\xff.html"),
        (b"templates/a/new\nline.html", "a/new\\nline.html"),
        (b"templates/a/escape\x1b[31m.html", "a/escape\\x1b[31m.html"),
        (b"templates/a/sep\xe2\x80\xa8.html", "a/sep\\u2028.html"),
        (b"templates/a/bad\xff.txt", "a/bad\\xff.txt"),
        (b"templates/partials/bad\xff.html", "partials/bad\\xff.html"),
        (b"templates/styles/bad\xff.css", "styles/bad\\xff.css"),
        (b"templates/bad\xff/good.html", "bad\\xff"),
        (b"fixtures/a/one/bad\xff.json", "a/one/bad\\xff.json"),
        (b"fixtures/a/bad\n/typical.json", "a/bad\\n"),
    ],
)
def test_a_name_that_cannot_be_written_is_one_error_and_the_others_go_on(
    folder: Path, name: bytes, shown: str
) -> None:
    write(folder / os.fsdecode(name), "{}")
    found = load(folder)
    assert set(found.templates) == {"a/one"}
    assert set(found.templates["a/one"].fixtures) == {"typical"}
    assert not found.broken
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("source", Severity.ERROR)
    assert str(problem.location).endswith(shown)
    assert "Rename" in problem.remedy
    assert all(character.isprintable() for character in str(problem.location) + problem.message)


def test_names_in_every_script_are_names(folder: Path) -> None:
    write(folder / "templates/收据/إيصال 👩‍💻.html", "<p>x</p>")
    found = load(folder)
    assert "收据/إيصال 👩‍💻" in found.templates
    assert found.problems == ()


@pytest.mark.parametrize(
    "file",
    [
        "templates/b/two.html",
        "templates/a/one.json",
        "templates/a/one.txt",
        "templates/partials/p.html",
        "fixtures/a/one/other.json",
    ],
)
def test_what_is_no_regular_file_is_refused_and_not_waited_for(folder: Path, file: str) -> None:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    found = load(folder)
    fixtures = [source.broken_fixtures for source in found.templates.values()]
    errors = [*found.broken.values(), *found.broken_partials.values()]
    errors += [error for broken in fixtures for error in broken.values()]
    (error,) = {str(error): error for error in errors}.values()
    assert "a pipe, not a file" in str(error)
    assert file in str(error)


def test_a_socket_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "templates/a")  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("talk.html")
        assert "a socket, not a file" in str(load(folder).broken["a/talk"])


def test_a_file_beyond_the_limit_is_not_read(folder: Path) -> None:
    with (folder / "templates/a/huge.html").open("wb") as file:
        file.truncate(1 << 42)  # no memory could hold it
    assert "bytes" in str(load(folder).broken["a/huge"])


def test_a_link_that_leads_to_itself_is_said(folder: Path) -> None:
    (folder / "templates/a/loop.html").symlink_to("loop.html")
    found = load(folder)
    assert "link" in str(found.broken["a/loop"])
    assert set(found.templates) == {"a/one"}


def test_a_link_that_leads_nowhere_is_said(folder: Path) -> None:
    (folder / "templates/a/one.json").unlink()
    (folder / "templates/a/one.json").symlink_to("gone.json")
    assert "cannot be read" in str(load(folder).broken["a/one"])


@pytest.mark.parametrize("name", ["two.HTML", "one.Json", "one.TXT", "mail.Css"])
def test_an_ending_in_capitals_is_remarked_on(folder: Path, name: str) -> None:
    write(folder / "templates/a" / name, "x")
    (problem,) = load(folder).problems
    assert problem.severity is Severity.WARNING
    assert name in str(problem.location)
    assert "Rename" in problem.remedy


@pytest.mark.parametrize("file", ["partials/p.html", "readme.md"])
def test_a_set_without_a_template_is_an_error(tmp_path: Path, file: str) -> None:
    write(tmp_path / "templates" / file, "x")
    (problem,) = load(tmp_path).problems
    assert problem.severity is Severity.ERROR
    assert "no template" in problem.message


def test_a_missing_templates_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--templates"):
        load(tmp_path)


def test_a_fixtures_folder_that_is_a_file_is_one_clear_error(folder: Path) -> None:
    write(folder / "data", "{}")
    with pytest.raises(SourceError, match="not a folder"):
        load_template_set(folder / "templates", folder / "data")


def test_a_missing_fixtures_folder_is_an_empty_one(tmp_path: Path) -> None:
    write(tmp_path / "templates/one.html", "x")
    assert load(tmp_path).templates["one"].fixtures == {}


@contextlib.contextmanager
def closed(path: Path) -> Iterator[None]:
    """``path`` may not be read, and we are somebody whom that stops."""
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        with as_nobody():
            yield
    finally:
        path.chmod(mode)


@pytest.fixture
def open_folder(folder: Path) -> Iterator[Path]:
    """The same where other users may go; pytest keeps its folders to whoever runs it."""
    with tempfile.TemporaryDirectory() as home:
        copy = Path(shutil.copytree(folder, Path(home) / "set"))
        for path in (Path(home), copy):
            path.chmod(0o755)
        yield copy


@pytest.mark.parametrize(
    "path",
    ["templates/a/one.html", "templates/a", "fixtures/a/one/typical.json", "fixtures/a/one", "fixtures/a"],
)
def test_what_may_not_be_read_is_named_and_keeps_nothing_else_from_being_used(
    open_folder: Path, path: str
) -> None:
    write(open_folder / "templates/b/two.html", "<p>two</p>")
    with closed(open_folder / path):
        found = load(open_folder)
    assert "b/two" in found.templates
    broken = list(found.broken.values())
    for template in found.templates.values():
        broken += template.broken_fixtures.values()
    said = [(error.location, error.message) for error in broken]
    said += [(problem.location, problem.message) for problem in found.problems]
    assert [message for where, message in said if where and where.file.endswith(path)] in (
        ["The file cannot be read: Permission denied."],
        ["The folder cannot be read: Permission denied."],
    )
