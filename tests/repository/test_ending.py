"""Programs that tests have started end with them, also when somebody ends the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.browser.confinement.processes import below
from tests.waiting import eventually, patience

ROOT = Path(__file__).parents[2]

# Elsewhere no process is told of what its parent does. The pipeline, on Linux, runs these.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told of by Linux's /proc")


@pytest.mark.parametrize(
    "workers",
    ["", pytest.param("--numprocesses=1", marks=pytest.mark.heavy("cuts"))],  # xdist waits ten seconds
    ids=["alone", "by a worker"],
)
def test_nothing_is_left_behind_by_a_run_that_is_terminated(tmp_path: Path, workers: str) -> None:
    begun = tmp_path / "begun"
    words = ["tests/repository/held_up.py", f"--basetemp={tmp_path / 'of the run'}", *workers.split()]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env={**os.environ, "BBWS_BEGUN": str(begun)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        eventually(lambda: begun.exists() and begun.read_text(), bool)
        left = below(run.pid)
        assert left, "the program that the fixture has started"
        run.send_signal(signal.SIGTERM)
        said, _ = run.communicate(timeout=patience(60))
        assert run.returncode == pytest.ExitCode.INTERRUPTED, said
        eventually(lambda: [each for each in left if Path(f"/proc/{each}").exists()], lambda those: not those)
    finally:
        run.kill()


def test_an_emulator_ends_with_whoever_has_started_it() -> None:
    """However that one ends: what is killed closes its pipes."""
    code = "import time; from tests.infra.moto_extension.ending import *; end_with_stdin(); time.sleep(3600)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE) as emulator:
        assert emulator.stdin
        assert emulator.poll() is None
        emulator.stdin.close()
        assert emulator.wait(patience()) == 0
