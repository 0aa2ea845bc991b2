"""html5lib with positions: every element and every parse error knows the offset of its cause.

html5lib builds the tree that mail clients build, but keeps no positions: its errors tell only how far the
parser had read. Here each token is stamped with the offset at which it began, the stamp passes to the element
made of it, and an error takes the stamp of the token that caused it.

Source: html5lib 1.1, whose tokenizer is the HTML standard's. It is the last release, and the version is
pinned, so that its inner classes can be relied on.
"""

# html5lib names the methods that are overridden here.
# ruff: noqa: N802, N803, N815

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from html5lib._inputstream import HTMLUnicodeInputStream
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes
from html5lib.html5parser import HTMLParser
from html5lib.treebuilders import base

from app.core.validation.nodes import Element

_CHARACTERS = tokenTypes["Characters"]
_TEXT = frozenset({_CHARACTERS, tokenTypes["SpaceCharacters"]})
_START_TAG = tokenTypes["StartTag"]
_PARSE_ERROR = tokenTypes["ParseError"]
# Elements that may stay open at the end of a document (HTML, 13.2.6.4.7, "end-of-file").
_MAY_STAY_OPEN = frozenset({"dd", "dt", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr", "body"}) | {
    "html"
}
_BLANKS = " \t\n\f\r"  # and no other (HTML, 13.2.6.4.9): a no-break space is text
_TABLE_PARTS = frozenset({"table", "tbody", "tfoot", "thead", "tr"})


@dataclass(frozen=True, slots=True)
class ParseError:
    """A repair that an HTML parser makes: html5lib's code and its variables, and the offset of the cause."""

    code: str
    variables: Mapping[str, Any]
    offset: int


def parse_html(html: str) -> tuple[Element, tuple[ParseError, ...]]:
    """The root element of ``html``, and every repair that was needed, in document order.

    Besides html5lib's errors there is one of our own, ``text-in-table``, for what html5lib repairs without a
    word: text between rows and cells.
    """
    parser = _Parser()
    parser.parse(html)
    root: Element = parser.tree.document.childNodes[0]
    return root, tuple(parser.found)


class _Stream(HTMLUnicodeInputStream):
    """Knows its absolute position, which html5lib counts per chunk only."""

    _passed = 0

    def tell(self) -> int:
        return self._passed + self.chunkOffset

    def readChunk(self, chunkSize: int | None = None) -> bool:
        self._passed += self.chunkSize
        return super().readChunk(chunkSize)


class _Tokenizer(HTMLTokenizer):
    """Stamps every token with the span of the text that it came from.

    ``offset`` is the stamp of the token at work, ``text_offset`` that of the first word since the last tag.
    """

    def __init__(self, html: str, parser: HTMLParser) -> None:
        super().__init__("", parser)
        self._input = self.stream = _Stream(html)
        self._tag_start = 0
        self.offset = 0
        self.text_offset: int | None = None
        self.root_span: tuple[int, int] | None = None

    def __iter__(self) -> Iterator[Any]:
        self.tokenQueue = deque()
        start = 0
        while self.state():
            while self.stream.errors:
                yield {"type": _PARSE_ERROR, "data": self.stream.errors.pop(0)}
            while self.tokenQueue:
                token: Any = self.tokenQueue.popleft()
                kind = token["type"]
                if kind == _PARSE_ERROR:
                    self.offset = max(0, self._input.tell() - 1)
                    yield token
                elif kind in _TEXT:
                    self.offset = start
                    if self.text_offset is None and kind == _CHARACTERS:
                        self.text_offset = start + len(token["data"]) - len(token["data"].lstrip(_BLANKS))
                    yield token
                else:
                    self.offset = self._tag_start
                    yield token
                    self.text_offset = None
            start = self._input.tell()

    def emitCurrentToken(self) -> None:
        token: Any = self.currentToken
        token["offset"], token["end"] = self._tag_start, self._input.tell()
        if token["name"].lower() == "html" and self.root_span is None and token["type"] == _START_TAG:
            self.root_span = token["offset"], token["end"]
        super().emitCurrentToken()

    def tagOpenState(self) -> bool:
        self._tag_start = self._input.tell() - 1
        return super().tagOpenState()

    def rcdataLessThanSignState(self) -> bool:
        self._tag_start = self._input.tell() - 1
        return super().rcdataLessThanSignState()

    def rawtextLessThanSignState(self) -> bool:
        self._tag_start = self._input.tell() - 1
        return super().rawtextLessThanSignState()

    def scriptDataLessThanSignState(self) -> bool:
        self._tag_start = self._input.tell() - 1
        return super().scriptDataLessThanSignState()


class _TreeBuilder(base.TreeBuilder):
    documentClass = staticmethod(lambda: Element("#document"))
    elementClass = Element
    parser: _Parser

    def insertComment(self, token: Any, parent: Any = None) -> None:
        """Comments are read from the source: to a parser, conditional ones are just text."""

    def insertDoctype(self, token: Any) -> None:
        """The doctype has no say in the tree; a wrong one is a parse error."""

    def createElement(self, token: Any) -> Element:
        element = Element(token["name"], token.get("namespace", self.defaultNamespace))
        element.attributes = token["data"]
        if "end" in token:
            element.offset, element.end, element.implied = token["offset"], token["end"], False
        elif self.openElements:
            element.offset = element.end = self.parser.tokenizer.offset
        return element

    def insertElementNormal(self, token: Any) -> Element:
        element = self.createElement(token)
        self.openElements[-1].appendChild(element)
        self.openElements.append(element)
        return element

    def insertText(self, data: str, parent: Any = None) -> None:
        """Report what html5lib does without a word: text between rows and cells moves before the table."""
        if self.insertFromTable and self.openElements[-1].name in _TABLE_PARTS and data.strip(_BLANKS):
            self.parser.text_in_table()
        super().insertText(data, parent)


class _Parser(HTMLParser):
    """Keeps the offset of each error's cause instead of the position of the reader."""

    tokenizer: _Tokenizer

    def __init__(self) -> None:
        super().__init__(tree=_TreeBuilder)
        self.tree.parser = self
        self.found: list[ParseError] = []

    def _parse(self, stream: str, *_: Any, **__: Any) -> None:
        self.innerHTMLMode = False
        self.scripting = False
        # Equal length keeps offsets true; html5lib itself would join CR LF into one character.
        self._html = stream.replace("\r\n", " \n").replace("\r", "\n")
        self.tokenizer = _Tokenizer(self._html, self)
        self.reset()
        self.mainLoop()
        # html5lib makes the root before it reads its tag, whose attributes it then copies over.
        root: Element = self.tree.document.childNodes[0]
        if self.tokenizer.root_span is not None:
            root.offset, root.end = self.tokenizer.root_span
            root.implied = False

    def parseError(self, errorcode: str = "XXX-undefined-error", datavars: Any = None) -> None:
        offset = self.tokenizer.offset
        if errorcode.endswith("-eof"):
            offset = self._innermost_open() or offset
        elif errorcode == "expected-one-end-tag-but-got-another":
            offset = self._outermost_open(datavars["expectedName"])  # noticed at </body> only
        elif "entity" in errorcode:
            offset = max(0, self._html.rfind("&", 0, offset + 1))
        self.found.append(ParseError(errorcode, dict(datavars or {}), offset))

    def text_in_table(self) -> None:
        """Note that the text at hand stands where a table may only have rows or cells."""
        offset = self.tokenizer.text_offset
        offset = self.tokenizer.offset if offset is None else offset
        self.found.append(ParseError("text-in-table", {}, offset))

    def _outermost_open(self, name: str) -> int:
        open_elements: list[Element] = self.tree.openElements
        return next(element.offset for element in open_elements if element.name == name)

    def _innermost_open(self) -> int:
        open_elements: list[Element] = self.tree.openElements
        unclosed = (element for element in reversed(open_elements) if element.name not in _MAY_STAY_OPEN)
        return next((element.offset for element in unclosed), 0)
