"""Whole documents are followed, block by block, by somebody at a shell: ``make test-docs``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.commands import SHELL
from tests.documents.following import Reader
from tests.documents.markdown import ROOT, blocks
from tests.documents.remarks import not_run
from tests.documents.walks import WALKS
from tests.documents.worlds import desk, estates, releases
from tests.publishing.conftest import s3_server as s3_server  # the fixture

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


@pytest.mark.parametrize("name", followed("releases"))
def test_what_needs_releases(with_releases: Reader, name: str) -> None:
    follow(with_releases, name)


@pytest.mark.parametrize("name", followed("estates"))
def test_what_needs_an_account(with_estates: Reader, name: str) -> None:
    """In the order of the walk: one after the other, by an operator who has never seen the system."""
    follow(with_estates, name)
