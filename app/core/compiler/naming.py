"""Names that a stylesheet writes in other letters than the document: ``.Card`` and ``class="card"``.

They are two names, and no rule is inlined for the other one. In a document without a doctype a browser takes
them for one; webmail, which puts the mail into a document of its own, does not.

Source: HTML, 13.2.6.4.1 ("quirks mode"); Selectors Level 4, section 6.6 and 6.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.compiler.document import Document, StyleElement
from app.core.css.compounds import class_names
from app.core.css.rules import StyleRule
from app.core.findings import Finding, Severity
from bbws_templates.entities import unescape

_DOCTYPE = re.compile(r"<!doctype\b[^>]*>", re.IGNORECASE)
# Those of old that a browser takes for none: the most usual ones.
_OF_OLD = re.compile(
    r"""\spublic\s+["'](?:-//ietf//|-//w3c//dtd\ (?:html\ [23]|html\ 4\.0\ (?:transitional|frameset)|w3\ html)
    |-//w3c//dtd\ html\ 4\.01\ (?:transitional|frameset)//[^"']*["']\s*>)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class OtherLetters:
    """A rule for a ``kind`` and ``name`` that the document writes as ``written``."""

    style: StyleElement
    rule: StyleRule
    kind: str
    name: str
    written: str


def in_other_letters(document: Document) -> Iterator[OtherLetters]:
    """Each rule for a name that a browser, and nobody else, takes for one of the document's, by its names."""
    if not _is_quirky(document):
        return
    written = _names(document)
    for style in document.styles:
        for rule in (*style.sheet.rules, *style.sheet.conditional):
            for kind, name in sorted(
                {
                    *(("class", name) for selector in rule.selectors for name in selector.classes),
                    *(("id", name) for selector in rule.selectors for name in selector.ids),
                }
            ):
                others = written.get((kind, name.lower()), set()) - {name}
                if others:
                    yield OtherLetters(style, rule, kind, name, min(others))


def name_findings(document: Document, template: str) -> Iterator[Finding]:
    """A finding for each name that a browser, and nobody else, takes for one in other letters."""
    told = set()
    for found in in_other_letters(document):
        if (found.kind, found.name) in told:
            continue
        told.add((found.kind, found.name))
        sign = "." if found.kind == "class" else "#"
        yield Finding(
            "name-case",
            Severity.WARNING,
            f'The rule is for {sign}{found.name}, the document has {found.kind}="{found.written}": without a '
            "doctype browsers take them for one name, webmail for two. It is not inlined.",
            document.flat.origins.locate(found.style.raw.start + found.rule.span.start),
            "Write both in the same letters, and begin with <!DOCTYPE html>.",
            template,
        )


def _is_quirky(document: Document) -> bool:
    doctype = next((item for item in document.markup.comments if item.declaration), None)
    if doctype is None:
        return True
    text = document.markup.text[doctype.start : doctype.end]
    return _DOCTYPE.fullmatch(text) is None or _OF_OLD.search(text) is not None


def _names(document: Document) -> dict[tuple[str, str], set[str]]:
    """The classes and ids of the document as they are written, by kind and small letters."""
    found: dict[tuple[str, str], set[str]] = {}
    for tag in document.markup.start_tags:
        for kind in ("class", "id"):
            value = unescape(document.value(tag, kind) or "")
            for name in class_names(value) if kind == "class" else [value]:
                found.setdefault((kind, name.lower()), set()).add(name)
    return found
