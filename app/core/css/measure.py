"""How large a stylesheet is, counted in one pass before anything reads it whole.

The readers of CSS that come after take their time by the square of what is counted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(
    r"""/\*(?:[^*]|\*(?!/))*+(?:\*/)?|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|\\.|[{}()\[\],;@]""",
    re.DOTALL,
)
_OPENING, _CLOSING = frozenset("{(["), frozenset("})]")


@dataclass(frozen=True, slots=True)
class Measure:
    """How many blocks and selectors there are; ``too_deep`` is where brackets lie too deep, -1 if nowhere."""

    rules: int
    selectors: int
    too_deep: int


def measured(css: str, deepest: int) -> Measure:
    """Count the blocks of ``css``, the selectors before them, and how deep brackets lie in each other."""
    rules = selectors = commas = depth = 0
    for match in _PIECE.finditer(css):
        piece = match.group()
        if piece in _OPENING:
            depth += 1
            if depth > deepest:
                return Measure(rules, selectors, match.start())
            if piece == "{":
                rules += 1
                selectors += commas + 1
                commas = 0
        elif piece in _CLOSING:
            depth = max(0, depth - 1)
            commas = 0 if piece == "}" else commas
        elif piece == ",":
            commas += 1
        elif piece == ";":
            commas = 0
    return Measure(rules, selectors, -1)
