"""Stylesheets as atoms: one declaration per longhand, its value a word that no CSS engine has to understand.

css-inline keeps ``margin`` and ``margin-top`` in the order in which they first appear, so it cannot be asked
which of them wins. It can when ``margin: 2px`` is written as four longhands that all say where they came
from. So every declaration becomes atoms ``UNIVERSE-LONGHAND: WORD``. A *universe* is a reader for whom all of
its atoms apply:

- ``b``: who understands every value; ``s``: who understands only what the oldest clients do;
- one for each condition: the rules of an at-rule, or of a pseudo-class or attribute that only a client can
  decide (or that css-inline cannot read), together with the rules that need no condition. In the selector,
  something as specific that is always true stands for it. A pseudo-element's rules are alone in theirs, being
  those of another box.

The reader of CSS in this module is a scanner of its own: it shares nothing with the one that compiles.

Source: CSS Syntax Level 3, sections 5 and 9; CSS Nesting.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.core.css.data import longhands
from app.core.proof.scriptless import scriptless_selector

_PIECE = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\])*(?:"|\Z)|'(?:\\.|[^'\\])*(?:'|\Z)|\\.|url\([^)"']*\)|[^"'\\/{}();\[\]u]+|.""",
    re.DOTALL | re.IGNORECASE,
)
_CONDITIONAL = re.compile(r"@(?:media|supports|layer|container|scope)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*(--[\w-]*|-?[a-zA-Z_\x80-\U0010ffff][\w\x80-\U0010ffff-]*)\s*:(.*)", re.DOTALL)
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_STATIC_PSEUDOS = r"(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type)|not|has|root|empty"
_OF_CLIENT = (
    rf"(?<!\\)::?(?!(?:{_STATIC_PSEUDOS})\b)-?[a-z][\w-]*(?:\([^()]*\))?|\[\s*(?:data-|x-|owa|lang\b)[^\]]*\]"
)
_INNER = r"(?:[^()]|\([^()]*\))*"
_OF_CLIENTS = re.compile(
    rf":not\((?=[^()]*(?:{_OF_CLIENT})){_INNER}\)|(?<!\\):(?:is|where)\({_INNER}\)"
    rf"|(?<!\\):nth-(?:last-)?child\([^()]*\sof\s{_INNER}\)|{_OF_CLIENT}",
    re.IGNORECASE,
)
_EITHER = re.compile(r":(is|where)\((.*)\)", re.IGNORECASE | re.DOTALL)
_COUNTED = re.compile(r":nth-(?:last-)?child\([^()]*?\sof\s(.*)\)", re.IGNORECASE | re.DOTALL)
_PSEUDO_ELEMENT = re.compile(r"::|:(?:before|after|first-line|first-letter)\b", re.IGNORECASE)
# What a client of long ago does not understand: other functions, other units, other keywords.
_NEWER = re.compile(
    r"(?<![\w-])(?!url\(|rgb\()[a-z-]+\(|\d(?:rem|ch|v[wh]|vmin|vmax|q|fr|dv[wh]|sv[wh]|lv[wh])\b"
    r"|(?<![\w-])(?:inline-)?(?:flex|grid)(?![\w-])|(?<![\w-])(?:contents|flow-root|sticky|unset|initial|revert)"
    r"(?![\w-])|#(?:[0-9a-f]{4}|[0-9a-f]{8})\b",
    re.IGNORECASE,
)

EVERYTHING, OLDEST = "b", "s"


@dataclass(frozen=True)
class Atoms:
    """A stylesheet in atoms.

    ``text`` is CSS; ``meaning`` says of each word which condition and declaration it stands for;
    ``statements`` are the at-rules that hold no rules of style, as they are written.
    """

    text: str
    meaning: dict[str, tuple[str, str]]
    statements: tuple[str, ...]


Watched = frozenset[tuple[str, str]]
"""Universes with the longhands that their own rules declare; of others, rules for everyone say no news."""


