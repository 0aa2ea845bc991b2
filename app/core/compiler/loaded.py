"""A finished document as a browser that has the set at hand loads it: its stylesheets in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from app.core.compiler.embedding import styles_for_outlook, stylesheet_links
from app.core.compiler.imports import imports
from app.core.html.edits import Edits
from app.core.html.markup import Markup
from app.core.html.readings import Readings
from app.core.sources import SourceFile


def with_stylesheets(
    html: str, files: Mapping[str, SourceFile], statements: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A finished document with the stylesheets of the set in place.

    ``files`` maps the addresses of links to them, ``statements`` an ``@import`` to what it brings.
    """
    markup = Markup(html)
    readings = Readings(markup)
    edits = Edits(html)
    for link in stylesheet_links(readings):
        if link.href in files:
            edits.replace(link.tag.start, link.tag.end, "".join(link.styled(files[link.href].text)))
    for raw in (*markup.raw_texts, *styles_for_outlook(readings)) if statements else ():
        if raw.tag.name == "style":
            edits.replace(raw.start, raw.end, _with_imports(html[raw.start : raw.end], statements))
    return edits.applied()


def _with_imports(css: str, statements: Mapping[str, str]) -> str:
    """A stylesheet with what it imports; what is loaded from elsewhere stands before all rules of that.

    Behind a rule an ``@import`` loads nothing (CSS Cascading and Inheritance Level 4, section 2).
    """
    ahead: list[str] = []
    rest: list[str] = []
    first = here = -1
    for found in imports(css):
        written = css[found.start : found.end]
        text = statements.get(written, written)
        if first < 0 and text == written:
            continue
        if first < 0:
            first = here = found.start
        rest += [css[here : found.start], *_parted(text, ahead)]
        here = found.end
    if first < 0:
        return css
    moved = "".join(f"{statement.removesuffix(';')};\n" for statement in ahead)
    return f"{css[:first]}{moved}{''.join(rest)}{css[here:]}"


def _parted(css: str, ahead: list[str]) -> Iterator[str]:
    """What stands beside the statements at the head of a stylesheet, of which ``ahead`` is told."""
    here = 0
    for found in imports(css):
        yield css[here : found.start]
        ahead.append(css[found.start : found.end])
        here = found.end
    yield css[here:]
