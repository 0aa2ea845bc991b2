"""All checks on rendered HTML, in one pass over one parse."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from app.core.findings import Finding, Findings
from app.core.settings import CheckSettings
from app.core.validation.checks import (
    attributes,
    client_support,
    conditionals,
    elements,
    head,
    identifiers,
    images,
    legibility,
    links,
    nesting,
    size,
    style_blocks,
    syntax,
    tables,
    urls,
    vml,
)
from app.core.validation.eyes import Eyes, seen_violations
from app.core.validation.page import DEFAULTS, MailLanguage, Page
from app.core.validation.rules import Rule, Violation
from bbws_templates.errors import Location

Check = Callable[[Page], Iterator[Violation]]

CHECKS: tuple[Check, ...] = (
    syntax.check_syntax,
    head.check_head,
    elements.check_elements,
    attributes.check_attributes,
    nesting.check_nesting,
    identifiers.check_identifiers,
    images.check_images,
    tables.check_tables,
    links.check_links,
    urls.check_urls,
    vml.check_vml,
    style_blocks.check_style_blocks,
    client_support.check_client_support,
    conditionals.check_conditionals,
    legibility.check_legibility,
    size.check_size,
)
"""Every check of rendered HTML, in the order in which they run."""

RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (
        syntax, head, elements, attributes, nesting, identifiers, images, tables, links, urls, vml,
        style_blocks, client_support, conditionals, legibility, size,
    )
    for rule in module.RULES
)  # fmt: skip
"""Every rule of those checks."""


def validate_rendered(
    html: str,
    locate: Callable[[int], Location],
    *,
    template: str,
    fixture: str,
    settings: CheckSettings = DEFAULTS,
    language: MailLanguage | None = None,
    eyes: Eyes | None = None,
    rest: Callable[[], None] = lambda: None,
) -> tuple[Finding, ...]:
    """What is wrong with rendered HTML.

    ``html`` is the final result, never Mustache source: a parser moves a bare ``{{#rows}}`` out of its
    table. ``locate`` leads an offset in ``html`` to the author's file; ``settings`` are those of the set,
    ``language`` is the one that the mail is to be in, None where nobody says. ``eyes``
    look at the mail as it is laid out; ``rest`` is called before each check.

    Returns:
        Findings in order of presentation, each rule once for each place and message: a mistake inside a
        loop is one mistake.
    """
    page = Page(html, settings, language)
    page.locate = locate
    findings = Findings()
    found = itertools.chain.from_iterable(_resting(CHECKS, page, rest))
    for violation in itertools.chain(found, seen_violations(page, eyes(html)) if eyes else ()):
        findings.add(
            violation.rule.finding(
                locate(violation.offset),
                violation.message,
                severity=violation.severity,
                remedy=violation.remedy,
                template=template,
                fixture=fixture,
            )
        )
    return findings.sorted()


def _resting(checks: Iterable[Check], page: Page, rest: Callable[[], None]) -> Iterator[Iterator[Violation]]:
    for check in checks:
        rest()
        yield check(page)
