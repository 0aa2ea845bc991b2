"""The waivers of a set's templates, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from app.core.findings import Finding, Findings
from app.core.sources import TemplateSet
from app.core.validation import eyes
from app.core.validation.codes import KNOWN
from app.core.validation.rules import ERROR, WARNING
from app.core.waivers import Waiver, objections
from bbws_templates.layout import edition, parted

_SEEN = frozenset(rule.code for rule in eyes.RULES)


def collector(templates: TemplateSet, names: Collection[str], today: date | None) -> Findings:
    """What gathers the findings of ``names``: it knows what the set and its templates say of them."""
    waivers = {name: [each for each in templates.waivers(name) if each.holds(today)] for name in names}
    return Findings(frozenset(templates.settings.checks.errors), waivers)


def waiver_findings(
    templates: TemplateSet,
    checked: Collection[str],
    used: Collection[Waiver],
    today: date | None,
    *,
    looked: bool,
) -> Iterator[Finding]:
    """What is wrong with the waivers of ``checked``; ``used`` are those that have covered a warning.

    That one is not used is said where a template was checked in all its languages, and of what only a browser
    sees where one has ``looked``.
    """
    every = frozenset(checked)
    for name in checked:
        if parted(name)[1] or name in templates.broken:
            continue
        waivers = templates.waivers(name)
        whole = {edition(name, tag) for tag in templates.locales(name)} <= every
        unasked = set() if looked else {each for each in waivers if each.rule in _SEEN}
        for each in objections(waivers, KNOWN, {*used, *unasked} if whole else waivers, today):
            severity = ERROR if each.code == "waiver-unknown" else WARNING
            yield Finding(each.code, severity, each.message, each.waiver.location, each.remedy, name)
