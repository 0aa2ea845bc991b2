"""What CSS is made of, as the proof reads it: strings, addresses, brackets, and what is between.

Source: CSS Syntax Level 3, sections 4 and 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# "url", each of its letters as itself or escaped.
_BLANK_AFTER = r"(?:\r\n|[ \t\r\n\f])?"
_URL = "".join(
    rf"(?:\\?{letter}|\\0{{0,4}}(?:{upper}|{lower}){_BLANK_AFTER})"
    for letter, upper, lower in (("u", "55", "75"), ("r", "52", "72"), ("l", "4c", "6c"))
)
_ESCAPE = rf"\\(?:[0-9a-f]{{1,6}}{_BLANK_AFTER}|.|\Z)"
# A string ends with its line; an address without quotes, good or bad, with its bracket. A name that ends with
# "url" is another one, also where what stands before that is an escape.
_PIECE = re.compile(
    rf"""/\*.*?(?:\*/|\Z)|"(?:{_ESCAPE}|[^"\\\n])*+"?|'(?:{_ESCAPE}|[^'\\\n])*+'?"""
    rf"""|(?=[u\\])(?<![\w\x80-\U0010ffff-]){_URL}\((?!\s*["'])(?:\\.|[^)\\])*+\)?"""
    rf"""|\\(?:[0-9a-f]{{1,6}}{_BLANK_AFTER}|.)(?:{_URL}(?=\())?"""
    r"""|[^"'\\/{}();\[\]u]+|.""",
    re.DOTALL | re.IGNORECASE,
)
_IS_ADDRESS = re.compile(rf"{_URL}\(", re.IGNORECASE)
_ADDRESS = re.compile(
    rf"""{_URL}\(\s*(?:\\[^\n]|[^\s"'()\\\x00-\x08\x0e-\x1f\x7f])*+\s*\)?""", re.DOTALL | re.IGNORECASE
)
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

    Source: CSS Syntax Level 3, sections 4.3.5 to 4.3.7 and 5.4.8.
    """
    if (len(css) - len(css.rstrip("\\"))) % 2:  # an escape of nothing: in a string that, else U+FFFD
        css = css[:-1] if _PIECE.findall(css)[-1][:1] in {'"', "'"} else f"{css}fffd"
    whole = _PIECE.findall(css)
    found = pieces(css)
    last = whole[-1] if whole else ""
    said = next((piece for piece in reversed(found) if piece.strip(BLANKS)), "")
    if said[:1] not in {'"', "'", "\\"} or is_closed(said):
        css = css.rstrip(BLANKS)
    if last[:1] in {'"', "'"} and not is_closed(last):
        css += last[0]
    elif last.startswith("/*") and (len(last) < 4 or not last.endswith("*/")):
        css += "*/"
    elif is_address(last) and not last.endswith(")"):
        css += ")"
    ends = closings(found)
    opened = [piece for index, piece in enumerate(found) if piece in _PAIRS and index not in ends]
    return css + "".join(_PAIRS[piece] for piece in reversed(opened))


def is_address(piece: str) -> bool:
    """Whether a piece is ``url(…)`` without quotes, good or bad."""
    return "(" in piece[1:] and _IS_ADDRESS.match(piece) is not None


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
        or (is_address(piece) and not _ADDRESS.fullmatch(piece))
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
        if separator in piece and piece[0] not in "\"'\\" and not is_address(piece):
            first, *others = piece.split(separator)
            part.append(first)
            for other in others:
                yield part
                part = [other]
        else:
            part.append(piece)
        here += 1
    yield part
