"""html5lib's tokenizer, each token stamped with the span of the text that it came from.

Most of a mail is markup in which there is nothing to repair: text, references by their full names, tags with
attributes in double quotes. html5lib reads it character by character, which is most of the time of a parse;
here one pattern reads a whole token of that kind, and html5lib everything else. Which tokens come out is
html5lib's word in both cases: a test holds the one to the other.

Source: html5lib 1.1, whose tokenizer is the HTML standard's. It is the last release, and the version is
pinned, so that its inner classes can be relied on.
"""

# html5lib names the methods that are overridden here.
# ruff: noqa: D102, N802, N803

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from html5lib._inputstream import HTMLUnicodeInputStream
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import entities, tokenTypes
from html5lib.html5parser import HTMLParser

BLANKS = " \t\n\f\r"  # and no other (HTML, 13.2.6.4.9): a no-break space is text
_CHARACTERS = tokenTypes["Characters"]
_SPACES = tokenTypes["SpaceCharacters"]
_TEXT = frozenset({_CHARACTERS, _SPACES})
_START_TAG = tokenTypes["StartTag"]
_END_TAG = tokenTypes["EndTag"]
_PARSE_ERROR = tokenTypes["ParseError"]

_REFERENCE = r"&(?:[A-Za-z][A-Za-z0-9]*|\#[0-9]{2,5});"
_NAME = "[a-z][a-z0-9:_-]*+"
_SOUND = re.compile(
    rf"""
    (?P<blanks>[{BLANKS}]++)
    # A blank behind a reference is a token of its own. Where a reference is unknown the rest is read again,
    # so not all at once.
    | (?P<text>(?:[^<&\0{BLANKS}]|{_REFERENCE}(?![{BLANKS}]))[^<&\0]*+
        (?:{_REFERENCE}(?![{BLANKS}])[^<&\0]*+){{0,64}}+(?:{_REFERENCE})?
      | {_REFERENCE})
    | <(?P<start>{_NAME})(?P<attributes>(?:[{BLANKS}]++{_NAME}(?:="[^"\0]*+")?)*+)[{BLANKS}]*+(?P<closed>/?)>
    | </(?P<end>{_NAME})>
    """.replace(" \t\n\f\r", r"\ \t\n\f\r"),
    re.VERBOSE,
)
_UNUSUAL = re.compile(r"[^\t\n\f\r -~]+")
_ATTRIBUTE = re.compile(rf'({_NAME})(?:="([^"]*+)")?')
_REFERENCES = re.compile(rf"({_REFERENCE})|&")
# Those that stand for a blank are another kind of token, those of the C1 controls are mistakes.
_CHARACTERS_OF_NAMES = {
    f"&{name}": text for name, text in entities.items() if name.endswith(";") and text not in BLANKS
}


class _Stream(HTMLUnicodeInputStream):
    """Knows its absolute position, which html5lib counts per chunk only."""

    _passed = 0

    def characterErrorsUCS4(self, data: str) -> None:
        """As html5lib's, which asks a large class about every character, of those that may be wrong."""
        super().characterErrorsUCS4("".join(_UNUSUAL.findall(data)))

    def tell(self) -> int:
        return self._passed + self.chunkOffset

    def readChunk(self, chunkSize: int | None = None) -> bool:
        self._passed += self.chunkSize
        return super().readChunk(chunkSize)


class Tokenizer(HTMLTokenizer):
    """The tokens of one document.

    ``offset`` is the stamp of the token at work, ``text_offset`` that of the first word since the last tag;
    ``root_span`` is that of the first ``<html>``.
    """

    def __init__(self, html: str, parser: HTMLParser) -> None:
        super().__init__("", parser)
        self._input = self.stream = _Stream(html)
        self._in_data = self.dataState
        self._tag_start = 0
        self.offset = 0
        self.text_offset: int | None = None
        self.root_span: tuple[int, int] | None = None

    def __iter__(self) -> Iterator[Any]:
        self.tokenQueue = deque()
        start = 0
        while True:
            token = self._sound_token() if self.state == self._in_data else None
            if token is not None:
                self.offset = start
                if token["type"] not in _TEXT:
                    self._tag_start = token["offset"] = start
                    token["end"] = self._input.tell()
                    self._note_root(token)
                    yield token
                    self.text_offset = None
                else:
                    if self.text_offset is None and token["type"] == _CHARACTERS:
                        self.text_offset = start
                    yield token
            elif self.state():
                yield from self._stamped(start)
            else:
                return
            start = self._input.tell()

    def _stamped(self, start: int) -> Iterator[Any]:
        """What html5lib's tokenizer has made of what begins at ``start``."""
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
                    self.text_offset = start + len(token["data"]) - len(token["data"].lstrip(BLANKS))
                yield token
            else:
                self.offset = self._tag_start
                yield token
                self.text_offset = None

    def dataState(self) -> bool:
        more = bool(super().dataState())
        if self.state == self.entityDataState:  # at once, so that its token begins at the "&"
            return bool(self.entityDataState())
        return more

    def _sound_token(self) -> Any:
        """The token that comes next, in html5lib's shape; None where html5lib has to look."""
        stream = self._input
        match = _SOUND.match(stream.chunk, stream.chunkOffset)
        # What ends with the chunk may go on in the next.
        if match is None or match.end() >= stream.chunkSize:
            return None
        kind = match.lastgroup
        token: Any
        if kind == "text":
            text = _decoded(match["text"])
            if text is None:
                return None
            token = {"type": _CHARACTERS, "data": text}
        elif kind == "blanks":
            token = {"type": _SPACES, "data": match["blanks"]}
        elif kind == "end":
            token = {"type": _END_TAG, "name": match["end"], "data": [], "selfClosing": False}
            self.currentToken = token
        else:
            attributes = _attributes(match["attributes"])
            if attributes is None:
                return None
            token = {
                "type": _START_TAG,
                "name": match["start"],
                "data": dict(attributes),
                "selfClosing": bool(match["closed"]),
                "selfClosingAcknowledged": False,
            }
            self.currentToken = token
        stream.chunkOffset = match.end()
        return token

    def _note_root(self, token: Any) -> None:
        if token["name"].lower() == "html" and self.root_span is None and token["type"] == _START_TAG:
            self.root_span = token["offset"], token["end"]

    def emitCurrentToken(self) -> None:
        token: Any = self.currentToken
        token["offset"], token["end"] = self._tag_start, self._input.tell()
        self._note_root(token)
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


@lru_cache(maxsize=1024)
def _attributes(written: str) -> Mapping[str, str] | None:
    """The attributes of a tag, whose text most often was there before; None where html5lib has to look."""
    found = _ATTRIBUTE.findall(written)
    attributes = {name: _decoded(value) for name, value in found}
    if len(attributes) < len(found) or None in attributes.values():
        return None
    return attributes  # type: ignore[return-value]  # none is None


def _decoded(text: str) -> str | None:
    """``text`` with characters for its references; None where one is not as it should be."""
    if "&" not in text:
        return text
    try:
        return _REFERENCES.sub(_character, text)
    except KeyError:
        return None


def _character(match: re.Match[str]) -> str:
    """Raises KeyError for what html5lib has to look at."""
    reference = match.group()
    if reference[1:2] != "#":
        return _CHARACTERS_OF_NAMES[reference]
    number = int(reference[2:-1])
    if 0x20 < number < 0x7F or 0xA0 <= number < 0xD800:
        return chr(number)
    raise KeyError(reference)
