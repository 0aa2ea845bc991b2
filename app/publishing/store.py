"""The port to where releases are written. A directory and a bucket have the same semantics behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bbws_templates.reader import ObjectReader
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


InTime = Callable[[], bool]
"""Whether there is still time to begin what one is about to do."""


def always() -> bool:
    """There is no end to the time."""
    return True


class ObjectStore(ObjectReader, Protocol):
    """Objects under one target: read, written under a condition, listed. Safe to share by threads.

    Every method raises ``StoreError`` (see ``bbws_templates.faults``) when the store fails or denies.
    """

    @property
    def target(self) -> Target:
        """The place that the objects are in."""

    @property
    def ahead(self) -> timedelta:
        """By how much the clock of the store is ahead of this machine's, as far as it has told.

        All who write there can go by that one, whatever their own machines take the time for.
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

        In a few requests, whatever else the target holds. What is not seen is most probably not there.
        """

    def etag_for(self, body: bytes) -> str:
        """The ETag of an object that holds ``body``, in a store that derives its ETags from content alone.

        So an object that is seen with this one and the size of ``body`` holds ``body``. Another ETag says
        nothing: the store may make them in another way.
        """

    def delete(self, key: str, *, if_match: str = "", in_time: InTime = always) -> bool:
        """Delete an object; one that does not exist is no error.

        ``if_match`` is the ETag that the object must have. ``in_time`` is asked at the last moment, and again
        before each further try: a process may have been suspended since it was called.

        Returns:
            Whether it has gone: False when the condition does not hold.

        Raises:
            TooLateError: ``in_time`` said no; whether an earlier try was carried out is not known.
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
