"""How commands speak: results on standard output, progress and errors on standard error.

Whatever is printed goes through ``printable``: the names, messages and errors of others included. What is
given to ``print`` is one line, in which ``[bold]`` is five letters in brackets; style is for ``Text``. In a
job of GitHub it goes through ``unobeyed`` as well.
"""

from __future__ import annotations

import io
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click
from rich import console as rich_console
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from app.commands.indented import indented
from app.core.findings import Finding, Severity
from bbws_templates.errors import BbwsTemplatesError, ContractError
from bbws_templates.printable import json_printable, printable

if TYPE_CHECKING:
    from app.commands.tables import Table

_SIZE: Final = re.compile(r"[1-9][0-9]{0,5}")  # of a terminal
_SECONDS_BETWEEN_DRAWINGS: Final = 0.1

# GitHub's runner takes a line for a command that begins with "::", whatever blanks are before it, or that has
# "##[" anywhere. Source: actions/runner, src/Runner.Common/ActionCommand.cs.
_ORDER: Final = re.compile(r"^\s*(?P<line>:)(?=:)|(?P<older>#)(?=#\[)", re.MULTILINE)


class Console(rich_console.Console):
    """A console on which nobody's text does anything but stand there."""

    def __init__(self, **options: Any) -> None:
        # On a width of 0 rich prints nothing, and at one of "²" it fails.
        odd = {name for name in ("COLUMNS", "LINES") if not _SIZE.fullmatch(os.environ.get(name, ""))}
        around = {name: value for name, value in os.environ.items() if name not in odd}
        super().__init__(markup=False, emoji=False, highlight=False, _environ=around, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich's, each text on one line."""
        super().print(*(one_line(each) for each in objects), **options)

    def render(
        self, renderable: rich_console.RenderableType, options: rich_console.ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As rich's; whatever way a text has taken to here, it holds nothing that a terminal obeys."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield segment._replace(text=printable(segment.text, lines=True))


def one_line(text: Any) -> Any:
    """A text, styled or not, on one line; anything else as it is."""
    if isinstance(text, str):
        return Text(unobeyed(printable(text)))
    if not isinstance(text, Text):
        return text
    line = text
    if printable(text.plain) != text.plain:
        line = Text(justify=text.justify, overflow=text.overflow, no_wrap=text.no_wrap)
        for segment in text.render(out):
            line.append(printable(segment.text), segment.style)
    for at in reversed(_orders(line.plain)):
        line = line[:at].append(_escaped(line.plain[at])).append(line[at + 1 :])
    return line


def unobeyed(text: str) -> str:
    r"""``text``, in a job of GitHub with an escape where its runner would obey a line: ``\x3a:error::``.

    Nothing of ours is meant for the runner, and what others wrote could mask, annotate or set an output.
    """
    for at in reversed(_orders(text)):
        text = text[:at] + _escaped(text[at]) + text[at + 1 :]
    return text


def _orders(text: str) -> list[int]:
    """Where the signs stand that make a command of a line, in a job of GitHub."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    return [found.start(found.lastgroup or 0) for found in _ORDER.finditer(text)]


def _escaped(sign: str) -> str:
    return f"\\x{ord(sign):02x}"


out = Console(soft_wrap=True)
"""Results, for people. Machines get ``print_json``."""

err = Console(stderr=True, soft_wrap=True)
"""Progress, warnings and errors."""

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def print_json(value: Any) -> None:
    """Write ``value`` as indented JSON and nothing else: UTF-8 (RFC 8259 section 8.1), whatever the terminal.

    Text that is no Unicode, such as half of a surrogate pair in the data, becomes an escape of JSON, and so
    does what ``printable`` would not show: the values are the same.
    """
    text = json_printable(indented(value) + "\n")
    for at in reversed(_orders(text)):  # within a string; no line of JSON begins with a colon
        text = f"{text[:at]}\\u{ord(text[at]):04x}{text[at + 1 :]}"
    write_bytes(text.encode())


def write_bytes(content: bytes) -> None:
    """Write all of ``content``: an unbuffered stream (``PYTHONUNBUFFERED``) may take a part at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]


def write_document(content: bytes) -> None:
    """Write a document of UTF-8, byte for byte; on a terminal as it can be looked at without harm."""
    if sys.stdout.isatty():
        content = printable(content.decode("utf-8", "surrogateescape"), lines=True).encode()
    write_bytes(content)


class _LogFormatter(logging.Formatter):
    """As ``logging`` formats, and printable; a traceback keeps its lines."""

    def format(self, record: logging.LogRecord) -> str:
        return unobeyed(printable(super().format(record), lines=True))


def print_log() -> None:
    """From now on, print warnings and errors of logs on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_LogFormatter("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def print_usage_error(error: click.ClickException, *, as_json: bool = False) -> None:
    """What click says of a wrong call, which repeats what was given; as ``print_error`` for a machine."""
    vars(error)["message"] = printable(error.message)
    text = io.StringIO()
    error.show(file=text)
    err.file.write(unobeyed(printable(text.getvalue(), lines=True)))
    err.file.flush()
    if as_json:
        said = error_members(BbwsTemplatesError(error.format_message()))
        print_json({"error": {**said, "code": "usage"}})


def print_error(error: BbwsTemplatesError, *, as_json: bool = False) -> None:
    """One line that says where, what and how to mend it; as a JSON object too when a machine listens.

    Of data that break a contract in several places, each place has a line of its own.
    """
    problems = [str(problem) for problem in error.problems] if isinstance(error, ContractError) else []
    sentence = str(error)
    if len(problems) > 1:
        sentence = sentence.replace(f" {'; '.join(problems)}.", "")
    err.print(Text("error: ", style="bold red").append(sentence, style="default"))
    for problem in problems[len(problems) == 1 :]:
        err.print(Text(f"  {problem}"))
    if as_json:  # at last: where it finds no room, a person has heard of it
        print_json({"error": error_members(error)})


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
    text = io.StringIO()
    Console(width=width, file=text).print(table)
    for line in text.getvalue().removesuffix("\n").split("\n"):
        out.print(line.rstrip())


def print_finding(finding: Finding, *, console: Console = out) -> None:
    """A finding on two lines: place, severity, code and message; then the remedy."""
    line = Text.assemble(
        (str(finding.location), "bold"),
        " ",
        (finding.severity.value, _COLOURS[finding.severity]),
        f" {finding.message} ",
        (f"({finding.code})", "dim"),
    )
    if finding.fixture:
        line.append(f" [{finding.fixture}]", style="dim")
    console.print(line)
    if finding.waiver is not None:
        console.print(f"    waived: {finding.waiver}", style="dim")
    elif finding.remedy:
        console.print(f"    {finding.remedy}", style="dim")


@contextmanager
def progress_bar(total: int, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function to be told of each step by name; draws a bar on a terminal, is silent elsewhere.

    It is drawn with the steps and not by a thread of its own: until there are others the process can be
    copied, and a machine may have none to spare.
    """
    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    # Who has no terminal, such as a program, need not wait for it to be loaded.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        auto_refresh=False,
    )
    task = bar.add_task("", total=total)
    started, drawn = False, 0.0

    def step(name: str) -> None:
        nonlocal started, drawn
        if not started:
            bar.start()
        bar.update(task, description=printable(name), advance=1 if started else 0)
        started, now = True, time.monotonic()
        if now - drawn > _SECONDS_BETWEEN_DRAWINGS:
            drawn = now
            bar.refresh()

    try:
        yield step
    finally:
        if started:
            bar.stop()
