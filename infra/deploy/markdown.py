"""Markdown in which no value can hide or forge anything, and its parts where a place takes only so much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from infra.deploy.values import visible

COMMENT: Final = 65_536
"""Characters that a comment of GitHub's holds."""
SUMMARY: Final = 1_048_576
"""Bytes that the summary of one step holds (1 MiB)."""
_ROOM: Final = 200
"""For the heading of a part and the end of a fence that is cut through."""


def code(text: str) -> str:
    """``text`` as code in a line: what is invisible or not ASCII is escaped; no backtick ends it early."""
    seen = visible(text)
    longest = max(map(len, re.findall("`+", seen)), default=0)
    fence = "`" * (longest + 1)
    space = " " if not seen or seen[0] in "` " or seen[-1] in "` " else ""
    return f"{fence}{space}{seen}{space}{fence}"


def fenced(lines: Iterable[str], language: str = "diff") -> list[str]:
    """``lines`` as a block of code that none of them can end."""
    block = list(lines)
    longest = max((len(run) for line in block for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *block, fence, ""]


def parts(text: str, most: int = COMMENT) -> list[str]:
    """``text`` in parts of at most ``most`` bytes each, numbered when there is more than one.

    A block of code that goes on is closed and opened again; a line that is longer than a part goes on in the
    next after "(the line goes on)". Nothing is left out: without the numbers and these marks the parts are
    the text.

    Raises:
        ValueError: ``most`` leaves no room.
    """
    if len(text.encode()) <= most:
        return [text]
    if most < 10 * _ROOM:
        raise ValueError(f"A part holds at least {10 * _ROOM} bytes, not {most}.")
    bodies = list(_bodies(text, most - _ROOM))
    return [f"*Part {number} of {len(bodies)}*\n\n{body}" for number, body in enumerate(bodies, 1)]


def _bodies(text: str, most: int) -> Iterator[str]:
    part: list[str] = []
    size, fence = 0, ""
    for line in (piece for whole in text.splitlines() for piece in _pieces(whole, most // 2)):
        length = len(line.encode()) + 1
        if part and size + length + len(fence) > most:
            yield "\n".join([*part, *([_closing(fence)] if fence else []), ""])
            part = [fence] if fence else []
            size = len(fence) + 1
        part.append(line)
        size += length
        run = re.match("`{3,}", line)
        if run and not fence:
            fence = line
        elif run and line == run[0] and len(line) >= len(_closing(fence)):
            fence = ""
    yield "\n".join([*part, ""])


def _closing(fence: str) -> str:
    return fence.rstrip("abcdefghijklmnopqrstuvwxyz")


def _pieces(line: str, most: int) -> Iterator[str]:
    """A long line in pieces; each but the first says that it goes on, under the sign of the first."""
    if len(line.encode()) <= most:
        yield line
        return
    letters = most // 4
    yield line[:letters]
    sign = line[0] if line[0] in "+-" else " "
    for start in range(letters, len(line), letters):
        yield f"{sign} (the line goes on) {line[start : start + letters]}"
