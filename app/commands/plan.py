"""``plan``: what publishing would change."""

from __future__ import annotations

from pathlib import Path

import click

from app.browser.folders import Folders
from app.commands.garbage import seldom_collected
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.output import print_json
from app.commands.pictures import pictures_members, print_pictures
from app.commands.releasing import (
    obtain_release,
    open_catalogue,
    print_plan,
    release_option,
    to_option,
    workspace_of,
)
from app.operations.pictures import Pictures
from app.operations.publication import plan_members, require_apart
from app.publishing.publisher import Plan, make_plan
from bbws_templates.bundle import Bundle

_CHANGES = 2
"""No error has this one, where ``--detailed-exitcode`` is given: ``app.cli`` sees to it."""


@click.command(name="plan")
@to_option
@release_option
@click.option("--detailed-exitcode", is_flag=True, help="As Terraform: 0 nothing, 1 error, 2 changes.")
@click.option(
    "--pictures/--no-pictures",
    default=None,
    help="Draw what differs, and count it; by default where there are approved pictures.",
)
@screenshot_folder_options
@template_set_options
@json_option
@seldom_collected()
def command(
    target: str,
    settings: Path | None,
    directory: Path | None,
    detailed_exitcode: bool,
    pictures: bool | None,
    templates: Path,
    fixtures: Path,
    folders: Folders,
    as_json: bool,
) -> None:
    """Show what publishing would change against the active release.

    Templates added, changed and removed; their source, text, subject and contract line by line; and which
    changes of a contract break callers. Of the pictures: how many look different from the active release,
    how many nobody has approved, and the reports that show them. Writes nothing to the target.
    """
    catalogue = open_catalogue(target, settings)
    require_apart(
        catalogue.store.target, (templates, fixtures, folders.baselines, *filter(None, [directory]))
    )
    release = obtain_release(directory, templates, fixtures, quiet=as_json)
    plan: Plan = make_plan(catalogue, release)
    looked_at = None
    if not plan.nothing and (folders.baselines.is_dir() if pictures is None else pictures):

        def before() -> Bundle | None:
            return catalogue.bundle(plan.active) if plan.active and not plan.unread else None

        looked_at = Pictures.of(release.bundle, before, workspace_of(templates, fixtures), folders)
    if as_json:
        print_json({**plan_members(plan), **({"pictures": pictures_members(looked_at)} if looked_at else {})})
    else:
        print_plan(plan)
        if looked_at:
            print_pictures(looked_at)
    if detailed_exitcode and not plan.nothing:
        raise SystemExit(_CHANGES)
