"""Runs tests in forked processes, against a mutant: what can be loaded once is loaded once.

Modules to load first may be its arguments. Questions and answers are lines of JSON, on stdin and to stdout:

``{"measure": [pytest's arguments], "sources": [files]}`` runs everything once and answers how many seconds
each test takes, the quickest first, which of them, by number, reach which line, and which lines run early:
before any test does.

``{"collect": [pytest's arguments]}`` reads the tests, and the product with them, and answers "ready".

``{"tests": [...], "seconds": {test: 0.1}}`` runs these tests in this order and answers ``[outcome, test]``:
"killed" when one of them fails, "timeout" when one takes many times as long as it should, "survived" when
all pass.
With ``"file"`` and ``"mutant"`` (the text of a changed module) the tests that were collected are run after
its changed functions have been put in the place of the loaded ones, and the answer is ``["elsewhere", ""]``
when more than functions has changed. Without them everything is read again, from the files as they are.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from hypothesis import Phase, settings

# Third parties of what is tested and of its tests; nothing of the product, which must be read when mutated.
PRELOADED = (
    "boto3", "botocore.session", "chevron", "html5lib", "hypothesis", "jsonschema", "lxml.html",
    "moto.moto_server.threaded_moto_server", "moto.backends", "playwright.sync_api", "premailer", "tinycss2",
    "rich.console", "click", "schemathesis.pytest.plugin",
)  # fmt: skip
QUIET = (
    "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # plugins are among what is preloaded
)  # fmt: skip
MEMORY = 3 << 30
"""Bytes of data at most: a mutant that piles up without end is to fail, not to take the machine along."""
TIMES, SECONDS = 10, 15
"""How many times its own time, and how much more, a test may take before its mutant runs for ever."""
WHOLE = 3600.0


class Durations:
    """A plugin of pytest that adds up how long each test takes, and knows what fixtures it shares."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self.shared: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            definitions = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009
            self.shared[item.nodeid] = {
                name for name, (*_, found) in definitions.items() if found.scope != "function"
            }

    def beside(self, test: str) -> set[str]:
        """The tests that share a fixture with ``test``: it was made for the first of them."""
        own = self.shared.get(test, set()) - set[str].intersection(*self.shared.values())
        return {other for other, names in self.shared.items() if own & names}


