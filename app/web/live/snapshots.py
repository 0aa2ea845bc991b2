"""Approved pictures in the preview: how each template stands against them, and comparing anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.browser.approvals import Approvals
from app.browser.errors import NothingComparedError
from app.browser.folders import Folders
from app.browser.mails import fixtures_of, mails_of, workspace_renderer
from app.browser.rejections import REJECTIONS_NAME
from app.browser.results import RESULTS_NAME, Comparison, SnapshotResult
from app.browser.screenshots import Screenshots
from app.browser.settings import load_settings
from app.browser.snapshots import CHROMIUM
from app.browser.standing import TemplateStanding, standing_of
from app.browser.store import PictureStore
from app.web.live.environments.operations import Deed, Operation, Operations, Watch
from app.web.live.workspace import LiveWorkspace, Revision

SOURCES = ""
"""What a comparison is done with, where other operations have the name of a target."""


@dataclass(frozen=True)
class Snapshots:
    """The pictures of the templates on disk. ``reload`` reads these again, and tells every page of changes.

    ``drawing`` is held by who has a browser at work. Safe to share by threads.
    """

    folders: Folders
    live: LiveWorkspace
    operations: Operations
    drawing: threading.Lock
    reload: Callable[[], None]
    _known: dict[str, tuple[object, TemplateStanding]] = field(default_factory=dict)

    @property
    def is_used(self) -> bool:
        """Whether anybody approves pictures here; where nobody does, there is nothing to stand against."""
        return self.folders.baselines.is_dir()

    def standings(
        self, revision: Revision, names: tuple[str, ...], *, at_hand: bool = False
    ) -> dict[str, TemplateStanding]:
        """How each of ``names`` stands. No browser is started, and what has not changed is not asked again.

        With ``at_hand``, templates that would have to be compiled for it are left out.

        Raises:
            SettingsError, BaselineError: the settings or the record of the last comparison cannot be read.
        """
        if not self.is_used:
            return {}
        settings = load_settings(self.folders.baselines)
        fixtures = fixtures_of(revision.workspace)
        baselines, approvals = PictureStore(self.folders.baselines), Approvals(self.folders)
        last = _by_template(self.folders.work)
        decided = [_stamp(self.folders.work / name) for name in (RESULTS_NAME, REJECTIONS_NAME)]
        found = {}
        for name in names:
            wanted = [
                snapshot
                for snapshot in settings.wanted({name: fixtures.get(name, ())})
                if snapshot.client == CHROMIUM
            ]
            stamps = [baselines.stamp(snapshot) for snapshot in wanted]
            key = (revision.versions.get(name), wanted, stamps, decided)
            known = self._known.get(name)
            if known is None or known[0] != key:
                if at_hand and not revision.workspace.is_compiled(name):
                    continue
                mails = mails_of(wanted, workspace_renderer(revision.workspace))
                known = (key, standing_of(mails, last.get(name, ()), approvals))
                self._known[name] = known
            found[name] = known[1]
        return found

    def compare(self, name: str = "") -> Operation:
        """Begin to draw what is needed and to compare: of one template, or of all.

        It goes on without the page that began it, and can be cancelled; pictures that are drawn by then are
        not drawn again.

        Raises:
            BusyError: a comparison is going on.
        """

        def work(watch: Watch) -> None:
            watch.show(template=name)
            watch.begin(0, "waiting for the browser")
            with watch.holding(self.drawing):
                watch.begin(0, "rendering")
                self.reload()
                screenshots = Screenshots.of_workspace(self.live.current.workspace, self.folders)
                compared = screenshots.compare(
                    [name] if name else [], beside=bool(name), started=_begun(watch), progress=watch.step
                )
            watch.show(comparison=_members(compared))

        return self.operations.begin(SOURCES, Deed.COMPARE, work, cancellable=True)

    def running(self) -> Operation | None:
        """The comparison that is going on."""
        return self.operations.running(SOURCES)


def _begun(watch: Watch) -> Callable[[int], None]:
    """Tells of a stretch of pictures; where none has to be drawn, there is nothing to tell."""
    return lambda total: watch.begin(total, "drawing") if total else None


def _members(compared: Comparison) -> dict[str, Any]:
    return {
        "counts": {status.value: number for status, number in compared.counts.items()},
        "drawn": compared.drawn,
        "passedOver": [str(each) for each in compared.passed_over if not each.broken],
        "broken": [str(each) for each in compared.broken],
    }


def _by_template(work: Path) -> dict[str, list[SnapshotResult]]:
    """What the last comparison has found, nothing if there was none."""
    try:
        results = Comparison.load(work).results
    except NothingComparedError:
        return {}
    found: dict[str, list[SnapshotResult]] = {}
    for result in results:
        found.setdefault(result.snapshot.template, []).append(result)
    return found


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
