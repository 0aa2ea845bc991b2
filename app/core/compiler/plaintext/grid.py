"""The rows of a table in the order in which people see them, and the columns that their cells cover.

Source: HTML, 4.9.12 (forming a table); CSS 2.2, 17.2 (the first ``thead`` is shown above all rows, the first
``tfoot`` below).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.compiler.plaintext.numbering import integer
from app.core.compiler.plaintext.page import Layout
from app.core.compiler.sectioning import between
from app.core.html.tree import ElementNode, is_comment, is_element

_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_CELLS = frozenset({"td", "th"})
_MOST_COLUMNS = 100  # beyond which nobody reads a table column by column
_MOST_ROWS = 65534  # HTML's own limit of a span


@dataclass(frozen=True)
class Cell:
    """A cell and the columns that it covers, ``end`` exclusive."""

    node: ElementNode
    start: int
    end: int

    @property
    def is_heading(self) -> bool:
        """Whether its author calls it a heading."""
        return bool(self.node.tag == "th")


@dataclass(frozen=True)
class Row:
    """One row of cells, or the section tag between rows that ``word`` is.

    ``in_head`` says that the row stands in a ``<thead>``.
    """

    cells: tuple[Cell, ...] = ()
    word: str = ""
    in_head: bool = False

    @property
    def is_headings(self) -> bool:
        """Whether it heads the columns of the rows below it."""
        return len(self.cells) > 1 and (self.in_head or all(cell.is_heading for cell in self.cells))


def ordered(page: Layout, table: ElementNode) -> list[ElementNode]:
    """The children of a table, or of a row group, from top to bottom as they are shown.

    A section that holds nothing but a head or a foot moves with it.
    """
    children = list(table)
    if not any(child.tag in {"thead", "tfoot"} for child in children):
        return children
    runs: list[list[ElementNode]] = []
    here = 0
    while here < len(children):
        closing = page.closing(children[here]) if is_comment(children[here]) else None
        inside = [] if closing is None else list(between(children[here], closing))
        length = len(inside) + 2 if closing is not None else 1
        runs.append(children[here : here + length])
        here += length
    head = next((run for run in runs if _only(run, "thead")), None)
    foot = next((run for run in runs if _only(run, "tfoot")), None)
    middle = [run for run in runs if run is not head and run is not foot]
    columns = [run for run in middle if run[0].tag in {"caption", "colgroup", "col"}]
    rest = [run for run in middle if run not in columns]
    return [node for run in [*columns, *filter(None, [head]), *rest, *filter(None, [foot])] for node in run]


def rows(page: Layout, table: ElementNode) -> list[Row] | None:
    """The rows of a table.

    None where columns come and go, something else than rows stands in it, or a stylesheet writes words beside
    its cells.
    """
    if any(page.is_written_to(part) for part in table.iter(*_GROUPS, "tr")):
        return None
    found: list[Row] = []
    covered: list[int] = []  # for how many rows each column is still covered from above
    for child, in_head in _rows(page, table, in_head=False):
        if is_comment(child):
            word = page.word(child)
            if word:
                found.append(Row(word=word))
        elif child.tag != "tr":
            return None
        elif not page.is_gone(child):
            if any(not is_element(node) or node.tag not in _CELLS for node in child):
                return None
            found.append(Row(tuple(_cells(page, child, covered)), in_head=in_head))
            if len(covered) > _MOST_COLUMNS:
                return None
    return found


def _only(run: list[ElementNode], tag: str) -> bool:
    """Whether a run of children shows nothing but row groups of one kind."""
    elements = [node for node in run if is_element(node)]
    return bool(elements) and all(
        node.tag == tag and (node is run[-1] or not (node.tail or "").strip()) for node in elements
    )


def _rows(page: Layout, parent: ElementNode, *, in_head: bool) -> Iterator[tuple[ElementNode, bool]]:
    for child in ordered(page, parent):
        if child.tag in _GROUPS:
            if not page.is_gone(child):
                yield from _rows(page, child, in_head=child.tag == "thead")
        elif is_comment(child) or (child.tag != "caption" and not page.is_gone(child)):
            yield child, in_head


def _cells(page: Layout, row: ElementNode, covered: list[int]) -> Iterator[Cell]:
    """The cells of a row, beside those that reach into it from above."""
    column = 0
    spans: list[tuple[int, int, int]] = []
    for node in row:
        if page.is_gone(node):
            continue
        while column < len(covered) and covered[column] > 0:
            column += 1
        width = min(max(integer(node.get("colspan")) or 1, 1), _MOST_COLUMNS)
        height = min(max(integer(node.get("rowspan")) or 1, 1), _MOST_ROWS)
        yield Cell(node, column, column + width)
        spans.append((column, column + width, height))
        column += width
    for place, rest in enumerate(covered):
        covered[place] = max(0, rest - 1)
    for start, end, height in spans:
        covered.extend([0] * (end - len(covered)))
        covered[start:end] = [height - 1] * (end - start)
