"""Emulated accounts outlive the command, and are ended by their notes: those alone, answering or not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.pipeline.accounts import Accounts
from tests.waiting import patience


@pytest.mark.parametrize(
    ("words", "ended"), [("moto_extension --port 1", True), ("moto_extension --port 12", False), ("", False)]
)
def test_an_account_that_does_not_answer_is_ended_and_nobody_else_is(
    tmp_path: Path, words: str, ended: bool
) -> None:
    accounts = Accounts(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *words.split()]) as process:
        try:
            (tmp_path / "dev.json").write_text(json.dumps({"pid": process.pid, "port": 1}), encoding="utf-8")
            accounts.stop("dev")
            assert not (tmp_path / "dev.json").exists()
            if ended:
                assert process.wait(patience(10)) == -15
            else:
                assert process.poll() is None
        finally:
            process.kill()
