"""What of a mail weighs how much: each byte of its HTML by what it is, by element, style and source line.

Gmail clips by bytes, and a designer can only make lighter what has a place in a file. A style that the
compiler has put into forty elements is weighed at its rule in the style sheet, a row of a list at its one
line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.core.compiler.tracing import RenderedHtml
from app.core.html.markup import Context, EndTag, Markup, Region, StartTag, UnclosedMarkupError
from app.core.validation.checks.size import CLIP_BYTES

MOST = 20
"""How many entries each list has, heaviest first."""

_ADDRESSES = frozenset({"href", "src", "background", "action", "srcset", "cite"})


class Kind(StrEnum):
    """What a byte is part of."""

    TEXT = "text"
    BLANKS = "blanks"
    TAGS = "tags"
    INLINE_STYLES = "inline styles"
    STYLE_SHEETS = "style sheets"
    ADDRESSES = "addresses"
    ATTRIBUTES = "other attributes"
    OUTLOOK = "for Outlook alone"
    COMMENTS = "comments"


@dataclass(frozen=True)
class KindWeight:
    """All of one kind."""

    kind: Kind
    bytes: int


@dataclass(frozen=True)
class ElementWeight:
    """All elements of one name: their tags with all attributes, and what of it are inline styles."""

    name: str
    count: int
    bytes: int
    styles: int


@dataclass(frozen=True)
class StyleWeight:
    """One inline style, as it stands in so many elements."""

    style: str
    count: int
    bytes: int


@dataclass(frozen=True)
class LineWeight:
    """What one line of a source becomes in the mail."""

    file: str
    line: int
    bytes: int


@dataclass(frozen=True)
class Weight:
    """The weight of one mail; ``parts`` add up to ``bytes``, ``clipped`` is where Gmail cuts and how much."""

    bytes: int
    limit: int
    parts: tuple[KindWeight, ...]
    elements: tuple[ElementWeight, ...]
    styles: tuple[StyleWeight, ...]
    lines: tuple[LineWeight, ...]
    clipped: LineWeight | None


def weight_of(html: str, origins: RenderedHtml) -> Weight:
    """Weigh ``html``, which ``origins`` leads back to its sources. HTML that never ends a tag is all text."""
    try:
        markup = Markup(html)
    except UnclosedMarkupError:
        markup = Markup("")
    kinds: Counter[Kind] = Counter()
    lines: Counter[tuple[str, int]] = Counter()
    markup_place = origins.locate(0)
    clipped = None
    total = 0
    for start, end, kind in _pieces(html, markup):
        size = _bytes(html[start:end])
        place = origins.locate(start)
        kinds[kind] += size
        lines[place.file, place.line] += size
        total += size
        if kind is not Kind.INLINE_STYLES:
            markup_place = place  # of a style it is that of its rule, which is nowhere in the mail
        if clipped is None and total > CLIP_BYTES:
            clipped = markup_place
    return Weight(
        bytes=total,
        limit=CLIP_BYTES,
        parts=tuple(KindWeight(kind, size) for kind, size in kinds.most_common()),
        elements=_elements(markup),
        styles=_styles(markup),
        lines=tuple(LineWeight(*place, size) for place, size in lines.most_common(MOST)),
        clipped=LineWeight(clipped.file, clipped.line, total - CLIP_BYTES) if clipped else None,
    )


def _pieces(html: str, markup: Markup) -> Iterator[tuple[int, int, Kind]]:
    """Every stretch of ``html`` in order, none of which goes beyond a line or a declaration."""
    here = 0
    for region in markup.regions:
        if region.start > here:
            yield from _text(html, here, region.start)
        kind = _kind(html, region)
        split = ";" if kind is Kind.INLINE_STYLES else "\n"  # a declaration may come from a rule of its own
        for start, end in _split(html, max(here, region.start), region.end, split):
            yield start, end, kind
        here = max(here, region.end)
    yield from _text(html, here, len(html))


def _text(html: str, start: int, end: int) -> Iterator[tuple[int, int, Kind]]:
    for first, last in _split(html, start, end, "\n"):
        yield first, last, Kind.BLANKS if html[first:last].isspace() else Kind.TEXT


def _split(html: str, start: int, end: int, sign: str) -> Iterator[tuple[int, int]]:
    breaks = [start]
    found = html.find(sign, start, end)
    while found >= 0:
        breaks.append(found + 1)
        found = html.find(sign, found + 1, end)
    return ((first, last) for first, last in pairwise([*breaks, end]) if last > first)


def _kind(html: str, region: Region) -> Kind:
    if region.context is Context.COMMENT:
        return Kind.OUTLOOK if is_conditional(html[region.start : region.end]) else Kind.COMMENTS
    if region.context is Context.STYLE:
        return Kind.STYLE_SHEETS
    if region.context in (Context.TITLE, Context.RAW):
        return Kind.TEXT
    if region.attribute is None:
        return Kind.TAGS
    name = region.attribute.name
    if name == "style":
        return Kind.INLINE_STYLES
    return Kind.ADDRESSES if name in _ADDRESSES else Kind.ATTRIBUTES


def is_conditional(comment: str) -> bool:
    """Whether a comment is one that Outlook for Windows reads, or hides something from it."""
    return comment.lower().startswith(("<!--[if", "<![if", "<![endif", "<!--<![endif"))


def _elements(markup: Markup) -> tuple[ElementWeight, ...]:
    count: Counter[str] = Counter(tag.name for tag in markup.start_tags)
    size: Counter[str] = Counter()
    styles: Counter[str] = Counter()
    tags: list[StartTag | EndTag] = [*markup.start_tags, *markup.end_tags]
    for tag in tags:
        size[tag.name] += _bytes(markup.text[tag.start : tag.end])
    for tag in markup.start_tags:
        if style := tag.attribute("style"):
            styles[tag.name] += _bytes(markup.text[style.start : style.end])
    return tuple(
        ElementWeight(name, count[name], each, styles[name]) for name, each in size.most_common(MOST)
    )


def _styles(markup: Markup) -> tuple[StyleWeight, ...]:
    count: Counter[str] = Counter()
    for tag in markup.start_tags:
        if style := tag.attribute("style"):
            count[markup.text[style.value_start : style.value_end]] += 1
    weighed = [StyleWeight(style, number, number * _bytes(style)) for style, number in count.items() if style]
    return tuple(sorted(weighed, key=lambda each: -each.bytes)[:MOST])


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
