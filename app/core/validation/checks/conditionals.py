"""Conditional comments that never end, or that leave broken markup to Outlook for Windows.

To every other client they are comments, so that a table opened for Outlook and not closed for it goes
unnoticed until somebody opens the mail there.

Source: as ``outlook_view``.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.html.outlook_view import outlook_view
from app.core.validation.checks.syntax import check_syntax
from app.core.validation.page import Page
from app.core.validation.rules import ERROR, Problem, Rule

UNCLOSED = Rule("conditional-unclosed", ERROR, "End it with <![endif]-->.")
OUTLOOK = Rule("outlook-syntax", ERROR)
RULES = (UNCLOSED, OUTLOOK)


def check_conditionals(page: Page) -> Iterator[Problem]:
    """Conditions without an end; and repairs that only Outlook has to make."""
    view = outlook_view(page.html)
    for offset in view.unclosed:
        yield UNCLOSED.at(offset, "The conditional comment is never ended.")
    if not view.conditions or view.unclosed:
        return
    known = {(problem.offset, problem.message) for problem in check_syntax(page)}
    for problem in check_syntax(Page(view.html)):
        if (problem.offset, problem.message) not in known:
            yield OUTLOOK.at(
                problem.offset, f"In Outlook for Windows: {problem.message}", remedy=problem.remedy
            )
