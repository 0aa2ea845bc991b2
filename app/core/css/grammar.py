"""The language in which CSS says what values a property takes, read into a tree.

``[ <length> | <percentage> ]{1,4} && inset?`` becomes nested ``Term``s. What a name stands for is in the data
(``css.data``); a name without data is a basic type, which ``values`` knows.

``<custom-ident [not none]>`` is in the data for what the specifications say in words: which names would be
taken for keywords.

Source: CSS Values and Units Level 4, section 2 (value definition syntax).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property, lru_cache

from app.core.css.data import PROPERTIES, SYNTAXES
from app.core.css.data.unshared import UNSHARED

_PIECE = re.compile(
    r"\s*(?:<'(?P<property>[\w-]+)'>|<(?P<name>[\w-]+(?:\(\))?)(?:\s*\[(?P<range>[^\]]*)\])?>"
    r"|(?P<operator>\|\||&&|[|\[\]])|(?P<times>[?*+#!]|\{\d+(?:,\d*)?\})"
    r"|(?P<function>-?[\w-]+)\(|(?P<keyword>@?-?[\w-]+)|'(?P<quoted>[^']*)'|(?P<literal>\S))"
)
_UNBOUNDED = (float("-inf"), float("inf"))
MANY = 10_000
"""More often than any value repeats anything."""


class TermKind(Enum):
    """What a term asks for."""

    KEYWORD = auto()
    LITERAL = auto()
    TYPE = auto()
    FUNCTION = auto()
    SEQUENCE = auto()  # all, in order
    ALL = auto()  # all, in any order
    ANY = auto()  # one or more, in any order
    ONE = auto()  # exactly one


@dataclass(frozen=True)
class Term:
    """One part of a syntax, and how often it may stand: ``least`` to ``most`` times, with commas between.

    ``text`` is the keyword, the literal, or the name of the type or function. ``bounds`` are those of a
    number, ``excluded`` what is no name there. One that is ``required`` has to match something, though all
    its parts may be missing.
    """

    kind: TermKind
    text: str = ""
    parts: tuple[Term, ...] = ()
    least: int = 1
    most: int = 1
    commas: bool = False
    required: bool = False
    bounds: tuple[float, float] = (float("-inf"), float("inf"))
    excluded: frozenset[str] = frozenset()

    @cached_property
    def keywords(self) -> frozenset[str]:
        """The keywords among alternatives: of colours alone there are a hundred and fifty."""
        return frozenset(part.text for part in self.parts if part.is_keyword)

    @cached_property
    def others(self) -> tuple[Term, ...]:
        """The alternatives that are more than a keyword."""
        return tuple(part for part in self.parts if not part.is_keyword)

    @property
    def is_keyword(self) -> bool:
        """Whether it is one keyword, once."""
        return self.kind is TermKind.KEYWORD and (self.least, self.most) == (1, 1)


@lru_cache(maxsize=1024)
def property_syntax(name: str) -> Term | None:
    """What values a property takes; None for a property without data."""
    return read_syntax(PROPERTIES[name]) if name in PROPERTIES else None


@lru_cache(maxsize=1024)
def named_syntax(name: str) -> Term | None:
    """What a type or a function (``rgb()``) stands for; None for a basic type."""
    try:
        return read_syntax(SYNTAXES[name]) if name in SYNTAXES else None
    except ValueError:  # some conditions of at-rules, which no value refers to, have brackets of their own
        return None


@lru_cache(maxsize=1024)
def shared_syntax(name: str) -> Term | None:
    """What values of a property every browser takes; None where those are all that the property takes."""
    whole = property_syntax(name)
    part = _without(whole, UNSHARED.get(name, frozenset()), frozenset()) if whole else None
    return None if part is whole else part


def _without(term: Term, unshared: frozenset[str], around: frozenset[str]) -> Term | None:
    """``term`` without some keywords and types, itself where it has none of them; None if nothing is left.

    ``around`` are the names of the types that it stands in, some of which speak of themselves.
    """
    if term.kind is TermKind.KEYWORD:
        return None if term.text in unshared else term
    if term.kind is TermKind.TYPE:
        if f"<{term.text}>" in unshared:
            return None
        other = shared_syntax(term.text[1:]) if term.text.startswith("'") else None
        if other is None and unshared and term.text not in around:
            whole = named_syntax(term.text)
            other = _without(whole, unshared, around | {term.text}) if whole else whole
            if other is whole:
                return term
        return replace(term, kind=TermKind.SEQUENCE, text="", parts=(other,)) if other else term
    parts = [_without(part, unshared, around) for part in term.parts]
    if all(part is old for part, old in zip(parts, term.parts, strict=True)):
        return term
    left = tuple(filter(None, parts))
    if not left or (term.kind in {TermKind.ALL, TermKind.SEQUENCE} and len(left) < len(parts)):
        return None
    return replace(term, parts=left)


def read_syntax(text: str) -> Term:
    """The tree of one syntax.

    Raises:
        ValueError: it is not in the language.
    """
    pieces: list[re.Match[str]] = []
    here = 0
    stripped = text.rstrip()
    while here < len(stripped):
        match = _PIECE.match(stripped, here)
        if match is None:
            raise ValueError(text)
        pieces.append(match)
        here = match.end()
    reader = _SyntaxReader(pieces)
    term = reader.alternatives()
    if reader.here < len(pieces):
        raise ValueError(text)
    return term


class _SyntaxReader:
    """Operators from the loosest to the tightest: ``|``, ``||``, ``&&``, juxtaposition."""

    def __init__(self, pieces: list[re.Match[str]]) -> None:
        self._pieces = pieces
        self.here = 0

    def alternatives(self, level: int = 0) -> Term:
        """Everything up to a closing bracket, or the end."""
        operator, kind = (("|", TermKind.ONE), ("||", TermKind.ANY), ("&&", TermKind.ALL))[level]
        parts = [self._tighter(level)]
        while self._operator() == operator:
            self.here += 1
            parts.append(self._tighter(level))
        return parts[0] if len(parts) == 1 else Term(kind, parts=tuple(parts))

    def _tighter(self, level: int) -> Term:
        return self.alternatives(level + 1) if level < 2 else self._sequence()

    def _sequence(self) -> Term:
        parts = []
        while self.here < len(self._pieces):
            if self._operator() in {"|", "||", "&&", "]"} or self._literal() == ")":
                break
            parts.append(self._repeated(self._single()))
        return parts[0] if len(parts) == 1 else Term(TermKind.SEQUENCE, parts=tuple(parts))

    def _single(self) -> Term:
        match = self._pieces[self.here]
        self.here += 1
        if match["operator"] == "[":
            term = self.alternatives()
            self.here += 1
            return term
        if match["function"] is not None:
            term = self.alternatives()
            self.here += 1
            return Term(TermKind.FUNCTION, match["function"].lower(), (term,))
        if match["property"] is not None:
            return Term(TermKind.TYPE, f"'{match['property']}")
        if match["name"] is not None:
            bounds, excluded = _restrictions(match["range"] or "")
            return Term(TermKind.TYPE, match["name"], bounds=bounds, excluded=excluded)
        if match["keyword"] is not None:
            return Term(TermKind.KEYWORD, match["keyword"].lower())
        return Term(TermKind.LITERAL, match["quoted"] or match["literal"] or "")

    def _repeated(self, term: Term) -> Term:
        while self.here < len(self._pieces) and self._pieces[self.here]["times"] is not None:
            times = self._pieces[self.here]["times"]
            self.here += 1
            if (term.least, term.most, term.commas) != (1, 1, False) and times != "!":
                if times[0] == "{" and term.commas:
                    term = replace(term, least=_times(times)[0], most=_times(times)[1])
                    continue
                term = Term(TermKind.SEQUENCE, parts=(term,))
            least, most = _times(times)
            if times == "!":
                term = replace(term, required=True)
            else:
                term = replace(term, least=least, most=most, commas=times == "#")
        return term

    def _operator(self) -> str:
        return (self._pieces[self.here]["operator"] or "") if self.here < len(self._pieces) else ""

    def _literal(self) -> str:
        return self._pieces[self.here]["literal"] or ""


def _times(text: str) -> tuple[int, int]:
    if text[0] == "{":
        least, comma, most = text[1:-1].partition(",")
        return int(least), int(most) if most else (MANY if comma else int(least))
    return {"?": (0, 1), "*": (0, MANY), "+": (1, MANY), "#": (1, MANY), "!": (1, 1)}[text]


def _restrictions(text: str) -> tuple[tuple[float, float], frozenset[str]]:
    """Between which bounds a number has to be, and what is no name: ``0,∞``, ``not none``."""
    first, *words = text.split() or [""]
    if first == "not":
        return _UNBOUNDED, frozenset(words)
    if not text:
        return _UNBOUNDED, frozenset()
    least, _, most = text.replace("∞", "inf").partition(",")
    return (_number(least), _number(most)), frozenset()


def _number(text: str) -> float:
    match = re.match(r"\s*([+-]?(?:inf|[\d.]+))", text)
    return float(match.group(1)) if match else 0.0