@lru_cache(maxsize=256)
def conditions(css: str, medium: str) -> Watched:
    """The conditions of a stylesheet, as universes; ``medium`` is that of all of it, "" for the screen."""
    found = set()
    for rule in _rules(_pieces(css, strip=True), medium, ""):
        for selector in _split(_pieces(rule.selectors), ",") if rule.selectors else ():
            pseudos = _without_clients("".join(selector))[1]
            condition = "" if any(map(_PSEUDO_ELEMENT.match, pseudos)) else _condition(rule, pseudos)
            for name, _, _ in _declarations(rule.text) if condition else ():
                found |= {(_universe(condition), longhand) for longhand in longhands(name)}
    return frozenset(found)


@lru_cache(maxsize=256)
def sheet_atoms(css: str, medium: str, watched: Watched) -> Atoms:
    """The atoms of a stylesheet."""
    meaning: dict[str, tuple[str, str]] = {}
    pieces: list[str] = []
    statements: list[str] = []
    for rule in _rules(_pieces(css, strip=True), medium, ""):
        if not rule.selectors:
            statements.append(rule.text)
            continue
        for selector in _split(_pieces(rule.selectors), ","):
            plain, pseudos = _without_clients(scriptless_selector("".join(selector)))
            body = _atoms(rule.text, _condition(rule, pseudos), watched, meaning)
            if body:
                pieces.append(f"{plain}{{{body}}}")
    return Atoms("\n".join(pieces), meaning, tuple(statements))


@lru_cache(maxsize=4096)
def style_atoms(css: str, watched: Watched) -> Atoms:
    """The atoms of a style attribute; what stands in braces there is no declaration."""
    meaning: dict[str, tuple[str, str]] = {}
    return Atoms(_atoms(css, "", watched, meaning), meaning, ())


def _condition(rule: _Rule, pseudos: list[str]) -> str:
    return " ".join(filter(None, [rule.condition, *pseudos]))


def _universe(condition: str) -> str:
    return f"c{_digest(condition)}"


@lru_cache(maxsize=4096)
def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def said(text: str) -> str:
    """A declaration or a condition as it compares: blanks, quotes and case make no difference."""
    plain = " ".join(text.replace('"', "'").split())
    return plain if "url(" in plain.lower() or "'" in plain else plain.lower()


@dataclass(frozen=True)
class _Rule:
    """A rule with its declarations, or a statement, which has no selectors."""

    condition: str
    selectors: str
    text: str


def _pieces(css: str, *, strip: bool = False) -> list[str]:
    found = _PIECE.findall(css)
    if strip:
        return [
            " " if piece.startswith("/*") else piece.replace("<!--", " ").replace("-->", " ")
            for piece in found
        ]
    return [" " if piece.startswith("/*") else piece for piece in found]


def _rules(pieces: list[str], condition: str, parent: str) -> Iterator[_Rule]:
    """The rules among the pieces of a sheet, of an at-rule or, with a ``parent``, of a rule."""
    here = start = first = 0
    while here < len(pieces):
        piece = pieces[here]
        first = max(first, start)
        while first < here and not pieces[first].strip():
            first += 1
        at_rule = pieces[first].lstrip().startswith("@")
        if piece in "([" and len(piece) == 1:
            here = _closing(pieces, here) + 1
        elif piece == "{":
            end = _closing(pieces, here)
            head, body = "".join(pieces[start:here]).strip(), pieces[here + 1 : end]
            if not at_rule:
                yield from _style_rule(head, body, condition, parent)
            elif _CONDITIONAL.match(head):
                yield from _conditional(said(head), body, condition, parent)
            else:
                yield _Rule(condition, "", said(f"{head} {{{''.join(body)}}}"))
            here = start = end + 1
        elif piece == ";" and (at_rule or parent):
            if at_rule:
                yield _Rule(condition, "", said("".join(pieces[start:here])))
            here = start = here + 1
        else:
            here += 1


def _conditional(head: str, body: list[str], condition: str, parent: str) -> Iterator[_Rule]:
    inner = f"{condition} {head}".strip()
    if parent:
        yield _Rule(inner, parent, _own(body))
    yield from _rules(body, inner, parent)


def _style_rule(head: str, body: list[str], condition: str, parent: str) -> Iterator[_Rule]:
    selectors = _nested(head, parent) if parent else head
    if not selectors or "}" in head:
        return
    yield _Rule(condition, selectors, _own(body))
    if "{" in body:
        yield from _rules(body, condition, selectors)


