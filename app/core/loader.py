"""Reads a folder of templates and a folder of fixtures into a ``TemplateSet``.

A file that cannot be used is recorded with its reason and never keeps the others from being used: a designer
who breaks one template still sees the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from app.core.errors import FolderError, Location, SourceError
from app.core.filenames import PARTIALS_FOLDER, Walk, is_visible, is_writable, walk, written
from app.core.findings import Finding, finding_of
from app.core.jsontext import parse_json
from app.core.metadata import load_metadata
from app.core.remarks import Remarks
from app.core.settings import SETTINGS_NAME, SetSettings, read_settings
from app.core.sources import Fixture, SourceFile, TemplateSet, TemplateSource
from app.core.textfiles import TextFiles
from app.core.translations import Translated, Words, load_translated, require_language, with_words
from bbws_templates.layout import parted


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
    require_folder(templates, "templates")
    if os.path.lexists(fixtures):
        require_folder(fixtures, "fixtures")
    return _SetReader(templates.resolve(), fixtures.resolve()).read_all()


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
    def __init__(self, templates: Path, fixtures: Path) -> None:
        self._templates = templates
        self._fixtures_folder = fixtures
        self._files = TextFiles(templates, fixtures)
        self._read = self._files.read
        self._label = self._files.label
        self._names: frozenset[str] = frozenset()
        self._settings = SetSettings()

    def read_all(self) -> TemplateSet:
        found = walk(self._templates)
        paths = found.files
        self._names = frozenset(map(str, paths))
        self._settings, unread = self._read_settings()
        sources: dict[str, TemplateSource] = {}
        broken: dict[str, SourceError] = {}
        editions: dict[str, dict[str, str]] = {}
        for name in sorted(str(path.with_suffix("")) for path in paths if _is_template(path)):
            base, tag = parted(name)
            if tag:
                editions.setdefault(base, {})[tag] = name
                continue
            try:
                sources[name] = self._template(name)
            except SourceError as error:
                broken[name] = error
        translations: dict[str, TemplateSource] = {}
        broken_translations: dict[str, SourceError] = {}
        strays: list[SourceError] = []
        for base, names in editions.items():
            if base in broken:
                broken_translations |= dict.fromkeys(names.values(), broken[base])
            elif base in sources:
                sources[base] = self._translate(sources[base], names, translations, broken_translations)
            else:
                strays += (self._stray(base, name) for name in names.values())
        partials, broken_html = self._partials(paths, ".html")
        text_partials, broken_text = self._partials(paths, ".txt")
        stylesheets: dict[str, SourceFile] = {}
        for relative, path in paths.items():
            if relative.suffix == ".css":
                try:
                    stylesheets[str(relative)] = self._read(path)
                except SourceError as error:
                    broken_html[str(relative)] = error
        return TemplateSet(
            root=self._templates,
            templates=sources,
            partials=partials,
            text_partials=text_partials,
            stylesheets=stylesheets,
            broken=broken,
            broken_partials={**broken_html, **broken_text},
            problems=(
                *unread,
                *map(finding_of, strays),
                *self._problems(found, {*sources, *broken}, {*translations, *broken_translations}),
            ),
            settings=self._settings,
            translations=translations,
            broken_translations=broken_translations,
        )

    def _read_settings(self) -> tuple[SetSettings, list[Finding]]:
        """The settings of the set, or the defaults and why they cannot be read."""
        path = self._templates / SETTINGS_NAME
        try:
            if self._has(path):
                file = self._read(path)
                return read_settings(file.text, file.label), []
        except SourceError as error:
            return SetSettings(), [finding_of(error)]
        return SetSettings(), []

    def _template(self, name: str) -> TemplateSource:
        html_path = self._templates / f"{name}.html"
        text_path = html_path.with_suffix(".txt")
        metadata_path = html_path.with_suffix(".json")
        html = self._read(html_path)
        metadata = None
        if self._has(metadata_path):
            metadata = load_metadata(
                self._read(metadata_path), root=self._templates, parsed=self._files.parsed
            )
        fixtures, broken = self._fixtures(name)
        return TemplateSource(
            name=name,
            html=html,
            text=self._read(text_path) if self._has(text_path) else None,
            metadata=metadata,
            fixtures=fixtures,
            broken_fixtures=broken,
        )

    def _fixtures(self, name: str) -> tuple[dict[str, Fixture], dict[str, SourceError]]:
        fixtures: dict[str, Fixture] = {}
        broken: dict[str, SourceError] = {}
        for path in _fixture_files(self._fixtures_folder / name):
            try:
                fixtures[path.stem] = self._fixture(name, path)
            except SourceError as error:
                broken[path.stem] = error
        return fixtures, broken

    def _translate(
        self,
        own: TemplateSource,
        names: Mapping[str, str],
        made: dict[str, TemplateSource],
        broken: dict[str, SourceError],
    ) -> TemplateSource:
        """``own`` with the words of its translations in its contract; they go into ``made`` or ``broken``."""
        words: dict[str, Words] = {}
        read: dict[str, tuple[TemplateSource, Translated | None]] = {}
        for tag, name in names.items():
            try:
                place = Location(self._label(self._templates / f"{name}.html"))
                require_language(tag, own=self._settings.locale, place=place, name=own.name)
                source, translated = read[name] = self._translation(own, name, tag)
            except SourceError as error:
                broken[name] = error
            else:
                words[tag] = translated.words if translated else {}
        if own.metadata is not None:
            contract = with_words(own.metadata.contract, self._settings.locale, words)
            own = replace(own, metadata=replace(own.metadata, contract=contract))
        for name, (source, translated) in read.items():
            metadata = translated.metadata(own.metadata) if translated and own.metadata else None
            made[name] = replace(source, metadata=metadata)
        return own

    def _translation(
        self, own: TemplateSource, name: str, tag: str
    ) -> tuple[TemplateSource, Translated | None]:
        """A translation without its metadata, and what its JSON file says; None if there is to be none."""
        html_path = self._templates / f"{name}.html"
        text_path, metadata_path = html_path.with_suffix(".txt"), html_path.with_suffix(".json")
        html = self._read(html_path)
        translated = None
        if own.metadata is not None:
            if not self._has(metadata_path):
                raise SourceError(
                    "The translation has no subject and no preheader.",
                    location=Location(html.label),
                    remedy=f'Add {metadata_path.name} beside it: {{"subject": "…", "preheader": "…"}}.',
                )
            translated = load_translated(self._read(metadata_path), own.metadata)
        fixtures, broken = self._fixtures(name)
        source = TemplateSource(
            name=name,
            html=html,
            text=self._read(text_path) if self._has(text_path) else None,
            metadata=None,
            fixtures={
                **{each: data for each, data in own.fixtures.items() if each not in broken},
                **fixtures,
            },
            broken_fixtures={
                **{each: error for each, error in own.broken_fixtures.items() if each not in fixtures},
                **broken,
            },
            locale=tag,
        )
        return source, translated

    def _stray(self, base: str, name: str) -> SourceError:
        tag = name.removeprefix(f"{base}.")
        place = Location(self._label(self._templates / f"{name}.html"))
        return SourceError(
            f"There is no {base}.html, of which this would be the translation into '{tag[:80]}'.",
            location=place,
            remedy=f"Add {base}.html; or rename this file, with '_' or '-' for the dot: what follows a dot "
            "in a name is a language.",
        )

    def _fixture(self, name: str, path: Path) -> Fixture:
        file = self._read(path)
        data = parse_json(file.text, file.label)
        if not isinstance(data, dict):
            raise SourceError(
                "A fixture is one JSON object.", location=Location(file.label, 1, 1), remedy="Wrap it in { }."
            )
        return Fixture(template=name, scenario=path.stem, file=file, data=data)

    def _partials(
        self, paths: dict[PurePosixPath, Path], suffix: str
    ) -> tuple[dict[str, SourceFile], dict[str, SourceError]]:
        found: dict[str, SourceFile] = {}
        broken: dict[str, SourceError] = {}
        for relative, path in paths.items():
            if relative.suffix != suffix:
                continue
            inside = relative.parts[0] == PARTIALS_FOLDER and len(relative.parts) > 1
            name = str(PurePosixPath(*relative.parts[1 if inside else 0 :]).with_suffix(""))
            try:
                file = self._read(path)
            except SourceError as error:
                broken[name] = error
                continue
            if inside:
                found[f"{PARTIALS_FOLDER}/{name}"] = file
                found[name] = file
            else:
                found.setdefault(name, file)  # partials/ wins over a template of the same name
        return found, broken

    def _problems(self, found: Walk, names: set[str], editions: set[str]) -> Iterator[Finding]:
        remarks = Remarks(self._label)
        yield from remarks.on_templates(self._templates, found, names, editions)
        if self._fixtures_folder.is_dir():
            yield from remarks.on_fixtures(walk(self._fixtures_folder), {*names, *editions})

    def _has(self, path: Path) -> bool:
        """Whether there is such an entry, usable or not: a link that leads nowhere is no absent file."""
        return path.relative_to(self._templates).as_posix() in self._names


def _fixture_files(folder: Path) -> list[Path]:
    """The fixtures in ``folder``; none where it may not be read, as the remarks on the folders say."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return []
    return [
        folder / name for name in names if name.endswith(".json") and is_visible(name) and is_writable(name)
    ]


def _is_template(path: PurePosixPath) -> bool:
    return path.suffix == ".html" and not (path.parts[0] == PARTIALS_FOLDER and len(path.parts) > 1)
