"""A set of which only what has changed since its last check is read, and the rest when somebody asks for it.

It is the whole set, equal to one that is read cold: every name is there, and whoever asks for a file gets
it. What there is to know of all templates without reading them, their waivers and fingerprints, the last
check has kept. Where something of it could be other than then, there is no such set, and all is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from app.core.arrangement import Arrangement, PartialFile
from app.core.checked import KnownSet
from app.core.errors import SourceError
from app.core.filenames import PARTIALS_FOLDER, READ_SUFFIXES, walk
from app.core.seen_files import SeenFiles
from app.core.settings import SETTINGS_NAME, SetSettings, read_settings
from app.core.sources import TemplateSet, TemplateSource
from app.core.template_reader import TemplateReader
from app.core.textfiles import TextFiles
from bbws_templates.directory import real

_Value = TypeVar("_Value")


class Unread(Mapping[str, _Value]):
    """By name, what is read when it is asked for, and then kept."""

    def __init__(self, names: Iterable[str], read: Callable[[str], _Value]) -> None:
        """Of ``names``; ``read`` is called once for each that is asked for."""
        self._names = dict.fromkeys(names)
        self._read = read
        self._found: dict[str, _Value] = {}

    def __getitem__(self, name: str) -> _Value:
        if name not in self._found:
            if name not in self._names:
                raise KeyError(name)
            self._found[name] = self._read(name)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def unread_set(
    templates: Path, fixtures: Path, seen: SeenFiles, known: KnownSet
) -> tuple[TemplateSet, frozenset[str]] | None:
    """The set as it is ``seen`` now, and the names of which all is as it was ``known``.

    None where names have come or gone, the settings have changed, or something cannot be read: then whoever
    asks reads all of it.
    """
    if seen.names() != known.seen.names():
        return None
    before = known.seen.digests
    changed = {path for path, digest in seen.digests.items() if before[path] != digest}
    try:
        return _SetOfUnread(real(templates), real(fixtures), changed).made(known)
    except SourceError:
        return None


class _SetOfUnread:
    def __init__(self, templates: Path, fixtures: Path, changed: set[str]) -> None:
        self._root = templates
        self._changed = changed
        self._files = TextFiles(templates, fixtures)
        self._arrangement = Arrangement(walk(templates))
        self._settings = self._read_settings()
        self._reader = TemplateReader(
            self._files, templates, fixtures, self._arrangement.names, self._settings.locale
        )
        self._groups: dict[str, dict[str, TemplateSource]] = {}

    def made(self, known: KnownSet) -> tuple[TemplateSet, frozenset[str]] | None:
        """The set, with whatever has changed read; None where its names are not those that are known.

        Raises:
            SourceError: something that has changed cannot be read.
        """
        if str(self._root / SETTINGS_NAME) in self._changed:
            return None
        bases, editions = self._arrangement.templates, self._arrangement.editions
        translations = {name: base for base in bases for name in editions.get(base, {}).values()}
        if known.templates.keys() != {*bases, *translations}:
            return None
        for path in self._changed:
            if path.endswith(tuple(READ_SUFFIXES)):
                self._files.read(Path(path))
        same = set[str]()
        for base in bases:
            # The words of translations are in the contract of their template, whose data are theirs.
            group = [base, *editions.get(base, {}).values()]
            if all(known.templates[name].read.isdisjoint(self._changed) for name in group):
                same.update(group)
            else:
                self._group(base)
        made = TemplateSet(
            root=self._root,
            templates=Unread(bases, lambda name: self._group(name)[name]),
            partials=self._unread(_by_name(self._arrangement.partials)),
            text_partials=self._unread(_by_name(self._arrangement.text_partials)),
            stylesheets=self._unread(dict(self._arrangement.stylesheets)),
            problems=known.problems,
            settings=self._settings,
            translations=Unread(translations, lambda name: self._group(translations[name])[name]),
            known_waivers={name: known.templates[name].waivers for name in same},
            read=self._files.digests,
        )
        return made, frozenset(same)

    def _unread(self, paths: Mapping[str, Path]) -> Unread[Any]:
        return Unread(paths, lambda name: self._files.read(paths[name]))

    def _group(self, base: str) -> dict[str, TemplateSource]:
        """A template and its translations, by name.

        Raises:
            SourceError: something of them cannot be read.
        """
        if base not in self._groups:
            broken: dict[str, SourceError] = {}
            group: dict[str, TemplateSource] = {}
            own = self._reader.template(base)
            if editions := self._arrangement.editions.get(base):
                own = self._reader.translate(own, editions, group, broken)
            group[base] = own
            for faults in (broken, *(each.broken_fixtures for each in group.values())):
                for error in faults.values():
                    raise error
            self._groups[base] = group
        return self._groups[base]

    def _read_settings(self) -> SetSettings:
        if SETTINGS_NAME not in self._arrangement.names:
            return SetSettings()
        file = self._files.read(self._root / SETTINGS_NAME)
        return read_settings(file.text, file.label)


def _by_name(partials: Iterable[PartialFile]) -> dict[str, Path]:
    """Where the loader takes each partial from: the folder of partials wins over a template."""
    found: dict[str, Path] = {}
    for each in partials:
        if each.inside:
            found[f"{PARTIALS_FOLDER}/{each.name}"] = found[each.name] = each.path
        else:
            found.setdefault(each.name, each.path)
    return found
