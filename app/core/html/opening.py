"""The first words of a mail as an inbox takes them: of the HTML's body, those that are hidden in it included.

Gmail, Outlook and Apple Mail show beside the subject what the body begins with, whatever its styles say:
hidden preheaders live on that.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from bbws_templates.entities import unescape

LONGEST: Final = 500
"""How many characters are told; no inbox shows as many."""

_READ: Final = 16_000
"""How many characters of the HTML are looked at: this is asked for with each letter that is typed."""

_BODY: Final = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BLOCK: Final = r"/?(?:table|tbody|tr|td|th|div|p|img|h[1-6]|br|center)(?=[\s/>])[^>]*>"
_MARKUP: Final = re.compile(
    # Rows of tables within tables are most of what stands before the first words: all of them in one.
    rf"<(?:{_BLOCK}(?:[ \t\r\n\f]*<{_BLOCK})*"
    r"|!--.*?-->|(?P<unread>style|script|title|noscript|template)\b.*?</(?P=unread)[^>]*>"
    r"|/?(?P<name>[a-z][^\s/>]*)[^>]*>|[!?/][^>]*>|[^>]*\Z)",
    re.IGNORECASE | re.DOTALL,
)
_WITHIN_WORDS: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"}
)


def opening_of(html: str) -> str:
    """The first ``LONGEST`` characters of the body's text; runs of blanks are one, other spaces stay."""
    body = _BODY.search(html)
    start = body.end() if body else 0
    end = start + _READ
    pieces: list[str] = []
    length, enough = 0, LONGEST
    # Read no further than is told: this is asked for with each mail, and the rest would take as long as it.
    for markup in _MARKUP.finditer(html, start, end):
        if start < (begins := markup.start()):
            pieces.append(piece := _read(html[start:begins]))
            length += len(piece)
        if markup["name"] not in _WITHIN_WORDS and (markup["name"] or "").lower() not in _WITHIN_WORDS:
            pieces.append(" ")
        start = markup.end()
        if length > enough:
            if len(text := _on_one_line(pieces)) >= LONGEST:
                return text[:LONGEST]
            enough = length + LONGEST
    return _on_one_line([*pieces, _read(html[start:end])])[:LONGEST]


def _on_one_line(pieces: list[str]) -> str:
    text = "".join(pieces)
    for blank in "\t\r\n\f":
        text = text.replace(blank, " ")
    return " ".join(filter(None, text.split(" ")))


def _read(text: str) -> str:
    return _known(text) if "&" in text else text


@lru_cache(maxsize=64)
def _known(text: str) -> str:
    """``text`` with its references read; a preheader is followed by hundreds, the same in each mail."""
    return unescape(text)
