"""Mutate a room of the house and see whether its tests notice: a seeded sample, the share, the survivors.

Runs with the Python of ``.venv-mutants``, which has Cosmic Ray: it knows what can be mutated, and how. Which
tests reach a line is measured once; each mutant is then met, in a process of its own, by the tests that reach
its line: those that killed its neighbours, then the quickest, until one of them fails
(``tests/mutation/runner.py``). Nothing outside of ``build/mutants`` is ever changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from scripts.mutating import Mutation, chosen, is_in_function, mutations, statement_around

ROOT: Final = Path(__file__).resolve().parents[1]
RUNNER: Final = "tests/mutation/runner.py"
MUTANTS: Final = ROOT / "build" / "mutants"
PYTHON: Final = ROOT / ".venv" / "bin" / "python"

HEAVY: Final = 8
"""How many times the mean of all a test may take to be asked about each mutant."""

MOST_FAILED: Final = 3
"""Tests that may fail with nothing mutated; more of them are no accident."""

BUDGET: Final = 30.0
"""Seconds of tests, as measured, that a mutant meets at most."""


@dataclass(frozen=True)
class Room:
    """What is mutated (patterns of files), and where the tests are that must notice."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()


# They mutate the compiler themselves, by the text of its files.
_MUTANTS: Final = ("tests/compiler/test_cascade_mutants.py", "tests/compiler/test_wrong_cascades.py")
_COMPILER: Final = ("tests/compiler/test_in_browser.py", "tests/compiler/test_other_engines.py", *_MUTANTS)

ROOMS: Final[Mapping[str, Room]] = {
    "engine": Room(
        tuple(
            f"bbws_templates/{name}.py"
            for name in (
                "certainty", "context", "engine", "escaping", "functions", "mailing", "nodes",
                "parser", "rendering", "tokens", "values",
            )
        ),
        ("tests/engine", "tests/batch/test_render_batch.py"),
    ),
    "contract": Room(
        ("bbws_templates/contract/*.py", "bbws_templates/addresses.py"),
        ("tests/contract", "tests/validation/test_contracts.py", "tests/validation/test_envelope.py"),
    ),
    "compiler": Room(
        ("app/core/compiler/*.py", "app/core/css/*.py", "app/core/html/*.py"),
        (
            "tests/compiler", "tests/validation/test_markup_checks.py",
            # What is said of the templates of other engines, of NUL, and of links; the first words of a mail;
            # what a cache of fingerprints is true of.
            "tests/validation/test_engines.py", "tests/validation/test_invisible_characters.py",
            "tests/web/test_references.py", "tests/core/test_opening.py", "tests/cli/test_cache.py",
        ),
        _COMPILER,
    ),
    "proof": Room(
        ("app/core/proof/*.py", "app/core/compiler/equivalence.py"),
        ("tests/compiler",),
        _COMPILER,
    ),
    # What the proof alone has to notice, which is all that `check` has of somebody else's template.
    "cascade": Room(
        (
            *(
                f"app/core/css/{name}.py"
                for name in (
                    "cascade", "compounds", "contenders", "neighbours", "nesting", "overrides", "repeating",
                    "selectors", "strengthening", "stylesheet",
                )
            ),
            *(
                f"app/core/compiler/{name}.py"
                for name in (
                    "exposure", "inlining", "marking", "masking", "outlook_rules", "reversion", "sectioning",
                    "spelling", "splicing", "static_selectors",
                )
            ),
            "app/core/html/selecting.py", "app/core/html/tree.py",
        ),
        ("tests/mutation/proven.py",),
    ),
    "publishing": Room(
        ("app/publishing/*.py",),
        ("tests/publishing",),
        ("tests/publishing/test_other_server.py", "tests/publishing/test_concurrency.py"),
    ),
}  # fmt: skip


