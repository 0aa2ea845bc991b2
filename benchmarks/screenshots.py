"""How long the screenshots take: twelve emails, two widths, two schemes, as a user runs them.

Every figure is a whole process from the shell, the start of the browser included. Also shown: whether another
run, another browser and another font configuration give the same bytes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from app.browser.discovery import REPOSITORY, UNPACKED, find_browser
from app.browser.errors import BrowserNotFoundError
from app.browser.folders import Folders
from app.browser.store import PictureStore
from scripts.install_browser import PACKAGE, unpack

SETTINGS = """
[[pictures]]
templates = ["*"]
fixtures = ["typical"]
widths = ["desktop", "phone"]
variants = ["light", "dark"]
"""


def main() -> int:
    """Measure and print; nothing is asserted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each figure; the fastest is shown")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "baselines").mkdir()
        (home / "baselines" / "settings.toml").write_text(SETTINGS)
        first = Folders(home / "baselines", home / "first")
        _compare(first)
        _approve(first)
        count = len(PictureStore(first.current).snapshots())
        cold = min(_compare(Folders(first.baselines, home / f"cold-{run}"), "--force") for run in range(runs))
        idle = min(_compare(first) for _ in range(runs))
        print(f"{count} pictures on {os.cpu_count()} processors, {find_browser().version}")
        print(f"captured and compared, browser start included  {cold:6.2f} s   (bound: 15 s)")
        print(f"nothing changed                                {idle:6.2f} s   (bound:  3 s)")
        print()
        expected = _pixels(first)
        print(f"another run                 {_equal(expected, _again(home / 'again', first, {}))}")
        fonts = {"FONTCONFIG_FILE": "/etc/fonts/fonts.conf", "LANG": "zh_CN.UTF-8", "HOME": str(home)}
        print(f"another font configuration  {_equal(expected, _again(home / 'fonts', first, fonts))}")
        for browser in _other_browsers(home):
            version = find_browser({**os.environ, "BBWS_CHROMIUM": str(browser)}).version
            other = _again(home / f"browser-{version}", first, {"BBWS_CHROMIUM": str(browser)})
            print(f"{f'Chromium {version}':26}  {_equal(expected, other)}")
    return 0


def _compare(folders: Folders, *words: str, env: Mapping[str, str] | None = None) -> float:
    began = time.perf_counter()
    _run("compare", *words, folders=folders, env=env or {})
    return time.perf_counter() - began


def _again(work: Path, first: Folders, env: Mapping[str, str]) -> Mapping[str, str]:
    folders = Folders(first.baselines, work)
    _compare(folders, "--force", "--any-renderer", env=env)
    return _pixels(folders)


def _approve(folders: Folders) -> None:
    _run("approve", "--all", "--by", "benchmark", "--why", "measured", folders=folders, env={})


def _run(*words: str, folders: Folders, env: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "app", "screenshots", *words]
    command += ["--baselines", str(folders.baselines), "--work", str(folders.work)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)


def _pixels(folders: Folders) -> Mapping[str, str]:
    store = PictureStore(folders.current)
    return {
        snapshot.id: sidecar.pixels for snapshot in store.snapshots() if (sidecar := store.sidecar(snapshot))
    }


def _equal(first: Mapping[str, str], second: Mapping[str, str]) -> str:
    same = sum(second.get(name) == pixels for name, pixels in first.items())
    return f"{same} of {len(first)} pictures byte-identical"


def _other_browsers(home: Path) -> list[Path]:
    """The browser that was found is measured above; others on this machine are compared with it."""
    used = find_browser().executable
    found = []
    target = home / "tools" / "chromium"
    if unpack(REPOSITORY / PACKAGE, target):
        found.append(target / "chromium")
    for path in (REPOSITORY / UNPACKED / "chromium", Path("/usr/lib/chromium/chromium")):
        try:
            find_browser({**os.environ, "BBWS_CHROMIUM": str(path)})
        except BrowserNotFoundError:
            continue
        if path != used:
            found.append(path)
    return found


if __name__ == "__main__":
    sys.exit(main())
