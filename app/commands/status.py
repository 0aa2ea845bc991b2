"""``status``: what a target serves, since when, by whom and why."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Column
from rich.text import Text

from app.commands.options import json_option
from app.commands.output import out, print_json, print_table
from app.commands.releasing import chosen_target, open_catalogue, target_argument
from app.commands.tables import Table
from app.operations.inspection import status_members


@click.command(name="status")
@target_argument
@json_option
def command(target_word: str | None, target_option: str | None, settings: Path | None, as_json: bool) -> None:
    """Show what a target serves, since when, by whom and why."""
    catalogue = open_catalogue(chosen_target(target_word, target_option), settings)
    found = catalogue.active()
    place = str(catalogue.store.target)
    if as_json:
        print_json(status_members(place, found))
        return
    if found is None:
        out.print(f"{place}: nothing has been published yet.")
        return
    standing, manifest, bundle = found
    pointer = standing.pointer
    active = pointer.active
    rows = {
        "Target": place,
        "Release": pointer.release,
        "Since": f"{active.at} ({active.action} no. {active.sequence})",
        "By": active.actor,
        "Why": active.message,
        "Before": pointer.previous,
        "Commit": manifest.provenance.commit,
        "Built": f"{manifest.provenance.built} by {manifest.provenance.builder}",
        "Templates": str(len(bundle.templates)),
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
    if pointer.pruning:
        out.print(Text(f"{pointer.pruning} is pruning this target.", style="yellow"))
