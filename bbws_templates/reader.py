"""The port through which releases are read: a directory or a bucket, told apart by their target."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from bbws_templates.record import record
from bbws_templates.target import BucketTarget, Target


@record(frozen=True)
class StoredObject:
    """An object as it was read. ``etag`` names this content, for revalidation and compare-and-swap."""

    body: bytes
    etag: str


class Unchanged(Enum):
    """What a revalidation says of an object that still has the ETag asked about."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


class ObjectReader(Protocol):
    """Read access to the objects under one target. Safe to share by threads."""

    def get(self, key: str) -> StoredObject | None:
        """The object at ``key``, None when there is none.

        Raises:
            StoreError: the store fails, denies, or gives no whole answer in time.
        """

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        """As ``get``, but ``UNCHANGED`` and no body when the object still has ``etag``."""


def open_reader(target: Target, *, timeout: float) -> ObjectReader:
    """A reader of ``target`` that waits no longer than ``timeout`` seconds for any sign of the store.

    One that has a method ``cut`` breaks off with it what is under way, and reads nothing any more.
    """
    if isinstance(target, BucketTarget):
        from bbws_templates.bucket import BucketReader, connect
        from bbws_templates.connections import Connections

        client = connect(target, timeout=timeout, late_credentials=True)
        return BucketReader(client, target, connections=Connections(client))
    from bbws_templates.directory import DirectoryReader

    return DirectoryReader(target.path)