def _nested(head: str, parent: str) -> str:
    """The selectors of a rule within one that has the selectors ``parent``."""
    found = []
    for inner in _split(_pieces(head), ","):
        text = "".join(inner).strip()
        for outer in _split(_pieces(parent), ","):
            own = "".join(outer).strip()
            found.append(text.replace("&", own) if "&" in text else f"{own} {text}")
    return ",".join(found)


def _own(body: list[str]) -> str:
    """The text of a block without the rules in it."""
    kept: list[str] = []
    here = start = 0
    while here < len(body):
        piece = body[here]
        if piece == "{":
            here = _closing(body, here) + 1
            start = here
            continue
        here = _closing(body, here) + 1 if piece in {"(", "["} else here + 1
        if piece == ";" or here >= len(body):
            kept += [*body[start:here], ";"]
            start = here
    return "".join(kept)


def _closing(pieces: list[str], opening: int) -> int:
    """The index of the piece that closes a bracket, or of the last piece."""
    pairs = {"{": "}", "(": ")", "[": "]"}
    open_ones: list[str] = []
    for index in range(opening, len(pieces)):
        piece = pieces[index]
        if piece in pairs:
            open_ones.append(pairs[piece])
        elif open_ones and piece == open_ones[-1]:
            open_ones.pop()
            if not open_ones:
                return index
    return len(pieces)


def _split(pieces: list[str], separator: str) -> Iterator[list[str]]:
    """The pieces between separators that no bracket holds."""
    part: list[str] = []
    here = 0
    while here < len(pieces):
        piece = pieces[here]
        if piece in {"(", "[", "{"}:
            end = _closing(pieces, here) + 1
            part += pieces[here:end]
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


def _without_clients(selector: str) -> tuple[str, list[str]]:
    """A selector with what css-inline cannot know taken for true, and what that was.

    It is what only a client can decide, and ``:is()``, ``:where()`` and ``:nth-child(2 of .a)``, which
    css-inline does not read.
    """
    found = [match.group() for match in _OF_CLIENTS.finditer(selector)]
    return _OF_CLIENTS.sub(_always, selector).strip(), [said(item) for item in found]


def _always(match: re.Match[str]) -> str:
    """What is true of every element, and as specific as CSS says (Selectors Level 4, section 17)."""
    text = match.group()
    either = _EITHER.fullmatch(text)
    counted = _COUNTED.fullmatch(text)
    if either and either[1].lower() == "where":
        return ":not(:not(*))"
    if either:
        return _most_specific(either[2])
    if counted:
        return f":not(.bbws-none){_most_specific(counted[1])}"
    return ":not(bbws-none)" if _PSEUDO_ELEMENT.match(text) else ":not(.bbws-none)"


def _most_specific(options: str) -> str:
    """What is true of every element, and as specific as the most specific of a list."""
    each = ("".join(option).strip() for option in _split(_pieces(options), ","))
    return f":not({','.join(f'{_without_clients(option)[0]}:not(*)' for option in each)})"


def _declarations(body: str) -> Iterator[tuple[str, str, bool]]:
    """Name, value and importance of each declaration that is one."""
    for pieces in _split(_pieces(body), ";"):
        match = _DECLARATION.fullmatch("".join(pieces))
        if match is None or "{" in match.group(2):
            continue
        name = match.group(1) if match.group(1).startswith("--") else match.group(1).lower()
        value = _IMPORTANT.sub("", match.group(2)).strip()
        if value and "!" not in _unquoted(value):
            yield name, value, _IMPORTANT.search(match.group(2)) is not None


def _atoms(body: str, condition: str, watched: Watched, meaning: dict[str, tuple[str, str]]) -> str:
    pieces = []
    for name, value, important in _declarations(body):
        declaration = f"{name}: {said(value)}"
        word = f"x{_digest(f'{condition}|{declaration}')}"
        meaning[word] = condition, declaration
        mark = "!important" if important else ""
        for longhand in longhands(name):
            if condition:
                universes = [_universe(condition)]
            else:
                universes = [EVERYTHING] if _NEWER.search(value) else [EVERYTHING, OLDEST]
                universes += [universe for universe, watching in watched if watching == longhand]
            pieces += [f"{universe}-{longhand.lstrip('-')}:{word}{mark};" for universe in universes]
    return "".join(pieces)


def _unquoted(value: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", value)
