"""``rollback``: go back to a release that was active before."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from app.commands.options import json_option
from app.commands.output import out, print_json, progress_bar
from app.commands.releasing import (
    confirm,
    message_option,
    open_catalogue,
    print_active,
    print_change,
    print_remarks,
    telling_what_is_active,
    to_option,
    unconditional_option,
)
from app.operations.retreat import Retreat
from app.publishing.activation import Reason
from app.publishing.catalogue import Standing
from app.publishing.provenance import current_actor
from app.publishing.rollback import ROLLBACK


@click.command(name="rollback")
@to_option
@click.argument("release", required=False)
@unconditional_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@message_option
@json_option
def command(
    target: str,
    settings: Path | None,
    release: str | None,
    unconditional: bool,
    yes: bool,
    message: str,
    as_json: bool,
) -> None:
    """Go back to a release that was active before.

    That is RELEASE, or without one the release before the active one. One that the history does not name is
    refused: it is published.

    One move of the pointer, and the stable keys after it; nothing is built or uploaded. A release whose
    objects are not all intact is refused, with exit status 3. Contracts are compared and shown, not enforced:
    a rollback is for emergencies.
    """
    catalogue = open_catalogue(target, settings, unconditional=unconditional)
    place = str(catalogue.store.target)
    retreat = Retreat.planned(catalogue, release or "")
    wanted = retreat.release.id[:12]
    if not as_json:
        came_from = f"{place}: from release {retreat.active[:12] or 'none'} back to "
        out.print(Text.assemble(came_from, (wanted, "bold")))
        print_remarks(retreat.note, retreat.hindrance)
        for change in retreat.changes:
            print_change(change)
    confirm(f"Roll {place} back to release {wanted}?", yes=yes, as_json=as_json)
    with progress_bar(retreat.steps, quiet=as_json) as step:
        now = retreat.carry_out(Reason(ROLLBACK, current_actor(), message), progress=step)
    with telling_what_is_active():
        _print_done(retreat, now, as_json=as_json)


def _print_done(retreat: Retreat, now: Standing, *, as_json: bool) -> None:
    if as_json:
        was = {"release": now.pointer.release, "sequence": now.pointer.active.sequence}
        print_json({**retreat.members(), **was})
    else:
        print_active(now.pointer.release, str(retreat.catalogue.store.target))
