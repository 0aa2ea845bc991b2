"""A store that records what is asked of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator

from app.publishing.clock import ClockOffset
from app.publishing.store import ListedObject, ObjectStore, SeenObject, Tries
from bbws_templates.layout import POINTER
from bbws_templates.reader import StoredObject, Unchanged
from bbws_templates.target import BucketTarget, Target


class CountingStore:
    """Passes every request on to ``inner``; ``requests`` holds (operation, key) pairs in order."""

    def __init__(self, inner: ObjectStore) -> None:
        self.inner = inner
        self.requests: list[tuple[str, str]] = []

    @property
    def target(self) -> Target:
        return self.inner.target

    @property
    def ahead(self) -> ClockOffset:
        return self.inner.ahead

    def written(self) -> list[str]:
        return sorted(key for operation, key in self.requests if operation == "put")

    def get(self, key: str) -> StoredObject | None:
        self.requests.append(("get", key))
        return self.inner.get(key)

    def revalidate(self, key: str, etag: str) -> StoredObject | Unchanged | None:
        self.requests.append(("revalidate", key))
        return self.inner.revalidate(key, etag)

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        self.requests.append(("put", key))
        return self.inner.put(key, body, if_match=if_match, if_absent=if_absent)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        self.requests.append(("list", prefix))
        return self.inner.list(prefix)

    def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
        self.requests.append(("look", ""))
        return self.inner.look(keys)

    def etag_for(self, body: bytes) -> str:
        return self.inner.etag_for(body)

    def obstacles(self, keys: Collection[str]) -> Iterator[str]:
        return self.inner.obstacles(keys)

    def reached(self, keys: Collection[str]) -> set[str]:
        return self.inner.reached(keys)

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        self.requests.append(("delete", key))
        return self.inner.delete(key, if_match=if_match, tries=tries)

    def require_conditions(self) -> None:
        self.requests.append(("conditions", ""))
        self.inner.require_conditions()

    def require_versioning(self) -> None:
        self.requests.append(("versioning", ""))
        self.inner.require_versioning()


class Once:
    """What is done the first time that it is called for, whichever of several threads that is.

    The others wait until it is done, so that nothing they ask for afterwards comes beside it.
    """

    def __init__(self, deed: Callable[[], object]) -> None:
        self.done = False
        self._deed, self._lock = deed, threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            if not self.done:
                self.done = True
                self._deed()


class Keyed(CountingStore):
    """A store whose ETags do not follow from content, as S3's where keys of KMS encrypt it."""

    def etag_for(self, body: bytes) -> str:
        return '"00000000000000000000000000000001"'


class Lax(CountingStore):
    """A store that is said to heed no conditions."""

    @property
    def target(self) -> Target:
        return BucketTarget("bucket", unconditional=True)


class Busy(CountingStore):
    """A store in which somebody else rewrites the pointer before each of the first four writes of it."""

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        found = self.inner.get(POINTER)
        if key == POINTER and found and (times := self.written().count(POINTER)) < 4:
            self.inner.put(POINTER, json.dumps({**json.loads(found.body), "note": times}).encode())
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


class Erratic(Busy):
    """The same, and each time between two of them it refuses the write for no reason."""

    refuses = False

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        self.refuses = key == POINTER and not self.refuses and self.written().count(POINTER) < 4
        return None if self.refuses else super().put(key, body, if_match=if_match, if_absent=if_absent)


Hook = Callable[[str, str], None]
"""Called with an operation and its key before it is carried out."""


class Hooked(CountingStore):
    """A store that tells of each deletion, or reading of the pointer, before it carries it out."""

    def __init__(self, inner: ObjectStore, hook: Hook) -> None:
        super().__init__(inner)
        self.hook = hook

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        self.hook("delete", key)
        return super().delete(key, if_match=if_match, tries=tries)


class Sent(Hooked):
    """The same, and each is on its way by then: if the hook raises, nobody knows what becomes of it."""

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        assert tries
        assert tries.begin()
        gone = super().delete(key, if_match=if_match)
        tries.answer()
        return gone


class Lying(CountingStore):
    """Answers ``answers`` of the first readings of what is at ``key`` with ``body``, None for "not found"."""

    def __init__(self, inner: ObjectStore, key: str, body: bytes | None, answers: int) -> None:
        super().__init__(inner)
        self._key, self._body, self._answers, self._lock = key, body, answers, threading.Lock()

    def get(self, key: str) -> StoredObject | None:
        found = super().get(key)
        with self._lock:
            lies = key == self._key and self._answers > 0
            self._answers -= lies
        if not lies:
            return found
        return StoredObject(self._body, '"of something in between"') if self._body is not None else None


class Forgetful(CountingStore):
    """The listing with the number ``number`` leaves out what has ``part`` in its key."""

    def __init__(self, inner: ObjectStore, part: str, number: int) -> None:
        super().__init__(inner)
        self._part, self._left, self._lock = part, number, threading.Lock()

    def list(self, prefix: str) -> Iterator[ListedObject]:
        with self._lock:
            self._left -= 1
            forgets = self._left == 0
        return (each for each in super().list(prefix) if not (forgets and self._part in each.key))