class Quickly:
    """A plugin of pytest: few examples, and no search for the smallest one that fails."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        few = settings.get_profile("quick")
        phases = (Phase.explicit, Phase.generate)
        # Under its own name, by which tests ask how many examples they may draw.
        settings.register_profile("quick", few, phases=phases, report_multiple_bugs=False)
        settings.load_profile("quick")


class Reached:
    """A plugin of pytest that notes in which phase of which test a line runs."""

    def __init__(self, sources: list[str]) -> None:
        # In memory: a test may give up the right to write files.
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(Path(source).resolve()) for source in sources]
        )
        self._coverage.start()

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(f"{item.nodeid}|setup")
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(f"{item.nodeid}|run")
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(f"{item.nodeid}|teardown")
        return (yield)

    def found(self, source: str) -> dict[int, list[str]]:
        return self._coverage.get_data().contexts_by_lineno(str(Path(source).resolve()))


def measure(arguments: list[str], sources: list[str]) -> dict[str, Any]:
    """Run in this (forked) process."""
    durations, reached = Durations(), Reached(sources)
    status = pytest.main([*QUIET, *arguments], plugins=[durations, reached, Quickly()])
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        return {"stopped": str(status)}
    quickest = sorted(durations.seconds, key=durations.seconds.__getitem__)
    numbers = {test: number for number, test in enumerate(quickest)}
    lines: dict[str, list[int]] = {}
    early = []
    for source in sources:
        for line, contexts in reached.found(source).items():
            tests = {context.rpartition("|")[0] for context in contexts}
            for context in contexts:
                if context.endswith("|setup"):
                    tests |= durations.beside(context.rpartition("|")[0])
            tests &= durations.seconds.keys()
            # What runs while a module is imported may be reached by every test.
            lines[f"{source}:{line}"] = sorted(numbers[test] for test in tests or numbers)
            if "" in contexts:
                early.append(f"{source}:{line}")
    seconds = {test: durations.seconds[test] for test in quickest}
    return {"lines": lines, "seconds": seconds, "early": early, "failed": durations.failed}


def forked(work: Callable[[Callable[[object], None]], Any], patience: Callable[[str], float]) -> Any:
    """What ``work`` returned in a process of its own, or ``[outcome, last word]`` when that has ended before.

    ``work`` is given what it tells of its progress with; ``patience`` says how many seconds may pass after
    each such word ("" at the start).
    """
    reading, writing = os.pipe()
    own = tempfile.mkdtemp(prefix="mutant-")
    os.chmod(own, 0o755)  # noqa: PTH101 - a test may become an ordinary user
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reading)
        # The last word of a child is its answer, whatever the tests do to the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.environ.update(TMPDIR=own, PYTHONDONTWRITEBYTECODE="1")
        tempfile.tempdir = None
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        with os.fdopen(writing, "w") as answer:

            def tell(word: object) -> None:
                print(json.dumps(word), file=answer, flush=True)

            tell({"done": work(tell)})
        os._exit(0)
    os.close(writing)
    word, outcome, parts = "", "timeout", list[bytes]()
    deadline = time.monotonic() + patience(word)
    with os.fdopen(reading, "rb", buffering=0) as told:
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([told], [], [], left)[0]:
                continue
            part = told.read(1 << 16)
            if not part:
                outcome = "killed"  # a mutant may end the process itself
                break
            if b"\n" not in part:  # much is said in one line, when everything is measured
                parts.append(part)
                continue
            *lines, rest = b"".join([*parts, part]).split(b"\n")
            parts = [rest]
            for line in lines:
                found = json.loads(line)
                if isinstance(found, dict):
                    outcome, result = "done", found["done"]
                else:
                    word = found
                deadline = time.monotonic() + patience(word)
            if outcome == "done":
                break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    shutil.rmtree(own, ignore_errors=True)
    return result if outcome == "done" else [outcome, word]


def changed_functions(old: CodeType, new: CodeType) -> dict[tuple[str, int], CodeType] | None:
    """The functions of a module that have changed, by name and line; None when anything else has."""
    if not _same_but_for_functions(old, new):
        return None
    found: dict[tuple[str, int], CodeType] = {}
    for before, after in zip(_inside(old), _inside(new), strict=True):
        if before.co_flags & 0x2:  # CO_NEWLOCALS: a function; the body of a class has none of its own
            if before == after:
                continue
            if before.co_freevars != after.co_freevars:
                return None
            found[before.co_qualname, before.co_firstlineno] = after
            if _same_but_for_functions(before, after):
                found.update(changed_functions(before, after) or {})
        else:
            inside = changed_functions(before, after)
            if inside is None:
                return None
            found.update(inside)
    return found


def _inside(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _same_but_for_functions(old: CodeType, new: CodeType) -> bool:
    mine, others = (
        [one if not isinstance(one, CodeType) else None for one in code.co_consts] for code in (old, new)
    )
    return [*map(repr, mine)] == [*map(repr, others)] and all(
        getattr(old, part) == getattr(new, part) for part in ("co_code", "co_names", "co_exceptiontable")
    )


def put_in_place(file: str, mutant: str) -> bool:
    """Give the loaded functions of ``file`` the code of ``mutant``; False when that is not enough."""
    path = Path(file).resolve()
    with contextlib.suppress(SyntaxError):
        source = path.read_text(encoding="utf-8")
        old, new = (compile(text, str(path), "exec", dont_inherit=True) for text in (source, mutant))
        functions = changed_functions(old, new)
        if not functions:
            return False
        gc.unfreeze()
        placed = set()
        for function in gc.get_objects():
            if type(function) is FunctionType and function.__code__.co_filename == str(path):
                key = function.__code__.co_qualname, function.__code__.co_firstlineno
                if key in functions:
                    function.__code__ = functions[key]
                    placed.add(key)
        return any(key in placed for key in functions)
    return False


class Chosen:
    """A plugin of pytest that runs some tests of those that are collected, in the order given."""

    def __init__(self, tests: list[str], tell: Callable[[object], None]) -> None:
        self.tests, self.tell = tests, tell
        self.last = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.tests if test in found]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.last = nodeid
        self.tell(nodeid)


def outcome(tests: list[str], tell: Callable[[object], None]) -> list[str]:
    """Run in this (forked) process; a mutant that cannot even be imported is killed as well."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    plugin = Chosen(tests, tell)
    status = pytest.main([*QUIET, "-x", *files], plugins=[plugin, Quickly()])
    return ["survived" if status == pytest.ExitCode.OK else "killed", plugin.last]


