"""The port through which releases are read; ``opening`` has what stands behind it."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from bbws_templates.record import record


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
            UnfitObjectError: by what the store says of it, what is there can be none of ours.
        """

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        """As ``get``, but ``UNCHANGED`` and no body when the object still has ``etag``."""
