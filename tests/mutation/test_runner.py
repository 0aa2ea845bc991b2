"""The process that runs tests against mutants tells a test that fails from one that passes or hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mutation import runner

ROOT = Path(__file__).parents[2]
SOURCE = """\
TWO = 2


class Doubling:
    def double(self, number):
        def times(count):
            return count * number
        return times(TWO)


def unused():
    return 1
"""
# The first notices nothing, on purpose: a mutant that only it reaches must survive.
TESTS = """\
import pytest
from room.source import Doubling


def test_nothing():
    pass


def test_a_few():
    assert [Doubling().double(n) for n in range(3)] == [0, 2, 4]


@pytest.fixture(scope="module")
def four():
    return Doubling().double(2)


def test_it_is_even(four):
    assert four % 2 == 0


def test_it_is_four(four):
    assert four == 4
"""
NOTHING, FEW, EVEN, FOUR = (
    f"tests/test_source.py::test_{name}" for name in ("nothing", "a_few", "it_is_even", "it_is_four")
)
LINE = 7
"""Of the source: where the work is done."""


class House:
    """A house of one room, and the runner in it."""

    def __init__(self, home: Path) -> None:
        self.source = home / "room/source.py"
        for name, text in {"room/source.py": SOURCE, "tests/test_source.py": TESTS}.items():
            (home / name).parent.mkdir()
            (home / name).write_text(text)
        self.write(SOURCE)
        (home / "tests/conftest.py").write_text(
            "from hypothesis import settings\nsettings.register_profile('quick')\n"
        )
        (home / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "tests/mutation/runner.py", "hypothesis"],
            cwd=home,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # each takes its time in each process
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def write(self, text: str) -> None:
        """As in one and the same second: what was compiled of a text before it must not stand for it."""
        self.source.write_text(text)
        os.utime(self.source, (0, 0))

    def ask(self, **question: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    assert made.ask(collect=["tests"]) == "ready"
    yield made
    made.process.communicate()


def test_it_knows_which_tests_reach_a_line(house: House) -> None:
    house.write(SOURCE)
    measured = house.ask(measure=["tests"], sources=["room/source.py"])
    tests = list(measured["seconds"])
    assert sorted(tests, key=measured["seconds"].__getitem__) == tests, "the quickest first"
    reaching = {tests[number] for number in measured["lines"][f"room/source.py:{LINE}"]}
    assert reaching == {FEW, EVEN, FOUR}, "also who shares a fixture"
    assert "room/source.py:12" not in measured["lines"], "no test reaches it"
    assert len(measured["lines"]["room/source.py:1"]) == 4, "whatever imports it reaches it"
    assert "room/source.py:1" in measured["early"]
    assert f"room/source.py:{LINE}" not in measured["early"]
    assert measured["seconds"].keys() == {NOTHING, FEW, EVEN, FOUR}


INSIDE = {
    "the same": (SOURCE.replace("count * number", "number * count"), "survived"),
    "another result": (SOURCE.replace("count * number", "count + number"), "killed"),
    "another argument": (SOURCE.replace("times(TWO)", "times(3)"), "killed"),
    "no such name": (SOURCE.replace("count * number", "count * nothing"), "killed"),
    "an end": (SOURCE.replace("return times(TWO)", "raise SystemExit"), "killed"),
    "a sudden end": (SOURCE.replace("return times(TWO)", "import os; os._exit(0)"), "killed"),
}
OUTSIDE = {
    "a constant": SOURCE.replace("TWO = 2", "TWO = 3"),
    "a name": SOURCE.replace("def double", "def twice"),
    "a default": SOURCE.replace("self, number", "self, number=0").replace("TWO = 2", "TWO = 3"),
    "not Python": SOURCE.replace("TWO = 2", "TWO = ="),
}


@pytest.mark.parametrize(("mutant", "outcome"), INSIDE.values(), ids=INSIDE)
def test_it_tells_what_became_of_a_function(house: House, mutant: str, outcome: str) -> None:
    house.write(SOURCE)
    answer = house.ask(file="room/source.py", mutant=mutant, tests=[FEW], seconds={})
    assert answer == [outcome, FEW if outcome == "killed" else ""]


@pytest.mark.parametrize("mutant", [*OUTSIDE.values(), SOURCE], ids=[*OUTSIDE, "nothing"])
def test_it_says_when_more_has_changed_than_functions(house: House, mutant: str) -> None:
    house.write(SOURCE)
    answer = house.ask(file="room/source.py", mutant=mutant, tests=[FEW], seconds={})
    assert answer == ["elsewhere", ""]


@pytest.mark.parametrize(
    ("mutant", "outcome"),
    [*INSIDE.values(), *((mutant, "killed") for mutant in OUTSIDE.values())],
    ids=[*INSIDE, *OUTSIDE],
)
def test_it_tells_what_became_of_a_file(house: House, mutant: str, outcome: str) -> None:
    house.write(mutant)
    assert house.ask(tests=[FEW], seconds={})[0] == outcome


def test_one_mutant_leaves_nothing_to_the_next(house: House) -> None:
    house.write(SOURCE)
    other = INSIDE["another argument"][0]
    assert house.ask(file="room/source.py", mutant=other, tests=[FOUR], seconds={})[0] == "killed"
    house.write(SOURCE)
    same = INSIDE["the same"][0]
    assert house.ask(file="room/source.py", mutant=same, tests=[NOTHING, FOUR], seconds={})[0] == "survived"


@pytest.mark.parametrize("placed", [True, False], ids=["a function", "a file"])
def test_a_mutant_that_never_ends_is_ended(house: House, placed: bool) -> None:
    mutant = SOURCE.replace("return times(TWO)", "while True: pass")
    house.write(SOURCE if placed else mutant)
    asked = {"file": "room/source.py", "mutant": mutant} if placed else {}
    answer = house.ask(tests=[NOTHING, FEW], seconds={FEW: -runner.SECONDS / runner.TIMES + 0.1}, **asked)
    assert answer == ["timeout", FEW]


def test_a_mutant_that_piles_up_is_ended(house: House) -> None:
    house.write(SOURCE)
    mutant = SOURCE.replace("return times(TWO)", "return len([bytes(1 << 29) for _ in range(99)])")
    answer = house.ask(file="room/source.py", mutant=mutant, tests=[FEW], seconds={})
    assert answer == ["killed", FEW]
