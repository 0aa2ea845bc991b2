"""How long mail clients take: twelve emails at two widths, as a user runs them, beside Chromium.

Every figure is a whole process from the shell, the start of the client and its calibration included. With
``--forced 10``, that many further runs draw everything again; a picture that differs is a false alarm. A
client that this machine has not is left out, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.browser.clients import RENDERERS
from app.browser.discovery import REPOSITORY
from app.browser.errors import BrowserNotFoundError
from app.browser.folders import Folders
from app.browser.snapshots import CHROMIUM

BOUND_SECONDS = 180
BOUND = ("webkit", "gecko", "thunderbird")
"""Those that are to draw everything within the bound, one after another."""
SETTINGS = """
[[pictures]]
templates = {templates}
fixtures = ["typical"]
widths = ["desktop", "phone"]
variants = ["light"]
clients = ["chromium", "webkit", "gecko", "thunderbird", "roundcube", "dompurify"]
"""


def main() -> int:
    """Measure and print; nothing is asserted but that clients draw the same again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="runs of each figure; the fastest is shown")
    parser.add_argument("--forced", type=int, default=0, help="forced runs that look for false alarms")
    parser.add_argument("--clients", nargs="+", default=list(RENDERERS), choices=list(RENDERERS))
    parser.add_argument("--templates", nargs="+", default=["*"], help="names or globs; all when left out")
    given = parser.parse_args()
    here = [key for key in RENDERERS if key in given.clients and _is_here(key, RENDERERS[key].label)]
    if CHROMIUM not in here:
        print("Chromium is needed: the others are held against it.", file=sys.stderr)
        return 2
    alarms = 0
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        baselines = home / "baselines"
        baselines.mkdir()
        settings = SETTINGS.format(templates=json.dumps(given.templates))
        (baselines / "settings.toml").write_text(settings, encoding="utf-8")
        drawn, idle = {}, {}
        for key in here:
            folders = [Folders(baselines, home / f"{key}-{run}") for run in range(given.runs)]
            drawn[key] = min(_seconds(each, key) for each in folders)
            number = len(_compared(folders[-1], key)["results"])
            _run("approve", "--all", "--by", "benchmark", "--why", "measured", folders=folders[-1])
            idle[key] = min(_seconds(folders[-1], key) for _ in range(given.runs))
        print(f"{number} pictures of each client on {os.cpu_count()} processors\n")
        print("| client | drawn and compared | of Chromium's time | nothing changed |")
        print("|---|---:|---:|---:|")
        for key in here:
            share = drawn[key] / drawn[CHROMIUM]
            print(f"| {RENDERERS[key].label} | {drawn[key]:.1f} s | {share:.1f} | {idle[key]:.1f} s |")
        if set(BOUND) <= set(here):
            print(f"\n{', '.join(BOUND)}: {sum(drawn[key] for key in BOUND):.0f} s of {BOUND_SECONDS} s")
        for run in range(given.forced):
            for key in here:
                counts = _compared(Folders(baselines, home / f"{key}-0"), key, "--force")["counts"]
                alarms += sum(counts.values()) - counts["unchanged"]
            print(f"forced run {run + 1}: {alarms} false alarms so far")
    return int(alarms > 0)


def _is_here(key: str, label: str) -> bool:
    try:
        print(f"{label} {RENDERERS[key].find().version}")
    except BrowserNotFoundError as error:
        print(f"{label} is left out: {error.message}")
        return False
    return True


def _seconds(folders: Folders, client: str) -> float:
    began = time.perf_counter()
    _compared(folders, client)
    return time.perf_counter() - began


def _compared(folders: Folders, client: str, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run("compare", "--client", client, "--json", *words, folders=folders))
    return found


def _run(*words: str, folders: Folders) -> str:
    command = [sys.executable, "-m", "app", "screenshots", *words]
    command += ["--baselines", str(folders.baselines), "--work", str(folders.work)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr or done.stdout)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
