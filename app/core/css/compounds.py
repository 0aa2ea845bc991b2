"""What a selector asks of an element, and of those around it, as far as its text tells without a document.

That is cheaper than to look for what it matches, and most rules of a stylesheet are for other documents.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_NAME = r"(?:[\w-]|[^\x00-\x7f])+"
# The last compound of a selector: its element, and the rest of it up to an attribute or a pseudo-class.
_LAST = re.compile(
    rf"(?:^|[ \t\r\n\f>+~])([a-z][\w-]*)?((?:[.#]{_NAME})*)(?:[\[:*].*)?$",
    re.DOTALL,
)
_WORD = re.compile(rf"[.#]({_NAME})")
_TYPE = re.compile(r"(?:^|(?<=[\s>+~(]))[a-z][\w-]*")
# The last compound of a selector, with the combinator before it.
_COMBINED = re.compile(r"[ \t\r\n\f>+~]+[^ \t\r\n\f>+~]+$")
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\r\n\f])?|(.))", re.DOTALL | re.IGNORECASE)
_ASIDE = 0x10FE00  # of private use: where a character that may be syntax stands meanwhile
_ASIDES = re.compile(f"[{chr(_ASIDE)}-{chr(_ASIDE + 0x7F)}]")


def class_names(value: str) -> list[str]:
    """The classes of a ``class`` attribute: of all blanks, only those of ASCII are between two."""
    return value.split() if value.isascii() else list(filter(None, _BLANKS.split(value)))


def without_escapes(selector: str) -> str:
    """``selector`` with a letter for each escape, one that is no syntax."""
    return _ESCAPE.sub(_letter, selector) if "\\" in selector else selector


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
    last = _LAST.search(without_escapes(selector))
    return None if last is None else (last[1] or "", _words(last[2]))


def may_match(selector: str, names: Set[str], words: Set[str]) -> bool:
    """Whether a selector may match an element of such a name with classes and ids among ``words``."""
    asked = _asked(selector)
    return asked is None or ((not asked[0] or asked[0] in names) and asked[1] <= words)


def may_lead_through(selector: str, names: Set[str], words: Set[str]) -> bool:
    """Whether it asks for such an element beside or around the one that it is for."""
    text = without_escapes(selector)
    around = _COMBINED.sub("", text) if _COMBINED.search(text) else ""
    return not words.isdisjoint(_words(around)) or not names.isdisjoint(_TYPE.findall(around))
