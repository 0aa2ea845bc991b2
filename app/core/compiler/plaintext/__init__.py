"""The plain-text part of an email, from its HTML, with the same Mustache tags in place.

Every word that a reader of the HTML sees stands in the text once, in that order, every link's address with
it, and nothing else. What can be seen is decided on the style that the compiler inlines (``appearance``,
``hiding``); Outlook's comments are for Outlook.

Headings are underlined, list items have the marks that a browser gives them, a link is ``text: url``, an
image is its alternative text, ``role="presentation"`` tables read as if they were not there, and data tables
become aligned lines (``tables``): there, the heading of a column is the label of each of its values.

A section around whole blocks stands on lines of its own, which vanish when rendered; one within a sentence
stays there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.origins import Origins, Tracer
from app.core.compiler.plaintext.marks import CLOSED, MARKS, TURNED
from app.core.compiler.plaintext.names import PRINTING
from app.core.compiler.plaintext.page import Layout
from app.core.compiler.plaintext.reading import Reader
from app.core.css.cascade import Matched
from app.core.findings import Finding, Severity
from app.core.html.tree import ElementNode
from bbws_templates.tokens import Token, TokenKind

_BRACE = re.compile(r"\{(?=[{\ufdd0-\ufdef])")
_JOINER = "\u2060"  # invisible and without width; keeps two braces from opening a tag


def plain_text(
    document: Document,
    masked: MaskedDocument,
    rules: Mapping[ElementNode, Sequence[Matched]],
    contract: Mapping[str, Any],
) -> tuple[str, Origins]:
    """The text part as Mustache with the default delimiters, and where its tags came from.

    It ends with one line end; it is "" when the document says nothing. ``rules`` holds the style rules
    for each element that has any; ``contract`` is the JSON Schema of the data, empty where there is none.
    """
    if masked.root is None:
        return as_mustache(document, "")
    lines = Reader(Layout(document, masked, rules, contract)).whole(masked.root)
    text = "\n".join(line.text for line in lines).strip("\n")
    return as_mustache(document, text + "\n" if text else "")


def raw_values(document: Document) -> dict[str, Token]:
    """By name, the last tag that prints each value which the HTML prints as markup."""
    return {tag.key: tag for tag in document.veil.tags if tag.kind is TokenKind.UNESCAPED}


def markup_in_text(document: Document, tag: Token) -> Finding:
    """That ``tag`` stands in the text part, where engines from elsewhere do not read its markup."""
    return Finding(
        "markup-in-text",
        Severity.INFO,
        f"The text part prints the words of the markup in {document.written(tag)}; "
        "an engine other than bbws_templates would print its tags too.",
        document.flat.origins.locate(tag.start),
        "Write {{name}} for words. Else nothing, if bbws_templates renders the mail.",
    )


def as_mustache(document: Document, veiled: str) -> tuple[str, Origins]:
    """Decoded, veiled text with its tags back; braces that were text cannot be taken for a tag.

    Text between tags has the place of the tag before it.
    """
    safe = _BRACE.sub("{" + _JOINER, veiled)
    origins = document.flat.origins
    tracer = Tracer(origins)
    here = place = 0
    for word in document.veil.words(safe):
        before = safe[here : word.start()]
        text = before.rstrip(MARKS)
        tracer.insert(text, origins, place)
        tag = document.veil.tag(word)
        if tag.kind in PRINTING and text != before:
            sign = "/" if before.endswith(CLOSED) else "^" if TURNED in before[len(text) :] else "#"
            tracer.insert(f"{{{{{sign}{tag.key}}}}}", origins, tag.start)
        elif text != before:
            _turn(document, tag, tracer)
        else:
            tracer.copy(document.flat.text, origins, tag.start, tag.end)
        here, place = word.end(), tag.start
    tracer.insert(safe[here:], origins, place)
    return tracer.build()


def _turn(document: Document, tag: Token, tracer: Tracer) -> None:
    """Append the tag that opens the opposite section."""
    text, origins = document.flat.text, document.flat.origins
    sign = "^" if tag.kind is TokenKind.SECTION else "#"
    here = text.index("#^"[sign == "#"], tag.start)
    tracer.copy(text, origins, tag.start, here)
    tracer.insert(sign, origins, here)
    tracer.copy(text, origins, here + 1, tag.end)
