"""What one Mustache source may include: partials by name, and a template's own subject and preheader."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import PurePosixPath

from app.core.compiler.dependencies import Dependencies, Role
from app.core.compiler.origins import Origins
from app.core.engines import BLOCK_HELPER, ELSE, Foreign, foreign_tag, tag_at
from app.core.filenames import PARTIALS_FOLDER
from app.core.jsontext import locate
from app.core.sources import Metadata, SourceFile, TemplateSet, TemplateSource
from bbws_templates.errors import BbwsTemplatesError, Location, PartialError, TemplateSyntaxError
from bbws_templates.languages import widened
from bbws_templates.parser import build
from bbws_templates.tokens import Token, TokenKind, line_starts, tokenize

# A block that the engine itself has a word for.
_PLAIN_HELPER = re.compile(r"#(?:each|if|unless|with)\s+[\w.-]+")
_WITH_ARGUMENTS = re.compile(r"[#^]\s*(?P<helper>\S+)\s+\S")

_OF_LANGUAGE = ("lang", "dir")

SPELLING = {
    TokenKind.VARIABLE: "{{%s}}",
    TokenKind.UNESCAPED: "{{&%s}}",
    TokenKind.SECTION: "{{#%s}}",
    TokenKind.INVERTED: "{{^%s}}",
    TokenKind.END: "{{/%s}}",
}
"""How each kind of tag is written with the default delimiters."""


@dataclass(frozen=True)
class TracedSource:
    """A source that can be included: its text, where it came from, and whether it is text put into HTML."""

    label: str
    text: str
    origins: Origins
    escaped: bool = False

    @classmethod
    def of_file(cls, file: SourceFile) -> TracedSource:
        """A file as it is."""
        return cls(file.label, file.text, Origins.of_file(file))

    @classmethod
    def of_member(cls, metadata: Metadata, member: str, text: str, *, escaped: bool) -> TracedSource:
        """A member of a template's metadata, ``subject`` or ``preheader``."""
        place = locate(metadata.file.text, metadata.file.label, f"/{member}")
        return cls(metadata.file.label, text, Origins.of_place(place), escaped)

    def place(self, offset: int) -> Location:
        """Where ``offset`` of the text is for its author."""
        return self.origins.locate(offset)


class PartialResolver:
    """The partials that one kind of source may include: HTML ones, or text ones.

    A translation gets ``greeting.af`` where it says ``{{> greeting}}``, if there is such a file, as in any
    wider language. ``{{> lang}}`` and ``{{> dir}}`` are the tag of a mail's language and its direction, where
    no file has that name.
    """

    def __init__(
        self,
        templates: TemplateSet,
        source: TemplateSource,
        *,
        html: bool,
        reads: Dependencies | None = None,
    ) -> None:
        """For ``source``; what it takes is noted in ``reads``."""
        self._reads = reads
        metadata = source.metadata
        self.own: Mapping[str, SourceFile] = templates.partials if html else templates.text_partials
        """By name and, behind a dot, language: every partial as it is."""
        self._tags = tuple(widened(source.locale))
        self._place = Location(source.html.label)
        self._locale = source.locale or templates.settings.locale
        self.untranslated: dict[str, SourceFile] = {}
        """By name, the partials that a translation has taken for want of one in its language."""
        self.translated: dict[str, SourceFile] = {}
        """By name, those that it has taken in its language, or in a wider one."""
        self._broken = templates.broken_partials
        self._folder = "partials/*.html" if html else "partials/*.txt"
        self._reserved: dict[str, TracedSource] = {}
        if metadata is not None:
            self._reserved = {
                "subject": TracedSource.of_member(metadata, "subject", metadata.subject, escaped=html),
                "preheader": TracedSource.of_member(metadata, "preheader", metadata.preheader, escaped=html),
            }

    def sources(self) -> Mapping[str, str]:
        """Every partial by name, as the engine takes them; text put into HTML is escaped."""
        return _EngineSources(self)

    def file(self, name: str) -> SourceFile | None:
        """The file of the partial that a source takes under ``name``, in its language where there is one."""
        for each in (*(f"{name}.{tag}" for tag in self._tags), name):
            if each in self.own:
                return self.own[each]
        return None

    def source(self, name: str) -> str | None:
        """The text of a partial as the engine takes it; None where there is none of that name."""
        if name in self._reserved:
            return escaped_source(self._reserved[name])
        file = self.file(name)
        if file is None and name in _OF_LANGUAGE and self._locale:
            return self._language(name).text
        return file.text if file else None

    def names(self) -> Iterator[str]:
        """The names under which a source can take something, some more than once."""
        yield from self._reserved
        yield from _OF_LANGUAGE if self._locale else ()
        for name in self.own:
            yield name
            yield from (name.removesuffix(f".{tag}") for tag in self._tags if name.endswith(f".{tag}"))

    def _language(self, name: str) -> TracedSource:
        text = self._locale
        if name == "dir":
            from app.core.locales import text_direction  # Babel takes a while; many sets do without.

            text = text_direction(self._locale)
        return TracedSource(self._place.file, text, Origins.of_place(self._place))

    def _taken(self, file: SourceFile) -> TracedSource:
        if self._reads is not None:
            self._reads.note(Role.PARTIAL, file)
        return TracedSource.of_file(file)

    def resolve(self, name: str, place: Location) -> TracedSource:
        """The partial that a tag at ``place`` names.

        Raises:
            PartialError: there is none, or the name leads out of the folder.
            SourceError: its file cannot be read.
        """
        if name in self._reserved:
            return self._reserved[name]
        for tag in self._tags:
            if f"{name}.{tag}" in self._broken:
                raise self._broken[f"{name}.{tag}"].with_traceback(None)  # kept: each raising adds to it
            if f"{name}.{tag}" in self.own:
                self.translated[name] = self.own[f"{name}.{tag}"]
                return self._taken(self.translated[name])
        if name in self.own:
            if self._tags:
                self.untranslated[name] = self.own[name]
            return self._taken(self.own[name])
        if name in self._broken:
            raise self._broken[name].with_traceback(None)
        if ".." in PurePosixPath(name).parts or name.startswith(("/", "\\")) or "\\" in name:
            raise PartialError(
                f"The partial '{name}' leads out of the templates folder.",
                location=place,
                remedy="Name a file below partials/, without '..' and without a leading slash.",
            )
        if name in _OF_LANGUAGE:
            if self._locale:
                return self._language(name)
            raise PartialError(
                f"There is no '{name}' to include: the set does not say which language its mails are in.",
                location=place,
                remedy='Say it in settings.toml, such as locale = "en-ZA"; or write it here.',
            )
        if name in {"subject", "preheader"}:
            raise PartialError(
                f"There is no '{name}' to include: the template has no metadata file.",
                location=place,
                remedy=f'Add a .json file beside the template with a "{name}", or write the text here.',
            )
        foreign = foreign_tag(f">{name}")
        if foreign is not None:
            raise PartialError(
                f"'{{{{> {name}}}}}' is {foreign.means} of {foreign.engine}; Mustache takes it for a name.",
                location=place,
                remedy=foreign.instead,
            )
        near = difflib.get_close_matches(name, [*self.own, *self._reserved, *_OF_LANGUAGE], n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise PartialError(
            f"There is no partial '{name}'.",
            location=place,
            remedy=f"Add it as {self._folder.replace('*', name)}.{hint}",
        )


class _EngineSources(Mapping[str, str]):
    """What a resolver knows, each read when it is asked for: of thousands a template takes a few."""

    def __init__(self, resolver: PartialResolver) -> None:
        self._resolver = resolver

    def __getitem__(self, name: str) -> str:
        found = self._resolver.source(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._resolver.names()))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def broken_partials(templates: TemplateSet) -> Iterator[BbwsTemplatesError]:
    """What keeps a partial or a stylesheet from being used, whether a template wants it or not."""
    yield from templates.broken_partials.values()
    for files in (templates.partials, templates.text_partials):
        for name in files:
            if not name.startswith(f"{PARTIALS_FOLDER}/"):
                continue  # the same file by its short name, or one of a template, which is compiled anyway
            try:
                tokens_of(TracedSource.of_file(files[name]))
            except BbwsTemplatesError as error:
                yield error


