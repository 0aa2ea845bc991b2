"""``screenshots differences``: what mail clients show otherwise than Chromium, by element and source line."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from app.browser.clients import RENDERERS
from app.browser.differing import FAILED, FRAMELESS, findings_of_client
from app.browser.errors import BrowserNotFoundError
from app.browser.folders import Folders
from app.browser.screenshots import Screenshots
from app.browser.snapshots import CHROMIUM, select
from app.commands.options import client_option, json_option, screenshot_folder_options, template_set_options
from app.commands.output import err, out, print_finding, print_json, progress_bar
from app.core.findings import Finding, Severity
from app.core.workspace import Workspace
from app.outcomes import EXIT_CONTENT, EXIT_SURROUNDINGS


@click.command(name="differences")
@click.argument("patterns", nargs=-1, metavar="[SNAPSHOT]...")
@client_option
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
    otherwise. Exit status 1 when something is gone, cut or runs over; 4 when a mail could not be looked at,
    or a client does not work: the others are compared.
    """
    if CHROMIUM in clients:
        raise click.UsageError("Chromium is what the others are held against: name another client, or none.")
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
    failed = [finding for finding in findings if finding.code == FAILED]
    grave = [finding for finding in findings if finding.severity is Severity.WARNING]
    lesser = [each for each in findings if each.severity is Severity.INFO and each.code != FRAMELESS]
    shown = [finding for finding in findings if everything or finding not in lesser]
    if as_json:
        print_json([finding.as_dict() for finding in shown])
    else:
        for finding in shown:
            print_finding(finding)
        hint = "" if everything or not lesser else " (--all shows them)"
        out.print(
            f"{len(grave)} gone, cut or beyond the edge; {len(lesser)} laid out or styled otherwise{hint}"
            + (f"; {len(failed)} could not be looked at." if failed else ".")
        )
    if failed:
        raise SystemExit(EXIT_SURROUNDINGS)
    if grave:
        raise SystemExit(EXIT_CONTENT)
