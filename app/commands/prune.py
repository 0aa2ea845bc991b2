"""``prune``: delete old releases; the only command that deletes."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from app.commands.options import json_option
from app.commands.output import out, print_json, progress_bar
from app.commands.releasing import (
    chosen_target,
    confirm,
    open_catalogue,
    target_argument,
    unconditional_option,
    unversioned_option,
)
from app.publishing.provenance import current_actor
from app.publishing.pruning import KEEP, plan_prune, prune


@click.command(name="prune")
@target_argument
@click.option("--keep", type=click.IntRange(min=1), default=KEEP, show_default=True, help="How many to keep.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.option(
    "--take-over",
    is_flag=True,
    help="Go on in place of a prune that seems to be alive and is known to be dead.",
)
@unversioned_option
@unconditional_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
def command(
    target_word: str | None,
    target_option: str | None,
    settings: Path | None,
    keep: int,
    dry_run: bool,
    take_over: bool,
    unversioned: bool,
    unconditional: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete old releases, never the active one or the last few.

    The last --keep that were active stay, the active one among them. So does the one that a rollback without
    a name goes to, unless --keep is 1.

    Files that no kept release has go with them, and the stable keys of templates that only deleted releases
    had, unless somebody else has written them since. The history stays.

    One prune works on a target at a time. One that was cut off is finished by the next: at once on the same
    machine, elsewhere after the time that it had set itself, or with --take-over.
    """
    catalogue = open_catalogue(
        chosen_target(target_word, target_option), settings, unconditional=unconditional
    )
    plan = plan_prune(catalogue, keep)
    if not as_json:
        for release in plan.deleted:
            why = ""
            if release in plan.incomplete:
                why = " (incomplete: it lacks its bundle or manifest)"
            elif release in plan.other_builds:
                why = " (left by a publish of another build than was active, which activated nothing)"
            out.print(Text("- ", style="red").append(f"release {release[:12]}{why}", style="default"))
        out.print(
            f"{len(plan.kept)} release(s) kept, {len(plan.deleted)} to delete: {len(plan.keys)} object(s)."
        )
    delete = (bool(plan.keys) or plan.unfinished) and not dry_run
    if delete:
        confirm(f"Delete them from {catalogue.store.target}?", yes=yes, as_json=as_json)
        with progress_bar(len(plan.keys), quiet=as_json) as step:
            plan = prune(
                catalogue,
                keep,
                actor=current_actor(),
                unversioned=unversioned,
                take_over=take_over,
                progress=step,
            )
    if as_json:
        print_json(
            {
                "target": str(catalogue.store.target),
                "kept": list(plan.kept),
                "deleted": list(plan.deleted),
                "incomplete": list(plan.incomplete),
                "other_builds": list(plan.other_builds),
                "objects": list(plan.keys),
                "foreign": list(plan.foreign),
                "done": delete,
                "held_until": plan.held_until,
            }
        )
        return
    for key in plan.foreign:
        out.print(
            Text(
                f"{key} stays: no release that goes has put it there, or a link leads to it.",
                style="yellow",
            )
        )
    if plan.held_until:
        late = "The answer to a deletion failed to come, so that it may yet arrive."
        out.print(Text(f"{late} Other machines can publish after {plan.held_until}.", style="yellow"))
    if delete:
        out.print("Deleted.")
