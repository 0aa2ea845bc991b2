"""Waivers: a template says in its metadata which warning it lives with, why, and until when.

::

    "waivers": [
      {"rule": "low-contrast", "reason": "The brand's grey until the new colours.", "until": "2027-03-31"},
      {"rule": "unsupported-css", "says": "float", "reason": "…", "until": "2027-01-31"}
    ]

``says`` narrows a waiver to findings whose message holds these words. Errors that a rule makes by itself
cannot be waived; a warning that the set makes an error can. The core knows no clock: whoever checks says what
day it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from bbws_templates.errors import Location


@dataclass(frozen=True)
class Waiver:
    """One waiver, ``location`` is where it stands; it holds through the day ``until``."""

    rule: str
    reason: str
    until: date
    says: str
    location: Location

    def holds(self, today: date | None) -> bool:
        """Whether it is not over yet; without a day, always."""
        return today is None or today <= self.until

    def covers(self, code: str, message: str) -> bool:
        """Whether it is about a finding of that code and message."""
        return code == self.rule and self.says in message

    def __str__(self) -> str:
        return f"{self.reason} (until {self.until.isoformat()})"


@dataclass(frozen=True)
class WaiverFault:
    """What is wrong with a waiver: the code of the finding, its words and its remedy."""

    code: str
    message: str
    remedy: str
    waiver: Waiver


def objections(
    waivers: Collection[Waiver], known: Collection[str], used: Collection[Waiver], today: date | None
) -> Iterator[WaiverFault]:
    """What is wrong with ``waivers``, of which those in ``used`` have covered a finding."""
    for waiver in waivers:
        if waiver.rule not in known:
            import difflib  # Who has spelled it right need not wait for it.

            near = difflib.get_close_matches(waiver.rule, sorted(known), n=1)
            yield WaiverFault(
                "waiver-unknown",
                f"The waiver is about '{waiver.rule}', and no finding has that code.",
                f"Did you mean {near[0]}?" if near else "The codes stand in docs/checks.md.",
                waiver,
            )
        elif not waiver.holds(today):
            yield WaiverFault(
                "waiver-expired",
                f"The waiver of {waiver.rule} has ended on {waiver.until.isoformat()}.",
                "Mend what it was about and remove it; or find new reasons and a new day.",
                waiver,
            )
        elif waiver not in used:
            yield WaiverFault(
                "waiver-unused",
                f"The waiver of {waiver.rule} covers no warning of this template.",
                "Remove it; an error cannot be waived.",
                waiver,
            )
