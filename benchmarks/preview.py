"""How long a designer waits after a save: ``python benchmarks/preview.py``.

A server of the own templates is started as ``make preview`` does; then one template and one partial are
saved in turn. Two moments are measured from the save on: when open pages are told of it, and when the changed
mail has been fetched anew. Beside them stands the same fetch with nothing saved before.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
MAIL = "/preview/receipts/receipt"


@contextmanager
def serving(folder: Path, *, copied: bool = True) -> Iterator[tuple[str, int]]:
    """A server of the templates in ``folder``, copied there from our own; gives its address and process."""
    for name in ("templates", "fixtures") if copied else ():
        shutil.copytree(ROOT / name, folder / name)
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    folders = ["--templates", str(folder / "templates"), "--fixtures", str(folder / "fixtures")]
    folders += ["--cache", str(folder / "cache"), "--baselines", str(folder / "baselines")]
    with subprocess.Popen(
        [*command, *folders], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                found = re.search(r"http://[\d.]+:\d+", line)
                if found:
                    yield found[0], process.pid
                    return
            raise SystemExit("The server did not start.")
        finally:
            process.terminate()


def waits(client: httpx.Client, file: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds from each save of ``file`` until pages are told, and until the mail has come."""
    told, come = [], []
    source = file.read_text(encoding="utf-8")
    with client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        next(line for line in lines if line.startswith("data:"))
        for number in range(rounds):
            begun = time.perf_counter()
            file.write_text(f"{source}<!-- {number} -->\n", encoding="utf-8")
            while True:
                change = json.loads(next(line for line in lines if line.startswith("data:"))[5:])
                if change.get("changed"):
                    break
            told.append((time.perf_counter() - begun) * 1000)
            client.get(MAIL).raise_for_status()
            come.append((time.perf_counter() - begun) * 1000)
    return told, come


def main() -> None:
    """Measure and print medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=9, help="saves of each file")
    rounds = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as (url, _),
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        unchanged = []
        for _ in range(rounds + 1):
            begun = time.perf_counter()
            client.get(MAIL).raise_for_status()
            unchanged.append((time.perf_counter() - begun) * 1000)
        base = statistics.median(unchanged[1:])
        print(f"{'fetch, nothing saved':28} {base:8.1f} ms")
        for title, name in (("template", "receipts/receipt.html"), ("partial", "partials/page/open.html")):
            told, come = waits(client, Path(folder, "templates", name), rounds)
            print(f"{title + ' saved, pages told':28} {statistics.median(told):8.1f} ms")
            print(f"{title + ' saved, mail fetched':28} {statistics.median(come):8.1f} ms")


if __name__ == "__main__":
    main()
