"""A flat template as the compiler looks at it: Mustache veiled, markup scanned, sections paired."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NoReturn

from app.core.compiler.bounds import require_bounded, require_few_tags
from app.core.compiler.flattening import FlatText
from app.core.compiler.inlining import kept_whole, left_alone
from app.core.css.compounds import class_names
from app.core.css.rules import Stylesheet
from app.core.css.stylesheet import parse_stylesheet
from app.core.errors import CompileError
from app.core.html.blanks import BLANKS
from app.core.html.markup import Attribute, Context, Markup, RawText, StartTag, UnclosedMarkupError, is_remark
from app.core.html.readings import Readings
from app.core.html.veil import UnveilableError, Veil, is_veiled
from app.core.whole_numbers import require_short_numbers
from bbws_templates.entities import unescape
from bbws_templates.tokens import Token, TokenKind

_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_QUOTED = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_REMARK = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_OF_HEAD = frozenset({"html", "head", "style", "title", "meta", "link", "base", "script", "noscript"})


@dataclass(frozen=True)
class SectionPair:
    """The opening and the closing tag of one section, by their numbers among the document's Mustache tags."""

    opening: Token
    closing: Token
    opening_number: int
    closing_number: int


@dataclass(frozen=True)
class StyleElement:
    """A ``<style>`` element; of one that is ``whole`` all rules stay, and only compete.

    In one that is ``markable``, declarations may get ``!important``: nobody asked to leave it alone. One that
    is ``exposed`` is shown as text of the page, and stays to the letter.
    """

    raw: RawText
    sheet: Stylesheet
    whole: bool
    markable: bool
    exposed: bool = False


