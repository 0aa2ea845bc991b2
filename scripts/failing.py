"""A plugin of pytest that writes down each failure as it happens, in the file that ``SETTING`` names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

SETTING: Final = "FAILURES_FILE"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down what a test that fails says; of workers' reports the process that started them is told."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        file = Path(os.environ[SETTING])
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as told:
            told.write(f"{report.nodeid} ({report.when})\n{report.longreprtext}\n\n")
