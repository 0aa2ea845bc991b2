"""Rendered HTML as the checks see it: parsed once, with the place of everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from app.core.html.blanks import BLANK
from app.core.settings import CheckSettings
from app.core.validation.nodes import Element
from app.core.validation.parsing import parse_html
from bbws_templates.errors import Location

DEFAULTS = CheckSettings()


@dataclass(frozen=True)
class MailLanguage:
    """What a mail is to be in: the tag of a language, ``rtl`` or ``ltr``, and whether it is a translation."""

    tag: str
    direction: str
    is_translation: bool = False


# An attribute, or the tag's name, for which the group stays empty. HTML's blanks are all ASCII.
_ATTRIBUTE = re.compile(
    r"""<[^\s/>]+|(?P<name>[^\s=/>]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>]*)))?""",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class WrittenAttribute:
    """An attribute as its tag gives it: ``name`` in lower case, ``value`` as it is written, "" for none."""

    name: str
    value: str
    start: int


class Page:
    """Rendered HTML: its source, its elements in document order, and what a parser had to repair.

    ``settings`` say what a set of templates allows beyond HTML, ``language`` which language the mail is in;
    ``locate`` leads an offset to the author's file, where that is known.
    """

    def __init__(
        self, html: str, settings: CheckSettings = DEFAULTS, language: MailLanguage | None = None
    ) -> None:
        self.html = html
        self.locate: Callable[[int], Location] | None = None
        self.language = language
        self.settings = settings
        self.root, self.errors = parse_html(html)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements that somebody wrote, in document order; those that the parser made up are left out."""
        return tuple(element for element in (self.root, *self.root.walk()) if not element.implied)

    def named(self, *names: str) -> Iterator[Element]:
        """The HTML elements of these names."""
        return (element for element in self.elements if element.name in names and element.is_html)

    def attributes_around(self, offset: int) -> Iterator[WrittenAttribute]:
        """Every attribute of the start tag that holds ``offset``, repetitions included, in order."""
        start = max(
            (element.offset for element in self.elements if element.offset <= offset < element.end),
            default=self.html.rfind("<", 0, offset),
        )
        end = start
        for match in _ATTRIBUTE.finditer(self.html, start):
            if match.start() > offset and ">" in self.html[end : match.start()]:
                return
            end = match.end()
            if match["name"]:
                value = match["double"] or match["single"] or match["bare"] or ""
                yield WrittenAttribute(match["name"].lower(), value, match.start())

    def place_of(self, element: Element, attribute: str) -> int:
        """The offset of an attribute of ``element``; of the element if its tag does not show it."""
        return self._span_of(element, attribute)[0]

    def place_of_declaration(self, element: Element, name: str, value: str) -> int:
        """The offset of a declaration in a style attribute; else of its name, or of the attribute."""
        start, end = self._span_of(element, "style")
        of_name = re.compile(rf"""(?<=[;"'= \t\r\n\f]){re.escape(name)}{BLANK}*:{BLANK}*""", re.IGNORECASE)
        found = list(of_name.finditer(self.html, start, end))
        exact = [match for match in found if self.html.startswith(value, match.end(), end)]
        return max((match.start() for match in exact or found), default=start)

    def _span_of(self, element: Element, attribute: str) -> tuple[int, int]:
        for match in _ATTRIBUTE.finditer(self.html, element.offset, element.end):
            if match["name"] and match["name"].lower() == attribute:
                return match.span()
        return element.offset, element.offset
