"""What an S3 server holds, looked up inside of it: no request, no cache, and nobody's word for it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import NoReturn

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeKey, s3_backends

from app.publishing.clock import ClockOffset
from app.publishing.store import ListedObject, SeenObject, Tries
from bbws_templates.reader import UNCHANGED, StoredObject, Unchanged
from bbws_templates.target import BucketTarget


class Snapshot:
    """The objects of a bucket as they were when this was made. Read like any store, never written to."""

    ahead = ClockOffset()

    def __init__(self, target: BucketTarget) -> None:
        self.target = target
        self._keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[target.bucket].keys
        self._versions = {name: [*self._keys.getlist(name)] for name in self._keys}
        self.objects = {
            name.removeprefix(target.prefix): StoredObject(versions[-1].value, versions[-1].etag)
            for name, versions in self._versions.items()
            if name.startswith(target.prefix) and isinstance(versions[-1], FakeKey)
        }

    def restore(self) -> None:
        """Put everything in the bucket back to how it was."""
        for name in [*self._keys]:
            for version in self._keys.getlist(name):
                if version not in self._versions.get(name, ()) and isinstance(version, FakeKey):
                    version.dispose()
        self._keys.clear()
        for name, versions in self._versions.items():
            self._keys.setlist(name, [*versions])

    def get(self, key: str) -> StoredObject | None:
        return self.objects.get(key)

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        found = self.get(key)
        return UNCHANGED if found and found.etag == etag else found

    def list(self, prefix: str) -> Iterator[ListedObject]:
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield ListedObject(key, len(self.objects[key].body))

    def obstacles(self, keys: Collection[str]) -> Iterator[str]:
        return iter(())

    def reached(self, keys: Collection[str]) -> set[str]:
        return {*keys}

    def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
        return {
            key: SeenObject(len(found.body), found.etag) for key in keys if (found := self.objects.get(key))
        }

    def etag_for(self, body: bytes) -> str:
        return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> NoReturn:
        raise TypeError("a snapshot is not written to")

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> NoReturn:
        raise TypeError("nothing is deleted from a snapshot")

    def require_versioning(self) -> None:
        pass

    def require_conditions(self) -> None:
        pass
