"""Does a partial have words of its own, which another language would say otherwise?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from app.core.findings import Finding, Severity
from app.core.html.markup import RAW_ELEMENTS, Markup, UnclosedMarkupError
from app.core.html.veil import UnveilableError, Veil
from app.core.sources import SourceFile, TemplateSource
from bbws_templates.entities import unescape
from bbws_templates.errors import Location
from bbws_templates.tokens import TokenKind, tokenize

ALL_LANGUAGES: Final = "all languages"
"""What a Mustache comment says in a partial that is the same in all of them, such as a company's name."""

_OF_LANGUAGE: Final = re.compile(r"\b(?:lang|dir)=(?:\"[^\"]*\"|'[^']*')")

_SPOKEN: Final = frozenset({"alt", "title", "aria-label"})
"""Attributes that are read to somebody."""


def untranslated(source: TemplateSource, name: str, file: SourceFile) -> Finding:
    """That the translation ``source`` takes the partial ``name``, which has no words in its language."""
    label = PurePosixPath(file.label)
    return Finding(
        "missing-translation",
        Severity.WARNING,
        f"The partial '{name}' has words, and is not there in '{source.locale}'.",
        Location(file.label),
        f"Add {label.stem}.{source.locale}{label.suffix} beside it; one that is the same in every language "
        f"says so: {{{{! {ALL_LANGUAGES} }}}}.",
        source.name,
    )


def is_kindred(own: str, locale: str) -> bool:
    """Whether two tags are one language in one script, as ``en-ZA`` and ``en-GB``, that share most words."""
    return _language_and_script(own) == _language_and_script(locale)


def _language_and_script(tag: str) -> tuple[str, str]:
    """Source: RFC 5646, section 2.2.3: of four letters, which nothing else behind the language has."""
    language, *further = tag.split("-")
    return language, next((each for each in further if len(each) == 4 and each.isalpha()), "")


def is_copy(text: str, before: str, own: str, locale: str, *, html: bool) -> bool:
    """Whether ``text``, in the language ``locale``, has words and says what ``before`` says in ``own``.

    What a document says of its own language and direction aside. Two kinds of one language may well do so.

    Raises:
        TemplateSyntaxError: it is malformed Mustache.
    """
    if is_kindred(own, locale):
        return False
    is_same = _OF_LANGUAGE.sub("", text).strip() == _OF_LANGUAGE.sub("", before).strip()
    return is_same and has_words(text, html=html)


def copied(what: str, source: TemplateSource, place: Location) -> Finding:
    """That ``what`` of the translation ``source``, at ``place``, is still the copy that it began as."""
    return Finding(
        "missing-translation",
        Severity.WARNING,
        f"The {what} says in '{source.locale}' what it says in the set's own language, word for word.",
        place,
        "Translate it; where it is meant to be the same, write a comment into it: "
        f"{{{{! {ALL_LANGUAGES} }}}}.",
        source.name,
    )


def has_words(source: str, *, html: bool) -> bool:
    """Whether the Mustache ``source`` of a partial, HTML or text, has letters that a reader is shown.

    Raises:
        TemplateSyntaxError: it is malformed Mustache.
    """
    tokens = tokenize(source)
    if any(
        token.kind is TokenKind.COMMENT and token.key.strip().lower() == ALL_LANGUAGES for token in tokens
    ):
        return False
    if not html:
        return _has_letters("".join(token.key for token in tokens if token.kind is TokenKind.LITERAL))
    try:
        # Neither what veils a tag nor the number in it is a letter.
        return any(map(_has_letters, _shown(Markup(Veil(source, tokens).text))))
    except (UnclosedMarkupError, UnveilableError):
        return False  # nobody can say; that it is so is said elsewhere


def _shown(markup: Markup) -> Iterator[str]:
    hidden = [(tag.start, tag.end) for tag in markup.start_tags]
    hidden += [(tag.start, tag.end) for tag in markup.end_tags]
    hidden += [(comment.start, comment.end) for comment in markup.comments]
    hidden += [(raw.start, raw.end) for raw in markup.raw_texts if raw.tag.name in RAW_ELEMENTS]
    here = 0
    for start, end in sorted(hidden):
        yield markup.text[here:start]
        here = max(here, end)
    yield markup.text[here:]
    for tag in markup.start_tags:
        for attribute in tag.attributes:
            if attribute.name in _SPOKEN:
                yield markup.text[attribute.value_start : attribute.value_end]


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in unescape(text))
