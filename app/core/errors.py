"""Errors of the application's core; the base and the tree are in ``bbws_templates.errors``.

::

    BbwsTemplatesError
    ├── SourceError            a file or folder of the template set cannot be used
    │   ├── ContractFaultError the contract of a template cannot be used, whatever the data
    │   ├── FixtureChangedError a fixture that is another than it was when it was read
    │   ├── FolderError        a folder that was named is missing, or is none
    │   └── UnknownNameError   a template or fixture that does not exist; carries the nearest names
    ├── CompileError           Mustache where the compiler cannot keep it whole
    ├── ReleaseError           a release that cannot be built or read
    │   └── CheckFailedError   a template set with errors, of which no release is made
    ├── RefusedRecipientError  an address that no test may be sent to
    └── SurroundingsError      what is around the product fails: an address, a disk
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bbws_templates.errors import BbwsTemplatesError, Location

if TYPE_CHECKING:
    from app.core.findings import CheckReport

__all__ = [
    "BbwsTemplatesError",
    "CompileError",
    "ContractFaultError",
    "FolderError",
    "Location",
    "RefusedRecipientError",
    "ReleaseError",
    "SourceError",
    "SurroundingsError",
    "UnknownNameError",
]


class SourceError(BbwsTemplatesError):
    """A template, partial, stylesheet, metadata file or fixture cannot be read or understood."""

    code = "source"


class ContractFaultError(SourceError):
    """The contract of a template cannot be used, whatever the data."""


class FolderError(SourceError):
    """A folder of templates or fixtures that does not exist or is not a folder: the call is wrong."""


class FixtureChangedError(SourceError):
    """A fixture that somebody else has changed, or made, since it was read: nothing has been written."""

    code = "fixture-changed"

    def __init__(self, scenario: str, location: Location, *, new: bool) -> None:
        said = "is there already" if new else "has changed since you read it"
        super().__init__(
            f"The fixture '{scenario}' {said}; nothing has been written.",
            location=location,
            remedy="Choose another name." if new else "Look at what is there now, then save again.",
        )


class UnknownNameError(SourceError):
    """A template or fixture that does not exist; ``nearest`` holds the closest names, best first."""

    code = "unknown-name"

    def __init__(self, kind: str, name: str, known: tuple[str, ...]) -> None:
        import difflib

        self.nearest = tuple(difflib.get_close_matches(name, known, n=3, cutoff=0.4))
        if self.nearest:
            remedy = f"Did you mean {' or '.join(self.nearest)}?"
        elif known:
            remedy = f"Known: {', '.join(known[:20])}."
        else:
            remedy = f"There is no {kind} at all."
        super().__init__(f"There is no {kind} named '{name}'.", remedy=remedy)


class CompileError(BbwsTemplatesError):
    """Mustache in a place where it cannot survive CSS inlining; says what to write instead."""

    code = "compile"


class ReleaseError(BbwsTemplatesError):
    """A release that cannot be built, read or trusted."""

    code = "release"


class CheckFailedError(ReleaseError):
    """A template set with error-level findings, which no release is made of; ``report`` holds them all."""

    code = "check-failed"

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        errors = [
            finding for finding in report.findings if finding.severity == "error" and not finding.waiver
        ]
        first = errors[0]
        super().__init__(
            f"No release is made: the check found {len(errors)} error(s), the first at "
            f"{first.location}: {first.message}",
            remedy="See them all with: bbws-templates check",
        )


class RefusedRecipientError(BbwsTemplatesError):
    """An address that the settings do not allow tests to be sent to."""

    code = "recipient-refused"


class SurroundingsError(BbwsTemplatesError):
    """Neither the content nor the call is wrong: something around the product does not do its part."""

    code = "surroundings"
