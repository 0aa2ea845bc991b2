"""What an error means to the outside: its exit code on the command line, its status over HTTP.

This is the only place that knows either; errors themselves know neither.

Exit codes: 0 done · 1 the content is wrong · 2 wrong call or unknown name · 3 refused · 4 the surroundings
failed (bucket, credentials, browser, disk).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.browser.errors import (
    ApprovalError,
    BaselineError,
    BrowserError,
    FrameError,
    NothingComparedError,
    RendererMismatchError,
    SettingsError,
    UnapprovedChangesError,
)
from app.core.errors import (
    CheckFailedError,
    FixtureChangedError,
    FolderError,
    RefusedRecipientError,
    ReleaseError,
    SourceError,
    SurroundingsError,
    UnknownNameError,
)
from app.operations.errors import NotFromHereError, UnknownOperationError
from app.publishing.errors import RefusedError, UnknownReleaseError
from bbws_templates.errors import BbwsTemplatesError, ContractError
from bbws_templates.faults import DamagedReleaseError, StoreError, TargetError, UnknownTemplateError

EXIT_CONTENT = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_SURROUNDINGS = 4


@dataclass(frozen=True)
class Outcome:
    """How an error leaves the product: ``exit_code`` for a shell, ``status`` and ``title`` for RFC 9457."""

    exit_code: int
    status: int
    title: str


OUTCOMES: dict[type[BbwsTemplatesError], Outcome] = {
    UnknownNameError: Outcome(EXIT_USAGE, 404, "Nothing of that name"),
    FolderError: Outcome(EXIT_USAGE, 422, "A folder cannot be used"),
    FixtureChangedError: Outcome(EXIT_REFUSED, 409, "The fixture has changed"),
    SourceError: Outcome(EXIT_CONTENT, 422, "A source file cannot be used"),
    ContractError: Outcome(EXIT_CONTENT, 422, "The data breaks the template's contract"),
    ReleaseError: Outcome(EXIT_REFUSED, 409, "The release cannot be used"),
    CheckFailedError: Outcome(EXIT_CONTENT, 422, "The templates do not pass the check"),
    DamagedReleaseError: Outcome(EXIT_REFUSED, 409, "The release is not intact"),
    RefusedError: Outcome(EXIT_REFUSED, 409, "Refused"),
    NotFromHereError: Outcome(EXIT_REFUSED, 403, "Not from the preview"),
    UnknownOperationError: Outcome(EXIT_USAGE, 404, "No such operation"),
    UnknownReleaseError: Outcome(EXIT_USAGE, 404, "No such release"),
    UnknownTemplateError: Outcome(EXIT_USAGE, 404, "No such template in the release"),
    TargetError: Outcome(EXIT_USAGE, 422, "No such target"),
    RefusedRecipientError: Outcome(EXIT_REFUSED, 403, "No test may be sent there"),
    SurroundingsError: Outcome(EXIT_SURROUNDINGS, 503, "Something around the product fails"),
    StoreError: Outcome(EXIT_SURROUNDINGS, 502, "The store of releases fails"),
    BrowserError: Outcome(EXIT_SURROUNDINGS, 503, "The browser fails"),
    FrameError: Outcome(EXIT_USAGE, 422, "The client has no such window"),
    BaselineError: Outcome(EXIT_SURROUNDINGS, 503, "The pictures on disk cannot be used"),
    NothingComparedError: Outcome(EXIT_USAGE, 404, "Nothing has been compared yet"),
    RendererMismatchError: Outcome(EXIT_REFUSED, 409, "The baselines come from another renderer"),
    ApprovalError: Outcome(EXIT_REFUSED, 409, "The decision cannot be made"),
    SettingsError: Outcome(EXIT_USAGE, 422, "The screenshot settings are wrong"),
    UnapprovedChangesError: Outcome(EXIT_REFUSED, 409, "Visual changes are not approved"),
    BbwsTemplatesError: Outcome(EXIT_CONTENT, 422, "The template cannot be rendered"),
}
"""Kind of error to how it leaves the product; one that is not named here leaves as the kind above it."""


def outcome_of(error: BbwsTemplatesError) -> Outcome:
    """The outcome of the nearest class of ``error`` that has one; the base class always has."""
    return next(OUTCOMES[kind] for kind in type(error).__mro__ if kind in OUTCOMES)
