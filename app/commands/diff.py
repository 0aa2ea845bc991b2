"""``diff``: two releases, or a release and the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from app.browser.folders import Folders
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.output import out, print_json
from app.commands.pictures import print_seen
from app.commands.releasing import open_catalogue, print_change, print_settings, settings_option
from app.core.building import make_unchecked_release
from app.core.changes import setting_changes, template_changes
from app.core.release import Release
from app.core.release_directory import read_release
from app.core.workspace import Workspace
from app.operations.pictures import look_between
from app.publishing.provenance import gather_provenance
from bbws_templates.bundle import Bundle

_SOURCE = ("source", "sources")


@dataclass(frozen=True)
class _Side:
    bundle: Bundle
    sources: Mapping[str, str]


@click.command(name="diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="source")
@click.option("--in", "--to", "--target", "target", help="The target that releases are looked up in.")
@settings_option
@click.option("--exit-code", is_flag=True, help="Exit status 1 when they differ.")
@click.option("--pictures", is_flag=True, help="Draw what differs as well, and write a report.")
@screenshot_folder_options
@template_set_options
@json_option
def command(
    before: str,
    after: str,
    target: str | None,
    settings: Path | None,
    exit_code: bool,
    pictures: bool,
    templates: Path,
    fixtures: Path,
    folders: Folders,
    as_json: bool,
) -> None:
    """Show what lies between two releases, or a release and the sources.

    Line by line, and what it means for callers. A and B are each `source` (the files here), a directory that
    `build` wrote, or, with --in TARGET, a release of it: an id, the beginning of one, `active` or `previous`.
    Pictures of both are drawn with the fixtures and the screenshot settings here.
    """

    def side(name: str) -> _Side:
        if name in _SOURCE:
            workspace = Workspace.load(templates, fixtures)
            return _of(make_unchecked_release(workspace, gather_provenance(templates)))
        if Path(name).is_dir():
            return _of(read_release(Path(name)))
        if target is None:
            raise click.UsageError(f"'{name}' is no directory; to mean a release, say --in TARGET.")
        catalogue = open_catalogue(target, settings)
        return _of(catalogue.named(name))

    old, new = side(before), side(after)
    changes = template_changes(old.bundle, new.bundle, old_sources=old.sources, new_sources=new.sources)
    common = setting_changes(old.bundle, new.bundle)
    seen = None
    if pictures:
        workspace = Workspace.load(templates, fixtures)
        seen = look_between(old.bundle, new.bundle, workspace, folders)
    if as_json:
        print_json(
            {
                "before": old.bundle.release,
                "after": new.bundle.release,
                "changes": [change.as_dict() for change in changes],
                "settings": [part.as_dict() for part in common],
                **({"pictures": seen.members()} if seen else {}),
            }
        )
    else:
        for change in changes:
            print_change(change)
        print_settings(common)
        if not changes and not common:
            out.print("No difference.")
        if seen:
            print_seen(seen)
    if exit_code and (changes or common):
        raise SystemExit(1)


def _of(release: Release) -> _Side:
    return _Side(release.bundle, release.sources)
