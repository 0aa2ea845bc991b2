"""Every benchmark runs to its end, as small as it goes: one that breaks off measures nothing from then on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.heavy("bench"), pytest.mark.timeout(900), pytest.mark.xdist_group("bench")]

SMALLEST: Final = {
    "batch": ("--sizes", "100", "--workers", "1"),
    "clients": ("--runs", "1", "--clients", "chromium", "--templates", "receipts/receipt"),
    "cold": ("--rounds", "1"),
    "compiler": ("--rounds", "1"),
    "display": ("--rounds", "1"),
    "engine": ("--rounds", "1"),
    "many": ("--sizes", "12", "--rounds", "1"),
    "peers": ("--rounds", "1"),
    "preview": ("--rounds", "1"),
    "publishing": (),
    "rendering_api": ("--rounds", "1", "--seconds", "0.2", "--connections", "1"),
    "restoring": (),
    "runtime": ("--rounds", "1"),
    "scale": ("--sizes", "12", "--releases", "12"),
    "screenshots": ("--runs", "1"),
}
"""Each benchmark with the options that make it short."""


def test_every_benchmark_is_run() -> None:
    assert {path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py")} == set(SMALLEST)


@pytest.mark.parametrize("name", SMALLEST)
def test_a_benchmark_ends_with_its_table(name: str) -> None:
    done = subprocess.run(
        [sys.executable, f"benchmarks/{name}.py", *SMALLEST[name]],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert any(figure.isdigit() for figure in done.stdout), "a benchmark prints figures"
    assert "Traceback" not in done.stderr
