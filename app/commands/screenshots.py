"""``screenshots``: picture every email, compare with what was approved, decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
from rich.text import Text

from app.browser.approvals import Approvals, chosen
from app.browser.folders import Folders
from app.browser.junit import junit_xml
from app.browser.report import report_page
from app.browser.results import Comparison, PassedOver, SnapshotResult, SnapshotStatus
from app.browser.screenshots import Screenshots
from app.browser.staleness import refuse_outdated
from app.browser.writing import write_whole
from app.commands.differences import command as differences
from app.commands.options import (
    Command,
    client_option,
    json_option,
    screenshot_folder_options,
    template_set_options,
)
from app.commands.output import err, out, print_json, progress_bar
from app.core.workspace import Workspace
from app.outcomes import EXIT_CONTENT, EXIT_SURROUNDINGS

_COLOURS = {
    SnapshotStatus.FAILED: "bold red",
    SnapshotStatus.CHANGED: "yellow",
    SnapshotStatus.NEW: "cyan",
    SnapshotStatus.REMOVED: "magenta",
    SnapshotStatus.UNCHANGED: "green",
}


@click.group(name="screenshots")
def command() -> None:
    """Picture every email, compare with what was approved, decide.

    A snapshot is one template with one fixture, at one width, in one variant:
    receipts/receipt/typical/phone-dark. SNAPSHOT may be a whole name, the beginning of one up to a `/`, or a
    pattern with `*`; without any, all are meant. What is pictured is said in settings.toml beside the
    baselines.
    """


command.add_command(differences)


def _snapshots_argument(command: Command) -> Command:
    return click.argument("patterns", nargs=-1, metavar="[SNAPSHOT]...")(command)


def _decision_options(command: Command) -> Command:
    command = click.option("--why", required=True, help="The reason; kept with each picture.")(command)
    command = click.option(
        "--by", required=True, envvar="BBWS_REVIEWER", show_envvar=True, help="Who decides: a name."
    )(command)
    return click.option("--all", "everything", is_flag=True, help="All that changed, is new or was removed.")(
        command
    )


@command.command()
@_snapshots_argument
@click.option("--force", is_flag=True, help="Draw all of them, also those that cannot have changed.")
@client_option
@screenshot_folder_options
@template_set_options
@json_option
def capture(
    patterns: tuple[str, ...],
    force: bool,
    clients: tuple[str, ...],
    folders: Folders,
    templates: Path,
    fixtures: Path,
    as_json: bool,
) -> None:
    """Draw the pictures of now, where HTML or browser changed."""
    workspace = Workspace.load(templates, fixtures)
    screenshots = Screenshots.of_workspace(workspace, folders, clients=clients)
    with ExitStack() as bar:
        started, step = _progress(bar, quiet=as_json)
        captured = screenshots.capture(patterns, anew=force, started=started, progress=step)
    if as_json:
        print_json(
            {
                "renderers": {client: each.as_dict() for client, each in captured.renderers.items()},
                "drawn": [snapshot.id for snapshot in captured.drawn],
                "failed": {snapshot.id: reason for snapshot, reason in captured.failed.items()},
                "passed_over": [each.model_dump() for each in captured.passed_over],
            }
        )
    else:
        for snapshot, reason in captured.failed.items():
            out.print(Text.assemble(("failed", "bold red"), f" {snapshot.id}: {reason}"))
        _print_passed_over(captured.passed_over)
        out.print(f"{_pictures(len(captured.drawn))} drawn into {folders.current!s}.")
    if captured.failed or any(each.broken for each in captured.passed_over):
        raise SystemExit(EXIT_SURROUNDINGS)


@command.command()
@_snapshots_argument
@click.option("--force", is_flag=True, help="Draw all of them, also those that cannot have changed.")
@client_option
@click.option("--any-renderer", is_flag=True, help="Compare even with the baselines of another renderer.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML here.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the report, one HTML file, here."
)
@screenshot_folder_options
@template_set_options
@json_option
def compare(
    patterns: tuple[str, ...],
    force: bool,
    clients: tuple[str, ...],
    any_renderer: bool,
    junit: Path | None,
    report: Path | None,
    folders: Folders,
    templates: Path,
    fixtures: Path,
    as_json: bool,
) -> None:
    """Draw what is needed and compare with the approved pictures.

    Exit status 0 when nothing differs, 1 when something does, 3 when the baselines come from another
    renderer, 4 when something could not be compared, or a mail client does not work: the others are.
    """
    workspace = Workspace.load(templates, fixtures)
    screenshots = Screenshots.of_workspace(workspace, folders, clients=clients)
    with ExitStack() as bar:
        started, step = _progress(bar, quiet=as_json)
        comparison = screenshots.compare(
            patterns, anew=force, any_renderer=any_renderer, started=started, progress=step
        )
    if junit:
        write_whole(junit, junit_xml(comparison))
    if report:
        write_whole(report, report_page(comparison, folders).encode())
    if as_json:
        print_json(_members(comparison))
    else:
        _print(comparison)
    if comparison.failed:
        raise SystemExit(EXIT_SURROUNDINGS)
    if comparison.differs:
        raise SystemExit(EXIT_CONTENT)


@command.command()
@_snapshots_argument
@_decision_options
@client_option
@screenshot_folder_options
@template_set_options
@json_option
def approve(
    patterns: tuple[str, ...],
    everything: bool,
    clients: tuple[str, ...],
    by: str,
    why: str,
    folders: Folders,
    templates: Path,
    fixtures: Path,
    as_json: bool,
) -> None:
    """Make the pictures of the last comparison the baselines.

    Exit status 3 when their files have changed since: nobody has seen what they look like now.
    """
    results = _undecided(folders, patterns, everything, clients)
    if templates.is_dir():  # pictures alone, without what they are of, can be approved as well
        refuse_outdated(results, Workspace.load(templates, fixtures))
    with progress_bar(len(results), quiet=as_json) as step:
        decided = Approvals(folders).approve(results, by=by, why=why, progress=step)
    _print_decision("approved", [snapshot.id for snapshot in decided], as_json=as_json)


@command.command()
@_snapshots_argument
@_decision_options
@client_option
@screenshot_folder_options
@json_option
def reject(
    patterns: tuple[str, ...],
    everything: bool,
    clients: tuple[str, ...],
    by: str,
    why: str,
    folders: Folders,
    as_json: bool,
) -> None:
    """Mark pictures of the last comparison as not wanted."""
    results = _undecided(folders, patterns, everything, clients)
    decided = Approvals(folders).reject(results, by=by, why=why)
    _print_decision("rejected", [snapshot.id for snapshot in decided], as_json=as_json)


@command.command()
@screenshot_folder_options
@json_option
def undo(folders: Folders, as_json: bool) -> None:
    """Take the last approval or rejection back; can be repeated."""
    approvals = Approvals(folders)
    last = approvals.last()
    with progress_bar(len(last.snapshots) if last else 0, quiet=as_json) as step:
        undone = approvals.undo(progress=step)
    names = [snapshot.id for snapshot in undone.snapshots]
    if as_json:
        print_json({"undone": undone.deed, "snapshots": names})
        return
    for name in names:
        out.print(f"took back {name}")
    out.print(f"Took back: {undone.deed}, {_pictures(len(names))}.")


@command.command()
@_snapshots_argument
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Folders().work / "report.html",
    show_default=True,
    help="The file to write.",
)
@client_option
@screenshot_folder_options
def report(patterns: tuple[str, ...], clients: tuple[str, ...], output: Path, folders: Folders) -> None:
    """Write the last comparison as one HTML file that needs nothing else."""
    comparison = Comparison.load(folders.work)
    shown = comparison.model_copy(update={"results": chosen(comparison, patterns, clients)})
    with progress_bar(len(shown.results)) as step:
        page = report_page(shown, folders, progress=step)
    write_whole(output, page.encode())
    out.print(f"Report: {output!s}")


def _progress(stack: ExitStack, *, quiet: bool) -> tuple[Callable[[int], None], Callable[[str], None]]:
    """A bar that begins when the number of pictures is known."""
    steps: list[Callable[[str], None]] = []

    def started(total: int) -> None:
        if total:
            steps.append(stack.enter_context(progress_bar(total, quiet=quiet)))

    def step(name: str) -> None:
        if steps:
            steps[0](name)

    return started, step


def _undecided(
    folders: Folders, patterns: tuple[str, ...], everything: bool, clients: tuple[str, ...]
) -> tuple[SnapshotResult, ...]:
    if not patterns and not everything:
        raise click.UsageError("Name snapshots, or say --all.")
    if patterns and everything:
        raise click.UsageError("Name snapshots or say --all, not both.")
    return chosen(Comparison.load(folders.work), patterns, clients)


def _print(comparison: Comparison) -> None:
    for result in comparison.results:
        if result.status is not SnapshotStatus.UNCHANGED:
            colour = _COLOURS[result.status]
            out.print(Text.assemble((str(result.status), colour), f" {result.snapshot.id}: {result.message}"))
    _print_passed_over(comparison.passed_over)
    for warning in comparison.warnings:
        err.print(Text.assemble(("warning:", "yellow"), f" {warning}"))
    counts = ", ".join(f"{number} {status}" for status, number in comparison.counts.items() if number)
    out.print(
        f"{_pictures(len(comparison.results))}: {counts or 'none asked for'}; "
        f"{comparison.drawn} drawn, {comparison.seconds:.1f} s."
    )
    look = "Look with `bbws-templates serve` at /review, or with `bbws-templates screenshots report`"
    if comparison.other_renderers:
        out.print(
            f"The baselines come from another renderer. {look}; then, for this one to count from there on, "
            "`bbws-templates screenshots approve --all --by NAME --why REASON`.",
            style="dim",
        )
    elif comparison.differs:
        out.print(f"{look}; then `screenshots approve`.", style="dim")


def _print_passed_over(clients: tuple[PassedOver, ...]) -> None:
    for each in clients:
        word = ("failed:", "bold red") if each.broken else ("passed over:", "yellow")
        err.print(Text.assemble(word, f" {each}"))


def _members(comparison: Comparison) -> dict[str, object]:
    return {
        **comparison.model_dump(mode="json"),
        "counts": {status.value: number for status, number in comparison.counts.items()},
    }


def _print_decision(deed: str, names: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json({deed: names})
        return
    for name in names:
        out.print(f"{deed} {name}")
    if not names:
        out.print("Nothing to decide: none of these pictures differs from its baseline.")
        if deed == "approved":
            out.print("Their sidecars are up to date with the last comparison.")


def _pictures(number: int) -> str:
    return f"{number} picture{'' if number == 1 else 's'}"