class Bench:
    """A copy of the working tree that may be mutated, and a process beside it that runs tests there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        shutil.rmtree(home, ignore_errors=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True,
        ).stdout.decode()  # fmt: skip
        for name in listed.split("\0"):
            if name and (ROOT / name).is_file():
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, home / name)
        for shared in ("node_modules", ".tools"):
            if (ROOT / shared).exists():
                (home / shared).symlink_to(ROOT / shared)
        self._runner = subprocess.Popen(
            [str(PYTHON), RUNNER],
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(home), "PATH": f"{PYTHON.parent}:{os.environ['PATH']}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def digest(self, names: Sequence[str]) -> str:
        """That of some files and folders, which says whether what was measured still holds."""
        found = hashlib.sha256()
        for name in names:
            path = self.home / name
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file() and "__pycache__" not in file.parts:
                    found.update(f"{file.relative_to(self.home)}\0".encode() + file.read_bytes())
        return found.hexdigest()

    def ask(self, **question: Any) -> Any:
        """What the runner answers."""
        assert self._runner.stdin
        assert self._runner.stdout
        print(json.dumps(question), file=self._runner.stdin, flush=True)
        answer = self._runner.stdout.readline()
        if not answer:
            raise SystemExit("The process that runs the tests has ended; what it said stands above.")
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        assert self._runner.stdin
        self._runner.stdin.close()
        self._runner.wait()


class Killers:
    """Which tests killed mutants where: what notices one change often notices the next."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int, str]] = []

    def add(self, mutation: Mutation, test: str) -> None:
        """Remember that ``test`` noticed it."""
        if test:
            self._found.append((mutation.file, mutation.start[0], test))

    def first(self, mutation: Mutation, tests: Sequence[str]) -> list[str]:
        """``tests`` with the killers of neighbours before all others, the nearest first."""
        near = sorted(
            (abs(line - mutation.start[0]), test) for file, line, test in self._found if file == mutation.file
        )
        ordered = dict.fromkeys(test for _, test in near)
        among = set(tests)
        return list(dict.fromkeys([*(test for test in ordered if test in among), *tests]))


