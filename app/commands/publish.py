"""``publish``: show the plan, then carry it out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.browser.folders import Folders
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.output import out, print_json, progress_bar
from app.commands.pictures import allow_unapproved_option, refuse_unapproved_pictures
from app.commands.releasing import (
    confirm,
    message_option,
    obtain_release,
    open_catalogue,
    plan_members,
    print_active,
    print_plan,
    release_option,
    to_option,
    unconditional_option,
    unversioned_option,
)
from app.core.release import Release
from app.publishing.activation import Reason
from app.publishing.catalogue import Catalogue
from app.publishing.provenance import current_actor
from app.publishing.publisher import Published, make_plan, publish, refuse_breaking


@click.command(name="publish")
@to_option
@release_option
@click.option("--allow-breaking", is_flag=True, help="Publish although callers' data would be refused.")
@click.option("--repair", is_flag=True, help="Prove every object, even of the active release, and mend it.")
@allow_unapproved_option
@unversioned_option
@unconditional_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@message_option
@screenshot_folder_options
@template_set_options
@json_option
def command(
    target: str,
    settings: Path | None,
    directory: Path | None,
    allow_breaking: bool,
    allow_unapproved: bool,
    repair: bool,
    unversioned: bool,
    unconditional: bool,
    yes: bool,
    message: str,
    templates: Path,
    fixtures: Path,
    baselines: Path,
    work: Path,
    as_json: bool,
) -> None:
    """Publish a release: show the plan, then carry it out.

    Only what the target lacks is uploaded; everything is read back before the release becomes active, in one
    step, for all readers. Killed at any moment, the same command completes it. Exit status 3 when refused: a
    breaking change, pictures that nobody has approved, or somebody else published meanwhile.
    """
    release = obtain_release(directory, templates, fixtures, quiet=as_json)

    def gate() -> None:
        if not allow_unapproved:
            folders = Folders(baselines, work)
            refuse_unapproved_pictures(release.bundle, target, settings, templates, fixtures, folders)

    carry_out(
        open_catalogue(target, settings, unconditional=unconditional),
        release,
        Reason("publish", current_actor(), message),
        gate,
        allow_breaking=allow_breaking,
        repair=repair,
        unversioned=unversioned,
        yes=yes,
        as_json=as_json,
    )


def carry_out(
    catalogue: Catalogue,
    release: Release,
    reason: Reason,
    gate: Callable[[], None],
    *,
    allow_breaking: bool,
    repair: bool,
    unversioned: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Plan, show, ask, publish, tell: the same for ``publish`` and ``promote``.

    ``gate`` raises what else stands against it; it is asked only when there is something to publish.
    """
    plan = make_plan(catalogue, release)
    if not as_json:
        print_plan(plan)
    if plan.nothing and not repair:
        if as_json:
            print_json({**plan_members(plan), "published": False})
        return
    refuse_breaking(plan.breaking, allowed=allow_breaking)
    gate()
    confirm(f"Publish release {release.id[:12]} to {plan.target}?", yes=yes, as_json=as_json)
    with progress_bar(len(release.files) + 2, quiet=as_json) as step:
        done = publish(
            catalogue,
            release,
            plan,
            reason,
            allow_breaking=allow_breaking,
            repair=repair,
            unversioned=unversioned,
            progress=step,
        )
    if as_json:
        print_json({**plan_members(plan), "published": True, **_members(done)})
        return
    for path in done.mended:
        out.print(f"Mended {path}: it was damaged in the target.", style="yellow")
    active = done.standing.pointer.active
    if active.release == release.id:
        print_active(release.id, plan.target)
    else:
        out.print(
            f"Published; {active.actor} has activated release {active.release[:12]} since.", style="yellow"
        )


def _members(done: Published) -> dict[str, Any]:
    pointer = done.standing.pointer
    return {
        "sequence": pointer.active.sequence,
        "activeNow": pointer.release,
        "uploaded": done.uploaded,
        "mended": list(done.mended),
    }
