"""Prove that no test fails by chance: run in random orders, then beside busy processes; report each failure.

Each run has a seed, which orders the tests; ``pytest --randomly-seed=SEED`` repeats it. The exit status is 0
when nothing failed in any run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts import failing

ROOT: Final = Path(__file__).resolve().parents[1]
LOGS: Final = ROOT / "build" / "steadiness"
WHOLE: Final = ("tests",)
TIMED: Final = ("tests/browser", "tests/web", "tests/publishing", "tests/runtime")
"""Tests that wait for other programs: what a busy machine makes late."""


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep the machine busy with as many endless loops."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def run(tests: tuple[str, ...], seed: int, workers: int) -> tuple[list[str], str]:
    """Run ``tests`` in the order of ``seed``; the ids that failed, and pytest's last line.

    What pytest said of a run that failed is kept, and of each test at once: what fails by chance may not fail
    again for days, and a run that breaks off says nothing of what has failed before.
    """
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--numprocesses", str(workers), "--dist", "loadgroup"),
            *("-p", "no:cacheprovider", "-p", "scripts.failing", f"--randomly-seed={seed}", *tests),
        ],
        cwd=ROOT,
        env={**os.environ, failing.SETTING: str(LOGS / f"{seed}-failing.log")},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", finished.stdout, re.MULTILINE)
    last = (finished.stdout.strip() or finished.stderr.strip() or "pytest said nothing").splitlines()[-1]
    if finished.returncode:
        LOGS.mkdir(parents=True, exist_ok=True)
        log = LOGS / f"{seed}.log"
        log.write_text(finished.stdout + finished.stderr, encoding="utf-8")
        last += f" ({log.relative_to(ROOT)})"
    return failed or ([last] if finished.returncode else []), last


def rounds(
    tests: tuple[str, ...], count: int, workers: int, choice: random.Random, label: str
) -> Counter[str]:
    """Run ``tests`` ``count`` times, each in an order of its own; how often each test failed."""
    failures: Counter[str] = Counter()
    for number in range(1, count + 1):
        seed, began = choice.getrandbits(32), time.monotonic()
        failed, last = run(tests, seed, workers)
        failures.update(failed)
        print(f"{label} {number}: seed {seed}, {time.monotonic() - began:.0f} s: {last}", flush=True)
        for test in failed:
            print(f"    {test}", flush=True)
    return failures


def main() -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10, help="how often each half is run (10)")
    parser.add_argument("--load", type=int, default=8, help="busy processes beside the second half (8)")
    parser.add_argument("--workers", type=int, default=2, help="processes that run tests (2)")
    parser.add_argument("--seed", type=int, default=None, help="seed of the seeds; another one each time")
    parser.add_argument("--only", choices=("orders", "beside"), help="run one half alone")
    parser.add_argument("tests", nargs="*", help="other tests than the usual ones of each half")
    given = parser.parse_args()
    choice, tests = random.Random(given.seed), tuple(given.tests)
    failures: Counter[str] = Counter()
    if given.only != "beside":
        failures += rounds(tests or WHOLE, given.rounds, given.workers, choice, "order")
    if given.only != "orders":
        with busy(given.load):
            label = f"beside {given.load}"
            failures += rounds(tests or TIMED, given.rounds, given.workers, choice, label)
    for test, count in failures.most_common():
        print(f"failed {count} times: {test}")
    print("Steady." if not failures else f"{len(failures)} tests are not steady.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
