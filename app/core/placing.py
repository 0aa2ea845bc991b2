"""Where in the author's files each element of a rendered mail was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.compiler.compilation import Compilation
from app.core.compiler.tracing import RenderedHtml
from app.core.judging import Rendered
from app.core.validation.nodes import Element
from app.core.validation.parsing import parse_html
from bbws_templates.errors import Location


@dataclass(frozen=True, slots=True)
class SourcedElement:
    """An element by its name, and the place of its start tag.

    One that a parser made up has the place of what made it do so.
    """

    name: str
    place: Location


def placed_elements(compilation: Compilation, rendered: Rendered) -> tuple[SourcedElement, ...]:
    """Every element of a mail in document order, as ``querySelectorAll("*")`` of a browser has them.

    The mail itself is not touched: who knows the number of an element knows its line.
    """
    origins = RenderedHtml(compilation, rendered.shown, strict=rendered.strict)
    root, _ = parse_html(rendered.email.html)
    return tuple(SourcedElement(each.name, origins.locate(each.offset)) for each in _shown(root))


def _shown(root: Element) -> Iterator[Element]:
    """An element and those inside, without the content of a ``<template>``: that is a document of its own."""
    pending = [root]
    while pending:
        element = pending.pop()
        yield element
        if not (element.is_html and element.name == "template"):
            pending += reversed(list(element.children))