class Served:
    """A plugin of pytest that answers questions in place of running what was collected."""

    def __init__(self, questions: Iterator[str], answer: Callable[[Any], None]) -> None:
        self._questions, self._answer = questions, answer
        self._errors = os.dup(2)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            self._answer("failed")
            os._exit(1)
        self._items = {item.nodeid: item for item in session.items}
        self._answer("ready")
        with self._reported():
            for line in self._questions:
                question = json.loads(line)
                self._answer(forked(partial(self._meet, question), patience_with(question["seconds"])))
        os._exit(0)

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """Print what goes wrong here, or in a process forked from here, which pytest would keep to itself."""
        try:
            yield
        except BaseException:  # noqa: BLE001 - whatever it is, nobody else says it
            os.write(self._errors, traceback.format_exc().encode())
            os._exit(1)

    def _meet(self, question: Mapping[str, Any], tell: Callable[[object], None]) -> list[str]:
        if not put_in_place(question["file"], question["mutant"]):
            return ["elsewhere", ""]
        # For programs that tests start.
        Path(question["file"]).write_text(question["mutant"], encoding="utf-8")
        items = [self._items[test] for test in question["tests"] if test in self._items]
        reports = Durations()
        items[0].config.pluginmanager.register(reports)
        for item, following in zip(items, [*items[1:], None], strict=True):
            tell(item.nodeid)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if reports.failed:
                return ["killed", item.nodeid]
        return ["survived", ""]


def patience_with(seconds: Mapping[str, float]) -> Callable[[str], float]:
    """How long to wait after the word that a test begins."""
    return lambda test: TIMES * seconds.get(test, SECONDS) + SECONDS


class Collected:
    """A process that has read the tests, and the product with them."""

    def __init__(self, arguments: list[str]) -> None:
        self.arguments = arguments
        (there, asking), (answers, answering) = os.pipe(), os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(asking)
            os.close(answers)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            with os.fdopen(there) as questions, os.fdopen(answering, "w") as said:
                served = Served(questions, lambda found: print(json.dumps(found), file=said, flush=True))
                pytest.main([*QUIET, *arguments], plugins=[served, Quickly()])
            os._exit(1)
        os.close(there)
        os.close(answering)
        self._asking, self._answers = os.fdopen(asking, "w"), os.fdopen(answers)

    def answer(self) -> Any:
        line = self._answers.readline()
        return json.loads(line) if line else "failed"

    def ask(self, line: str) -> Any:
        print(line, file=self._asking, end="", flush=True)
        return self.answer()


def main() -> None:
    for module in sys.argv[1:] or PRELOADED:
        __import__(module)
    # What was compiled is told by size and second of its source, which a mutant may share with it.
    sys.dont_write_bytecode = True
    collected: Collected | None = None
    for line in sys.stdin:
        question = json.loads(line)
        answer: Any
        if "measure" in question:
            work = partial(measure, question["measure"], question["sources"])
            answer = forked(lambda _, work=work: work(), lambda _: WHOLE)  # type: ignore[misc]
        elif "collect" in question:
            collected = Collected(question["collect"])
            answer = collected.answer()
        elif "mutant" in question:
            assert collected
            answer = collected.ask(line)
            if answer == "failed":  # whatever became of it: its answer is to be had without it
                collected = Collected(collected.arguments)
                collected.answer()
                answer = ["elsewhere", ""]
        else:
            answer = forked(partial(outcome, question["tests"]), patience_with(question["seconds"]))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
