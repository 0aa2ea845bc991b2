"""Commands as processes of a shell: their environment, and streams that end, are full or closed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.slices import each_of

ROOT = Path(__file__).parents[2]
RECEIPT = "receipts/receipt"


def test_the_settings_may_come_from_the_environment(small: Callable[..., list[str]]) -> None:
    _, templates, _, fixtures = small("<p>Hello</p>")
    done = subprocess.run(
        [sys.executable, "-m", "app", "render", "one"],
        env={**os.environ, "BBWS_TEMPLATES": templates, "BBWS_FIXTURES": fixtures},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "<p>Hello</p>" in done.stdout) == (0, True), done.stderr


def in_a_shell(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script.replace("bt ", f"{shlex.quote(sys.executable)} -m app ")],
        env={**os.environ, **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "words", each_of([f"render {RECEIPT}", f"render {RECEIPT} --format json", "--help", "list"], 2, "cuts")
)
def test_a_reader_that_goes_away_hears_no_complaint(words: str) -> None:
    done = in_a_shell(f"bt {words} | head -c 10; exit ${{PIPESTATUS[0]}}")
    assert done.stderr == ""
    assert done.returncode in (0, 141), "0 when all was written before the reader went"


def test_a_check_that_nobody_reads_to_its_end_does_not_pass(small: Callable[..., list[str]]) -> None:
    folders = shlex.join(small("<p>" + "\n<img>" * 999))  # more than a pipe holds
    for form in ("", "--json"):
        done = in_a_shell(f"bt check {form} {folders} | head -c 1; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    "words",
    each_of(
        [
            f"render {RECEIPT} > /dev/full",
            f"render {RECEIPT} --format eml > /dev/full",
            f"check {RECEIPT} --json > /dev/full",
            "list > /dev/full",
            "--help > /dev/full",
            f"render {RECEIPT} >&-",
        ],
        2,
        "cuts",
    ),
)
def test_output_that_cannot_be_written_is_one_clear_error(words: str) -> None:
    done = in_a_shell(f"bt {words}")
    assert done.returncode == 4
    assert "tandard output" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_closed_standard_input_is_one_clear_error() -> None:
    done = in_a_shell(f"bt render {RECEIPT} --data - <&-")
    assert done.returncode == 4
    assert "tandard input" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_json_is_utf_8_whatever_the_terminal_speaks(small: Callable[..., list[str]]) -> None:
    folders = shlex.join(small("<p>收据 é {{x}}", data='{"x": "1"}'))
    done = in_a_shell(f"bt render one --format json {folders}", PYTHONIOENCODING="ascii")
    assert "收据 é" in json.loads(done.stdout)["html"], done.stderr
