"""From twelve templates to many: ``python benchmarks/scale.py --sizes 12 120 --releases 12 120 1200``.

Copies of our own templates, each changed by a comment so that no two are equal, are checked by the command as
a user calls it: cold, with nothing changed since, and after one template, or one fixture, was saved. Releases
of as many are published to a folder; then one in which one template is another is planned, and published. CPU
seconds of the whole process are what counts; beside them stands how they grow with the number of templates.
What was asked of the twelve is what somebody waits for, by the clock, and is measured by itself.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.core.building import released_template
from app.core.release import Provenance, make_release
from app.core.release_directory import write_release
from app.core.workspace import Workspace
from benchmarks._asked import verdict

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


def seconds(*arguments: str) -> float:
    """CPU seconds of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SystemExit(f"It has failed: {' '.join(arguments)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def check(folder: Path) -> float:
    """CPU seconds of one check."""
    places = ("--templates", str(folder / "templates"), "--fixtures", str(folder / "fixtures"))
    return seconds("check", "--cache", str(folder / "cache"), "--json", *places)


def checks(folder: Path, size: int) -> list[float]:
    """CPU seconds of the checks of ``size`` templates."""
    make_set(folder, size)
    times = [check(folder), check(folder)]
    saved = folder / "templates/receipts0/receipt.html"
    saved.write_text(f"{saved.read_text(encoding='utf-8')}<!-- saved -->\n", encoding="utf-8")
    times.append(check(folder))
    fixture = folder / "fixtures/receipts0/receipt/typical.json"
    fixture.write_text(f"{fixture.read_text(encoding='utf-8')}\n", encoding="utf-8")
    return [*times, check(folder)]


def waits() -> tuple[float, float]:
    """Seconds by the clock of a cold check of the twelve, and of the next one, when nothing has changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_set(folder, 12)
        begun = time.perf_counter()
        check(folder)
        cold = time.perf_counter()
        check(folder)
        return cold - begun, time.perf_counter() - cold


def write_releases(workspace: Workspace, folder: Path, size: int) -> None:
    """Two releases of ``size`` templates, which differ in one."""
    names = workspace.names()
    own = [released_template(workspace, name) for name in names]
    made, sources = [], {}
    for number in range(size // len(names)):
        for template in own:
            category, _, name = template.name.partition("/")
            copy = replace(
                template, name=f"{category}{number}/{name}", html=f"{template.html}<!-- {number} -->"
            )
            made.append(copy)
            for edition in workspace.editions([template.name]):
                flat = workspace.compilation(edition).flat
                sources[edition.replace("/", f"{number}/", 1)] = f"{flat}<!-- {number} -->"
    changed = [replace(made[0], html=f"{made[0].html}<!-- saved -->"), *made[1:]]
    for name, templates in (("before", made), ("after", changed)):
        write_release(make_release(templates, sources, Provenance(), workspace.language), folder / name)


def publications(workspace: Workspace, folder: Path, size: int) -> list[float]:
    """CPU seconds of publishing ``size`` templates, and of planning and publishing one that is another."""
    write_releases(workspace, folder, size)
    target = ("--to", (folder / "target").as_uri())
    yes = ("--yes", "--message", "benchmark")
    after = ("--release", str(folder / "after"))
    return [
        seconds("publish", *target, *yes, "--release", str(folder / "before")),
        seconds("plan", *target, *after, "--no-pictures"),
        seconds("publish", *target, *yes, *after),
    ]


def table(
    titles: Sequence[str], sizes: Iterable[int], measure: Callable[[Path, int], list[float]]
) -> dict[int, list[float]]:
    """Print what ``measure`` gives for each size, and how it grows; the same by size."""
    print(f"{'templates':>10}" + "".join(f"{title:>14}" for title in titles) + "   CPU seconds")
    first: list[float] = []
    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            times = found[size] = measure(Path(name), size)
        print(f"{size:10}" + "".join(f"{time:14.2f}" for time in times))
        if first:
            growth = "".join(f"{time / base:14.1f}" for time, base in zip(times, first[1:], strict=True))
            print(f"{f'{size / first[0]:.0f} ×':>10}{growth}   times as long as with {first[0]:.0f}")
        first = first or [size, *times]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="*", default=[12, 120], help="multiples of twelve")
    parser.add_argument("--releases", type=int, nargs="*", default=[12, 120, 1200], help="likewise")
    arguments = parser.parse_args()
    os.environ.pop("BBWS_CACHE", None)
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # which no user has; each process would compile our source
    checked, released = {}, {}
    if arguments.sizes:
        checked = table(("cold", "unchanged", "one saved", "one fixture"), arguments.sizes, checks)
    if arguments.releases:
        workspace = Workspace.load(ROOT / "templates", ROOT / "fixtures")
        titles = ("publish all", "plan one", "publish one")
        released = table(titles, arguments.releases, partial(publications, workspace))
    if 12 in checked:
        cold, unchanged = waits()
        print(verdict("a check of the twelve, cold, by the clock", cold, 3, " s"))
        print(verdict("a check of the twelve, nothing changed, by the clock", unchanged, 0.5, " s"))
    if 1200 in checked and 1200 in released:
        both = checked[1200][2] + released[1200][2]
        print(verdict("one of 1,200 changed, checked and published, which plans", both, 2, " s"))


if __name__ == "__main__":
    main()
