"""How commands speak: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich import console as rich_console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from app.core.findings import Finding, Severity
from bbws_templates.errors import BbwsTemplatesError, ContractError


class Console(rich_console.Console):
    """A console that leaves it to ``app.cli`` what it means that the reader has gone."""

    def on_broken_pipe(self) -> None:
        """Pass the error on; called where it was caught."""
        raise  # noqa: PLE0704  rich calls this while it handles the error


out = Console(highlight=False, soft_wrap=True)
"""Results, for people. Machines get ``print_json``."""

err = Console(stderr=True, highlight=False, soft_wrap=True)
"""Progress, warnings and errors."""

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_json(value: Any) -> None:
    """Write ``value`` as indented JSON and nothing else: UTF-8 (RFC 8259 section 8.1), whatever the terminal.

    Text that is no Unicode, such as half of a surrogate pair in the data, becomes an escape of JSON.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_bytes(text.encode("utf-8", "backslashreplace"))


def write_bytes(content: bytes) -> None:
    """Write all of ``content``: an unbuffered stream (``PYTHONUNBUFFERED``) may take a part at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]


def print_error(error: BbwsTemplatesError, *, as_json: bool = False) -> None:
    """One line that says where, what and how to mend it; as a JSON object too when a machine listens.

    Of data that break a contract in several places, each place has a line of its own.
    """
    if as_json:
        print_json({"error": error_members(error)})
    problems = [str(problem) for problem in error.problems] if isinstance(error, ContractError) else []
    sentence = str(error)
    if len(problems) > 1:
        sentence = sentence.replace(f" {'; '.join(problems)}.", "")
    err.print(Text("error: ", style="bold red").append(sentence, style="default"))
    for problem in problems[len(problems) == 1 :]:
        err.print(Text(f"  {problem}"))


def error_members(error: BbwsTemplatesError) -> dict[str, Any]:
    """An error as JSON members; the same everywhere on the command line."""
    where = error.location
    members: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "file": where.file if where else "",
        "line": where.line if where else 0,
        "column": where.column if where else 0,
        "pointer": where.pointer if where else "",
        "remedy": error.remedy,
    }
    if isinstance(error, ContractError):
        members["problems"] = [
            {"pointer": problem.pointer, "expectation": problem.expectation} for problem in error.problems
        ]
    return members


def print_table(table: Table) -> None:
    """``table`` folded to the width of the terminal; elsewhere one line a row, for ``grep`` and the like."""
    if out.is_terminal:
        out.print(table)
        return
    unbounded = out.options.update(max_width=sys.maxsize)
    width = Measurement.get(out, unbounded, table).maximum
    Console(width=width, highlight=False).print(table)


def print_finding(finding: Finding, *, console: Console = out) -> None:
    """A finding on two lines: place, severity, code and message; then the remedy."""
    fixture = f" [dim]\\[{escape(finding.fixture)}][/dim]" if finding.fixture else ""
    colour = _COLOURS[finding.severity]
    console.print(
        f"[bold]{escape(str(finding.location))}[/bold] [{colour}]{finding.severity.value}[/{colour}] "
        f"{escape(finding.message)} [dim]({finding.code})[/dim]{fixture}"
    )
    if finding.remedy:
        console.print(f"    {escape(finding.remedy)}", style="dim")


@contextmanager
def progress_bar(total: int, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function to be told of each step by name; draws a bar on a terminal, is silent elsewhere."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
    ) as bar:
        task = bar.add_task("", total=total)
        started = False

        def step(name: str) -> None:
            nonlocal started
            bar.update(task, description=name, advance=1 if started else 0)
            started = True

        yield step
