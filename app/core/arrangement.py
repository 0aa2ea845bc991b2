"""What each file of a templates folder is, by its name alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from app.core.filenames import PARTIALS_FOLDER, Walk
from bbws_templates.layout import parted


@dataclass(frozen=True)
class PartialFile:
    """A file that may be included by ``name``; ``inside`` the folder of partials, or a template itself."""

    name: str
    inside: bool
    path: Path


@dataclass(frozen=True)
class Arrangement:
    """The files that ``found`` has, told apart; worked out once for as long as no name comes or goes."""

    found: Walk

    @cached_property
    def names(self) -> frozenset[str]:
        """Every file, relative to the folder."""
        return frozenset(map(str, self.found.files))

    @cached_property
    def templates(self) -> tuple[str, ...]:
        """The name of every template, sorted; without translations."""
        return tuple(name for name, _, tag in self._named if not tag)

    @cached_property
    def editions(self) -> dict[str, dict[str, str]]:
        """By the name of a template, there or not: the names of its translations, by language."""
        found: dict[str, dict[str, str]] = {}
        for name, base, tag in self._named:
            if tag:
                found.setdefault(base, {})[tag] = name
        return found

    @cached_property
    def _named(self) -> tuple[tuple[str, str, str], ...]:
        names = sorted(str(path.with_suffix("")) for path in self.found.files if _is_template(path))
        return tuple((name, *parted(name)) for name in names)

    @cached_property
    def partials(self) -> tuple[PartialFile, ...]:
        """What may be included in HTML."""
        return tuple(self._partials(".html"))

    @cached_property
    def text_partials(self) -> tuple[PartialFile, ...]:
        """What may be included in a text part."""
        return tuple(self._partials(".txt"))

    @cached_property
    def stylesheets(self) -> tuple[tuple[str, Path], ...]:
        """By path relative to the folder."""
        return tuple(
            (str(relative), path) for relative, path in self.found.files.items() if relative.suffix == ".css"
        )

    def _partials(self, suffix: str) -> Iterator[PartialFile]:
        for relative, path in self.found.files.items():
            if relative.suffix == suffix:
                inside = relative.parts[0] == PARTIALS_FOLDER and len(relative.parts) > 1
                name = PurePosixPath(*relative.parts[1 if inside else 0 :]).with_suffix("")
                yield PartialFile(str(name), inside, path)


def _is_template(path: PurePosixPath) -> bool:
    return path.suffix == ".html" and not (path.parts[0] == PARTIALS_FOLDER and len(path.parts) > 1)
