"""A scanner of HTML source in which Mustache tags, once veiled, are letters like any other.

It finds what a start tag, an attribute value, a comment or a raw text is without changing, repairing or
reordering anything: every result is a span of the source. The tree is somebody else's business; this module
only knows which characters belong to which construct.

Source: the tokenizer of the HTML standard (13.2.5), with scripting off, without the script's escaped states,
which no email needs.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias


class Context(StrEnum):
    """What kind of place an offset of the source is; the values read well in an error message."""

    TEXT = "text"
    TITLE = "a title or textarea"
    STYLE = "a style element"
    RAW = "the raw text of an element such as <script>"
    COMMENT = "a comment"
    DECLARATION = "a declaration"
    TAG_NAME = "a tag's name"
    BETWEEN_ATTRIBUTES = "a start tag, between its attributes"
    ATTRIBUTE_NAME = "an attribute's name"
    ATTRIBUTE_VALUE = "an attribute's value"
    UNQUOTED_VALUE = "an attribute's value without quotes"
    END_TAG = "an end tag"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a start tag: spans of the whole, and of the value without its quotes.

    ``name`` is in lower case, ``quote`` is ``"``, ``'`` or "" when there is none. An attribute without a
    value has an empty value span at its end; ``has_value`` says whether there is a ``=``.
    """

    name: str
    start: int
    end: int
    value_start: int
    value_end: int
    quote: str
    has_value: bool = True


@dataclass(frozen=True)
class StartTag:
    """A start tag: ``name`` in lower case, the span, where its name ends, and where an attribute may go.

    ``source`` is the text that it stands in. Its attributes are read when they are first asked for.
    """

    name: str
    start: int
    end: int
    name_end: int
    source: str = field(repr=False, compare=False)

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes in order, repetitions included."""
        usual = _USUAL_TAG.match(self.source, self.start)
        if usual is None or usual.end() != self.end:
            return tuple(_attributes(self.source, self.name_end, self.end - 1))
        return tuple(
            map(_usual_attribute, _USUAL_ATTRIBUTE.finditer(self.source, self.name_end, self.end - 1))
        )

    @property
    def insertion(self) -> int:
        """The offset after the last attribute, or after the name.

        Behind ``class=`` whatever follows would be the value.
        """
        last = self.attributes[-1] if self.attributes else None
        is_open = last is None or (last.has_value and not last.quote and last.value_start == last.value_end)
        return self.name_end if last is None or is_open else last.end

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute of that name: a parser ignores repetitions."""
        if name not in self.source[self.name_end : self.end].lower():
            return None  # as of most tags, which need not be taken apart for it
        return next((item for item in self.attributes if item.name == name), None)


@dataclass(frozen=True, slots=True)
class EndTag:
    """An end tag, its name in lower case."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, conditional or not, a declaration, or what HTML takes for a comment (``<![if !mso]>``)."""

    start: int
    end: int
    declaration: bool = False


@dataclass(frozen=True, slots=True)
class RawText:
    """What stands between ``<style>``, ``<title>``… and the end tag, which ends at ``close``."""

    tag: StartTag
    start: int
    end: int
    close: int


@dataclass(frozen=True, slots=True)
class Region:
    """A span that is not plain text; ``tag`` and ``attribute`` tell whose it is."""

    start: int
    end: int
    context: Context
    tag: StartTag | None = None
    attribute: Attribute | None = None


Construct: TypeAlias = StartTag | EndTag | Comment | RawText


class UnclosedMarkupError(Exception):
    """A tag, comment or raw text that never ends; ``offset`` is where it begins."""

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what


CDATA = "<![CDATA["
"""What begins a text in a drawing in which nothing is markup, up to ``]]>``; elsewhere it is a comment."""
_TITLES = frozenset({"title", "textarea"})
RAW_ELEMENTS = frozenset({"style", "script", "xmp", "iframe", "noembed", "noframes"})

_BLANK = r"\t\n\f\r "  # and no other: a no-break space is a part of a name
_NAME = re.compile(rf"[^{_BLANK}/>]+")
_DRAWING = re.compile(r"<(/?)svg", re.IGNORECASE)
_SPACE = re.compile(rf"[{_BLANK}/]*")
_ATTRIBUTE_NAME = re.compile(rf"=?[^{_BLANK}/>=]*")
_EQUALS = re.compile(rf"[{_BLANK}]*=[{_BLANK}]*")
_UNQUOTED = re.compile(rf"[^{_BLANK}>]+")
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_USUAL_TAG = re.compile(
    rf"""<([a-z][^{_BLANK}/>]*+)(?:[{_BLANK}]++[^{_BLANK}/>="']++(?:="[^"]*+")?)*+[{_BLANK}]*+/?>""",
    re.IGNORECASE,
)
"""A start tag whose attributes, if they have values, have them in double quotes behind a bare ``=``."""
_USUAL_ATTRIBUTE = re.compile(rf"""([^{_BLANK}/>="']++)(?:="([^"]*+)")?""")


