"""``status``: what a target serves, since when, by whom and why."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Column
from rich.text import Text

from app.commands.options import json_option
from app.commands.output import error_members, out, print_json, print_table
from app.commands.releasing import chosen_target, open_catalogue, target_argument
from app.commands.tables import Table
from app.operations.inspection import served_by, status_members


@click.command(name="status")
@target_argument
@json_option
def command(target_word: str | None, target_option: str | None, settings: Path | None, as_json: bool) -> None:
    """Show what a target serves, since when, by whom and why.

    Where the active release itself cannot be read, that is said beside it; `verify` makes an error of it.
    """
    catalogue = open_catalogue(chosen_target(target_word, target_option), settings)
    found = served_by(catalogue)
    place = str(catalogue.store.target)
    if as_json:
        problem = found.problem if found else None
        error = {"error": error_members(problem)} if problem else {}
        print_json({**status_members(place, found), **error})
        return
    if found is None:
        out.print(f"{place}: nothing has been published yet.")
        return
    pointer, provenance = found.standing.pointer, found.provenance
    active = pointer.active
    rows = {
        "Target": place,
        "Release": pointer.release,
        "Since": f"{active.at} ({active.action} no. {active.sequence})",
        "By": active.actor,
        "Why": active.message,
        "Before": pointer.previous,
        "Commit": provenance.commit,
        "Built": f"{provenance.built} by {provenance.builder}" if found.manifest else "",
        "Templates": str(len(found.bundle.templates)) if found.bundle else "",
        "Stable keys": "in line" if pointer.settled else "NOT complete: run publish again",
    }
    table = Table(
        Column(style="dim", no_wrap=True),
        Column(overflow="fold"),
        box=None,
        pad_edge=False,
        show_header=False,
    )
    for label, value in rows.items():
        if value:
            table.add_row(label, value)
    print_table(table)
    if found.problem:
        out.print(Text(f"The release cannot be read. {found.problem}", style="bold red"))
    if pointer.pruning:
        out.print(Text(f"{pointer.pruning} is pruning this target.", style="yellow"))
