"""``render``: one email, with the data of a fixture or of a file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from app.commands.options import absence, one_tag, template_set_options
from app.commands.output import err, print_json, write_bytes, write_document
from app.commands.streams import read_given
from app.core.errors import Location, SourceError
from app.core.jsontext import parse_json
from app.core.messages import sample_message
from app.core.workspace import Workspace
from bbws_templates.compiled import RenderedEmail
from bbws_templates.errors import HeaderError
from bbws_templates.layout import parted
from bbws_templates.message import parse_mailbox

FORMATS = ("html", "text", "subject", "eml", "json", "png", "pdf")
PREFERRED_FIXTURE = "typical"
_LONGEST_DATA: Final = 16_000_000
"""Bytes of the data of one mail, as for a line of a batch."""


def _one_address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        try:
            parse_mailbox(value, header="To")
        except HeaderError as error:
            raise click.BadParameter(
                f"'{value}' is not one mail address, such as ann@example.com."
            ) from error
    return value


@click.command(name="render")
@click.argument("name", metavar="CATEGORY/NAME")
@click.option(
    "--fixture", "scenario", metavar="SCENARIO", help="A fixture of the template [default: typical]."
)
@click.option(
    "--data", "data_file", metavar="FILE", help="A JSON file with the data; - reads standard input."
)
@click.option(
    "--locale", callback=one_tag, metavar="TAG", help="In this language, such as af-ZA [default: the set's]."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True)
@click.option(
    "--to",
    "recipient",
    metavar="ADDRESS",
    callback=_one_address,
    help="The recipient in --format eml [default: tenantEmail of the data].",
)
@click.option(
    "--lenient", is_flag=True, help="Render what is missing as nothing and warn, instead of failing."
)
@template_set_options
def command(
    name: str,
    scenario: str | None,
    data_file: str | None,
    locale: str | None,
    form: str,
    recipient: str | None,
    lenient: bool,
    templates: Path,
    fixtures: Path,
) -> None:
    """Render one email to standard output.

    The formats: the HTML part, the text part, the subject, a whole message that mail programs open (eml), all
    of it as JSON, or the mail as Chromium draws it: a picture (png) or pages of A4 (pdf). Where the
    template is not there in the language asked for, it is taken in the next wider one, else in the set's
    own, and a warning says so. Exit status 1 when the data breaks the contract, 2 for an unknown template
    or fixture.
    """
    if scenario is not None and data_file is not None:
        raise click.UsageError("Give --fixture or --data, not both.")
    workspace = Workspace.load(templates, fixtures)
    name = _in_language(workspace, name, locale)
    data = _read_data(data_file) if data_file is not None else _fixture_data(workspace, name, scenario)
    rendered = workspace.rendered(name, data, strict=not lenient)
    # The same place is met in the HTML and in the text part, that of a subject in three parts.
    for sentence in dict.fromkeys(f"{warning.location}: {warning.message}" for warning in rendered.warnings):
        _warn(sentence)
    if form == "eml":
        sample = sample_message(rendered.email, workspace.source(name), data, recipient=recipient or "")
        for sentence in sample.warnings:
            _warn(sentence)
        write_document(sample.message.as_bytes())
    elif form in {"png", "pdf"}:
        _write_sheet(rendered.email, form)
    else:
        _write(rendered.email, form)


def _in_language(workspace: Workspace, name: str, locale: str | None) -> str:
    if locale is None:
        return name
    if parted(name)[1]:
        raise click.UsageError(f"Give the language with --locale or in the name '{name}', not both.")
    found = workspace.in_language(name, locale)
    templates = workspace.templates
    if lacking := absence(name, locale, templates.settings.locale, templates.locales(name)):
        _warn(lacking)
    return found


def _fixture_data(workspace: Workspace, name: str, scenario: str | None) -> Mapping[str, Any]:
    known = workspace.source(name).fixtures
    if scenario is None and PREFERRED_FIXTURE not in known:
        if not known:
            raise SourceError(
                f"'{name}' has no fixture to render with.",
                remedy="Give the data with --data FILE, or add a fixture.",
            )
        scenario = next(iter(known))
    return workspace.fixture(name, scenario or PREFERRED_FIXTURE).data


def _read_data(name: str) -> Mapping[str, Any]:
    label = "standard input" if name == "-" else name
    try:
        content = read_given(name, _LONGEST_DATA)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise click.BadParameter(
            f"'{label}' cannot be read: {error.strerror or error}.", param_hint="--data"
        ) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            "The data is not UTF-8.", location=Location(label, line), remedy="Save the file as UTF-8."
        ) from error
    data = parse_json(text, label)
    if not isinstance(data, dict):
        raise SourceError(
            "The data must be one JSON object.", location=Location(label, 1, 1), remedy="Wrap it in { }."
        )
    return data


def _warn(sentence: str) -> None:
    err.print(Text("warning: ", style="yellow").append(sentence, style="default"))


def _write_sheet(email: RenderedEmail, form: str) -> None:
    if sys.stdout.isatty():
        raise click.UsageError(f"A {form.upper()} is no text for a terminal: send it to a file.")
    from app.browser.sheets import SheetFormat, sheet_of  # the others need no browser

    write_bytes(sheet_of(email.html, SheetFormat(form), name=email.template))


def _write(email: RenderedEmail, form: str) -> None:
    if form == "json":
        print_json(
            {
                "template": email.template,
                "subject": email.subject,
                "preheader": email.preheader,
                "sender": {"name": email.sender[0], "address": email.sender[1]},
                "replyTo": email.reply_to,
                "locale": email.locale,
                "html": email.html,
                "text": email.text,
            }
        )
        return
    part = {"html": email.html, "text": email.text, "subject": email.subject}[form]
    # Bytes, so that the result is the same UTF-8 whatever the terminal's encoding and line endings.
    write_document(part.encode("utf-8") + (b"" if part.endswith("\n") else b"\n"))
