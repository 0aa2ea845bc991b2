"""The lines of a plain-text part while they are being written.

Every block ends with its own blank line, before the end of the section it stands in. So a section that is
left out, or repeated, takes its blank lines with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from app.core.compiler.plaintext.marks import MARKS

STRUCK = "~~"

# Blanks of every width; those that do not break a line are as wide as others.
_BLANKS = " \t\r\n\f\u00a0\u2000-\u200a\u202f\u205f\u3000"
_SPACE = re.compile(rf"[{_BLANKS}]+")
# Characters without width that mark where a word may break, or fill previews.
_INVISIBLE = re.compile(f"[\u00ad\u034f\u180e\u200b\u2060-\u2064\ufeff{MARKS}]")
# Joiners mean something between letters, directions beside them; elsewhere both fill previews.
_JOINERS = "\u200c\u200d"
_DIRECTIONS = "\u061c\u200e\u200f"
_STRAY = re.compile(
    rf"(?:(?<=[{_BLANKS}])|^)[{_JOINERS}]+|[{_JOINERS}]+(?=[{_BLANKS}]|$)"
    rf"|(?:(?<=[{_BLANKS}])|^)[{_DIRECTIONS}]+(?=[{_BLANKS}]|$)"
)
_KEPT_LINE = "\u2060"  # invisible; beside it a tag does not stand alone on its line
# Programs that make links of addresses leave these off at the end. Wide signs, behind which Chinese and
# Japanese go on without a blank, many take for a part of the address, with the words up to the next blank.
_CLOSING = frozenset(".,;:!?)]}»”’\"'…")
_LINE_END = re.compile(r"\r\n|[\r\n]")


class LineKind(Enum):
    """What a line is: text, a section tag that vanishes with its line, or nothing."""

    TEXT = auto()
    TAG = auto()
    BLANK = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its end; ``ends_in_address`` says that no mark may join its last word."""

    kind: LineKind
    text: str = ""
    ends_in_address: bool = False


@dataclass(frozen=True)
class Passage:
    """What was written by itself, and whether blanks that belong to its surroundings stood at its ends."""

    lines: list[Line]
    blank_before: bool
    blank_after: bool
    ends_in_address: bool

    @property
    def joined(self) -> str:
        """All of it on one line."""
        text = " ".join(line.text for line in self.lines if line.kind is not LineKind.BLANK)
        return text.removesuffix(_KEPT_LINE)


