"""The server as a user starts it: a process of its own, found by the address that it announces."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.browser.discovery import SETTING
from tests.waiting import patience

ROOT = Path(__file__).parents[2]

kept = Path(os.devnull)
"""Where the servers of one run of the tests remember what they have worked out; no earlier run's is read."""


@dataclass
class Server:
    """A running server; ``url`` ends without a slash."""

    process: subprocess.Popen[str]
    url: str
    announced: list[str]

    def read(self) -> None:
        """Have it read what has been saved: what it answers from now on is of that, or of later."""
        httpx.post(f"{self.url}/api/reload", timeout=patience()).raise_for_status()

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit status and what was said on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=patience())
        return self.process.returncode, err


def arguments(templates: Path, fixtures: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "app",
        "serve",
        "--templates",
        str(templates),
        "--fixtures",
        str(fixtures),
        *more,
    ]


@contextlib.contextmanager
def running(templates: Path, fixtures: Path, *more: str, lines: int = 1) -> Iterator[Server]:
    """Start on a free port and wait for the first ``lines`` of what it says."""
    process = subprocess.Popen(
        arguments(templates, fixtures, "--port", "0", *more),
        cwd=ROOT,
        env={
            **{n: value for n, value in os.environ.items() if not n.startswith("BBWS_") or n == SETTING},
            "BBWS_CACHE": str(kept),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        announced = [process.stdout.readline() for _ in range(lines)]
        address = re.search(r"http://\S+(?=/)", announced[0])
        assert address, (announced, process.stderr and process.stderr.read() if process.poll() else "")
        yield Server(process, address.group(), announced)
    finally:
        if process.poll() is None:
            process.terminate()
        with contextlib.suppress(ValueError):  # its pipes were read to their end by `interrupt`
            process.communicate(timeout=patience())
