"""``types``: the data contracts as Python types, for callers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from app.commands.options import template_set_options
from app.commands.output import err, write_document
from app.commands.releasing import open_catalogue, release_option, settings_option
from app.core.caller_types import caller_types
from app.core.errors import SurroundingsError
from app.core.release_directory import read_release
from app.core.workspace import Workspace
from app.core.writing import overwrite
from app.outcomes import EXIT_CONTENT
from app.publishing.catalogue import ACTIVE
from bbws_templates.bundle import Bundle
from bbws_templates.files import read_file

Contracts = dict[str, Mapping[str, Any] | None]


@click.command(name="types")
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    help="The module to write; - prints it.",
)
@release_option
@click.option(
    "--in", "--from", "target", help="Take the active release of this target, in place of the sources."
)
@settings_option
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 when the file is not up to date.")
@template_set_options
def command(
    file: Path,
    directory: Path | None,
    target: str | None,
    settings: Path | None,
    check: bool,
    templates: Path,
    fixtures: Path,
) -> None:
    """Write the data contracts as Python types, for callers.

    One TypedDict per contract, and a typed front to TemplateClient: a missing or misspelt field fails in the
    caller's editor and under mypy.
    """
    if directory is not None:
        contracts = _of_bundle(read_release(directory).bundle)
    elif target is not None:
        catalogue = open_catalogue(target, settings)
        contracts = _of_bundle(catalogue.bundle(catalogue.resolve(ACTIVE)))
    else:
        contracts = _of_sources(Workspace.load(templates, fixtures))
    text = caller_types(contracts)
    if str(file) == "-":
        write_document(text.encode())
    elif check:
        if not _holds(file, text):
            err.print(f"{file} is not up to date. Run: bbws-templates types --out {file}")
            raise SystemExit(EXIT_CONTENT)
    else:
        _write(file, text)


def _of_bundle(bundle: Bundle) -> Contracts:
    return {name: template.contract for name, template in bundle.templates.items()}


def _of_sources(workspace: Workspace) -> Contracts:
    sources = (workspace.source(name) for name in workspace.names())
    return {source.name: source.metadata.contract if source.metadata else None for source in sources}


def _holds(file: Path, text: str) -> bool:
    """Whether ``text`` stands in the file, with the line ends of whatever system."""
    return file.is_file() and read_file(file).replace(b"\r\n", b"\n") == text.encode()


def _write(file: Path, text: str) -> None:
    try:
        overwrite(file, text.encode())
    except OSError as error:
        raise SurroundingsError(
            f"{file} cannot be written: {error.strerror or error}.",
            remedy="Make room or correct the permissions, or name another file.",
        ) from error
