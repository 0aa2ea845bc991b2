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
    to_option,
    unconditional_option,
)
from app.core.changes import template_changes
from app.publishing.activation import Reason
from app.publishing.errors import UnknownReleaseError
from app.publishing.provenance import current_actor
from app.publishing.rollback import ROLLBACK, release_to_go_back_to, roll_back
from bbws_templates.bundle import Bundle
from bbws_templates.faults import DamagedReleaseError


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

    That is RELEASE, or without one the release before the active one.

    One move of the pointer, and the stable keys after it; nothing is built or uploaded. A release whose
    objects are not all intact is refused, with exit status 3. Contracts are compared and shown, not enforced:
    a rollback is for emergencies.
    """
    catalogue = open_catalogue(target, settings, unconditional=unconditional)
    standing = catalogue.standing()
    wanted = release_to_go_back_to(catalogue, release or "", expected=standing)
    active = standing.pointer.release if standing else ""
    try:
        current: Bundle | None = catalogue.bundle(active) if active else None
    except (DamagedReleaseError, UnknownReleaseError):
        current = None  # which may well be why somebody rolls back
    changes = template_changes(current, wanted.bundle) if current else ()
    if not as_json:
        came_from = f"{catalogue.store.target}: from release {active[:12] or 'none'} back to "
        out.print(Text.assemble(came_from, (wanted.id[:12], "bold")))
        for change in changes:
            print_change(change)
    confirm(f"Roll {catalogue.store.target} back to release {wanted.id[:12]}?", yes=yes, as_json=as_json)
    reason = Reason(ROLLBACK, current_actor(), message)
    with progress_bar(2 * len(wanted.bundle.templates), quiet=as_json) as step:
        now = roll_back(catalogue, wanted, reason, expected=standing, progress=step)
    if as_json:
        print_json(
            {
                "target": str(catalogue.store.target),
                "from": active,
                "release": now.pointer.release,
                "sequence": now.pointer.active.sequence,
                "changes": [change.as_dict() for change in changes],
            }
        )
    else:
        print_active(now.pointer.release, str(catalogue.store.target))
