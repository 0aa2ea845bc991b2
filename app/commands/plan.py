"""``plan``: what publishing would change."""

from __future__ import annotations

from pathlib import Path

import click

from app.browser.folders import Folders
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.output import print_error, print_json
from app.commands.pictures import look_at_pictures
from app.commands.releasing import (
    obtain_release,
    open_catalogue,
    plan_members,
    print_plan,
    release_option,
    to_option,
)
from app.publishing.publisher import Plan, make_plan
from app.publishing.targets import is_protected
from bbws_templates.errors import BbwsTemplatesError

_CHANGES = 2


@click.command(name="plan")
@to_option
@release_option
@click.option("--detailed-exitcode", is_flag=True, help="As Terraform: 0 nothing, 1 error, 2 changes.")
@click.option(
    "--pictures", is_flag=True, help="Count the pictures that are not approved; always done if protected."
)
@screenshot_folder_options
@template_set_options
@json_option
def command(
    target: str,
    settings: Path | None,
    directory: Path | None,
    detailed_exitcode: bool,
    pictures: bool,
    templates: Path,
    fixtures: Path,
    baselines: Path,
    work: Path,
    as_json: bool,
) -> None:
    """Show what publishing would change against the active release.

    Templates added, changed and removed; their source, text, subject and contract line by line; and which
    changes of a contract break callers. Writes nothing.
    """
    try:
        release = obtain_release(directory, templates, fixtures, quiet=as_json)
        plan: Plan = make_plan(open_catalogue(target, settings), release)
        looked_at = None
        if pictures or (is_protected(target, settings) and not plan.nothing):
            looked_at = look_at_pictures(release.bundle, templates, fixtures, Folders(baselines, work))
    except BbwsTemplatesError as error:
        if not detailed_exitcode:
            raise
        print_error(error, as_json=as_json)
        raise SystemExit(1) from error
    if as_json:
        print_json({**plan_members(plan), **({"pictures": looked_at.members()} if looked_at else {})})
    else:
        print_plan(plan)
        if looked_at:
            looked_at.show()
    if detailed_exitcode and not plan.nothing:
        raise SystemExit(_CHANGES)
