"""Reads a folder of templates and a folder of fixtures into a ``TemplateSet``.

A file that cannot be used is recorded with its reason and never keeps the others from being used: a designer
who breaks one template still sees the rest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from app.core.arrangement import Arrangement, PartialFile
from app.core.errors import FolderError, Location, SourceError
from app.core.filenames import PARTIALS_FOLDER, Walk, is_looked_into, walk, written
from app.core.findings import Finding, finding_of
from app.core.remarks import Remarks
from app.core.settings import SETTINGS_NAME, SetSettings, read_settings
from app.core.sight import FolderSight, sight
from app.core.sources import SourceFile, TemplateSet, TemplateSource
from app.core.template_reader import TemplateReader
from app.core.textfiles import TextFiles


def load_template_set(templates: Path, fixtures: Path) -> TemplateSet:
    """Read everything once.

    ``{name}.html`` at any depth is a template, unless it stands under ``partials/``; ``{name}.json`` beside
    it is its metadata, ``{name}.txt`` overrides its text part. ``{name}.{tag}.html``, with the tag of a
    language, is its translation, with a ``.json`` and a ``.txt`` likewise. Fixtures are
    ``{fixtures}/{name}/{scenario}.json``, for every language, and ``{fixtures}/{name}.{tag}/{scenario}.json``
    for one; a fixtures folder that does not exist holds none.

    What concerns no single template is in ``problems``: files whose names cannot be used, files that belong
    to no template, a folder without any template.

    Raises:
        FolderError: the templates folder does not exist, or one of the two is not a folder.
    """
    return read_template_set(templates, fixtures).templates


def read_template_set(
    templates: Path,
    fixtures: Path,
    *,
    before: Reading | None = None,
    again: bool = False,
    clock: Callable[[], int] = time.time_ns,
) -> Reading:
    """As ``load_template_set``; with ``again``, what the next reading needs to read only what has changed.

    What ``before``, such a reading of the same folders, has made of files that say the same is taken over, so
    that a reading costs a look at every file and the work on what was saved. The set is equal to one that is
    read without it. ``clock`` gives nanoseconds as ``time.time_ns``.

    Raises:
        FolderError: as ``load_template_set``.
    """
    require_folder(templates, "templates")
    if os.path.lexists(fixtures):
        require_folder(fixtures, "fixtures")
    folders = (templates.resolve(), fixtures.resolve())
    seen = sight(map(str, folders), clock()) if again else None  # before anything is read
    return _SetReader(folders, seen, before).read_all()


@dataclass(frozen=True)
class MadeTemplate:
    """What was made of a template and its translations, in order, after paths that were ``asked`` for."""

    own: TemplateSource
    translations: Mapping[str, TemplateSource]
    asked: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """A template set with what the next reading may take over; nothing of that without a ``seen``."""

    templates: TemplateSet
    place: tuple[Path, ...]
    seen: FolderSight | None
    files: TextFiles
    arrangement: Arrangement
    found_fixtures: Walk | None
    made: Mapping[str, MadeTemplate] = field(default_factory=dict)
    remarks: tuple[Finding, ...] = ()


def require_folder(folder: Path, kind: str) -> None:
    """Let ``folder`` pass as the folder of ``kind`` (``templates``, ``fixtures``).

    Raises:
        FolderError: it does not exist or is not a folder.
    """
    try:
        if folder.is_dir():
            return
        problem = f"There is no {kind} folder '{folder}'"
        if folder.exists():
            problem = f"'{folder}' is not a folder"
    except OSError as error:  # a path longer than the system's, or below a folder that may not be read
        problem = f"The {kind} folder '{folder}' cannot be looked at: {error.strerror or error}"
    raise FolderError(
        f"{written(problem)}.", remedy=f"Name the right one with --{kind} or BBWS_{kind.upper()}."
    )


class _SetReader:
    def __init__(self, folders: tuple[Path, Path], seen: FolderSight | None, before: Reading | None) -> None:
        self._templates, self._fixtures = folders
        self._place = (*folders, Path.cwd())  # findings name files as seen from there
        self._seen = seen
        self._files = TextFiles(*folders)
        self._before: Reading | None = None
        self._has_same_names = False
        self._changed: Set[str] = frozenset()
        if before and before.seen and seen and before.place == self._place:
            same = before.seen.unchanged(seen)
            doubtful = seen.files.keys() - same
            changed = doubtful - self._files.keep(before.files, same)
            gone = before.seen.files.keys() - seen.files.keys()
            folders_moved = before.seen.folders.keys() ^ seen.folders.keys()
            # A folder may have been listed while one of these was away, whatever it says now.
            self._changed = changed | gone | folders_moved | set(map(os.path.dirname, doubtful | gone))
            self._before = before
            self._has_same_names = before.seen.has_same_names(seen)
        if self._before and self._has_same_names:
            self._arrangement, self._found_fixtures = self._before.arrangement, self._before.found_fixtures
        else:
            self._arrangement = Arrangement(walk(self._templates))
            self._found_fixtures = walk(self._fixtures) if self._fixtures.is_dir() else None

    def read_all(self) -> Reading:
        settings, unread = self._read_settings()
        known = self._still_true(settings)
        names = self._arrangement.names
        reader = TemplateReader(self._files, self._templates, self._fixtures, names, settings.locale)
        sources: dict[str, TemplateSource] = {}
        broken: dict[str, SourceError] = {}
        asked: dict[str, set[str]] = {}
        for name in self._arrangement.templates:
            reader.asked = asked[name] = set()
            try:
                sources[name] = known[name].own if name in known else reader.template(name)
            except SourceError as error:
                broken[name] = error
        translations: dict[str, TemplateSource] = {}
        broken_translations: dict[str, SourceError] = {}
        strays: list[SourceError] = []
        for base, editions in self._arrangement.editions.items():
            if base in known:
                translations |= known[base].translations
            elif base in broken:
                broken_translations |= dict.fromkeys(editions.values(), broken[base])
            elif base in sources:
                reader.asked = asked[base]
                sources[base] = reader.translate(sources[base], editions, translations, broken_translations)
            else:
                strays += (self._stray(base, name) for name in editions.values())
        partials, broken_html = self._partials(self._arrangement.partials)
        text_partials, broken_text = self._partials(self._arrangement.text_partials)
        stylesheets: dict[str, SourceFile] = {}
        for name, path in self._arrangement.stylesheets:
            try:
                stylesheets[name] = self._files.read(path)
            except SourceError as error:
                broken_html[name] = error
        remarks = (
            self._before.remarks
            if self._before and self._has_same_names
            else tuple(self._remarks({*sources, *broken}, {*translations, *broken_translations}))
        )
        templates = TemplateSet(
            root=self._templates,
            templates=sources,
            partials=partials,
            text_partials=text_partials,
            stylesheets=stylesheets,
            broken=broken,
            broken_partials={**broken_html, **broken_text},
            problems=(*unread, *map(finding_of, strays), *remarks),
            settings=settings,
            translations=translations,
            broken_translations=broken_translations,
            read=self._files.digests,
        )
        return Reading(
            templates=templates,
            place=self._place,
            seen=self._seen if self._is_complete() else None,
            files=self._files,
            arrangement=self._arrangement,
            found_fixtures=self._found_fixtures,
            made=known | dict(self._made(sources.keys() - known.keys(), sources, translations, asked)),
            remarks=remarks,
        )

    def _still_true(self, settings: SetSettings) -> dict[str, MadeTemplate]:
        """What is known of templates of which nothing that they asked after has changed, come or gone."""
        before = self._before
        if before is None or before.templates.settings != settings:
            return {}
        old, new = before.arrangement.editions, self._arrangement.editions
        return {
            name: made
            for name, made in before.made.items()
            if made.asked.isdisjoint(self._changed) and old.get(name) == new.get(name)
        }

    def _made(
        self,
        names: Iterable[str],
        sources: Mapping[str, TemplateSource],
        translations: Mapping[str, TemplateSource],
        asked: Mapping[str, Set[str]],
    ) -> Iterator[tuple[str, MadeTemplate]]:
        """What the next reading may take over: whatever is whole, and made of files that are seen."""
        for name in names:
            editions = tuple(self._arrangement.editions.get(name, {}).values())
            made = {each: translations[each] for each in editions if each in translations}
            whole = len(made) == len(editions)
            whole = whole and not any(each.broken_fixtures for each in (sources[name], *made.values()))
            if whole and is_looked_into(name.rpartition("/")[2]) and all(map(self._is_seen, asked[name])):
                yield name, MadeTemplate(sources[name], made, frozenset(asked[name]))

    def _is_seen(self, path: str) -> bool:
        """Whether the next sight will tell if something has happened to ``path``."""
        seen = self._seen
        return seen is not None and (path in seen.files or path in seen.folders or not os.path.lexists(path))

    def _is_complete(self) -> bool:
        """Whether nothing came or went between the sight and the reading of the folders."""
        walks = (self._arrangement.found, self._found_fixtures)
        found = {str(path) for each in walks if each for path in each.files.values()}
        return self._has_same_names or (self._seen is not None and self._seen.files.keys() == found)

    def _read_settings(self) -> tuple[SetSettings, list[Finding]]:
        """The settings of the set, or the defaults and why they cannot be read."""
        path = self._templates / SETTINGS_NAME
        try:
            if SETTINGS_NAME in self._arrangement.names:
                file = self._files.read(path)
                return read_settings(file.text, file.label), []
        except SourceError as error:
            return SetSettings(), [finding_of(error)]
        return SetSettings(), []

    def _stray(self, base: str, name: str) -> SourceError:
        tag = name.removeprefix(f"{base}.")
        place = Location(self._files.label(self._templates / f"{name}.html"))
        return SourceError(
            f"There is no {base}.html, of which this would be the translation into '{tag[:80]}'.",
            location=place,
            remedy=f"Add {base}.html; or rename this file, with '_' or '-' for the dot: what follows a dot "
            "in a name is a language.",
        )

    def _partials(
        self, partials: Sequence[PartialFile]
    ) -> tuple[dict[str, SourceFile], dict[str, SourceError]]:
        found: dict[str, SourceFile] = {}
        broken: dict[str, SourceError] = {}
        for each in partials:
            try:
                file = self._files.read(each.path)
            except SourceError as error:
                broken[each.name] = error
                continue
            if each.inside:
                found[f"{PARTIALS_FOLDER}/{each.name}"] = file
                found[each.name] = file
            else:
                found.setdefault(each.name, file)  # partials/ wins over a template of the same name
        return found, broken

    def _remarks(self, names: set[str], editions: set[str]) -> Iterator[Finding]:
        remarks = Remarks(self._files.label)
        yield from remarks.on_templates(self._templates, self._arrangement.found, names, editions)
        if self._found_fixtures:
            yield from remarks.on_fixtures(self._found_fixtures, {*names, *editions})