def tokens_of(source: TracedSource) -> tuple[Token, ...]:
    """The tokens of one well-formed source; errors are located in its file."""
    try:
        tokens = _well_formed(source.text, source.label)
    except TemplateSyntaxError as error:
        place = source.place(0)
        remedy = _in_mustache(source.text, error)
        if not place.pointer and remedy == error.remedy:
            raise
        location = place if place.pointer else error.location
        raise TemplateSyntaxError(error.message, location=location, remedy=remedy) from error
    return tokens


@lru_cache(maxsize=256)  # a partial is included by many templates, and again at each save of one
def _well_formed(text: str, label: str) -> tuple[Token, ...]:
    tokens = tokenize(text, name=label)
    build(tokens, source=text, name=label)
    return tokens


def _in_mustache(source: str, error: TemplateSyntaxError) -> str:
    """What to write instead of a tag that is wrong in Mustache for being right in another engine."""
    place = error.location
    if place is None or not place.line:
        return error.remedy
    offset = line_starts(source)[place.line - 1] + place.column - 1
    tag = tag_at(source, offset)
    remedy = error.remedy
    is_plain = _PLAIN_HELPER.fullmatch(tag.strip()) is not None
    foreign = foreign_tag(tag) or _called(tag, error)
    if foreign and not (is_plain and foreign.engine in remedy):
        remedy = f"That is {foreign.means} of {foreign.engine}. {foreign.instead}"
    return f"{remedy} {ELSE}" if is_plain and "{{else" in source[offset:] else remedy


def _called(tag: str, error: TemplateSyntaxError) -> Foreign | None:
    """A block helper that its end gives away, ``{{#money total}}…{{/money}}``: a name may have blanks."""
    opened = _WITH_ARGUMENTS.match(tag.strip())
    end = f"{{{{/{opened['helper']}}}}}" if opened else None
    return BLOCK_HELPER if end and f"is closed by '{end}'" in error.message else None


def escaped_source(item: TracedSource) -> str:
    """The Mustache of a member of the metadata as it is included in HTML or in text."""
    if not item.escaped:
        return item.text
    pieces = []
    for token in tokens_of(item):
        written = item.text[token.outer_start : token.outer_end]
        if token.kind is TokenKind.LITERAL:
            written = escape(written)
        elif token.kind is TokenKind.UNESCAPED:
            written = SPELLING[TokenKind.VARIABLE] % token.key
        pieces.append(written)
    return "".join(pieces)
