"""Moving the active pointer, and bringing the stable keys in line with it.

The pointer moves by compare-and-swap. The stable keys follow it, never lead: any publisher can bring them in
line with whatever is active (``settle``), so one that was killed is completed by the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Final

from app.publishing.catalogue import Catalogue, Standing
from app.publishing.clock import Clock, iso, utc_now
from app.publishing.conflicts import (
    NOTHING_ACTIVATED,
    conflict_with,
    pointer_gone,
    refused_falsely,
    same_ground,
)
from app.publishing.errors import ConflictError
from app.publishing.history import archive
from app.publishing.lease import refuse_while_pruning
from app.publishing.parallel import Progress, in_parallel, silent
from app.publishing.provenance import LONGEST_NAME, shortened
from app.publishing.store import SeenObject, found_at, holds, put_for_certain, vouches
from bbws_templates.bundle import Bundle
from bbws_templates.digests import Digest
from bbws_templates.errors import BbwsTemplatesError
from bbws_templates.layout import POINTER, stable_key
from bbws_templates.pointer import Activation, Pointer
from bbws_templates.printable import encodable
from bbws_templates.target import BucketTarget

CLAIMED: Final = "claimed"
"""The member of an activation's details that holds an unproven name."""

ACTIVE_ALREADY: Final = "What was activated is active. Run the same again to complete the stable keys."
"""What goes with every error that comes after an activation: nobody is to take it for one that failed."""

ACTIVE_WHOLLY: Final = "What was activated is active, with its stable keys."
"""The same once the stable keys are in line as well: all that is left is to say so."""

MAYBE_ACTIVE: Final = "It may be active: see `bbws-templates status`."
"""What goes with whatever interrupts the write of the pointer, which may have arrived."""

LONGEST_MESSAGE: Final = 2000
"""How many characters may say why: up to 64 such texts stay in the pointer, which all readers read."""

_ROUNDS = 24
_REFUSALS = 3


@dataclass(frozen=True)
class Reason:
    """Why a release is activated: ``action`` is publish, promote or rollback, ``actor`` who asked for it.

    ``claimed`` is the name that a caller gave whom nobody has asked for proof, "" for none. It stands beside
    the actor in the history, as ``claimed`` of the activation's ``details``.
    """

    action: str
    actor: str
    message: str = ""
    claimed: str = ""

    def __post_init__(self) -> None:
        """Keep out what no pointer can or should hold: nobody is to learn that after the upload."""
        for field in fields(self):
            text = encodable(getattr(self, field.name))
            longest = LONGEST_MESSAGE if field.name == "message" else LONGEST_NAME
            object.__setattr__(self, field.name, shortened(text, longest))


@contextmanager
def saying_it_is_active(words: str = ACTIVE_ALREADY) -> Iterator[None]:
    """Have whatever goes wrong within say, in ``words``, that what was asked for is active all the same."""
    try:
        yield
    except BbwsTemplatesError as error:
        if words not in error.remedy:
            error.remedy = f"{words} {error.remedy}".rstrip()
        raise
    except BaseException as error:
        if words not in getattr(error, "__notes__", ()):
            error.add_note(words)
        raise


@contextmanager
def _saying_it_may_be_active() -> Iterator[None]:
    """Have whatever interrupts it say so: an error of ours says itself what has become of the write."""
    try:
        yield
    except BbwsTemplatesError:
        raise
    except BaseException as error:
        error.add_note(MAYBE_ACTIVE)
        raise


