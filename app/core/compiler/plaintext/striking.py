"""The marks around what is struck out, ``~~so~~``, and what within it no line goes through.

A line through an element leaves out the inline-blocks, the floats and what is positioned in it: a new price
beside the old one, for one.

Source: CSS Text Decoration 3, section 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.compiler.plaintext.lines import STRUCK, Line, LineKind, Passage

# Noncharacters other than those of a veil; the first stands after an address instead of the second.
_AFTER_ADDRESS, _BEGINS, _ENDS = "\U0001fffe", "\U0001ffff", "\U0002fffe"
_SPARED = re.compile(f"([{_AFTER_ADDRESS}{_BEGINS}])([^{_ENDS}]*){_ENDS}")


def struck(passage: Passage) -> list[Line]:
    """The lines of a passage with a mark at both ends of each, and of what is spared in it."""
    return [
        Line(LineKind.TEXT, _struck(line.text, line.ends_in_address)) if line.kind is LineKind.TEXT else line
        for line in passage.lines
    ]


def spared(lines: Sequence[Line], *, after_address: bool) -> list[Line]:
    """Lines that ``struck`` leaves without a mark; ``after_address`` says what stands before them."""
    opening = _AFTER_ADDRESS if after_address else _BEGINS
    return [
        Line(line.kind, f"{opening}{line.text}{_ENDS}") if line.kind is LineKind.TEXT else line
        for line in lines
    ]


def unstruck(text: str) -> str:
    """A text that no line of an element goes through: what stands for its form, not for its words."""
    return f"{_BEGINS}{text}{_ENDS}" if text else text


def ends_marked(lines: Sequence[Line]) -> bool:
    """Whether a mark stands at the end of lines from ``struck``."""
    return bool(lines) and lines[-1].text.endswith(STRUCK)


def _struck(text: str, ends_in_address: bool) -> str:
    # What is spared comes in threes: what stands before it, the sign that opens it, its text.
    *pieces, last = _SPARED.split(text)
    threes = zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
    written = [_marked(before, opening == _AFTER_ADDRESS) + inside for before, opening, inside in threes]
    return "".join([*written, _marked(last, ends_in_address)])


def _marked(text: str, ends_in_address: bool) -> str:
    words = text.strip()
    if not words:
        return text
    before, after = text.split(words)
    return f"{before}{STRUCK}{words}{' ' if ends_in_address else ''}{STRUCK}{after}"
