"""Data tables as lines of text: labels are known when a template is compiled, so they can be aligned.

- two columns that name and tell, or a heading (``<th>``) before each row: ``Label:  value``, the values under
  one another;
- columns under a row of headings (``<th>``, ``<thead>``): one block for each row, each value with its
  column's heading as label;
- other figures: a line for each row, its cells between bars.

A table is taken for data when its cells hold no further structure and it has either headings or several rows
of equal form; ``role="presentation"`` rules it out. Where it cannot be told names from values, bars leave it
open. Headings become labels only where a row below has a value for each, so that none gets lost; where data
leave out all such rows, the headings are a line of their own. Where no tags can say so, as of lists in lists,
they always are, above rows with bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, Protocol

from app.core.compiler.plaintext.grid import Cell, holds_words, rows
from app.core.compiler.plaintext.headings import (
    WORDS,
    Head,
    Texts,
    are_alike,
    barred,
    beside,
    continues,
    goes_on,
    names_figure,
    one_line,
)
from app.core.compiler.plaintext.lines import Line, LineKind
from app.core.compiler.plaintext.page import Layout
from app.core.compiler.plaintext.sections import PLACE, Conditional, told_where, where_any
from app.core.html.tree import ElementNode

_ARRANGES = frozenset({"presentation", "none"})
_LONG = 40  # characters of a cell beyond which it is no label and no figure
_ADDRESS = re.compile(r"\w:\S*//|\w: \S*[@/]")
_ENDS_LABEL = (":", "?", "：", "？", "؟")


class CellReader(Protocol):
    """What the walk through a document knows of its cells."""

    page: Layout
    variable_width: int
    """Characters that a variable counts for in ``width``."""

    def lines(self, cell: ElementNode) -> list[Line]:
        """The text of a cell by itself."""

    def width(self, text: str) -> int:
        """The number of characters that a text takes, about."""


def read_table(reader: CellReader, element: ElementNode) -> list[Line] | None:
    """A table as lines, or None for one that only arranges what it holds."""
    page = reader.page
    if element.get("role") in _ARRANGES or page.is_structured(element) or (element.text or "").strip():
        return None
    found = rows(page, element)
    if found is None or not any(len(row.cells) > 1 for row in found) or holds_words(page, element):
        return None
    texts = [Texts(row, tuple(reader.lines(cell.node) for cell in row.cells)) for row in found]
    return _TableText(reader, texts).lines()


class _Headed(NamedTuple):
    """Rows of headings and those ``below`` them."""

    rows: list[Texts]
    below: list[Texts]


class _Stretch:
    """Rows in one section, with its ``tags``, or rows in none."""

    def __init__(self, reader: CellReader) -> None:
        self.texts: list[Texts] = []
        self.tags: tuple[Texts, Texts] | None = None
        self._reader = reader

    @property
    def has_cells(self) -> bool:
        """Whether it holds more than tags."""
        return any(item.cells for item in self.texts)

    def every(self) -> list[Texts]:
        """Its rows, and its tags."""
        return [self.tags[0], *self.texts, self.tags[1]] if self.tags else self.texts

    def head(self) -> _Headed | None:
        """The headings that it begins with, if any."""
        return _TableText(self._reader, self.texts)._head() if self.has_cells else None


class _TableText:
    """Rows with their texts, and the form that they are written in."""

    def __init__(self, reader: CellReader, texts: Sequence[Texts]) -> None:
        self._reader = reader
        self._texts = [item for item in texts if item.row.word or not item.is_empty]
        self._filled = [item for item in self._texts if not item.row.word]

    def lines(self) -> list[Line] | None:
        """The table as text; None for one that only arranges."""
        filled = self._filled
        if not filled:
            return []
        head = self._head()
        if head is not None:
            return self._below_headings(head)
        parts = self._parts(self._texts)
        if parts and all(part.tags for part in parts if part.has_cells):
            headed = self._headed(parts)
            if headed is not None:
                return headed
        if self._begins_with_labels() or self._names_and_tells():
            return list(self._labelled_rows(self._texts, []))
        if len(filled) > 1 and all(
            len(item.cells) > 1 and all(map(self._is_short, item.cells)) for item in filled
        ):
            return list(self._with_bars(self._texts))
        return None

    def _head(self) -> _Headed | None:
        """The rows of headings above all others but titles; none that data can leave out."""
        place = next((place for place, item in enumerate(self._texts) if len(item.cells) != 1), None)
        return None if place is None else self._head_at(place)

    def _head_at(self, place: int) -> _Headed | None:
        """The rows of headings that begin at a place, if they do there."""
        texts, last = self._texts, self._filled[-1]
        first, end = texts[place], place + 1
        if not first.row.is_headings or first is last:
            return None
        while texts[end - 1] is not last and continues(first, texts[end]):
            end += 1
        if texts[end - 1] is last:
            end = place + 1
        rows = texts[place:end]
        if not all(
            self._is_short(text) and not item.is_linked(number)
            for item in rows
            for number, text in enumerate(item.cells)
        ):
            return None
        return _Headed(rows, texts[end:])

    def _below_headings(self, found: _Headed) -> list[Line]:
        """Rows under headings: these are labels, or lines of their own above; so are further ones below."""
        lines: list[Line] = []
        table: _TableText = self
        here = len(self._texts) - len(found.below)
        further = self._further(found.below)
        outside = self._outside_sections(found.below) if further else frozenset()
        for place in [here + number for number in further if number in outside]:
            lower = self._head_at(place) if place >= here else None
            if lower is not None:
                above = found._replace(below=self._texts[here:place])
                lines += table._one_head(above)
                lines += [Line(LineKind.BLANK)] * bool(above.below)
                table, found = _TableText(self._reader, lower.rows), lower
                here = place + len(lower.rows)
        return lines + table._one_head(found)

    def _further(self, below: Sequence[Texts]) -> list[int]:
        """The places of headings that have rows below them."""
        plain = [number for number, item in enumerate(below) if item.cells and not item.row.is_headings]
        return [
            number
            for number, item in enumerate(below)
            if item.row.is_headings and (not plain or number < plain[-1])
        ]

    def _one_head(self, found: _Headed) -> list[Line]:
        """Rows under headings; in sections, there may be further ones."""
        below, further = found.below, self._further(found.below)
        parts = self._parts(below) if further else []
        place = next((place for place, part in enumerate(parts) if part.tags and part.head()), len(parts))
        in_sections = self._headed(parts[place:]) if place < len(parts) else None
        if in_sections is not None:
            above = [item for part in parts[:place] for item in part.every()]
            return [*self._one_head(_Headed(found.rows, above)), Line(LineKind.BLANK), *in_sections]
        return self._under(Head(self._reader.page, found.rows, below), goes_on=bool(further))

    def _under(self, head: Head, *, goes_on: bool) -> list[Line]:
        """The rows below headings; with ``goes_on``, further headings are among them."""
        rest = head.below
        titles = [line for item in self._texts[: self._texts.index(head.rows[0])] for line in item.cells[0]]
        labels = [heading.label for heading in head.headings]
        headings = [barred(item.cells) for item in head.rows]
        fits = not goes_on and all(head.is_stacked(item) for item in rest if len(item.cells) > 2)
        without = head.where_untold() if fits else None
        if without is not None:
            above = chain(*([line] if line.text else headings for line in told_where(without, "")))
            return [*titles, *above, *self._labelled_rows(rest, labels, head)]
        if not goes_on and any(map(head.is_uneven, rest)):
            return [*titles, *headings, *self._labelled_rows(rest, labels, head)]
        if not goes_on and all(len(item.cells) <= 2 for item in rest):
            return [*titles, *headings, *self._labelled_rows(rest, [])]
        return [*titles, *headings, *self._with_bars(rest)]

    def _parts(self, texts: Sequence[Texts]) -> list[_Stretch]:
        """Rows with the outermost section around them, if any; none where one does not end among them."""
        parts: list[_Stretch] = []
        opened: list[Texts] = []
        for item in texts:
            is_tag = self._is_tag(item.row.word)
            if is_tag and self._reader.page.is_end(item.row.word):
                if not opened:
                    return []
                first = opened.pop()
                if not opened:
                    parts[-1].tags = (first, item)
                    continue
            elif is_tag:
                opened.append(item)
                if len(opened) == 1:
                    parts.append(_Stretch(self._reader))
                    continue
            if not parts or (not opened and parts[-1].tags):
                parts.append(_Stretch(self._reader))
            parts[-1].texts.append(item)
        return [] if opened else parts

    def _headed(self, parts: Sequence[_Stretch]) -> list[Line] | None:
        """Sections with headings of their own, and sums between them; None where there is more."""
        found: list[Line] = []
        for part in parts:
            head = part.head() if part.tags else None
            if head is not None and part.tags:
                opening, closing = map(self._between, part.tags)
                inside = _TableText(self._reader, part.texts)._below_headings(head)
                found += [opening, *inside, Line(LineKind.BLANK), closing]
            elif all(len(item.cells) <= 2 for item in part.texts):
                found += self._labelled_rows(part.every(), [])
            else:
                return None
        return found

    def _outside_sections(self, texts: Sequence[Texts]) -> frozenset[int]:
        """The places of the rows around which no section stands."""
        found, depth = set(), 0
        for place, item in enumerate(texts):
            if self._is_tag(item.row.word):
                depth += -1 if self._reader.page.is_end(item.row.word) else 1
            elif depth == 0:
                found.add(place)
        return frozenset(found)

    def _is_tag(self, word: str) -> bool:
        """Whether a word between rows is the tag of a section, rather than what prints rows."""
        return bool(word) and not self._reader.page.is_brought(word)

    def _labelled_rows(
        self, texts: Sequence[Texts], labels: Sequence[str], head: Head | None = None
    ) -> Iterator[Line]:
        stacked = [head is not None and head.is_stacked(item) for item in texts]
        every = [*labels] + [
            one_line(item.cells[0])
            for item, alone in zip(texts, stacked, strict=True)
            if not alone and self._is_named(item, head)
        ]
        column = max(map(self._label_width, filter(self._is_aligned, every)), default=0) + 2
        above: Texts | None = None
        for item, alone in zip(texts, stacked, strict=True):
            if item.row.word:
                yield self._between(item)
            elif alone and head is not None:
                if above is not None and above.cells and not head.is_stacked(above):
                    yield Line(LineKind.BLANK)
                yield from self._block(item, head, column)
            elif goes_on(item):
                yield from (
                    line if line.kind is LineKind.TAG else replace(line, text=" " * column + line.text)
                    for line in beside(item.cells)
                )
            elif self._is_named(item, head):
                label, *values = item.cells
                yield from self._labelled(item.row.cells[0], one_line(label), beside(values), column)
            else:
                yield from beside(item.cells)
            above = item

    def _is_named(self, item: Texts, head: Head | None) -> bool:
        """Whether the first cell of a row names what the others say."""
        if len(item.cells) < 2 or item.is_linked(0) or goes_on(item):
            return False
        return len(item.cells) == 2 or (head is None and item.row.cells[0].is_heading)

    def _between(self, item: Texts) -> Line:
        """What stands between rows: the tag of a section, or what prints rows that data bring."""
        return Line(LineKind.TAG if self._is_tag(item.row.word) else LineKind.TEXT, item.row.word)

    def _block(self, item: Texts, head: Head, column: int) -> Iterator[Line]:
        """A row as a block: each heading with what stands under it."""
        for heading, value in head.values(item):
            yield from self._labelled(heading.cell, heading.label, value, column)
        yield Line(LineKind.BLANK)

    def _labelled(self, cell: Cell, label: str, value: Sequence[Line], column: int) -> Iterator[Line]:
        """``Label:  value``; further lines of the value stand below its first."""
        gap = " " * max(1, column - self._label_width(label)) if self._is_aligned(label) else " "
        prefix = label
        if label and value and value[0].kind is LineKind.TAG:
            yield Line(LineKind.TEXT, label + self._colon(cell, label, ""))
            prefix = " " * column  # the value may be missing, or come several times
        elif label:
            prefix += self._colon(cell, label, gap if value else "")
        for line in value or [Line(LineKind.TEXT, "")]:
            if line.kind is LineKind.TEXT:
                yield replace(line, text=(prefix + line.text).rstrip())
                prefix = " " * column
            elif line.kind is LineKind.TAG:
                yield line

    def _colon(self, cell: Cell, label: str, gap: str) -> str:
        """What parts a label from its value: a colon, but where it has a sign of its own, or no word."""
        page = self._reader.page
        if not self._sign(label):
            return gap
        hangs = page.holds_sections(cell.node)
        shown = page.shown_in(cell.node, silent=False) if hangs else ()
        tags = where_any(shown)
        if tags is None and len(shown) == 1 and isinstance(shown[0], Conditional):
            # The section may be a list's, of which nothing can be said once; a label is hardly one.
            opening, closing = shown[0].tags
            words = label.removeprefix(opening).removesuffix(closing)
            if label == f"{opening}{words}{closing}" and page.is_of_values(words):
                return f"{opening}{page.colon(words)}{closing}{gap}"
        if not tags or tags == [PLACE]:
            return page.colon(label, gap)
        return "".join(f":{gap}" if tag == PLACE else tag for tag in tags)

    def _with_bars(self, texts: Sequence[Texts]) -> Iterator[Line]:
        for item in texts:
            yield self._between(item) if item.row.word else barred(item.cells)

    def _begins_with_labels(self) -> bool:
        """Whether each row has a heading in front."""
        rows = [item for item in self._filled if len(item.cells) > 1 and not goes_on(item)]
        return bool(rows) and all(
            item.row.cells[0].is_heading
            and not item.is_linked(0)
            and not all(cell.is_heading for cell in item.row.cells)
            for item in rows
        )

    def _names_and_tells(self) -> bool:
        """Whether the first of two columns names what the second tells."""
        rows = [item for item in self._filled if len(item.cells) > 1 or not goes_on(item)]
        if len(self._filled) < 2 or any(
            len(item.cells) != 2 or item.row.is_headings or item.is_linked(0) for item in rows
        ):
            return False
        names = [item.cells[0] for item in rows]
        if not all(map(self._is_short, names)):
            return False
        if all(one_line(name).endswith(_ENDS_LABEL) for name in names):
            return True
        alike = sum(map(are_alike, rows))
        return not self._is_heading_like() and (
            not alike or alike < sum(names_figure(self._reader.page, item) for item in rows)
        )

    def _is_heading_like(self) -> bool:
        """Whether the first row could as well be headings: words on both sides, and no figure."""
        return all(
            not any(map(str.isdigit, text))
            and (
                any(map(str.isalpha, text)) if self._reader.page.is_fixed(text) else bool(WORDS.search(text))
            )
            for text in map(one_line, self._filled[0].cells)
        )

    def _is_short(self, lines: Sequence[Line]) -> bool:
        """Whether a cell holds a figure or a few words, so that it can stand beside others on a line."""
        text = one_line(lines)
        return len(lines) <= 1 and self._reader.width(text) <= _LONG and not _ADDRESS.search(text)

    def _is_aligned(self, label: str) -> bool:
        """Whether the width of a label is known well enough: a single variable can be any text."""
        reader = self._reader
        return reader.page.is_fixed(label) or reader.width(label) > reader.variable_width

    def _label_width(self, label: str) -> int:
        return self._reader.width(label + self._sign(label))

    def _sign(self, label: str) -> str:
        """The colon behind a label; none where it ends in such a sign, or is nothing but signs."""
        says = any(map(str.isalnum, label)) or not self._reader.page.is_fixed(label)
        return ":" if says and not label.endswith(_ENDS_LABEL) else ""