def activate(
    catalogue: Catalogue,
    expected: Standing | None,
    release: str,
    manifest: Digest,
    reason: Reason,
    *,
    clock: Clock = utc_now,
) -> Standing:
    """Make ``release`` the active one, provided that the pointer is still as ``expected``.

    Returns:
        The pointer with this activation in it; by then another one may have followed.

    Raises:
        ConflictError: it is not; says who moved it. Nothing is changed.
        StoreError: the store fails, or refuses the write although the pointer is as ``expected``.
    """
    activation = Activation(
        sequence=expected.pointer.active.sequence + 1 if expected else 1,
        release=release,
        manifest=manifest,
        action=reason.action,
        at=iso(clock()),
        actor=reason.actor,
        message=reason.message,
        details={CLAIMED: reason.claimed} if reason.claimed else None,
    )
    current, refusals = expected, 0
    for _ in range(_ROUNDS):
        refuse_while_pruning(catalogue, current, clock)
        pointer = Pointer(activation)
        if current:
            pointer = archive(catalogue.store, current.pointer.follow(activation))
        with _saying_it_may_be_active():
            etag = put_for_certain(
                catalogue.store,
                POINTER,
                pointer.to_bytes(),
                if_match=current.etag if current else "",
                if_absent=current is None,
            )
            if etag is not None:
                return Standing(pointer, etag)
            before, current = current, catalogue.standing()
        if current and activation in (current.pointer.active, *current.pointer.history):
            return current  # our own write: its answer was lost, and somebody settled or followed it since
        if not current and expected:
            raise pointer_gone(catalogue)
        if current and not (expected and same_ground(current.pointer, expected.pointer)):
            raise conflict_with(catalogue, current, expected)
        refusals = refusals + 1 if (current and current.etag) == (before and before.etag) else 0
        if refusals == _REFUSALS:
            raise refused_falsely(catalogue, POINTER, current.etag if current else "", done=NOTHING_ACTIVATED)
    raise ConflictError(f"Others keep changing {catalogue.store.target}.", remedy="Try again.")


@saying_it_is_active()
def settle(
    catalogue: Catalogue,
    standing: Standing | None = None,
    *,
    known: Bundle | None = None,
    seen: Mapping[str, SeenObject] | None = None,
    read_all: bool = False,
    progress: Progress = silent,
) -> Standing:
    """Bring the stable keys in line with the active release, whichever that is by now.

    ``standing`` is the pointer as it was last seen, and saves a request if it still is; ``known`` saves
    reading the bundle when it is the active one. ``seen`` is how the stable keys were seen before
    ``standing`` was activated over a release that they were all in line with, and saves looking at them.
    With ``read_all`` each is read, whatever is seen of it. Keys of templates that the release does not
    have are left as they are: nothing is deleted but by ``prune``.

    Raises:
        ConflictError: others kept changing the same keys.
        StoreError: the store fails, or refuses a write for no reason.

    Each of these says that what was activated is active.
    """
    refusals = 0
    for _ in range(_ROUNDS):
        standing = standing or catalogue.standing()
        if standing is None:
            continue
        standing.pointer.require_writable()
        release = standing.pointer.release
        bundle = known if known and known.release == release else catalogue.bundle(release)
        keys = _StableKeys(catalogue, standing, stable_files(bundle), progress)
        if keys.bring_in_line(seen, read_all=read_all):
            if standing.pointer.settled:
                return standing
            pointer = replace(standing.pointer, settled=True)
            etag = put_for_certain(catalogue.store, POINTER, pointer.to_bytes(), if_match=standing.etag)
            if etag is not None:
                return Standing(pointer, etag)
            before, standing = standing, catalogue.standing()
            refusals = refusals + 1 if standing and standing.etag == before.etag else 0
            if refusals == _REFUSALS:
                raise refused_falsely(catalogue, POINTER, before.etag)
        else:
            standing = None
        seen = None
    raise _unsettled(catalogue)


def stable_files(bundle: Bundle) -> dict[str, bytes]:
    """Content by stable key, for readers that know nothing of releases."""
    files = {}
    for name, template in bundle.templates.items():
        files[stable_key(name, "html")] = template.html.encode()
        files[stable_key(name, "txt")] = template.text.encode()
        for translation in template.translations:
            files[stable_key(name, "html", translation.locale)] = translation.html.encode()
            files[stable_key(name, "txt", translation.locale)] = translation.text.encode()
    return files


