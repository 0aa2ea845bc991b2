"""What a runbook says that somebody reads on the screen is what the programs print, with that exit status."""

from __future__ import annotations

import ast
import functools
import mmap
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import botocore.exceptions
import pytest

import app.browser.errors
import app.core.building
import app.core.errors
import app.publishing.errors
import bbws_templates.faults
import infra.deploy.errors
from app.outcomes import outcome_of
from infra.deploy.terraform import find_terraform
from tests.documents.markdown import ROOT, documents, rows

SOURCES: Final = ("app", "bbws_templates", "infra", "scripts")
TEXTS: Final = ("Makefile", "*.mk", ".github/**/*.yml")
MODULES: Final = (
    *(app.browser.errors, app.core.building, app.core.errors, app.publishing.errors),
    bbws_templates.faults,
)
OF_AWS: Final = {"Not authorized to perform sts:AssumeRoleWithWebIdentity"}
"""What only AWS prints, and nobody here can make it say."""
_HOLE: Final = "\0"
_WORD: Final = "deploy-dev|promote-sit|rollback-prod"


@dataclass(frozen=True)
class Row:
    """A message in the first cell of a row, and the exit status that stands behind it, "" for none."""

    document: Path
    line: int
    message: str
    status: str

    def __str__(self) -> str:
        return f"{self.document.stem}:{self.line}:{self.message[:30]}"


def quoted() -> list[Row]:
    found = []
    for document in documents("docs/runbooks/*.md", "docs/disaster-recovery.md"):
        for line, cells in rows(document):
            for message, status in re.findall(r'"([^"]+)"(?: \(status (\d)\))?', cells[0]):
                found.append(Row(document, line, message, status))
    return found


@functools.cache
def printed() -> dict[str, set[str]]:
    """Every text of the programs, with holes where something is filled in, to the errors that say it.

    An error is named with its folder: there is a RefusedError in two of them.
    """
    found: dict[str, set[str]] = {}
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            nodes = [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
            made = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
            for node in nodes:
                if text := _text(node):
                    found.setdefault(text, set())
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    for text in _texts(node, made):
                        found.setdefault(text, set()).add(f"{folder}.{node.func.id}")
    for file in documents(*TEXTS):
        found.setdefault(file.read_text(encoding="utf-8"), set())
    return found


def _texts(call: ast.Call, made: Mapping[str, ast.FunctionDef]) -> Iterator[str]:
    """The texts that an error is given, by itself or by a function of the same file that makes them."""
    for node in ast.walk(call):
        yield _text(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in made:
            yield from (_text(inner) for inner in ast.walk(made[node.func.id]))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%[sd]", _HOLE, node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else _HOLE for part in node.values)
    return ""


def said_by(message: str) -> Iterator[tuple[str, set[str]]]:
    """The texts that print the message, each with its errors; a word that is filled in stands for any."""
    words = re.split(f"…|{_WORD}|(?<=is )waiting|(?<=\\()[a-z ]+(?=\\))", message)
    pattern = re.compile(".*?".join(re.escape(part) for part in words), re.DOTALL)
    yield from ((text, errors) for text, errors in printed().items() if pattern.search(text))


def _in_terraform(message: str) -> bool:
    with (
        Path(find_terraform()).open("rb") as program,
        mmap.mmap(program.fileno(), 0, access=mmap.ACCESS_READ) as whole,
    ):
        return whole.find(message.encode()) >= 0


@pytest.mark.parametrize("row", quoted(), ids=str)
def test_a_message_of_a_runbook_is_one_that_somebody_prints(row: Row) -> None:
    assert (
        any(said_by(row.message))
        or row.message in OF_AWS
        or row.message in Path(botocore.exceptions.__file__).read_text(encoding="utf-8")
        or _in_terraform(row.message)
    ), "no program says so"


@pytest.mark.parametrize("row", [row for row in quoted() if row.status], ids=str)
def test_a_message_leaves_with_the_status_that_stands_behind_it(row: Row) -> None:
    kinds = {name for _, errors in said_by(row.message) for name in errors if name.endswith("Error")}
    assert kinds, "no error says so"
    assert {_status(name) for name in kinds} == {row.status}, kinds


def _status(name: str) -> str:
    folder, _, name = name.partition(".")
    if folder == "infra":
        return str(getattr(infra.deploy.errors, name).exit_code)
    (kind,) = {getattr(module, name) for module in MODULES if hasattr(module, name)}
    return str(outcome_of(kind("")).exit_code)


def test_there_are_messages_to_look_for() -> None:
    assert len(quoted()) >= 40
    assert sum(bool(row.status) for row in quoted()) >= 5
