"""Where ``/proc`` shows the processes of another numbering, nobody there is taken for one of ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import patience

ROOT = Path(__file__).parents[2]
LOOK = """
import os
from app.browser.confinement.processes import below, mapped_files, with_setting
print(os.getpid(), below(1), mapped_files(), with_setting("PATH=" + os.environ["PATH"]))
"""


# Elsewhere nothing is looked for in /proc, so that nobody could be taken for a child by it.
@pytest.mark.skipif(sys.platform != "linux", reason="places for programs are Linux's own")
def test_strangers_are_nobodys_children() -> None:
    unshare = shutil.which("unshare")
    apart = [unshare or "false", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        # A container may forbid it, and it cannot be had in any other way; the pipeline's machines give one.
        pytest.skip("this user or system gives no process a numbering of its own")
    done = subprocess.run(
        [*apart, sys.executable, "-c", LOOK],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=patience(),
    )  # fmt: skip
    assert done.stdout == "1 [] [] []\n"