class Markup:
    """Every construct of one HTML source, in order of appearance."""

    def __init__(self, text: str) -> None:
        """Scan ``text``, in which Mustache tags are veiled.

        Raises:
            UnclosedMarkupError: the text ends within a tag, a comment or a style element.
        """
        self.text = text
        self.start_tags: list[StartTag] = []
        self.end_tags: list[EndTag] = []
        self.comments: list[Comment] = []
        self.raw_texts: list[RawText] = []
        self._scan()

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Every span that is not plain text, in order."""
        return tuple(region for construct in self.constructs for region in _regions(construct))

    @cached_property
    def constructs(self) -> list[Construct]:
        """Whatever is not plain text, in order; none of them lies within another."""
        every: list[Construct] = [*self.start_tags, *self.comments, *self.end_tags, *self.raw_texts]
        return sorted(every, key=attrgetter("start", "end"))

    @cached_property
    def _starts(self) -> list[int]:
        return [construct.start for construct in self.constructs]

    def region(self, offset: int) -> Region:
        """The region that holds ``offset``; one of context TEXT for plain text."""
        index = bisect_right(self._starts, offset) - 1
        if index >= 0 and offset < self.constructs[index].end:
            for region in _regions(self.constructs[index]):
                if region.start <= offset < region.end:
                    return region
        return Region(offset, offset, Context.TEXT)

    def _scan(self) -> None:
        source = self.text
        offset = source.find("<")
        while offset >= 0:
            following = source[offset + 1 : offset + 2]
            if _is_letter(following):
                end = self._start_tag(offset)
            elif following == "/" and _is_letter(source[offset + 2 : offset + 3]):
                end = self._end_tag(offset)
            elif following in {"!", "?", "/"}:
                end = self._comment(offset)
            else:
                end = offset + 1
            offset = source.find("<", end)

    def _comment(self, offset: int) -> int:
        if self.text.startswith("<!--", offset):
            match = _COMMENT.match(self.text, offset)
            if not match:
                raise UnclosedMarkupError(offset, "comment")
            end = match.end()
        elif self.text.startswith(CDATA, offset) and self.is_in_drawing(offset):
            end = self.text.find("]]>", offset) + len("]]>")
            if end < offset:
                raise UnclosedMarkupError(offset, "CDATA section")
        else:
            end = self.text.find(">", offset) + 1
            if not end:
                raise UnclosedMarkupError(offset, "declaration")
        declaration = self.text[offset : offset + 9].lower() == "<!doctype"
        self.comments.append(Comment(offset, end, declaration))
        return end

    @cached_property
    def _drawings(self) -> list[tuple[int, bool]]:
        """Where SVG begins and, False, ends."""
        return [(each.start(), each[1] == "") for each in _DRAWING.finditer(self.text)]

    def is_in_drawing(self, offset: int) -> bool:
        """Whether SVG stands here, in which a parser knows CDATA."""
        index = bisect_left(self._drawings, (offset, False))
        return index > 0 and self._drawings[index - 1][1]

    def _end_tag(self, offset: int) -> int:
        end = self.text.find(">", offset) + 1
        name = _match(_NAME, self.text, offset + 2)
        if "=" in self.text[name.end() : end]:  # it may have attributes, which count for nothing
            last = deque(_attributes(self.text, name.end(), len(self.text)), maxlen=1)
            end = self.text.find(">", last[0].end) + 1
        if not end:
            raise UnclosedMarkupError(offset, "end tag")
        self.end_tags.append(EndTag(name.group().lower(), offset, end))
        return end

    def _start_tag(self, offset: int) -> int:
        source = self.text
        usual = _USUAL_TAG.match(source, offset)
        if usual:
            name_end, end = usual.end(1), usual.end()
        else:
            name_end = _match(_NAME, source, offset + 1).end()
            here = name_end
            for attribute in _attributes(source, name_end, len(source)):
                here = attribute.end
            end = _match(_SPACE, source, here).end() + 1
            if end > len(source):
                raise UnclosedMarkupError(offset, "tag")
        tag = StartTag(source[offset + 1 : name_end].lower(), offset, end, name_end, source)
        self.start_tags.append(tag)
        if tag.name in _TITLES or tag.name in RAW_ELEMENTS:
            return self._raw_text(tag)
        if tag.name == "plaintext":  # which nothing ends (HTML, 13.2.5.5)
            self.raw_texts.append(RawText(tag, tag.end, len(source), len(source)))
            return len(source)
        return tag.end

    def _raw_text(self, tag: StartTag) -> int:
        closing = re.compile(rf"</{re.escape(tag.name)}(?=[{_BLANK}/>])", re.IGNORECASE)
        match = closing.search(self.text, tag.end)
        if not match:
            raise UnclosedMarkupError(tag.start, f"<{tag.name}> element")
        close = self._end_tag(match.start())
        self.raw_texts.append(RawText(tag, tag.end, match.start(), close))
        return close


def _regions(construct: Construct) -> Iterator[Region]:
    """The regions of a construct: one, or the tiles of a start tag."""
    if isinstance(construct, StartTag):
        yield from _tiles(construct)
    elif isinstance(construct, Comment):
        context = Context.DECLARATION if construct.declaration else Context.COMMENT
        yield Region(construct.start, construct.end, context)
    elif isinstance(construct, EndTag):
        yield Region(construct.start, construct.end, Context.END_TAG)
    else:
        context = Context.STYLE if construct.tag.name == "style" else Context.RAW
        context = Context.TITLE if construct.tag.name in _TITLES else context
        yield Region(construct.start, construct.end, context, construct.tag)


def _tiles(tag: StartTag) -> Iterator[Region]:
    """The tiles of a start tag: its name, then gaps and attributes in turn."""
    yield Region(tag.start, tag.name_end, Context.TAG_NAME, tag)
    here = tag.name_end
    for item in tag.attributes:
        yield Region(here, item.start, Context.BETWEEN_ATTRIBUTES, tag)
        value = Context.ATTRIBUTE_VALUE if item.quote else Context.UNQUOTED_VALUE
        yield Region(item.start, item.value_start, Context.ATTRIBUTE_NAME, tag, item)
        yield Region(item.value_start, item.end, value, tag, item)
        here = item.end
    yield Region(here, tag.end, Context.BETWEEN_ATTRIBUTES, tag)


def is_remark(comment: str) -> bool:
    """Whether a comment is for people: ``<!-- … -->``, and nothing in it is for Outlook."""
    return comment.startswith("<!--") and "[if" not in comment.lower() and "[endif" not in comment.lower()


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _attributes(source: str, start: int, end: int) -> Iterator[Attribute]:
    """The attributes from ``start`` to the end of the tag, or to ``end`` where that is known.

    Raises:
        UnclosedMarkupError: the quote of a value never closes.
    """
    here = _match(_SPACE, source, start).end()
    while here < end and source[here] != ">":
        attribute = _attribute(source, here)
        if attribute is None:
            raise UnclosedMarkupError(here, "quoted attribute value")
        yield attribute
        here = _match(_SPACE, source, attribute.end).end()


def _usual_attribute(match: re.Match[str]) -> Attribute:
    start, end = match.span()
    name = match[1].lower()
    if match[2] is None:
        return Attribute(name, start, end, end, end, "", False)
    return Attribute(name, start, end, match.start(2), match.end(2), '"')


def _attribute(source: str, start: int) -> Attribute | None:
    """The attribute at ``start``; None when its quote never closes."""
    name = _match(_ATTRIBUTE_NAME, source, start)
    equals = _EQUALS.match(source, name.end())
    if not equals:
        return Attribute(name.group().lower(), start, name.end(), name.end(), name.end(), "", False)
    value = equals.end()
    quote = source[value : value + 1]
    if quote in {'"', "'"}:
        close = source.find(quote, value + 1)
        if close < 0:
            return None
        return Attribute(name.group().lower(), start, close + 1, value + 1, close, quote)
    unquoted = _UNQUOTED.match(source, value)
    end = unquoted.end() if unquoted else value
    return Attribute(name.group().lower(), start, end, value, end, "")


def _match(pattern: re.Pattern[str], text: str, offset: int) -> re.Match[str]:
    """A match of a pattern that matches everywhere it is asked to."""
    match = pattern.match(text, offset)
    if match is None:
        raise AssertionError("the scanner asks only where the pattern must match")
    return match
