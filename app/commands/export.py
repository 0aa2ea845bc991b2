"""``export``: the gallery as files, for a pull request or a review."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.options import json_option, template_set_options
from app.commands.output import out, print_json, progress_bar
from app.core.workspace import Workspace
from app.publishing.clock import utc_now
from app.web.pages.static_gallery import gallery_pages, write_gallery


@click.command(name="export")
@click.option(
    "--out",
    "directory",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to write it: a new or an empty folder.",
)
@template_set_options
@json_option
def command(directory: Path, templates: Path, fixtures: Path, as_json: bool) -> None:
    """Write the gallery as files: every mail with every fixture, light and dark, and the findings.

    The pages open from a disk, without a server: no script, no request, nothing of anybody but fixtures. The
    same sources make the same files. What the check finds is shown, and fails nothing here.
    """
    workspace = Workspace.load(templates, fixtures)
    with progress_bar(len(workspace.editions()), quiet=as_json) as step:
        report = workspace.check(today=utc_now().date(), progress=step)
    pages = write_gallery(gallery_pages(workspace, report), directory)
    if as_json:
        print_json({"directory": str(directory), "pages": pages, "first": str(directory / "index.html")})
    else:
        out.print(f"{pages} pages: open {directory / 'index.html'}")
