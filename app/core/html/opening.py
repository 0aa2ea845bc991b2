"""The first words of a mail as an inbox takes them: of the HTML's body, those that are hidden in it included.

Gmail, Outlook and Apple Mail show beside the subject what the body begins with, whatever its styles say:
hidden preheaders live on that.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

LONGEST: Final = 800
"""How many characters are told; no inbox shows as many."""

_READ: Final = 16_000
"""How many characters of the HTML are looked at: this is asked for with each letter that is typed."""

_BODY: Final = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_MARKUP: Final = re.compile(
    r"<!--.*?-->|<(?P<unread>style|script|title|noscript|template)\b.*?</(?P=unread)[^>]*>"
    r"|</?(?P<name>[a-z][^\s/>]*)[^>]*>|<[!?/][^>]*>|<[^>]*\Z",
    re.IGNORECASE | re.DOTALL,
)
_WITHIN_WORDS: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"}
)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")


def opening_of(html: str) -> str:
    """The first ``LONGEST`` characters of the body's text; runs of blanks are one, other spaces stay."""
    body = _BODY.search(html)
    start = body.end() if body else 0
    text = unescape(_MARKUP.sub(_between, html[start : start + _READ]))
    return _BLANKS.sub(" ", text).strip(" ")[:LONGEST]


def _between(markup: re.Match[str]) -> str:
    """What separates the words on both sides: nothing within a line, or a blank."""
    return "" if (markup["name"] or "").lower() in _WITHIN_WORDS else " "
