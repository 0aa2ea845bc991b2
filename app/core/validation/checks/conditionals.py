"""Conditional comments that never end, or that leave to Outlook for Windows what nobody may be sent.

To every other client they are comments, so that a table opened for Outlook and not closed for it goes
unnoticed until somebody opens the mail there, as does an image without a URL. So what is asked of every
element is asked of those in such comments as well, by the same checks.

Source: as ``outlook_view``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from app.core.html.markup import Markup, UnclosedMarkupError
from app.core.html.outlook_view import OutlookView, outlook_views, unpaired_conditions
from app.core.validation.checks.attributes import check_attributes
from app.core.validation.checks.elements import check_elements
from app.core.validation.checks.identifiers import check_identifiers
from app.core.validation.checks.images import check_images
from app.core.validation.checks.links import check_links
from app.core.validation.checks.syntax import check_syntax
from app.core.validation.checks.urls import check_urls
from app.core.validation.checks.vml import check_vml
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, WARNING, Rule, Violation

UNCLOSED = Rule("conditional-unclosed", ERROR, "End it with <![endif]-->.")
OUTLOOK = Rule("outlook-syntax", ERROR)
RULES = (UNCLOSED, OUTLOOK)


_OF_ELEMENTS = (
    check_elements, check_attributes, check_identifiers, check_images, check_links, check_urls, check_vml,
)  # fmt: skip
_ELEMENT = re.compile(r"<[a-zA-Z]")


def check_conditionals(page: Page) -> Iterator[Violation]:
    """Conditions without an end, or ends without a condition; and what is wrong in Outlook alone."""
    unclosed, strays = unpaired_conditions(page.html)
    for offset in unclosed:
        yield UNCLOSED.at(offset, "The conditional comment is never ended.")
    for offset in strays:
        yield UNCLOSED.at(
            offset,
            "This ends a conditional comment, but none begins before it.",
            severity=WARNING,
            remedy="Begin it with <!--[if mso]>, spelt exactly so; else remove the end.",
        )
    if unclosed:
        return
    said: set[tuple[int, str]] = set()
    for view in outlook_views(page.html):
        for violation in _in_outlook(page, view):
            if (violation.offset, violation.message) not in said:
                said.add((violation.offset, violation.message))
                yield violation


def _parted(view: OutlookView) -> list[int]:
    try:
        return view.parted(Markup(view.html))
    except UnclosedMarkupError:
        return []  # which is said as such


def _in_outlook(page: Page, view: OutlookView) -> Iterator[Violation]:
    """What is wrong in the page of one version, and not in that of all other clients."""
    known = {(violation.offset, violation.message) for violation in check_syntax(page)}
    for violation in check_syntax(Page(view.html, page.settings)):
        if (violation.offset, violation.message) not in known:
            yield OUTLOOK.at(
                violation.offset,
                f"In Outlook for Windows: {violation.message}",
                severity=violation.severity,
                remedy=violation.remedy,
            )
    if not any(_ELEMENT.search(view.vml, start, end) for start, end in view.only):
        return
    whole = Page(view.vml, page.settings)
    for offset in _parted(view):
        yield OUTLOOK.at(
            offset,
            "In Outlook for Windows: what begins in a conditional comment here ends outside of it.",
            remedy="End the tag, or the comment, before <![endif]-->.",
        )
    for check in _OF_ELEMENTS:
        known = {(violation.offset, violation.message) for violation in check(page)}
        for violation in check(whole):
            if (violation.offset, violation.message) not in known:
                yield replace(violation, message=f"In Outlook for Windows: {violation.message}")
