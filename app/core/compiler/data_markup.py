"""Elements that are no part of a template: those that data bring along through ``{{{markup}}}``.

A rule can be inlined into them only when the data are known, and no Lambda inlines. So the proof leaves them
as they are, and says where a rule would have applied.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.compiler.partials import PartialResolver
from app.core.html.edits import Edits
from app.core.html.markup import Markup
from app.core.sources import TemplateSet, TemplateSource
from bbws_templates.engine import Template
from bbws_templates.errors import Location
from bbws_templates.tokens import Token, TokenKind, position, tokenize

MARK = "data-bbws-from-data"
"""The attribute of an element that data brought along; its value is the number of the tag that did."""

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
    """

    html: str
    raw_tags: Mapping[str, RawTag]


def render_source(source: TemplateSource, templates: TemplateSet, data: Mapping[str, Any]) -> RenderedSource:
    """The source, its partials resolved by the engine, rendered leniently.

    Raises:
        RenderError: the template cannot be rendered with ``data``, not even leniently.
        UnclosedMarkupError: data bring markup along, and the result ends within a tag, a comment or the like.
    """
    resolver = PartialResolver(templates, source, html=True)
    partials = resolver.sources()
    engine = Template.parse(source.html.text, name=source.html.label, partials=partials)
    files = {name: (file.label, file.text) for name, file in resolver.files().items()}
    files[source.html.label] = (source.html.label, source.html.text)
    unescaped: dict[str, dict[int, Token]] = {}
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    raw_tags: list[RawTag] = []
    length = 0
    for chunk in engine.trace(data, strict=False):
        pieces.append(chunk.text)
        length += len(chunk.text)
        if chunk.literal or "<" not in chunk.text or chunk.template not in files:
            continue
        label, text = files[chunk.template]
        if chunk.template not in unescaped:
            unescaped[chunk.template] = _unescaped(text)
        tag = unescaped[chunk.template].get(chunk.offset)
        if tag is not None:
            spans.append((length - len(chunk.text), length))
            raw_tags.append(RawTag(text[tag.start : tag.end], Location(label, *position(text, tag.start))))
    html = "".join(pieces)
    return RenderedSource(
        _marked(html, spans) if spans else html, {str(number): item for number, item in enumerate(raw_tags)}
    )


def _unescaped(source: str) -> dict[int, Token]:
    return {token.start: token for token in tokenize(source) if token.kind is TokenKind.UNESCAPED}


def _marked(html: str, spans: Sequence[tuple[int, int]]) -> str:
    """``html`` with the number of its span in every start tag that begins in one."""
    starts = [start for start, _ in spans]
    edits = Edits(html)
    for tag in Markup(html).start_tags:
        number = bisect_right(starts, tag.start) - 1
        if number >= 0 and tag.start < spans[number][1] and tag.name not in _FRAME:
            edits.insert(tag.name_end, f' {MARK}="{number}"')
    return edits.applied()
