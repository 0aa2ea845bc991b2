"""Selectors written so that css-inline can read them and weighs them as CSS does.

css-inline reads neither ``:is()`` nor ``:where()``, and cannot know what only a client can decide, such as
``:hover``. ``:is(a, b)`` is what ``:not(:not(a, b))`` is, in what it matches and in specificity. What is true
of every element and as specific stands for what a client decides.

A ``:where()`` weighs nothing, also in the list of another, which is as specific as the rest of that. Nothing
that css-inline reads is so: the whole selector is made to count as one id, and its own specificity, worked
out here, is added to it. Every other selector then has one id added, to be compared with it.

Source: Selectors Level 4, section 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.core.proof.names import spelled_out
from app.core.proof.pieces import BLANKS, closings, pieces, split
from app.core.proof.rules import NOT, WEIGHTLESS, said, without_ids
from app.core.proof.scriptless import scriptless_selector

PADDING = ":not(#bbws-none)"
"""What is true of everything, and as specific as an id."""

_LIKE_CLASS, _LIKE_ELEMENT = ":not(.bbws-none)", ":not(bbws-none)"
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
_EITHER_OPENS = re.compile(r":(is|where|not)$", re.IGNORECASE)
_MAY_BE_WEIGHTLESS = re.compile(rf":where\(|{WEIGHTLESS}", re.IGNORECASE)
_LETTER = r"[\w\x80-\U0010ffff-]"
_SIMPLE = re.compile(
    rf"(?P<element>::{_LETTER}+|:(?:before|after|first-line|first-letter)(?!{_LETTER}))"
    rf"|(?P<id>\#{_LETTER}+)|(?P<like>[.:]{_LETTER}+)|(?:{_LETTER}+|\*)?\|(?={_LETTER}|\*)|(?P<name>{_LETTER}+)",
    re.IGNORECASE,
)
_FUNCTION = re.compile(rf"(?P<colons>::?)(?P<name>{_LETTER}+)$")
_OF = re.compile(r"\sof(?![\w-])", re.IGNORECASE)
_OF_ITS_LIST = frozenset({"is", "not", "has", NOT.strip(":(")})
_COUNTS_SOME = frozenset({"nth-child", "nth-last-child"})

Specificity = tuple[int, int, int]
"""How specific something is: ids, what counts as a class, what counts as an element."""

_NOTHING: Specificity = (0, 0, 0)


@dataclass(frozen=True)
class PlainSelector:
    """One selector as css-inline reads it.

    ``asked`` is what was taken for true in it, being a client's to decide. One that ``counts_an_id`` is more
    specific by an id than it should be.
    """

    text: str
    asked: tuple[str, ...]
    counts_an_id: bool


@lru_cache(maxsize=4096)
def plain_selectors(selectors: str) -> tuple[PlainSelector, ...]:
    """Each selector of a list of the proof's own."""
    return tuple(_plain(part) for part in split(pieces(selectors), ",")) if selectors else ()


def _plain(found: list[str]) -> PlainSelector:
    text, asked = _without_clients("".join(_without_either(found)))
    weightless = _MAY_BE_WEIGHTLESS.search("".join(found)) is not None
    if weightless:
        inner = without_ids(text.replace(f",{WEIGHTLESS})", ")"))
        text = f"{NOT}{NOT}{inner}),{WEIGHTLESS}){_padding(weight(found))}"
    text = spelled_out(scriptless_selector(text.replace(NOT, ":not(")))
    return PlainSelector(text, tuple(said(spelled_out(item)) for item in asked), weightless)


def _without_either(found: list[str]) -> Iterator[str]:
    """A selector with ``:is()`` and ``:where()`` as what matches the same.

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
        negates = match[1].lower() == "not"
        options = "".join(inner if negates else _without_either(inner))
        if negates or _OF_CLIENTS.search(options):
            yield f"{found[here]}({options})"
        else:
            yield f"{found[here][: match.start()]}{NOT}{NOT}{options}))"
        here = end + 1


def _without_clients(selector: str) -> tuple[str, list[str]]:
    """A selector with what css-inline cannot know taken for true, and what that was.

    It is what only a client can decide, in ``:is()`` and ``:where()`` too, and ``:nth-child(2 of .a)``, which
    css-inline does not read.
    """
    found = [match.group() for match in _OF_CLIENTS.finditer(selector)]
    return _OF_CLIENTS.sub(_always, selector).strip(BLANKS), found


def _always(match: re.Match[str]) -> str:
    """What is true of every element, and as specific as CSS says."""
    return _padding(weight(pieces(match.group()))) or ":not(:not(*))"


def _padding(specific: Specificity) -> str:
    return "".join(
        each * times for each, times in zip((PADDING, _LIKE_CLASS, _LIKE_ELEMENT), specific, strict=True)
    )


def weight(found: list[str]) -> Specificity:
    """How specific a selector of the proof's own is, by its pieces."""
    ends = closings(found)
    total = _NOTHING
    text = ""  # a name may be of many pieces
    here = 0
    while here < len(found):
        end = ends.get(here)
        called = _FUNCTION.search(text) if found[here] == "(" else None
        if end is None:
            text += found[here]
            here += 1
            continue
        total = _sum(total, _of_simple(text[: called.start()] if called else text))
        if found[here] == "[":
            total = _sum(total, (0, 1, 0))
        elif called:
            total = _sum(total, _of_function(called, found[here + 1 : end]))
        text = ""
        here = end + 1
    return _sum(total, _of_simple(text))


def _sum(one: Specificity, other: Specificity) -> Specificity:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _of_simple(text: str) -> Specificity:
    """How specific names are, of elements, classes, ids and pseudo-classes, with nothing in brackets."""
    kinds = [match.lastgroup for match in _SIMPLE.finditer(text)]
    return kinds.count("id"), kinds.count("like"), kinds.count("element") + kinds.count("name")


def _of_function(called: re.Match[str], inner: list[str]) -> Specificity:
    name = called["name"].lower()
    if called["colons"] == "::":
        return 0, 0, 1
    if name == "where" or (name in _OF_ITS_LIST and [WEIGHTLESS] in list(split(inner, ","))):
        return _NOTHING
    if name in _OF_ITS_LIST:
        return _most(inner)
    if name in _COUNTS_SOME:
        *_, some = _OF.split("".join(inner), maxsplit=1)
        counted = _most(pieces(some)) if some != "".join(inner) else _NOTHING
        return _sum((0, 1, 0), counted)
    return 0, 1, 0


def _most(inner: list[str]) -> Specificity:
    """How specific the most specific selector of a list is."""
    return max(map(weight, split(inner, ",")), default=_NOTHING)
