"""Errors of what takes long and is asked after; the base and the tree are in ``bbws_templates.errors``.

::

    BbwsTemplatesError
    ├── RefusedError
    │   ├── BusyError                 something else is being done with the target
    │   ├── CancelledError            somebody has cancelled it
    │   ├── NotCancellableError       it goes on to its end, or is over
    │   ├── StalePlanError            the sources are not any more what was planned
    │   └── NotFromHereError          the settings keep this target from the preview
    └── UnknownOperationError         nothing of that id has been begun, or it was long ago
"""

from __future__ import annotations

from app.publishing.errors import RefusedError
from bbws_templates.errors import BbwsTemplatesError


class BusyError(RefusedError):
    """One thing is done with a target at a time; ``operation`` is the id of what is being done."""

    code = "busy"

    def __init__(self, message: str, *, operation: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.operation = operation


class CancelledError(RefusedError):
    """Somebody has cancelled what was being done; what it had made by then is kept."""

    code = "cancelled"


class NotCancellableError(RefusedError):
    """What changes a target goes on to its end, and what is over cannot be cancelled."""

    code = "not-cancellable"


class StalePlanError(RefusedError):
    """What was planned is not what would be published by now."""

    code = "stale-plan"


class NotFromHereError(RefusedError):
    """A target that the preview may look at and not change; the remedy is the way that leads there."""

    code = "not-from-here"


class UnknownOperationError(BbwsTemplatesError):
    """No operation of that id: a server remembers the latest, and none from before it was started."""

    code = "unknown-operation"
