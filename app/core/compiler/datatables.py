"""Data tables as lines of text: labels are known when a template is compiled, so they can be aligned.

- two columns: ``Label:  value``, the values under one another;
- more columns under a header row: one block per row, each value with its column's heading as label.

A table is taken for data when its cells hold no further blocks and it has either headings (``<th>``) or two
columns throughout; ``role="presentation"`` rules it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.core.compiler.textlines import Kind, Line
from app.core.html.tree import Node, is_comment, is_element

_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_ARRANGES = frozenset({"presentation", "none"})
_BLOCKS_IN_CELLS = frozenset({"table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "blockquote"})


class CellReader(Protocol):
    """What the walk through a document knows of its cells."""

    variable_width: int
    """Characters that a variable counts for in ``width``."""

    def lines(self, element: Node) -> list[Line]:
        """The text of an element by itself."""

    def word(self, comment: Node) -> str:
        """The veiled tag that a comment stands for, "" for a remark."""

    def width(self, text: str) -> int:
        """The number of characters that a text takes, about."""

    def is_fixed(self, text: str) -> bool:
        """Whether a text has no Mustache in it."""


@dataclass(frozen=True)
class Row:
    """One row of cells, or the comment that stands for a section tag between rows."""

    cells: tuple[Node, ...] = ()
    comment: Node | None = None

    @property
    def heads_columns(self) -> bool:
        """Whether every cell is a heading."""
        return bool(self.cells) and all(cell.tag == "th" for cell in self.cells)


@dataclass(frozen=True)
class DataTable:
    """A table of values: ``headings`` is () for one without a header row."""

    caption: Node | None
    headings: tuple[Node, ...]
    rows: tuple[Row, ...]

    def lines(self, reader: CellReader) -> Iterator[Line]:
        """The table as text."""
        headings = [_one_line(reader.lines(cell)) for cell in self.headings]
        rows = [(row, [reader.lines(cell) for cell in row.cells]) for row in self.rows]
        stacked = [bool(headings) and _is_stacked(texts, len(headings), reader) for _, texts in rows]
        labels = headings + [
            _one_line(texts[0])
            for (_, texts), alone in zip(rows, stacked, strict=True)
            if len(texts) == 2 and not alone
        ]
        column = max((reader.width(_label(text)) for text in labels if _aligned(text, reader)), default=0) + 2
        for (row, texts), alone in zip(rows, stacked, strict=True):
            if row.comment is not None:
                yield Line(Kind.TAG, reader.word(row.comment))
            elif alone:
                for label, text in zip(headings, texts, strict=True):
                    yield from _labelled(label, text, column, reader)
                yield Line(Kind.BLANK)
            elif len(texts) == 2:
                yield from _labelled(_one_line(texts[0]), texts[1], column, reader)
            else:
                yield Line(Kind.TEXT, " | ".join(filter(None, map(_one_line, texts))))


def read_table(element: Node, hidden: Callable[[Node], bool]) -> DataTable | None:
    """The table's rows, or None for one that only arranges what it holds."""
    if element.get("role") in _ARRANGES or any(
        node.tag in _BLOCKS_IN_CELLS for node in element.iterdescendants()
    ):
        return None
    rows: list[Row] = []
    for child in _rows(element):
        if is_comment(child):
            rows.append(Row(comment=child))
        elif not hidden(child):
            if any(not is_element(node) for node in child):
                return None  # a section among the cells of a row: columns come and go
            rows.append(Row(tuple(cell for cell in child if not hidden(cell))))
    filled = [row for row in rows if row.cells]
    if not filled or max(len(row.cells) for row in filled) < 2:
        return None
    headings: tuple[Node, ...] = ()
    if filled[0].heads_columns and len(filled[0].cells) > 1:
        headings = filled[0].cells
        rows.remove(filled[0])
    elif not any(cell.tag == "th" for row in filled for cell in row.cells) and (
        len(filled) < 2 or any(len(row.cells) != 2 for row in filled)
    ):
        return None
    return DataTable(next(iter(element.iterchildren("caption")), None), headings, tuple(rows))


def _is_stacked(texts: list[list[Line]], columns: int, reader: CellReader) -> bool:
    """Whether a row below headings becomes a block; one like ``Total`` is a label with its value."""
    return len(texts) == columns and not (columns == 2 and reader.is_fixed(_one_line(texts[0])))


def _rows(element: Node) -> Iterator[Node]:
    """Rows, and the comments between them, of a table with or without row groups."""
    for child in element:
        if child.tag in _GROUPS:
            yield from _rows(child)
        elif child.tag == "tr" or is_comment(child):
            yield child


def _labelled(label: str, value: list[Line], column: int, reader: CellReader) -> Iterator[Line]:
    """``Label:  value``; further lines of the value stand below its first."""
    prefix = _label(label)
    if prefix:
        prefix += " " * max(1, column - reader.width(prefix)) if _aligned(label, reader) else " "
    for line in value or [Line(Kind.TEXT, "")]:
        if line.kind is Kind.TEXT:
            yield Line(Kind.TEXT, (prefix + line.text).rstrip())
            prefix = " " * column
        elif line.kind is Kind.TAG:
            yield line


def _aligned(label: str, reader: CellReader) -> bool:
    """Whether the width of a label is known well enough: a single variable can be any text."""
    return reader.is_fixed(label) or reader.width(label) > reader.variable_width


def _label(text: str) -> str:
    return text if not text or text.endswith((":", "?")) else f"{text}:"


def _one_line(lines: list[Line]) -> str:
    return " ".join(line.text for line in lines if line.kind is not Kind.BLANK)
