"""Stylesheets of the set put in the place of what names them: ``<link>`` and ``@import``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.core.compiler.document import Document, StyleElement
from app.core.compiler.embedding import (
    Link,
    linked_file,
    require_comment,
    styles_for_outlook,
    stylesheet_links,
    unheeded_import,
    unread_stylesheet,
)
from app.core.compiler.flattening import FlatText
from app.core.compiler.imports import Importer, may_import
from app.core.compiler.inlining import left_alone
from app.core.compiler.origins import Origins, Tracer
from app.core.findings import Finding
from app.core.html.markup import RawText
from app.core.sources import SourceFile, TemplateSet
from bbws_templates.errors import Location
from bbws_templates.tokens import tokenize

_LINK = re.compile("<link", re.IGNORECASE)


@dataclass(frozen=True)
class Linked:
    """A document with its stylesheets in place.

    ``stylesheets`` maps the address in a ``<link>`` to the file that took its place, ``imports`` an
    ``@import`` to what it brought; ``unread`` says which there was nothing to read for.
    """

    document: Document
    stylesheets: dict[str, SourceFile] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    unread: list[Finding] = field(default_factory=list)


def linked(flat: FlatText, templates: TemplateSet, read: Callable[[SourceFile], None]) -> Linked:
    """Read ``flat``, linked and imported stylesheets of the set in place; ``read`` is told of each.

    Raises:
        CompileError: a stylesheet that cannot stand in a document.
        LimitError: stylesheets without measure.
        SourceError: one that cannot be read.
    """
    found = Linked(Document(flat))
    tracer = _traced(found, templates, read)
    if tracer is None:
        return found
    text, origins = tracer.build()
    text = found.document.veil.lift(text)
    return replace(found, document=Document(FlatText(text, origins, tokenize(text))))


def read_linked(flat: FlatText, templates: TemplateSet, read: Callable[[SourceFile], None]) -> None:
    """Tell ``read`` of the stylesheets that ``linked`` reads, and no more.

    Raises:
        as ``linked``.
    """
    if _LINK.search(flat.text) or may_import(flat.text):
        _traced(Linked(Document(flat)), templates, read)


def _traced(found: Linked, templates: TemplateSet, read: Callable[[SourceFile], None]) -> Tracer | None:
    """The veiled text with stylesheets in place, of which ``found`` is told; None where there are none."""
    document = found.document
    flat, veil = document.flat, document.veil

    def tell(address: str, place: Location, passed: Sequence[str] = ()) -> None:
        found.unread.append(unread_stylesheet(veil.lift(address), place, templates, passed))

    def tell_unheeded(address: str, place: Location) -> None:
        found.unread.append(unheeded_import(veil.lift(address), place))

    importer = Importer(templates, tell, read, tell_unheeded)
    tracer = Tracer(flat.origins)
    here = 0
    places: list[Link | RawText] = [*stylesheet_links(document.readings)]
    places += [style.raw for style in document.styles if _may_import(document, style)]
    hidden = {raw.start for raw in styles_for_outlook(document.readings)}
    places += [
        raw for raw in styles_for_outlook(document.readings) if may_import(veil.text, raw.start, raw.end)
    ]
    for place in sorted(places, key=lambda item: item.tag.start):
        if isinstance(place, RawText):
            tracer.copy(flat.text, flat.origins, here, place.start)
            importer.write(tracer, veil.text, flat.origins, (), place.start, place.end)
            brought = importer.brought(veil.text, flat.origins, place.start, place.end)
            for statement in brought if place.start in hidden else ():
                require_comment(brought[statement], statement, flat.origins.locate(place.start))
            found.imports.update(brought)
            here = place.end
            continue
        file = _file(document, place, templates, tell)
        if file is None:
            continue
        read(file)
        opening, _, closing = place.styled("")
        tracer.copy(flat.text, flat.origins, here, place.tag.start)
        tracer.insert(veil.lift(opening), flat.origins, place.tag.start)
        importer.write(tracer, file.text, Origins.of_file(file), (file.label,))
        tracer.insert(closing, flat.origins, place.tag.start)
        here = place.tag.end
        expanded = Importer(templates).expanded(file)
        found.stylesheets[place.href] = expanded
        if place.hidden:
            require_comment(expanded.text, file.label, flat.origins.locate(place.tag.start))
    if not here:
        return None
    tracer.copy(flat.text, flat.origins, here, len(flat.text))
    return tracer


def _may_import(document: Document, style: StyleElement) -> bool:
    """Whether a stylesheet that clients read, and as CSS rather than as markup, speaks of an import."""
    attributes = {item.name: document.value(style.raw.tag, item.name) for item in style.raw.tag.attributes}
    is_read = not style.whole or style.markable or left_alone(attributes)
    return is_read and may_import(document.veil.text, style.raw.start, style.raw.end)


def _file(
    document: Document, link: Link, templates: TemplateSet, tell: Callable[[str, Location], None]
) -> SourceFile | None:
    """The file that a link names; None, and ``tell`` is told, where there is none to read."""
    place = document.flat.origins.locate(link.tag.start)
    named_by_data = bool(document.veil.words(link.href))
    file = None if named_by_data else linked_file(link.href, place, templates)
    if file is None:
        tell(link.href, place)
    return file
