"""The tables of the few commands that list: a module of its own, since all others need not load it."""

from __future__ import annotations

from typing import Any

from rich import table as rich_table

from app.commands.output import one_line


class Table(rich_table.Table):
    """A table of texts, each in its cell."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        """As rich's; no cell breaks its line."""
        super().add_row(*(one_line(cell) for cell in cells), **options)
