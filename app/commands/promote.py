"""``promote``: the same release, bit for bit, from one target to another."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from app.browser.folders import Folders
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.pictures import allow_unapproved_option
from app.commands.publish import carry_out
from app.commands.releasing import (
    adopt_option,
    message_option,
    open_catalogue,
    to_option,
    unconditional_option,
    unversioned_option,
    workspace_of,
)
from app.operations.pictures import refuse_unapproved_pictures
from app.operations.publication import Publication, require_apart
from app.publishing.activation import Reason
from app.publishing.catalogue import ACTIVE
from app.publishing.provenance import current_actor


@click.command(name="promote")
@click.option("--from", "source", required=True, help="The target that has the release.")
@to_option
@click.argument("release", default=ACTIVE)
@click.option("--allow-breaking", is_flag=True, help="Promote although callers' data would be refused.")
@adopt_option
@allow_unapproved_option
@unversioned_option
@unconditional_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@message_option
@screenshot_folder_options
@template_set_options
@json_option
def command(
    source: str,
    target: str,
    settings: Path | None,
    release: str,
    allow_breaking: bool,
    adopt: bool,
    allow_unapproved: bool,
    unversioned: bool,
    unconditional: bool,
    yes: bool,
    message: str,
    templates: Path,
    fixtures: Path,
    folders: Folders,
    as_json: bool,
) -> None:
    """Promote a release, bit for bit, from one target to another.

    That is the active one, or RELEASE. Every byte is verified by digest at both ends; a source that is not
    intact is refused. Where one process cannot hold the credentials of both accounts, promote to a
    file:///directory with the first, and from it with the second.

    To a protected target the pictures of the release must be approved, as for `publish`: say so from a
    checkout of the commit that the release was built from, which holds the approvals for it.
    """
    catalogue = open_catalogue(target, settings, unconditional=unconditional)
    require_apart(catalogue.store.target, (templates, fixtures, folders.baselines))
    found = open_catalogue(source, settings).proven(release)

    def gate() -> None:
        if not allow_unapproved:
            refuse_unapproved_pictures(
                found.bundle, target, settings, partial(workspace_of, templates, fixtures), folders
            )

    carry_out(
        Publication.planned(catalogue, found, gate),
        Reason("promote", current_actor(), message or f"from {source}"),
        allow_breaking=allow_breaking,
        adopt=adopt,
        repair=False,
        unversioned=unversioned,
        yes=yes,
        as_json=as_json,
    )
