r"""Regular expressions of ECMA 262, read by their own grammar and written as Python means the same.

JSON Schema asks for ECMA 262 in Unicode mode (Core, 6.4), and ``re`` would read much of it otherwise:
``{,5}`` and ``a++`` are no quantifiers there, ``.`` stops at four line terminators, ``$`` is the very end,
``\d`` and ``\w`` are ASCII, ``\s`` is not what Python has. So nothing is handed over as it is written: a
pattern becomes a tree, and the tree an expression in which each set of characters is spelt out.

What is left out is refused with what to write instead: back-references, ``\p{…}``, ``\c``, named groups,
flags, empty classes, ``\S`` and ``\D`` in brackets, and whatever Unicode mode does not know.

Source: ECMA-262, 2024, section 22.2.1, with the parameter UnicodeMode.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn, TypeAlias

LAST = 0x10FFFF
MOST_REPEATED = 10_000
"""How often ``{n}`` may repeat; ``re`` knows a limit as well, and nobody counts that far."""

_LONGEST = 2_000
_DEEPEST = 40

Ranges: TypeAlias = tuple[tuple[int, int], ...]


class Chars(NamedTuple):
    """One character out of a set: ranges of code points, in order and apart."""

    ranges: Ranges


class Sequence(NamedTuple):
    """Parts that follow each other."""

    parts: tuple[PatternNode, ...]


class Choice(NamedTuple):
    """One of several branches, tried in order."""

    branches: tuple[PatternNode, ...]


class Repeat(NamedTuple):
    """``body`` from ``least`` to ``most`` times; None is "without end"."""

    body: PatternNode
    least: int
    most: int | None
    lazy: bool


class Lookaround(NamedTuple):
    """What has to stand after this place, or before it if ``behind``; or must not if ``negative``."""

    body: PatternNode
    behind: bool
    negative: bool


class At(NamedTuple):
    r"""A place: ``^``, ``$``, ``\b`` or ``\B``."""

    sign: str


PatternNode: TypeAlias = Chars | Sequence | Choice | Repeat | Lookaround | At

_DIGITS: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES: Ranges = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACES}
_LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
# Until Python 3.14 an empty text has no place that is no border of a word.
_PLACES = {"$": r"\Z", r"\B": r"(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))"}
_INSTEAD = {
    "A": "'^'", "Z": "'$'", "z": "'$'", "S": "what is left out as '[^…]'", "D": "what is left out as '[^…]'",
    "p": "the characters in brackets", "P": "the characters in brackets", "k": "out what it repeats",
}  # fmt: skip
_SYNTAX = "^$\\.*+?()[]{}|/"
_LOOKS = {"(?=": (False, False), "(?!": (False, True), "(?<=": (True, False), "(?<!": (True, True)}


def parsed(pattern: str) -> PatternNode:
    """The tree of a pattern.

    Raises:
        ValueError: it is malformed, outside the subset, or longer or deeper than anyone can read.
    """
    if not isinstance(pattern, str):
        raise ValueError("it is not text")  # noqa: TRY004  as all else that is wrong with a pattern
    if len(pattern) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST:,} characters")
    return _PatternReader(pattern).whole()


def as_python(node: PatternNode) -> str:
    """The expression of ``re`` that finds what the tree of a pattern finds."""
    match node:
        case Chars(ranges):
            return _class(ranges)
        case Sequence(parts):
            return "".join(
                f"(?:{as_python(part)})" if isinstance(part, Choice) else as_python(part) for part in parts
            )
        case Choice(branches):
            return "|".join(map(as_python, branches))
        case Repeat(body, least, most, lazy):
            atom = as_python(body) if isinstance(body, Chars) else f"(?:{as_python(body)})"
            return f"{atom}{{{least},{'' if most is None else most}}}{'?' if lazy else ''}"
        case Lookaround(body, behind, negative):
            return f"(?{'<' if behind else ''}{'!' if negative else '='}{as_python(body)})"
        case At(sign):
            return _PLACES.get(sign, sign)


def complement(ranges: Ranges) -> Ranges:
    """Every code point that is not in ``ranges``."""
    found, start = [], 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, LAST)) if start <= LAST else tuple(found)


def _merged(ranges: list[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _class(ranges: Ranges) -> str:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    negated = bool(ranges) and ranges[-1][1] == LAST
    shown = complement(ranges) if negated else ranges
    if not shown:
        return r"[\x00-\U0010ffff]"
    inner = "".join(_code(low) if low == high else f"{_code(low)}-{_code(high)}" for low, high in shown)
    return f"[{'^' if negated else ''}{inner}]"


def _code(point: int) -> str:
    sign = chr(point)
    return sign if sign.isascii() and sign.isalnum() else rf"\U{point:08x}"


class _PatternReader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._here = 0
        self._depth = 0

    def whole(self) -> PatternNode:
        node = self._choice()
        if self._here < len(self._text):
            self._fail("the ')' closes no group; write '\\)' for the sign itself")
        return node

    def _choice(self) -> PatternNode:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"groups are nested deeper than {_DEEPEST}")
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        self._depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> PatternNode:
        parts: list[PatternNode] = []
        while self._here < len(self._text) and self._text[self._here] not in "|)":
            parts.append(self._quantified(self._term()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _term(self) -> PatternNode:
        sign = self._text[self._here]
        self._here += 1
        if sign in "^$":
            return At(sign)
        if sign == ".":
            return Chars(complement(_LINE_ENDS))
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._brackets()
        if sign == "\\":
            return self._escape()
        if sign in "*+?":
            self._fail(f"the '{sign}' repeats nothing; write '\\{sign}' for the sign itself")
        if sign in "{}]":
            self._fail(
                f"the '{sign}' stands alone; write '\\{sign}' for the sign itself, and '{{0,5}}' for '{{,5}}'"
            )
        return Chars(((ord(sign), ord(sign)),))

    def _group(self) -> PatternNode:
        look = next((sign for sign in _LOOKS if self._text.startswith(sign, self._here - 1)), "")
        if look:
            self._here += len(look) - 1
        elif self._text.startswith("?:", self._here):
            self._here += 2
        elif self._text.startswith("?", self._here):
            written = self._text[self._here - 1 : self._here + 2]
            self._fail(f"'{written}' is not supported; write '(…)' without a name or a flag")
        body = self._choice()
        if not self._take(")"):
            self._fail("a group is not closed; write '\\(' for the sign itself")
        if look:
            return Lookaround(body, *_LOOKS[look])
        return (
            Sequence((body,)) if isinstance(body, At | Lookaround) else body
        )  # in a group, it can be repeated

    def _quantified(self, node: PatternNode) -> PatternNode:
        bounds = self._bounds()
        if bounds is None:
            return node
        if isinstance(node, At | Lookaround):
            self._fail("a place such as '^', '\\b' or '(?=…)' cannot be repeated")
        least, most = bounds
        if most is not None and most < least:
            self._fail(f"the bounds of '{{{least},{most}}}' are out of order")
        if max(least, most or 0) > MOST_REPEATED:
            self._fail(
                f"nothing may be repeated more than {MOST_REPEATED:,} times; bound a length by maxLength"
            )
        return Repeat(node, least, most, self._take("?"))

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        match = re.compile(r"\{([0-9]{1,9})(?:(,)([0-9]{0,9}))?\}").match(self._text, self._here)
        if match is None:
            return None
        self._here = match.end()
        least = int(match[1])
        return (least, int(match[3]) if match[3] else None) if match[2] else (least, least)

    def _escape(self) -> PatternNode:
        letter = self._next()
        if letter in "bB":
            return At(f"\\{letter}")
        if letter.lower() in _CLASSES:
            ranges = _CLASSES[letter.lower()]
            return Chars(ranges if letter.islower() else complement(ranges))
        if letter in "123456789":
            self._fail(f"the back-reference '\\{letter}' is not supported; write out what it repeats")
        point = self._point(letter, _SYNTAX)
        return Chars(((point, point),))

    def _point(self, letter: str, itself: str) -> int:
        """The character that an escape stands for, of which ``letter`` has just been read."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in itself:
            return ord(letter)
        if letter == "0" and not self._text[self._here : self._here + 1].isdigit():
            return 0
        if letter == "x":
            return self._hexadecimal(r"([0-9A-Fa-f]{2})")
        if letter == "u" and self._text.startswith("{", self._here):
            return self._hexadecimal(r"\{0*([0-9A-Fa-f]{1,6})\}")
        if letter == "u":
            high = self._hexadecimal(r"([0-9A-Fa-f]{4})")
            low = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})").match(self._text, self._here)
            if not 0xD800 <= high <= 0xDBFF or low is None:
                return high
            self._here = low.end()
            return 0x10000 + ((high - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        instead = _INSTEAD.get(letter, f"'{letter}' for the sign itself")
        raise ValueError(f"'\\{letter}' is not supported here; write {instead}")

    def _hexadecimal(self, form: str) -> int:
        match = re.compile(form).match(self._text, self._here)
        if match is None or int(match[1], 16) > LAST:
            self._fail("'\\x' takes two hexadecimal digits, '\\u' four, or some in braces")
        self._here = match.end()
        return int(match[1], 16)

    def _brackets(self) -> PatternNode:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            first = self._member()
            is_range = self._text.startswith("-", self._here) and not self._text.startswith("-]", self._here)
            if not is_range:
                ranges += first
                continue
            self._here += 1
            last = self._member()
            if len(first) > 1 or len(last) > 1 or first[0][0] != first[0][1] or last[0][0] != last[0][1]:
                self._fail(
                    "a range in brackets is from one character to another; write '\\-' for the sign itself"
                )
            if last[0][0] < first[0][0]:
                self._fail("a range in brackets is out of order")
            ranges.append((first[0][0], last[0][0]))
        if not ranges:
            self._fail("an empty class is not supported")
        merged = _merged(ranges)
        if negated and not complement(merged):
            self._fail("a class that excludes everything is not supported")
        return Chars(complement(merged) if negated else merged)

    def _member(self) -> Ranges:
        sign = self._next("brackets are not closed; write '\\[' for the sign itself")
        if sign != "\\":
            return ((ord(sign), ord(sign)),)
        letter = self._next()
        if letter in "dws":
            return _CLASSES[letter]
        if letter == "W":
            return complement(_WORD)
        point = 0x08 if letter == "b" else self._point(letter, _SYNTAX + "-")
        return ((point, point),)

    def _take(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._here)
        self._here += len(sign) if found else 0
        return found

    def _next(self, otherwise: str = "it ends with a '\\'") -> str:
        if self._here >= len(self._text):
            self._fail(otherwise)
        self._here += 1
        return self._text[self._here - 1]

    def _fail(self, reason: str) -> NoReturn:
        raise ValueError(reason)
