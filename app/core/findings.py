"""What the checks report: findings, each with a place and a remedy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bbws_templates.engine import RenderWarning
from bbws_templates.errors import BbwsTemplatesError, Location


class Severity(StrEnum):
    """How much a finding matters: an ``error`` fails the check, a ``warning`` and an ``info`` do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest, so that findings sort errors first."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Finding:
    """One thing that a check has to say about a template.

    ``code`` is stable, in kebab-case, and names the rule (``img-alt``, ``duplicate-id``); ``template`` is
    ``category/name`` or "" for a finding about a file that belongs to none; ``fixture`` is the scenario that
    brought it out, "" when it does not depend on data.
    """

    code: str
    severity: Severity
    message: str
    location: Location
    remedy: str = ""
    template: str = ""
    fixture: str = ""

    @property
    def sort_key(self) -> tuple[str, int, Location, str, str]:
        """Order of presentation: by template, gravest first, then by place."""
        return (self.template, self.severity.rank, self.location, self.code, self.fixture)

    def as_dict(self) -> dict[str, str | int]:
        """The finding as flat JSON members, for ``--json`` and the HTTP interface."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "file": self.location.file,
            "line": self.location.line,
            "column": self.location.column,
            "pointer": self.location.pointer,
            "remedy": self.remedy,
            "template": self.template,
            "fixture": self.fixture,
        }


MOST = {Severity.ERROR: 100, Severity.WARNING: 100, Severity.INFO: 1}
"""Places that are listed of one template where a rule says the same of each, by severity."""


@dataclass
class Findings:
    """A collector: the same rule at the same place is one finding, whatever the fixture.

    Warnings of the codes in ``grave`` are errors.
    """

    grave: frozenset[str] = frozenset()
    _by_place: dict[tuple[str, str, Location, str], Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Keep ``finding`` unless the same rule already spoke of the same place, as gravely."""
        if finding.code in self.grave and finding.severity is Severity.WARNING:
            finding = replace(finding, severity=Severity.ERROR)
        key = (finding.template, finding.code, finding.location, finding.message)
        known = self._by_place.get(key)
        if known is None or finding.severity.rank < known.severity.rank:
            self._by_place[key] = finding

    def sorted(self) -> tuple[Finding, ...]:
        """All findings in order of presentation."""
        return tuple(sorted(self._by_place.values(), key=lambda finding: finding.sort_key))

    def listed(self) -> tuple[Finding, ...]:
        """As ``sorted``; of those that say the same, the first ``MOST``, with the number of all."""
        found: list[Finding] = []
        said: Counter[tuple[str, str, str]] = Counter()
        for finding in self.sorted():
            key = (finding.template, finding.code, finding.message)
            said[key] += 1
            if said[key] <= MOST[finding.severity]:
                found.append(finding)
        return tuple(_with_number(finding, said) for finding in found)


def _with_number(finding: Finding, said: Counter[tuple[str, str, str]]) -> Finding:
    places, most = said[(finding.template, finding.code, finding.message)], MOST[finding.severity]
    if places <= most or finding.severity is Severity.INFO:
        return finding
    number = f"So it is at {places:,} places; {most} are listed."
    return replace(finding, message=f"{finding.message} {number}")


@dataclass(frozen=True)
class CheckReport:
    """The outcome of a check: how much was looked at, and what was found.

    ``translations`` were looked at besides the ``templates`` themselves.
    """

    templates: int
    renders: int
    findings: tuple[Finding, ...]
    translations: int = 0

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)


def finding_of(error: BbwsTemplatesError, *, template: str = "", fixture: str = "") -> Finding:
    """An error as a finding, so that one broken template is a line in the report and not its end."""
    return Finding(
        code=error.code,
        severity=Severity.ERROR,
        message=error.message,
        location=error.location or Location(template),
        remedy=error.remedy,
        template=template,
        fixture=fixture,
    )


def finding_of_warning(warning: RenderWarning, template: str, fixture: str) -> Finding:
    """What a lenient rendering has warned of, as a finding."""
    return Finding(
        warning.code,
        Severity.WARNING,
        warning.message,
        warning.location,
        "Give the variable a value, or put a section around it.",
        template,
        fixture,
    )
