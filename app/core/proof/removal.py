"""Which names and comments a document may lack and still be the same mail: those that nothing refers to.

What refers is looked for in the finished documents, by nothing of what took the names out: links and labels,
with the data in them, and the selectors of the stylesheets that are left.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.core.proof.events import Event
from app.core.proof.witness import Sight

_COMMENTS = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPED = r"\\(?:[0-9a-fA-F]{1,6}\s?|.)"
# Or an escape, lest a quotation mark in a name begin a string.
_STRINGS = re.compile(rf"({_ESCAPED})|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
_NAME = re.compile(rf"(?<!\\)([.#])((?:{_ESCAPED}|[\w\x80-\U0010ffff-])++)", re.DOTALL)
_ASKED = re.compile(r"\[\s*(class|id)\s*(?:([*~])=\s*[\"']?([\w-]+))?", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_CONDITION = re.compile(r"\[(?:if|endif)")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_KINDS = {".": "class", "#": "id"}
_REFERRING = frozenset(
    re.findall(
        r"[\w-]+",
        """
        aria-activedescendant aria-controls aria-describedby aria-details aria-errormessage aria-flowto
        aria-labelledby aria-owns for form headers itemref list popovertarget
        """,
    )
)


def without_unused(ours: Sight, theirs: Sight) -> tuple[Sight, Sight]:
    """Both, without comments for people; ``theirs`` without the names that ``ours`` may and does lack."""
    mine, others = list(_without_remarks(ours.events)), list(_without_remarks(theirs.events))
    needed = _referred_to(ours, others)
    others = [
        _without(other, mine[number], needed) if number < len(mine) else other
        for number, other in enumerate(others)
    ]
    return replace(ours, events=tuple(mine)), replace(theirs, events=tuple(others))


def _without_remarks(events: Iterable[Event]) -> Iterator[Event]:
    """The events without comments for people, and with the text on both sides of one as one."""
    text: Event | None = None
    for event in events:
        if event.kind == "comment" and not _CONDITION.search(event.text.lower()):
            continue
        if event.kind == "text" and text is not None:
            text = text._replace(text=_BLANKS.sub(" ", text.text + event.text))
            continue
        if text is not None:
            yield text
        text = event if event.kind == "text" else None
        if text is None:
            yield event
    if text is not None and text.text.strip(" "):
        yield text._replace(text=text.text.rstrip(" "))


def _referred_to(ours: Sight, events: Iterable[Event]) -> set[tuple[str, str]]:
    """Kind and name of all that something refers to; after a ``*`` stands a part of a name, or nothing."""
    found: set[tuple[str, str]] = set()
    for sheet in ours.sheets:
        css = _COMMENTS.sub(" ", sheet)
        for kind, sign, name in _ASKED.findall(css):
            found.add((kind.lower(), f"*{name.lower()}" if sign != "~" else name.lower()))
        css = _STRINGS.sub(lambda match: match[1] or " ", css)
        found |= {(_KINDS[sign], _unescaped(name)) for sign, name in _NAME.findall(css)}
    for event in events:
        for name, value in event.attributes:
            if name in _REFERRING:
                found |= {("id", word.lower()) for word in _words(value)}
            elif value.startswith("#") and name in {"href", "usemap", "xlink:href"}:
                found.add(("id", value[1:].lower()))
    return found


def _words(value: str) -> list[str]:
    """What stands between the blanks that HTML has, which are fewer than those of ``str.split``."""
    return list(filter(None, _BLANKS.split(value)))


def _unescaped(name: str) -> str:
    return _ESCAPE.sub(lambda match: _numbered(match[1]) if match[1] else match[2], name).lower()


def _numbered(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= sys.maxunicode else "\ufffd"


def _without(other: Event, mine: Event, needed: set[tuple[str, str]]) -> Event:
    has = dict(mine.attributes)
    attributes = []
    for kind, value in other.attributes:
        kept = value
        if kind in {"class", "id"} and has.get(kind) != value:
            words = _words(value) if kind == "class" else [value]
            own = _words(has.get(kind, "")) if kind == "class" else [has.get(kind, "")]
            kept = " ".join(word for word in words if word in own or _is_needed(kind, word.lower(), needed))
        if kept or kind not in {"class", "id"} or kind in has:
            attributes.append((kind, kept))
    return other._replace(attributes=tuple(attributes))


def _is_needed(kind: str, word: str, needed: set[tuple[str, str]]) -> bool:
    return (kind, word) in needed or any(
        other == kind and name.startswith("*") and name[1:] in word for other, name in needed
    )
