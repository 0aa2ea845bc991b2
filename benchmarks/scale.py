"""From twelve templates to many: ``python benchmarks/scale.py --sizes 12 120``.

Copies of our own templates, each changed by a comment so that no two are equal, are checked by the command as
a user calls it: cold, with nothing changed since, and after one template, and one fixture, was saved. CPU
seconds of the whole process are what counts; beside them stands how they grow with the number of templates.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CATEGORIES = ("receipts", "notifications", "invoices")


def make_set(folder: Path, size: int) -> None:
    """``size`` templates, a multiple of twelve, with their fixtures."""
    for name in ("templates", "fixtures"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for shared in sorted((ROOT / "templates").iterdir()):
        if shared.name not in CATEGORIES:
            copy = shutil.copytree if shared.is_dir() else shutil.copy
            copy(shared, folder / "templates" / shared.name)
    for number in range(size // 12):
        for category in CATEGORIES:
            name = f"{category}{number}"
            shutil.copytree(ROOT / "templates" / category, folder / "templates" / name)
            shutil.copytree(ROOT / "fixtures" / category, folder / "fixtures" / name)
            for file in (folder / "templates" / name).glob("*.html"):
                file.write_text(f"{file.read_text(encoding='utf-8')}<!-- {number} -->\n", encoding="utf-8")


def check(folder: Path) -> float:
    """CPU seconds of one check."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "app", "check", "--cache", str(folder / "cache"), "--json"]
    done = subprocess.run(
        [*command, "--templates", str(folder / "templates"), "--fixtures", str(folder / "fixtures")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"The check of {folder} has failed.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[12, 120], help="multiples of twelve")
    os.environ.pop("BBWS_CACHE", None)
    print(f"{'templates':>10}{'cold':>10}{'unchanged':>12}{'one saved':>12}{'one fixture':>12}   CPU seconds")
    first: list[float] = []
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_set(folder, size)
            times = [check(folder), check(folder)]
            saved = folder / "templates/receipts0/receipt.html"
            saved.write_text(f"{saved.read_text(encoding='utf-8')}<!-- saved -->\n", encoding="utf-8")
            times.append(check(folder))
            fixture = folder / "fixtures/receipts0/receipt/typical.json"
            fixture.write_text(f"{fixture.read_text(encoding='utf-8')}\n", encoding="utf-8")
            times.append(check(folder))
        first = first or [size, *times]
        growth = "".join(f"{time / base:12.1f}" for time, base in zip(times, first[1:], strict=True))
        print(f"{size:10}{times[0]:10.2f}" + "".join(f"{time:12.2f}" for time in times[1:]))
        if size != first[0]:
            print(f"{f'{size / first[0]:.0f} ×':>10}{growth[2:]}   times as long as with {first[0]:.0f}")


if __name__ == "__main__":
    main()
