"""What commands that publish to a directory leave alone there: sources, releases, files of somebody's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.publishing.directory_store import DirectoryStore
from tests.core.folders import metadata, write
from tests.publishing.samples import publish_to, release
from tests.publishing.shell import Shell
from tests.publishing.test_foreign_files import contents

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sources(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sources, which is the working folder."""
    project = shell.folder / "project"
    write(project / "templates/receipts/hello.html", "<p>Hello {{name}}</p>")
    write(project / "templates/receipts/hello.json", metadata())
    write(project / "fixtures/receipts/hello/typical.json", '{"name": "Ann"}')
    (project / "pictures").mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("BBWS_TEMPLATES", "templates")
    monkeypatch.setenv("BBWS_FIXTURES", "fixtures")
    monkeypatch.setenv("BBWS_BASELINES", "pictures")
    return project


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("templates", "it is templates"),
        ("templates/out", "it lies in templates"),
        ("fixtures/receipts", "it lies in fixtures"),
        ("pictures", "it is pictures"),
        ("", "it contains templates"),
        ("link/deeper", "it lies in templates"),
    ],
)
def test_nothing_is_published_among_the_sources(shell: Shell, sources: Path, place: str, words: str) -> None:
    """Emails have the paths of their sources, which would be lost."""
    publish_to(DirectoryStore(shell.folder / "dev"), release())
    (sources / "link").symlink_to("templates")
    before = contents(sources)
    to = ("--to", f"{sources.as_uri()}/{place}")
    for command in (
        ("plan", *to),
        ("publish", *to, "--yes"),
        ("publish", *to, "--yes", "--adopt", "--release", shell.release("first")),
        ("promote", "--from", (shell.folder / "dev").as_uri(), *to, "--yes"),
    ):
        shell(*command)
        assert (shell.status, words in " ".join(shell.err.split())) == (2, True), command
    assert contents(sources) == before
    shell(
        "publish", "--to", f"{sources.as_uri()}/.local/releases", "--yes", "--release", shell.release("first")
    )
    assert shell.status == 0


def test_nothing_is_published_into_the_folder_of_a_release_that_was_built(shell: Shell) -> None:
    folder = shell.release("first")
    shell("publish", "--to", Path(folder).as_uri(), "--release", folder, "--yes")
    assert (shell.status, "which is published from" in " ".join(shell.err.split())) == (2, True)


def test_a_plan_and_a_publish_name_the_files_that_would_be_overwritten(shell: Shell) -> None:
    mine = shell.folder / "target/receipts/receipt.html"
    write(mine, "my own")
    told = " ".join(shell("plan", "--to", shell.target, "--release", shell.release("first")).split())
    assert (
        "no readable release has put there: receipts/receipt.html. Publishing overwrites them with --adopt"
        in told
    )
    shell.publish("first")
    assert (shell.status, "--adopt" in shell.err, mine.read_text()) == (3, True, "my own")
    planned = shell.json("plan", "--to", shell.target, "--release", shell.release("first"))
    assert (planned["occupied"], planned["obstacles"]) == (["receipts/receipt.html"], [])
    shell.publish("first", "--adopt")
    assert shell.status == 0
    mine.unlink()
    mine.mkdir()
    output = shell.publish("second", "--adopt")
    assert shell.status == 3
    for text in (output, shell.err):
        assert "this is a folder, not a file" in " ".join(text.split())