class _StableKeys:
    """The stable keys, with the content that they must have by the release that is active in ``standing``."""

    def __init__(
        self, catalogue: Catalogue, standing: Standing, files: Mapping[str, bytes], progress: Progress
    ) -> None:
        self._catalogue = catalogue
        self._store = catalogue.store
        self._standing = standing
        self._files = files
        self._progress = progress
        target = catalogue.store.target
        self._lax = isinstance(target, BucketTarget) and target.unconditional
        # Where the pointer's ETag follows from its content, so does that of all that is written as it was.
        self._etags_tell = standing.etag == self._store.etag_for(standing.pointer.to_bytes())

    def bring_in_line(self, seen: Mapping[str, SeenObject] | None, *, read_all: bool) -> bool:
        """Write those keys that differ; False when the pointer has moved meanwhile.

        The order matters: ETags come first, the pointer after them. A publisher that activates another
        release later has its ETags later still, so of two writers of a key the late one finds its condition
        broken, and whoever is active writes last. Where the keys were ``seen`` before the activation, that
        was the look at the pointer: it moved on from a release that all keys were in line with by then.

        Raises:
            StoreError: the server refuses to write one of them again and again, and nobody has changed it.
        """
        pending = [*self._files]
        refused: dict[str, str] = {}
        refusals = 0
        for turn in range(_ROUNDS):
            in_order = False
            if turn or read_all:
                etags = self._read_differing(pending)
            else:
                etags, unsure = self._seen_differing(self._store.look(pending) if seen is None else seen)
                etags |= self._read_differing(unsure)
                in_order = seen is not None and not unsure and not self._lax
            stubborn = [key for key, etag in etags.items() if refused.get(key) == etag]
            refusals = refusals + 1 if stubborn else 0
            if refusals == _REFUSALS:
                raise refused_falsely(self._catalogue, stubborn[0], etags[stubborn[0]])
            if not etags and not self._standing.pointer.settled:
                return True  # the compare-and-swap that follows asks whether the pointer has moved
            if not in_order and not self._is_active():
                return False
            if not etags:
                return True
            keys = [*etags]
            written = in_parallel(partial(self._overwrite, etags), keys)
            refused = {key: etags[key] for key, etag in zip(keys, written, strict=True) if etag is None}
            pending = [key for key, etag in zip(keys, written, strict=True) if not self._is_stored(key, etag)]
        return False

    def _seen_differing(self, seen: Mapping[str, SeenObject]) -> tuple[dict[str, str], list[str]]:
        """The ETags, "" for none, of those keys that are seen to differ; and the keys that must be read."""
        differing: dict[str, str] = {}
        unsure = []
        for key, body in self._files.items():
            found = seen.get(key)
            if found is None:
                differing[key] = ""
            elif not vouches(self._store, found, body):
                if found.etag and self._etags_tell:
                    differing[key] = found.etag
                else:
                    unsure.append(key)
        return differing, unsure

    def _read_differing(self, keys: list[str]) -> dict[str, str]:
        """The ETags, "" for none, of those of ``keys`` that differ."""

        def read(key: str) -> str | None:
            found = found_at(self._store, key)
            return None if holds(found, self._files[key]) else found.etag if found else ""

        found = zip(keys, in_parallel(read, keys), strict=True)
        return {key: etag for key, etag in found if etag is not None}

    def _is_active(self) -> bool:
        current = self._catalogue.standing()
        return current is not None and current.etag == self._standing.etag

    def _overwrite(self, etags: Mapping[str, str], key: str) -> str | None:
        """Write a key unless it has changed since it had its ETag; returns what it has then, None if not."""
        self._progress(key)
        return self._store.put(key, self._files[key], if_match=etags[key], if_absent=not etags[key])

    def _is_stored(self, key: str, etag: str | None) -> bool:
        """Whether the answer to a write shows that the key holds what was written; else it is read.

        Where a server heeds no conditions another one may have overwritten it already.
        """
        return not self._lax and etag == self._store.etag_for(self._files[key])


def _unsettled(catalogue: Catalogue) -> ConflictError:
    return ConflictError(
        f"Others kept changing the stable keys of {catalogue.store.target}, so they may not all be of the "
        "active release.",
        remedy=ACTIVE_ALREADY,
    )
