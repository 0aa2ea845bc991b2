"""The one logger of this package, and what is said to it: a log that fails costs a line and never a mail."""

from __future__ import annotations

from contextlib import suppress

LOGGER = "bbws_templates"


def warn(message: str, *values: object) -> None:
    """A warning of ``message``, with ``values`` in it, that comes from where this is called."""
    import logging  # a Lambda that has nothing to say need not wait for it

    # A program's own handlers and filters may raise whatever they like.
    with suppress(Exception):
        logging.getLogger(LOGGER).warning(message, *values, stacklevel=2)
