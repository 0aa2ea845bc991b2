"""Trying out, on an object of its own, whether a server heeds the conditions of writes.

A server may ignore a condition, and then publishers overwrite each other in silence; or refuse one that
holds, and then nobody gets through. Both are known of servers in use. So each condition is tried both ways
before anything rests on it. The object stays: publishers may not delete. Its content is always the same, so
that several may try it out at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.publishing.parallel import at_once
from bbws_templates.answers import etag_of, require_s3, weakness
from bbws_templates.bucket import error_code, translate
from bbws_templates.faults import StoreError, UnreachableError
from bbws_templates.layout import PROBE, media_type
from bbws_templates.target import BucketTarget

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY: Final = b"Publishers try the conditions of writes on this object. It means nothing to anybody else.\n"
_WRONG: Final = '"00000000000000000000000000000000"'
_REFUSED: Final = {"PreconditionFailed", "412"}
_COLLISION: Final = {"ConditionalRequestConflict", "409", "OperationAborted"}
_COLLISIONS: Final = 5
_TRIES: Final = 3
_ROUNDS: Final = 24
_REMEDY: Final = (
    "Use a server that honours If-None-Match and If-Match, as Amazon S3 does; or see to it that nobody else "
    "publishes or prunes meanwhile, and say --allow-unconditional."
)


Keeping = Callable[[], AbstractContextManager[None]]
"""Gives each request an end, in the thread that makes it."""


def require_conditions(
    client: S3Client, target: BucketTarget, *, etag: str = "", kept: Keeping = nullcontext
) -> None:
    """That If-None-Match and If-Match are heeded.

    Costs three requests where ``etag`` is that of the object, which is known beforehand on most servers;
    where it is not, or the server's answers give another one, which all else rests on, up to two more.

    Raises:
        StoreError: one of them is not; says which, and in what way.
        UnreachableError: others write the object each time, and change its ETag with it.
    """
    probe = _Probe(client, target, kept)
    created, overwritten = probe.try_wrong_ones()
    if created:  # of an object that has only just come to be this proves nothing
        created, overwritten = probe.try_wrong_ones()
    if created:
        raise _ignored(target, "If-None-Match")
    if overwritten:
        raise _ignored(target, "If-Match")
    if etag and probe.write(IfMatch=etag) and probe.etag == etag:
        return
    etag, refusals = probe.etag or probe.read(), 0
    for _ in range(_ROUNDS):
        if probe.write(IfMatch=etag):
            return
        now = probe.read()
        refusals, etag = (refusals + 1 if now == etag else 0), now
        if refusals == _TRIES:
            break
    else:
        raise probe.too_busy()
    raise StoreError(
        f"The server of {target} refuses If-Match even with the ETag that the object has, so no publish "
        f"could ever move the pointer.{weakness(etag)}",
        remedy=_REMEDY,
    )


def _ignored(target: BucketTarget, header: str) -> StoreError:
    return StoreError(
        f"The server of {target} ignores {header} on writes, so publishers could overwrite each other.",
        remedy=_REMEDY,
    )


class _Probe:
    """The object that conditions are tried on; ``etag`` is that of the last write that was done."""

    def __init__(self, client: S3Client, target: BucketTarget, kept: Keeping) -> None:
        self._client = client
        self._target = target
        self._kept = kept
        self._place: Any = {"Bucket": target.bucket, "Key": target.prefix + PROBE}
        self.etag = ""

    def try_wrong_ones(self) -> tuple[bool, bool]:
        """Write it if there is none, and if it has an ETag that it has not; whether the server did either."""
        return at_once(partial(self.write, IfNoneMatch="*"), partial(self.write, IfMatch=_WRONG))

    def write(self, **condition: Any) -> bool:
        """Write it under a condition; whether the server did."""
        with self._kept():
            return self._write(**condition)

    def _write(self, **condition: Any) -> bool:
        for attempt in range(_COLLISIONS):
            try:
                answer = self._client.put_object(
                    **self._place, Body=BODY, ContentType=media_type(PROBE), **condition
                )
            except Exception as error:
                code = error_code(error)
                if code in _COLLISION:
                    time.sleep(0.1 * 2**attempt)
                    continue
                # A condition on an object that is not there may be answered 404.
                if code in _REFUSED or (code == "NoSuchKey" and "IfMatch" in condition):
                    return False
                if code == "NoSuchKey":
                    raise self._gone() from error
                raise translate(error, self._target, PROBE) from error
            where = f"{self._target}/{PROBE}"
            require_s3(answer, where)
            self.etag = etag_of(answer, where)
            return True
        raise self.too_busy()

    def read(self) -> str:
        """The ETag that the object has."""
        with self._kept():
            return self._read()

    def _read(self) -> str:
        try:
            answer = self._client.get_object(**self._place)
            where = f"{self._target}/{PROBE}"
            answer["Body"].close()
            require_s3(answer, where, key=PROBE)
            return etag_of(answer, where)
        except Exception as error:
            if error_code(error) == "NoSuchKey":
                raise self._gone() from error
            raise translate(error, self._target, PROBE) from error

    def too_busy(self) -> UnreachableError:
        """What to say when others come between each time."""
        return UnreachableError(
            f"{self._target}/{PROBE} is being written by too many others.", remedy="Try again."
        )

    def _gone(self) -> UnreachableError:
        return UnreachableError(
            f"{self._target}/{PROBE} seems not to be there, when it was just written or is to be created.",
            remedy="Try again; check what lies between here and the server.",
        )
