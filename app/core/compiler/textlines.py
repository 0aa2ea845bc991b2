"""The lines of a plain-text part while they are being written.

Every block ends with its own blank line, before the end of the section it stands in. So a section that is
left out, or repeated, takes its blank lines with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
# Invisible characters that fill previews or mark where a word may break; noise in plain text.
_INVISIBLE = re.compile("[\u00ad\u034f\ufeff]")


class Kind(Enum):
    """What a line is: text, a section tag that vanishes with its line, or nothing."""

    TEXT = auto()
    TAG = auto()
    BLANK = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its end."""

    kind: Kind
    text: str = ""


class LineWriter:
    """Collects lines from inline text, line breaks and block boundaries."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._buffer = ""
        self._wants_blank = False
        self._indent = ""
        self._bullet = ""

    def write(self, text: str) -> None:
        """Inline text; runs of white space become one blank, none at the start of a line."""
        text = _SPACE.sub(" ", _INVISIBLE.sub("", text))
        if not self._buffer or self._buffer.endswith(" "):
            text = text.removeprefix(" ")
        self._buffer += text

    def break_line(self) -> None:
        """End the line, if there is anything on it."""
        text = self._buffer.rstrip(" ")
        self._buffer = ""
        if text:
            self._separate()
            self._lines.append(Line(Kind.TEXT, (self._bullet or self._indent) + text))
            self._bullet = ""

    def end_block(self) -> None:
        """End the line, and keep the next one apart by a blank line."""
        self.break_line()
        self._wants_blank = bool(self._lines)

    def tag(self, word: str) -> None:
        """A section tag on a line of its own."""
        self.break_line()
        self._separate()
        self._lines.append(Line(Kind.TAG, word))

    def add(self, line: Line) -> None:
        """A finished line, indented like the others."""
        self.break_line()
        if line.kind is Kind.BLANK:
            self._wants_blank = True
        elif line.kind is Kind.TAG:
            self.tag(line.text)
        else:
            self._buffer = line.text
            self.break_line()

    def begin_item(self, bullet: str) -> str:
        """Begin a list item; returns the indent to hand to ``end_item``."""
        self.break_line()
        outer = self._indent
        self._bullet = outer + bullet
        self._indent = outer + " " * len(bullet)
        return outer

    def end_item(self, outer: str) -> None:
        """End a list item: what follows has the indent of the list."""
        self.break_line()
        self._indent = outer
        self._bullet = ""

    @property
    def lines(self) -> list[Line]:
        """What was written; blank lines never stand at the end, or two together."""
        self.break_line()
        return list(self._lines)

    def _separate(self) -> None:
        if self._wants_blank and self._lines and self._text_precedes():
            self._lines.append(Line(Kind.BLANK))
        self._wants_blank = False

    def _text_precedes(self) -> bool:
        """Whether the last line that is not a tag is text: a blank one needs no second."""
        last = next((line for line in reversed(self._lines) if line.kind is not Kind.TAG), None)
        return last is not None and last.kind is Kind.TEXT
