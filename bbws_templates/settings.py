"""What a program sets, held to what can be done with it where it is set: a mail is too late to hear of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from bbws_templates.faults import SettingError
from bbws_templates.printing import brief

MOST_PATIENCE: Final = 1_000_000.0
"""Seconds, eleven days: a socket cannot be told to wait for three weeks, nor a thread for 300 years."""

MOST_PROCESSES: Final = 1_024


def check_seconds(name: str, value: Any, most: float = float("inf")) -> float:
    """``value`` as seconds, from none up to ``most``; ``name`` is what its setting is called.

    Raises:
        SettingError: it is no such number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):  # of an integer that no float holds
            seconds = float(value)
            if 0 <= seconds <= most:
                return seconds
    end = "on, or infinity" if most == float("inf") else f"to {most:,.0f}"
    raise _refused(name, value, f"Write a number of seconds, from 0 {end}.")


def check_processes(name: str, value: Any) -> int:
    """``value`` as a number of processes.

    Raises:
        SettingError: it is none, or more than any machine is made for.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_PROCESSES:
        return value
    raise _refused(
        name, value, f"Write a whole number from 1 to {MOST_PROCESSES:,}, or None for one on each core."
    )


def check_text(name: str, value: Any, remedy: str) -> str:
    """``value`` as the text that it is, whatever its class calls it; None as none.

    Raises:
        SettingError: it is something else.
    """
    if value is None or isinstance(value, str):
        return str.__str__(value or "")
    raise _refused(name, value, remedy)


def check_path(name: str, value: Any) -> str:
    """``value`` as a path that the system can be asked for.

    Raises:
        SettingError: it is none.
    """
    with suppress(TypeError, ValueError):  # no path at all; with what no system has in a name
        path: str = os.fspath(value)
        if "\0" not in path:
            os.fsencode(path)
            return path
    raise _refused(name, value, "Write the path of a release directory or of a bundle.json.")


def check_callable(name: str, value: Callable[..., Any] | None) -> None:
    """That ``value``, if there is one, can be called.

    Raises:
        SettingError: it cannot.
    """
    if value is not None and not callable(value):
        raise _refused(name, value, "Give a function without parameters, or nothing.")


def check_kind(name: str, value: Any, kind: type) -> None:
    """That ``value`` is one of ``kind``, and not that class itself.

    Raises:
        SettingError: it is not.
    """
    if not isinstance(value, kind):
        raise _refused(name, value, f"Give what {kind.__name__}(…) makes.")


def _refused(name: str, value: Any, remedy: str) -> SettingError:
    is_plain = value is None or isinstance(value, str | int | float)
    said = brief(value) if is_plain else f"a value of type {type(value).__name__}"
    return SettingError(f"'{name}' cannot be {said}.", remedy=remedy)
