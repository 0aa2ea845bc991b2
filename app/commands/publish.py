"""``publish``: show the plan, then carry it out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from app.browser.folders import Folders
from app.commands.garbage import seldom_collected
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.output import out, print_json, progress_bar
from app.commands.pictures import allow_unapproved_option
from app.commands.releasing import (
    adopt_option,
    confirm,
    message_option,
    obtain_release,
    open_catalogue,
    print_active,
    print_plan,
    release_option,
    telling_what_is_active,
    to_option,
    unconditional_option,
    unversioned_option,
    workspace_of,
)
from app.operations.pictures import refuse_unapproved_pictures
from app.operations.publication import Publication, plan_members, published_members, require_apart
from app.publishing.activation import Reason
from app.publishing.provenance import current_actor
from app.publishing.publisher import Plan, Published


@click.command(name="publish")
@to_option
@release_option
@click.option("--allow-breaking", is_flag=True, help="Publish although callers' data would be refused.")
@click.option("--repair", is_flag=True, help="Prove every object, even of the active release, and mend it.")
@adopt_option
@allow_unapproved_option
@unversioned_option
@unconditional_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@message_option
@screenshot_folder_options
@template_set_options
@json_option
@seldom_collected()
def command(
    target: str,
    settings: Path | None,
    directory: Path | None,
    allow_breaking: bool,
    adopt: bool,
    allow_unapproved: bool,
    repair: bool,
    unversioned: bool,
    unconditional: bool,
    yes: bool,
    message: str,
    templates: Path,
    fixtures: Path,
    folders: Folders,
    as_json: bool,
) -> None:
    """Publish a release: show the plan, then carry it out.

    Only what the target lacks is uploaded; everything is read back before the release becomes active, in one
    step, for all readers. Killed at any moment, the same command completes it. Exit status 3 when refused: a
    breaking change, pictures that nobody has approved, or somebody else published meanwhile.
    """
    catalogue = open_catalogue(target, settings, unconditional=unconditional)
    require_apart(
        catalogue.store.target, (templates, fixtures, folders.baselines, *filter(None, [directory]))
    )
    release = obtain_release(directory, templates, fixtures, quiet=as_json)

    def gate() -> None:
        if not allow_unapproved:
            refuse_unapproved_pictures(
                release.bundle, target, settings, partial(workspace_of, templates, fixtures), folders
            )

    carry_out(
        Publication.planned(catalogue, release, gate),
        Reason("publish", current_actor(), message),
        allow_breaking=allow_breaking,
        adopt=adopt,
        repair=repair,
        unversioned=unversioned,
        yes=yes,
        as_json=as_json,
    )


def carry_out(
    publication: Publication,
    reason: Reason,
    *,
    allow_breaking: bool,
    repair: bool,
    unversioned: bool,
    yes: bool,
    as_json: bool,
    adopt: bool = False,
) -> None:
    """Show, ask, publish, tell: the same for ``publish`` and ``promote``."""
    plan, release = publication.plan, publication.release
    if not as_json:
        print_plan(plan)
    if plan.nothing and not repair:
        if as_json:
            print_json({**plan_members(plan), "published": False})
        return
    publication.require_permitted(allow_breaking=allow_breaking, adopt=adopt)
    confirm(f"Publish release {release.id[:12]} to {plan.target}?", yes=yes, as_json=as_json)
    with progress_bar(publication.steps, quiet=as_json) as step:
        done = publication.carry_out(
            reason,
            allow_breaking=allow_breaking,
            adopt=adopt,
            repair=repair,
            unversioned=unversioned,
            progress=step,
        )
    with telling_what_is_active():
        _print_done(plan, done, as_json=as_json)


def _print_done(plan: Plan, done: Published, *, as_json: bool) -> None:
    if as_json:
        print_json({**plan_members(plan), "published": True, **published_members(done)})
        return
    for path in done.mended:
        out.print(f"Mended {path}: it was damaged in the target.", style="yellow")
    if other := done.by_another:
        out.print(
            f"{other.actor} activated the same content meanwhile ({other.at}): the history has that, "
            "and no entry or message of yours.",
            style="yellow",
        )
    active = done.standing.pointer.active
    if active.release == plan.release:
        print_active(plan.release, plan.target)
    else:
        out.print(
            f"Published; {active.actor} has activated release {active.release[:12]} since.", style="yellow"
        )
