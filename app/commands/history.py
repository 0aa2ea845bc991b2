"""``history``: who activated what, when and why."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click
from rich.table import Column
from rich.text import Text

from app.commands.options import json_option
from app.commands.output import out, print_json, print_table
from app.commands.releasing import chosen_target, open_catalogue, target_argument
from app.commands.tables import Table
from app.publishing.history import activations
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.pointer import Activation


@click.command(name="history")
@target_argument
@click.option("--limit", type=click.IntRange(min=1), help="Show this many, the newest.")
@json_option
def command(
    target_word: str | None,
    target_option: str | None,
    settings: Path | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Show who activated what, when and why, newest first.

    Kept for ever, and in the right order even where a publisher's clock was wrong. Where a page of it cannot
    be read, what is newer is shown before the error.
    """
    catalogue = open_catalogue(chosen_target(target_word, target_option), settings)
    standing = catalogue.standing()
    entries: list[Activation] = []
    problem: BbwsTemplatesError | None = None
    try:
        entries.extend(islice(activations(catalogue.store, standing.pointer), limit) if standing else ())
    except BbwsTemplatesError as error:
        if as_json:  # for programs it is all of it or none
            raise
        problem = error
    if as_json:
        print_json([entry.members() for entry in entries])
        return
    if not entries:
        out.print(f"{catalogue.store.target}: nothing has been published yet.")
        return
    # In columns, so that on a narrow terminal the end of a long message does not look like the next entry.
    table = Table(
        Column(no_wrap=True),
        Column(style="bold", no_wrap=True),
        Column(no_wrap=True),
        Column(overflow="fold"),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        show_header=False,
    )
    for entry in entries:
        deed = Text(f"{entry.action:<8}  {entry.actor}").append(f"  {entry.message}", style="dim")
        table.add_row(f"{entry.sequence:>5}", entry.release[:12], entry.at, deed)
    print_table(table)
    if problem:
        raise problem
