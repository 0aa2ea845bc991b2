"""What a selector asks of an element, and of those around it, as far as its text tells without a document.

That is cheaper than to look for what it matches, and most rules of a stylesheet are for other documents.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

from app.core.html.blanks import BLANKS, words_between
from app.core.html.selecting import ESCAPE

_NAME = r"[\w\x80-\U0010ffff-]+"
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LAST = re.compile(r"[ \t\r\n\f>+~]+([^ \t\r\n\f>+~]+)$")
_NAMELESS = re.compile(r"(?:^|[ \t\r\n\f>+~])[:*_]")  # a compound that any element may match
# A compound: its element, and classes and ids up to what else it asks.
_COMPOUND = re.compile(rf"([a-z][\w-]*)?((?:[.#]{_NAME})*)(?:[:*&|].*)?", re.DOTALL)
_WORD = re.compile(rf"[.#]({_NAME})")
_TYPE = re.compile(r"(?:^|(?<=[ \t\r\n\f>+~(]))[a-z][\w-]*")
_ASIDE = 0x10FE00  # of private use: where a character that may be syntax stands meanwhile
_ASIDES = re.compile(f"[{chr(_ASIDE)}-{chr(_ASIDE + 0x7F)}]")


def class_names(value: str) -> list[str]:
    """The classes of a ``class`` attribute, or the words of any other list such as those of ids.

    Only HTML's blanks are between two: ``str.split`` parts at U+000B and U+001C to U+001F as well.

    Source: the HTML standard, 2.3.7, and Infra, "ASCII whitespace".
    """
    return words_between(value)


def without_escapes(selector: str) -> str:
    """``selector`` with a letter for each escape, one that is no syntax."""
    return ESCAPE.sub(_letter, selector) if "\\" in selector else selector


def _letter(escape: re.Match[str]) -> str:
    code = int(escape[1], 16) if escape[1] else ord(escape[2])
    if not 0 < code <= 0x10FFFF:
        return "\N{REPLACEMENT CHARACTER}"
    plain = chr(code).isalnum() or chr(code) in "-_" or code > 0x7F
    return chr(code) if plain else chr(_ASIDE + code)


def _words(text: str) -> frozenset[str]:
    """The classes and ids in a part of a selector without escapes."""
    return frozenset(
        _ASIDES.sub(lambda aside: chr(ord(aside[0]) - _ASIDE), word) for word in _WORD.findall(text)
    )


@lru_cache(maxsize=4096)
def _asked(selector: str) -> tuple[str, frozenset[str]] | None:
    """The name, or "", the classes and ids that its last compound asks for; None if that cannot be said."""
    _, last, _ = _parted(selector)
    while (less := _BRACKETS.sub("", last)) != last:
        last = less
    compound = _COMPOUND.fullmatch(last)
    return None if compound is None else (compound[1] or "", _words(compound[2]))


def _parted(selector: str) -> tuple[str, str, str]:
    """What stands around the last compound, the last compound, and the first again with brackets filled.

    None of them has escapes.
    """
    text = without_escapes(selector).strip(BLANKS)
    filled = _STRING.sub(_filling, text)
    while (more := _BRACKETS.sub(_filling, filled)) != filled:
        filled = more
    last = _LAST.search(filled)
    if last is None:
        return "", text, ""
    return text[: last.start()], text[last.start(1) :], filled[: last.start()]


def _filling(match: re.Match[str]) -> str:
    return "_" * len(match[0])


def may_match(selector: str, names: Set[str], words: Set[str]) -> bool:
    """Whether a selector may match an element of such a name with classes and ids among ``words``."""
    asked = _asked(selector)
    return asked is None or ((not asked[0] or asked[0] in names) and asked[1] <= words)


def may_lead_through(selector: str, names: Set[str], words: Set[str]) -> bool:
    """Whether it asks for such an element beside or around the one that it is for."""
    around, _, filled = _parted(selector)
    return (
        not words.isdisjoint(_words(around))
        or not names.isdisjoint(_TYPE.findall(around))
        or (bool(names) and _NAMELESS.search(filled) is not None)
    )
