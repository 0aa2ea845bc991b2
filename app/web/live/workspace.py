"""The template set as it is on disk now: one immutable revision, swapped whole when a file is saved."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.layout import parted

_FEW = 32
"""So many templates are read through while somebody waits; it takes some thousandths of a second each."""


class Versions(Mapping[str, str]):
    """A digest per template, the broken ones included: the same digest, the same mail.

    A translation is there by a name such as ``receipts/receipt.af``. Each is worked out when it is first
    asked for: after the save of a file that hundreds are made of, nobody waits for all of them.
    """

    def __init__(self, workspace: Workspace) -> None:
        templates = workspace.templates
        readable = (*templates.templates, *templates.translations)
        self._names = dict.fromkeys((*readable, *templates.broken, *templates.broken_translations))
        self._workspace = workspace

    def __getitem__(self, name: str) -> str:
        if name not in self._names:
            raise KeyError(name)
        return self._workspace.fingerprint(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True)
class Revision:
    """A workspace with what the pages need to know of it.

    ``problem`` is set while the folders cannot be read at all; the workspace is then the last one that could.
    """

    generation: int
    workspace: Workspace
    versions: Versions
    problem: BbwsTemplatesError | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every template, without the translations."""
        return tuple(name for name in self.versions if not parted(name)[1])


@dataclass(frozen=True)
class Reload:
    """What a reload changed: names of templates, by what happened to them.

    If many had not been read through before, since a file that they are made of was saved a moment ago, they
    are among the ``changed``: they may be others, and to know takes longer than to look.
    """

    generation: int
    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    problem: str


class LiveWorkspace:
    """Holds the current revision. Readers take it once per request and are never disturbed by a swap.

    ``run_id`` tells one process from the next, so that a page notices a restart of the server.
    """

    def __init__(self, templates: Path, fixtures: Path) -> None:
        """Load the first revision, and read every template through.

        Raises:
            SourceError: the templates folder does not exist.
        """
        self.templates = templates
        self.fixtures = fixtures
        self.run_id = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._current = _revision(Workspace.load(templates, fixtures, again=True), 1)
        for name in self._current.versions:
            self._current.workspace.fingerprint(name)

    @property
    def current(self) -> Revision:
        """The newest revision."""
        return self._current

    def reload(self, *, every_byte: bool = False) -> Reload | None:
        """Read the folders again and swap; None when nothing that matters has changed.

        What was saved is read, and with ``every_byte`` all the rest.
        """
        with self._lock:
            before = self._current
            generation = before.generation + 1
            try:
                workspace = Workspace.load(
                    self.templates,
                    self.fixtures,
                    before=before.workspace,
                    again=True,
                    every_byte=every_byte,
                )
                after = _revision(workspace, generation)
            except BbwsTemplatesError as error:
                after = Revision(generation, before.workspace, before.versions, error)
            change = _difference(before, after)
            if not (change.changed or change.added or change.removed) and _beside(before) == _beside(after):
                # Nothing to tell; but what was read is known by now, and not to be doubted at the next save.
                self._current = replace(after, generation=before.generation)
                return None
            self._current = after
        return change


def _revision(workspace: Workspace, generation: int) -> Revision:
    return Revision(generation, workspace, Versions(workspace))


def _beside(revision: Revision) -> object:
    """What matters beside the templates."""
    return (revision.workspace.templates.problems, str(revision.problem or ""))


def _difference(before: Revision, after: Revision) -> Reload:
    old, new = before.versions, after.versions
    known = after.workspace.aftermath
    unread = {name for name in old if not before.workspace.knows_fingerprint(name)}
    too_many = unread if len(unread) > _FEW else ()

    def is_other(name: str) -> bool:
        if name in known.same or name in known.other:
            return name in known.other
        return name in too_many or old[name] != new[name]

    is_new = after.workspace is not before.workspace
    return Reload(
        generation=after.generation,
        changed=tuple(name for name in new if is_new and name in old and is_other(name)),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        problem=str(after.problem or ""),
    )
