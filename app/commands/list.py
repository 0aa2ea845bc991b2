"""``list``: which templates there are."""

from __future__ import annotations

from pathlib import Path

import click
from rich.cells import cell_len
from rich.table import Column
from rich.text import Text

from app.commands.options import json_option, template_set_options
from app.commands.output import err, print_finding, print_json, print_table
from app.commands.tables import Table
from app.core.findings import Severity, finding_of
from app.core.workspace import Workspace


@click.command(name="list")
@template_set_options
@json_option
def command(templates: Path, fixtures: Path, as_json: bool) -> None:
    """List the templates with their audience, subject, fixtures and further languages."""
    workspace = Workspace.load(templates, fixtures)
    for problem in workspace.templates.problems:
        if problem.severity is Severity.ERROR:  # without it, nothing would say that a file is not listed
            print_finding(problem, console=err)
    for name, error in workspace.templates.broken_translations.items():
        print_finding(finding_of(error, template=name), console=err)
    rows = [_row(workspace, name) for name in workspace.names()]
    if as_json:
        print_json(rows)
        return
    table = Table(
        Column("Template", no_wrap=True, min_width=max(map(cell_len, workspace.names()), default=0)),
        "Audience",
        Column("Subject", overflow="fold"),
        Column("Fixtures", overflow="fold"),
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    if any(row["locales"] for row in rows):
        table.add_column("Also in", overflow="fold")
    for row in rows:
        subject = Text(str(row["error"]), style="red") if row["error"] else Text(str(row["subject"]))
        lists = [", ".join(row[member]) for member in ("fixtures", "locales")]
        table.add_row(str(row["name"]), str(row["audience"]), subject, *lists[: len(table.columns) - 3])
    print_table(table)


def _row(workspace: Workspace, name: str) -> dict[str, str | list[str]]:
    if name in workspace.templates.broken:
        error = workspace.templates.broken[name]
        return {
            "name": name,
            "audience": "",
            "subject": "",
            "locales": [],
            "fixtures": [],
            "error": str(error),
        }
    source = workspace.source(name)
    metadata = source.metadata
    return {
        "name": name,
        "audience": metadata.audience.value if metadata else "",
        "subject": metadata.subject if metadata else "",
        "locales": list(workspace.templates.locales(name)),
        "fixtures": list(source.fixtures),
        "error": "",
    }
