"""Every benchmark runs to its end, as small as it goes; what is measured side by side is the same mail."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from app.core.workspace import Workspace
from bbws_templates.engine import Template

ROOT: Final = Path(__file__).resolve().parents[2]

# Beside peers.py lies a folder of that name, which mypy would take for it.
peers = importlib.import_module("benchmarks.peers")

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


@pytest.mark.heavy("bench")
@pytest.mark.timeout(900)
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


OURS: Final = "bbws-templates, the client's render"


def measured(ours: list[float], **rows: list[float]) -> dict[str, dict[str, Any]]:
    return {peers.SEND: peers.figures({"chevron": [1.0, 1.0], OURS: ours, **rows})}


def test_a_run_is_held_to_what_was_recorded_before_a_row_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that are new have nothing to be compared with, until they are recorded."""
    monkeypatch.setattr(peers, "RECORDED", tmp_path / "recorded.json")
    monkeypatch.setattr(peers, "DOCUMENT", tmp_path / "benchmarks.md")
    peers.DOCUMENT.write_text("Before.\n\n<!-- measured -->\n\nOld.\n")
    peers.record(measured([0.001, 0.001]))
    before = json.loads(peers.RECORDED.read_text())
    now = measured([0.25, 0.25], new=[0.5, 0.5])
    assert peers.worse(now, before) == [f"{peers.SEND}, {OURS}: 0.001 → 0.250 of chevron"]
    assert peers.worse(measured([0.001, 0.02, 0.2]), before) == [], "that is within the spread"
    assert peers.DOCUMENT.read_text().endswith("chevron and premailer; 1,000: met\n")
    peers.record(now)
    assert json.loads(peers.RECORDED.read_text())[peers.SEND]["new"] == {"share": 0.5, "spread": 0.0}
    document = peers.DOCUMENT.read_text()
    assert document.startswith("Before.\n\n<!-- measured -->\n\nPython ")
    assert "| new | 500,000.0 µs | 0.500 | ± 0.000 |" in document
    assert document.endswith(": at least 100 times as fast as chevron and premailer; 4: **missed**\n")
    assert "Old." not in document


class Shown(HTMLParser):
    """What a reader comes by: words, links and pictures, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._words = ""
        self._passed_over = 0
        self.feed(html)
        self._spend()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._passed_over += tag in ("style", "title")
        if of := dict(attrs).get({"a": "href", "img": "src"}.get(tag, "")):
            self._spend()
            self.seen.append(f"{tag} {of}")
        elif tag not in ("span", "b"):
            self._words += " "

    def handle_endtag(self, tag: str) -> None:
        self._passed_over -= tag in ("style", "title")
        if tag not in ("span", "b", "a"):
            self._words += " "

    def handle_data(self, data: str) -> None:
        if not self._passed_over:
            self._words += data

    def _spend(self) -> None:
        # What keeps an inbox from showing more than the preheader is blank, and each one's own.
        self.seen += re.sub(r"[\u034f\u200b-\u200f\ufeff]", "", self._words).split()
        self._words = ""


@pytest.mark.heavy("bench")
def test_what_other_programs_make_of_the_order_is_the_same_mail() -> None:
    """With all its fixtures, so that no branch is left out that the one that is measured does not take."""
    workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
    name, _ = peers.CASES["order, typical"]
    ours = Template.parse(workspace.compilation(name).compiled.html, name=name)
    data = [dict(fixture.data) for fixture in workspace.source(name).fixtures.values()]
    program = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ byMjml, byReactEmail }} from "{(peers.HERE / "mails.mjs").as_uri()}";
        const data = JSON.parse(readFileSync(0, "utf8"));
        const made = data.map((each) => Promise.all([byReactEmail(each), byMjml(each)]));
        process.stdout.write(JSON.stringify(await Promise.all(made)));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", program],
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"NODE_ENV": "production"},
    )
    for given, (by_react_email, by_mjml) in zip(data, json.loads(done.stdout), strict=True):
        wanted = Shown(ours.render(given)).seen
        assert len(wanted) > 100
        assert Shown(by_react_email).seen == wanted
        assert Shown(by_mjml).seen == wanted
