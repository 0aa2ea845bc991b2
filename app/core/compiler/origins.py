"""Where each character of a derived text came from: partials, stylesheets, metadata, the author's own file.

Every step of the compiler that moves text builds its result with ``Tracer``, so that an offset in the
compiled HTML still leads to a line that a person can edit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from app.core.sources import SourceFile
from bbws_templates.errors import Location
from bbws_templates.tokens import position


class Segment(NamedTuple):
    """A stretch of derived text, from ``start`` to the next segment.

    With a ``file``, the stretch came from ``offset`` of it: character by character when ``literal``, else as
    a whole (an indent, an inlined style). Without one, ``place`` says where it came from.
    """

    start: int
    file: SourceFile | None
    offset: int = 0
    literal: bool = True
    place: Location | None = None


class Origins:
    """The segments of one derived text, in order."""

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self._segments = segments
        self._starts = [segment.start for segment in segments]

    @classmethod
    def of_file(cls, file: SourceFile) -> Origins:
        """Origins of a text that is the file itself."""
        return cls((Segment(0, file),))

    @classmethod
    def of_place(cls, place: Location) -> Origins:
        """Origins of a text that came from one place as a whole, such as a member of a JSON file."""
        return cls((Segment(0, None, place=place),))

    def locate(self, offset: int) -> Location:
        """The author's file, line and column (from 1) of the character at ``offset``.

        An offset at or past the end means the last character's segment.
        """
        segment = self._segments[max(0, bisect_right(self._starts, offset) - 1)]
        if segment.file is None:
            return segment.place or Location("")
        within = offset - segment.start if segment.literal else 0
        line, column = position(segment.file.text, min(segment.offset + within, len(segment.file.text)))
        return Location(segment.file.label, line, column)

    def at(self, offset: int) -> Segment:
        """The segment that holds ``offset``."""
        return self._segments[max(0, bisect_right(self._starts, offset) - 1)]

    def between(self, start: int, end: int, ahead: int = 0) -> list[Segment]:
        """The segments of a slice, their ``start`` counted from what stands ``ahead`` of the slice."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = max(first + 1, bisect_left(self._starts, end))
        begin, file, offset, literal, place = self._segments[first]
        offset = offset + max(0, start - begin) if literal else offset
        found = [Segment(ahead + max(0, begin - start), file, offset, literal, place)]
        ahead -= start
        for begin, file, offset, literal, place in self._segments[first + 1 : last]:
            found.append(Segment(ahead + begin, file, offset, literal, place))
        return found


class Tracer:
    """Builds a derived text piece by piece, with its origins.

    When nothing is appended, the result has the place of the beginning of the text with ``origins``.
    """

    def __init__(self, origins: Origins) -> None:
        self._empty = origins
        self._pieces: list[str] = []
        self._segments: list[Segment] = []
        self._length = 0

    def copy(self, text: str, origins: Origins, start: int, end: int) -> None:
        """Append ``text[start:end]``, keeping the origin of every character."""
        if start < end:
            self._segments += origins.between(start, end, self._length)
            self._append(text[start:end])

    def insert(self, text: str, origins: Origins, offset: int) -> None:
        """Append ``text``, all of which stands for the one place ``offset`` of another traced text."""
        if text:
            begin, file, origin, literal, place = origins.at(offset)
            passed = max(0, offset - begin) if literal else 0
            self._segments.append(Segment(self._length, file, origin + passed, False, place))
            self._append(text)

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def build(self) -> tuple[str, Origins]:
        """The text and its origins."""
        segments = self._segments or self._empty.between(0, 1)
        return "".join(self._pieces), Origins(tuple(segments))

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
