"""By how much the clock of a server is ahead of this machine's, as its answers tell.

Each answer says when it was given, in whole seconds (RFC 9110, section 6.6.1), and that lay between the
moment at which it was asked for and that at which it came. Only what follows from this for certain is taken
for a difference: of two clocks that agree there is none, however long the network takes.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MOST: Final = 16 * 60.0
"""Seconds. S3 turns away whose clock is wrong by 15 minutes: who says more is something in between."""


class ServerClock:
    """Listens to every answer that ``client`` gets; the last one that tells counts."""

    def __init__(self, client: S3Client) -> None:
        self.ahead = timedelta()
        self._own = threading.local()
        client.meta.events.register("before-send.s3", self._ask)
        client.meta.events.register("response-received.s3", self._hear)

    def _ask(self, **_: Any) -> None:
        """Called by the SDK before each try of a request, in the thread that hears the answer."""
        self._own.asked = time.time()

    def _hear(self, parsed_response: Any = None, **_: Any) -> None:
        came, asked = time.time(), getattr(self._own, "asked", None)
        if asked is None:
            return  # it was under way before anybody listened
        headers = (parsed_response or {}).get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if "age" in headers:
            return  # a cache gives what it was given then (RFC 9111, section 5.1)
        try:
            said = parsedate_to_datetime(headers["date"])
        except (KeyError, ValueError, TypeError, IndexError, OverflowError):
            return  # none, or something that is no date; Python says that in many ways
        if said.tzinfo is None:
            return
        least, most = said.timestamp() - came, said.timestamp() + 1 - asked
        found = min(max(least, 0.0), most)
        if abs(found) < _MOST:
            self.ahead = timedelta(seconds=found)
