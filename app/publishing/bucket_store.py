"""Objects in S3, or anything that speaks its language.

Sources: Amazon S3 API Reference, PutObject (If-None-Match, If-Match, x-amz-checksum-sha256), and "Conditional
writes" in the user guide: 412 when the condition does not hold, 409 when two conditional writes collide.
"""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.publishing.clock import ClockOffset
from app.publishing.deadlines import Deadlines
from app.publishing.errors import TooLateError, UnversionedBucketError
from app.publishing.parallel import WORKERS, in_parallel
from app.publishing.probe import BODY, require_conditions
from app.publishing.server_clock import ServerClock
from app.publishing.store import ListedObject, SeenObject, Tries, found_at, holds, require_readable
from bbws_templates.answers import answer_of, entries, etag_of, require_s3, strange
from bbws_templates.bucket import BucketReader, connect, error_code, translate
from bbws_templates.digests import Digest
from bbws_templates.faults import StrangeAnswerError, UnreachableError
from bbws_templates.layout import OBJECTS, PROBE, RELEASES, media_type
from bbws_templates.reader import StoredObject, Unchanged
from bbws_templates.target import BucketTarget

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TIMEOUT: Final = 20.0
_ATTEMPTS: Final = 4
_LONGEST: Final = 120.0
"""Longer than all tries last that time out, shorter than what a prune has left for its last deletion."""
_COLLISIONS: Final = 5
_PART: Final = 500
"""How many keys are looked for in one go: with what lies between them they mostly fit on a page of 1,000."""
_BARREN: Final = 100
"""How many pages of a listing may come one after another on which there is nothing new."""
_DELETED: Final = 204
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_CONDITION_FAILED: Final = {"PreconditionFailed", "412"}
_UNHEARD_OF: Final = {"NotImplemented", "MethodNotAllowed", "501", "405"}
_NOT_DONE: Final = {*_UNHEARD_OF, "SlowDown"}
"""What a server says that has not even begun, with a status by which it might have failed in the midst."""
_COLLISION: Final = {"ConditionalRequestConflict", "409", "OperationAborted"}


