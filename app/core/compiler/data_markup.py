"""Elements that are no part of a template: those that data bring along through ``{{{markup}}}``.

A rule can be inlined into them only when the data are known, and no Lambda inlines. So the proof leaves them
as they are, and says where a rule would have applied.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.compiler.partials import PartialResolver
from app.core.html.edits import Edits
from app.core.html.markup import Markup
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.engine import Template
from bbws_templates.errors import Location
from bbws_templates.tokens import Token, TokenKind, position, tokenize

MARK = "data-bbws-from-data"
"""The attribute of an element that data brought along; its value is the number of the tag that did."""

NUMBER = "data-bbws-number"
"""The attribute of an element of the template's own; its value counts them as they are written."""

# A parser merges the attributes of a second <body> into the first, which is the template's own.
_FRAME = frozenset({"html", "head", "body"})


@dataclass(frozen=True)
class RawTag:
    """An unescaped variable: the tag as its author wrote it, and where."""

    tag: str
    place: Location


@dataclass(frozen=True)
class RenderedSource:
    """A source rendered with data, nothing inlined.

    ``html`` has a ``MARK`` in each element that data brought along; ``raw_tags`` is keyed by its value.
    ``as_written`` is the same without marks, ``spans`` are where what data brought stands in it.
    """

    html: str
    raw_tags: Mapping[str, RawTag]
    as_written: str
    spans: Sequence[tuple[int, int]]

    def numbered(self) -> str:
        """The HTML with a ``NUMBER`` in each element of the template's, a ``MARK`` in each of the data's."""
        return _marked(self.as_written, self.spans, numbered=True)

    def numbered_without_data(self) -> str:
        """The same without what data brought along."""
        edits = Edits(self.as_written)
        for start, end in self.spans:
            edits.replace(start, end, "")
        return _marked(edits.applied(), (), numbered=True)


class AuthoredTemplate:
    """A template as its author wrote it, its partials resolved by the engine, to be rendered with data."""

    def __init__(self, source: TemplateSource, templates: TemplateSet) -> None:
        self._source = source
        self._templates = templates
        self._unescaped: dict[str, dict[int, Token]] = {}

    def _file(self, name: str) -> SourceFile | None:
        """The file that the engine knows by this name."""
        own = self._source.html
        return own if name == own.label else self._resolver.file(name)

    @cached_property
    def _resolver(self) -> PartialResolver:
        return PartialResolver(self._templates, self._source, html=True)

    @cached_property
    def _engine(self) -> Template:
        file = self._source.html
        return Template.parse(file.text, name=file.label, partials=self._resolver.sources())

    def render(self, data: Mapping[str, Any]) -> RenderedSource:
        """The template rendered leniently.

        Raises:
            RenderError: it cannot be rendered with ``data``, not even leniently.
            UnclosedMarkupError: data bring markup along, and the result ends within a tag, a comment or the
                like.
        """
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        raw_tags: list[RawTag] = []
        length = 0
        for chunk in self._engine.trace(data, strict=False):
            pieces.append(chunk.text)
            length += len(chunk.text)
            if chunk.literal or "<" not in chunk.text:
                continue
            file = self._file(chunk.template)
            if file is None:
                continue
            label, text = file.label, file.text
            if chunk.template not in self._unescaped:
                self._unescaped[chunk.template] = _unescaped(text)
            tag = self._unescaped[chunk.template].get(chunk.offset)
            if tag is not None:
                spans.append((length - len(chunk.text), length))
                raw_tags.append(
                    RawTag(text[tag.start : tag.end], Location(label, *position(text, tag.start)))
                )
        html = "".join(pieces)
        return RenderedSource(
            _marked(html, spans) if spans else html,
            {str(number): item for number, item in enumerate(raw_tags)},
            html,
            spans,
        )


def _unescaped(source: str) -> dict[int, Token]:
    return {token.start: token for token in tokenize(source) if token.kind is TokenKind.UNESCAPED}


def _marked(html: str, spans: Sequence[tuple[int, int]], *, numbered: bool = False) -> str:
    """``html`` with the number of its span in every start tag that begins in one.

    Those of the template itself may be ``numbered``, too.
    """
    starts = [start for start, _ in spans]
    edits = Edits(html)
    own = 0
    for tag in Markup(html).start_tags:
        number = bisect_right(starts, tag.start) - 1
        if tag.name in _FRAME:
            continue
        if number >= 0 and tag.start < spans[number][1]:
            edits.insert(tag.name_end, f' {MARK}="{number}"')
        elif numbered:
            edits.insert(tag.name_end, f' {NUMBER}="{own}"')
            own += 1
    return edits.applied()
