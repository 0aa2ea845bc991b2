"""Which files make up a template: its own, the partials and style sheets it draws in, its fixtures.

The source tab shows them, and their digest tells which templates a saved file has changed.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.compiler.partials import PartialResolver
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.errors import TemplateSyntaxError
from bbws_templates.references import unquoted
from bbws_templates.tokens import TokenKind, tokenize

_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_FILE_REFERENCE = re.compile(r'"\$ref"\s*:\s*"([^"#]+)')


class Role(StrEnum):
    """What a file is to a template."""

    HTML = "html"
    TEXT = "text"
    METADATA = "metadata"
    PARTIAL = "partial"
    STYLESHEET = "stylesheet"
    CONTRACT = "contract"
    FIXTURE = "fixture"


@dataclass(frozen=True)
class TemplateFile:
    """One file in its role."""

    role: Role
    file: SourceFile


def parts_of(source: TemplateSource, templates: TemplateSet) -> tuple[TemplateFile, ...]:
    """Every file that ``source`` is made of, each once, the template itself first."""
    seen: dict[str, TemplateFile] = {}
    for part in _parts(source, templates):
        seen.setdefault(part.file.label, part)
    return tuple(seen.values())


def version_of(source: TemplateSource, templates: TemplateSet) -> str:
    """A digest of everything that can change how ``source`` looks or what is said of it."""
    digest = hashlib.sha256()
    for part in parts_of(source, templates):
        digest.update(f"{part.role}\0{part.file.label}\0{part.file.text}\0".encode("utf-8", "replace"))
    if source.metadata:
        digest.update(json.dumps(source.metadata.contract, sort_keys=True, default=str).encode())
    digest.update(repr(templates.locales(source.name)).encode())
    digest.update(repr(templates.settings).encode("utf-8", "replace"))
    for broken in (source.broken_fixtures, templates.broken_partials):
        digest.update(repr(sorted((name, str(error)) for name, error in broken.items())).encode())
    return digest.hexdigest()[:16]


def version_of_text(text: str) -> str:
    """The same kind of digest for a template of which there is only an error."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _parts(source: TemplateSource, templates: TemplateSet) -> Iterator[TemplateFile]:
    yield TemplateFile(Role.HTML, source.html)
    if source.text:
        yield TemplateFile(Role.TEXT, source.text)
    if source.metadata:
        yield TemplateFile(Role.METADATA, source.metadata.file)
        yield TemplateFile(Role.METADATA, source.metadata.contract_home)
    drawn_in = list(_partials(source.html, PartialResolver(templates, source, html=True).files()))
    for file in drawn_in:
        yield TemplateFile(Role.PARTIAL, file)
    if source.text:
        for file in _partials(source.text, PartialResolver(templates, source, html=False).files()):
            yield TemplateFile(Role.PARTIAL, file)
    for file in (source.html, *drawn_in):
        for sheet in _stylesheets(file, templates):
            yield TemplateFile(Role.STYLESHEET, sheet)
    if source.metadata:
        yield from _shared_contracts(source.metadata.contract_home, templates)
    for fixture in source.fixtures.values():
        yield TemplateFile(Role.FIXTURE, fixture.file)


def _partials(
    file: SourceFile, partials: Mapping[str, SourceFile], seen: set[str] | None = None
) -> Iterator[SourceFile]:
    seen = {file.label} if seen is None else seen
    try:
        keys = [token.key for token in tokenize(file.text) if token.kind is TokenKind.PARTIAL]
    except TemplateSyntaxError:
        return  # said elsewhere, with its place; until it is mended the file draws in nothing
    for key in keys:
        partial = partials.get(key)
        if partial and partial.label not in seen:
            seen.add(partial.label)
            yield partial
            yield from _partials(partial, partials, seen)


def _stylesheets(file: SourceFile, templates: TemplateSet) -> Iterator[SourceFile]:
    folder = ""
    if file.path.is_relative_to(templates.root):
        folder = file.path.relative_to(templates.root).parent.as_posix()
    for link in _LINK.findall(file.text):
        for href in _HREF.findall(link):
            for base in ("", folder):
                sheet = templates.stylesheets.get(posixpath.normpath(posixpath.join(base, href)))
                if sheet:
                    yield sheet


def _shared_contracts(metadata: SourceFile, templates: TemplateSet) -> Iterator[TemplateFile]:
    """The contract files that the metadata refers to; only those the loader could have read itself."""
    for reference in dict.fromkeys(map(unquoted, _FILE_REFERENCE.findall(metadata.text))):
        path = (metadata.path.parent / reference).resolve()
        if not path.is_relative_to(templates.root) or not path.is_file():
            continue
        label = posixpath.normpath(posixpath.join(posixpath.dirname(metadata.label), reference))
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # the loader has said so already
        yield TemplateFile(Role.CONTRACT, SourceFile(path, label, text))
