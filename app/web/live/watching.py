"""Notices saved files. Editors write in place, or write aside and rename; folders come and go.

What a system tells of files is no promise: it has limits, and says nothing of a network mount, or of what
happened before it was asked. So the files are also looked at now and then without a word from it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import anyio
from watchfiles import DefaultFilter, awatch

# A save is often several events (truncate, write, rename); they are taken together when they come within
# this many milliseconds of each other, and a save is noticed after one to two times as many.
_QUIET_MS = 10
_AT_MOST_MS = 100
_LOOK_AGAIN_MS = 500
_POLL_MS = 250
_UNTOLD_SECONDS = 5.0
_SHARE = 50
"""Looking without a word from the system takes this part of the time at most."""

_log = logging.getLogger(__name__)


async def watch(*folders: Path) -> AsyncIterator[bool]:
    """Yield True soon after anything below ``folders`` was created, written, renamed or removed.

    A folder need not exist yet. One that is replaced (a branch switched, a folder renamed away and back) is
    found again: a watch belongs to the folder, not to its name, so the name is looked up twice a second.
    Where the system refuses to watch, as with too many watches, the files are polled instead.

    Yields False once the system has begun to tell, and every few seconds from then on: it has told nothing,
    and something may have been saved all the same.
    """
    polling = False
    while True:
        present = _identities(folders)
        if not present:
            await anyio.sleep(_LOOK_AGAIN_MS / 1000)
        else:
            try:
                rest, ended = 0.0, monotonic()
                async for changed in _changes(tuple(present), polling):
                    if _identities(folders) != present:
                        break
                    begun = monotonic()
                    if changed or begun - ended >= rest:
                        yield changed
                        ended = monotonic()
                        rest = max(_UNTOLD_SECONDS, _SHARE * (ended - begun))
            except (OSError, RuntimeError) as error:  # the latter from a watch that fails later
                if not polling and _identities(folders) == present:
                    _log.warning("The system refuses to watch files (%s); looking at them instead.", error)
                    polling = True
                else:
                    await anyio.sleep(_LOOK_AGAIN_MS / 1000)
        if _identities(folders) != present:
            yield True


async def _changes(folders: tuple[Path, ...], polling: bool) -> AsyncIterator[bool]:
    """True after a change; False when it is time to look again whether the folders are still the same."""
    changes = awatch(
        *folders,
        watch_filter=DefaultFilter(),
        debounce=_AT_MOST_MS,
        step=_QUIET_MS,
        rust_timeout=_LOOK_AGAIN_MS,
        yield_on_timeout=True,
        force_polling=polling or None,  # None lets who starts the server decide, as WATCHFILES_FORCE_POLLING
        poll_delay_ms=_POLL_MS,
        ignore_permission_denied=True,
    )
    async for changed in changes:
        yield bool(changed)


def _identities(folders: tuple[Path, ...]) -> dict[Path, tuple[int, int]]:
    """The folders that exist, each with what tells it from another of the same name."""
    found = {}
    for folder in folders:
        try:
            status = folder.stat()
        except OSError:
            continue
        found[folder] = (status.st_dev, status.st_ino)
    return found
