"""How a program of this folder ends when nobody reads on, somebody interrupts it, or a disk is full."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final, NoReturn

from bbws_templates.printable import printable
from infra.deploy.errors import EXIT_SURROUNDINGS

EXIT_INTERRUPTED: Final = 130
EXIT_UNREAD: Final = 141
"""As shells report a tool that has died of SIGINT or SIGPIPE."""


def run_program(main: Callable[[], int]) -> NoReturn:
    """Run ``main`` and leave the process with its exit code; there is never a traceback for what a user does.

    The codes beside those of ``main``: 130 interrupted, 141 the reader of the output has gone (``| head``),
    4 the system refuses to read or write something.
    """
    try:
        try:
            code = main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        code = EXIT_UNREAD
    except KeyboardInterrupt:
        print("interrupted; what was done so far stays", file=sys.stderr)
        code = EXIT_INTERRUPTED
    except OSError as error:
        if error.filename is None:
            _drop_output()
        what = "Standard output" if error.filename is None else printable(str(error.filename))
        print(f"{what}: {error.strerror or error}. Make room, or look at its permissions.", file=sys.stderr)
        code = EXIT_SURROUNDINGS
    sys.exit(code)


def _drop_output() -> None:
    """Send the rest of the output nowhere, or Python would complain of it once more at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
