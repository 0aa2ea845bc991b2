"""Stylesheets as atoms: one declaration per longhand, its value a word that no CSS engine has to understand.

css-inline keeps ``margin`` and ``margin-top`` in the order in which they first appear, so it cannot be asked
which of them wins. It can when ``margin: 2px`` is written as four longhands that all say where they came
from. So every declaration becomes atoms ``UNIVERSE-LONGHAND: WORD``. A *universe* is a reader for whom all of
its atoms apply:

- ``b``: who understands every value; ``s``: who understands only what all do, the oldest clients too, and
  skips what CSS refuses for certain;
- one for each condition: the rules of an at-rule, or of a pseudo-class or attribute that only a client can
  decide (or that css-inline cannot read), together with the rules that need no condition. In the selector,
  something as specific that is always true stands for it. A pseudo-element's rules are alone in theirs, being
  those of another box.

Layers have an order of their own, above specificity: as many ids as it takes stand for it, in reverse order
where a declaration is marked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from app.core.css.data import longhands
from app.core.proof.names import read, unescaped
from app.core.proof.pieces import is_broken, pieces, split
from app.core.proof.plain_selectors import PADDING, plain_selectors
from app.core.proof.refused import is_refused, is_refused_by_some
from app.core.proof.rules import ProofRule, said, sheet_rules

_LETTER = r"[\w\x80-\U0010ffff-]|\\(?:[0-9a-fA-F]{1,6}+[ \t\r\n\f]?+|[^\n0-9a-fA-F])"
_DECLARATION = re.compile(rf"\s*(--(?:{_LETTER})*|(?!-?[0-9]|-\s*:)(?:{_LETTER})+)\s*:(.*)", re.DOTALL)
_PLAIN_NAME = re.compile(r"[\w\x80-\U0010ffff-]+")
_MARK = re.compile(rf"!\s*((?:{_LETTER})+)\s*$")
_PSEUDO_ELEMENT = re.compile(r"::|:(?:before|after|first-line|first-letter)\b", re.IGNORECASE)
# What a client of long ago does not understand: other functions, other units, other keywords.
_NEWER = re.compile(
    r"(?<![\w-])(?!url\(|rgb\()[a-z-]+\(|\d(?:rem|ch|v[wh]|vmin|vmax|q|fr|dv[wh]|sv[wh]|lv[wh])\b"
    r"|(?<![\w-])(?:inline-)?(?:flex|grid)(?![\w-])|(?<![\w-])(?:contents|flow-root|sticky|unset|initial|revert)"
    r"(?![\w-])|#(?:[0-9a-f]{4}|[0-9a-f]{8})\b",
    re.IGNORECASE,
)

EVERYTHING, OLDEST = "b", "s"
_REVERTS = "revert-layer"
_IDS = 4  # so many of them outweigh the ids of a selector
MOST_LAYERS = 50
"""Cascade layers that are told apart; each weighs the selectors of the next one by four ids more."""


@dataclass(frozen=True)
class Atoms:
    """A stylesheet in atoms.

    ``text`` is CSS; ``meaning`` says of each word which condition and declaration it stands for;
    ``statements`` are the at-rules that hold no rules of style, as they are written. What is ``later`` comes
    after the text of all stylesheets: rules that ``@scope`` brings nearer.
    """

    text: str
    meaning: dict[str, tuple[str, str]]
    statements: tuple[str, ...]
    later: str = ""


Watched = frozenset[tuple[str, str]]
"""Universes with the longhands that their own rules declare; of others, rules for everyone say no news."""


@lru_cache(maxsize=256)
def conditions(css: str, medium: str) -> Watched:
    """The conditions of a stylesheet, as universes; ``medium`` is that of all of it, "" for the screen."""
    found = set()
    for rule in sheet_rules(css, medium).rules:
        for selector in plain_selectors(rule.selectors):
            asked = selector.asked
            condition = "" if any(map(_PSEUDO_ELEMENT.match, asked)) else _condition(rule, asked)
            for item in _declarations(rule.text) if condition else ():
                found |= {(_universe(condition), part) for part in item.parts}
    return frozenset(found)


_PAIRS_A_LOOK = 256
_ATOMS_A_LOOK = 200_000


def parts(watched: Watched, elements: int) -> Iterator[Watched]:
    """What is watched, for one look each: css-inline takes its time by the square of an element's atoms."""
    most = min(_PAIRS_A_LOOK, _ATOMS_A_LOOK // (elements or 1))
    part: list[tuple[str, str]] = []
    for _, pairs in groupby(sorted(watched), key=itemgetter(0)):
        universe = list(pairs)
        if part and len(part) + len(universe) > most:
            yield frozenset(part)
            part = []
        part += universe
    yield frozenset(part)


@lru_cache(maxsize=256)
def _watchers(watched: Watched) -> Mapping[str, tuple[str, ...]]:
    """The universes that watch each longhand."""
    found: dict[str, tuple[str, ...]] = {}
    for universe, longhand in watched:
        found[longhand] = (*found.get(longhand, ()), universe)
    return found


@dataclass(frozen=True)
class Order:
    """What the order of all rules of a document hangs on besides specificity.

    ``layers`` are the names of layers, each with its place; a rule outside comes after them. Where some rule
    says ``weightless`` things, its selector counts an id that is none of it, and every other one is to.
    """

    layers: tuple[tuple[tuple[str, ...], int], ...]
    weightless: bool


@lru_cache(maxsize=64)
def order(sheets: tuple[tuple[str, str], ...]) -> Order:
    """The order of the rules of these stylesheets, each with its medium.

    Source: CSS Cascading and Inheritance Level 5, section 6.4.3: layers come as they first appear, what a
    layer holds before what stands in it directly.
    """
    read = [sheet_rules(css, medium) for css, medium in sheets]
    names = list(dict.fromkeys(name for sheet in read for name in sheet.layers))
    appeared = {name: number for number, name in enumerate(names)}

    def place(name: tuple[str, ...]) -> tuple[int, ...]:
        return (*(appeared[name[:length]] for length in range(1, len(name) + 1)), len(names))

    places = tuple((name, number) for number, name in enumerate(sorted(names, key=place)))
    rules = [rule for sheet in read for rule in sheet.rules]
    weightless = any(item.counts_an_id for rule in rules for item in plain_selectors(rule.selectors))
    return Order(places, weightless)


@lru_cache(maxsize=256)
def sheet_atoms(
    css: str, medium: str, watched: Watched, order: Order, *, basic: bool, by_word: bool = False
) -> Atoms:
    """The atoms of a stylesheet for what is watched and, if ``basic``, for what needs no condition.

    Word, where it is read ``by_word``, skips ``revert-layer`` as it skips every value that it does not know.
    """
    meaning: dict[str, tuple[str, str]] = {}
    # Of what one selector says twice of a longhand the last counts, and css-inline need not read the first.
    now: list[tuple[str, dict[str, str]]] = []
    later: list[tuple[str, dict[str, str]]] = []
    last: dict[tuple[str, str, int], dict[str, str]] = {}
    statements: list[str] = []
    places = dict(order.layers)
    outside = len(places)
    for rule in sheet_rules(css, medium).rules:
        if not rule.selectors:
            statements.append(rule.text)
            continue
        place = places.get(rule.layer, outside) if rule.layer else outside
        for selector in plain_selectors(rule.selectors):
            declared = (
                each for each in _declarations(rule.text) if not (by_word and each.value.lower() == _REVERTS)
            )
            bodies = _atoms(declared, _condition(rule, selector.asked), watched, meaning, basic=basic)
            missing = order.weightless and not selector.counts_an_id
            for mark, (body, weight) in enumerate(zip(bodies, (place, outside - place), strict=True)):
                text = f"{selector.text}{PADDING * (weight * _IDS + missing)}"
                if body:
                    (later if rule.scoped else now).append((text, body))
                for name in body:
                    last.get((text, name, mark), {}).pop(name, None)
                    last[text, name, mark] = body
    return Atoms(_written(now), meaning, tuple(statements), _written(later))


def _written(rules: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    return "\n".join(f"{selector}{{{_body(body)}}}" for selector, body in rules if body)


def _body(atoms: Mapping[str, str]) -> str:
    return "".join(f"{name}:{word};" for name, word in atoms.items())


@lru_cache(maxsize=4096)
def style_atoms(css: str, watched: Watched, *, basic: bool, by_word: bool = False) -> Atoms:
    """The atoms of a style attribute; what stands in braces there is no declaration.

    ``revert-layer`` leaves to the rules what it is said of (CSS Cascading and Inheritance Level 5, 7.3.5),
    and nothing ``by_word``.
    """
    meaning: dict[str, tuple[str, str]] = {}
    left: set[str] = set()
    kept: list[_Declaration] = []
    for found in reversed(list(_declarations(read(css)))):
        if found.value.lower() == _REVERTS:
            left.update(() if by_word else found.parts)
        else:
            kept.insert(0, replace(found, parts=tuple(part for part in found.parts if part not in left)))
    unmarked, marked = _atoms(kept, "", watched, meaning, basic=basic)
    return Atoms(_body(unmarked) + _body(marked), meaning, ())


def _condition(rule: ProofRule, asked: Sequence[str]) -> str:
    return " ".join(filter(None, [rule.condition, *asked]))


def _universe(condition: str) -> str:
    return f"c{_digest(condition)}"


@lru_cache(maxsize=4096)
def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


@dataclass(frozen=True)
class _Declaration:
    """``name: value``, and the longhands that it is about."""

    name: str
    value: str
    important: bool
    parts: tuple[str, ...]


def _declarations(body: str) -> Iterator[_Declaration]:
    """Each declaration that is one."""
    for part in split(pieces(body), ";"):
        match = _DECLARATION.fullmatch("".join(part))
        if match is None or "{" in part or is_broken(part):
            continue
        written = unescaped(match.group(1))
        name = written if written.startswith("--") else written.lower()
        value, marked = _parted(match.group(2))
        # An empty value is one of an author's own property alone (CSS Variables, 2).
        if (value or name.startswith("--")) and "!" not in _unquoted(value):
            yield _Declaration(name, value, marked, longhands(name))


def _parted(written: str) -> tuple[str, bool]:
    """A value without its mark, and whether it has one; any letter of that may be an escape."""
    mark = _MARK.search(written)
    if mark is None or _ends_in_escape(written[: mark.start()]) or unescaped(mark[1]).lower() != "important":
        return written.strip(), False
    return written[: mark.start()].strip(), True


def _atoms(
    declarations: Iterable[_Declaration],
    condition: str,
    watched: Watched,
    meaning: dict[str, tuple[str, str]],
    *,
    basic: bool,
) -> tuple[dict[str, str], dict[str, str]]:
    """The declarations without a mark, and those with one: names, and the words that they come to say."""
    unmarked: dict[str, str] = {}
    marked: dict[str, str] = {}
    watchers = _watchers(watched)
    for item in declarations:
        declaration = f"{item.name}: {said(item.value)}"
        word = f"x{_digest(f'{condition}|{declaration}')}"
        meaning[word] = condition, declaration
        mark = "!important" if item.important else ""
        skipped = basic and not condition and _is_skipped(item.name, item.value)
        for longhand in item.parts:
            universes = watchers.get(longhand, ())
            if condition:
                own = _universe(condition)
                universes = (
                    (own,) if own in universes or (basic and _PSEUDO_ELEMENT.search(condition)) else ()
                )
            elif basic:
                universes += (EVERYTHING,) if skipped else (EVERYTHING, OLDEST)
            for universe in universes:
                name = f"{universe}-{_plain(longhand)}"
                (marked if item.important else unmarked)[name] = f"{word}{mark}"
    return unmarked, marked


@lru_cache(maxsize=4096)
def _is_skipped(name: str, value: str) -> bool:
    """Whether some client takes no such value: it is newer, known to some alone, or none that CSS takes."""
    return _NEWER.search(value) is not None or is_refused(name, value) or is_refused_by_some(name, value)


def _plain(name: str) -> str:
    """A property's name that can follow a universe's; an author's own is no other's and may hold anything."""
    if not name.startswith("--"):
        return name.lstrip("-")
    return f"own{name[1:]}" if _PLAIN_NAME.fullmatch(name) else f"own--{_digest(name)}"


def _ends_in_escape(text: str) -> bool:
    """Whether a backslash at the end takes along what follows."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _unquoted(value: str) -> str:
    return re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\.", "", value, flags=re.DOTALL)
