"""``verify``: re-read and re-hash everything in a target."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from app.commands.options import json_option
from app.commands.output import out, print_json, progress_bar
from app.commands.releasing import chosen_target, open_catalogue, target_argument
from app.operations.inspection import verification_members, verified
from app.outcomes import EXIT_CONTENT


@click.command(name="verify")
@target_argument
@click.option("--against", metavar="SOURCE", help="The target that this one is a copy of: has it caught up?")
@json_option
def command(
    target_word: str | None,
    target_option: str | None,
    settings: Path | None,
    against: str | None,
    as_json: bool,
) -> None:
    """Re-read and re-hash everything in a target.

    Finds tampering, missing objects, stable keys that differ from the active release, an unfinished publish,
    a place where nothing is active. Exit status 1 when something is wrong; `publish --repair` mends what can
    be mended. With --against, a copy that lags behind its source is wrong as well.
    """
    catalogue = open_catalogue(chosen_target(target_word, target_option), settings)
    source = open_catalogue(against, settings) if against else None
    with progress_bar(0, quiet=as_json) as step:
        result = verified(catalogue, against=source, progress=step)
    if as_json:
        print_json(verification_members(str(catalogue.store.target), result))
    else:
        for item in result.discrepancies:
            style = "dim" if item.is_note else "bold red"
            out.print(
                Text(f"{item.fault.value:<10} ", style=style).append(f"{item.key}: {item.sentence}", style="")
            )
        verdict = "intact" if result.intact else "NOT intact"
        amount = f"{result.releases} release(s), {result.objects} object(s)"
        out.print(f"{catalogue.store.target} is {verdict}: {amount}.")
    if not result.intact:
        raise SystemExit(EXIT_CONTENT)
