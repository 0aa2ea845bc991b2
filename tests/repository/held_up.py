"""A test that `test_ending` ends: its fixture has started a program, and it never comes to its end."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publishing.servers import started


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with started(["sleep", "3600"], tmp_path_factory.mktemp("program") / "log"):
        yield


def test_for_ever(program: None) -> None:
    Path(os.environ["BBWS_BEGUN"]).write_text(str(os.getpid()))
    time.sleep(3600)
