"""``clients``: what pictures can be drawn with, and which of it this machine has."""

from __future__ import annotations

import click
from rich.table import Column

from app.browser.clients import RENDERERS, RendererKind
from app.browser.errors import BrowserNotFoundError
from app.commands.options import json_option
from app.commands.output import out, print_json, print_table
from app.commands.tables import Table


@click.command(name="clients")
@json_option
def command(as_json: bool) -> None:
    """List the mail clients that pictures can be drawn with, and which of them are here.

    What of each is real code and what is not is said with --json, and in docs/clients.md.
    """
    rows = [_row(kind) for kind in RENDERERS.values()]
    if as_json:
        print_json(rows)
        return
    table = Table(
        Column("Client", no_wrap=True),
        Column("Is", no_wrap=True),
        Column("Version", overflow="fold"),
        Column("Where", overflow="fold"),
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for row in rows:
        table.add_row(row["client"], row["name"], row["version"] or "-", row["program"] or row["reason"])
    print_table(table)
    if not all(row["version"] for row in rows):
        out.print("`make clients` installs what Debian and the npm packages have of the others.", style="dim")


def _row(kind: RendererKind) -> dict[str, str]:
    row = {"client": kind.key, "name": kind.label, "version": "", "program": "", "origin": "", "reason": ""}
    try:
        found = kind.find()
        row |= {"version": found.version, "program": str(found.executable), "origin": found.origin}
    except BrowserNotFoundError as error:
        row["reason"] = str(error)
    return {**row, "real": kind.real, "lacks": kind.lacks}
