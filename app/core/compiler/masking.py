"""The copy of a document that the parser and premailer get to see, and the way back from it.

A parser repairs, decodes and reorders what it reads; nothing of it is ever written back. The copy serves to
find out which rules match which element, what encloses what, and what the text says:

- every start tag carries its number in ``data-bbws-n``, and no style attribute;
- Mustache in text and attribute values is a veiled word; a section's tags in text, and what brings rows or
  cells, are comments with their number, which stay where they are;
- comments, conditional ones included, and what no client can be made to show are gone, but for comments that
  hold one end of a section, which are its tags.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from app.core.compiler.bounds import MAX_AGAIN
from app.core.compiler.document import Document
from app.core.compiler.growth import require_bounded_growth, require_few_further
from app.core.compiler.sectioning import (
    draw_into_implied,
    draw_out,
    section_comment,
    section_number,
    with_marks,
)
from app.core.css.data import PROPERTIES
from app.core.css.rules import Declaration
from app.core.css.stylesheet import parse_declarations
from app.core.html.blanks import BLANKS
from app.core.html.bringing import Brings, brought_to
from app.core.html.edits import Edits
from app.core.html.markup import CDATA, Comment, Context, Markup
from app.core.html.tree import ElementNode, every_node, is_comment, is_element, parse_document
from app.core.whole_numbers import whole_number
from bbws_templates.entities import unescape
from bbws_templates.tokens import TokenKind

MARK = "data-bbws-n"

_BLOCKS = frozenset({TokenKind.SECTION, TokenKind.INVERTED, TokenKind.END})
_IN_TABLES = frozenset({Brings.ROWS, Brings.CELLS})
_FRAME = frozenset({"html", "head", "body"})
# Of further tags of these a parser gives the element the attributes that it lacks (HTML, 13.2.6.4.7).
_MERGED = frozenset({"html", "body"})
_STYLED = f"{MARK}-styled-"
_ARK = 3  # equal elements that a parser opens again
_UNSEEN = frozenset({"iframe", "noembed", "noframes"})  # their text; that of a <style> can be shown


@dataclass(frozen=True)
class MaskedDocument:
    """The parsed copy: ``elements`` by the number of their start tag, ``sections`` by that of their tag.

    ``again`` are further elements that a parser makes of one start tag, where ``<b>`` and ``<p>`` are closed
    in the wrong order, with that tag's number. Of an element that has more than one start tag, as ``<body>``
    may, it is the number of the tag whose style attribute counts.
    ``fostered`` are further comments of sections, with that of the end for each: around what the parser has
    put above a table, of a section that has rows as well.
    """

    root: ElementNode | None
    elements: dict[int, ElementNode]
    sections: dict[int, ElementNode]
    again: dict[ElementNode, int]
    fostered: dict[ElementNode, ElementNode]

    @cached_property
    def alike(self) -> list[list[ElementNode]]:
        """Elements within each other that have the same name and attributes, where a parser counts these.

        Of more than three such that are closed in the wrong order, it opens three again, in the next
        paragraph; in the copy each has a number of its own. Source: HTML, 13.2.4.3, "Noah's Ark clause".
        """
        found: dict[ElementNode, dict[ElementNode, None]] = {}
        outer = _twins_around(self.root) if self.again else {}
        for element in self.again:
            outermost, number, _ = outer[element]
            group = found.setdefault(outermost, {}) if number > _ARK else {}
            each = element if number > _ARK else None
            while each is not None and each not in group:
                group[each] = None
                if each in self.again:
                    group[self.elements[self.again[each]]] = None
                each = outer[each][2]
        return [list(group) for group in found.values()]

    @cached_property
    def numbers(self) -> dict[ElementNode, int]:
        """The number of the start tag of each element that has one."""
        return {**{element: number for number, element in self.elements.items()}, **self.again}

    def first_beyond(self, depth: int) -> int | None:
        """The number of the first start tag of which an element lies in ``depth`` others; None for none."""
        around = number = 0
        for event, element in etree.iterwalk(self.root, ("start", "end")) if self.root is not None else ():
            around += 1 if event == "start" else -1
            number = self.numbers.get(element, number)  # what a parser adds is by the tag before it
            if around > depth and event == "start":
                return number
        return None


def _twins_around(
    root: ElementNode | None,
) -> dict[ElementNode, tuple[ElementNode, int, ElementNode | None]]:
    """Of each element those with its name and attributes that it lies in: the outermost, and the next one.

    Between these stands how many they are, itself counted. Each element is looked at once, however deep.
    """
    found: dict[ElementNode, tuple[ElementNode, int, ElementNode | None]] = {}
    opened: dict[tuple[str, frozenset[tuple[str, str]]], list[ElementNode]] = {}
    for event, element in etree.iterwalk(root, events=("start", "end")) if root is not None else ():
        alike = opened.setdefault((element.tag, frozenset(element.attrib.items())), [])
        if event == "start":
            alike.append(element)
            found[element] = alike[0], len(alike), alike[-2] if len(alike) > 1 else None
        else:
            alike.pop()
    return found


def mask(document: Document) -> MaskedDocument:
    """Parse a copy of ``document`` that no parser can harm.

    Raises:
        LimitError: tags of which a parser makes elements without measure.
    """
    require_bounded_growth(document)
    copy = masked_text(document)
    root = parse_document(copy)
    marked = with_marks(copy, root) if root is not None else None
    if marked is not None:
        root = parse_document(marked)
    elements: dict[int, ElementNode] = {}
    sections: dict[int, ElementNode] = {}
    again: dict[ElementNode, int] = {}
    for element in every_node(root) if root is not None else ():
        if is_comment(element):
            number = section_number(element)
            if number is not None:
                sections[number] = element
        elif is_element(element):
            mark = element.attrib.pop(MARK, None)
            if element.tag in _MERGED:
                mark = _styled(element, mark)
            if mark is not None and int(mark) in elements:
                again[element] = int(mark)
            elif mark is not None:
                elements[int(mark)] = element
    if len(again) > MAX_AGAIN:
        require_few_further(document, (*elements, *again.values()))
    written = {*elements.values(), *again}
    draw_into_implied(document.sections, sections, written)
    fostered = draw_out(document.sections, sections, root) if marked is not None else {}
    return MaskedDocument(root, elements, sections, again, fostered)


def _styled(element: ElementNode, mark: str | None) -> str | None:
    """The number of the tag whose style attribute an element has; ``mark``, its first, if none has any."""
    names = [name for name in element.attrib if name.startswith(_STYLED)]
    for name in names:
        del element.attrib[name]
    numbers = [whole_number(name.removeprefix(_STYLED)) for name in names]
    written = [number for number in numbers if number is not None]  # the others are the author's own
    return str(min(written)) if written else mark


def masked_text(document: Document) -> str:
    """The copy before it is parsed."""
    markup, veil = document.markup, document.veil
    edits = Edits(markup.text)
    if not _FRAME & {tag.name for tag in markup.start_tags} and markup.text.strip(BLANKS):
        edits.insert(document.body_start, "<body>")
    for comment in markup.comments:
        if not comment.declaration:
            edits.replace(
                comment.start, comment.end, _parted_tags(document, comment) or _drawn(markup, comment)
            )
    for raw in markup.raw_texts:
        if raw.tag.name in _UNSEEN:
            edits.replace(raw.start, raw.end, "")
    for number, tag in enumerate(markup.start_tags):
        style = tag.attribute("style")
        merged = f" {_STYLED}{number}" if style is not None and tag.name in _MERGED else ""
        edits.insert(tag.name_end, f' {MARK}="{number}"{merged}')
        if style is not None:
            edits.replace(style.start, style.end, "")
    for number, mustache in enumerate(veil.tags):
        if markup.region(mustache.start).context is Context.TEXT:
            if mustache.kind in _BLOCKS:
                edits.replace(mustache.start, mustache.end, section_comment(number))
            elif mustache.kind is TokenKind.COMMENT:
                edits.replace(mustache.start, mustache.end, "")
            elif mustache.kind is TokenKind.UNESCAPED and brought_to(markup, mustache.start) in _IN_TABLES:
                edits.replace(mustache.start, mustache.end, section_comment(number))
    return edits.applied()


def _parted_tags(document: Document, comment: Comment) -> str:
    """What stands for a comment: the section tags in it whose other end is outside of it."""
    numbers = [
        number
        for pair in document.parted_sections
        for number, tag in ((pair.opening_number, pair.opening), (pair.closing_number, pair.closing))
        if comment.start <= tag.start < comment.end
    ]
    return "".join(map(section_comment, sorted(numbers)))


def _drawn(markup: Markup, comment: Comment) -> str:
    """The text that a reader of a drawing sees of what is a comment elsewhere."""
    text = markup.text[comment.start : comment.end]
    if not (text.startswith(CDATA) and markup.is_in_drawing(comment.start)):
        return ""
    return html.escape(text.removeprefix(CDATA).removesuffix("]]>"))


def authored(document: Document, masked: MaskedDocument) -> dict[ElementNode, tuple[Declaration, ...]]:
    """What the style attributes of the author declare; with Mustache outside of values, every property."""
    found: dict[ElementNode, tuple[Declaration, ...]] = {}
    tags = [*masked.elements.items(), *((number, element) for element, number in masked.again.items())]
    for number, element in tags:
        written = document.value(document.markup.start_tags[number], "style")
        if written:
            declarations = parse_declarations(unescape(written))
            values = sum(len(document.veil.words(item.value)) for item in declarations)
            if values < len(document.veil.words(written)):
                declarations += tuple(Declaration(name, "", important=False) for name in PROPERTIES)
            found[element] = declarations
    return found
