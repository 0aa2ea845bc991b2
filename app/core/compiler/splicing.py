"""Styles put back into the template's own text: nothing outside style attributes and stylesheets changes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from app.core.compiler.bounds import require_short
from app.core.compiler.document import Document, StyleElement
from app.core.compiler.inlining import RuleBook, preserved_spans
from app.core.compiler.masking import MaskedDocument
from app.core.compiler.origins import Origins, Tracer
from app.core.compiler.spelling import Spelling
from app.core.css.cascade import Matched, surrounding, written
from app.core.css.contenders import DeclarationPlace
from app.core.css.measure import missing_end, never_ends
from app.core.css.repeating import Repeated
from app.core.css.rules import Declaration, Stylesheet
from app.core.html.blanks import BLANKS
from app.core.html.edits import Edits
from app.core.html.markup import Attribute, StartTag
from app.core.html.tree import ElementNode
from bbws_templates.entities import unescape
from bbws_templates.tokens import TokenKind

_STRING = re.compile(r"""(["'])((?:(?!\1)[^\\\n]|\\.)*)\1""", re.DOTALL)


@dataclass(frozen=True)
class Kept:
    """What stays in the style elements beside what cannot be inlined.

    With ``everything``, all rules do; else those of ``rules``, by ``Rank.order``. With ``elements``, style
    elements in the body stay when nothing is left in them: a rule may count them. The declarations that are
    ``marked`` get ``!important``.
    """

    everything: bool
    rules: frozenset[tuple[int, int]]
    elements: bool
    marked: frozenset[DeclarationPlace]


def torn_tags(masked: MaskedDocument, matched: Mapping[ElementNode, Sequence[Matched]]) -> frozenset[int]:
    """The start tags of which a parser makes elements with different rules: no one attribute has them.

    So are those of which it would make fewer if their style attributes were the same as before.
    """
    return frozenset(
        number
        for element, number in masked.again.items()
        if set(matched.get(element, ())) != set(matched.get(masked.elements[number], ()))
    ).union(
        masked.numbers[element]
        for alike in masked.alike
        if len({frozenset(matched.get(element, ())) for element in alike}) > 1
        for element in alike
        if element in masked.numbers
    )


def kept(
    document: Document,
    masked: MaskedDocument,
    matched: Mapping[ElementNode, Sequence[Matched]],
    marked: frozenset[DeclarationPlace],
    book: RuleBook,
    more: Set[tuple[int, int]],
) -> Kept:
    """What stays in the style elements beside what cannot be inlined.

    Those are the rules for elements that have no tag here, being implied or made twice of one, every rule
    where data may bring elements along, emptied style elements that a rule may count, and ``more``; and of
    ``book`` the rules that would lose to a mark of these.
    """
    numbers, torn = masked.numbers, torn_tags(masked, matched)
    rules = set(more)
    for element, found in matched.items():
        if element not in numbers or numbers[element] in torn:
            rules |= {rule.rank.order for rule in found}
    counting = any(
        selector.counts and not selector.inlinable
        for sheet in document.sheets
        for rule in (*sheet.rules, *sheet.conditional)
        for selector in rule.selectors
    )
    return Kept(
        everything=document.takes_markup, rules=book.with_rivals(rules), elements=counting, marked=marked
    )


@dataclass(frozen=True)
class _Moved:
    """Text made of what stands at ``offset`` of the source, elsewhere."""

    text: str
    offset: int


# New text, text from elsewhere, or a span of the source to copy.
_Piece: TypeAlias = "str | _Moved | tuple[int, int]"


@dataclass(frozen=True)
class _Edit:
    """A stretch of the source to be replaced by what ``write`` appends to the tracer."""

    start: int
    end: int
    pieces: Sequence[_Piece]


def splice(
    document: Document,
    matched: Mapping[int, Sequence[Matched]],
    kept: Kept,
    spelling: Spelling,
    for_outlook: Mapping[StartTag, Sequence[Matched]] = MappingProxyType({}),
    repeated: Mapping[int, Sequence[Repeated]] = MappingProxyType({}),
) -> tuple[str, Origins]:
    """The template with inlined styles, and where each character of it came from.

    ``matched`` holds the rules for the start tag of each number, ``for_outlook`` those for tags in Outlook's
    comments, ``repeated`` what a tag's style attribute says again, with a mark.
    """
    tags = document.markup.start_tags
    restyled = [(tags[number], rules, repeated.get(number, ())) for number, rules in matched.items()]
    restyled += [(tag, rules, ()) for tag, rules in for_outlook.items()]
    # A rule such as ``div > :first-child`` may match a style element, which hardly anybody sees.
    exposed = {style.raw.tag.start for style in document.styles if style.exposed}
    edits = [
        _restyled(document, tag, rules, spelling, again)
        for tag, rules, again in restyled
        if tag.name != "style" or tag.start in exposed
    ]
    edits += [
        _reduced(document, number, style, kept)
        for number, style in enumerate(document.styles)
        if not style.whole
    ]
    edits += [
        _Edit(
            style.raw.start,
            style.raw.end,
            [*_with_marks(document, style, ends, 0, style.raw.end - style.raw.start)],
        )
        for number, style in enumerate(document.styles)
        if style.whole and (ends := _ends(style.sheet, number, kept.marked))
    ]
    source, origins = document.flat.text, document.flat.origins
    tracer = Tracer(origins)
    here = 0
    for edit in sorted(edits, key=lambda item: item.start):
        tracer.copy(source, origins, here, edit.start)
        for piece in edit.pieces:
            if isinstance(piece, str):
                tracer.insert(piece, origins, edit.start)
            elif isinstance(piece, _Moved):
                tracer.insert(piece.text, origins, piece.offset)
            else:
                tracer.copy(source, origins, *piece)
        here = edit.end
        require_short(tracer.length, origins.locate(edit.start))
    tracer.copy(source, origins, here, len(source))
    return tracer.build()


def _restyled(
    document: Document,
    tag: StartTag,
    rules: Sequence[Matched],
    spelling: Spelling,
    again: Sequence[Repeated],
) -> _Edit:
    """The start tag's style attribute: rules before and after what its author wrote, some of it ``again``."""
    style = tag.attribute("style")
    if style is None:
        before, after = surrounding(rules, "")
        css = _moved(document, (*before, *after), '"', spelling, None)
        _say_again(document, css, again, '"', tag.insertion)
        return _Edit(tag.insertion, tag.insertion, [' style="', *css, '"'] if css else [])
    quote = style.quote or '"'
    start, end = _own_declarations(document, style)
    authored: _Piece = (start, end)
    if not style.quote and '"' in document.veil.text[start:end]:  # it stood there without quotes around it
        authored = _Moved(document.flat.text[start:end].replace('"', "&quot;"), start)
    before, after = surrounding(rules, unescape(document.veil.text[start:end]))
    name: list[_Piece] = [(style.start, style.value_start - len(style.quote))]
    if not style.has_value:
        if not (before or after or again):
            return _Edit(style.start, style.start, [])  # a bare ``style`` says nothing and stays as it is
        name.append("=")
    own = unescape(document.veil.text[style.value_start : style.value_end])
    first = _moved(document, before, quote, spelling, own)
    last = _moved(document, after, quote, spelling, own)
    _say_again(document, last, again, quote, style.value_start)
    if start == end:
        between: list[_Piece] = [";"] if first and last else []
        return _Edit(style.start, style.end, [*name, quote, *first, *between, *last, quote])
    first += [";"] if first else []
    last = [";", *last] if last else []
    return _Edit(style.start, style.end, [*name, quote, *first, authored, *last, quote])


def _moved(
    document: Document, declarations: Sequence[Declaration], quote: str, spelling: Spelling, own: str | None
) -> list[_Piece]:
    """Declarations for an attribute in ``quote``, each with the place where it was written."""
    return [
        _Moved(
            (";" if number else "") + _quoted(document, spelling.written(item, own), quote),
            document.styles[item.sheet].raw.start + item.offset,
        )
        for number, item in enumerate(declarations)
    ]


def _say_again(
    document: Document, pieces: list[_Piece], again: Sequence[Repeated], quote: str, authored: int
) -> None:
    """Append some declarations with their marks; those of its author stand at ``authored``."""
    for each in again:
        text = _quoted(document, written(replace(each.item, important=True)), quote)
        place = document.styles[each.item.sheet].raw.start + each.item.offset
        pieces.append(_Moved(f";{text}" if pieces else text, authored if each.authored else place))


def _own_declarations(document: Document, style: Attribute) -> tuple[int, int]:
    """The span of what the author wrote, without blanks and semicolons at its ends."""
    start, end = style.value_start, style.value_end
    text = document.veil.text
    while start < end and text[start] in f"{BLANKS};":
        start += 1
    while start < end and text[end - 1] in f"{BLANKS};" and not _ends_reference(text[start:end]):
        end -= 1
    return start, end


def _ends_reference(text: str) -> bool:
    """Whether the last semicolon is that of a character reference such as ``&quot;``."""
    return re.search(r"&#?\w+;$", text) is not None


_COMMENT_END = re.compile("(--!?)>")  # which would end a comment for Outlook around the element


def _quoted(document: Document, css: str, quote: str) -> str:
    """CSS text for an attribute value in ``quote``, its Mustache back in place.

    Strings get the other kind of quotes, which every mail client reads; what still collides is a reference.
    """
    css = _in_quotes(css, quote)
    words = document.veil.words(css)
    if not words:
        return css
    edits = Edits(css)
    for word in words:
        tag = document.veil.tag(word)
        # Unescaped, a value could end the attribute that its rule has moved into.
        written = f"{{{{{tag.key}}}}}" if tag.kind is TokenKind.UNESCAPED else document.written(tag)
        edits.replace(word.start(), word.end(), written)
    return edits.applied()


@lru_cache(maxsize=4096)
def _in_quotes(css: str, quote: str) -> str:
    other = "'" if quote == '"' else '"'
    if "'" in css or '"' in css:
        css = _STRING.sub(lambda match: _requoted(match, other), css)
    css = css.replace("&", "&amp;").replace("<", "&lt;").replace(quote, "&quot;" if quote == '"' else "&#39;")
    return _COMMENT_END.sub(r"\1&gt;", css)


def _requoted(match: re.Match[str], quote: str) -> str:
    """A CSS string in other quotes, unless they stand in it."""
    text = match.group(2)
    return match.group() if quote in text else f"{quote}{text}{quote}"


def _reduced(document: Document, number: int, style: StyleElement, kept: Kept) -> _Edit:
    """A style element with what cannot be inlined; gone, with its line, when nothing is left."""
    raw = style.raw
    also = {start for sheet, start in kept.rules if sheet == number}
    spans = preserved_spans(style.sheet, everything=kept.everything, also=also)
    if spans:
        pieces: list[_Piece] = ["\n"]
        ends = _ends(style.sheet, number, kept.marked)
        for span in spans:
            pieces += [*_with_marks(document, style, ends, span.start, span.end), "\n"]
        if spans[-1].end == raw.end - raw.start and never_ends(document.veil.text[raw.start : raw.end]):
            pieces.pop()  # a string would end with the line
        return _Edit(raw.start, raw.end, pieces)
    if (kept.elements and not document.is_in_head(raw.tag)) or document.is_before_doctype(raw.tag):
        return _Edit(raw.start, raw.end, [])
    start, end = raw.tag.start, raw.close
    text = document.veil.text
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    if line_end >= 0 and not text[line_start:start].strip(BLANKS) and not text[end:line_end].strip(BLANKS):
        start, end = line_start, line_end + 1
    return _Edit(start, end, [])


def _with_marks(
    document: Document, style: StyleElement, ends: Sequence[tuple[int, int]], start: int, stop: int
) -> Iterator[_Piece]:
    """A stretch of a stylesheet, with the marks that go to some of the ``ends`` there."""
    raw = style.raw
    here = start
    for end, begin in ends[bisect_right(ends, (start, stop)) : bisect_right(ends, (stop, stop))]:
        yield raw.start + here, raw.start + end
        left_open = missing_end(document.veil.text[raw.start + begin : raw.start + end])
        yield _Moved(f"{left_open} !important", raw.start + end - 1)
        here = end
    yield raw.start + here, raw.start + stop


def _ends(sheet: Stylesheet, number: int, marked: frozenset[DeclarationPlace]) -> list[tuple[int, int]]:
    """Where the marks of a stylesheet go, in order, each with where its declaration begins."""
    if not any(place.sheet == number for place in marked):
        return []
    return sorted(
        {
            (item.end, item.offset)
            for rule in (*sheet.rules, *sheet.conditional)
            for item in rule.declarations
            if DeclarationPlace(number, item.offset) in marked
        }
    )
