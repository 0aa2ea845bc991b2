"""html5lib with positions: every element and every parse error knows the offset of its cause.

html5lib builds the tree that mail clients build, but keeps no positions: its errors tell only how far the
parser had read. Here each token is stamped with the offset at which it began, the stamp passes to the element
made of it, and an error takes the stamp of the token that caused it.

Source: html5lib 1.1, whose tokenizer is the HTML standard's. It is the last release, and the version is
pinned, so that its inner classes can be relied on.
"""

# html5lib names the methods that are overridden here.
# ruff: noqa: N802, N815

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from html5lib.html5parser import HTMLParser
from html5lib.treebuilders import base

from app.core.validation.nodes import Element
from app.core.validation.tokenizer import BLANKS, Tokenizer

# Elements that may stay open at the end of a document (HTML, 13.2.6.4.7, "end-of-file").
_MAY_STAY_OPEN = frozenset({"dd", "dt", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr", "body"}) | {
    "html"
}
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
        if self.insertFromTable and self.openElements[-1].name in _TABLE_PARTS and data.strip(BLANKS):
            self.parser.text_in_table()
        super().insertText(data, parent)


class _Parser(HTMLParser):
    """Keeps the offset of each error's cause instead of the position of the reader."""

    tokenizer: Tokenizer

    def __init__(self) -> None:
        super().__init__(tree=_TreeBuilder)
        self.tree.parser = self
        self.found: list[ParseError] = []

    def _parse(self, stream: str, *_: Any, **__: Any) -> None:
        self.innerHTMLMode = False
        self.scripting = False
        # Equal length keeps offsets true; html5lib itself would join CR LF into one character.
        self._html = stream.replace("\r\n", " \n").replace("\r", "\n")
        self.tokenizer = Tokenizer(self._html, self)
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

    def adjustForeignAttributes(self, token: Any) -> None:
        """Leave ``xmlns`` and ``xlink:href`` of SVG as they are written; html5lib's names are tuples."""

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
