"""What the checks report: findings, each with a place and a remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.core.waivers import Waiver
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
        return _RANKS[self]


_RANKS = {each: rank for rank, each in enumerate(Severity)}


@dataclass(frozen=True)
class Finding:
    """One thing that a check has to say about a template.

    ``code`` is stable, in kebab-case, and names the rule (``img-alt``, ``duplicate-id``); ``template`` is
    ``category/name`` or "" for a finding about a file that belongs to none; ``fixture`` is the scenario that
    brought it out, "" when it does not depend on data. One with a ``waiver`` is known and lived with: it
    fails nothing and is not counted.
    """

    code: str
    severity: Severity
    message: str
    location: Location
    remedy: str = ""
    template: str = ""
    fixture: str = ""
    waiver: Waiver | None = None

    @property
    def sort_key(self) -> tuple[str, bool, int, str, int, int, str, str, str]:
        """Order of presentation: by template, gravest first, then by place; what is waived comes last."""
        place = self.location  # member by member, which are compared without a call for each pair
        return (
            self.template, self.waiver is not None, _RANKS[self.severity],
            place.file, place.line, place.column, place.pointer, self.code, self.fixture,
        )  # fmt: skip

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
            "waiver": str(self.waiver) if self.waiver else "",
        }


MOST = {Severity.ERROR: 100, Severity.WARNING: 100, Severity.INFO: 1}
"""Places that are listed of one template where a rule says the same of each, by severity."""


@dataclass
class Findings:
    """A collector: the same rule at the same place is one finding, whatever the fixture.

    Warnings of the codes in ``grave`` are errors. ``waivers`` are those of each template; the ones that have
    covered a warning are in ``used``.
    """

    grave: frozenset[str] = frozenset()
    waivers: Mapping[str, Sequence[Waiver]] = field(default_factory=dict)
    used: set[Waiver] = field(default_factory=set)
    _by_place: dict[tuple[str, str, Location, str], Finding] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Finding]:
        """All findings, in the order in which they came."""
        return iter(self._by_place.values())

    def add(self, finding: Finding) -> None:
        """Keep ``finding`` unless the same rule already spoke of the same place, as gravely."""
        if finding.severity is not Severity.ERROR:
            finding = self._waived(finding)
        if finding.code in self.grave and finding.severity is Severity.WARNING:
            finding = replace(finding, severity=Severity.ERROR)
        key = (finding.template, finding.code, finding.location, finding.message)
        known = self._by_place.get(key)
        if known is None or _RANKS[finding.severity] < _RANKS[known.severity]:
            self._by_place[key] = finding

    def _waived(self, finding: Finding) -> Finding:
        for waiver in self.waivers.get(finding.template, ()):
            if waiver.covers(finding.code, finding.message):
                self.used.add(waiver)
                return replace(finding, waiver=waiver)
        return finding

    def sorted(self) -> tuple[Finding, ...]:
        """All findings in order of presentation."""
        return tuple(sorted(self, key=lambda finding: finding.sort_key))

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
        return any(finding.severity is Severity.ERROR and finding.waiver is None for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity; what is waived is not counted."""
        return sum(finding.severity is severity and finding.waiver is None for finding in self.findings)

    @property
    def waived(self) -> int:
        """How many findings are waived."""
        return sum(finding.waiver is not None for finding in self.findings)


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
