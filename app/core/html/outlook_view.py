"""The document that Outlook for Windows sees: conditional comments resolved, everything at its old offset.

This is the one reading of conditional comments: compiler, proof, checks and the list of links share it.

Source: Microsoft, "About conditional comments" (the same grammar is read by the Word engine, whose features
are called ``mso``, ``vml`` and ``support…``: Microsoft Office HTML and XML Reference). Outlook 2007, 2010 and
2013 are versions 12, 14 and 15; Outlook 2016 and later are version 16.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from sys import maxsize

from app.core.html.edits import Edits
from app.core.html.markup import Markup

OUTLOOK_VERSION = 16
_OLDER = (15, 14, 12)

_MARK = re.compile(
    r"<!(?:(?P<hidden>--)?\[if\b(?P<condition>[^\]<>]{0,200})\]>(?P<revealing>(?:<!)?--\s*-->|<!-->|-->)?"
    # Many close a hidden condition like a revealed one, which Word forgives.
    r"|(?:--\s*<!)?\[endif\](?P<ending>--)?>)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\s*(?:(?P<sign>[!&|()])|(?P<word>[A-Za-z]+)|(?P<number>\d+(?:\.\d+)?))")
# Markup that only the Word engine reads, and reads as XML: settings without a place in the page, and VML.
_SETTINGS = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in ((r"<xml\b", r"</xml\s*>"), (r"<\?", ">"))
)
_VML = ((re.compile("</?[vowm]:", re.IGNORECASE), re.compile(">")),)
_NOT_LINE_END = re.compile(r"[^\n]")


@dataclass(frozen=True)
class _Conditional:
    """A condition, and the spans of what begins and ends it; ``hidden`` from all other clients, or not."""

    condition: str
    opening: tuple[int, int]
    closing: tuple[int, int]
    hidden: bool


@dataclass(frozen=True)
class OutlookView:
    """What one version of Outlook sees, as long as the original.

    ``vml`` is all of it that lays out the page, ``only`` are the spans that no other client sees.
    """

    vml: str
    conditions: int
    only: tuple[tuple[int, int], ...] = ()

    @cached_property
    def html(self) -> str:
        """``vml`` without VML, as HTML alone."""
        return _blanked(self.vml, _VML) if self.conditions else self.vml

    def is_only(self, offset: int) -> bool:
        """Whether what stands at ``offset`` is hidden from all other clients."""
        index = bisect_right(self._joined, (offset, maxsize)) - 1
        return index >= 0 and offset < self._joined[index][1]

    @cached_property
    def _joined(self) -> list[tuple[int, int]]:
        """``only``, those that overlap as one."""
        joined: list[tuple[int, int]] = []
        for start, end in sorted(self.only):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], end)
            else:
                joined.append((start, end))
        return joined

    def parted(self, markup: Markup) -> list[int]:
        """Where tags and comments of ``markup``, that of this view, begin for Outlook and end for all."""
        return [
            each.start
            for each in markup.constructs
            if self.is_only(each.start) and not self.is_only(each.end - 1)
        ]


def outlook_view(html: str, version: int = OUTLOOK_VERSION) -> OutlookView:
    """Blank out what a version of Outlook does not see, and the conditions around what only Outlook sees."""
    return _conditionals(html).view(version)


def outlook_views(html: str) -> tuple[OutlookView, ...]:
    """What each version of Outlook sees, newest first; versions that see the same but once.

    Empty for a document without conditions.
    """
    found = _conditionals(html)
    views = {found.met(version): version for version in (*reversed(_OLDER), OUTLOOK_VERSION)}
    return tuple(found.view(version) for version in sorted(views.values(), reverse=True)) if found else ()


def unpaired_conditions(html: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The offsets of conditions without an end, and of ends without a condition."""
    found = _conditionals(html)
    return tuple(sorted(found.unclosed)), tuple(found.strays)


@lru_cache(maxsize=4)  # each mail is asked about several times in a row
def _conditionals(html: str) -> _Conditionals:
    return _Conditionals(html)


