"""Stylesheets as atoms: one declaration per longhand, its value a word that no CSS engine has to understand.

css-inline keeps ``margin`` and ``margin-top`` in the order in which they first appear, so it cannot be asked
which of them wins. It can when ``margin: 2px`` is written as four longhands that all say where they came
from. So every declaration becomes atoms ``UNIVERSE-LONGHAND: WORD``. A *universe* is a reader for whom all of
its atoms apply:

- ``b``: who understands every value; ``s``: who understands only what the oldest clients do, and skips what
  CSS refuses for certain;
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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from app.core.css.data import longhands
from app.core.proof.names import read, spelled_out, unescaped
from app.core.proof.pieces import BLANKS, closings, is_broken, pieces, split
from app.core.proof.refused import is_refused
from app.core.proof.rules import (
    NOT,
    WEIGHTLESS,
    ProofRule,
    said,
    sheet_rules,
    without_ids,
    without_weightless,
)
from app.core.proof.scriptless import scriptless_selector

_LETTER = r"[\w\x80-\U0010ffff-]|\\(?:[0-9a-fA-F]{1,6}[ \t\r\n\f]?|[^\n0-9a-fA-F])"
_DECLARATION = re.compile(rf"\s*(--(?:{_LETTER})*|(?!-?[0-9]|-\s*:)(?:{_LETTER})+)\s*:(.*)", re.DOTALL)
_PLAIN_NAME = re.compile(r"(?:[\w-]|[^\x00-\x7f])+")
_MARK = re.compile(rf"!\s*((?:{_LETTER})+)\s*$")
_STATIC_PSEUDOS = (
    r"(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type)|not|has|root|empty|bbws-not"
)
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
_EITHER_OPENS = re.compile(r":(is|where|not)$", re.IGNORECASE)
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
_REVERTS = "revert-layer"
_PADDING = ":not(#bbws-none)"  # true of everything, and as specific as an id
_IDS = 4  # so many of them outweigh the ids of a selector
_MOST_LAYERS = 50  # beyond which no one is told from another


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
        for selector in _selectors(rule):
            pseudos = _without_clients(selector)[1]
            condition = "" if any(map(_PSEUDO_ELEMENT.match, pseudos)) else _condition(rule, pseudos)
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

    ``layers`` are the names of layers, each with its place; a rule outside comes after them. Some rule says
    ``weightless`` things that are as specific as an id and are not to count, so every other one has as many
    ids added.
    """

    layers: tuple[tuple[tuple[str, ...], int], ...]
    weightless: int


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
    most = max((selector.count(WEIGHTLESS) for rule in rules for selector in _selectors(rule)), default=0)
    return Order(places, most)


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
    places = {name: min(number, _MOST_LAYERS) for name, number in order.layers}
    outside = min(len(places), _MOST_LAYERS + 1)
    for rule in sheet_rules(css, medium).rules:
        if not rule.selectors:
            statements.append(rule.text)
            continue
        place = places.get(rule.layer, outside) if rule.layer else outside
        for selector in _selectors(rule):
            plain, pseudos = _without_clients(scriptless_selector(selector))
            declared = (
                each for each in _declarations(rule.text) if not (by_word and each.value.lower() == _REVERTS)
            )
            bodies = _atoms(declared, _condition(rule, pseudos), watched, meaning, basic=basic)
            plain = spelled_out(plain.replace(NOT, ":not("))
            missing = order.weightless - plain.count(WEIGHTLESS)
            for mark, (body, weight) in enumerate(zip(bodies, (place, outside - place), strict=True)):
                text = f"{plain}{_PADDING * (weight * _IDS + missing)}"
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


def _selectors(rule: ProofRule) -> Iterator[str]:
    for part in split(pieces(rule.selectors), ",") if rule.selectors else ():
        yield "".join(_without_either(part))


def _without_either(found: list[str]) -> Iterator[str]:
    """A selector with ``:is()`` and ``:where()`` written so that css-inline can read them.

    Those that hold what only a client can decide stay, and so do those in ``:not()``.
    """
    ends = closings(found)
    here = 0
    while here < len(found):
        match = _EITHER_OPENS.search(found[here])
        if match is None or here + 1 not in ends:
            yield found[here]
            here += 1
            continue
        end = ends[here + 1]
        inner = found[here + 2 : end]
        name, options = match[1].lower(), "".join(inner)
        if name != "not":
            options = without_weightless("".join(_without_either(inner)))
        if name == "not" or _OF_CLIENTS.search(options):
            yield f"{found[here]}({options})"
        else:
            yield found[here][: match.start()]
            weightless = f"{without_ids(options)}),{WEIGHTLESS})"
            yield f"{NOT}{NOT}{weightless if name == 'where' else f'{options}))'}"
        here = end + 1


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


def _condition(rule: ProofRule, pseudos: list[str]) -> str:
    return " ".join(filter(None, [rule.condition, *pseudos]))


def _universe(condition: str) -> str:
    return f"c{_digest(condition)}"


@lru_cache(maxsize=4096)
def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _without_clients(selector: str) -> tuple[str, list[str]]:
    """A selector with what css-inline cannot know taken for true, and what that was.

    It is what only a client can decide, in ``:is()`` and ``:where()`` too, and ``:nth-child(2 of .a)``, which
    css-inline does not read.
    """
    found = [match.group() for match in _OF_CLIENTS.finditer(selector)]
    return _OF_CLIENTS.sub(_always, selector).strip(BLANKS), [said(spelled_out(item)) for item in found]


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
    each = ("".join(option).strip(BLANKS) for option in split(pieces(options), ","))
    return f":not({','.join(f'{_without_clients(option)[0]}:not(*)' for option in each)})"


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
    """Whether a client of long ago takes no such value: it is newer, or none that CSS takes."""
    return _NEWER.search(value) is not None or is_refused(name, value)


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
