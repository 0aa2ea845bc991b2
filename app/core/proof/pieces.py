"""What CSS is made of, as the proof reads it: strings, addresses, brackets, and what is between.

Source: CSS Syntax Level 3, sections 4 and 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# A string ends with its line; an address without quotes, good or bad, with its bracket.
_PIECE = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:\\(?:.|\Z)|[^"\\\n])*+"?|'(?:\\(?:.|\Z)|[^'\\\n])*+'?"""
    r"""|\\(?:[0-9a-f]{1,6}(?:\r\n|[ \t\r\n\f])?|.)|url\((?!\s*["'])(?:\\.|[^)\\])*+\)?"""
    r"""|[^"'\\/{}();\[\]u]+|.""",
    re.DOTALL | re.IGNORECASE,
)
_ADDRESS = re.compile(r"""url\(\s*(?:\\.|[^\s"'()\\])*+\s*\)?""", re.DOTALL | re.IGNORECASE)
_PAIRS = {"{": "}", "(": ")", "[": "]"}
BLANKS = " \t\r\n\f"
"""The blanks of CSS, which are fewer than those of ``str.strip``: a no-break space is a letter."""

COMMENT = "\x1f"
"""What stands for a comment: a blank to Python, and to patterns, and nothing in CSS."""


def pieces(css: str) -> list[str]:
    """Strings, addresses, brackets and what is between; comments are blanks, known by their kind."""
    return [COMMENT if piece.startswith("/*") else piece for piece in _PIECE.findall(css)]


def closed(css: str) -> str:
    """``css`` with an end for each string, address and bracket that ends with the stylesheet alone.

    Blanks before that end say nothing, unless they are escaped or one of them breaks a string.

    Source: CSS Syntax Level 3, sections 4.3.5, 4.3.6 and 5.4.8.
    """
    found = pieces(css)
    last = found[-1] if found else ""
    said = next((piece for piece in reversed(found) if piece.strip(BLANKS)), "")
    if said[:1] not in {'"', "'", "\\"} or is_closed(said):
        css = css.rstrip(BLANKS)
    if last[:1] in {'"', "'"} and not is_closed(last):
        css += last[0]
    elif last[:4].lower() == "url(" and not last.endswith(")"):
        css += ")"
    ends = closings(found)
    opened = [piece for index, piece in enumerate(found) if piece in _PAIRS and index not in ends]
    return css + "".join(_PAIRS[piece] for piece in reversed(opened))


def closings(found: list[str]) -> dict[int, int]:
    """The index of the piece that closes each bracket that is closed, by that of the one that opens it."""
    ends: dict[int, int] = {}
    open_ones: list[int] = []
    for index, piece in enumerate(found):
        if piece in _PAIRS:
            open_ones.append(index)
        elif open_ones and piece == _PAIRS[found[open_ones[-1]]]:
            ends[open_ones.pop()] = index
    return ends


def is_broken(found: list[str]) -> bool:
    """Whether there is a string that ends with its line, a bad address, or a bracket that closes nothing.

    Source: CSS Syntax Level 3, section 8.1: no declaration has a value with one of these.
    """
    ends = set(closings(found).values())
    return any(
        (piece[:1] in {'"', "'"} and not is_closed(piece) and index + 1 < len(found))
        or (piece[:4].lower() == "url(" and not _ADDRESS.fullmatch(piece))
        or (piece in {")", "]", "}"} and index not in ends)
        for index, piece in enumerate(found)
    )


def is_closed(string: str) -> bool:
    """Whether a piece that begins with a quote ends with it."""
    backslashes = len(string[:-1]) - len(string[:-1].rstrip("\\"))
    return len(string) > 1 and string[-1] == string[0] and backslashes % 2 == 0


def split(found: list[str], separator: str) -> Iterator[list[str]]:
    """The pieces between separators that no bracket holds."""
    ends = closings(found)
    part: list[str] = []
    here = 0
    while here < len(found):
        piece = found[here]
        if piece in _PAIRS:
            end = ends.get(here, len(found)) + 1
            part += found[here:end]
            here = end
            continue
        if separator in piece and piece[0] not in "\"'\\" and not piece.lower().startswith("url("):
            first, *others = piece.split(separator)
            part.append(first)
            for other in others:
                yield part
                part = [other]
        else:
            part.append(piece)
        here += 1
    yield part