def meet(bench: Bench, mutation: Mutation, reached: Mapping[str, Any], killers: Killers) -> tuple[str, str]:
    """What became of a mutant (killed, survived, …; impossible), and how it differs from the source."""
    path = bench.home / mutation.file
    source = path.read_text(encoding="utf-8")
    try:
        changed = str(mutate_code(source, get_operator(mutation.operator)(), mutation.occurrence))
    except AttributeError:  # Cosmic Ray draws exceptions with a dot in their name, and cannot replace them
        return "impossible", ""
    difference = "".join(
        line + "\n"
        for line in unified_diff(source.split("\n"), changed.split("\n"), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    )
    # Of a statement over several lines, the interpreter need not come by the first.
    places = [f"{mutation.file}:{line}" for line in statement_around(source, mutation.start[0])]
    place = next((each for each in places if each in reached["lines"]), places[0])
    tests = reached["lines"].get(place, [])
    if not tests and not is_in_function(source, mutation.start):  # it runs when whatever is in the file does
        tests = _of_file(reached, mutation.file)
    tests = _within(reached.get("budget", BUDGET), killers.first(mutation, tests), reached["seconds"])
    if not tests:
        return "unreached", difference
    question: dict[str, Any] = {"tests": tests, "seconds": {test: reached["seconds"][test] for test in tests}}
    before = path.stat()
    try:
        outcome, test = "elsewhere", ""
        if place in reached["lines"] and place not in reached["early"]:
            outcome, test = bench.ask(file=mutation.file, mutant=changed, **question)
        if outcome == "elsewhere":
            path.write_text(changed, encoding="utf-8")
            # Compiled code is told by time and size of its source.
            os.utime(path, (before.st_atime, before.st_mtime + 10))
            outcome, test = bench.ask(**question)
    finally:
        path.write_text(source, encoding="utf-8")
        os.utime(path, (before.st_atime, before.st_mtime))
    if outcome == "killed":
        killers.add(mutation, test)
    return str(outcome), difference


def _of_file(reached: Mapping[str, Any], file: str) -> list[str]:
    """The tests that reach any line of a file, the quickest first."""
    tests = {
        test for place, tests in reached["lines"].items() if place.startswith(f"{file}:") for test in tests
    }
    return sorted(tests, key=reached["seconds"].__getitem__)


def _within(budget: float, tests: Sequence[str], seconds: Mapping[str, float]) -> list[str]:
    """The first of ``tests`` that take so many seconds together."""
    together = accumulate(seconds[test] for test in tests)
    return [test for test, taken in zip(tests, together, strict=True) if taken <= budget]


def _leave_out(reached: dict[str, Any], *, heavy_too: bool) -> None:
    """Few tests take most of the time; what only they notice counts as a survivor.

    One that failed with nothing mutated, as a busy machine can make it, says nothing of a mutant.
    """
    seconds = reached["seconds"]
    limit = HEAVY * sum(seconds.values()) / max(len(seconds), 1)
    heavy = {test for test, taken in seconds.items() if taken > limit and not heavy_too}
    for test in sorted(heavy):
        print(f"Not asked, for it takes too long: {test}")
    for test in reached["failed"]:
        print(f"Not asked, for it FAILED with nothing mutated: {test}")
    heavy |= {*reached["failed"]}
    names = list(seconds)
    for place, tests in reached["lines"].items():
        reached["lines"][place] = [names[test] for test in tests if names[test] not in heavy]


@dataclass(frozen=True)
class Wanted:
    """Which mutants of a room: ``count`` of a ``seed`` but for the first ``skipped``, or those of a report.

    With ``tests``, these are asked, and not those of the room.
    """

    room: str
    count: int
    seed: int
    skipped: int
    again: bool
    tests: tuple[str, ...]

    @property
    def report(self) -> Path:
        """Where the survivors are written."""
        return MUTANTS / f"{self.room}-{self.seed}{'-again' if self.again else ''}.txt"

    def sample(self, found: Sequence[Mutation]) -> list[Mutation]:
        """The mutants that are to be met."""
        drawn = chosen(found, self.count, self.seed)[self.skipped :]
        if not self.again:
            return drawn
        before = (MUTANTS / f"{self.room}-{self.seed}.txt").read_text(encoding="utf-8")
        return [mutation for mutation in drawn if f": {mutation}\n" in before]


def measured(bench: Bench, wanted: Wanted, files: Sequence[str]) -> dict[str, Any]:
    """What the tests reach, measured anew where they or the sources have changed; they are collected then.

    Raises:
        SystemExit: they cannot be run, or fail with nothing mutated.
    """
    room = ROOMS[wanted.room]
    tests = list(wanted.tests) or [*room.tests, *(f"--ignore={path}" for path in room.without)]
    digest = bench.digest([*files, *(wanted.tests or room.tests)])
    known = MUTANTS / f"{wanted.room}{'-some' if wanted.tests else ''}.json"
    reached: dict[str, Any] = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
    if reached.get("of") != digest:
        print(f"Running the tests of the room {wanted.room} as it is", flush=True)
        reached = bench.ask(measure=tests, sources=files)
        if "lines" not in reached:
            raise SystemExit(f"The tests cannot be run: {reached}")
        known.write_text(json.dumps({**reached, "of": digest}), encoding="utf-8")
    if len(reached["failed"]) > MOST_FAILED:
        raise SystemExit(f"The tests fail before anything is mutated: {reached['failed']}")
    if wanted.tests:
        reached["budget"] = float("inf")
    _leave_out(reached, heavy_too=bool(wanted.tests))
    if bench.ask(collect=tests) != "ready":
        raise SystemExit("The tests cannot be collected; what pytest says stands above.")
    return reached


def run(wanted: Wanted) -> int:
    """Mutate a room and print what became of it; the exit status is 0 unless nothing could be measured."""
    bench = Bench(MUTANTS / wanted.report.stem)
    paths = {path for pattern in ROOMS[wanted.room].sources for path in bench.home.glob(pattern)}
    files = sorted(path.relative_to(bench.home).as_posix() for path in paths)
    reached = measured(bench, wanted, files)
    sources = {file: (bench.home / file).read_text(encoding="utf-8") for file in files}
    found = [mutation for file, source in sources.items() for mutation in mutations(file, source)]
    sample = wanted.sample(found)
    print(f"{len(sample)} of {len(found):,} mutants, seed {wanted.seed}", flush=True)
    outcomes: Counter[str] = Counter()
    killers = Killers()
    with wanted.report.open("w", encoding="utf-8") as survivors:
        for number, mutation in enumerate(sample, 1):
            outcome, difference = meet(bench, mutation, reached, killers)
            outcomes[outcome] += 1
            if outcome not in {"killed", "timeout", "impossible"}:
                print(f"{outcome}: {mutation}\n{difference}", file=survivors, flush=True)
            if number % 25 == 0:
                print(f"{number}: {dict(outcomes)}", flush=True)
    bench.close()
    killed = outcomes["killed"] + outcomes["timeout"]
    met = len(sample) - outcomes["impossible"]
    print(wanted.report.read_text(encoding="utf-8"))
    print(
        f"{wanted.room}: {killed} of {met} killed ({killed / max(met, 1):.1%}), "
        f"{outcomes['timeout']} of them by running for ever; {outcomes['survived']} survived, "
        f"{outcomes['unreached']} on lines that no test reaches; seed {wanted.seed}; "
        f"{wanted.report.relative_to(ROOT)}"
    )
    return 0


def main() -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("room", choices=sorted(ROOMS))
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--skip", type=int, default=0, help="go on with a sample that was cut off after so many"
    )
    parser.add_argument("--again", action="store_true", help="only what survived the last time")
    parser.add_argument("--tests", nargs="+", default=(), help="ask these tests, and no others")
    given = parser.parse_args()
    return run(Wanted(given.room, given.sample, given.seed, given.skip, given.again, tuple(given.tests)))


if __name__ == "__main__":
    sys.exit(main())
