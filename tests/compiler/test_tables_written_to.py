"""What stylesheets write into tables, between or beside their cells, is in the text part."""

from __future__ import annotations

import pytest

from tests.compiler.conftest import Compile

ROWS = "<table><tr><td>A<td>1</tr><tr><td>B<td>2</tr></table>"
CASES = [
    (
        "<style>table::before { content: 'a' } table::after { content: 'c' }</style><table><tr><td>b</table>",
        "a\nb\n\nc",
    ),
    (f"<style>table::after {{ content: 'x' }}</style>{ROWS}", "A:  1\nB:  2\nx"),
    # Into rows, which no label can stand for then.
    (f"<style>tr::before {{ content: 'x' }}</style>{ROWS}", "x\nA\n1\n\nx\nB\n2"),
    (f"<style>tr + tr::after {{ content: 'x' }}</style>{ROWS}", "A\n1\n\nB\n2\nx"),
    (
        f"<style>tbody::before {{ content: 'x' }} tbody::after {{ content: 'y' }}</style>{ROWS}",
        "x\nA\n1\n\nB\n2\n\ny",
    ),
    # What shows no word leaves the table as it is.
    (
        f"<style>tr::before {{ content: '' }} tbody::before {{ content: 'x'; display: none }}</style>{ROWS}",
        "A:  1\nB:  2",
    ),
]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_the_text_has_what_is_written_into_a_table(compiled: Compile, html: str, expected: str) -> None:
    assert compiled(f"<body>{html}</body>").compiled.text == f"{expected}\n"
