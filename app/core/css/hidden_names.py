"""Characters in a selector that no editor shows: to CSS each is a letter, so that the name is another one.

A byte order mark where two stylesheets were joined, or a no-break space between two classes, for ones: the
rule then matches nothing, and looks as if it did.

Source: CSS Syntax Level 3, section 4.2: every character beyond ASCII may stand in a name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_JOINERS = frozenset("\u200c\u200d")  # within words of Persian, and within emoji


def hidden_in_names(prelude: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """The tokens of a selector, tinycss2's, that hold such a character, each with a sentence about it."""
    for token in prelude:
        name = token.value if token.type in {"ident", "hash"} else getattr(token, "name", "")
        if isinstance(name, str) and not name.isascii() and (found := _hidden(name)):
            yield token, f"{found} stands here: as a part of the name it makes it another name."
        inner = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inner, list):
            yield from hidden_in_names(inner)


def _hidden(name: str) -> str:
    """The first such character of a name as a person can look it up; "" for none."""
    return next(
        (
            f"U+{ord(each):04X} ({unicodedata.name(each, 'control character').lower()})"
            for each in name
            if unicodedata.category(each) in _UNSEEN and each not in _JOINERS
        ),
        "",
    )
