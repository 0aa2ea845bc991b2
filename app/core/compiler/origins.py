"""Where each character of a derived text came from: partials, stylesheets, metadata, the author's own file.

Every step of the compiler that moves text builds its result with ``Tracer``, so that an offset in the
compiled HTML still leads to a line that a person can edit.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from app.core.sources import SourceFile
from bbws_templates.errors import Location
from bbws_templates.tokens import position


class Origins:
    """The stretches of one derived text, in order; a template has a thousand, so they stand in columns.

    Each begins at one of the ``starts``. One whose source is a file came from an offset of it: character by
    character when ``literal``, else as a whole (an indent, an inlined style). Any other has its place for a
    source.
    """

    __slots__ = ("literal", "offsets", "sources", "starts")

    def __init__(self) -> None:
        self.starts = array("I")
        self.sources: list[SourceFile | Location] = []
        self.offsets = array("I")
        self.literal = bytearray()

    @classmethod
    def of_file(cls, file: SourceFile) -> Origins:
        """Origins of a text that is the file itself."""
        found = cls()
        found.add(0, file, 0, literal=True)
        return found

    @classmethod
    def of_place(cls, place: Location) -> Origins:
        """Origins of a text that came from one place as a whole, such as a member of a JSON file."""
        found = cls()
        found.add(0, place, 0, literal=False)
        return found

    def add(self, start: int, source: SourceFile | Location, offset: int, *, literal: bool) -> None:
        """Append a stretch that begins at ``start``, at or behind the last one."""
        self.starts.append(start)
        self.sources.append(source)
        self.offsets.append(offset)
        self.literal.append(literal)

    def add_slice(self, other: Origins, start: int, end: int, at: int) -> None:
        """Append the stretches of the text from ``start`` to ``end`` of ``other``, which is put in ``at``."""
        first = other.stretch(start)
        last = max(first + 1, bisect_left(other.starts, end))
        self.add(at, other.sources[first], other.offset(first, start), literal=bool(other.literal[first]))
        self.starts.extend([begin - start + at for begin in other.starts[first + 1 : last]])
        self.sources += other.sources[first + 1 : last]
        self.offsets += other.offsets[first + 1 : last]
        self.literal += other.literal[first + 1 : last]

    def stretch(self, place: int) -> int:
        """The number of the stretch that holds the character at ``place``; the last at or past the end."""
        return max(0, bisect_right(self.starts, place) - 1)

    def offset(self, number: int, place: int) -> int:
        """The offset in its source of the character at ``place``, which stretch ``number`` holds."""
        passed = place - self.starts[number] if self.literal[number] else 0
        return self.offsets[number] + passed

    def locate(self, offset: int) -> Location:
        """The author's file, line and column (from 1) of the character at ``offset``.

        An offset at or past the end means the last character's stretch.
        """
        number = self.stretch(offset)
        source = self.sources[number]
        if isinstance(source, Location):
            return source
        line, column = position(source.text, min(self.offset(number, offset), len(source.text)))
        return Location(source.label, line, column)


class Tracer:
    """Builds a derived text piece by piece, with its origins.

    When nothing is appended, the result has the place of the beginning of the text with ``origins``.
    """

    def __init__(self, origins: Origins) -> None:
        self._empty = origins
        self._pieces: list[str] = []
        self._origins = Origins()
        self._length = 0

    def copy(self, text: str, origins: Origins, start: int, end: int) -> None:
        """Append ``text[start:end]``, keeping the origin of every character."""
        if start < end:
            self._origins.add_slice(origins, start, end, self._length)
            self._append(text[start:end])

    def insert(self, text: str, origins: Origins, offset: int) -> None:
        """Append ``text``, all of which stands for the one place ``offset`` of another traced text."""
        if text:
            number = origins.stretch(offset)
            place = origins.offset(number, offset)
            self._origins.add(self._length, origins.sources[number], place, literal=False)
            self._append(text)

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def build(self) -> tuple[str, Origins]:
        """The text and its origins; nothing may be appended any more."""
        if not self._pieces:
            self._origins.add_slice(self._empty, 0, 1, 0)
        return "".join(self._pieces), self._origins

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
