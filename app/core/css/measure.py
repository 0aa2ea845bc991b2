"""How large a stylesheet is, counted in one pass before anything reads it whole.

The readers of CSS that come after take their time by the square of what is counted here, or hold an object
for each piece of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.core.css.escapes import ADDRESS_OPENS

_ESCAPE = r"\\(?:[0-9a-f]{1,6}(?:\r\n|[ \t\r\n\f])?|.)"
_STRING = rf"""/\*(?:[^*]|\*(?!/))*+(?:\*/)?|"(?:[^"\\\n]|{_ESCAPE})*+"?|'(?:[^'\\\n]|{_ESCAPE})*+'?"""
_LETTER = r"[\w\x80-\U0010ffff-]"
_PIECE = re.compile(_STRING + r"|\\.|[{}()\[\],;@]", re.DOTALL | re.IGNORECASE)
_TOKEN = re.compile(
    rf"{_STRING}|(?P<address>{ADDRESS_OPENS}(?:\\.|[^)\\])*+\)?)"
    rf"|{_ESCAPE}{_LETTER}*+|\.?(?:%|{_LETTER})++|[^\s\w%-]",
    re.DOTALL | re.IGNORECASE,
)
_AT_KEYWORD = re.compile(r"@(?:--|-?(?:[a-z_]|[^\x00-\x7f]|\\[^\n\r\f]))", re.IGNORECASE)  # else a mere sign
_PAIRS = {"{": "}", "(": ")", "[": "]"}
_SIGNS_OF_HTML = ("<!--", "-->")
_OPENING, _CLOSING = frozenset("{(["), frozenset("})]")


@dataclass(frozen=True, slots=True)
class Measure:
    """How many blocks there are, and selectors, those of nested rules written out.

    ``too_deep`` is where brackets lie too deep, -1 if nowhere.
    """

    rules: int
    selectors: int
    too_deep: int


def measured(css: str, deepest: int) -> Measure:
    """Count the blocks of ``css``, the selectors before them, and how deep brackets lie in each other.

    A rule within a rule has its own selectors for each of the outer one's (CSS Nesting).
    """
    rules = selectors = commas = depth = 0
    at_rule = False
    around: list[int] = []  # how many selectors each open block stands for; 0 for a bracket
    for match in _PIECE.finditer(css):
        piece = match.group()
        if piece in _OPENING:
            depth += 1
            if depth > deepest:
                return Measure(rules, selectors, match.start())
            if piece == "{":
                rules += 1
                outer = next((count for count in reversed(around) if count), 1)
                around.append(outer if at_rule else outer * (commas + 1))
                selectors += commas + 1 if at_rule else around[-1]
                commas, at_rule = 0, False
            else:
                around.append(0)
        elif piece in _CLOSING:
            depth = max(0, depth - 1)
            if around:
                around.pop()
            if piece == "}":
                commas, at_rule = 0, False
        elif piece == ",":
            commas += 1
        elif piece == ";":
            commas, at_rule = 0, False
        elif piece == "@":
            at_rule = True
    return Measure(rules, selectors, -1)


def token_count(css: str) -> int:
    """How many words, numbers and signs ``css`` has; a string, an address or a comment counts as one."""
    return sum(1 for _ in _TOKEN.finditer(css))


def never_ends(css: str) -> bool:
    """Whether declarations end within a string, a comment, an address or a bracket: none can follow."""
    return bool(_opened(css)) or css.endswith("\\")


def left_open(css: str) -> list[int]:
    """Where each string, comment, address and bracket begins that is still open at the end."""
    return [start for _, start in _opened(css)]


def missing_end(css: str) -> str:
    """What closes them."""
    return "".join(end for end, _ in reversed(_opened(css)))


@lru_cache(maxsize=128)
def completion(css: str) -> str:
    """What has to follow a whole stylesheet so that nothing that comes after it becomes a part of it.

    It closes what is open, and ends what has begun: a selector with a block, an at-rule with a semicolon.

    Source: CSS Syntax Level 3, sections 5.4.1 to 5.4.3: the end of a stylesheet ends all of these.
    """
    escape = "\n" if (len(css) - len(css.rstrip("\\"))) % 2 else ""  # lest it takes the next character along
    css += escape
    walk = _walked(css)
    return escape + missing_end(css) + ("" if walk.is_in_block else walk.ends)


def nestable(css: str) -> str:
    """A whole stylesheet, at equal length, that means the same in the block of an at-rule.

    There a ``}`` that closes nothing would end the block, and signs of HTML's comments between rules, which a
    stylesheet may have, would be a part of what follows.

    Source: CSS Syntax Level 3, sections 5.4.1 and 5.5.3.
    """
    if not ("}" in css or any(sign in css for sign in _SIGNS_OF_HTML)):
        return css
    written = list(css)
    walk = _walked(css)
    for start, sign in walk.signs:
        written[start : start + len(sign)] = " " * len(sign)
    for start in walk.strays:
        written[start] = ")"  # as wrong where it stands, and no end of anything
    return "".join(written)


@dataclass(frozen=True, slots=True)
class _Walk:
    """A whole stylesheet, gone through rule by rule.

    ``signs`` are those of HTML's comments between rules, ``strays`` each ``}`` that closes nothing. ``ends``
    is what would end the rule that has begun, "" where none has; ``is_in_block`` says that its block has.
    """

    signs: tuple[tuple[int, str], ...]
    strays: tuple[int, ...]
    ends: str
    is_in_block: bool


def _walked(css: str) -> _Walk:
    signs: list[tuple[int, str]] = []
    strays: list[int] = []
    opened: list[str] = []
    ends = ""
    here = 0
    while match := _TOKEN.search(css, here):
        piece, start, here = match.group(), match.start(), match.end()
        if piece.startswith("/*"):
            continue
        sign = "" if ends else next((each for each in _SIGNS_OF_HTML if css.startswith(each, start)), "")
        if sign:
            signs.append((start, sign))
            here = start + len(sign)
            continue
        ends = ends or (";" if _AT_KEYWORD.match(css, start) else "{}")
        if piece in _PAIRS:
            opened.append(piece)
        elif opened and piece == _PAIRS[opened[-1]]:
            ends = "" if opened.pop() == "{" and not opened else ends
        elif piece == "}" and not opened:
            strays.append(start)
        elif piece == ends == ";" and not opened:
            ends = ""
    return _Walk(tuple(signs), tuple(strays), ends, opened[:1] == ["{"])


def _opened(css: str) -> list[tuple[str, int]]:
    """What would close each of them, and where it begins."""
    opened: list[tuple[str, int]] = []
    for match in _TOKEN.finditer(css):
        piece = match.group()
        if piece.startswith("/*"):
            if len(piece) < 4 or not piece.endswith("*/"):
                opened.append(("*/", match.start()))
        elif piece[0] in "\"'":
            if match.end() == len(css) and (len(piece) == 1 or piece[-1] != piece[0]):
                opened.append((piece[0], match.start()))
        elif match["address"]:
            if not piece.endswith(")"):
                opened.append((")", match.start()))
        elif piece in _PAIRS:
            opened.append((_PAIRS[piece], match.start()))
        elif opened and piece == opened[-1][0]:
            opened.pop()
    return opened