class Document:
    """A flat template, read only."""

    def __init__(self, flat: FlatText) -> None:
        """Read ``flat``.

        Raises:
            CompileError: markup that never ends, or characters that no document may hold.
            LimitError: stylesheets, tags or numbers without measure.
        """
        self.flat = flat
        try:
            self.veil = Veil(flat.text, flat.tokens)
        except UnveilableError as error:
            self.fail(
                error.offset,
                f"The character U+{error.code:04X} stands here, which HTML does not allow.",
                "Remove it, and the others from U+FDD0 to U+FDEF; they may be invisible in the editor.",
            )
        require_short_numbers(self.veil.text, flat.origins.locate)
        require_few_tags(self.veil.text, flat.origins)
        try:
            self.markup = Markup(self.veil.text)
        except UnclosedMarkupError as error:
            self._unclosed(error)
        self.readings = Readings(self.markup)
        self.sections = tuple(_pairs(self.veil.tags))
        require_bounded(self.markup, flat.origins)
        self.styles = tuple(self._style(raw) for raw in self.markup.raw_texts if raw.tag.name == "style")

    @cached_property
    def parted_sections(self) -> tuple[SectionPair, ...]:
        """Sections that begin in one comment and end in another: ``<!-- {{#a}} --> … <!-- {{/a}} -->``.

        However often such a section is rendered, each comment ends where the next one begins.
        """
        return tuple(pair for pair in self.sections if self._is_parted(pair))

    def _is_parted(self, pair: SectionPair) -> bool:
        regions = [self.markup.region(tag.start) for tag in (pair.opening, pair.closing)]
        return regions[0] != regions[1] and all(
            region.context is Context.COMMENT and is_remark(self.flat.text[region.start : region.end])
            for region in regions
        )

    @cached_property
    def data_attributes(self) -> tuple[tuple[StartTag, Attribute], ...]:
        """The attributes with Mustache in their values, those apart that a parser ignores, and their tags."""
        return tuple(
            (tag, attribute)
            for tag in self.markup.start_tags
            if is_veiled(self.veil.text[tag.start : tag.end])
            for attribute in tag.attributes
            if self.veil.words(self.veil.text[attribute.value_start : attribute.value_end])
            and attribute is tag.attribute(attribute.name)
        )

    @property
    def sheets(self) -> tuple[Stylesheet, ...]:
        """The stylesheet of each ``<style>`` element, in order."""
        return tuple(style.sheet for style in self.styles)

    @cached_property
    def body_start(self) -> int:
        """Where the body of a fragment begins that names neither ``<html>`` nor ``<head>`` nor ``<body>``.

        That is before the first thing that a head does not hold, and before a section around it.
        """
        tags = self.markup.start_tags
        first = next((tag.start for tag in tags if tag.name not in _OF_HEAD), len(self.flat.text))
        text = self.veil.text
        sections = [pair for pair in self.sections if self._is_in_text(pair.opening)]
        passed = {pair.opening.start: pair.opening.end for pair in sections}
        passed |= {pair.closing.start: pair.closing.end for pair in sections}
        passed |= {region.start: region.end for region in self.markup.regions}
        here = 0
        while here < first and (text[here] in BLANKS or here in passed):
            here = passed.get(here, here + 1)
        start = min(first, here)
        around = [pair.opening.start for pair in sections if pair.opening.start < start < pair.closing.end]
        return min([start, *around])

    def _is_in_text(self, tag: Token) -> bool:
        return self.markup.region(tag.start).context is Context.TEXT

    @property
    def in_outlook_comments(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names of elements in conditional comments, and the classes and ids that they may have."""
        return self._told_of([tag for _, tag in self.readings.hidden_tags])

    @property
    def of_vml(self) -> tuple[frozenset[str], frozenset[str]]:
        """The same of the VML in conditional comments alone; of names, what precedes the colon as well."""
        names, words = self._told_of([tag for _, tag in self.readings.hidden_tags if ":" in tag.name])
        return names | {name.partition(":")[0] for name in names}, words

    def _told_of(self, tags: Sequence[StartTag]) -> tuple[frozenset[str], frozenset[str]]:
        names = frozenset(tag.name for tag in tags)
        values = [self.value(tag, name) or "" for tag in tags for name in ("class", "id")]
        words = frozenset(class_names(unescape(" ".join(values))))
        if any(self.veil.words(value) for value in values):  # data may say any of them
            rules = [rule for sheet in self.sheets for rule in sheet.rules]
            words = words.union(*(each.classes | each.ids for rule in rules for each in rule.selectors))
        return names, words

    def as_outlook_reads(self) -> Iterator[Document]:
        """The same document as each version of Outlook reads it, every offset as it was, newest first.

        Only those in which it reads elements that nobody else does, and in which what is left is whole.
        """
        for view in self.readings.views:
            seen = copy.copy(self)
            for name in ("parted_sections", "body_start", "data_attributes"):
                seen.__dict__.pop(name, None)
            try:
                seen.markup = Markup(view.html)
            except UnclosedMarkupError:
                continue
            if any(map(self.is_for_outlook, seen.markup.start_tags)):
                yield seen

    def is_for_outlook(self, tag: StartTag) -> bool:
        """Whether a start tag stands in a comment that Outlook alone reads."""
        return self.markup.region(tag.start).context is Context.COMMENT

    def is_in_head(self, tag: StartTag) -> bool:
        """Whether nothing that ends a document's head comes before a start tag."""
        return not any(
            other.name not in _OF_HEAD for other in self.markup.start_tags if other.start < tag.start
        )

    def is_before_doctype(self, tag: StartTag) -> bool:
        """Whether a doctype follows a start tag, which counts for nothing while that stands before it."""
        return any(comment.declaration and comment.start > tag.start for comment in self.markup.comments)

    def with_sheets(self, sheets: Sequence[Stylesheet]) -> Document:
        """The same document, its stylesheets seen anew: one for each ``<style>`` element, in order."""
        return self.with_styles(
            replace(style, sheet=sheet) for style, sheet in zip(self.styles, sheets, strict=True)
        )

    def with_styles(self, styles: Iterable[StyleElement]) -> Document:
        """The same document, its ``<style>`` elements seen anew."""
        seen = copy.copy(self)
        seen.styles = tuple(styles)
        return seen

    @property
    def takes_markup(self) -> bool:
        """Whether data can bring elements along, which only rules still in a ``<style>`` can style."""
        return any(
            tag.kind is TokenKind.UNESCAPED and self.markup.region(tag.start).context is Context.TEXT
            for tag in self.veil.tags
        )

    def fail(self, offset: int, message: str, remedy: str) -> NoReturn:
        """Raise a ``CompileError`` at the author's place of ``offset``."""
        raise CompileError(message, location=self.flat.origins.locate(offset), remedy=remedy)

    def value(self, tag: StartTag, name: str) -> str | None:
        """The veiled value of an attribute as it is written; None when the tag has no such attribute."""
        found = tag.attribute(name)
        return None if found is None else self.veil.text[found.value_start : found.value_end]

    def written(self, tag: Token) -> str:
        """A Mustache tag as it stands in the source."""
        return self.flat.text[tag.start : tag.end]

    def _style(self, raw: RawText) -> StyleElement:
        # Outlook would read in a style attribute what is not for it.
        hidden = any(view.vml[raw.tag.start] != "<" for view in self.readings.views[:1])
        attributes = {item.name: self.value(raw.tag, item.name) for item in raw.tag.attributes}
        titled = len(self._titles) > 1 and bool(attributes.get("title"))
        # Within <select> it is one to newer parsers, whose options show its text, and none to others.
        whole = hidden or kept_whole(attributes) or titled or self._is_within("select", raw.tag)
        drawn = False
        is_alternative = titled and attributes.get("title") != self._titles[0]
        kind = (self.value(raw.tag, "type") or "").lower()  # blanks count
        is_inert = is_alternative or self._is_within("template", raw.tag)
        if kind not in {"", "text/css"} or is_inert:  # no client reads it (HTML, 4.2.6)
            return StyleElement(raw, parse_stylesheet(""), True, False)
        css = self.veil.text[raw.start : raw.end]
        # In a drawing a stylesheet is markup: with the signs of XML, references, and tags that may end it.
        if ("<" in css or "&" in css) and self._is_within("svg", raw.tag):
            css = _REMARK.sub(_blank, css)
            if stray := _MARKUP.search(_QUOTED.sub(_blank, css)):
                self.fail(
                    raw.start + stray.start(),
                    "In a drawing '<' begins a tag, in its <style> too.",
                    "Write &lt;, or <![CDATA[ … ]]> around the stylesheet.",
                )
            css = unescape(_CDATA.sub(_blank, css))  # in which places are others
            whole = drawn = True
        sheet = parse_stylesheet(css)
        markable = not (drawn or left_alone(attributes))
        return StyleElement(raw, sheet.kept_whole() if whole else sheet, whole, markable)

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        """The names of the sets of stylesheets to choose from, first the one that a browser takes.

        Source: CSSOM, 6.8.1 (persistent, preferred and alternative stylesheets).
        """
        named = [self.value(raw.tag, "title") for raw in self.markup.raw_texts if raw.tag.name == "style"]
        chosen = [
            self.value(tag, "content")
            for tag in self.markup.start_tags
            if tag.name == "meta" and (self.value(tag, "http-equiv") or "").lower() == "default-style"
        ]
        return tuple(dict.fromkeys(filter(None, [*chosen, *named])))

    def _is_within(self, name: str, tag: StartTag) -> bool:
        """Whether a tag stands within such an element."""
        text, first = self._opened.get(name, ("", -1))
        return 0 <= first < tag.start and text.rfind(f"<{name}", 0, tag.start) > text.rfind(
            f"</{name}", 0, tag.start
        )

    @cached_property
    def _opened(self) -> dict[str, tuple[str, int]]:
        """The text in small letters, and where the first begins of some elements, which few mails have."""
        text = self.veil.text.lower()
        return {name: (text, text.find(f"<{name}")) for name in ("select", "svg", "template")}

    def _unclosed(self, error: UnclosedMarkupError) -> NoReturn:
        self.fail(error.offset, f"This {error.what} is never closed.", "Close it.")


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _pairs(tags: tuple[Token, ...]) -> list[SectionPair]:
    """Sections in the order in which they open; the tags are known to be balanced."""
    found = []
    opened: list[int] = []
    for number, tag in enumerate(tags):
        if tag.kind in {TokenKind.SECTION, TokenKind.INVERTED}:
            opened.append(number)
        elif tag.kind is TokenKind.END:
            first = opened.pop()
            found.append(SectionPair(tags[first], tag, first, number))
    return sorted(found, key=lambda pair: pair.opening_number)
