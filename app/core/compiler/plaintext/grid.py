"""The rows of a table in the order in which people see them, and the columns that their cells cover.

Source: HTML, 4.9.12 (forming a table); CSS 2.2, 17.2 (the first group that is a header is shown above all
rows, the first footer below) and 17.2.1 (parts of a table without one).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.compiler.plaintext.numbering import integer
from app.core.compiler.plaintext.page import Layout
from app.core.compiler.sectioning import between
from app.core.html.tree import ElementNode, is_comment, is_element

_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_PLACES = {"thead": "table-header-group", "tfoot": "table-footer-group"}
_MOVED = frozenset(_PLACES.values())
_AS_WRITTEN = "table-cell"  # the look of a part of a table whose style says nothing
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

    ``in_head`` says that the row stands in a ``<thead>``, ``in_foot`` in a ``<tfoot>``; ``reached`` that a
    cell of a row above covers a part of it.
    """

    cells: tuple[Cell, ...] = ()
    word: str = ""
    in_head: bool = False
    in_foot: bool = False
    reached: bool = False

    @property
    def is_headings(self) -> bool:
        """Whether it heads the columns of the rows below it, if there are any."""
        if self.in_foot or len(self.cells) < 2:
            return False
        return self.in_head or all(cell.is_heading for cell in self.cells)


def ordered(page: Layout, parent: ElementNode) -> list[ElementNode]:
    """The children of an element from top to bottom as they are shown.

    Of a table, or of parts of one that stand together without it, the header comes first and the footer last.
    A section that holds nothing but one of them moves with it.
    """
    children = list(parent)
    if parent.tag in _GROUPS or not any(_place(page, child) in _MOVED for child in children):
        return children
    if parent.tag == "table":
        return _regrouped(page, children)
    if page.look(parent).inherited.blockifies or _has_words_to_move(page, parent):
        return children
    if _display(page, parent) in {"table", "inline-table"}:
        return _regrouped(page, children)
    found: list[ElementNode] = []
    together: list[ElementNode] = []
    for child in children:
        if is_comment(child) or _display(page, child).startswith("table-"):
            together.append(child)
        else:
            found += [*_regrouped(page, together), child]
            together = []
    return found + _regrouped(page, together)


def _regrouped(page: Layout, children: list[ElementNode]) -> list[ElementNode]:
    """Parts of one table in the order in which they are shown."""
    runs: list[list[ElementNode]] = []
    here = 0
    while here < len(children):
        closing = page.closing(children[here]) if is_comment(children[here]) else None
        inside = [] if closing is None else list(between(children[here], closing))
        length = len(inside) + 2 if closing is not None else 1
        runs.append(children[here : here + length])
        here += length
    head = next((run for run in runs if _only(page, run, "table-header-group")), None)
    foot = next((run for run in runs if _only(page, run, "table-footer-group")), None)
    middle = [run for run in runs if run is not head and run is not foot]
    columns = [run for run in middle if run[0].tag in {"caption", "colgroup", "col"}]
    rest = [run for run in middle if run not in columns]
    return [node for run in [*columns, *filter(None, [head]), *rest, *filter(None, [foot])] for node in run]


def _has_words_to_move(page: Layout, parent: ElementNode) -> bool:
    """Whether words straight in an element would move with a header or footer that stands beside them."""
    heads = any(_place(page, child) == "table-header-group" for child in parent)
    return (heads and bool((parent.text or "").strip())) or any(
        (child.tail or "").strip() for child in parent if is_comment(child) or _place(page, child) in _MOVED
    )


def _display(page: Layout, node: ElementNode) -> str:
    """The ``display`` of an element, that of parts of a table as far as its style says it."""
    return page.look(node).inherited.display if is_element(node) else ""


def _place(page: Layout, node: ElementNode) -> str:
    """The group that a node is, by its style or else by its name: a header, a footer, or another."""
    display = _display(page, node)
    return _PLACES.get(node.tag, display) if display == _AS_WRITTEN else display


