"""Template engines other than Mustache, known by their signs, and what Mustache writes instead.

Two kinds of signs: *placeholders*, which Mustache takes for text and leaves for readers to see, and *tags* in
its own braces, which it takes for names that the data do not have.
"""

from __future__ import annotations

import re

from app.core.engine_signs import ELSE, PARTIALS, PLACEHOLDERS, TAGS, Foreign, Sign

__all__ = [
    "ELSE",
    "Foreign",
    "begins_with_placeholder",
    "foreign_tag",
    "holds_placeholder",
    "placeholders",
    "tag_at",
    "without_placeholders",
]

_ANY = re.compile("|".join(f"(?:{sign.pattern.pattern})" for sign in PLACEHOLDERS), re.DOTALL)
# Placeholders and blocks from their first to their last sign; none is longer than that.
_WHOLE = re.compile(
    r"\{%.{0,400}?%\}|\{#.{0,400}?#\}|<%.{0,400}?%>|<\?(?:php\b|=).{0,400}?\?>|\*\|[^|\n]{0,200}\|\*"
    r"|%%\[.{0,400}?\]%%|%%=.{0,400}?=%%|%%[\w. -]{1,100}%%|\[\[[^\]\n]{0,200}\]\]|\[%.{0,400}?%\]"
    r"|\$!?\{[^}\n]{0,200}\}|#\{[^}\n]{0,200}\}|\{\$[^}\n]{0,200}\}|</?#[^>\n]{0,200}>|##\w{1,60}##"
    r"|(?<!\w)[#@](?:if|foreach|for|elseif|set)\s*\([^)\n]{0,200}\)|(?<!\w)[#@](?:end\w{0,10}|else)\b",
    re.DOTALL,
)
_TAG = re.compile(r"\{\{\{?(?P<body>.*?)\}?\}\}", re.DOTALL)


def placeholders(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, Foreign]]:
    """Where the placeholders of other engines begin in a stretch of text, and what they are."""
    found: list[tuple[int, Foreign]] = []
    for match in _ANY.finditer(text, start, len(text) if end is None else end):
        sign = next(sign for sign in PLACEHOLDERS if sign.pattern.match(text, match.start()))
        found.append((match.start(), sign.foreign))
    return found


def begins_with_placeholder(text: str) -> bool:
    """Whether a value, such as an address, begins with what another engine is to fill in."""
    return _ANY.match(text.lstrip()) is not None


def without_placeholders(text: str) -> str:
    """``text`` with blanks where another engine would put something, or nothing; of the same length."""
    return _WHOLE.sub(lambda match: " " * len(match[0]), text)


def holds_placeholder(text: str, start: int, end: int) -> bool:
    """Whether another engine would put something into a stretch of text."""
    return _WHOLE.search(text, start, end) is not None


def foreign_tag(written: str) -> Foreign | None:
    """What a tag means in another engine, ``written`` with its sign, without braces; None for Mustache."""
    written = written.strip()
    if written.startswith(">"):
        return _first(PARTIALS, written[1:].strip())
    return _first(TAGS, written.removeprefix("&").strip())


def tag_at(source: str, offset: int) -> str:
    """What is written in the braces that open at ``offset``; ``""`` when there are none."""
    match = _TAG.match(source, offset)
    return match["body"] if match else ""


def _first(signs: tuple[Sign, ...], text: str) -> Foreign | None:
    for sign in signs:
        match = sign.pattern.match(text)
        if match:
            name = match.groupdict().get("name") or "name"
            foreign = sign.foreign
            return Foreign(foreign.engine, foreign.means, foreign.instead.replace("NAME", name.strip()))
    return None
