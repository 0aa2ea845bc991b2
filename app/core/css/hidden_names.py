"""Characters in CSS that no editor shows: in a name each is a letter, so that the name is another one.

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
_OF_FONTS = frozenset({"font", "font-family"})  # whose strings are names; others are text for readers
_ANOTHER = "stands here: as a part of the name it makes it another name."
_ELSEWHERE = "stands in this address, so that it leads elsewhere."


def hidden_in_names(tokens: Sequence[Any], *, strings: bool = False) -> Iterator[tuple[Any, str]]:
    """The tokens, tinycss2's, that hold such a character in a name, each with a sentence about it.

    Names are those of a selector or of an at-rule, in quotes where they are attributes' or ``strings`` are.
    """
    for token in tokens:
        text, said = _name(token, strings=strings), _ANOTHER
        if token.type == "url":
            text, said = token.value, _ELSEWHERE
        if not text.isascii() and (found := _hidden(text)):
            yield token, f"{found} {said}"
        inner = getattr(token, "arguments", None) or getattr(token, "content", None)
        if token.type != "{} block" and isinstance(inner, list):
            if token.type == "function" and token.lower_name == "url":
                yield from _in_address(inner)
            else:
                yield from hidden_in_names(inner, strings=strings or token.type == "[] block")


def hidden_in_declaration(name: str, value: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """The same of a declaration, of its name first, for which the first token stands."""
    if (found := hidden_in_name(name)) and value:
        yield value[0], found
    yield from hidden_in_names(value, strings=name in _OF_FONTS)


def hidden_in_name(name: str) -> str:
    """A sentence about such a character in a name, "" where there is none."""
    found = "" if name.isascii() else _hidden(name)
    return f"{found} {_ANOTHER}" if found else ""


def _in_address(tokens: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    for token in tokens:
        if token.type == "string" and (found := _hidden(token.value)):
            yield token, f"{found} {_ELSEWHERE}"


def _name(token: Any, *, strings: bool) -> str:
    """What is a name of a token; "" where nothing is."""
    if token.type in {"ident", "hash", "at-keyword"} or (strings and token.type == "string"):
        return str(token.value)
    return str(getattr(token, "name", "") or getattr(token, "unit", "") or "")


def _hidden(name: str) -> str:
    """The first such character of a name as a person can look it up; "" for none."""
    return next(
        (
            f"U+{ord(each):04X} ({unicodedata.name(each, 'control character').lower()})"
            for number, each in enumerate(name)
            if unicodedata.category(each) in _UNSEEN
            and not (each in _JOINERS and number and not name[number - 1].isascii())
            and each not in "\0 \t\r\n\f"
        ),
        "",
    )
