"""``check``: every check on every template with every fixture."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from app.commands.garbage import seldom_collected
from app.commands.options import cache_option, json_option, template_set_options, workers_option
from app.commands.output import err, out, print_finding, print_json, progress_bar
from app.core.cache import CacheFolder
from app.core.checked import (
    KnownTemplate,
    digest_of_folders,
    keep_report,
    keep_set,
    known_report,
    known_set,
)
from app.core.findings import CheckReport, Severity
from app.core.seen_files import SeenFiles, all_files, seen_files
from app.outcomes import EXIT_CONTENT
from app.publishing.clock import utc_now

if TYPE_CHECKING:
    from app.browser.session import Session
    from app.core.workspace import Workspace


@click.command(name="check")
@click.argument("names", nargs=-1, metavar="[CATEGORY/NAME]...")
@click.option(
    "--sarif", type=click.Path(path_type=Path), metavar="FILE", help="Write the findings as SARIF here."
)
@click.option(
    "--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write the findings as JUnit XML here."
)
@click.option(
    "--browser",
    "in_browser",
    is_flag=True,
    help="Lay each mail out in Chromium as well, and ask axe-core about its accessibility.",
)
@click.option(
    "--data",
    "payloads",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Hold real payloads against contract and mail as well: a .json or .jsonl file, or a folder.",
)
@click.option(
    "--lint",
    "content",
    is_flag=True,
    help="Ask SpamAssassin, where it is installed, for advice on the wording of each template.",
)
@workers_option("How many processes check, on Linux; elsewhere, and with --browser, it is one.")
@click.option("--notes", is_flag=True, help="List what is waived, and notes: what makes a mail plainer.")
@template_set_options
@cache_option
@json_option
@seldom_collected()
def command(
    names: tuple[str, ...],
    sarif: Path | None,
    junit: Path | None,
    in_browser: bool,
    payloads: Path | None,
    content: bool,
    workers: int,
    notes: bool,
    templates: Path,
    fixtures: Path,
    cache: CacheFolder | None,
    as_json: bool,
) -> None:
    """Check templates: compile, render every fixture, validate, prove.

    Without names, checks all. Exit status 1 when there is an error-level finding. Notes are counted, and
    listed with --notes; --json and --sarif hold everything.

    The payloads of --data are for the one template that is named; without a name, a folder has them by
    template, as category/name.jsonl or category/name/*.json. No value of theirs is printed.
    """
    if payloads and len(names) != 1 and (names or payloads.is_file()):
        raise click.UsageError("Name the one template that the payloads of --data are for.")
    today = utc_now().date()
    cache = None if in_browser else cache
    folders = (templates, fixtures)
    seen = seen_files(folders, cache) if cache else None
    before = (seen or all_files(folders)) if cache else None
    key = digest_of_folders(folders, names, today, before) if before else ""
    report = (
        known_report(cache, key) if cache and key and not (sarif or junit or payloads or content) else None
    )
    again = report is not None
    if report is None:
        report, workspace, keep_whole = _checked(
            names,
            templates,
            fixtures,
            today,
            cache if key else None,
            seen,
            as_json=as_json,
            in_browser=in_browser,
            payloads=payloads,
            content=content,
            workers=workers,
            sarif=sarif,
            junit=junit,
        )
        # A look once more: a file that was saved meanwhile may be neither what was seen nor what was checked.
        if cache and before and key:
            from app.core.checking import is_seen_whole

            after = seen_files(folders, cache) if seen else all_files(folders)
            if after and before.rested_until(after) and is_seen_whole(workspace.templates, before):
                keep_whole()
                if not (payloads or content):
                    keep_report(cache, key, report)
    if as_json:
        print_json(
            {
                "templates": report.templates,
                "translations": report.translations,
                "renders": report.renders,
                "failed": report.failed,
                "waived": report.waived,
                "findings": [finding.as_dict() for finding in report.findings],
            }
        )
    else:
        for finding in report.findings:
            advised = finding.code == "content-lint"  # was asked for
            if notes or advised or (finding.severity is not Severity.INFO and finding.waiver is None):
                print_finding(finding)
        out.print(_summary(report, listed=notes, again=again))
    if report.failed:
        raise SystemExit(EXIT_CONTENT)


def _checked(
    names: tuple[str, ...],
    templates: Path,
    fixtures: Path,
    today: date,
    cache: CacheFolder | None,
    seen: SeenFiles | None,
    *,
    as_json: bool,
    in_browser: bool,
    payloads: Path | None,
    content: bool,
    workers: int,
    sarif: Path | None,
    junit: Path | None,
) -> tuple[CheckReport, Workspace, Callable[[], None]]:
    """The report, of what, and what keeps what the next check may take over, once it is known to be true."""
    workspace, keep = _workspace((templates, fixtures), cache, seen)
    with (
        progress_bar(len(workspace.editions(names)), quiet=as_json) as step,
        _session() if in_browser else nullcontext() as session,
    ):
        eyes = session.examine if session else None
        report = workspace.check(names, today=today, progress=step, memory=cache, eyes=eyes, workers=workers)
    if payloads:
        from app.core.payloads import with_payloads

        report = with_payloads(workspace, report, payloads, names[0] if names else "")
    if content:
        from app.operations.content_lint import program, with_content_lint

        if executable := program():
            report = with_content_lint(workspace, names, report, executable)
        else:
            err.print("SpamAssassin is not installed: no advice on the wording.")
    if sarif or junit:
        _write(report, workspace.editions(names), sarif, junit)
    return report, workspace, keep


def _workspace(
    folders: tuple[Path, Path], cache: CacheFolder | None, seen: SeenFiles | None
) -> tuple[Workspace, Callable[[], None]]:
    """The set, of which nothing is read that the last check has left as it is ``seen``; and what keeps it."""
    # What follows takes longer to load than all that goes before.
    from app.core.checking import set_as_checked
    from app.core.unread import unread_set
    from app.core.workspace import Workspace

    if cache is None or seen is None:
        return Workspace.load(*folders), lambda: None
    known = known_set(cache, folders)
    found = unread_set(*folders, seen, known) if known else None
    lasting: dict[str, KnownTemplate] | None = None
    if known and found:
        lasting = {name: known.templates[name] for name in found[1]}
        prints = {name: each.fingerprint for name, each in lasting.items()}
        workspace = Workspace.of_known(found[0], prints)
    else:
        workspace = Workspace.load(*folders)

    def keep() -> None:
        if whole := set_as_checked(workspace, cache, seen, lasting):
            keep_set(cache, folders, whole)

    return workspace, keep


def _session() -> Session:
    from app.browser.session import Session

    return Session()


def _write(report: CheckReport, names: tuple[str, ...], sarif: Path | None, junit: Path | None) -> None:
    from app.browser.writing import write_whole
    from app.core.junit import junit_of_check
    from app.core.sarif import sarif_log

    if sarif:
        from importlib.metadata import version  # As `app.cli` leaves it to who asks for it.

        log = sarif_log(report, version=version("bbws-templates"))
        write_whole(sarif, json.dumps(log, indent=1).encode())
    if junit:
        write_whole(junit, junit_of_check(report, names))


def _summary(report: CheckReport, *, listed: bool, again: bool) -> Text:
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    notes = report.count(Severity.INFO)
    unlisted = f", {_counted(notes, 'note')}" if notes else ""
    unlisted += f", {report.waived} waived" if report.waived else ""
    unlisted += " (--notes lists them)" if unlisted and not listed else ""
    translated = f", {_counted(report.translations, 'translation')}" if report.translations else ""
    return Text.assemble(
        "Check ",
        ("failed", "bold red") if report.failed else ("passed", "bold green"),
        f": {_counted(report.templates, 'template')}{translated}, {_counted(report.renders, 'render')}, "
        f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}{unlisted}.",
        " Nothing has changed since they were checked." if again else "",
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
