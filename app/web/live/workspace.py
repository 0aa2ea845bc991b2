"""The template set as it is on disk now: one immutable revision, swapped whole when a file is saved."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.workspace import Workspace
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.layout import parted


@dataclass(frozen=True)
class Revision:
    """A workspace with what the pages need to know of it.

    ``versions`` holds a digest per template, the broken ones included: the same digest, the same mail. A
    translation is there by a name such as ``receipts/receipt.af``.
    ``problem`` is set while the folders cannot be read at all; the workspace is then the last one that could.
    """

    generation: int
    workspace: Workspace
    versions: Mapping[str, str]
    problem: BbwsTemplatesError | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every template, without the translations."""
        return tuple(name for name in self.versions if not parted(name)[1])


@dataclass(frozen=True)
class Reload:
    """What a reload changed: names of templates, by what happened to them."""

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
        """Load the first revision.

        Raises:
            SourceError: the templates folder does not exist.
        """
        self.templates = templates
        self.fixtures = fixtures
        self.run_id = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._current = _revision(Workspace.load(templates, fixtures, again=True), 1)

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
            if _sameness(before) == _sameness(after):
                return None
            self._current = after
        return _difference(before, after)


def _revision(workspace: Workspace, generation: int) -> Revision:
    templates = workspace.templates
    readable = (*templates.templates, *templates.translations)
    broken = (*templates.broken, *templates.broken_translations)
    versions = {name: workspace.fingerprint(name) for name in (*readable, *broken)}
    return Revision(generation, workspace, versions)


def _sameness(revision: Revision) -> object:
    return (revision.versions, revision.workspace.templates.problems, str(revision.problem or ""))


def _difference(before: Revision, after: Revision) -> Reload:
    old, new = before.versions, after.versions
    return Reload(
        generation=after.generation,
        changed=tuple(name for name in new if name in old and old[name] != new[name]),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        problem=str(after.problem or ""),
    )
