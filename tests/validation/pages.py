"""A sound document to put a specimen into, and what a check says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.validation.page import Page
from app.core.validation.rules import Violation

HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>Payment received</title>"
)


def document(body: str, *, head: str = HEAD, root: str = '<html lang="en">', body_tag: str = "<body>") -> str:
    return f"<!DOCTYPE html>{root}<head>{head}</head>{body_tag}{body}</body></html>"


def problems(check: Callable[[Page], Iterator[Violation]], body: str, **parts: str) -> list[tuple[str, str]]:
    """Code and the beginning of the source at its place, for each problem, in order."""
    html = document(body, **parts)
    return [(problem.rule.code, html[problem.offset : problem.offset + 12]) for problem in check(Page(html))]


def codes(check: Callable[[Page], Iterator[Violation]], body: str, **parts: str) -> list[str]:
    return [code for code, _ in problems(check, body, **parts)]
