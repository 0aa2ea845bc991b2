"""Whole documents are followed, block by block, by somebody at a shell: ``make test-docs``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.commands import SHELL, commands
from tests.documents.following import Reader
from tests.documents.markdown import ROOT, Block, blocks, inline_code, rows
from tests.documents.remarks import REASONS, not_run
from tests.documents.walks import WALKS
from tests.documents.worlds import desk, estates, releases
from tests.publishing.conftest import s3_server as s3_server  # the fixture

TROUBLESHOOTING = ROOT / "docs" / "runbooks" / "troubleshooting.md"
pytestmark = [pytest.mark.heavy("docs"), pytest.mark.timeout(3600)]


def followed(world: str) -> list[str]:
    return [name for walk in WALKS if walk.world == world for name in walk.documents]


@pytest.fixture(scope="module")
def at_a_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with desk(tmp_path_factory.mktemp("desk")) as reader:
        yield reader


@pytest.fixture(scope="module")
def with_releases(s3_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with releases(tmp_path_factory.mktemp("releases"), s3_server) as reader:
        yield reader


@pytest.fixture(scope="module")
def with_estates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with estates(tmp_path_factory.mktemp("estates")) as reader:
        yield reader


def follow(reader: Reader, name: str) -> None:
    document = ROOT / name
    reader.follow(document)
    wanted = [block.place for block in blocks(document) if block.language == SHELL and not not_run(block)]
    assert wanted
    assert [place for place in reader.done if Path(ROOT, place.partition(":")[0]) == document] == wanted


@pytest.mark.parametrize("name", followed("desk"))
def test_what_needs_no_account(at_a_desk: Reader, name: str) -> None:
    follow(at_a_desk, name)


WITHOUT_ACCOUNT = ("check", "render", "publish --to local", "screenshots compare")


def test_the_daily_tasks_of_the_readme(tmp_path: Path) -> None:
    """Those that take a command and no account, as they stand in the table; in a checkout as it is cloned."""
    with desk(tmp_path) as reader:
        do_the_daily_tasks(reader)


def do_the_daily_tasks(reader: Reader) -> None:
    fixture = reader.checkout / "fixtures" / "receipts" / "receipt" / "typical.json"
    (reader.checkout / "data.json").write_bytes(fixture.read_bytes())
    starts = tuple(f"bbws-templates {verb}" for verb in WITHOUT_ACCOUNT)
    tasks = [code for _, code in inline_code(ROOT / "README.md") if code.startswith(starts)]
    assert len(tasks) >= 6
    for task in tasks:
        reader.type(Block(ROOT / "README.md", 0, SHELL, "", task))


@pytest.mark.parametrize("name", followed("releases"))
def test_what_needs_releases(with_releases: Reader, name: str) -> None:
    follow(with_releases, name)


def asked() -> list[str]:
    """The commands by which one cause is told from another, but those that only GitHub or AWS answers."""
    found = []
    for _, cells in rows(TROUBLESHOOTING):
        code = re.search(r"`([^`]+)`", cells[1]) if len(cells) == 3 else None
        text = re.sub(r"(?<![A-Z])ENV(?!=)", "prod", code[1]) if code else ""
        typed = list(commands(text))
        if typed and not any(
            REASONS[name].holds(command) for name in ("github", "account") for command in typed
        ):
            found.append(text)
    return [text for text in dict.fromkeys(found) if not text.startswith("make pipeline-")]


@pytest.mark.parametrize("question", asked())
def test_what_troubleshooting_asks_can_be_asked(with_estates: Reader, question: str) -> None:
    reader = with_estates
    fixture = reader.checkout / "fixtures" / "receipts" / "receipt" / "typical.json"
    (reader.checkout / "data.json").write_bytes(fixture.read_bytes())
    reader.folder = reader.checkout
    reader.type(Block(ROOT / "README.md", 0, SHELL, "", question))


@pytest.mark.parametrize("name", followed("estates"))
def test_what_needs_an_account(with_estates: Reader, name: str) -> None:
    """In the order of the walk: one after the other, by an operator who has never seen the system."""
    follow(with_estates, name)
