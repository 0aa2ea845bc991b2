"""The files that a template is made of: recorded where they are read, so that nobody has to guess them again.

Each edge of the graph goes from a template to a file in its ``Role``. The resolver of partials, the linker of
stylesheets and the reader of contracts note what they take; nobody else knows which of the candidates a name
meant. A file that is not there has no edge: once it is there, it is read, and the digest is another.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.core.errors import SourceError
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from bbws_templates.layout import parted

_PRINTABLE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u00[2-7]")
"""Where JSON spells a character of ASCII in another way, as nobody does but to hide it."""

_DELIMITERS: Final = re.compile(r"\{\{\s*=")
_INCLUDED: Final = re.compile(r"\{\{\s*>(.*?)\}\}", re.DOTALL)


class Role(StrEnum):
    """What a file is to a template; the ``original`` is what a translation is a translation of."""

    HTML = "html"
    TEXT = "text"
    METADATA = "metadata"
    PARTIAL = "partial"
    STYLESHEET = "stylesheet"
    CONTRACT = "contract"
    FIXTURE = "fixture"
    ORIGINAL = "original"


@dataclass(frozen=True)
class Dependency:
    """One file in its role."""

    role: Role
    file: SourceFile


class Dependencies:
    """What is read for one template, noted while it is read; each file once, in its first role."""

    def __init__(self, source: TemplateSource, templates: TemplateSet) -> None:
        """Begin with what the loader has read for ``source``."""
        self._noted: dict[str, Dependency] = {}
        self._own(source)
        if source.locale:
            original = templates.templates[source.template]
            self.note(Role.ORIGINAL, original.html)
            if original.text:
                self.note(Role.ORIGINAL, original.text)
        self._data = tuple(Dependency(Role.FIXTURE, fixture.file) for fixture in source.fixtures.values())

    def note(self, role: Role, file: SourceFile) -> None:
        """Remember that ``file`` has been read."""
        self._noted.setdefault(file.label, Dependency(role, file))

    def listed(self) -> tuple[Dependency, ...]:
        """All so far: the template itself first, its fixtures last."""
        return (*self._noted.values(), *self._data)

    def _own(self, source: TemplateSource) -> None:
        self.note(Role.HTML, source.html)
        if source.text:
            self.note(Role.TEXT, source.text)
        if source.metadata:
            self.note(Role.METADATA, source.metadata.file)
            self.note(Role.METADATA, source.metadata.contract_home)
            for file in source.metadata.contract_files:
                self.note(Role.CONTRACT, file)


def fingerprint(source: TemplateSource, templates: TemplateSet, read: Iterable[Dependency]) -> str:
    """A digest of everything that can change how ``source`` looks or what is said of it.

    ``read`` are its dependencies. Beside them count the settings of the set, which languages the template is
    there in, and what of the set cannot be read.
    """
    digest = hashlib.sha256()
    for each in read:
        digest.update(f"{each.role}\0{each.file.label}\0{each.file.text}\0".encode("utf-8", "replace"))
    if source.metadata:
        digest.update(json.dumps(source.metadata.contract, sort_keys=True, default=str).encode())
    digest.update(repr(templates.locales(source.name)).encode())
    digest.update(repr(templates.settings).encode("utf-8", "replace"))
    for broken in (source.broken_fixtures, templates.broken_partials):
        digest.update(repr(sorted((name, str(error)) for name, error in broken.items())).encode())
    return digest.hexdigest()[:16]


def fingerprint_of_error(error: SourceError) -> str:
    """The same of a template of which there is only ``error``."""
    return hashlib.sha256(str(error).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True)
class Aftermath:
    """Templates after a change of files: those certainly the ``same``, and those certainly ``other``."""

    same: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()


def aftermath(
    before: TemplateSet, after: TemplateSet, graph: Mapping[str, Iterable[Dependency]]
) -> Aftermath:
    """What becomes of the templates in ``graph``, read from ``before``, in ``after``; without reading any.

    A name that comes or goes leaves those in doubt that it concerns: they are not in the answer. That of a
    stylesheet, which may be spelled in many ways, and what cannot be read leave all in doubt. A new setting
    makes others of all. The names of fixtures concern their template alone.
    """
    if sorted(before.stylesheets) != sorted(after.stylesheets) or _faults(before) != _faults(after):
        return Aftermath()
    if before.settings != after.settings:
        return Aftermath(other=frozenset(graph))
    old, new = before.sources, after.sources
    files = {file.label: file for file in files_of(before)}
    unchanged = {file.label for file in files_of(after) if files.get(file.label) == file}
    bases, naming = _concerned(_to_include(before), after)
    same: set[str] = set()
    other: set[str] = set()
    for name, read in graph.items():
        labels = {each.file.label for each in read}
        if name not in new or parted(name)[0] in bases or not naming.isdisjoint(labels):
            continue
        is_same = old[name] is new[name] or _beyond_own_files(old[name]) == _beyond_own_files(new[name])
        (same if is_same and unchanged.issuperset(labels) else other).add(name)
    return Aftermath(frozenset(same), frozenset(other))


Prints = Mapping[str, tuple[str, Sequence[str]]]
"""By template: its fingerprint, and the labels of its dependencies."""


def graph_document(templates: TemplateSet, prints: Prints) -> dict[str, Any]:
    """Fingerprints with the digests of the files that they stand for, as JSON has it."""
    labels: dict[str, int] = {}
    edges = {
        name: [
            print_,
            _digest_beyond_own_files(templates, name),
            [labels.setdefault(label, len(labels)) for label in read],
        ]
        for name, (print_, read) in prints.items()
    }
    digests = {file.label: _digest(file.text) for file in files_of(templates)}
    return {
        "beyond": _digest(repr(_beyond_files(templates))),
        "names": sorted(_to_include(templates)),
        "files": [[label, digests.get(label, "")] for label in labels],
        "templates": edges,
    }


def prints_still_true(document: Mapping[str, Any], templates: TemplateSet) -> Prints:
    """What ``graph_document`` has written of the templates for which nothing has changed since.

    By the rule of ``aftermath``, without asking the templates what they read.

    Raises:
        IndexError, KeyError, TypeError, ValueError: it has not written ``document``.
    """
    if document["beyond"] != _digest(repr(_beyond_files(templates))):
        return {}
    bases, naming = _concerned({*document["names"]}, templates)
    labels = [label for label, _ in document["files"]]
    files = {file.label: file for file in files_of(templates)}
    same = [
        label in files and label not in naming and _digest(files[label].text) == digest
        for label, digest in document["files"]
    ]
    return {
        name: (print_, [labels[number] for number in read])
        for name, (print_, beyond, read) in document["templates"].items()
        if parted(name)[0] not in bases
        and name in templates.sources
        and all(same[number] for number in read)
        and beyond == _digest_beyond_own_files(templates, name)
    }


def _concerned(before: Set[str], templates: TemplateSet) -> tuple[set[str], set[str]]:
    """What is concerned by names to include that have come or gone since they were those of ``before``.

    Mails that have come, gone, or have another language, by name; and files in which one of the names stands
    in a tag that includes, by label: whoever includes something names it.
    """
    moved = {each.partition(" ")[2] for each in _to_include(templates) ^ before}
    words = {name.rpartition("/")[2].partition(".")[0] for name in moved}
    naming = (
        {file.label for file in _files_but_data(templates) if _includes_any(file, words)} if words else set()
    )
    return {parted(name)[0] for name in moved}, naming


def _includes_any(file: SourceFile, words: Set[str]) -> bool:
    """Whether one of ``words`` stands in a tag that includes, or may do so by other signs or spellings."""
    text = file.text
    included = _INCLUDED.findall(text)
    if file.label.endswith(".json") and (
        any("\\" in each for each in included) or ("\\u00" in text and _PRINTABLE.search(text))
    ):
        return True
    texts = [text] if _DELIMITERS.search(text) else included
    return any(word in each for each in texts for word in words)


def _digest_beyond_own_files(templates: TemplateSet, name: str) -> str:
    source = templates.sources[name]
    contract = source.metadata and source.metadata.contract
    return _digest(repr((contract, *_scenarios(source))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _beyond_files(templates: TemplateSet) -> object:
    """What a template may depend on beside the texts of files, and the names of what can be included."""
    return templates.settings, sorted(templates.stylesheets), _faults(templates)


def _to_include(templates: TemplateSet) -> set[str]:
    """The names of mails and partials, behind the word for what they are."""
    kinds = {
        "mail": (templates.templates, templates.translations),
        "html": (templates.partials,),
        "text": (templates.text_partials,),
    }
    return {f"{kind} {name}" for kind, found in kinds.items() for names in found for name in names}


def _faults(templates: TemplateSet) -> list[list[tuple[str, str]]]:
    broken = (templates.broken, templates.broken_translations, templates.broken_partials)
    return [_reasons(errors) for errors in broken]


def _beyond_own_files(source: TemplateSource) -> object:
    """What a template is beside the texts of its files."""
    return source.metadata, *_scenarios(source)


def _scenarios(source: TemplateSource) -> tuple[object, ...]:
    """By name, with their files: a translation's own takes the place of the template's of that name."""
    files = sorted((name, fixture.file.label) for name, fixture in source.fixtures.items())
    return files, _reasons(source.broken_fixtures)


def _reasons(errors: Mapping[str, SourceError]) -> list[tuple[str, str]]:
    return sorted((name, str(error)) for name, error in errors.items())


def files_of(templates: TemplateSet) -> Iterator[SourceFile]:
    """Every file that something of the set was read from; some more than once."""
    yield from _files_but_data(templates)
    for source in templates.sources.values():
        yield from (fixture.file for fixture in source.fixtures.values())


def _files_but_data(templates: TemplateSet) -> Iterator[SourceFile]:
    for kind in (templates.partials, templates.text_partials, templates.stylesheets):
        yield from kind.values()
    for source in templates.sources.values():
        yield source.html
        if source.text:
            yield source.text
        if source.metadata:
            yield from (source.metadata.file, source.metadata.contract_home, *source.metadata.contract_files)
