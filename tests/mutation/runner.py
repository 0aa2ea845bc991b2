"""Runs tests in forked processes: what the tests import is loaded once, what they test is loaded each time.

Questions come as lines of JSON on stdin, answers go as lines of JSON to stdout:

``{"measure": [pytest's arguments], "sources": [files]}`` runs everything once and answers which tests reach
which line, the quickest first, and how many seconds each takes; ``{"tests": [...], "seconds": 60}`` answers
"killed" when one of them fails, "timeout" when they did not end in time, "survived" when all pass.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import coverage
import pytest

# Third parties of what is tested and of its tests; nothing of the product, which must be read when mutated.
PRELOADED = (
    "boto3", "botocore.session", "chevron", "html5lib", "hypothesis", "jsonschema", "lxml.html",
    "moto.moto_server.threaded_moto_server", "moto.backends", "playwright.sync_api", "premailer", "tinycss2",
    "rich.console", "click", "pytest_cov.plugin", "schemathesis.pytest.plugin",
)  # fmt: skip
QUIET = (
    "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist",
    "--hypothesis-profile=quick",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # plugins are among what is preloaded
)  # fmt: skip


class Durations:
    """A plugin of pytest that adds up how long each test takes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def measure(arguments: list[str], sources: list[str]) -> dict[str, Any]:
    """Run in this (forked) process."""
    durations, data = Durations(), Path(".coverage.mutants").resolve()
    wanted = ["--cov-config=/dev/null", "--cov-context=test", "--cov-report="]
    os.environ["COVERAGE_FILE"] = str(data)
    folders = sorted({Path(source).parts[0] for source in sources})
    status = pytest.main(
        [*QUIET, *wanted, *(f"--cov={folder}" for folder in folders), *arguments], plugins=[durations]
    )
    if status != pytest.ExitCode.OK:
        return {"failed": durations.failed or str(status)}
    found = coverage.CoverageData(str(data))
    found.read()
    lines: dict[str, list[str]] = {}
    for source in sources:
        for line, contexts in found.contexts_by_lineno(str(Path(source).resolve())).items():
            tests = {context.rpartition("|")[0] for context in contexts} & durations.seconds.keys()
            # What runs while a module is imported may be reached by every test.
            lines[f"{source}:{line}"] = sorted(tests or durations.seconds, key=durations.seconds.__getitem__)
    return {"lines": lines, "seconds": durations.seconds}


def forked(work: Any, seconds: float) -> Any:
    """What ``work()`` returned in a process of its own; "timeout" when it did not within ``seconds``."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reading)
        # The last word of a child is its answer, whatever the tests do to the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.dont_write_bytecode = True  # it is told by its source's time, which two mutants may share
        with os.fdopen(writing, "w") as answer:
            json.dump(work(), answer)
        os._exit(0)
    os.close(writing)
    deadline = time.monotonic() + seconds
    os.set_blocking(reading, False)
    said = b""
    with os.fdopen(reading, "rb", buffering=0) as answer:
        while time.monotonic() < deadline:
            part = answer.read(1 << 16)
            if part == b"":
                break
            said += part or b""
            if part is None:
                time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if said:
        return json.loads(said)
    # A mutant may end the process itself; one that is still at work then runs for ever.
    return "killed" if time.monotonic() < deadline else "timeout"


def main() -> None:
    for module in PRELOADED:
        __import__(module)
    for line in sys.stdin:
        question = json.loads(line)
        if "measure" in question:
            answer = forked(partial(measure, question["measure"], question["sources"]), 3600)
        else:
            answer = forked(partial(outcome, question["tests"]), question["seconds"])
        print(json.dumps(answer), flush=True)


class Chosen:
    """A plugin of pytest that runs some tests of those that are collected, in the order given."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.tests if test in found]


def outcome(tests: list[str]) -> str:
    """Run in this (forked) process; a mutant that cannot even be imported is killed as well."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    status = pytest.main([*QUIET, "-x", *files], plugins=[Chosen(tests)])
    return "survived" if status == pytest.ExitCode.OK else "killed"


if __name__ == "__main__":
    main()
