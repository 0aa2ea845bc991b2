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

from app.core.validation.parsing import ParseError, parse_html

# Blanks of other kinds, what has no width or only directs, fillers, controls, tags, variation selectors.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)

_MOST = 8
"""Characters that are told apart by trying each; what is left goes to the nearest."""


@dataclass(frozen=True)
class Culprit:
    """An invisible character at ``offset``, and the repairs that it makes necessary."""

    offset: int
    character: str
    errors: tuple[ParseError, ...]


def culprits(html: str, errors: Sequence[ParseError]) -> tuple[tuple[Culprit, ...], tuple[ParseError, ...]]:
    """The invisible characters that cause some of ``errors``, and the errors that none of them causes."""
    left = tuple(errors)
    if not left or not INVISIBLE.search(html) or not differing(left, INVISIBLE.sub(" ", html)):
        return (), left
    found: list[Culprit] = []
    for _ in range(_MOST):
        caused = differing(left, INVISIBLE.sub(" ", html))
        places = [match.start() for match in INVISIBLE.finditer(html)]
        place = next(
            (offset for error in caused for offset in reversed(places) if offset <= error.offset),
            None,
        )
        if place is None:
            break
        mended = f"{html[:place]} {html[place + 1 :]}"
        own = differing(left, mended)
        if own:
            found.append(Culprit(place, html[place], own))
            left = without(left, own)
        html = mended  # not this one, or not alone: the one before it
    rest = differing(left, INVISIBLE.sub(" ", html)) if INVISIBLE.search(html) else ()
    return (*found, *_nearest(html, rest)), without(left, rest)


def _nearest(html: str, errors: Sequence[ParseError]) -> Iterator[Culprit]:
    """What is left of many: each error goes to the invisible character before it."""
    groups: dict[int, list[ParseError]] = {}
    places = [match.start() for match in INVISIBLE.finditer(html)]
    for error in errors:
        before = bisect_right(places, error.offset)
        groups.setdefault(places[max(0, before - 1)], []).append(error)
    for place, caused in groups.items():
        yield Culprit(place, html[place], tuple(caused))


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