class LineWriter:
    """Collects lines from inline text, line breaks and block boundaries."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._last_kind: LineKind | None = None  # the last line's kind that is not a tag
        self._pieces: list[str] = []  # of the line being written; none is empty
        self._wants_blank = False
        self._wants_gap = False
        self._has_text = False  # the line being written, apart from section tags
        self._tags = 0  # on the line being written
        self._opens = False  # whether one of those opens a section
        self._keeps_line = False  # whether one of those ends an item on the line before
        self._after_address = False
        self._blank_before = False
        self._indent = ""
        self._bullet: str | None = None

    def write(self, text: str) -> None:
        """Inline text; runs of white space become one blank, none at the start of a line."""
        text = _SPACE.sub(" ", visible(text))
        if not self._pieces or self._pieces[-1].endswith(" "):
            if text.startswith(" ") and not self._lines and not self._pieces:
                self._blank_before = True
            text = text.removeprefix(" ")
        if not text:
            return
        self._append(text)

    def write_lines(self, text: str, *, keeps_blanks: bool) -> None:
        """Text whose line ends count, and with ``keeps_blanks`` each blank of it."""
        first = True
        for line in _LINE_END.split(visible(text)):
            if not first:
                self._end_line()
            first = False
            if not keeps_blanks:
                self.write(line)
            elif line:
                self._append(line.replace("\u00a0", " "))

    def insert(self, text: str, *, ends_in_address: bool = False) -> None:
        """Finished text within a line; nothing that follows may join an address at its end."""
        if text:
            self._append(text)
            self._after_address = ends_in_address

    @property
    def after_address(self) -> bool:
        """Whether an address stands at the end of what was written on this line."""
        return self._after_address

    @property
    def is_apart(self) -> bool:
        """Whether a blank, or nothing, stands before what comes next on the line."""
        return not self._pieces or self._ends_in_blank or self._wants_gap

    def write_tag(self, word: str, *, opens: bool, keeps_line: bool = False) -> None:
        """A section tag within a line; with ``keeps_line`` it is not put at the end of the line before."""
        if self._wants_gap or self._after_address:
            if self._has_text and not self._ends_in_blank:
                self._pieces.append(" ")
            self._wants_gap = self._after_address = False
        self._pieces.append(word)
        self._tags += 1
        self._opens = self._opens or opens
        self._keeps_line = self._keeps_line or keeps_line

    def gap(self) -> None:
        """Keep what comes next apart from what stands before it on the line."""
        if self._pieces or self._lines:
            self._wants_gap = True
        else:
            self._blank_before = True

    def break_line(self) -> None:
        """End the line, if there is anything on it."""
        if not self._pieces and not self._lines:
            self._blank_before = True
        text = "".join(self._pieces).rstrip(" \t")
        has_text, stays = self._has_text, self._opens or self._keeps_line
        after_address = self._after_address
        self._pieces = []
        self._tags = 0
        self._opens = self._keeps_line = False
        self._has_text = self._wants_gap = self._after_address = False
        if not text:
            return
        if not has_text:
            # A tag alone on its line would take its end along when it vanishes, and join two lines.
            last = self._lines[-1] if self._lines else None
            if last is not None and last.kind is LineKind.TEXT and not stays:
                self._lines[-1] = replace(last, text=last.text + text)
                return
            text += _KEPT_LINE
        self._separate()
        before = self._indent if self._bullet is None else self._bullet
        self._line(Line(LineKind.TEXT, before + text, after_address))
        self._bullet = None

    def end_block(self) -> None:
        """End the line, and keep the next one apart by a blank line."""
        self.break_line()
        self._wants_blank = bool(self._lines)

    def tag(self, word: str) -> None:
        """A section tag on a line of its own."""
        self.break_line()
        self._separate()
        self._line(Line(LineKind.TAG, word))

    def add(self, line: Line) -> None:
        """A finished line, indented like the others."""
        self.break_line()
        if line.kind is LineKind.BLANK:
            self._wants_blank = True
        elif line.kind is LineKind.TAG:
            self.tag(line.text)
        else:
            self._pieces = [line.text] if line.text else []
            self._has_text, self._after_address = True, line.ends_in_address
            self.break_line()

    def add_all(self, lines: Iterable[Line]) -> None:
        """Finished lines."""
        for line in lines:
            self.add(line)

    def go_on(self, lines: Sequence[Line]) -> None:
        """Finished lines, the first of which goes on with a word that stands before it."""
        goes_on = lines[0].kind is LineKind.TEXT and not self.is_apart
        if goes_on:
            self.insert(lines[0].text, ends_in_address=lines[0].ends_in_address)
        self.add_all(lines[goes_on:])

    def begin_item(self, bullet: str, width: int) -> str:
        """Begin a list item; returns the indent to hand to ``end_item``. ``width`` is that of the bullet."""
        self.break_line()
        outer = self._indent
        self._bullet = (outer if self._bullet is None else self._bullet) + bullet
        self._indent = outer + " " * width
        return outer

    def end_item(self, outer: str) -> None:
        """End a list item: what follows has the indent of the list."""
        self.break_line()
        self._indent = outer
        self._bullet = None

    def finish(self) -> Passage:
        """What was written; blank lines never stand at the end, or two together."""
        ends_in_line = bool(self._lines) and not self._pieces
        blank_after = self._wants_gap or self._ends_in_blank or ends_in_line
        blank_before, ends_in_address = self._blank_before, self._after_address
        self.break_line()
        return Passage(self._lines, blank_before, blank_after, ends_in_address)

    def _append(self, text: str) -> None:
        apart = self._wants_gap or (self._after_address and text[0] not in _CLOSING)
        if apart and self._pieces and not self._ends_in_blank and text[0] != " ":
            self._pieces.append(" ")
        self._pieces.append(text)
        self._wants_gap = False
        if not text.isspace():  # blanks leave the end of a line, which is that of the address again
            self._after_address = False
            self._has_text = True

    def _end_line(self) -> None:
        """End the line, also an empty one within text, or that of a tag which vanishes with it."""
        text = "".join(self._pieces).strip()
        if text and self._tags == 1 and not self._has_text:
            self._pieces = []
            self._tags, self._opens, self._keeps_line = 0, False, False
            self.tag(text)
        elif text:
            self.break_line()
        else:
            self._pieces = []
            self._wants_blank = self._wants_blank or (
                bool(self._lines) and self._lines[-1].kind is LineKind.TEXT
            )

    def _separate(self) -> None:
        """A blank line, if one is wanted and the last line, apart from tags, is text."""
        if self._wants_blank and self._last_kind is LineKind.TEXT:
            self._line(Line(LineKind.BLANK))
        self._wants_blank = False

    def _line(self, line: Line) -> None:
        self._lines.append(line)
        if line.kind is not LineKind.TAG:
            self._last_kind = line.kind

    @property
    def _ends_in_blank(self) -> bool:
        return bool(self._pieces) and self._pieces[-1].endswith(" ")


def visible(text: str) -> str:
    """A text without the characters that nobody sees."""
    if text.isascii():
        return text
    return _STRAY.sub("", _INVISIBLE.sub("", text))
