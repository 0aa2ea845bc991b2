"""What the data say that a property takes, held against plain words: names, numbers, colours, commas.

It shares no code with the compiler's own reader of that language. Where something cannot be said, as of a
type without data, it is taken.

Source: CSS Values and Units Level 4, section 2 (value definition syntax).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

from app.core.css.data import PROPERTIES, SYNTAXES

Ends: TypeAlias = Callable[[Sequence[str], int], frozenset[int]]
"""Where a part of a value can end that begins at some word; nowhere, where it cannot stand there."""

_PART = re.compile(
    r"\s*(<'[\w-]+'>|<[\w()-]+(?:\s*\[[^\]]*\])?>|\|\||&&|[|\[\]()]|[?*+#!]|\{[\d,]+\}|'[^']*'|@?-?[\w-]+\(?|\S)"
)
_EXCLUDED = re.compile(r"\[\s*not\s([^\]]*)\]")
_RANGE = re.compile(r"\[\s*([^,\s]+)\s*,\s*([^,\s]+?)\s*\]")
_NUMBER = r"([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)"
_QUANTITY = re.compile(rf"{_NUMBER}(%|[a-z]*)")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_OF_ALL = frozenset({"inherit", "initial", "unset", "revert", "revert-layer", "default"})
_GENERIC = frozenset({"serif", "sans-serif", "cursive", "fantasy", "monospace", "system-ui", "math"})
_UNITS = {
    "length": tuple(
        re.findall(
            r"\w+",
            "px pt pc in cm mm q em rem ex ch cap ic lh rlh vw vh vi vb vmin vmax svw svh lvw lvh dvw dvh "
            "cqw cqh cqi cqb cqmin cqmax",
        )
    ),
    "angle": ("deg", "grad", "rad", "turn"),
    "time": ("s", "ms"),
    "frequency": ("hz", "khz"),
    "resolution": ("dpi", "dpcm", "dppx", "x"),
    "flex": ("fr",),
}
_NO_PLAIN_WORDS = frozenset({"string", "opentype-tag", "url", "dashed-ident", "custom-property-name"})
_NAMES = frozenset({"custom-ident", "ident"})
_MOST_TIMES = 99


def takes(name: str, words: Sequence[str]) -> bool:
    """Whether a property of the data may take these words, in lower case."""
    return len(words) in _of_property(name)(words, 0)


def is_plain(word: str) -> bool:
    """Whether a word is one of a kind that is known here, and one token."""
    return word in {",", "/"} or any(
        kind.fullmatch(word) for kind in (_QUANTITY, _NAME, re.compile(r"#[\w-]+"))
    )


@lru_cache(maxsize=1024)
def _of_property(name: str) -> Ends:
    return _PropertySyntax(PROPERTIES[name]).whole()


@lru_cache(maxsize=1024)
def _of_type(name: str, least: float, most: float, excluded: frozenset[str] = frozenset()) -> Ends:
    if name.startswith("'"):
        other = name.strip("'")
        return _later(lambda: _of_property(other)) if other in PROPERTIES else _one(lambda _: True)
    if name.endswith("()") and name in SYNTAXES:
        return _nowhere
    if name in _NAMES:
        barred = excluded if name == "ident" else excluded | _OF_ALL
        return _one(lambda word: bool(_NAME.fullmatch(word)) and word not in barred)
    if name == "family-name":
        return _family
    if name in _NO_PLAIN_WORDS:
        return _nowhere
    if name == "hex-color":
        return _one(lambda word: _COLOUR.fullmatch(word) is not None)
    if name in {"percentage", "number", "integer", "zero", *_UNITS}:
        return _one(lambda word: _is_quantity(word, name, least, most))
    if name in SYNTAXES:
        return _later(lambda: _PropertySyntax(SYNTAXES[name], (least, most)).whole())
    return _one(lambda _: True)


def _is_quantity(word: str, name: str, least: float, most: float) -> bool:
    match = _QUANTITY.fullmatch(word)
    if match is None or not least <= float(match[1]) <= most:
        return False
    number, unit = match[1], match[2]
    if name == "percentage":
        return unit == "%"
    if not unit and float(number) == 0 and name in {"length", "zero"}:
        return True
    if name in _UNITS:
        return unit in _UNITS[name]
    return not unit and name != "zero" and (name == "number" or not set(".e") & set(number))


def _nowhere(_words: Sequence[str], _here: int) -> frozenset[int]:
    return frozenset()


def _one(fits: Callable[[str], bool]) -> Ends:
    return lambda words, here: frozenset({here + 1} if here < len(words) and fits(words[here]) else ())


def _family(words: Sequence[str], here: int) -> frozenset[int]:
    last = here
    while last < len(words) and _NAME.fullmatch(words[last]):
        last += 1
    if last > here and words[here] in _GENERIC:  # no longer name begins with it
        return frozenset({here + 1})
    found = set(range(here + 1, last + 1))
    return frozenset(found - {here + 1} if last > here and words[here] in _OF_ALL else found)


def _later(make: Callable[[], Ends]) -> Ends:
    """What is read when it is first asked for: a syntax may speak of itself."""
    made: list[Ends] = []

    def ends(words: Sequence[str], here: int) -> frozenset[int]:
        if here >= len(words):
            here = len(words)
        if not made:
            made.append(make())
        return made[0](words, here)

    return ends


def _in_turn(parts: Sequence[Ends]) -> Ends:
    def ends(words: Sequence[str], here: int) -> frozenset[int]:
        reached = frozenset({here})
        for part in parts:
            reached = frozenset(end for start in reached for end in part(words, start))
        return reached

    return ends


def _either(parts: Sequence[Ends]) -> Ends:
    return lambda words, here: frozenset(end for part in parts for end in part(words, here))


def _in_any_turn(parts: Sequence[Ends], *, every: bool) -> Ends:
    """All of them, or of some at least one, in whatever order."""

    def ends(
        words: Sequence[str], here: int, left: tuple[int, ...] = tuple(range(len(parts)))
    ) -> frozenset[int]:
        found: set[int] = set()
        for number in left:
            others = tuple(other for other in left if other != number)
            for end in parts[number](words, here):
                if not others or not every:
                    found.add(end)
                if others and (end > here or every):
                    found |= ends(words, end, others)
        return frozenset(found)

    return ends


def _times(part: Ends, least: int, most: int, *, commas: bool) -> Ends:
    def ends(words: Sequence[str], here: int) -> frozenset[int]:
        found = {here} if least == 0 else set[int]()
        reached = {here}
        for count in range(1, min(most, max(least, len(words) - here)) + 1):
            if count > 1 and commas:
                reached = {start + 1 for start in reached if words[start : start + 1] == [","]}
            reached = {end for start in reached for end in part(words, start)}
            if count >= least:
                found |= reached
        return frozenset(found)

    return ends


class _PropertySyntax:
    """Reads one syntax; ``bounds`` are those of its numbers where the syntax that names it has some."""

    def __init__(self, syntax: str, bounds: tuple[float, float] = (float("-inf"), float("inf"))) -> None:
        self._parts = _PART.findall(syntax)
        self._bounds = bounds
        self._here = 0

    def whole(self) -> Ends:
        """All of it."""
        return self._joined("|")

    def _next(self) -> str:
        return self._parts[self._here] if self._here < len(self._parts) else ""

    def _joined(self, sign: str) -> Ends:
        tighter = {"|": "||", "||": "&&", "&&": ""}

        def read() -> Ends:
            return self._joined(tighter[sign]) if sign else self._single()

        found = [read()]
        while self._next() == sign if sign else self._next() not in {"", "|", "||", "&&", "]", ")"}:
            self._here += bool(sign)
            found.append(read())
        if len(found) == 1:
            return found[0]
        if not sign:
            return _in_turn(found)
        return _either(found) if sign == "|" else _in_any_turn(found, every=sign == "&&")

    def _single(self) -> Ends:
        part = self._next()
        self._here += 1
        if part == "[":
            found = self._joined("|")
            self._here += 1
        elif part.endswith("(") and part != "(":
            self._joined("|")  # of a function, which no plain word is
            self._here += 1
            found = _nowhere
        elif part[0] == "<":
            found = self._type(part[1:-1])
        elif part in {",", "','"}:  # what is left out takes its comma along
            found = _either([_one(lambda word: word == ","), lambda _, here: frozenset({here})])
        else:
            said = part.strip("'").lower()
            found = _one(lambda word: word == said)
        return self._repeated(found)

    def _type(self, named: str) -> Ends:
        match = _RANGE.search(named)
        least, most = self._bounds
        if match:
            least, most = (
                float(re.sub(r"(?<=\d)[a-z]+$", "", each.replace("∞", "inf"))) for each in match.groups()
            )
        barred = _EXCLUDED.search(named)
        excluded = frozenset(barred[1].split()) if barred else frozenset[str]()
        return _of_type(named.partition("[")[0].strip(), least, most, excluded)

    def _repeated(self, found: Ends) -> Ends:
        commas = False
        while self._next()[:1] in {"?", "*", "+", "#", "{", "!"} and self._next():
            sign = self._next()
            self._here += 1
            if sign == "#":
                commas = True
                if self._next()[:1] == "{":
                    continue
            if sign == "!":  # that something has to be there refuses little
                continue
            if sign[0] == "{":
                first, comma, last = sign[1:-1].partition(",")
                least, most = int(first), int(last) if last else _MOST_TIMES if comma else int(first)
            else:
                least, most = {
                    "?": (0, 1),
                    "*": (0, _MOST_TIMES),
                    "+": (1, _MOST_TIMES),
                    "#": (1, _MOST_TIMES),
                }[sign]
            found = _times(found, least, most, commas=commas)
            commas = False
        return found
