"""``new``: a template with its metadata, contract and fixtures, ready to be looked at."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.options import json_option, template_set_options
from app.commands.output import out, print_json
from app.core.errors import SourceError, SurroundingsError
from app.core.scaffold import Draft, drafts, translation_draft
from app.core.sources import Mailbox
from app.core.workspace import Workspace
from app.core.writing import all_or_none
from bbws_templates.errors import HeaderError, Location
from bbws_templates.message import parse_mailbox


def _mailbox(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Mailbox | None:
    if value is None:
        return None
    try:
        address = parse_mailbox(value, header="From")
    except HeaderError as error:
        raise click.BadParameter(
            f"'{value}' is not a sender, such as Example <noreply@example.com>."
        ) from error
    return Mailbox(address.display_name, address.addr_spec)


@click.command(name="new")
@click.argument("name", metavar="CATEGORY/NAME")
@click.option(
    "--like", metavar="CATEGORY/NAME", default="", help="Begin with the files and fixtures of this template."
)
@click.option("--internal", is_flag=True, help="Make the version for staff too, CATEGORY/NAME_internal.")
@click.option(
    "--sender",
    metavar="MAILBOX",
    callback=_mailbox,
    help="Who sends it [default: that of --like, else of most templates].",
)
@click.option(
    "--locale",
    default="",
    metavar="TAG",
    help="Not a new template but a translation of this one, into a language such as af or zu-ZA.",
)
@template_set_options
@json_option
def command(
    name: str,
    like: str,
    internal: bool,
    sender: Mailbox | None,
    locale: str,
    templates: Path,
    fixtures: Path,
    as_json: bool,
) -> None:
    """Make a template with its metadata, contract and fixtures; or a copy to be translated.

    Without --like it is a plain mail that stands alone, in any template set. It passes the check as it is;
    what is to be written says so. No file that exists is ever touched.
    """
    workspace = Workspace.load(templates, fixtures)
    if locale:
        if like or internal or sender:
            raise click.UsageError(
                "A translation takes all but its words from the template: --locale stands alone."
            )
        made: tuple[Draft, ...] = (translation_draft(workspace.templates, name, locale),)
    else:
        made = drafts(workspace.templates, name, like=like, internal=internal, sender=sender)
    files = _files(made, templates, fixtures)
    _write(files)
    if as_json:
        print_json({"templates": [draft.name for draft in made], "files": [str(path) for path in files]})
        return
    for path in files:
        out.print(f"  {path}")
    names = " ".join(draft.name for draft in made)
    out.print(
        f"Made {names.replace(' ', ' and ')}. Look at it with 'bbws-templates serve', and check it with"
    )
    out.print(f"  bbws-templates check {names}")


def _files(made: tuple[Draft, ...], templates: Path, fixtures: Path) -> dict[Path, str]:
    return {
        folder / path: text
        for draft in made
        for folder, group in ((templates, draft.templates), (fixtures, draft.fixtures))
        for path, text in group.items()
    }


def _write(files: dict[Path, str]) -> None:
    """Write all of ``files``, or none: what exists already is refused before anything is written."""
    for path in files:
        if path.exists() or path.is_symlink():
            raise SourceError(
                "This file exists already.", location=Location(str(path)), remedy="Choose another name."
            )
    try:
        with all_or_none() as write:
            for path, text in files.items():
                write(path, text.encode())
    except OSError as error:
        raise SurroundingsError(
            f"'{error.filename}' cannot be written: {error.strerror or error}.",
            remedy="Make room or correct the permissions, then run the command again.",
        ) from error
