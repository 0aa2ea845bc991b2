"""How far the sources are ahead of what a target serves."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from app.core.building import make_unchecked_release
from app.core.changes import ChangeKind, changed_names, setting_changes
from app.core.errors import SurroundingsError
from app.core.release import Provenance
from app.core.threads import begin
from app.web.live.renderings import Renderings
from app.web.live.workspace import LiveWorkspace, Revision
from bbws_templates.bundle import Bundle
from bbws_templates.errors import BbwsTemplatesError

_KEPT: Final = 2  # what is undone is known at once; of hundreds of mails each takes twenty megabytes
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """The sources of one moment as a release; or ``error``, why there is none of them."""

    bundle: Bundle | None
    error: Exception | None = None


@dataclass(frozen=True)
class Ahead:
    """What the sources would change: names of templates, each with what becomes of it, and settings."""

    changes: tuple[tuple[ChangeKind, str], ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.changes or self.settings)


class SourceReleases:
    """Makes a release of the sources whenever they have changed, in a thread that steps aside for renderings.

    ``announce`` is called when there is a new one.
    """

    def __init__(self, live: LiveWorkspace, renderings: Renderings, announce: Callable[[], None]) -> None:
        self._live = live
        self._renderings = renderings
        self._announce = announce
        self._made: OrderedDict[tuple[tuple[str, str], ...], Made] = OrderedDict()
        self._newest: tuple[Revision, Made] | None = None
        self._working = False
        self._lock = threading.Lock()

    def known(self) -> Made | None:
        """The release of the sources as they are; None while it is being made."""
        revision = self._live.current
        with self._lock:
            if self._newest and self._newest[0] is revision:
                return self._newest[1]
            if not self._working:
                self._working = True
                try:
                    begin(self._work, name="release of the sources")
                except SurroundingsError:  # whoever asks next tries again
                    self._working = False
            return None

    def _work(self) -> None:
        try:
            while True:
                revision = self._live.current
                if not self._has_compiled(revision):
                    continue
                key = _key(revision)
                made = self._made.get(key) or _make(revision)
                with self._lock:
                    self._made[key] = made
                    self._newest = (revision, made)
                    while len(self._made) > _KEPT:
                        self._made.popitem(last=False)
                    if self._live.current is revision:
                        self._working = False
                        break
        except BaseException:
            self._working = False
            raise
        self._announce()

    def _has_compiled(self, revision: Revision) -> bool:
        """Compile what is not yet, one after the other; False when files have been saved meanwhile."""

        def is_old() -> bool:
            return self._live.current is not revision

        for name in revision.versions:
            self._renderings.step_aside(unless=is_old)
            if is_old():
                return False
            with suppress(BbwsTemplatesError):  # to be told by the making
                revision.workspace.compilation(name)
        return True


def ahead_of(active: Bundle | None, sources: Bundle) -> Ahead:
    """What ``sources`` would change in a target that serves ``active``, None for nothing."""
    before = active.templates if active else {}
    changes = []
    for name in changed_names(active, sources):
        kind = ChangeKind.CHANGED
        if name not in before or name not in sources.templates:
            kind = ChangeKind.REMOVED if name in before else ChangeKind.ADDED
        changes.append((kind, name))
    return Ahead(tuple(changes), tuple(part.part for part in setting_changes(active, sources)))


def _make(revision: Revision) -> Made:
    try:
        return Made(make_unchecked_release(revision.workspace, Provenance()).bundle)
    except BbwsTemplatesError as error:
        return Made(None, error)
    except Exception as error:  # noqa: BLE001  a defect met in one odd file is told where a release would be
        _log.exception("Making a release of the sources has failed")
        return Made(None, error)


def _key(revision: Revision) -> tuple[tuple[str, str], ...]:
    return tuple(revision.versions.items())
