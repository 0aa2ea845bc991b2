"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from app.browser.folders import Folders

Command = TypeVar("Command", bound=Callable[..., object])


def template_set_options(command: Command) -> Command:
    """``--templates`` and ``--fixtures``: which template set to work on."""
    command = click.option(
        "--fixtures",
        type=click.Path(path_type=Path),
        default=Path("fixtures"),
        envvar="BBWS_FIXTURES",
        show_default=True,
        show_envvar=True,
        help="The folder of fixtures.",
    )(command)
    return click.option(
        "--templates",
        type=click.Path(path_type=Path),
        default=Path("templates"),
        envvar="BBWS_TEMPLATES",
        show_default=True,
        show_envvar=True,
        help="The folder of templates.",
    )(command)


def screenshot_folder_options(command: Command) -> Command:
    """``--baselines`` and ``--work``: where approved and current pictures are."""
    command = click.option(
        "--work",
        type=click.Path(path_type=Path, file_okay=False),
        default=Folders().work,
        show_default=True,
        help="The folder for pictures of this working copy; may be removed at any time.",
    )(command)
    return click.option(
        "--baselines",
        type=click.Path(path_type=Path, file_okay=False),
        default=Folders().baselines,
        envvar="BBWS_BASELINES",
        show_default=True,
        show_envvar=True,
        help="The folder of approved pictures.",
    )(command)


def json_option(command: Command) -> Command:
    """``--json``: results for machines. Errors too become JSON; see ``app.cli``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")(command)
