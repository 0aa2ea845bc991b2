"""What a run leaves out is told, and a name that nothing has is an error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import group
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
TESTS = """\
import pytest

from hypothesis import given, settings, strategies as st
from tests.selection import drawn

@pytest.fixture
def s3_server(): pass

@pytest.fixture(scope="session")
def counted():
    count = [0]
    yield count
    print("DREW", *count)

@given(n=st.integers())
@settings(max_examples=drawn(200), database=None)
def test_property(counted, n): counted[0] += 1

def test_quick(): pass
def test_slow(s3_server): pass
@pytest.mark.heavy("servers")
def test_heavy(): pass
"""


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["."], 0, ["NOT RUN: 1 tests; `make test-servers`", "3 passed, 1 deselected", "DREW 20"]),
        (
            [".", "--quick"],
            0,
            ["1 tests; `make test` runs", "1 tests; `make test-servers`", "2 passed", "DREW 20"],
        ),
        ([".", "--heavy", "servers"], 0, ["1 passed, 3 deselected"]),
        ([".", "--heavy", "drawn"], 0, ["1 passed, 3 deselected", "DREW 200"]),
        ([".", "--heavy", "severs"], 4, ["No test of those given is marked heavy('severs')"]),
        (["test_some.py::test_heavy"], 0, ["1 passed"]),
        ([".", "-n", "1"], 0, ["NOT RUN: 1 tests; `make test-servers`", "3 passed"]),
    ],
    ids=["all", "quick", "heavy", "drawn", "no such name", "by its own name", "in a worker"],
)
def test_what_is_left_out_is_told(tmp_path: Path, words: list[str], status: int, said: list[str]) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.selection",
            "-p",
            "xdist",
            "-p",
            "_hypothesis_pytestplugin",
            "-s",
            *words,
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(120),
    )
    assert done.returncode == status, done.stdout + done.stderr
    for words_said in said:
        assert words_said in done.stdout + done.stderr
    assert ("NOT RUN" in done.stdout) is any("make test" in each for each in said)


def test_every_name_of_heavy_tests_is_documented() -> None:
    text = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    names = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__)
        for name in re.findall(r'mark\.heavy\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert {name for name in names if f"make test-{name}" not in text} == set()


DEAR = {
    "browser",
    "browser_page",
    "own_browser",
    "real_stage",
    "unpacked",
    "estates",
    "background",
    "house",
    "bills",
}
"""What takes seconds to make: in three workers, three times."""


def test_whatever_is_dear_is_made_in_one_worker(request: pytest.FixtureRequest) -> None:
    """Of the tests of this run."""
    alone = {
        item.nodeid.partition("::")[0]
        for item in request.session.items
        if DEAR.intersection(getattr(item, "fixturenames", ())) and group(item.nodeid) == item.nodeid
    }
    assert alone == set(), "name them in tests/conftest.py"
