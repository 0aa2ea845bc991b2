"""Threads, on machines that may have none to spare: a limit of processes counts threads as well."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.core.errors import SurroundingsError

NO_THREAD = "can't start new thread"
"""What Python says, with a RuntimeError, for which it has no class of its own."""

MORE_THREADS = (
    "Let this user or container have more processes and threads (`ulimit -u`, its limit of pids), or end "
    "others"
)
"""What helps where there is no thread to spare, without a full stop."""


def begin(work: Callable[..., None], *arguments: object, name: str) -> None:
    """Have ``work`` done in a thread of its own, which does not keep the program from ending.

    Raises:
        SurroundingsError: none can be started; nothing has begun.
    """
    try:
        threading.Thread(target=work, args=arguments, name=name, daemon=True).start()
    except RuntimeError as error:
        raise no_thread() from error


def no_thread() -> SurroundingsError:
    """That no thread can be started, for whoever is told so by Python."""
    return SurroundingsError("The system lets no further thread begin.", remedy=f"{MORE_THREADS}.")
