"""Template engines other than Mustache, known by their signs, and what Mustache writes instead.

Two kinds of signs: *placeholders*, which Mustache takes for text and leaves for readers to see, and *tags* in
its own braces, which it takes for names that the data do not have.
"""

from __future__ import annotations

import re
from operator import itemgetter

from app.core.engine_signs import ADDRESS, BLOCK_HELPER, ELSE, PARTIALS, PLACEHOLDERS, TAGS, Foreign, Sign

__all__ = [
    "BLOCK_HELPER",
    "ELSE",
    "Foreign",
    "begins_with_placeholder",
    "foreign_tag",
    "holds_placeholder",
    "is_placeholder_address",
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
_ADDRESS = re.compile(
    rf"""(?<=[\s"'])(?:href|src|action|background)\s*=\s*["']?\s*(?P<sign>{ADDRESS.pattern.pattern})""",
    re.IGNORECASE,
)
_TAG = re.compile(r"\{\{\{?(?P<body>.*?)\}?\}\}", re.DOTALL)


def placeholders(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, Foreign]]:
    """Where the placeholders of other engines begin in a stretch of text, and what they are."""
    found: list[tuple[int, Foreign]] = []
    for match in _ANY.finditer(text, start, len(text) if end is None else end):
        sign = next(sign for sign in PLACEHOLDERS if sign.pattern.match(text, match.start()))
        found.append((match.start(), sign.foreign))
    known = {offset for offset, _ in found}
    for match in _ADDRESS.finditer(text, start, len(text) if end is None else end):
        if match.start("sign") not in known and _is_in_tag(text, match.start()):
            found.append((match.start("sign"), ADDRESS.foreign))
    return sorted(found, key=itemgetter(0))


def _is_in_tag(text: str, offset: int) -> bool:
    return text.rfind("<", 0, offset) > text.rfind(">", 0, offset)


def begins_with_placeholder(text: str) -> bool:
    """Whether a value begins with what another engine is to fill in."""
    return _ANY.match(text.lstrip()) is not None


def is_placeholder_address(text: str) -> bool:
    """Whether an address is, or begins with, what another engine or the sender is to fill in."""
    return begins_with_placeholder(text) or ADDRESS.pattern.match(text.lstrip()) is not None


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
