"""How a run ends does not hang on who starts it, and where."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.surroundings import settle

ROOT = Path(__file__).parents[2]
HOSTILE = {
    **dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9"),
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_CA_BUNDLE": "/nowhere",
    "BBWS_TEMPLATES": "/nowhere",
    "BBWS_EDITOR": "vi",
    "GITHUB_STEP_SUMMARY": "/nowhere/summary",
    "TERM": "dumb",
    "COLUMNS": "40",
    "FORCE_COLOR": "1",
    "GIT_DIR": str(ROOT / ".git"),
}
PROGRAM = "import os, tests.conftest; print(sorted(name for name in os.environ if name in {names!r}))"


def test_nothing_of_somebody_elses_work_is_taken_over() -> None:
    ours = {"PATH": "/bin", "HOME": "/root", "BBWS_CHROMIUM": "/some/chromium", "TEST_PATIENCE": "2"}
    environment = {**ours, **HOSTILE}
    settle(environment)
    assert environment.items() >= ours.items()
    assert not {name for name in HOSTILE if "proxy" not in name.lower()} & environment.keys()


def test_what_runs_on_this_machine_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**HOSTILE, "no_proxy": "intranet.example"}
    settle(environment)
    for name in ("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, environment[name])
    for host in ("127.0.0.1:9", "localhost:80", "intranet.example"):
        assert urllib.request.proxy_bypass(host), host
    assert not urllib.request.proxy_bypass("example.org")


def test_a_run_begins_so() -> None:
    """Before anything is collected, in this process as in every other."""
    names = tuple(name for name in HOSTILE if "proxy" not in name.lower())
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(names=names)],
        env=HOSTILE, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"


def test_every_setting_of_the_product_is_others_or_chooses_a_program() -> None:
    named = set(re.findall(r"\bBBWS_[A-Z_]+", (ROOT / "docs/reference.md").read_text(encoding="utf-8")))
    assert len(named) > 10
    environment = dict.fromkeys(named, "x")
    settle(environment)
    programs = {"CHROMIUM", "DOMPURIFY", "GECKO", "ROUNDCUBE", "THUNDERBIRD", "WEBKIT"}
    assert {name for name in named if environment.get(name) == "x"} == {f"BBWS_{each}" for each in programs}
