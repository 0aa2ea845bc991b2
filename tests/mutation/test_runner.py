"""The process that runs tests against mutants tells a test that fails from one that passes or hangs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import patience

ROOT = Path(__file__).parents[2]
SOURCE = "def double(number):\n    return 2 * number\n\n\ndef unused():\n    return 1\n"
# The first notices nothing, on purpose: a mutant that only it reaches must survive.
TESTS = (
    "from room.source import double\n\n\n"
    "def test_nothing():\n    pass\n\n\n"
    "def test_a_few():\n    assert [double(n) for n in range(3)] == [0, 2, 4]\n"
)
FEW = "tests/test_source.py::test_a_few"


class House:
    """A house of one room, and the runner in it."""

    def __init__(self, home: Path) -> None:
        self.source = home / "room/source.py"
        for name, text in {"room/source.py": SOURCE, "tests/test_source.py": TESTS}.items():
            (home / name).parent.mkdir()
            (home / name).write_text(text)
        (home / "tests/conftest.py").write_text(
            "from hypothesis import settings\nsettings.register_profile('quick')\n"
        )
        (home / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "tests/mutation/runner.py"],
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.process.communicate()


def test_it_knows_which_tests_reach_a_line(house: House) -> None:
    house.source.write_text(SOURCE)
    measured = house.ask(measure=["tests"], sources=["room/source.py"])
    assert measured["lines"]["room/source.py:2"] == [FEW]
    assert "room/source.py:6" not in measured["lines"], "no test reaches it"
    assert len(measured["lines"]["room/source.py:1"]) == 2, "whatever imports it reaches it"
    assert measured["seconds"].keys() == {FEW, "tests/test_source.py::test_nothing"}


@pytest.mark.parametrize(
    ("mutant", "outcome"),
    [
        (SOURCE, "survived"),
        (SOURCE.replace("2 * number", "number + number"), "survived"),
        (SOURCE.replace("2 * number", "3 * number"), "killed"),
        (SOURCE.replace("double", "twice"), "killed"),
        (SOURCE.replace("return 2 * number", "raise SystemExit"), "killed"),
    ],
    ids=["the source", "the same", "another result", "no such name", "an end"],
)
def test_it_tells_what_became_of_a_mutant(house: House, mutant: str, outcome: str) -> None:
    house.source.write_text(mutant)
    assert house.ask(tests=[FEW], seconds=patience()) == outcome


def test_a_mutant_that_never_ends_is_ended(house: House) -> None:
    house.source.write_text(SOURCE.replace("return 2 * number", "while True:\n        pass"))
    assert house.ask(tests=[FEW], seconds=1) == "timeout"
