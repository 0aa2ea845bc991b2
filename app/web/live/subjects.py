"""Subjects as an inbox shows them, for lists: rendered alone, since a list cannot wait for mails."""

from __future__ import annotations

import threading

from app.core.compiler.partials import PartialResolver
from app.web.live.workspace import Revision
from bbws_templates.engine import Template
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.modes import Mode

TYPICAL = "typical"


class Subjects:
    """The subject of each template with its typical fixture, remembered by version. Safe for threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def of(self, revision: Revision, name: str) -> str:
        """The subject of ``name``, filled; as its author wrote it where there is nothing to fill it with."""
        key = (name, revision.versions.get(name, ""))
        with self._lock:
            if key in self._known:
                return self._known[key]
        subject = _rendered(revision, name)
        with self._lock:
            self._known[key] = subject
            while len(self._known) > 4 * len(revision.versions) + 16:
                del self._known[next(iter(self._known))]
        return subject


def usual_fixture(revision: Revision, name: str) -> str:
    """The fixture that a page opens with: ``typical``, else the first; "" when there is none.

    Raises:
        UnknownNameError, SourceError: as ``Workspace.source``.
    """
    source = revision.workspace.source(name)
    scenarios = sorted({*source.fixtures, *source.broken_fixtures})
    return TYPICAL if TYPICAL in scenarios else next(iter(scenarios), "")


def _rendered(revision: Revision, name: str) -> str:
    workspace = revision.workspace
    try:
        source = workspace.source(name)
        metadata = source.metadata
        if metadata is None:
            return ""
        scenario = usual_fixture(revision, name)
        if not scenario:
            return metadata.subject
        partials = PartialResolver(workspace.templates, source, html=False).sources()
        parsed = Template.parse(metadata.subject, name=f"{name} (subject)", partials=partials)
        data = workspace.shown(name, workspace.fixture(name, scenario).data)
        return parsed.render(data, mode=Mode.HEADER, strict=False).strip()
    except BbwsTemplatesError:
        readable = workspace.templates.sources.get(name)
        return readable.metadata.subject if readable and readable.metadata else ""
