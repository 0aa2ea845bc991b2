"""Errors of the preview server; the base and the tree are in ``bbws_templates.errors``.

::

    BbwsTemplatesError
    └── SurroundingsError
        └── ListenError    the address cannot be listened on
"""

from __future__ import annotations

from app.core.errors import SurroundingsError


class ListenError(SurroundingsError):
    """The host and port cannot be listened on: taken, not ours, or not an address."""

    code = "listen"
