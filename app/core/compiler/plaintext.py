"""The plain-text part of an email, from its HTML, with the same Mustache tags in place.

Headings are underlined, list items have bullets, a link is ``text: url``, an image is its alternative text,
``role="presentation"`` tables read as if they were not there, and data tables become aligned lines
(``datatables``). What is hidden on screen, such as a preheader, is left out.

A section around whole blocks stands on lines of its own, which vanish when rendered; one within a sentence
stays there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.core.compiler.blocks import APART, BLOCKS, at_line_end, at_line_start, between, is_block, is_tight
from app.core.compiler.datatables import read_table
from app.core.compiler.document import Document
from app.core.compiler.masking import MaskedDocument, section_number
from app.core.compiler.origins import Origins, Tracer
from app.core.compiler.textlines import Kind, Line, LineWriter
from app.core.css.cascade import Matched, merged
from app.core.css.stylesheet import parse_declarations
from app.core.html.tree import Node, is_comment, is_element

_SILENT = frozenset({"head", "title", "area", "map", "input", "select", "textarea", "object", "svg"})
_HEADINGS = {"h1": "=", "h2": "-", "h3": "-"}
_RULE = "-" * 40
_ADDRESS = re.compile(r"(?:mailto|tel|sms):([^?]*)", re.IGNORECASE)
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_UNDERLINE = 24  # characters under a heading whose length depends on data
_BRACE = re.compile(r"\{(?=[{\ufdd0-\ufdef])")
_JOINER = "\u2060"  # invisible and without width; keeps two braces from opening a tag


def plain_text(
    document: Document, masked: MaskedDocument, rules: Mapping[int, Sequence[Matched]]
) -> tuple[str, Origins]:
    """The text part as Mustache with the default delimiters, and where its tags came from.

    It ends with one line end; it is "" when the document says nothing. ``rules`` holds the style rules for
    the start tag of each number.
    """
    if masked.root is None:
        return as_mustache(document, "")
    writer = LineWriter()
    _Walk(document, masked, rules, writer).whole(masked.root)
    text = "\n".join(line.text for line in writer.lines).strip("\n")
    return as_mustache(document, text + "\n" if text else "")


def as_mustache(document: Document, veiled: str) -> tuple[str, Origins]:
    """Decoded, veiled text with its tags back; braces that were text cannot be taken for a tag.

    Text between tags has the place of the tag before it.
    """
    safe = _BRACE.sub("{" + _JOINER, veiled)
    origins = document.flat.origins
    tracer = Tracer(origins)
    here = place = 0
    for word in document.veil.words(safe):
        tracer.insert(safe[here : word.start()], origins, place)
        tag = document.veil.tag(word)
        tracer.copy(document.flat.text, origins, tag.start, tag.end)
        here, place = word.end(), tag.start
    tracer.insert(safe[here:], origins, place)
    return tracer.build()


class _Walk:
    """One walk over the masked tree into a writer."""

    variable_width = 3  # that of a currency, the variable that labels have in them

    def __init__(
        self,
        document: Document,
        masked: MaskedDocument,
        rules: Mapping[int, Sequence[Matched]],
        writer: LineWriter,
    ) -> None:
        self._document = document
        self._rules = rules
        self._numbers = {element: number for number, element in masked.elements.items()}
        self._closing = {
            masked.sections[pair.opening_number]: masked.sections[pair.closing_number]
            for pair in document.sections
            if pair.opening_number in masked.sections and pair.closing_number in masked.sections
        }
        self._block_tags: set[Node] = set()
        self._out = writer

    def whole(self, root: Node) -> None:
        """The document, with sections that surround its root."""
        for comment in reversed(list(root.itersiblings(preceding=True))):
            self._node(comment)
        self._node(root)
        for comment in root.itersiblings():
            self._node(comment)

    def _children(self, element: Node) -> None:
        self._out.write(element.text or "")
        for child in element:
            self._node(child)
            self._out.write(child.tail or "")

    def _node(self, node: Node) -> None:
        if is_comment(node):
            self._section_tag(node)
        elif is_element(node) and node.tag not in _SILENT and not self._hidden(node):
            self._element(node, node.tag)

    def _element(self, element: Node, name: str) -> None:
        self._boundary(element, name, "top")
        if name == "a" and element.get("href"):
            self._link(element)
        elif name == "img":
            self._out.write(element.get("alt") or "")
        elif name == "hr":
            self._out.write(_RULE)
        elif name in _HEADINGS:
            self._heading(element, _HEADINGS[name])
        elif name in {"ul", "ol"}:
            self._list(element, numbered=name == "ol")
        elif name == "table":
            self._table(element)
        else:
            self._children(element)
        self._boundary(element, name, "bottom")

    def _boundary(self, element: Node, name: str, side: str) -> None:
        """What separates a block from the one before it (``top``) or after it (``bottom``)."""
        tight = name == "p" and is_tight(self._style(element), side)
        nested = name in {"ul", "ol"} and element.getparent().tag == "li"
        if name in APART and not tight and not nested:
            self._out.end_block()
        elif name in BLOCKS:
            self._out.break_line()

    def _heading(self, element: Node, mark: str) -> None:
        lines = self.lines(element)
        for line in lines:
            self._out.add(line)
        texts = [line.text for line in lines if line.kind is Kind.TEXT]
        if len(texts) == 1 and len(lines) == 1:
            self._out.add(
                Line(Kind.TEXT, mark * (self.width(texts[0]) if self.is_fixed(texts[0]) else _UNDERLINE))
            )

    def _list(self, element: Node, *, numbered: bool) -> None:
        """Items with bullets, or with numbers where no section can add or remove one."""
        numbered = numbered and not any(is_comment(child) for child in element)
        number = 0
        for child in element:
            if child.tag != "li":
                self._node(child)
            elif not self._hidden(child):
                number += 1
                outer = self._out.begin_item(f"{number}. " if numbered else "- ")
                self._children(child)
                self._out.end_item(outer)

    def _table(self, element: Node) -> None:
        table = read_table(element, self._hidden)
        if table is None:
            self._layout(element)
            return
        if table.caption is not None:
            self._children(table.caption)
            self._out.end_block()
        for line in table.lines(self):
            self._out.add(line)

    def _layout(self, element: Node) -> None:
        """A table that only arranges: its rows are blocks one after the other."""
        for child in element:
            if child.tag in {"thead", "tbody", "tfoot"}:
                self._layout(child)
            elif child.tag == "tr" and not self._hidden(child):
                self._children(child)
                self._out.end_block()
            else:
                self._node(child)
            self._out.write(child.tail or "")

    def _link(self, element: Node) -> None:
        """``text: url``, or the address alone where the text says no more than it."""
        href = (element.get("href") or "").strip()
        address = _ADDRESS.match(href)
        target = address.group(1) if address else href
        lines = [line.text for line in self.lines(element) if line.kind is not Kind.BLANK]
        text = " ".join(lines)
        if not target or target.startswith("#") or target.lower().startswith("javascript:"):
            self._out.write(text)
        elif not text or self._bare(text) == self._bare(target):
            self._out.write(target)
        else:
            self._out.write(f"{text.removesuffix(':')}: {target}")

    def _section_tag(self, comment: Node) -> None:
        word = self.word(comment)
        if not word:
            return
        closing = self._closing.get(comment)
        if closing is not None and self._surrounds_blocks(comment, closing):
            self._block_tags |= {comment, closing}
        if comment in self._block_tags:
            self._out.tag(word)
        else:
            self._out.write(word)

    def _surrounds_blocks(self, opening: Node, closing: Node) -> bool:
        """Whether a section stands between lines rather than within one."""
        inside = list(between(opening, closing))
        if any(is_block(node) and node.tag != "br" for node in inside):
            return True
        parent = opening.getparent()
        if parent is not None and parent.tag not in BLOCKS:
            return False
        ends_line = bool(inside) and inside[-1].tag == "br" and not (inside[-1].tail or "").strip()
        return at_line_start(opening) and (ends_line or at_line_end(closing))

    def lines(self, element: Node) -> list[Line]:
        """The lines of an element's content by itself."""
        outer, self._out = self._out, LineWriter()
        self._children(element)
        lines, self._out = self._out.lines, outer
        return lines

    def word(self, comment: Node) -> str:
        """The veiled section tag that a comment stands for, "" for any other comment."""
        number = section_number(comment)
        if number is None:
            return ""
        tag = self._document.veil.tags[number]
        return self._document.veil.text[tag.start : tag.end]

    def width(self, text: str) -> int:
        """Characters of a text, with an estimate for each variable."""
        words = self._document.veil.words(text)
        return len(text) - sum(len(word.group()) - self.variable_width for word in words)

    def is_fixed(self, text: str) -> bool:
        """Whether there is no Mustache in a text."""
        return not self._document.veil.words(text)

    def _bare(self, address: str) -> str:
        """An address as people write it: without scheme, ``www.``, blanks and the slash at its end."""
        return _SCHEME.sub("", "".join(self._document.veil.lift(address).split())).rstrip("/").lower()

    def _style(self, element: Node) -> dict[str, str]:
        """The declarations in force on an element, as far as its rules and its own style say."""
        number = self._numbers.get(element)
        if number is None:
            return {}
        own = self._document.value(self._document.markup.start_tags[number], "style") or ""
        rules = self._rules.get(number, ())
        if not own and not rules:
            return {}
        style = merged(rules, own)
        return {item.name: item.value.lower() for item in parse_declarations(style)}

    def _hidden(self, element: Node) -> bool:
        if element.get("aria-hidden") == "true" or element.get("hidden") is not None:
            return True
        style = self._style(element)
        return style.get("display") == "none" or style.get("mso-hide") == "all"
