"""Every line of the traceability table leads to a file that is there and to a test that is run."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from scripts.reference import tasks
from tests.documents.markdown import ROOT, inline_code, rows

PAGE = ROOT / "docs" / "traceability.md"
SHOWN = ("here", "emulator", "account")
CRITERIA = (
    "three tables with correct schemas in three environments",
    "the indexes created and functional",
    "buckets with versioning, encryption, lifecycle",
    "12 templates uploaded in all environments",
    "replication verified for prod",
    "workflows succeed",
    "all validation stages: schema, template, terraform, security, cost",
    "gates with required reviewers",
    "DEV by pipeline",
    "SIT and PROD by promotion, PROD as a dry run first",
    "PITR verified",
    "hourly backup with 90 days",
    "rollback validated in DEV",
    "failover tested for prod",
    "4 diagrams",
    "4 runbooks",
    "module documentation",
    "post-deployment tests in all environments",
    "JSON Schemas valid",
    "HTML Tidy passes",
    "`terraform fmt -check`",
    "security scan without high or critical",
    "dev and sit under 100 USD a month",
    "seven tags everywhere, compliance verified",
)
"""The success criteria of the design, in its order."""


@functools.cache
def functions(file: Path) -> frozenset[str]:
    """The tests that a file defines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(code: str) -> str:
    """What a piece of code in the table names and nobody has; "" for nothing."""
    if code.startswith("make "):
        name = code.split()[1]
        heavy = name.removeprefix("test-")
        known = {task for task, _ in tasks()}
        return "" if name in known or (heavy != name and is_heavy(heavy)) else f"no task {name}"
    path, _, test = code.partition("::")
    if "/" not in path or not (ROOT / path.partition("/")[0]).exists():
        return ""  # no path of ours
    if not (ROOT / path).exists():
        return f"no file {path}"
    return "" if not test or test in functions(ROOT / path) else f"no test {test} in {path}"


def is_heavy(name: str) -> bool:
    return any(
        f'heavy("{name}")' in file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py")
    )


def test_every_file_test_and_task_that_is_named_exists() -> None:
    found = [f"{line}: {problem}" for line, code in inline_code(PAGE) if (problem := missing(code))]
    assert found == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("make none", "no task none"),
        ("make test-none", "no task test-none"),
        ("tests/documents/none.py", "no file tests/documents/none.py"),
        ("tests/documents/test_links.py::test_none", "no test test_none in tests/documents/test_links.py"),
        ("make infra-verify", ""),
        ("AWS_ROLE_DEV", ""),
    ],
)
def test_what_is_not_there_is_noticed(code: str, problem: str) -> None:
    assert missing(code) == problem


def with_files(nodeids: Iterable[str]) -> set[str]:
    """Tests without their parameters, and the files that they are in."""
    tests = {re.split(r"\[| ", nodeid)[0] for nodeid in nodeids}
    return tests | {test.partition("::")[0] for test in tests}


def test_every_test_that_is_named_is_one_that_make_test_runs(request: pytest.FixtureRequest) -> None:
    """A function of that name may be a helper, be marked heavy, or be hidden by a second of its name."""
    named = {code for _, code in inline_code(PAGE) if re.fullmatch(r"tests/[\w/]+\.py(::\w+)?", code)}
    assert len(named) > 30
    # A run of everything has found them already; of fewer tests, the rest is asked for.
    if rest := named - with_files(item.nodeid for item in request.session.items):
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:randomly", *sorted(rest)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr
        rest -= with_files(line for line in answer.stdout.splitlines() if "::" in line)
    assert rest == set()


def test_every_requirement_has_a_file_a_proof_and_the_place_where_it_holds() -> None:
    lines = [(line, cells) for line, cells in rows(PAGE) if len(cells) == 4]
    assert len(lines) > 65
    for line, (requirement, met, proof, shown) in lines:
        assert requirement, line
        assert re.search(r"\]\([^)]+\)|`[\w./]+/[\w./-]+`", met), f"{line}: met by no file"
        assert re.search(r"`(tests/[\w./]+(::\w+)?|make [\w-]+)`", proof), f"{line}: proven by nothing"
        assert shown.partition(":")[0] in SHOWN, f"{line}: {shown}"
        assert (": " in shown) == shown.startswith("account"), f"{line}: say what shows it"
    assert all(count == 1 for count in Counter(cells[0] for _, cells in lines).values())


def test_every_success_criterion_of_the_design_is_traced() -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition("## Success criteria")[2].partition("\n## ")[0]
    named = re.findall(r"(?m)^\| (.+?) \| \[", section)
    assert tuple(named) == CRITERIA


def test_every_contradiction_says_how_it_was_settled() -> None:
    lines = [cells for _, cells in rows(PAGE) if len(cells) == 3]
    assert len(lines) >= 12
    assert all(all(cells) for cells in lines)