class BucketStore(BucketReader):
    """See ``ObjectStore``."""

    def __init__(self, client: S3Client, target: BucketTarget, *, deadlines: Deadlines | None = None) -> None:
        super().__init__(client, target)
        self._deadlines = deadlines
        self._clock = ServerClock(client)
        self._tries: ContextVar[Tries | None] = ContextVar("tries", default=None)
        client.meta.events.register("before-send.s3.DeleteObject", self._begin_try)
        client.meta.events.register("response-received.s3.DeleteObject", self._hear_answer)

    @classmethod
    def connect(
        cls,
        target: BucketTarget,
        *,
        timeout: float = _TIMEOUT,
        attempts: int = _ATTEMPTS,
        longest: float = _LONGEST,
    ) -> BucketStore:
        """A store with a client of its own, which makes ``attempts`` in all.

        Each is given up when nothing has come for ``timeout`` seconds, and all of them ``longest`` seconds
        after the first began.

        Raises:
            StoreError: boto3 is missing, or the AWS settings cannot be used.
        """
        client = connect(target, timeout=timeout, attempts=attempts, connections=WORKERS + 1)
        return cls(client, target, deadlines=Deadlines(client, longest))

    @property
    def ahead(self) -> ClockOffset:
        """As ``ObjectStore.ahead``, by the last answers of the server."""
        return self._clock.ahead

    def _kept(self, key: str = "") -> AbstractContextManager[None]:
        if self._deadlines is None:
            return nullcontext()
        return self._deadlines.kept(f"{self.target}/{key}".rstrip("/"))

    def _get(self, key: str, **conditions: Any) -> StoredObject | Unchanged | None:
        with self._kept(key):
            return super()._get(key, **conditions)

    def put(self, key: str, body: bytes, *, if_match: str = "", if_absent: bool = False) -> str | None:
        """As ``ObjectStore.put``; S3 verifies the SHA-256 that is sent along.

        On a server that heeds no conditions, the object is looked at first: what another publisher writes in
        that moment is overwritten.
        """
        require_readable(key, body)
        with self._kept(key):
            return self._put(key, body, if_match=if_match, if_absent=if_absent)

    def _put(self, key: str, body: bytes, *, if_match: str, if_absent: bool) -> str | None:
        if self.target.unconditional and (if_match or if_absent):
            found = found_at(self, key)
            if found and holds(found, body):
                return found.etag
            if (found.etag if found else "") != if_match:
                return None
            if_match, if_absent = "", False
        conditions: dict[str, Any] = {"IfMatch": if_match} if if_match else {}
        if if_absent:
            conditions["IfNoneMatch"] = "*"
        for attempt in range(_COLLISIONS):
            try:
                answer = self.client.put_object(
                    Bucket=self.target.bucket,
                    Key=self.target.prefix + key,
                    Body=body,
                    ContentType=media_type(key),
                    CacheControl=_IMMUTABLE if key.startswith((RELEASES, OBJECTS)) else "no-cache",
                    # The value makes S3 verify it; the algorithm makes other servers keep it as well.
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=Digest.of(body).base64,
                    **conditions,
                )
            except Exception as error:
                code = error_code(error)
                if code in _COLLISION:
                    time.sleep(0.1 * 2**attempt)
                    continue
                # S3 answers 404 to If-Match when the object has gone meanwhile.
                if code in _CONDITION_FAILED or (if_match and code == "NoSuchKey"):
                    found = found_at(self, key)
                    return found.etag if found and holds(found, body) else None
                raise translate(error, self.target, key) from error
            where = f"{self.target}/{key}"
            require_s3(answer, where)
            return etag_of(answer, where)
        raise UnreachableError(
            f"{self.target}/{key} is being written by too many others.", remedy="Try again."
        )

    def list(self, prefix: str) -> Iterator[ListedObject]:
        """As ``ObjectStore.list``, each object once, in the order that the server has.

        Each page has the server's word that more follows. So one that keeps answering the same, or nothing,
        is given up: servers pass over much that was deleted with empty pages, but not for ever.
        """
        seen: set[str] = set()
        barren = 0
        for page in self._pages(prefix):
            new = {key: size for key, size in page if key not in seen}
            barren = 0 if new else barren + 1
            if barren > _BARREN:
                raise strange(str(self.target), f"{barren} pages of a listing without anything new")
            seen.update(new)
            for key, size in new.items():
                yield ListedObject(key, size)

    def _pages(self, prefix: str) -> Iterator[Sequence[tuple[str, int]]]:
        """Key and size of what is on each page of a listing."""
        own, where = self.target.prefix, str(self.target)
        pages = iter(
            self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.target.bucket, Prefix=own + prefix
            )
        )
        try:
            while (page := self._next(pages)) is not None:
                require_s3(page, where)
                found = entries(page, own + prefix, where)
                yield [(key.removeprefix(own), size) for key, size, _ in found]
        except Exception as error:
            raise translate(error, self.target, prefix) from error

    def _next(self, pages: Iterator[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        with self._kept():
            return next(pages, None)

    def look(self, keys: Collection[str]) -> dict[str, SeenObject]:
        """As ``ObjectStore.look``, by listing; what lies between the keys is skipped where it is much."""
        wanted = sorted(keys)
        parts = [wanted[first : first + _PART] for first in range(0, len(wanted), _PART)]
        return {key: seen for part in in_parallel(self._look, parts) for key, seen in part.items()}

    def _look(self, wanted: Sequence[str]) -> dict[str, SeenObject]:
        found: dict[str, SeenObject] = {}
        wanted_keys, left, after = {*wanted}, wanted, ""
        while left:
            # The beginning of a key comes right before it; keys are in the order of their code points.
            after = max(after, left[0][:-1])
            listed, is_last = self._page(after)
            found |= {key: SeenObject(size, etag) for key, size, etag in listed if key in wanted_keys}
            last = listed[-1][0] if listed else ""
            if (
                is_last or last <= after
            ):  # a server that knows no StartAfter: better seen in part than for ever
                break
            left, after = left[bisect_right(left, last) :], last
        return found

    def _page(self, after: str) -> tuple[Sequence[tuple[str, int, str]], bool]:
        """Key, size and ETag of what comes next after a key, and whether it is all that does."""
        own, where = self.target.prefix, str(self.target)
        start: Any = {"StartAfter": own + after} if own + after else {}
        try:
            with self._kept():
                page = self.client.list_objects_v2(Bucket=self.target.bucket, Prefix=own, **start)
            require_s3(page, where)
            listed = [(key.removeprefix(own), size, etag) for key, size, etag in entries(page, own, where)]
        except Exception as error:
            raise translate(error, self.target, "") from error
        return listed, not page.get("IsTruncated")

    def etag_for(self, body: bytes) -> str:
        """As ``ObjectStore.etag_for``: an MD5, unless keys of KMS encrypt it or it was written in parts.

        Source: Amazon S3 API Reference, "Object", ETag.
        """
        return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'

    def obstacles(self, keys: Collection[str]) -> Iterator[str]:  # noqa: ARG002  as the port has it
        """As ``ObjectStore.obstacles``: none, as no key is in the way of another."""
        return iter(())

    def reached(self, keys: Collection[str]) -> set[str]:
        """As ``ObjectStore.reached``: a bucket has no links."""
        return {*keys}

    def delete(self, key: str, *, if_match: str = "", tries: Tries | None = None) -> bool:
        """As ``ObjectStore.delete``; a version stays for as long as the bucket keeps old ones.

        On a server that knows no conditions of deletions, the object is looked at once more instead.
        """
        before = self._tries.set(tries or Tries())
        try:
            with self._kept(key):
                return self._delete(key, if_match)
        finally:
            self._tries.reset(before)

    def _delete(self, key: str, if_match: str) -> bool:
        if if_match and self.target.unconditional:
            return self._delete_as_seen(key, if_match)
        conditions: dict[str, Any] = {"IfMatch": if_match} if if_match else {}
        try:
            place: Any = {"Bucket": self.target.bucket, "Key": self.target.prefix + key}
            answer = self.client.delete_object(**place, **conditions)
            require_s3(answer, f"{self.target}/{key}")
            self._require_deletion(answer, key)
        except Exception as error:
            code = error_code(error)
            if if_match and code in _UNHEARD_OF:
                return self._delete_as_seen(key, if_match)
            if if_match and code in _CONDITION_FAILED | _COLLISION:
                found = found_at(self, key)
                if found and found.etag == if_match:
                    raise UnreachableError(
                        f"{self.target}/{key} has not changed, and the server refuses to delete it ({code}).",
                        remedy="Try again.",
                    ) from error
                return found is None
            if code == "NoSuchKey":
                self._require_deletion(answer_of(error), key)
                return True
            raise translate(error, self.target, key) from error
        return True

    def _delete_as_seen(self, key: str, etag: str) -> bool:
        found = found_at(self, key)
        if found and found.etag != etag:
            return False
        return self._delete(key, "")

    def _require_deletion(self, answer: Mapping[str, Any], key: str) -> None:
        """That an object has gone of which the answer does not say so in the way of S3."""
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        if status == _DELETED:
            return
        if found_at(self, key):
            raise strange(f"{self.target}/{key}", f"the status {status}, and the object is still there")
        if tries := self._tries.get():
            tries.answer()

    def _begin_try(self, **_: Any) -> None:
        """Called by the SDK before each try to delete, in the thread of ``delete``."""
        tries = self._tries.get()
        if tries and not tries.begin():
            raise TooLateError(f"No time is left in which to delete anything of {self.target}.")

    def _hear_answer(self, parsed_response: Any = None, exception: Any = None, **_: Any) -> None:
        """Called by the SDK after each, also when no answer has come; not when it could not be read."""
        tries = self._tries.get()
        heard = _was_not_sent(exception) if parsed_response is None else self._is_plain(parsed_response)
        if tries and heard:
            tries.answer()

    def _is_plain(self, answer: Mapping[str, Any]) -> bool:
        """Whether the server itself says what became of a deletion.

        One that fails may have done it, or do it yet; who answers in its place may have passed it on. Whether
        what only looks like "it has gone" is an answer, ``_require_deletion`` finds out.
        """
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        code = answer.get("Error", {}).get("Code", "")
        if code == "NoSuchKey" or (status < 300 and status != _DELETED):
            return False
        try:
            require_s3(answer, str(self.target))
        except StrangeAnswerError:
            return False
        return status < 500 or code in _NOT_DONE

    def require_versioning(self) -> None:
        """As ``ObjectStore.require_versioning``."""
        try:
            with self._kept():
                answer = self.client.get_bucket_versioning(Bucket=self.target.bucket)
            require_s3(answer, str(self.target))
            versioned = answer.get("Status") == "Enabled"
        except Exception as error:
            if error_code(error) not in _UNHEARD_OF:
                raise translate(error, self.target, "") from error
            versioned = False
        if not versioned:
            raise UnversionedBucketError(
                f"The bucket '{self.target.bucket}' does not keep old versions of its objects.",
                remedy="Enable versioning, as this repository's Terraform does, or say --allow-unversioned.",
            )

    def require_conditions(self) -> None:
        """As ``ObjectStore.require_conditions``: some servers take a header and pay it no heed."""
        if not self.target.unconditional:
            etag = self.etag_for(BODY)
            require_conditions(self.client, self.target, etag=etag, kept=partial(self._kept, PROBE))


def _was_not_sent(error: Exception | None) -> bool:
    """Whether a request failed before there was anything that it could have been sent on."""
    from botocore import exceptions as sdk

    return isinstance(error, (sdk.EndpointConnectionError, sdk.ConnectTimeoutError, sdk.ProxyConnectionError))
