"""The port to where releases are written. A directory and a bucket have the same semantics behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from app.publishing.clock import ClockOffset
from app.publishing.parallel import at_once
from bbws_templates.faults import DamagedReleaseError, FormatError, StoreError, UnfitObjectError
from bbws_templates.layout import BUNDLE, MANIFEST, POINTER, longest
from bbws_templates.reader import ObjectReader, StoredObject
from bbws_templates.target import Target


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object as a listing shows it; ``size`` in bytes."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class SeenObject:
    """An object as it is seen without being read: ``size`` in bytes; ``etag`` is "" where nobody says."""

    size: int
    etag: str


Read = TypeVar("Read")

InTime = Callable[[], bool]
"""Whether there is still time to begin what one is about to do."""


def always() -> bool:
    """There is no end to the time."""
    return True


class Tries:
    """The tries of deletions: none begins too late, and it is known whether each was answered.

    A try that was sent, and whose answer has not come, may yet be carried out, whatever is said to those that
    follow it. Safe to share by threads.
    """

    def __init__(self, in_time: InTime = always) -> None:
        self._in_time = in_time
        self._lock = threading.Lock()
        self._unanswered = 0
        self._is_over = False

    def begin(self) -> bool:
        """Whether one may be sent; it counts as sent from here on."""
        with self._lock:
            if self._is_over:
                return False
            self._unanswered += 1
        if self._in_time():
            return True
        self.answer()
        return False

    def answer(self) -> None:
        """One has been answered by the store, in whatever way, or was not sent after all."""
        with self._lock:
            self._unanswered -= 1

    def end(self) -> bool:
        """Let none begin any more; returns whether all have been answered."""
        with self._lock:
            self._is_over = True
            return not self._unanswered


_SHORTER: Final = {
    BUNDLE: "Publish fewer templates in one release, or smaller ones.",
    MANIFEST: "Publish fewer files in one release: sources and whatever else was built into it.",
    POINTER: "It is long by what somebody else has written into it: restore an earlier version of it.",
}


def require_readable(key: str, body: bytes) -> None:
    """That an object is not longer than its readers take.

    Raises:
        StoreError: it is.
    """
    if len(body) > longest(key):
        raise StoreError(
            f"'{key}' would have {len(body):,} bytes, and readers take {longest(key):,} at most.",
            remedy=_SHORTER.get(key.rpartition("/")[2], "Make the file that is stored there shorter."),
        )


class ObjectStore(ObjectReader, Protocol):
    """Objects under one target: read, written under a condition, listed. Safe to share by threads.

    Every method raises ``StoreError`` (see ``bbws_templates.faults``) when the store fails or denies.
    """

    @property
    def target(self) -> Target:
        """The place that the objects are in."""

    @property
    def ahead(self) -> ClockOffset:
        """By how much the clock of the store is ahead of this machine's, as far as it has told.

        All who write there can go by that one, whatever their own machines take the time for. A single answer
        may be wrong, so this is a span.
        """

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        """Write an object, whole or not at all, if the condition holds.

        ``if_match`` is the ETag that the object must have, ``if_absent`` demands that there is none; with
        neither, the object is overwritten. The media type follows from the key.

        Returns:
            The new ETag. None when the condition does not hold and the object has other content than
            ``body``: a write whose answer was lost, and then repeated, is a success.
        """

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """Every object whose key begins with ``prefix``, in the order of keys."""

    def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
        """What can be said of the objects at ``keys`` without reading each.

        In a few requests, whatever else the target holds. What is not seen is most probably not there; what
        none of ours can be is seen all the same, and without an ETag where nothing can be written over it.
        """

    def etag_for(self, body: bytes) -> str:
        """The ETag of an object that holds ``body``, in a store that derives its ETags from content alone.

        So an object that is seen with this one and the size of ``body`` holds ``body``. Another ETag says
        nothing: the store may make them in another way.
        """

    def obstacles(self, keys: Collection[str]) -> Iterator[str]:
        """Why objects could not be written at some of ``keys``, whatever the condition: a sentence each."""

    def reached(self, keys: Collection[str]) -> set[str]:
        """The keys that are read by whoever reads ``keys``: these, and in a directory where links lead."""

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        """Delete an object; one that does not exist is no error.

        ``if_match`` is the ETag that the object must have. ``tries`` are asked at the last moment, and again
        before each further try, as a process may have been suspended since it was called; and they are told
        of each answer.

        Returns:
            Whether it has gone: False when the condition does not hold, or a directory has a folder there, or
            the key is but another name that somebody has given it.

        Raises:
            TooLateError: no try, or no further one, may begin.
        """

    def require_versioning(self) -> None:
        """That an overwritten object can be had back.

        Raises:
            UnversionedBucketError: it cannot.
        """

    def require_conditions(self) -> None:
        """That the store heeds the conditions of writes.

        Raises:
            StoreError: it does not; says which. Publishers could overwrite each other, or never get through.
        """


def vouches(store: ObjectStore, seen: SeenObject | None, body: bytes) -> bool:
    """Whether what was seen of an object shows that it holds ``body``."""
    return seen is not None and seen.size == len(body) and seen.etag == store.etag_for(body)


def read_twice(store: ObjectReader, key: str, parse: Callable[[StoredObject], Read]) -> Read | None:
    """What ``parse`` makes of an object, None for none; what seems missing or damaged is read once more.

    Much follows from such an answer: that nothing was published yet, that there is nothing that a contract
    could break, that a release cannot be gone back to. One that was wrong must not be enough for it.

    Raises:
        DamagedReleaseError: ``parse`` raised it, both times; or what is there is none of ours.
        FormatError: ``parse`` raised it.
    """

    def read() -> Read | None:
        found = store.get(key)
        return None if found is None else parse(found)

    try:
        made = read()
    except FormatError:
        raise
    except DamagedReleaseError:
        made = None
    return read() if made is None else made


def found_at(store: ObjectReader, key: str) -> StoredObject | UnfitObjectError | None:
    """As ``ObjectReader.get``, for who only compares: what none of ours can be is returned, not raised."""
    try:
        return store.get(key)
    except UnfitObjectError as error:
        return error.with_traceback(None)


def holds(found: StoredObject | UnfitObjectError | None, body: bytes) -> bool:
    """Whether what was found of an object is one that holds ``body``."""
    return isinstance(found, StoredObject) and found.body == body


def list_for_certain(store: ObjectStore, prefix: str) -> dict[str, int]:
    """Size by key of every object that one of two listings shows: one may have left something out."""

    def listed() -> dict[str, int]:
        return {item.key: item.size for item in store.list(prefix)}

    first, second = at_once(listed, listed)
    return first | second


def put_for_certain(
    store: ObjectStore, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False
) -> str | None:
    """As ``ObjectStore.put``, and where the answer does not show what was written, that is read.

    Something in between may answer in the place of the store, which then holds nothing of it.

    Returns:
        The ETag. None when the condition does not hold, or the object is not there with this content.
    """
    etag = store.put(key, body, if_match=if_match, if_absent=if_absent)
    if etag is None or etag == store.etag_for(body):
        return etag
    found = found_at(store, key)
    return found.etag if found and holds(found, body) else None
