"""Options that several commands share."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from app.browser.folders import Folders
from app.core.cache import CacheFolder
from bbws_templates.languages import WISH, best_of

Command = TypeVar("Command", bound=Callable[..., object])

_MOST_WORKERS = 256


def one_tag(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Let a language that is asked for pass if it has the form of a tag, however it is written."""
    if value is not None and not re.fullmatch(WISH, value):
        raise click.BadParameter(
            f"'{value[:80]}' is not a language tag. Write one such as af, en-ZA or zh-Hant-TW."
        )
    return value


def absence(name: str, wanted: str, own: str, further: Iterable[str]) -> str:
    """That template ``name`` is not there in the language ``wanted``, in words; "" where it is.

    ``own`` is the language that it is in itself, ``further`` are those of its translations.
    """
    tags = tuple(further)
    if best_of(wanted, ([own] if own else []) + list(tags)):
        return ""
    known = ", ".join(tags) or "no other language"
    return f"'{name}' is not there in '{wanted}': this is {own or 'its own language'}. There is {known}."


# Where a folder can be named; the default folder of fixtures need not exist.
_NAMED = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


def _named_folder(context: click.Context, parameter: click.Parameter, folder: Path) -> Path:
    """``folder``, which must exist if it was named: a misspelt one would leave nothing to check."""
    name = parameter.name or ""
    if context.get_parameter_source(name) in _NAMED:
        from app.core.loader import require_folder  # loads what reads templates; not every call gets so far

        require_folder(folder, name)
    return folder


def _known_clients(
    _context: click.Context, _parameter: click.Parameter, clients: tuple[str, ...]
) -> tuple[str, ...]:
    """``clients``, each of which is one: a misspelt one is said before anything is read or drawn."""
    if clients:
        from app.browser.clients import renderer_named  # loads what draws

        for client in clients:
            renderer_named(client)
    return clients


def client_option(command: Command) -> Command:
    """``--client``: the only mail clients to draw with."""
    return click.option(
        "--client",
        "clients",
        multiple=True,
        metavar="CLIENT",
        callback=_known_clients,
        help="Only what this client draws, and it has to be there; may be repeated. `clients` lists them.",
    )(command)


def template_set_options(command: Command) -> Command:
    """``--templates`` and ``--fixtures``: which template set to work on."""
    command = click.option(
        "--fixtures",
        type=click.Path(path_type=Path),
        callback=_named_folder,
        default=Path("fixtures"),
        envvar="BBWS_FIXTURES",
        show_default=True,
        show_envvar=True,
        help="The folder of fixtures.",
    )(command)
    return click.option(
        "--templates",
        type=click.Path(path_type=Path),
        callback=_named_folder,
        default=Path("templates"),
        envvar="BBWS_TEMPLATES",
        show_default=True,
        show_envvar=True,
        help="The folder of templates.",
    )(command)


def _cache_folder(
    _context: click.Context, _parameter: click.Parameter, folder: Path | None
) -> CacheFolder | None:
    if folder is None:
        base = os.environ.get("XDG_CACHE_HOME", "")  # to be passed over if relative, says the specification
        folder = (
            Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()
        ) / "bbws-templates"
    return CacheFolder(folder) if str(folder) != os.devnull else None


def cache_option(command: Command) -> Command:
    """``--cache``: where to remember what has been worked out, by the XDG Base Directory Specification."""
    return click.option(
        "--cache",
        type=click.Path(path_type=Path, file_okay=True),
        callback=_cache_folder,
        envvar="BBWS_CACHE",
        show_envvar=True,
        metavar="DIRECTORY",
        help="Where to remember what need not be worked out again; may be removed at any time. "
        f"By default bbws-templates in the user's cache folder; {os.devnull} for none.",
    )(command)


def _default_workers() -> int:
    from bbws_templates.workers import usable_cores  # with what multiprocessing costs to import

    return min(usable_cores(), _MOST_WORKERS)


def workers_option(words: str) -> Callable[[Command], Command]:
    """``--workers``: how many processes, by default one for each core."""
    return click.option(
        "--workers",
        type=click.IntRange(1, _MOST_WORKERS),
        default=_default_workers,
        show_default="one for each core",
        help=words,
    )


def screenshot_folder_options(command: Callable[..., None]) -> Callable[..., None]:
    """``--baselines`` and ``--work``: where approved and current pictures are, together as ``folders``."""

    @functools.wraps(command)
    def with_folders(*, baselines: Path, work: Path, **others: Any) -> None:
        command(folders=Folders(baselines, work), **others)

    return _picture_folders(with_folders)


def _picture_folders(command: Command) -> Command:
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
