"""The copy of a document that premailer and lxml get to see, and the way back from it.

lxml repairs, decodes and reorders what it parses; nothing of it is ever written back. The copy serves to find
out which rules match which element, what encloses what, and what the text says:

- every start tag carries its number in ``data-bbws-n``, and no style attribute;
- Mustache in text and attribute values is a veiled word; a section's tags in text are comments with their
  number;
- comments, conditional ones included, and the contents of ``<style>`` and ``<script>`` are gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.compiler.document import Document
from app.core.html.markup import RAW_ELEMENTS, Context
from app.core.html.tree import Node, is_comment, is_element, parse_document
from bbws_templates.tokens import TokenKind

MARK = "data-bbws-n"

_SECTION = re.compile(r"bbws (\d+)")
_BLOCKS = frozenset({TokenKind.SECTION, TokenKind.INVERTED, TokenKind.END})
_FRAME = frozenset({"html", "head", "body"})


@dataclass(frozen=True)
class MaskedDocument:
    """The parsed copy: ``elements`` by the number of their start tag, ``sections`` by that of their tag."""

    root: Node | None
    elements: dict[int, Node]
    sections: dict[int, Node]


def mask(document: Document) -> MaskedDocument:
    """Parse a copy of ``document`` that lxml cannot harm."""
    text = masked_text(document)
    if not _FRAME & {tag.name for tag in document.markup.start_tags}:
        text = f"<body>{text}</body>"  # else the first section of a fragment would stand outside the tree
    root = parse_document(text)
    elements: dict[int, Node] = {}
    sections: dict[int, Node] = {}
    if root is not None:
        for element in root.getroottree().iter():
            if is_comment(element):
                number = section_number(element)
                if number is not None:
                    sections[number] = element
            elif is_element(element):
                mark = element.attrib.pop(MARK, None)
                if mark is not None:
                    elements[int(mark)] = element
    return MaskedDocument(root, elements, sections)


def section_number(comment: Node) -> int | None:
    """The number of the Mustache tag that a comment of the copy stands for."""
    match = _SECTION.fullmatch(comment.text or "")
    return int(match.group(1)) if match else None


def masked_text(document: Document) -> str:
    """The copy before it is parsed."""
    markup, veil = document.markup, document.veil
    edits: list[tuple[int, int, str]] = []
    for comment in markup.comments:
        if not comment.declaration:
            edits.append((comment.start, comment.end, ""))
    for raw in markup.raw_texts:
        if raw.tag.name in RAW_ELEMENTS:
            edits.append((raw.tag.start, raw.close, ""))
    for number, tag in enumerate(markup.start_tags):
        edits.append((tag.name_end, tag.name_end, f' {MARK}="{number}"'))
        style = tag.attribute("style")
        if style is not None:
            edits.append((style.start, style.end, ""))
    for number, mustache in enumerate(veil.tags):
        if markup.region(mustache.start).context is Context.TEXT:
            if mustache.kind in _BLOCKS:
                edits.append((mustache.start, mustache.end, f"<!--bbws {number}-->"))
            elif mustache.kind is TokenKind.COMMENT:
                edits.append((mustache.start, mustache.end, ""))
    pieces = []
    here = 0
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2]):
        if start >= here:
            pieces += [veil.text[here:start], replacement]
            here = end
    return "".join([*pieces, veil.text[here:]])
