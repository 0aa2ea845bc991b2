"""Reads a folder of templates and a folder of fixtures into a ``TemplateSet``.

A file that cannot be used is recorded with its reason and never keeps the others from being used: a designer
who breaks one template still sees the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from app.core.errors import Location, SourceError
from app.core.findings import Finding, Severity
from app.core.jsontext import parse_json
from app.core.metadata import load_metadata
from app.core.sources import Fixture, SourceFile, TemplateSet, TemplateSource

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Larger files are refused: Gmail clips at 102 kB, so nothing that size is an email template."""

PARTIALS_FOLDER = "partials"


def load_template_set(templates: Path, fixtures: Path) -> TemplateSet:
    """Read everything once.

    ``{name}.html`` at any depth is a template, unless it stands under ``partials/``; ``{name}.json`` beside
    it is its metadata, ``{name}.txt`` overrides its text part. Fixtures are
    ``{fixtures}/{name}/{scenario}.json``; a fixtures folder that does not exist holds none.

    Raises:
        SourceError: the templates folder does not exist, is not a folder, or holds no template.
    """
    if not templates.is_dir():
        raise SourceError(
            f"There is no templates folder '{templates}'.",
            remedy="Name it with --templates or BBWS_TEMPLATES.",
        )
    return _Reader(templates.resolve(), fixtures.resolve()).read_all()


class _Reader:
    def __init__(self, templates: Path, fixtures: Path) -> None:
        self._templates = templates
        self._fixtures = fixtures
        self._working_folder = Path.cwd()

    def read_all(self) -> TemplateSet:
        paths = {self._name(path): path for path in _files(self._templates)}
        sources: dict[str, TemplateSource] = {}
        broken: dict[str, SourceError] = {}
        for name in sorted(str(path.with_suffix("")) for path in paths if _is_template(path)):
            try:
                sources[name] = self._template(name)
            except SourceError as error:
                broken[name] = error
        partials, broken_html = self._partials(paths, ".html")
        text_partials, broken_text = self._partials(paths, ".txt")
        stylesheets: dict[str, SourceFile] = {}
        for relative, path in paths.items():
            if relative.suffix == ".css":
                try:
                    stylesheets[str(relative)] = self.read(path)
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
            problems=tuple(self._orphans(paths, {*sources, *broken})),
        )

    def read(self, path: Path) -> SourceFile:
        """The text of one file; refused when it leaves the folder, is too large or is not UTF-8."""
        label = self._label(path)
        where = Location(label)
        real = path.resolve()
        if not (real.is_relative_to(self._templates) or real.is_relative_to(self._fixtures)):
            raise SourceError(
                "The file is a link that leaves the folder.", location=where, remedy="Copy the file in."
            )
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"The file cannot be read: {error.strerror or error}.",
                location=where,
                remedy="Check its permissions.",
            ) from error
        if len(content) > MAX_FILE_BYTES:
            raise SourceError(
                f"The file has {len(content):,} bytes; {MAX_FILE_BYTES:,} is the most.",
                location=where,
                remedy="Mail clients clip far earlier: split or shorten it.",
            )
        try:
            # A checkout may have turned line ends into those of its machine; a release must not depend on it.
            text = content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
            raise SourceError(
                f"The file is not UTF-8: byte 0x{content[error.start]:02x} cannot stand here.",
                location=Location(label, line, column),
                remedy="Save it as UTF-8.",
            ) from error
        return SourceFile(path, label, text)

    def _template(self, name: str) -> TemplateSource:
        html_path = self._templates / f"{name}.html"
        text_path = html_path.with_suffix(".txt")
        metadata_path = html_path.with_suffix(".json")
        html = self.read(html_path)
        metadata = None
        if metadata_path.is_file():
            metadata = load_metadata(self.read(metadata_path), root=self._templates, read=self.read)
        fixtures: dict[str, Fixture] = {}
        broken: dict[str, SourceError] = {}
        folder = self._fixtures / name
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            try:
                fixtures[path.stem] = self._fixture(name, path)
            except SourceError as error:
                broken[path.stem] = error
        return TemplateSource(
            name=name,
            html=html,
            text=self.read(text_path) if text_path.is_file() else None,
            metadata=metadata,
            fixtures=fixtures,
            broken_fixtures=broken,
        )

    def _fixture(self, name: str, path: Path) -> Fixture:
        file = self.read(path)
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
                file = self.read(path)
            except SourceError as error:
                broken[name] = error
                continue
            if inside:
                found[f"{PARTIALS_FOLDER}/{name}"] = file
                found[name] = file
            else:
                found.setdefault(name, file)  # partials/ wins over a template of the same name
        return found, broken

    def _orphans(self, paths: dict[PurePosixPath, Path], names: set[str]) -> Iterator[Finding]:
        for relative, path in paths.items():
            if relative.suffix == ".txt" and PARTIALS_FOLDER not in relative.parts[:1]:
                name = str(relative.with_suffix(""))
                if name not in names:
                    yield self._orphan(
                        path, "The text part belongs to no template.", f"Add {name}.html or remove it."
                    )
        if not self._fixtures.is_dir():
            return
        for path in _files(self._fixtures):
            relative = PurePosixPath(path.relative_to(self._fixtures).as_posix())
            name = str(relative.parent)
            if relative.suffix == ".json" and name not in names:
                yield self._orphan(
                    path, f"The fixture belongs to no template: there is no '{name}'.", "Move or remove it."
                )

    def _orphan(self, path: Path, message: str, remedy: str) -> Finding:
        return Finding("orphan-file", Severity.WARNING, message, Location(self._label(path)), remedy)

    def _name(self, path: Path) -> PurePosixPath:
        return PurePosixPath(path.relative_to(self._templates).as_posix())

    def _label(self, path: Path) -> str:
        """The path as a person in the working folder would type it."""
        if path.is_relative_to(self._working_folder):
            return path.relative_to(self._working_folder).as_posix()
        return path.as_posix()


def _files(folder: Path) -> Iterator[Path]:
    """Every file below ``folder`` in sorted order, but for hidden ones and editors' left-overs."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            if not name.startswith((".", "#")) and not name.endswith("~"):
                yield Path(parent, name)


def _is_template(path: PurePosixPath) -> bool:
    return path.suffix == ".html" and not (path.parts[0] == PARTIALS_FOLDER and len(path.parts) > 1)
