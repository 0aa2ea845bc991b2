"""A flat template as the compiler looks at it: Mustache veiled, markup scanned, sections paired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from app.core.compiler.flattening import FlatText
from app.core.compiler.inlining import kept_whole
from app.core.css.stylesheet import Stylesheet, parse_stylesheet
from app.core.errors import CompileError
from app.core.html.markup import Context, Markup, RawText, StartTag, UnclosedMarkupError
from app.core.html.veil import UnveilableError, Veil
from bbws_templates.tokens import Token, TokenKind


@dataclass(frozen=True)
class SectionPair:
    """The opening and the closing tag of one section, by their numbers among the document's Mustache tags."""

    opening: Token
    closing: Token
    opening_number: int
    closing_number: int


@dataclass(frozen=True)
class StyleElement:
    """A ``<style>`` element; one that is ``whole`` is left alone, and its rules only compete."""

    raw: RawText
    sheet: Stylesheet
    whole: bool


class Document:
    """A flat template, read only."""

    def __init__(self, flat: FlatText) -> None:
        """Read ``flat``.

        Raises:
            CompileError: markup that never ends, or characters that no document may hold.
        """
        self.flat = flat
        try:
            self.veil = Veil(flat.text, flat.tokens)
        except UnveilableError as error:
            self.fail(
                error.offset,
                f"The character U+{ord(flat.text[error.offset]):04X} stands here, which HTML does not allow.",
                "Remove it, and the others from U+FDD0 to U+FDEF; they may be invisible in the editor.",
            )
        try:
            self.markup = Markup(self.veil.text)
        except UnclosedMarkupError as error:
            self._unclosed(error)
        self.sections = tuple(_pairs(self.veil.tags))
        self.styles = tuple(self._style(raw) for raw in self.markup.raw_texts if raw.tag.name == "style")

    @property
    def sheets(self) -> tuple[Stylesheet, ...]:
        """The stylesheet of each ``<style>`` element, in order."""
        return tuple(style.sheet for style in self.styles)

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
        whole = kept_whole({item.name: self.value(raw.tag, item.name) for item in raw.tag.attributes})
        sheet = parse_stylesheet(self.veil.text[raw.start : raw.end])
        return StyleElement(raw, sheet.kept_whole() if whole else sheet, whole)

    def _unclosed(self, error: UnclosedMarkupError) -> NoReturn:
        self.fail(error.offset, f"This {error.what} is never closed.", "Close it.")


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
