"""``bbws-templates``: the entry of the command line.

Exit status: 0 done · 1 the content is wrong (a failed check, data against its contract, a difference) ·
2 a wrong call or an unknown name · 3 refused · 4 the surroundings failed · 130 interrupted.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

import click

from bbws_templates.errors import BbwsTemplatesError

COMMANDS = {
    "list": "List the templates with their audience, subject and fixtures.",
    "render": "Render one email to standard output.",
    "check": "Check templates: compile, render every fixture, validate, prove.",
    "screenshots": "Picture every email, compare with what was approved, decide.",
    "serve": "Serve the preview: every template with every fixture, reloading on save.",
    "build": "Check everything, then write a release into a directory.",
    "plan": "Show what publishing would change against the active release.",
    "publish": "Publish a release: show the plan, then carry it out.",
    "promote": "Promote a release, bit for bit, from one target to another.",
    "rollback": "Go back to a release that was active before.",
    "status": "Show what a target serves, since when, by whom and why.",
    "history": "Show who activated what, when and why, newest first.",
    "diff": "Show what lies between two releases, or a release and the sources.",
    "verify": "Re-read and re-hash everything in a target.",
    "types": "Write the data contracts as Python types, for callers.",
    "prune": "Delete old releases, never the active one or the last few.",
}
"""Every command in the order of ``--help``, with its first line; its module is ``app.commands.{name}``."""


class _Commands(click.Group):
    """Imports a command only when it is used: ``list`` should not wait for a browser or for AWS."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            nearest = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise click.UsageError(f"There is no command '{cmd_name}'.{hint}", ctx)
        module = importlib.import_module(f"app.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("bbws-templates"), prog_name="bbws-templates")
def cli() -> None:
    """Email templates as a tested, versioned, published artefact.

    Exit status: 0 done, 1 the content is wrong, 2 wrong call or unknown name, 3 refused, 4 the surroundings
    failed.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit status."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the only place where an error becomes a line and an exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = cli.main(words, prog_name="bbws-templates", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("interrupted\n")
        return 130
    except BrokenPipeError:
        # The reader has gone (``| head``); without this Python complains when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 1
    except BbwsTemplatesError as error:
        from app.commands.output import print_error
        from app.outcomes import outcome_of

        print_error(error, as_json="--json" in words)
        return outcome_of(error).exit_code
    return status if isinstance(status, int) else 0
