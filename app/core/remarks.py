"""What is to be said of the folders as a whole, and of files that belong to no template."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from app.core.errors import Location, SourceError
from app.core.filenames import PARTIALS_FOLDER, READ_SUFFIXES, Walk
from app.core.findings import Finding, Severity
from app.core.portable_names import unportable_names
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import check_name, parted


class Remarks:
    """Makes findings that name files by ``label``, as a person in the working folder would type them."""

    def __init__(self, label: Callable[[Path], str]) -> None:
        self._label = label

    def on_templates(
        self, folder: Path, found: Walk, names: Collection[str], editions: Collection[str] = ()
    ) -> Iterator[Finding]:
        """Findings on the templates folder: ``names`` are its templates, ``editions`` their translations.

        Of both, the broken ones are included.
        """
        yield from self._on_folder(found)
        if not names and not found.unnameable and not found.closed:
            yield self._error(
                folder,
                "There is no template in this folder.",
                "Save a category/name.html in it, or name another folder with --templates or BBWS_TEMPLATES.",
            )
        refused = set()
        for name in sorted(names):
            try:
                check_name(name)
            except DamagedReleaseError as error:
                refused.add(name)
                yield self._error(folder / f"{name}.html", error.message, error.remedy)
        for problem in unportable_names({*names, *editions}):
            if parted(problem.name)[0] not in refused:
                yield self._error(folder / f"{problem.name}.html", problem.message, problem.remedy)
        for relative, path in found.files.items():
            name = str(relative.with_suffix(""))
            if PARTIALS_FOLDER in relative.parts[:1] or name in names or name in editions:
                continue
            if relative.suffix == ".txt":
                yield self._orphan(
                    path, "The text part belongs to no template.", f"Add {name}.html or remove it."
                )
            elif relative.suffix == ".json" and parted(name)[1] and parted(name)[0] in names:
                yield self._orphan(
                    path, "The translation has no HTML.", f"Add {name}.html or remove this file."
                )

    def on_fixtures(self, found: Walk, names: Collection[str]) -> Iterator[Finding]:
        """Findings on the fixtures folder; ``names`` are the templates that fixtures may belong to."""
        yield from self._on_folder(found)
        for relative, path in found.files.items():
            name = str(relative.parent)
            if relative.suffix == ".json" and name not in names:
                yield self._orphan(
                    path, f"The fixture belongs to no template: there is no '{name}'.", "Move or remove it."
                )

    def _on_folder(self, found: Walk) -> Iterator[Finding]:
        for path in found.unnameable:
            yield self._error(
                path,
                "The name cannot be used: it is not UTF-8, or has a control character in it.",
                "Rename it; until then it is left out.",
            )
        for path, reason in found.closed:
            yield self._error(path, f"The folder cannot be read: {reason}.", "Check its permissions.")
        for path in found.files.values():
            suffix = path.suffix
            if suffix not in READ_SUFFIXES and suffix.lower() in READ_SUFFIXES:
                right = path.with_suffix(suffix.lower()).name
                yield self._orphan(
                    path, f"The file is left out for its ending '{suffix}'.", f"Rename it {right}."
                )

    def _error(self, path: Path, message: str, remedy: str) -> Finding:
        return Finding(SourceError.code, Severity.ERROR, message, Location(self._label(path)), remedy)

    def _orphan(self, path: Path, message: str, remedy: str) -> Finding:
        return Finding("orphan-file", Severity.WARNING, message, Location(self._label(path)), remedy)
