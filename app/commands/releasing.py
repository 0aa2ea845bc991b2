"""What the commands about releases share: which target, which release, how to show and to confirm."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from app.commands.options import Command
from app.commands.output import out, progress_bar
from app.commands.streams import has_person
from app.core.changes import ChangeKind, PartChange, TemplateChange, tells
from app.core.release import Release
from app.core.release_directory import read_release
from app.publishing.activation import ACTIVE_WHOLLY, LONGEST_MESSAGE, saying_it_is_active
from app.publishing.catalogue import Catalogue
from app.publishing.clock import utc_now
from app.publishing.opening import open_store
from app.publishing.provenance import gather_provenance
from app.publishing.publisher import Plan
from app.publishing.targets import resolve_target, without_conditions
from bbws_templates.printable import printable

if TYPE_CHECKING:
    from app.core.workspace import Workspace

_SIGNS = {
    ChangeKind.ADDED: ("+", "green"),
    ChangeKind.CHANGED: ("~", "yellow"),
    ChangeKind.REMOVED: ("-", "red"),
}


def settings_option(command: Command) -> Command:
    """``--settings``: the file that names the targets."""
    return click.option(
        "--settings",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        envvar="BBWS_SETTINGS",
        show_envvar=True,
        help="The file that names the targets; by default the nearest bbws-templates.toml.",
    )(command)


def to_option(command: Command) -> Command:
    """``--to``: the target of a command that writes, or compares with it."""
    return settings_option(
        click.option("--to", "target", required=True, help="local, dev, sit, prod, s3://… or file:///…")(
            command
        )
    )


def target_argument(command: Command) -> Command:
    """The target of a command that looks at one: as an argument, or as ``--to``, as its sisters have it."""
    command = click.option("--to", "--from", "--target", "target_option", hidden=True)(command)
    command = click.argument("target_word", metavar="TARGET", required=False)(command)
    return settings_option(command)


def chosen_target(word: str | None, option: str | None) -> str:
    """The one target that was named, however it was."""
    if bool(word) == bool(option):
        raise click.UsageError(
            "Name one target: local, dev, sit, prod, s3://bucket/prefix or file:///directory."
        )
    return word or option or ""


def open_catalogue(target: str, settings: Path | None, *, unconditional: bool = False) -> Catalogue:
    """The releases of a target; nothing is contacted yet."""
    place = resolve_target(target, settings)
    return Catalogue(open_store(without_conditions(place) if unconditional else place))


def release_option(command: Command) -> Command:
    """``--release``: a directory that ``build`` wrote, in place of the sources."""
    return click.option(
        "--release",
        "directory",
        type=click.Path(path_type=Path),
        help="A directory that `build` wrote; without it, a release is built from the sources.",
    )(command)


def message_option(command: Command) -> Command:
    """``--message``: why somebody activates a release."""
    return click.option("--message", "-m", default="", callback=_message, help="Why; kept in the history.")(
        command
    )


def _message(_context: click.Context, _option: click.Parameter, text: str) -> str:
    """``text``, if it is not too long, and the shell gave UTF-8: else no document could hold it."""
    if len(text) > LONGEST_MESSAGE:
        raise click.BadParameter(f"it has {len(text):,} characters; {LONGEST_MESSAGE:,} are the most.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise click.BadParameter(f"'{printable(text)}' is not UTF-8.") from None
    return text


def adopt_option(command: Command) -> Command:
    """``--adopt``: for a directory that has files where emails belong."""
    return click.option(
        "--adopt", is_flag=True, help="Overwrite files of a directory that no release has put there."
    )(command)


def unversioned_option(command: Command) -> Command:
    """``--allow-unversioned``: for S3 servers that keep no versions."""
    return click.option(
        "--allow-unversioned",
        "unversioned",
        is_flag=True,
        help="Accept a bucket that does not keep old versions of its objects.",
    )(command)


def unconditional_option(command: Command) -> Command:
    """``--allow-unconditional``: for S3 servers that do not know compare-and-swap."""
    return click.option(
        "--allow-unconditional",
        "unconditional",
        is_flag=True,
        help="Accept a server that ignores If-Match; two publishers at once could then overwrite each other.",
    )(command)


def obtain_release(directory: Path | None, templates: Path, fixtures: Path, *, quiet: bool) -> Release:
    """The release in ``directory``, else one that is built and checked now."""
    if directory is not None:
        return read_release(directory)
    from app.core.building import build_release

    workspace = workspace_of(templates, fixtures)
    with progress_bar(len(workspace.names()), quiet=quiet) as step:
        return build_release(workspace, gather_provenance(templates), today=utc_now().date(), progress=step)[
            0
        ]


def workspace_of(templates: Path, fixtures: Path) -> Workspace:
    """``Workspace.load``; who publishes what was built before does not load the compiler with it.

    Raises:
        as ``Workspace.load``.
    """
    from app.core.workspace import Workspace

    return Workspace.load(templates, fixtures)


def confirm(question: str, *, yes: bool, as_json: bool) -> None:
    """Go on only if ``--yes`` or a person says so."""
    if yes:
        return
    if as_json or not has_person():
        raise click.UsageError("There is nobody to ask: say --yes.")
    click.confirm(printable(question), abort=True, err=True)


def print_plan(plan: Plan) -> None:
    """What would change, for people: per template its parts, line by line, and the effect on callers."""
    print_remarks(plan.note, plan.hindrance)
    if plan.nothing:
        served = f"Nothing to publish: {plan.target} already serves release "
        out.print(Text.assemble(served, (plan.release[:12], "bold"), "."))
        return
    if plan.obstacles:
        out.print(Text(f"{plan.target} cannot hold the emails: {' '.join(plan.obstacles)}", style="bold red"))
    if plan.is_active:
        lacks = "but a publish was cut off before its last stable key. Publishing completes it."
        out.print(
            Text.assemble("Release ", (plan.release[:12], "bold"), f" is active in {plan.target}, {lacks}")
        )
        return
    came_from = f"release {plan.active[:12]}" if plan.active else "nothing"
    out.print(Text.assemble(f"{plan.target}: from {came_from} to release ", (plan.release[:12], "bold")))
    for change in plan.changes:
        print_change(change)
    print_settings(plan.settings)
    count = {kind: sum(change.kind is kind for change in plan.changes) for kind in ChangeKind}
    out.print(", ".join(f"{count[kind]} {kind.value}" for kind in ChangeKind) + ".")
    if plan.occupied:
        taken = ", ".join(plan.occupied)
        lie = f"Where emails belong lie files that no readable release has put there: {taken}."
        out.print(Text(f"{lie} Publishing overwrites them with --adopt.", style="bold red"))
    if plan.breaking:
        out.print(
            Text(
                "Breaking for callers: see the lines marked with !. Publishing needs --allow-breaking.",
                style="bold red",
            )
        )


def print_remarks(*sentences: str) -> None:
    """What is to be known beside what would change: why it is not compared, what stands in its way."""
    for sentence in filter(None, sentences):
        out.print(Text(sentence, style="yellow"))


@contextmanager
def telling_what_is_active() -> Iterator[None]:
    """Where it finds no room, what is printed within must not be taken for a failure of what it tells of."""
    with saying_it_is_active(ACTIVE_WHOLLY):
        yield
        sys.stdout.flush()  # or it fails when the command has ended, and nobody knows what it was about


def print_active(release: str, target: str) -> None:
    """That ``release`` is active now."""
    out.print(Text.assemble("Release ", (release[:12], "bold"), f" is active in {target}."))


def print_settings(parts: Iterable[PartChange]) -> None:
    """What differs in that which a release says of all its templates: locale, time zone, rules of display."""
    for part in parts:
        _print_part(part)


def print_change(change: TemplateChange) -> None:
    """One template: what became of it, its contract's consequences, its differences."""
    sign, colour = _SIGNS[change.kind]
    parts = ", ".join(part.part for part in change.parts) if change.kind is ChangeKind.CHANGED else ""
    out.print(Text(f"{sign} {change.name}", style=f"bold {colour}").append(f"  {parts}", style="dim"))
    for consequence in change.consequences:
        mark, style = ("!", "bold red") if consequence.breaking else (" ", "dim")
        out.print(Text(f"  {mark} {consequence}", style=style))
    if change.kind is not ChangeKind.CHANGED:
        return
    shown = [part for part in change.parts if tells(part.part)] or list(change.parts)
    for part in shown:
        _print_part(part)


def _print_part(part: PartChange) -> None:
    out.print(Text(f"  {part.part}", style="bold"))
    for line in part.diff.splitlines():
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        out.print(Text(f"    {line}", style=style))
