"""One template as it lies on disk, with its fixtures and its translations."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.core.errors import Location, SourceError
from app.core.filenames import is_visible, is_writable
from app.core.jsontext import parse_json
from app.core.metadata import load_metadata
from app.core.sources import Fixture, SourceFile, TemplateSource
from app.core.textfiles import TextFiles
from app.core.translations import Translated, Words, load_translated, require_language, with_words


class TemplateReader:
    """Reads templates of one set; ``asked`` are the paths that were asked after, there or not.

    ``names`` are the files of the templates folder, relative to it, and ``locale`` the set's own language.
    """

    def __init__(
        self, files: TextFiles, templates: Path, fixtures: Path, names: frozenset[str], locale: str
    ) -> None:
        self._files = files
        self._templates = templates
        self._fixtures = fixtures
        self._names = names
        self._locale = locale
        self.asked: set[str] = set()

    def template(self, name: str) -> TemplateSource:
        """The template ``name`` without its translations.

        Raises:
            SourceError: its HTML, text or metadata cannot be used.
        """
        html_path = self._templates / f"{name}.html"
        text_path = html_path.with_suffix(".txt")
        metadata_path = html_path.with_suffix(".json")
        html = self._read(html_path)
        metadata = None
        if self._has(metadata_path):
            metadata = load_metadata(self._read(metadata_path), root=self._templates, parsed=self._parsed)
        fixtures, broken = self._fixtures_of(name)
        return TemplateSource(
            name=name,
            html=html,
            text=self._read(text_path) if self._has(text_path) else None,
            metadata=metadata,
            fixtures=fixtures,
            broken_fixtures=broken,
        )

    def _fixtures_of(self, name: str) -> tuple[dict[str, Fixture], dict[str, SourceError]]:
        fixtures: dict[str, Fixture] = {}
        broken: dict[str, SourceError] = {}
        folder = self._fixtures / name
        self.asked.add(str(folder))
        for path in _fixture_files(folder):
            try:
                fixtures[path.stem] = self._fixture(name, path)
            except SourceError as error:
                broken[path.stem] = error
        return fixtures, broken

    def translate(
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
                place = Location(self._files.label(self._templates / f"{name}.html"))
                require_language(tag, own=self._locale, place=place, name=own.name)
                source, translated = read[name] = self._translation(own, name, tag)
            except SourceError as error:
                broken[name] = error
            else:
                words[tag] = translated.words if translated else {}
        if own.metadata is not None:
            contract = with_words(own.metadata.contract, self._locale, words)
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
        fixtures, broken = self._fixtures_of(name)
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

    def _fixture(self, name: str, path: Path) -> Fixture:
        file = self._read(path)
        data = parse_json(file.text, file.label)
        if not isinstance(data, dict):
            raise SourceError(
                "A fixture is one JSON object.", location=Location(file.label, 1, 1), remedy="Wrap it in { }."
            )
        return Fixture(template=name, scenario=path.stem, file=file, data=data)

    def _has(self, path: Path) -> bool:
        """Whether there is such an entry, usable or not: a link that leads nowhere is no absent file."""
        self.asked.add(str(path))
        return path.relative_to(self._templates).as_posix() in self._names

    def _read(self, path: Path) -> SourceFile:
        self.asked.add(str(path))
        return self._files.read(path)

    def _parsed(self, path: Path) -> tuple[SourceFile, Any]:
        self.asked.add(str(path))
        return self._files.parsed(path)


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
