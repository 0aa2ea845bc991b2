"""Characters that no editor shows and that a parser takes for text, and the repairs that they alone cause.

A no-break space before ``<head>`` begins the body; one between cells moves before the table; one within a tag
is part of a name. What such a character causes is found out, not guessed: with a blank in its place, the
repair is not needed.

Source: HTML, 13.2.6: white space is tab, line feed, form feed, carriage return and blank, and no other.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.validation.parsing import ParseError, parse_html
from bbws_templates.entities import unescape

# Blanks of other kinds, what has no width or only directs, fillers, controls, tags, variation selectors.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)

_MOST = 8
"""Characters that are told apart by trying each; what is left goes to the nearest."""


_REFERENCE = re.compile(r"&(?:#\d{2,6}|#[xX][\da-fA-F]{2,5}|[A-Za-z]{2,31});")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class _Unseen:
    """An invisible character, by itself or by a reference such as ``&nbsp;``, and the span of it."""

    start: int
    end: int
    character: str


@dataclass(frozen=True)
class Culprit:
    """An invisible character at ``offset``, and the repairs that it makes necessary.

    ``reference`` is how it is written, "" for the character itself.
    """

    offset: int
    character: str
    errors: tuple[ParseError, ...]
    reference: str = ""


def culprits(html: str, errors: Sequence[ParseError]) -> tuple[tuple[Culprit, ...], tuple[ParseError, ...]]:
    """The invisible characters that cause some of ``errors``, and the errors that none of them causes."""
    left = tuple(errors)
    # Of "AT&T", as many mails have it, none is the cause.
    places = [] if all("entity" in error.code for error in left) else _places(html)
    if not places or not differing(left, _blanked(html, places)):
        return (), left
    source = html
    found: list[Culprit] = []
    for _ in range(_MOST):
        caused = differing(left, _blanked(html, places))
        place = next(
            (place for error in caused for place in reversed(places) if place.start <= error.offset),
            None,
        )
        if place is None:
            break
        html = _blanked(html, [place])  # not this one, or not alone: the one before it
        places.remove(place)
        own = differing(left, html)
        if own:
            found.append(_culprit(source, place, own))
            left = without(left, own)
    rest = differing(left, _blanked(html, places)) if places else ()
    return (*found, *_nearest(source, places, rest)), without(left, rest)


def _places(html: str) -> list[_Unseen]:
    found = [_Unseen(*match.span(), match.group()) for match in INVISIBLE.finditer(html)]
    for match in _REFERENCE.finditer(html):
        if character := _invisible_of(match.group()):
            found.append(_Unseen(*match.span(), character))
    return sorted(found, key=lambda place: place.start)


@lru_cache(maxsize=1024)
def _invisible_of(reference: str) -> str:
    """The invisible character that a reference stands for, "" for any other; controls are errors as such."""
    character = unescape(reference)
    return character if INVISIBLE.fullmatch(character) and not _CONTROL.match(character) else ""


def _blanked(html: str, places: Sequence[_Unseen]) -> str:
    """``html``, as long as it was, with blanks in these places."""
    pieces = []
    here = 0
    for place in places:
        pieces += [html[here : place.start], " " * (place.end - place.start)]
        here = place.end
    return "".join([*pieces, html[here:]])


def _culprit(html: str, place: _Unseen, errors: Sequence[ParseError]) -> Culprit:
    written = html[place.start : place.end]
    reference = "" if written == place.character else written
    return Culprit(place.start, place.character, tuple(errors), reference)


def _nearest(html: str, places: Sequence[_Unseen], errors: Sequence[ParseError]) -> Iterator[Culprit]:
    """What is left of many: each error goes to the invisible character before it."""
    groups: dict[_Unseen, list[ParseError]] = {}
    starts = [place.start for place in places]
    for error in errors:
        before = bisect_right(starts, error.offset)
        groups.setdefault(places[max(0, before - 1)], []).append(error)
    for place, caused in groups.items():
        yield _culprit(html, place, caused)


def differing(errors: Sequence[ParseError], html: str) -> tuple[ParseError, ...]:
    """Those of ``errors`` that ``html``, of the same length, does not have."""
    others = {(error.code, error.offset) for error in parse_html(html)[1]}
    return tuple(error for error in errors if (error.code, error.offset) not in others)


def without(errors: Sequence[ParseError], others: Sequence[ParseError]) -> tuple[ParseError, ...]:
    """``errors`` less those very ``others``."""
    left_out = set(map(id, others))
    return tuple(error for error in errors if id(error) not in left_out)


def named(character: str) -> str:
    """A character as a person can look it up: ``U+00A0 (no-break space)``."""
    name = unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} ({name})"


def named_invisibles(text: str) -> str:
    """The invisible characters of a text by name, ``""`` when it has none."""
    return " and ".join(dict.fromkeys(map(named, INVISIBLE.findall(text))))
