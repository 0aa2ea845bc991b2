"""``screenshots differences``: what mail clients show otherwise than Chromium, by element and source line."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from app.browser.clients import RENDERERS
from app.browser.differing import findings_of_client
from app.browser.errors import BrowserNotFoundError
from app.browser.folders import Folders
from app.browser.screenshots import Screenshots
from app.browser.snapshots import CHROMIUM, select
from app.commands.options import json_option, screenshot_folder_options, template_set_options
from app.commands.output import err, out, print_finding, print_json, progress_bar
from app.core.findings import Finding, Severity
from app.core.workspace import Workspace
from app.outcomes import EXIT_CONTENT


@click.command(name="differences")
@click.argument("patterns", nargs=-1, metavar="[SNAPSHOT]...")
@click.option(
    "--client",
    "clients",
    multiple=True,
    metavar="CLIENT",
    help="Only what this client draws, and it has to be there; may be repeated. `clients` lists them.",
)
@click.option("--all", "everything", is_flag=True, help="Also what is only laid out or styled otherwise.")
@screenshot_folder_options
@template_set_options
@json_option
def command(
    patterns: tuple[str, ...],
    clients: tuple[str, ...],
    everything: bool,
    folders: Folders,
    templates: Path,
    fixtures: Path,
    as_json: bool,
) -> None:
    """Say what mail clients show otherwise than Chromium.

    By element and source line: what is gone, cut or runs over; with --all also what is laid out or styled
    otherwise. Exit status 1 when something is gone, cut or runs over.
    """
    workspace = Workspace.load(templates, fixtures)
    screenshots = Screenshots.of_workspace(workspace, folders, clients=clients)
    wanted = [snapshot for snapshot in screenshots.wanted() if snapshot.client != CHROMIUM]
    chosen = select(wanted, patterns)
    findings: list[Finding] = []
    for client in dict.fromkeys(snapshot.client for snapshot in chosen):
        own = [snapshot for snapshot in chosen if snapshot.client == client]
        try:
            with progress_bar(len(own), quiet=as_json) as step:
                findings += findings_of_client(client, own, workspace, screenshots.settings, progress=step)
        except BrowserNotFoundError as error:
            if client in clients:
                raise
            err.print(Text.assemble(("passed over:", "yellow"), f" {RENDERERS[client].label}: {error}"))
    grave = [finding for finding in findings if finding.severity is not Severity.INFO]
    shown = findings if everything else grave
    if as_json:
        print_json([finding.as_dict() for finding in shown])
    else:
        for finding in shown:
            print_finding(finding)
        lesser = len(findings) - len(grave)
        out.print(
            f"{len(grave)} gone, cut or beyond the edge; {lesser} laid out or styled otherwise"
            + ("." if everything or not lesser else " (--all shows them).")
        )
    if grave:
        raise SystemExit(EXIT_CONTENT)
