"""What a publisher has written late, beside a prune or after it: whole, or not there at all.

Between its last look at the pointer and its next write a process may be suspended for any time, and a whole
prune may pass. What it writes then is a part of a release that has been deleted: nobody could go back to it,
`verify` would take it for damage, and publishers may not delete it. So it is completed instead.
"""

from __future__ import annotations

from contextlib import suppress

from app.core.release import Release
from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import Clock, utc_now
from app.publishing.lease import is_free
from app.publishing.parallel import in_parallel
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.layout import BUNDLE, bundle_key, manifest_key

_ROUNDS = 3


def leave_whole(
    catalogue: Catalogue, release: Release, expected: Standing | None, clock: Clock = utc_now
) -> None:
    """Complete what is there of ``release``, if somebody has pruned since the pointer was as ``expected``.

    One that is under way still looks a second time for what was uploaded beside it, and is left to that.
    Whatever stands in the way is not told: that somebody pruned is what the caller has to say.
    """
    with suppress(BbwsTemplatesError):
        for _ in range(_ROUNDS):
            current = catalogue.standing()
            prunes = expected.pointer.prunes if expected else 0
            if current is None or current.pointer.prunes == prunes:
                return
            if not is_free(current.pointer, clock() + catalogue.store.ahead.least):
                return
            if not _complete(catalogue, release):
                return
            expected = current


def _complete(catalogue: Catalogue, release: Release) -> bool:
    """Write what a release lacks of which there is something, in the order of an upload; whether it did."""
    store = catalogue.store
    heads = {bundle_key(release.id): release.bundle_data, manifest_key(release.id): release.manifest_data}
    paths = {key: path for path, key in catalogue.keys(release.manifest).items() if path != BUNDLE}
    seen = store.look({*heads, *paths})
    lacking = [key for key in paths if key not in seen]
    late = [key for key in heads if key not in seen]
    if len(late) == len(heads) or not (lacking or late):
        return False
    in_parallel(lambda key: store.put(key, release.files[paths[key]], if_absent=True), lacking)
    for key in late:
        store.put(key, heads[key], if_absent=True)
    return True
