"""What every check says of every template, worked out behind the pages while nobody is waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from app.browser.errors import BrowserError
from app.core.findings import Finding, Severity, finding_of
from app.core.seen_files import Memory
from app.core.validation.eyes import Eyes
from app.publishing.clock import Clock, utc_now
from app.web.live.renderings import Renderings
from app.web.live.workspace import LiveWorkspace, Revision
from bbws_templates.errors import BbwsTemplatesError

_LOOK_AGAIN_SECONDS = 0.05
_OPEN = 8
"""How many of the templates that were opened last come before the others."""
_log = logging.getLogger(__name__)

Key = tuple[str, str, date]
"""By what findings are remembered: a template's name and version, and the day, by which a waiver ends."""


class _OvertakenError(Exception):
    """What is being checked is not what is on disk any more."""


class Checks:
    """Checks one template at a time in a thread of its own, and remembers the findings by version.

    It steps aside while somebody renders or asks for findings, in the midst of a template as well: a designer
    who has just saved wants to see the mail first. What was opened last is checked first.
    ``announce`` is told the name of each template whose findings have become known. What else can be worked
    out behind the pages is done ``beforehand``, which is quick, or ``afterwards``. ``memory`` has what was
    found in earlier runs.
    """

    def __init__(
        self,
        live: LiveWorkspace,
        renderings: Renderings,
        announce: Callable[[str], None],
        clock: Clock = utc_now,
        memory: Memory | None = None,
        beforehand: Callable[[Revision, str], object] | None = None,
        afterwards: Callable[[Revision, str], None] | None = None,
    ) -> None:
        self._beforehand = beforehand
        self._afterwards = afterwards
        self._clock = clock
        self._memory = memory
        self._live = live
        self._renderings = renderings
        self._announce = announce
        self._known: dict[Key, tuple[Finding, ...]] = {}
        self._opened: tuple[str, ...] = ()
        self._asked: list[Key] = []
        self._turns: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()
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
        with self._asking(key):
            return self._found(revision, key, rest=lambda: None)

    @contextmanager
    def _asking(self, key: Key) -> Iterator[None]:
        """Somebody waits for these findings: all others step aside."""
        self._asked.append(key)
        try:
            yield
        finally:
            self._asked.remove(key)

    def _found(self, revision: Revision, key: Key, *, rest: Callable[[], None]) -> tuple[Finding, ...]:
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:  # two who want the same wait for one another, and nobody else
            try:
                found = self._known.get(key)
                if found is None:
                    found = _check(revision, key[0], key[2], self._memory, rest=rest)
                    self._remember(revision, key, found)
                return found
            finally:
                with self._lock:
                    self._turns.pop(key, None)

    def seen(self, revision: Revision, name: str, eyes: Eyes) -> tuple[Finding, ...]:
        """The same, and what ``eyes`` see of each rendered mail; not remembered.

        A browser may take its time over it: nobody who asks for other findings waits for that.

        Raises:
            UnknownNameError: there is none of that name.
            BbwsTemplatesError: the eyes fail.
        """
        return _check(revision, name, self._clock().date(), None, eyes)

    def _key(self, revision: Revision, name: str) -> Key:
        return (name, revision.versions.get(name, ""), self._clock().date())

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._stopping:
                return
            self._catch_up()

    def _catch_up(self) -> None:
        """Check what is open, then what is quick: which versions there are, and more; then check the rest."""
        revision = self._live.current
        unread, waiting = dict.fromkeys(revision.versions), dict.fromkeys(revision.versions)
        while waiting:
            self._step_aside()
            if self._stopping or self._live.current is not revision:
                self._wake.set()
                return
            name = next((name for name in self._opened if name in waiting), "")
            if not name and unread:
                self._read_through(revision, unread.popitem()[0])
                continue
            name = name or next(iter(waiting))
            del waiting[name]
            if self.known(revision, name) is None:
                self._check_behind(revision, name)

    def _check_behind(self, revision: Revision, name: str) -> None:
        key = self._key(revision, name)

        def rest() -> None:
            if self._live.current is not revision and self._live.current.versions.get(name) != key[1]:
                raise _OvertakenError
            self._step_aside(key)

        try:
            self._found(revision, key, rest=rest)
        except _OvertakenError:
            return
        except Exception:  # noqa: BLE001  a defect met in one template must not end the checks of all
            _log.exception("Checking %s has failed", name)
        else:
            self._announce(name)
        try:
            if self._afterwards:
                self._afterwards(revision, name)
        except Exception:  # noqa: BLE001  as above
            _log.exception("What follows the checks of %s has failed", name)

    def _read_through(self, revision: Revision, name: str) -> None:
        revision.versions[name]
        try:
            if self._beforehand:
                self._beforehand(revision, name)
        except Exception:  # noqa: BLE001  as above
            _log.exception("What comes before the checks of %s has failed", name)

    def _step_aside(self, key: Key | None = None) -> None:
        """Wait while somebody waits for something else than the findings of ``key``."""
        while not self._stopping and key not in self._asked:
            if not self._asked and not self._renderings.are_in_use:
                return
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _remember(self, revision: Revision, key: Key, found: tuple[Finding, ...]) -> None:
        """Keep no more than a few versions of each template; other keys have their turns meanwhile."""
        limit = 4 * len(revision.versions) + 16
        with self._lock:
            self._known[key] = found
            while len(self._known) > limit:
                del self._known[next(iter(self._known))]


def count(findings: tuple[Finding, ...]) -> dict[str, int]:
    """How many findings there are of each severity, zero included; waived ones are not counted."""
    counted = Counter(finding.severity for finding in findings if finding.waiver is None)
    return {severity.value: counted[severity] for severity in Severity}


def _check(
    revision: Revision,
    name: str,
    today: date,
    memory: Memory | None,
    eyes: Eyes | None = None,
    *,
    rest: Callable[[], None] = lambda: None,
) -> tuple[Finding, ...]:
    workspace = revision.workspace
    for broken in (workspace.templates.broken, workspace.templates.broken_translations):
        if name in broken:
            return (finding_of(broken[name], template=name),)
    if name not in revision.versions:
        workspace.source(name)  # raises with the nearest names
    try:
        return workspace.check(
            (name,), translations=False, today=today, memory=memory, eyes=eyes, rest=rest
        ).findings
    except BrowserError:
        raise
    except BbwsTemplatesError as error:
        return (finding_of(error, template=name),)
