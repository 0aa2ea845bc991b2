"""The document that Outlook for Windows sees: conditional comments resolved, everything at its old offset.

Source: Microsoft, "About conditional comments" (the same grammar is read by the Word engine, whose feature is
called ``mso``); Outlook 2016 and later are version 16.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OUTLOOK_VERSION = 16

_OPENING = re.compile(
    r"<!(?P<hidden>--)?\[if\s+(?P<condition>[^\]]*)\]>(?P<revealing>(?:<!)?--\s*-->|<!-->|-->)?"
)
_TOKEN = re.compile(r"\s*(?:(?P<sign>[!&|()])|(?P<word>[A-Za-z]+)|(?P<number>\d+(?:\.\d+)?))")
# Markup that only the Word engine reads, and reads as XML.
_XML = re.compile(r"<xml\b.*?</xml\s*>|</?[vowm]:[^>]*>|<\?[^>]*>", re.IGNORECASE | re.DOTALL)
_NOT_LINE_END = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class OutlookView:
    """What Outlook sees, as long as the original; ``unclosed`` are offsets of conditions without an end."""

    html: str
    conditions: int
    unclosed: tuple[int, ...]


def outlook_view(html: str) -> OutlookView:
    """Blank out what Outlook does not see, and the conditions around what only Outlook sees."""
    pieces: list[str] = []
    unclosed: list[int] = []
    here = conditions = 0
    while (opening := _OPENING.search(html, here)) is not None:
        conditions += 1
        ending = _ending(opening)
        closing = re.compile(ending).search(html, opening.end())
        if closing is None:
            unclosed.append(opening.start())
            pieces.append(html[here : opening.end()])
            here = opening.end()
            continue
        pieces.append(html[here : opening.start()])
        inside = html[opening.end() : closing.start()]
        shown = is_met(opening["condition"])
        pieces += [_blank(opening[0]), inside if shown else _blank(inside), _blank(closing[0])]
        here = closing.end()
    pieces.append(html[here:])
    seen = _XML.sub(lambda match: _blank(match[0]), "".join(pieces)) if conditions else html
    return OutlookView(seen, conditions, tuple(unclosed))


def _ending(opening: re.Match[str]) -> str:
    if opening["revealing"]:
        return r"<!--\s*<!\[endif\]-->"
    # Many close a hidden condition like a revealed one, which Word forgives.
    return r"(?:<!--\s*)?<!\[endif\]-->" if opening["hidden"] else r"<!\[endif\]>"


def _blank(text: str) -> str:
    return _NOT_LINE_END.sub(" ", text)


def is_met(condition: str) -> bool:
    """Whether Outlook for Windows takes a condition such as ``(gte mso 9)|(IE)`` to be true."""
    tokens = [match for match in _TOKEN.finditer(condition) if match[0].strip()]
    return _Condition([token[0].strip().lower() for token in tokens]).alternatives()


class _Condition:
    """A recursive descent over the tokens of one condition."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def alternatives(self) -> bool:
        met = self._conjunction()
        while self._take("|"):
            met = self._conjunction() or met
        return met

    def _conjunction(self) -> bool:
        met = self._term()
        while self._take("&"):
            met = self._term() and met
        return met

    def _term(self) -> bool:
        if self._take("!"):
            return not self._term()
        if self._take("("):
            met = self.alternatives()
            self._take(")")
            return met
        comparison = next((name for name in ("gte", "gt", "lte", "lt") if self._take(name)), "eq")
        feature = self._tokens.pop(0) if self._tokens else ""
        version = OUTLOOK_VERSION if feature == "mso" else None
        if self._tokens and self._tokens[0][0].isdigit():
            asked = float(self._tokens.pop(0))
            return (
                version is not None
                and {
                    "gte": version >= asked,
                    "gt": version > asked,
                    "lte": version <= asked,
                    "lt": version < asked,
                    "eq": int(asked) == version,
                }[comparison]
            )
        return version is not None or feature == "true"

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False
