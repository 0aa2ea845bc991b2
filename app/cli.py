"""``bbws-templates``: the entry of the command line.

Exit status: 0 done · 1 the content is wrong (a failed check, data against its contract, a difference) ·
2 a wrong call or an unknown name · 3 refused · 4 the surroundings failed · 130 interrupted · 141 the reader
of the output has gone.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.commands.streams import UnreadError, hold_descriptors, require_output, watched_streams
from app.core.errors import SurroundingsError
from app.core.threads import MORE_THREADS, NO_THREAD, no_thread
from bbws_templates.errors import BbwsTemplatesError, Location

EXIT_INTERRUPTED = 130
EXIT_UNREAD = 141
"""128 and the number of the signal, as shells have it of SIGINT and SIGPIPE. A check whose result nobody has
read must not pass for one that has passed."""

_AS_TERRAFORM = "--detailed-exitcode"
"""The option of ``plan``. A wrong call may keep it from ever being parsed."""

COMMANDS = {
    "list": "List the templates with their audience, subject, fixtures and further languages.",
    "new": "Make a template with its metadata, contract and fixtures; or a copy to be translated.",
    "render": "Render one email to standard output.",
    "send-test": "Send the mail of a fixture to a mailbox of ours, by the server of the settings.",
    "render-batch": "Render one email for each line of a file of data, on all cores.",
    "check": "Check templates: compile, render every fixture, validate, prove.",
    "clients": "List the mail clients that pictures can be drawn with, and which of them are here.",
    "screenshots": "Picture every email, compare with what was approved, decide.",
    "serve": "Serve the preview: every template with every fixture, reloading on save.",
    "export": "Write the gallery as files: every mail with every fixture, light and dark, and the findings.",
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
"""Every command in the order of ``--help``, with its first line; its module is ``app.commands.{name}``,
with ``_`` for ``-``."""


class _Commands(click.Group):
    """Imports a command only when it is used: ``list`` should not wait for a browser or for AWS."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            import difflib  # Who has spelled it right need not wait for it.

            nearest = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise click.UsageError(f"There is no command '{cmd_name}'.{hint}", ctx)
        command: click.Command = _imported(f"app.commands.{cmd_name.replace('-', '_')}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            SurroundingsError: the system refused something: to read or write, as on a full disk, a thread.
        """
        try:
            return super().invoke(ctx)
        except OSError as error:  # of a broken pipe click itself would make an end with 1
            raise _noted(_refused_by_the_system(error), error) from error
        except MemoryError as error:
            refused = SurroundingsError("There is not enough memory.", remedy=_REMEDIES[errno.ENOMEM])
            raise _noted(refused, error) from error
        except RuntimeError as error:
            if str(error) != NO_THREAD:
                raise
            raise _noted(no_thread(), error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _imported(name: str) -> Any:
    """A module, and what it needs, without a look for garbage: that took a seventh of a server's start."""
    if name not in sys.modules and gc.isenabled():
        gc.disable()
        try:
            importlib.import_module(name)
        finally:
            gc.freeze()  # what is imported stays
            gc.enable()
    return importlib.import_module(name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bbws-templates", prog_name="bbws-templates")
def cli() -> None:
    """Email templates as a tested, versioned, published artefact.

    Exit status: 0 done, 1 the content is wrong, 2 wrong call or unknown name, 3 refused, 4 the surroundings
    failed.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit status."""
    hold_descriptors()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # better an escape than no answer
    status = run(arguments)
    gc.freeze()  # Python would look through all that a large set has made, to end a moment after it
    sys.exit(status)


def run(arguments: Sequence[str] | None = None, *, obj: object = None) -> int:
    """Run one command; the only place where an error becomes a line and an exit status.

    ``obj`` is the command's ``click.pass_obj``: what a caller brings that no argument can name.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with watched_streams():
        try:
            require_output()
            try:
                status = cli.main(words, prog_name="bbws-templates", standalone_mode=False, obj=obj)
            finally:
                sys.stdout.flush()
        except (KeyboardInterrupt, click.Abort) as error:
            sys.stderr.write("\n".join(("interrupted", *_notes(error))) + "\n")
            return EXIT_INTERRUPTED
        except UnreadError as error:
            sys.stderr.write("".join(f"{note}\n" for note in _notes(error)))
            return EXIT_UNREAD
        except SystemExit as leave:
            return leave.code if isinstance(leave.code, int) else 1
        except (click.ClickException, BbwsTemplatesError) as error:
            return _status(words, _told(error, as_json="--json" in words))
    return status if isinstance(status, int) else 0


def _notes(error: BaseException) -> tuple[str, ...]:
    """What those whom it came through have to say of it; click makes another one of it."""
    return (*getattr(error, "__notes__", ()), *(_notes(error.__cause__) if error.__cause__ else ()))


def _noted(made: BbwsTemplatesError, error: BaseException) -> BbwsTemplatesError:
    """``made`` of ``error``, with what those have to say whom that one came through."""
    made.remedy = " ".join((*_notes(error), made.remedy))
    return made


def _told(error: click.ClickException | BbwsTemplatesError, *, as_json: bool) -> int:
    """Say what is wrong, to a program as well if one listens; the exit status of it."""
    from app.commands.output import print_error, print_usage_error
    from app.outcomes import outcome_of

    as_json = as_json and sys.stdout is not None
    # Where not even that can be said, the exit status says it.
    with contextlib.suppress(UnreadError, SurroundingsError):
        if isinstance(error, click.ClickException):
            print_usage_error(error, as_json=as_json)
        else:
            print_error(error, as_json=as_json)
        if sys.stdout is not None:
            sys.stdout.flush()
    return error.exit_code if isinstance(error, click.ClickException) else outcome_of(error).exit_code


def _status(words: Sequence[str], error: int) -> int:
    """The exit status of an error; 1 of any, where 2 is to mean changes as Terraform has it."""
    command = next((word for word in words if not word.startswith("-")), "")
    return 1 if command == "plan" and _AS_TERRAFORM in words else error


_OPEN_FILES = "Let this user have more open files (`ulimit -n`)."
_REMEDIES = {
    errno.EMFILE: _OPEN_FILES,
    errno.ENFILE: _OPEN_FILES,
    errno.ENOMEM: "End other programs, or let this one have more memory (`ulimit -v`, a container's limit).",
    errno.EAGAIN: f"{MORE_THREADS}.",
}
"""What helps, whatever it was that was wanted; by the number of the system's error."""


def _refused_by_the_system(error: OSError) -> SurroundingsError:
    """``error``, which no command has expected, as one of ours."""
    if error.filename is None:
        try:
            Path.cwd()
        except OSError:
            return SurroundingsError(
                "The working folder is not there any more.", remedy="Change into one that is, and call again."
            )
    reason = error.strerror or str(error) or type(error).__name__
    usual = "Call again." if error.filename is None else "Make room, or check its permissions."
    return SurroundingsError(
        f"The system refuses to go on: {reason}.",
        location=None if error.filename is None else Location(str(error.filename)),
        remedy=_REMEDIES.get(error.errno or 0, usual),
    )
