"""``serve``: the preview in a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from app.browser.folders import Folders
from app.commands.options import cache_option, screenshot_folder_options, template_set_options
from app.commands.output import print_log
from app.commands.releasing import settings_option
from app.core.cache import CacheFolder
from app.web.application import ServerSettings, serve
from app.web.editors import Editor, editor_of_settings

_NAME: Final = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]", re.IGNORECASE)


def _editor(_: click.Context, __: click.Parameter, value: str | None) -> Editor | None:
    try:
        return Editor.of(value) if value else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _names(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for each in values:
        if not _NAME.fullmatch(each):  # no request would ever be for it
            raise click.BadParameter(f"'{each}' is no host name: one has no scheme, port or path.")
    return values


@click.command(name="serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, envvar="BBWS_HOST", help="The address to listen on."
)
@click.option(
    "--port",
    default=8025,
    show_default=True,
    type=click.IntRange(0, 65535),
    envvar="BBWS_PORT",
    help="The port; 0 takes a free one.",
)
@click.option(
    "--token",
    envvar="BBWS_TOKEN",
    metavar="SECRET",
    help="What a caller must know to change anything; made up when others can call, or to publish.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    envvar="BBWS_ALLOWED_HOSTS",
    metavar="NAME",
    callback=_names,
    help="A further host name to answer to; may be given several times.",
)
@click.option(
    "--allow-publish",
    is_flag=True,
    help="Let who has the token publish to the targets that say publish_from_preview.",
)
@click.option(
    "--editor",
    envvar="BBWS_EDITOR",
    metavar="EDITOR",
    callback=_editor,
    help="Open files from the pages in vscode, idea, sublime or by a pattern such as 'x://{path}:{line}'; "
    "else as bbws-templates.toml says.",
)
@settings_option
@screenshot_folder_options
@template_set_options
@cache_option
def command(
    host: str,
    port: int,
    token: str | None,
    allowed_hosts: tuple[str, ...],
    allow_publish: bool,
    editor: Editor | None,
    settings: Path | None,
    templates: Path,
    fixtures: Path,
    folders: Folders,
    cache: CacheFolder | None,
) -> None:
    """Serve the preview: every template with every fixture, reloading on save."""
    print_log()
    serve(
        ServerSettings(
            templates=templates,
            fixtures=fixtures,
            host=host,
            port=port,
            token=token,
            allowed_hosts=allowed_hosts,
            screenshots=folders,
            targets=settings,
            allow_publish=allow_publish,
            memory=cache,
            editor=editor or editor_of_settings(settings),
        )
    )
