"""A rule of the checks, and a violation that a rule has with one place of a document."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.findings import Finding, Severity
from bbws_templates.errors import Location

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Violation:
    """What a rule says of one place: ``offset`` counts characters of the rendered HTML.

    ``message`` holds nothing of the data, so that one mistake is one finding whatever the fixture.
    """

    rule: Rule
    severity: Severity
    message: str
    offset: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that the checks look for; ``code`` is explained in docs/checks.md."""

    code: str
    severity: Severity
    remedy: str = ""

    def at(
        self, offset: int, message: str, *, severity: Severity | None = None, remedy: str = ""
    ) -> Violation:
        """A violation at ``offset``, as grave and with the remedy as the rule says unless told otherwise."""
        return Violation(self, severity or self.severity, message, offset, remedy or self.remedy)

    def finding(
        self,
        location: Location,
        message: str,
        *,
        severity: Severity | None = None,
        remedy: str = "",
        template: str = "",
        fixture: str = "",
    ) -> Finding:
        """A finding at a place that is already known."""
        return Finding(
            self.code, severity or self.severity, message, location, remedy or self.remedy, template, fixture
        )
