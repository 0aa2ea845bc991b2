"""The headings of a table's columns: what stands under which, and where they are labels of its rows.

A cell stands under the heading over its first column, whatever its spans. Of two rows of headings, the lower
one's words follow those that stand over them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from app.core.compiler.plaintext.grid import Cell, Row
from app.core.compiler.plaintext.lines import Line, LineKind
from app.core.compiler.plaintext.page import Layout
from app.core.compiler.plaintext.sections import Conditional, Nodes, Showing, is_certain, where_none

WORDS = re.compile(r"[^\W\d_\U000f0000-\U0010ffff\ufdd0-\ufdef]{4,}")  # longer than a currency, and no tag
_WORD = re.compile(r"[^\W\d_]{2,}")  # which is no part of a tag
_BAR = " | "


@dataclass(frozen=True)
class Texts:
    """A row with the lines of each of its cells."""

    row: Row
    cells: tuple[list[Line], ...]

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not any(self.cells)

    def is_linked(self, place: int) -> bool:
        """Whether a cell holds a link: it is no label, since a colon would join the address."""
        return any(link.get("href") for link in self.row.cells[place].node.iter("a", "area"))


@dataclass(frozen=True)
class Heading:
    """Columns that have the same headings, ``end`` exclusive, the words of these, and one of their cells.

    Its words stand there whatever the data, if there is such a cell.
    """

    start: int
    end: int
    label: str
    cell: Cell


class Head:
    """The rows of headings of a table, and the rows ``below`` them."""

    def __init__(self, page: Layout, rows: Sequence[Texts], below: Sequence[Texts]) -> None:
        self.rows = rows
        self.headings = _headings(page, rows)
        self._page = page
        self._are_alike = any(map(are_alike, below))
        self._is_spanned = any(item.row.reached for item in below)
        plain = [
            place
            for place, item in enumerate(below)
            if (page.is_brought(item.row.word) if item.row.word else self._is_plain(item))
        ]
        # Where each row has a picture in front that says nothing, none of them is a sum for that.
        plain = [place for place in plain if not _is_indented(below[place])] or plain
        plain = [place for place in plain if not self._is_named_alone(below[place])] or plain
        self._has_whole_rows = any(below[place].cells for place in plain)
        # Where none has a value under each heading, rows are told from sums by names that data say.
        plain = plain or [place for place, item in enumerate(below) if self._is_named_by_data(item)]
        self._plain = [below[place] for place in plain]
        end = plain[-1] + 1 if plain else len(below)
        names = [one_line(item.cells[0]) for item in self._plain if item.cells]
        self._are_named_by_data = bool(names) and not any(map(page.is_fixed, names))
        ends = [self._without_gap(self._without_indent(item)) for item in below[end:]]
        between = [self._without_indent(item) if self._is_figured(item) else item for item in below[:end]]
        self.below = [*between, *ends]
        self._ends = set(map(id, ends))

    def is_stacked(self, item: Texts) -> bool:
        """Whether a row becomes a block; one like ``Total`` is a label with its value."""
        cells = item.row.cells
        if not cells or (len(cells) == 1 and not item.row.reached):
            return False
        return all(self._above(cell) is not None for cell in cells) and not self._sums_up(item)

    def is_uneven(self, item: Texts) -> bool:
        """Whether a row that is stacked has not just one value under each heading."""
        return self.is_stacked(item) and [self._above(cell) for cell in _filled(item)] != self.headings

    def values(self, item: Texts) -> list[tuple[Heading, list[Line]]]:
        """Each heading under which a row says something, and that."""
        found: dict[int, tuple[Heading, list[Line]]] = {}
        for cell, text in zip(item.row.cells, item.cells, strict=True):
            heading = self._above(cell)
            if heading is not None and text:
                found.setdefault(heading.start, (heading, []))[1].extend(text)
        return [found[start] for start in sorted(found)]

    def where_untold(self) -> list[str] | None:
        """The tags around the headings where no row has them as labels; None if there are none.

        So it is where rows have a part of them, and beside them, whatever the data, no others have the rest.
        """
        rows: dict[int, Texts] = {}
        shown: list[str | Showing] = []
        for item in self.below:
            if item.row.word:
                shown += [] if self._page.is_brought(item.row.word) else [item.row.word]
            elif self.is_stacked(item):
                shown.append(Showing())
                rows[id(shown[-1])] = item
        tree, is_whole = self._told(self._page.sections_of(shown), rows, beside=False)
        return None if not tree or not (is_whole or is_certain(tree)) else where_none(tree)

    def _told(self, nodes: Nodes, rows: dict[int, Texts], *, beside: bool) -> tuple[Nodes, bool]:
        """The sections where rows have all headings, and whether no row is without others ``beside`` it."""
        labels = {
            heading
            for node in nodes
            if id(node) in rows
            for heading in map(self._above, _filled(rows[id(node)]))
        }
        is_told = labels.issuperset(heading for heading in self.headings if heading.label)
        beside = beside or is_told
        found: list[Showing | Conditional] = [Showing()] if labels and is_told else []
        is_whole = beside or not labels
        for node in nodes:
            if isinstance(node, Conditional):
                inner, inner_whole = self._told(node.inner, rows, beside=beside)
                is_whole = is_whole and inner_whole
                found += [replace(node, inner=inner)] if inner else []
        return tuple(found), is_whole

    def _above(self, cell: Cell) -> Heading | None:
        return next((each for each in self.headings if each.start <= cell.start < each.end), None)

    def _crosses(self, cell: Cell) -> bool:
        heading = self._above(cell)
        return heading is None or cell.end > heading.end

    def _is_plain(self, item: Texts) -> bool:
        """Whether a row has a value under each heading, or goes on with one above: no sum does."""
        if item.row.reached:
            return True
        cells = item.row.cells
        if len(self.headings) == 2:
            return len(cells) == 2 and not self._page.is_fixed(one_line(item.cells[0]))
        return [self._above(cell) for cell in cells] == self.headings

    def _sums_up(self, item: Texts) -> bool:
        """Whether a row names a figure below all others, rather than having values under headings."""
        if len(item.cells) != 2 or item.row.reached or not all(item.cells):
            return False
        if item.row.cells[0].start > 0:
            return True  # where it stood behind empty cells
        name, value = map(one_line, item.cells)
        ends = item.row.in_foot or id(item) in self._ends
        if not any(map(self._crosses, item.row.cells)) and not _has_gap(item):
            if len(self.headings) != 2 or not self._page.is_fixed(name):
                return False
            return (not self._is_spanned and not self._are_alike) or ends
        if item.row.cells[0].is_heading or item.row.in_foot or name.endswith((":", "：")):
            return True
        below = ends or (self._page.is_fixed(name) and (self._are_named_by_data or self._has_whole_rows))
        return below and (self._is_figure(value) or self._has_figures(item.row.cells[1]))

    def _without_indent(self, item: Texts) -> Texts:
        """A row below all others without the empty cells in front, where its words are no value there."""
        if not _is_indented(item):
            return item
        name, value = map(one_line, item.cells[-2:])
        word = _WORD.match(name)
        if word is None or value.startswith(word[0]):
            return item
        if not self._has_figures(item.row.cells[-2], word[0]):
            return item
        return Texts(replace(item.row, cells=item.row.cells[-2:]), item.cells[-2:])

    def _without_gap(self, item: Texts) -> Texts:
        """A row below all others of a name and a value, without the empty cells between them."""
        if not self._are_named_by_data or not self._is_named_alone(item):
            return item
        cells = item.row.cells
        return Texts(replace(item.row, cells=(cells[0], cells[-1])), (item.cells[0], item.cells[-1]))

    def _is_named_alone(self, item: Texts) -> bool:
        """Whether a row is a name, the same whatever the data, empty cells, and one value behind them."""
        filled = [place for place, lines in enumerate(item.cells) if lines]
        if len(item.cells) < 3 or filled != [0, len(item.cells) - 1]:
            return False
        return self._is_fixed(item, 0)

    def _has_figures(self, cell: Cell, word: str = "") -> bool:
        """Whether what stands under the heading over a cell are figures, none beginning with ``word``."""
        heading = self._above(cell)
        words = self._first_words.get(heading.start, set()) if heading else set()
        return None not in words and word not in words

    @cached_property
    def _first_words(self) -> dict[int, set[str | None]]:
        """The words that the figures under each heading begin with; None for what is no figure."""
        found: dict[int, set[str | None]] = {}
        for item in self._plain:
            for heading, text in self.values(item) if not item.row.word else ():
                value = one_line(text)
                word = _WORD.match(value)
                first = word[0] if word else "0"
                found.setdefault(heading.start, set()).add(first if self._is_figure(value) else None)
        return found

    def _is_named_by_data(self, item: Texts) -> bool:
        """Whether a row begins with what data say."""
        return bool(item.cells and item.cells[0]) and not self._is_fixed(item, 0)

    def _is_fixed(self, item: Texts, place: int) -> bool:
        """Whether the words of a cell, an address aside, are the same whatever the data."""
        if item.is_linked(place):
            cell = item.row.cells[place].node
            return not self._page.holds_sections(cell) and self._page.is_fixed("".join(cell.itertext()))
        return self._page.is_fixed(one_line(item.cells[place]))

    def _is_figured(self, item: Texts) -> bool:
        """Whether a row ends in a name that is the same whatever the data, and a figure."""
        if len(item.cells) < 2 or not self._is_fixed(item, len(item.cells) - 2):
            return False
        name, value = map(one_line, item.cells[-2:])
        return not any(map(str.isdigit, name)) and self._is_figure(value)

    def _is_figure(self, text: str) -> bool:
        return any(map(str.isdigit, text)) or not self._page.is_fixed(text)


def _has_gap(item: Texts) -> bool:
    """Whether columns lie between the name and the value of a row, as under a cell over several of them."""
    return item.row.cells[1].start > item.row.cells[0].end


def continues(first: Texts, item: Texts) -> bool:
    """Whether a row is one of headings that belongs with ``first`` above it."""
    if item is first:
        return True
    row = item.row
    if not row.cells or not (row.in_head or all(cell.is_heading for cell in row.cells)):
        return False
    if len(row.cells) == 1 and not row.reached:
        return False
    return (first.row.in_head and row.in_head) or any(
        cell.end > cell.start + 1 or cell.node.get("rowspan") for cell in first.row.cells
    )


def one_line(lines: Sequence[Line]) -> str:
    """All of a cell on one line."""
    return " ".join(line.text for line in lines if line.kind is not LineKind.BLANK)


def are_alike(item: Texts) -> bool:
    """Whether two cells are of one kind, such as two addresses: neither is the name of the other."""
    if len(item.cells) != 2:
        return False
    return all(_is_of_lines(lines) for lines in item.cells) or all(
        any(map(str.isdigit, text)) and WORDS.search(text) for text in map(one_line, item.cells)
    )


def names_figure(page: Layout, item: Texts) -> bool:
    """Whether a row is a name without a figure, the same whatever the data, and a figure."""
    if len(item.cells) != 2:
        return False
    name, value = map(one_line, item.cells)
    if any(map(str.isdigit, name)) or not page.is_fixed(name):
        return False
    return any(map(str.isdigit, value)) or not page.is_fixed(value)


def _is_of_lines(lines: Sequence[Line]) -> bool:
    return len([line for line in lines if line.kind is LineKind.TEXT]) > 1


def _is_indented(item: Texts) -> bool:
    """Whether a row has two values behind empty cells, as a sum that stands on the right has."""
    if len(item.cells) < 3 or item.row.reached:
        return False
    return not any(item.cells[:-2]) and all(item.cells[-2:]) and bool(_WORD.match(one_line(item.cells[-2])))


def _filled(item: Texts) -> list[Cell]:
    return [cell for cell, text in zip(item.row.cells, item.cells, strict=True) if text]


def _headings(page: Layout, rows: Sequence[Texts]) -> list[Heading]:
    """The headings of each column, those that stand over the same ones together."""
    over: dict[int, list[tuple[Cell, str]]] = {}
    for item in rows:
        for cell, text in zip(item.row.cells, item.cells, strict=True):
            for column in range(cell.start, cell.end):
                over.setdefault(column, []).append((cell, one_line(text)))
    found = []
    for _, group in groupby(sorted(over.items()), lambda each: [id(pair[0]) for pair in each[1]]):
        columns = list(group)
        cells = [(cell, text) for cell, text in columns[0][1] if text] or columns[0][1]
        label = " ".join(text for _, text in cells if text)
        sure = [cell for cell, _ in cells if not page.holds_sections(cell.node)]
        found.append(Heading(columns[0][0], columns[-1][0] + 1, label, (sure or [cells[-1][0]])[0]))
    return found


def goes_on(item: Texts) -> bool:
    """Whether a row has no cell in front, for one of a row above reaches into it there."""
    return item.row.reached and bool(item.cells) and item.row.cells[0].start > 0


def beside(cells: Sequence[list[Line]]) -> list[Line]:
    """Cells beside one another: the lines of one that is alone, else one line with bars."""
    line = barred(cells)
    return list(cells[0]) if len(cells) == 1 else [line] * bool(line.text)


def barred(cells: Sequence[list[Line]]) -> Line:
    """Cells as one line, with bars between them."""
    last = next((text for text in reversed(cells) if text), [])
    text = _BAR.join(filter(None, map(one_line, cells)))
    return Line(LineKind.TEXT, text, bool(last) and last[-1].ends_in_address)
