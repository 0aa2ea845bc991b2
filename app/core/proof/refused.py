"""Values that CSS refuses for certain: a word or a number that the syntax of the property has nowhere.

It is read from the data alone, without their grammar: whether known words are in a right order is not asked.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.core.css.data import PROPERTIES, SYNTAXES

_TYPE = re.compile(r"<('?)([\w-]+(?:\(\))?)'?(?:\s*\[[^\]]*\])?>")
_FUNCTION = re.compile(r"<[\w-]+\(\)>|[\w-]+\([^()]*\)")
_WORD = re.compile(r"[a-z][a-z0-9-]*", re.IGNORECASE)
_WIDE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
_BASIC = frozenset(
    {"length", "percentage", "number", "integer", "angle", "time", "resolution", "frequency", "flex", "url"}
    | {"string", "hex-color", "zero"}
)
_PLAIN = re.compile(r"[a-z0-9#%.+ ,/\t\n-]+")  # without functions, strings, escapes and signs
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_MOST = 50  # words of a value


def is_refused(name: str, value: str) -> bool:
    """Whether no client takes a value for a property, as far as that is certain."""
    said = value.lower()
    if name not in PROPERTIES or _PLAIN.fullmatch(said) is None:
        return False
    words = re.split(r"[ ,/\t\n]+", said.strip())
    known = _taken(name)
    if known is None or len(words) > _MOST or any(re.match(r"-[a-z-]", word) for word in words):
        return False
    keywords, types = known
    return any(_is_unknown(word, keywords, types) for word in words)


def _is_unknown(word: str, keywords: frozenset[str], types: frozenset[str]) -> bool:
    if word in keywords or word in _WIDE:
        return False
    if word.startswith("#"):
        return "hex-color" in types and _COLOUR.fullmatch(word) is None
    if _NUMBER.fullmatch(word):
        return float(word) != 0 and types.isdisjoint({"number", "integer"})
    return _WORD.fullmatch(word) is not None


@lru_cache(maxsize=1024)
def _taken(name: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """All keywords and basic types in the syntax of a property; None if it holds what is not in the data."""
    pending = [PROPERTIES[name]]
    seen: set[str] = set()
    keywords: set[str] = set()
    types: set[str] = set()
    while pending:
        syntax = pending.pop()
        if any(
            not quote and other.endswith("()") and other not in SYNTAXES
            for quote, other in _TYPE.findall(syntax)
        ):
            return None
        while (less := _FUNCTION.sub(" ", syntax)) != syntax:
            syntax = less  # of what is asked about none has a function
        for quote, other in _TYPE.findall(syntax):
            found = PROPERTIES.get(other) if quote else SYNTAXES.get(other)
            if other in _BASIC and not quote:
                types.add(other)
            elif found is None:
                return None
            elif f"{quote}{other}" not in seen:
                seen.add(f"{quote}{other}")
                pending.append(found)
        plain = _TYPE.sub(" ", syntax)
        keywords.update(word.lower() for word in re.findall(r"-?[a-z0-9][\w-]*", plain, re.IGNORECASE))
    return frozenset(keywords), frozenset(types)