def rows(page: Layout, table: ElementNode) -> list[Row] | None:
    """The rows of a table.

    None where columns come and go, something else than rows stands in it, or a stylesheet writes words beside
    its cells.
    """
    if any(page.is_written_to(part) for part in table.iter(*_GROUPS, "tr")):
        return None
    found: list[Row] = []
    covered = _Covered(page)
    for child, group in _rows(page, table, table):
        if is_comment(child):
            word = page.word(child)
            if word:
                found.append(Row(word=word))
                covered.hangs_on_data = True
        elif child.tag != "tr":
            return None
        elif not page.is_gone(child):
            if any(not is_element(node) or node.tag not in _CELLS for node in child):
                return None
            reached = covered.enter(child, group)
            cells = tuple(covered.cells(child))
            found.append(
                Row(cells, in_head=group.tag == "thead", in_foot=group.tag == "tfoot", reached=reached)
            )
            if len(covered.rows) > _MOST_COLUMNS:
                return None
    return found


def holds_words(page: Layout, element: ElementNode) -> bool:
    """Whether text stands between rows or cells, where none belongs."""
    return any(
        (child.tail or "").strip() or (child.tag in _GROUPS | {"tr"} and _strays(child))
        for child in ordered(page, element)
    )


def _strays(element: ElementNode) -> bool:
    if (element.text or "").strip():
        return True
    return any((child.tail or "").strip() or (child.tag == "tr" and _strays(child)) for child in element)


def _only(page: Layout, run: list[ElementNode], place: str) -> bool:
    """Whether a run of children shows nothing but row groups of one kind."""
    elements = [node for node in run if is_element(node)]
    return bool(elements) and all(
        _place(page, node) == place and (node is run[-1] or not (node.tail or "").strip())
        for node in elements
    )


def _rows(page: Layout, parent: ElementNode, group: ElementNode) -> Iterator[tuple[ElementNode, ElementNode]]:
    """The rows, and section tags between them, each with the group, or table, that it stands in."""
    for child in ordered(page, parent):
        if child.tag in _GROUPS:
            if not page.is_gone(child):
                yield from _rows(page, child, child)
        elif is_comment(child) or (child.tag != "caption" and not page.is_gone(child)):
            yield child, group


class _Covered:
    """The columns that cells of rows above still cover; none reaches beyond its group of rows.

    A span that data decide of reaches as far as the rows leave room for it, and so does any where
    data decide of rows.
    """

    def __init__(self, page: Layout) -> None:
        self._page = page
        self.rows: list[int] = []  # for how many rows each column is still covered
        self.hangs_on_data = False
        self._group: ElementNode | None = None

    def enter(self, row: ElementNode, group: ElementNode) -> bool:
        """Begin a row; whether a part of it is covered."""
        if group is not self._group:
            self.rows = [0] * len(self.rows)
            self._group = group
        taken = sum(rest > 0 for rest in self.rows)
        if taken and self.hangs_on_data:
            own = sum(_columns(node) for node in row if not self._page.is_gone(node))
            if own + taken > len(self.rows):
                self.rows = [0] * len(self.rows)
                taken = 0
        return taken > 0

    def cells(self, row: ElementNode) -> Iterator[Cell]:
        """The cells of the row, beside those that reach into it."""
        column = 0
        spans: list[tuple[int, int, int]] = []
        for node in row:
            if self._page.is_gone(node):
                continue
            while column < len(self.rows) and self.rows[column] > 0:
                column += 1
            width = _columns(node)
            yield Cell(node, column, column + width)
            spans.append((column, column + width, self._height(node)))
            column += width
        for place, rest in enumerate(self.rows):
            self.rows[place] = max(0, rest - 1)
        for start, end, height in spans:
            self.rows.extend([0] * (end - len(self.rows)))
            self.rows[start:end] = [height - 1] * (end - start)

    def _height(self, cell: ElementNode) -> int:
        """The rows that a cell stands in, all that are left for 0."""
        written = cell.get("rowspan") or ""
        height = integer(written)
        if not self._page.is_fixed(written):
            self.hangs_on_data = True
            return _MOST_ROWS
        if height is None or height < 0:
            return 1
        return min(height or _MOST_ROWS, _MOST_ROWS)


def _columns(cell: ElementNode) -> int:
    return min(max(integer(cell.get("colspan")) or 1, 1), _MOST_COLUMNS)
