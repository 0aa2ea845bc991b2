"""Values that CSS refuses for certain, of those that are plain words.

It is read from the data alone; functions, strings and what one browser knows are never refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.core.css.data import PROPERTIES
from app.core.css.data.unshared import UNSHARED
from app.core.proof.syntax import is_plain, takes

_WIDE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
_PLAIN = re.compile(r"[a-z0-9#%.+ ,/\t\n-]+")  # without functions, strings, escapes and signs
_OF_ONE_BROWSER = re.compile(r"-[a-z-]")
_MOST = 12  # words of a value
_STRING, _QUANTITY = re.compile(r"[\"']"), re.compile(r"(?<![\w.#-])[+-]?\.?[0-9]")
_FORMS = {"<string>": _STRING, "<angle>": _QUANTITY}


@lru_cache(maxsize=4096)
def is_refused(name: str, value: str) -> bool:
    """Whether no client takes a value for a property, as far as that is certain."""
    said = value.lower()
    if name not in PROPERTIES or name.startswith("--") or _PLAIN.fullmatch(said) is None:
        return False
    words = re.findall(r"[,/]|[^ ,/\t\n]+", said)
    if len(words) > _MOST or not all(map(is_plain, words)) or any(map(_OF_ONE_BROWSER.match, words)):
        return False
    return not (len(words) == 1 and words[0] in _WIDE) and not takes(name, words)


@lru_cache(maxsize=4096)
def is_refused_by_some(name: str, value: str) -> bool:
    """Whether a word of a value is one that not every client knows for that property."""
    unshared = UNSHARED.get(name, frozenset())
    return bool(unshared) and (
        not unshared.isdisjoint(value.lower().split())
        or any(form in unshared and sign.search(value) for form, sign in _FORMS.items())
    )
