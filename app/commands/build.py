"""``build``: check everything, then write a release into a directory."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from app.commands.garbage import seldom_collected
from app.commands.options import json_option, template_set_options
from app.commands.output import out, print_finding, print_json, progress_bar
from app.core.building import build_release
from app.core.errors import CheckFailedError
from app.core.release_directory import write_release
from app.core.workspace import Workspace
from app.publishing.clock import utc_now
from app.publishing.provenance import gather_provenance


@click.command(name="build")
@click.option("--out", "directory", type=click.Path(path_type=Path), required=True, help="Where to write it.")
@template_set_options
@json_option
@seldom_collected()
def command(directory: Path, templates: Path, fixtures: Path, as_json: bool) -> None:
    """Check everything, then write a release into a directory.

    The release id depends on the content alone: the same sources give the same id anywhere. Exit status 1
    when the check finds an error; then nothing is written. An earlier release in the same place is replaced;
    where anything else is, nothing is touched, and the exit status is 3.
    """
    workspace = Workspace.load(templates, fixtures)
    try:
        with progress_bar(len(workspace.names()), quiet=as_json) as step:
            release, report = build_release(
                workspace, gather_provenance(templates), today=utc_now().date(), progress=step
            )
    except CheckFailedError as error:
        if not as_json:
            for finding in error.report.findings:
                print_finding(finding)
        raise
    write_release(release, directory)
    if as_json:
        print_json(
            {
                "release": release.id,
                "directory": str(directory),
                "templates": sorted(release.bundle.templates),
                "files": len(release.manifest.files),
                "bundleBytes": len(release.bundle_data),
                "findings": [finding.as_dict() for finding in report.findings],
            }
        )
    else:
        out.print(
            Text.assemble(
                "Built release ",
                (release.id, "bold"),
                f": {len(release.bundle.templates)} templates, "
                f"bundle {len(release.bundle_data) / 1024:.0f} kB, in {directory}",
            )
        )