class _Conditionals:
    """The conditional comments of a document, paired; each condition ends with the end that is its own."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._pairs: list[_Conditional] = []
        self.unclosed: list[int] = []
        self.strays: list[int] = []
        self._hidden = 0
        opened: list[re.Match[str]] = []
        for mark in _MARK.finditer(html):
            if mark["condition"] is not None:
                opened.append(mark)
                self._hidden += mark["hidden"] is not None
            else:
                self._end(mark, opened)
        self.unclosed += [mark.start() for mark in opened]
        self._pairs.sort(key=lambda pair: pair.opening)

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def _end(self, mark: re.Match[str], opened: list[re.Match[str]]) -> None:
        """Close the innermost condition that such an end closes, and leave open what was left open in it."""
        comment = mark["ending"] is not None
        if not comment and opened and opened[-1]["hidden"]:
            return  # within a comment, which alone can end with it
        if not opened or (comment and not self._hidden):
            self.strays.append(mark.start())
            return
        while comment and not opened[-1]["hidden"]:
            self.unclosed.append(opened.pop().start())
        inner = opened.pop()
        self._hidden -= comment
        self._pairs.append(
            _Conditional(inner["condition"], inner.span(), mark.span(), comment and not inner["revealing"])
        )

    def met(self, version: int) -> tuple[bool, ...]:
        """Which conditions a version of Outlook takes to be true."""
        return tuple(is_met(pair.condition, version) for pair in self._pairs)

    def view(self, version: int) -> OutlookView:
        """The document of one version."""
        html = self._html
        pieces: list[str] = []
        here = 0
        for start, end in self._unseen(version):
            if end > here:
                first = max(start, here)
                pieces += [html[here:first], _NOT_LINE_END.sub(" ", html[first:end])]
                here = end
        seen = "".join([*pieces, html[here:]])
        return OutlookView(
            _blanked(seen, _SETTINGS) if self._pairs else html,
            len(self._pairs),
            tuple(
                (pair.opening[1], pair.closing[0])
                for pair, met in zip(self._pairs, self.met(version), strict=True)
                if met and pair.hidden
            ),
        )

    def _unseen(self, version: int) -> Iterator[tuple[int, int]]:
        """The spans that are not seen, in order of their beginnings."""
        spans = []
        for pair, met in zip(self._pairs, self.met(version), strict=True):
            if met:
                spans += [pair.opening, pair.closing]
            else:
                spans.append((pair.opening[0], pair.closing[1]))
        return iter(sorted(spans))


def _blanked(text: str, kinds: Iterable[tuple[re.Pattern[str], re.Pattern[str]]]) -> str:
    """``text`` with blanks for what begins and ends by the patterns of a kind."""
    for opening, closing in kinds:
        edits = Edits(text)
        here = 0
        while (first := opening.search(text, here)) and (last := closing.search(text, first.end())):
            here = last.end()
            edits.replace(first.start(), here, _NOT_LINE_END.sub(" ", text[first.start() : here]))
        text = edits.applied()
    return text


@lru_cache(maxsize=1024)
def is_met(condition: str, version: int = OUTLOOK_VERSION) -> bool:
    """Whether a version of Outlook takes a condition such as ``(gte mso 9)|(IE)`` to be true."""
    tokens = [match for match in _TOKEN.finditer(condition) if match[0].strip()]
    return _Condition([token[0].strip().lower() for token in tokens], version).alternatives()


class _Condition:
    """A recursive descent over the tokens of one condition."""

    def __init__(self, tokens: list[str], version: int) -> None:
        self._tokens = tokens
        self._version = version

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
        version = {"mso": self._version, "vml": 1}.get(feature)
        if self._tokens and self._tokens[0][0].isdigit():
            asked = float(self._tokens.pop(0))
            return (
                version is not None
                and {
                    "gte": version >= asked,
                    "gt": version > asked,
                    "lte": version <= asked,
                    "lt": version < asked,
                    "eq": asked // 1 == version,
                }[comparison]
            )
        return version is not None or feature == "true" or feature.startswith("support")

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False
