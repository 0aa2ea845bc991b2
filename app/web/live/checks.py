"""What every check says of every template, worked out behind the pages while nobody is waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date

from app.browser.errors import BrowserError
from app.core.checked import Memory
from app.core.findings import Finding, Severity, finding_of
from app.core.validation.eyes import Eyes
from app.publishing.clock import Clock, utc_now
from app.web.live.renderings import Renderings
from app.web.live.workspace import LiveWorkspace, Revision
from bbws_templates.errors import BbwsTemplatesError

_PATIENCE = 0.25
_OPEN = 8
"""How many of the templates that were opened last come before the others."""
_log = logging.getLogger(__name__)


class Checks:
    """Checks one template at a time in a thread of its own, and remembers the findings by version.

    It steps aside while somebody renders: a designer who has just saved wants to see the mail first. What was
    opened last is checked first.
    ``announce`` is told the name of each template whose findings have become known, and ``afterwards`` has
    what else can be worked out behind the pages. ``memory`` has what was found in earlier runs.
    """

    def __init__(
        self,
        live: LiveWorkspace,
        renderings: Renderings,
        announce: Callable[[str], None],
        clock: Clock = utc_now,
        memory: Memory | None = None,
        afterwards: Callable[[Revision, str], None] | None = None,
    ) -> None:
        self._afterwards = afterwards
        self._clock = clock
        self._memory = memory
        self._live = live
        self._renderings = renderings
        self._announce = announce
        self._known: dict[tuple[str, str, date], tuple[Finding, ...]] = {}
        self._opened: tuple[str, ...] = ()
        self._one_at_a_time = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work."""
        self._stopping = False
        self._wake.set()
        self._thread = threading.Thread(target=self._work, name="checks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the template in hand and stop."""
        self._stopping = True
        self._wake.set()
        if self._thread:
            self._thread.join()

    def look_again(self) -> None:
        """A new revision has been taken."""
        self._wake.set()

    def opened(self, name: str) -> None:
        """Somebody looks at this template: it comes before all others, now and after each save."""
        self._opened = (name, *(other for other in self._opened if other != name))[:_OPEN]

    def known(self, revision: Revision, name: str) -> tuple[Finding, ...] | None:
        """The findings of a template if they have been worked out, None while they have not."""
        return self._known.get(self._key(revision, name))

    def of(self, revision: Revision, name: str) -> tuple[Finding, ...]:
        """The findings of a template over all its fixtures, worked out now if need be.

        Raises:
            UnknownNameError: there is none of that name.
        """
        key = self._key(revision, name)
        with self._one_at_a_time:
            if key not in self._known:
                self._known[key] = _check(revision, name, key[2], self._memory)
                self._forget(revision)
            return self._known[key]

    def seen(self, revision: Revision, name: str, eyes: Eyes) -> tuple[Finding, ...]:
        """The same, and what ``eyes`` see of each rendered mail; not remembered.

        A browser may take its time over it: nobody who asks for other findings waits for that.

        Raises:
            UnknownNameError: there is none of that name.
            BbwsTemplatesError: the eyes fail.
        """
        return _check(revision, name, self._clock().date(), None, eyes)

    def _key(self, revision: Revision, name: str) -> tuple[str, str, date]:
        """By what findings are remembered: a waiver ends by the day, without any file changing."""
        return (name, revision.versions.get(name, ""), self._clock().date())

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._stopping:
                return
            self._catch_up()

    def _catch_up(self) -> None:
        revision = self._live.current
        waiting = {name: None for name in revision.versions if self.known(revision, name) is None}
        while waiting:
            while time.monotonic() - self._renderings.last_used < _PATIENCE and not self._stopping:
                time.sleep(_PATIENCE / 5)
            if self._stopping or self._live.current is not revision:
                self._wake.set()
                return
            name = next((name for name in self._opened if name in waiting), None) or next(iter(waiting))
            del waiting[name]
            try:
                self.of(revision, name)
            except Exception:  # noqa: BLE001  a defect met in one template must not end the checks of all
                _log.exception("Checking %s has failed", name)
            else:
                self._announce(name)
            try:
                if self._afterwards:
                    self._afterwards(revision, name)
            except Exception:  # noqa: BLE001  as above
                _log.exception("What follows the checks of %s has failed", name)

    def _forget(self, revision: Revision) -> None:
        """Keep no more than a few versions of each template."""
        limit = 4 * len(revision.versions) + 16
        while len(self._known) > limit:
            del self._known[next(iter(self._known))]


def count(findings: tuple[Finding, ...]) -> dict[str, int]:
    """How many findings there are of each severity, zero included; waived ones are not counted."""
    counted = Counter(finding.severity for finding in findings if finding.waiver is None)
    return {severity.value: counted[severity] for severity in Severity}


def _check(
    revision: Revision, name: str, today: date, memory: Memory | None, eyes: Eyes | None = None
) -> tuple[Finding, ...]:
    workspace = revision.workspace
    for broken in (workspace.templates.broken, workspace.templates.broken_translations):
        if name in broken:
            return (finding_of(broken[name], template=name),)
    if name not in revision.versions:
        workspace.source(name)  # raises with the nearest names
    try:
        return workspace.check((name,), translations=False, today=today, memory=memory, eyes=eyes).findings
    except BrowserError:
        raise
    except BbwsTemplatesError as error:
        return (finding_of(error, template=name),)
